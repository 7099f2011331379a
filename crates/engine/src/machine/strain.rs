//! How many calls at once a model bears: fewer when it says so or slows down, more as it answers again.
//!
//! Additive increase, multiplicative decrease, as in TCP (<https://www.rfc-editor.org/rfc/rfc5681>).

use std::time::Duration;

/// A first token that takes so many times what it took at best is slow.
const SLOW: f64 = 4.0;
/// Quicker than this, in seconds, nothing is slow.
const QUICK: f64 = 2.0;

/// The limit that a model's own signs set. There is none while it is well.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Strain {
    limit: Option<Reduced>,
    /// What went out before this time has no say in a further cut: one burst is one sign.
    cut_at: Duration,
    /// The time to the first token in seconds, at best and of late.
    first_token: Option<(f64, f64)>,
}

#[derive(Debug, Clone, Copy)]
struct Reduced {
    now: f64,
    /// How many it bore when it was cut first: from there on it is well.
    from: f64,
}

impl Strain {
    pub(super) fn limit(&self) -> Option<u32> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 1 to a number of calls"
        )]
        self.limit.map(|limit| limit.now as u32)
    }

    /// It wants fewer calls, or has too much to do. `at_once` counts the call that says so.
    pub(super) fn cut(&mut self, began: Duration, at_once: u32, now: Duration) {
        self.reduce(began, at_once, now, |limit| (limit.now / 2.0).max(1.0));
    }

    /// A call was answered. One more may go out at once for each whole round of calls, while the share of the
    /// limit that is in use, in percent, is at least `raise_above`.
    pub(super) fn answered(
        &mut self,
        began: Duration,
        first_token: Option<Duration>,
        at_once: u32,
        raise_above: u8,
        now: Duration,
    ) {
        if first_token.is_some_and(|time| self.is_slow(time.as_secs_f64())) {
            // Slowness may have other reasons, so it takes at most half.
            return self
                .reduce(began, at_once, now, |limit| (limit.now * 0.9).max(limit.from / 2.0).max(1.0));
        }
        let Some(limit) = &mut self.limit else { return };
        if f64::from(at_once) * 100.0 >= f64::from(raise_above) * limit.now.floor() {
            limit.now += 1.0 / limit.now;
        }
        if limit.now >= limit.from {
            self.limit = None;
        }
    }

    fn reduce(&mut self, began: Duration, at_once: u32, now: Duration, less: impl FnOnce(Reduced) -> f64) {
        if began < self.cut_at {
            return;
        }
        self.cut_at = now;
        let at_once = f64::from(at_once.max(1));
        let before = self.limit.unwrap_or(Reduced { now: at_once, from: at_once });
        self.limit = Some(Reduced { now: less(before), ..before });
    }

    /// Takes in the time to a first token, and answers whether the model is slow of late.
    fn is_slow(&mut self, seconds: f64) -> bool {
        let (best, recent) = self.first_token.unwrap_or((seconds, seconds));
        // The best is forgotten little by little, as prompts and models change.
        let (best, recent) = ((best * 1.02).min(seconds), recent * 0.8 + seconds * 0.2);
        self.first_token = Some((best, recent));
        recent > QUICK && recent > best * SLOW
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_burst_of_refusals_halves_it_once_and_the_next_one_again() {
        let mut strain = Strain::default();
        for _ in 0..16 {
            strain.cut(seconds(1), 16, seconds(2));
        }
        assert_eq!(strain.limit(), Some(8));
        strain.cut(seconds(3), 8, seconds(4));
        assert_eq!(strain.limit(), Some(4));
        for second in 5..20 {
            strain.cut(seconds(second), 1, seconds(second));
        }
        assert_eq!(strain.limit(), Some(1), "never none at all");
    }

    #[test]
    fn answers_bring_it_back_a_call_a_round_until_it_is_well() {
        let mut strain = Strain::default();
        strain.cut(seconds(1), 8, seconds(1));
        let answer =
            |strain: &mut Strain, at_once| strain.answered(seconds(2), None, at_once, 80, seconds(2));
        answer(&mut strain, 1);
        assert_eq!(strain.limit(), Some(4), "a limit that is not in use is not raised");
        let rounds = (0..100).take_while(|_| {
            let in_use = strain.limit().unwrap_or(0);
            answer(&mut strain, in_use);
            strain.limit().is_some()
        });
        let rounds = rounds.count();
        assert!((20..30).contains(&rounds), "4 + 5 + 6 + 7 answers and a few: {rounds}");
    }

    #[test]
    fn one_that_slows_down_gets_fewer_calls_but_never_less_than_half() {
        let mut strain = Strain::default();
        strain.answered(seconds(0), Some(seconds(1)), 10, 80, seconds(0));
        for second in 1..50 {
            strain.answered(seconds(second), Some(seconds(30)), 10, 80, seconds(second));
        }
        assert_eq!(strain.limit(), Some(5));
    }
}
