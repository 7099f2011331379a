//! When what changes has come to rest: a pure machine, told what happens and when.
//!
//! Editors write a file in several steps, and a checkout changes many files. A file is at rest once it has held the
//! same for a second; all that changed meanwhile is one set, which comes out when the last of it is at rest. What never
//! rests holds the others back for ten seconds at most. A file that is empty, or cannot be read as a prompt, may be
//! half of one: it gets five seconds.

use crate::FilePath;
use formaops_domain::FileHash;
use std::{collections::BTreeMap, time::Duration};

/// How long a file holds the same before it counts.
const REST: Duration = Duration::from_secs(1);
/// The same for what looks like half of a file.
const LONG_REST: Duration = Duration::from_secs(5);
/// The longest that a file at rest waits for others.
const PATIENCE: Duration = Duration::from_secs(10);

/// What changes and has not come to rest. Times are those of one clock that never steps back.
#[derive(Debug, Default)]
pub struct Settling {
    waiting: BTreeMap<FilePath, Waiting>,
    /// When the first of what waits changed.
    since: Duration,
}

#[derive(Debug)]
struct Waiting {
    /// What it held when it was last looked at; nothing where it was not there.
    holds: Option<FileHash>,
    at_rest: Duration,
    is_half: bool,
}

impl Settling {
    /// What a file holds now, and whether that looks like half of one. The same as before is no change.
    pub fn seen(&mut self, now: Duration, path: FilePath, holds: Option<FileHash>, is_half: bool) {
        if self.waiting.is_empty() {
            self.since = now;
        }
        let rest = if is_half { LONG_REST } else { REST };
        match self.waiting.get_mut(&path) {
            Some(waiting) if waiting.holds == holds => waiting.is_half = is_half,
            Some(waiting) => *waiting = Waiting { holds, at_rest: now + rest, is_half },
            None => drop(self.waiting.insert(path, Waiting { holds, at_rest: now + rest, is_half })),
        }
    }

    /// Whether a file has yet to come to rest.
    #[must_use]
    pub fn waits_for(&self, path: &FilePath) -> bool {
        self.waiting.contains_key(path)
    }

    /// Nothing waits any more for a file.
    pub fn forget(&mut self, path: &FilePath) {
        self.waiting.remove(path);
    }

    /// When something can next come to rest.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        let last = self.waiting.values().map(|waiting| waiting.at_rest).max()?;
        let first = self.waiting.values().map(|waiting| waiting.at_rest).min()?;
        Some(last.min(first.max(self.since + PATIENCE)))
    }

    /// Takes the files that are at rest, if their time has come.
    pub fn settled(&mut self, now: Duration) -> Vec<FilePath> {
        if self.due().is_none_or(|due| now < due) {
            return Vec::new();
        }
        let rested = self.waiting.extract_if(.., |_, waiting| waiting.at_rest <= now);
        let settled = rested.map(|(path, _)| path).collect();
        self.since = now;
        settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    fn file(name: &str) -> FilePath {
        FilePath::from_kept(format!("{name}.prompt"))
    }

    #[expect(clippy::unnecessary_wraps, reason = "as it is given")]
    fn holds(text: &str) -> Option<FileHash> {
        Some(FileHash::of(text.as_bytes()))
    }

    #[test]
    fn a_file_is_at_rest_once_it_held_the_same_for_a_second() {
        let mut settling = Settling::default();
        settling.seen(Duration::ZERO, file("a"), holds("one"), false);
        settling.seen(700 * MILLI, file("a"), holds("two"), false);
        // A look that shows nothing new changes nothing.
        settling.seen(900 * MILLI, file("a"), holds("two"), false);
        assert_eq!(settling.settled(1699 * MILLI), []);
        assert_eq!(settling.due(), Some(1700 * MILLI));
        assert_eq!(settling.settled(1700 * MILLI), [file("a")]);
        assert_eq!(settling.due(), None);
    }

    #[test]
    fn a_burst_is_one_set_and_what_never_rests_holds_it_back_for_ten_seconds_only() {
        let mut settling = Settling::default();
        for number in 0..100 {
            settling.seen(number * 10 * MILLI, file(&number.to_string()), holds("x"), false);
        }
        assert_eq!(settling.settled(1500 * MILLI), []);
        assert_eq!(settling.settled(1990 * MILLI).len(), 100);

        settling.seen(2000 * MILLI, file("calm"), holds("x"), false);
        for tenth in 20..130 {
            settling.seen(tenth * 100 * MILLI, file("wild"), holds(&tenth.to_string()), false);
            let settled = settling.settled(tenth * 100 * MILLI);
            let expected = if tenth == 120 { vec![file("calm")] } else { vec![] };
            assert_eq!(settled, expected, "{tenth}");
        }
    }

    #[test]
    fn what_looks_like_half_of_a_file_gets_more_time() {
        let mut settling = Settling::default();
        settling.seen(Duration::ZERO, file("a"), holds(""), true);
        assert_eq!(settling.settled(4999 * MILLI), []);
        settling.seen(4999 * MILLI, file("a"), holds("whole"), false);
        assert_eq!(settling.settled(5999 * MILLI), [file("a")]);
        settling.seen(6000 * MILLI, file("gone"), None, false);
        settling.forget(&file("gone"));
        assert_eq!(settling.due(), None);
    }
}
