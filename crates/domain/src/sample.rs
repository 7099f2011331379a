//! Some cases of many, chosen at random: the same ones for the same seed.

use std::collections::BinaryHeap;

/// Which sample of cases is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseSample {
    /// How many.
    pub size: u32,
    /// Another seed chooses others.
    pub seed: u64,
}

impl CaseSample {
    /// The positions that it chooses of these, in rising order.
    pub fn choose(self, positions: impl IntoIterator<Item = u32>) -> Vec<u32> {
        let mut sampling = Sampling::new(self);
        positions.into_iter().for_each(|position| sampling.offer(position));
        sampling.chosen()
    }

    /// Where a case stands in the order by which it is chosen; those that come first are.
    fn rank(self, position: u32) -> u64 {
        // SplitMix64 <https://prng.di.unimi.it/splitmix64.c>: a number for each place, with no state between them.
        let mut mixed = self.seed.wrapping_add((u64::from(position) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// A sample on its way: cases are offered one at a time, and no more are held than are chosen.
#[derive(Debug)]
pub struct Sampling {
    sample: CaseSample,
    /// The last of the order is on top.
    heap: BinaryHeap<(u64, u32)>,
}

impl Sampling {
    /// A sample that nothing was offered to yet.
    #[must_use]
    pub const fn new(sample: CaseSample) -> Self {
        Self { sample, heap: BinaryHeap::new() }
    }

    /// Takes the case at this position, or leaves it.
    pub fn offer(&mut self, position: u32) {
        let candidate = (self.sample.rank(position), position);
        if self.heap.len() < self.sample.size as usize {
            self.heap.push(candidate);
        } else if self.heap.peek().is_some_and(|last| candidate < *last) {
            self.heap.pop();
            self.heap.push(candidate);
        }
    }

    /// The positions that are chosen, in rising order.
    #[must_use]
    pub fn chosen(self) -> Vec<u32> {
        let mut positions: Vec<_> = self.heap.into_iter().map(|(_, position)| position).collect();
        positions.sort_unstable();
        positions
    }
}
