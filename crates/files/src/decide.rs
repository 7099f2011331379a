//! What is to be done with a prompt and its file, when one of them or both were changed.

use formaops_domain::{Content, merge::merge};
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
    let merged = merge(&base.content, &ours.content, &theirs.content);
    match merge_meta(&base.meta, &ours.meta, &theirs.meta) {
        Some(meta) if merged.conflicts.is_empty() => {
            Decision::Merge(Box::new(Work { content: merged.content, meta }))
        }
        _ => Decision::Ask,
    }
}

/// Both changes at once; `None` where both changed the same text.
fn merge_meta(base: &PromptMeta, ours: &PromptMeta, theirs: &PromptMeta) -> Option<PromptMeta> {
    let text = |base: &String, ours: &String, theirs: &String| {
        if ours == theirs || theirs == base {
            Some(ours.clone())
        } else if ours == base {
            Some(theirs.clone())
        } else {
            None
        }
    };
    let all = ours.tags.iter().chain(theirs.tags.iter().filter(|tag| !ours.tags.contains(tag)));
    let stays = |tag: &&String| {
        let (is_ours, is_theirs) = (ours.tags.contains(tag), theirs.tags.contains(tag));
        // One that both once had stays only where nobody took it away.
        if base.tags.contains(tag) { is_ours && is_theirs } else { true }
    };
    let mut tags: Vec<String> = all.filter(stays).cloned().collect();
    tags.sort();
    Some(PromptMeta {
        title: text(&base.title, &ours.title, &theirs.title)?,
        description: text(&base.description, &ours.description, &theirs.description)?,
        tags,
    })
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
}
