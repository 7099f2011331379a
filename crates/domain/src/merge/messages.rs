//! Which message of one list is which of another.

use crate::Message;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::HashMap;

/// What two texts must share to count as the same message, of what they have together: half of their words.
const ALIKE: f64 = 0.5;
/// How much less that counts where the role is another.
const OTHER_ROLE: f64 = 0.75;

/// For each message of `new`, the one of `old` that it was: first those that are equal and in order, then equal
/// ones that moved, then those with the most words in common, then those of the same role between the same
/// neighbours.
pub(crate) fn matches(old: &[Message], new: &[Message]) -> Vec<Option<usize>> {
    let mut pairs = Pairs { of_old: vec![None; old.len()], of_new: vec![None; new.len()] };
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            (0..len).for_each(|step| pairs.join(old_index + step, new_index + step));
        }
    }
    for (now, message) in new.iter().enumerate() {
        let is_it = |&was: &usize| pairs.of_old[was].is_none() && old[was] == *message;
        if pairs.of_new[now].is_none()
            && let Some(was) = (0..old.len()).find(is_it)
        {
            pairs.join(was, now);
        }
    }
    join_alike(old, new, &mut pairs);
    join_neighbours(old, new, &mut pairs);
    pairs.of_new
}

struct Pairs {
    of_old: Vec<Option<usize>>,
    of_new: Vec<Option<usize>>,
}

impl Pairs {
    fn join(&mut self, old: usize, new: usize) {
        self.of_old[old] = Some(new);
        self.of_new[new] = Some(old);
    }

    fn free_old(&self) -> impl Iterator<Item = usize> {
        (0..self.of_old.len()).filter(|&old| self.of_old[old].is_none())
    }

    fn free_new(&self) -> impl Iterator<Item = usize> {
        (0..self.of_new.len()).filter(|&new| self.of_new[new].is_none())
    }
}

/// Joins what is alike, the most alike first; of equals, what moved least.
fn join_alike(old: &[Message], new: &[Message], pairs: &mut Pairs) {
    let old_words: HashMap<_, _> = pairs.free_old().map(|was| (was, words(&old[was].template))).collect();
    let new_words: HashMap<_, _> = pairs.free_new().map(|now| (now, words(&new[now].template))).collect();
    let mut candidates = Vec::new();
    for was in pairs.free_old() {
        for now in pairs.free_new() {
            let share = share(&old_words[&was], &new_words[&now]);
            let share = if old[was].role == new[now].role { share } else { share * OTHER_ROLE };
            if share >= ALIKE {
                candidates.push((share, was.abs_diff(now), was, now));
            }
        }
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2, a.3).cmp(&(b.1, b.2, b.3))));
    for (_, _, was, now) in candidates {
        if pairs.of_old[was].is_none() && pairs.of_new[now].is_none() {
            pairs.join(was, now);
        }
    }
}

/// Joins what is left beside a neighbour that is joined, or at an end, where the role is the same: a text written
/// anew.
fn join_neighbours(old: &[Message], new: &[Message], pairs: &mut Pairs) {
    let try_join = |pairs: &mut Pairs, was: Option<usize>, now: usize| {
        if let Some(was) = was.filter(|&was| was < old.len() && old[was].role == new[now].role)
            && (pairs.of_old[was], pairs.of_new[now]) == (None, None)
        {
            pairs.join(was, now);
        }
    };
    for now in 0..new.len() {
        let was = now.checked_sub(1).map_or(Some(0), |before| pairs.of_new[before].map(|was| was + 1));
        try_join(pairs, was, now);
    }
    for now in (0..new.len()).rev() {
        let after = pairs.of_new.get(now + 1).copied().unwrap_or(Some(old.len()));
        try_join(pairs, after.and_then(|was| was.checked_sub(1)), now);
    }
}

/// How often each word stands in a text.
fn words(text: &str) -> HashMap<&str, usize> {
    let mut words = HashMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *words.entry(word).or_default() += 1;
    }
    words
}

/// How much of the words of two texts is in both, 0 to 1 (the coefficient of Dice).
#[expect(clippy::cast_precision_loss, reason = "a text has far fewer than 2^52 words")]
fn share(one: &HashMap<&str, usize>, other: &HashMap<&str, usize>) -> f64 {
    let all = one.values().sum::<usize>() + other.values().sum::<usize>();
    let both: usize = one.iter().map(|(word, count)| *count.min(other.get(word).unwrap_or(&0))).sum();
    if all == 0 { 0.0 } else { 2.0 * both as f64 / all as f64 }
}
