//! What is to be done with a prompt and its file, when one of them or both were changed.

use formaops_domain::{
    Content,
    merge::{Conflict, ConflictPlace, Merged, merge},
};
use formaops_template::PromptMeta;

/// All that a file and a prompt can both say.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// What a version holds.
    pub content: Content,
    /// Title, description and tags; the tags sorted.
    pub meta: PromptMeta,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Both say the same.
    Same,
    /// The file alone was changed: the prompt is to say what it says.
    Read,
    /// The prompt alone was changed: the file is to say what it says.
    Write,
    /// Both were changed in different places: both are to say this.
    Merge(Box<Work>),
    /// Both were changed in the same place, or nobody knows what both once said: a person decides.
    Ask,
}

/// Compares the prompt (`ours`) and the file (`theirs`) with what both said when they last said the same.
#[must_use]
pub fn decide(base: Option<&Work>, ours: &Work, theirs: &Work) -> Decision {
    if ours == theirs {
        return Decision::Same;
    }
    let Some(base) = base else { return Decision::Ask };
    if ours == base {
        return Decision::Read;
    }
    if theirs == base {
        return Decision::Write;
    }
    let MergedWork { work, conflicts } = merge_work(Some(base), ours, theirs);
    if conflicts.is_empty() { Decision::Merge(Box::new(work)) } else { Decision::Ask }
}

/// A prompt and its file, brought together.
#[derive(Debug, Clone, PartialEq)]
pub struct MergedWork {
    /// What both would say. Where there is a conflict it holds what the prompt says.
    pub work: Work,
    /// What cannot be merged: of the content as [`merge`] says, then `/title` and `/description`.
    pub conflicts: Vec<Conflict>,
}

/// Merges what the prompt (`ours`) and the file (`theirs`) made of what both last said; of nothing where that is not
/// known.
#[must_use]
pub fn merge_work(base: Option<&Work>, ours: &Work, theirs: &Work) -> MergedWork {
    let nothing = Work { content: Content::default(), meta: PromptMeta::default() };
    let base = base.unwrap_or(&nothing);
    let Merged { content, mut conflicts } = merge(&base.content, &ours.content, &theirs.content);
    let meta = merge_meta(&base.meta, &ours.meta, &theirs.meta, &mut conflicts);
    MergedWork { work: Work { content, meta }, conflicts }
}

fn merge_meta(
    base: &PromptMeta,
    ours: &PromptMeta,
    theirs: &PromptMeta,
    conflicts: &mut Vec<Conflict>,
) -> PromptMeta {
    let mut text = |place, pointer: &str, read: fn(&PromptMeta) -> &String| {
        let (base, ours, theirs) = (read(base), read(ours), read(theirs));
        if ours == base {
            return theirs.clone();
        }
        if ours != theirs && theirs != base {
            let value = |text: &String| Some(text.as_str().into());
            conflicts.push(Conflict {
                place,
                pointer: pointer.to_owned(),
                lines: None,
                base: value(base),
                ours: value(ours),
                theirs: value(theirs),
            });
        }
        ours.clone()
    };
    let title = text(ConflictPlace::Title, "/title", |meta| &meta.title);
    let description = text(ConflictPlace::Description, "/description", |meta| &meta.description);
    let all = ours.tags.iter().chain(theirs.tags.iter().filter(|tag| !ours.tags.contains(tag)));
    let stays = |tag: &&String| {
        let (is_ours, is_theirs) = (ours.tags.contains(tag), theirs.tags.contains(tag));
        // One that both once had stays only where nobody took it away.
        if base.tags.contains(tag) { is_ours && is_theirs } else { true }
    };
    let mut tags: Vec<String> = all.filter(stays).cloned().collect();
    tags.sort();
    PromptMeta { title, description, tags }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formaops_domain::Body;

    fn work(body: &str, title: &str, tags: &[&str]) -> Work {
        let tags = tags.iter().map(|&tag| tag.to_owned()).collect();
        let meta = PromptMeta { title: title.to_owned(), description: String::new(), tags };
        Work { content: Content { body: Body::text(body), ..Content::default() }, meta }
    }

    #[test]
    fn one_side_is_followed_both_are_merged_and_a_person_decides_the_rest() {
        let base = work("a\nb\nc\n", "T", &["x", "y"]);
        let ours = work("A\nb\nc\n", "T", &["x", "z"]);
        let theirs = work("a\nb\nC\n", "U", &["w", "x", "y"]);
        let both = Decision::Merge(Box::new(work("A\nb\nC\n", "U", &["w", "x", "z"])));
        assert_eq!(decide(Some(&base), &ours, &theirs), both);
        assert_eq!(decide(Some(&base), &theirs, &ours), both);
        assert_eq!(decide(Some(&base), &base, &theirs), Decision::Read);
        assert_eq!(decide(Some(&base), &ours, &base), Decision::Write);
        assert_eq!(decide(Some(&base), &ours, &ours), Decision::Same);
        assert_eq!(decide(None, &ours, &theirs), Decision::Ask);
        assert_eq!(decide(Some(&base), &ours, &work("B\nb\nc\n", "T", &["x"])), Decision::Ask);
        let retitled = |title| work("a\nb\nc\n", title, &["x", "y"]);
        assert_eq!(decide(Some(&base), &retitled("V"), &retitled("W")), Decision::Ask);
    }

    #[test]
    fn what_a_person_decides_is_told_place_by_place_and_the_rest_is_merged() {
        let base = work("a\nb\nc\n", "T", &["x"]);
        let ours = work("A\nb\nc\n", "V", &["x", "z"]);
        let theirs = work("B\nb\nC\n", "W", &[]);
        let places = |merged: &MergedWork| {
            merged.conflicts.iter().map(|conflict| conflict.pointer.clone()).collect::<Vec<_>>()
        };
        let merged = merge_work(Some(&base), &ours, &theirs);
        assert_eq!(merged.work, work("A\nb\nC\n", "V", &["z"]));
        assert_eq!(places(&merged), ["/body/template", "/title"]);
        assert_eq!(merged.conflicts[1].theirs, Some("W".into()));
        // Of what never said the same, all that differs is told.
        let merged = merge_work(None, &ours, &work("A\nb\nc\n", "W", &["y"]));
        assert_eq!(
            (places(&merged), merged.work),
            (vec!["/title".to_owned()], work("A\nb\nc\n", "V", &["x", "y", "z"]))
        );
    }
}
