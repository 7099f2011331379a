//! Texts, merged by line.

use super::{Conflict, ConflictPlace, Lines, Three};
use serde_json::Value;
use similar::{MergeResolution, TextMerge};
use std::ops::Range;

/// Merges three texts. Lines that both sides changed differently, or that touch, are a conflict each.
pub(super) fn merge(
    texts: Three<&str>,
    place: &ConflictPlace,
    pointer: &str,
    conflicts: &mut Vec<Conflict>,
) -> String {
    let texts = match texts.settled() {
        Ok(text) => return text.to_owned(),
        Err(texts) => texts,
    };
    let merge = TextMerge::from_lines(texts.base, texts.ours, texts.theirs);
    let base = |range: Range<usize>| range.filter_map(|line| merge.base_line(line)).collect::<String>();
    let ours = |range: Range<usize>| range.filter_map(|line| merge.ours_line(line)).collect::<String>();
    let theirs = |range: Range<usize>| range.filter_map(|line| merge.theirs_line(line)).collect::<String>();
    let (mut text, mut start) = (String::new(), 0);
    for region in merge.regions() {
        let count = if region.resolution() == MergeResolution::Theirs {
            text.push_str(&theirs(region.theirs_range()));
            region.theirs_range().len()
        } else {
            text.push_str(&ours(region.ours_range()));
            region.ours_range().len()
        };
        if region.is_conflict() {
            let values = Three {
                base: base(region.base_range()),
                ours: ours(region.ours_range()),
                theirs: theirs(region.theirs_range()),
            };
            let values = values.map(|text| Some(Value::String(text)));
            let lines = Some(Lines { start, count });
            conflicts.push(Conflict { lines, ..Conflict::new(place.clone(), pointer.to_owned(), values) });
        }
        start += count;
    }
    text
}
