//! Sequences of words, counted.

use std::{collections::HashMap, hash::Hash};

/// How often each sequence of `length` words occurs.
pub(crate) fn counts<T: Hash + Eq>(words: &[T], length: usize) -> HashMap<&[T], usize> {
    let mut counts = HashMap::new();
    for sequence in words.windows(length) {
        *counts.entry(sequence).or_default() += 1;
    }
    counts
}

/// How many sequences two texts have in common, each as often as it is in both.
pub(crate) fn overlap<T: Hash + Eq>(one: &HashMap<&[T], usize>, other: &HashMap<&[T], usize>) -> usize {
    one.iter().map(|(sequence, count)| other.get(sequence).map_or(0, |there| *count.min(there))).sum()
}

/// A share of a whole, as a number.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52 words")]
pub(crate) fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

/// The words of a text in small letters, split at blanks; as in JavaScript an empty text has one empty word.
pub(crate) fn words(text: &str) -> Vec<String> {
    let words: Vec<String> = text.to_lowercase().split_whitespace().map(str::to_owned).collect();
    if words.is_empty() { vec![String::new()] } else { words }
}
