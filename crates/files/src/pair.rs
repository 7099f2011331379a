//! Which of the files that came are files that went, under another path.

use crate::FilePath;
use formaops_domain::FileHash;

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Its path.
    pub path: FilePath,
    /// What it holds.
    pub hash: FileHash,
    /// What it keeps when it is renamed, where the system tells that.
    pub identity: Option<String>,
}

/// Whether a file that came is one that went.
type Rule<'r> = &'r dyn Fn(&Trace, &Trace) -> bool;

/// Pairs what went with what came and is of its kind, each at most once: by the same name in whatever case and format, by
/// identity, then by what they hold; of several that hold the same, those with the same last name first. What is empty
/// says nothing.
#[must_use]
pub fn pair(gone: &[Trace], came: &[Trace]) -> Vec<(FilePath, FilePath)> {
    let empty = FileHash::of(b"");
    let file_name = |path: &FilePath| path.as_str().rsplit('/').next().map(str::to_ascii_lowercase);
    let holds_same = |one: &Trace, other: &Trace| one.hash == other.hash && one.hash != empty;
    let rules: [Rule<'_>; 4] = [
        &|one, other| one.path.is_of_same(&other.path),
        &|one, other| one.identity.is_some() && one.identity == other.identity,
        &|one, other| holds_same(one, other) && file_name(&one.path) == file_name(&other.path),
        &|one, other| holds_same(one, other),
    ];
    let (mut gone, mut came): (Vec<&Trace>, Vec<&Trace>) = (gone.iter().collect(), came.iter().collect());
    let mut pairs = Vec::new();
    for rule in rules {
        gone.retain(|old| {
            let is_it = |new: &&Trace| old.path.kind() == new.path.kind() && rule(old, new);
            let Some(at) = came.iter().position(is_it) else { return true };
            pairs.push((old.path.clone(), came.remove(at).path.clone()));
            false
        });
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(path: &str, text: &str, identity: &str) -> Trace {
        let identity = (!identity.is_empty()).then(|| identity.to_owned());
        Trace { path: FilePath::from_kept(path.to_owned()), hash: FileHash::of(text.as_bytes()), identity }
    }

    #[test]
    fn a_file_is_found_again_by_spelling_identity_or_what_it_holds() {
        let gone = [
            trace("a.prompt", "A", "1"),
            trace("b.prompt", "B", "2"),
            trace("x/c.prompt", "same", ""),
            trace("x/d.prompt", "same", ""),
            trace("e.prompt", "", "5"),
            trace("f.prompt", "F", "6"),
            trace("g.dataset.csv", "G", "7"),
            trace("h.suite.yaml", "H", "8"),
        ];
        let came = [
            trace("A.prompt", "other", "9"),
            trace("moved.prompt", "B and more", "2"),
            trace("y/d.prompt", "same", ""),
            trace("y/z.prompt", "same", ""),
            trace("new.prompt", "", "7"),
            trace("g.dataset.jsonl", "g", "9"),
            trace("h.dataset.yaml", "H", "8"),
        ];
        let pairs = pair(&gone, &came);
        let pairs: Vec<_> = pairs.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
        let expected = [
            ("a.prompt", "A.prompt"),
            ("g.dataset.csv", "g.dataset.jsonl"),
            ("b.prompt", "moved.prompt"),
            ("x/d.prompt", "y/d.prompt"),
            ("x/c.prompt", "y/z.prompt"),
        ];
        assert_eq!(pairs, expected);
    }
}
