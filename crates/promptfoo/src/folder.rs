//! The files of a configuration on the disk.

use crate::files::{FileError, Files};
use std::{
    fs,
    io::{self, Read},
    path::{Component, Path, PathBuf},
};

/// The most bytes of one file.
const MOST_BYTES: u64 = 64 << 20;
/// The most files and folders that a pattern looks at.
const MOST_LOOKED_AT: usize = 100_000;

/// The folder of a configuration. Relative paths stay within it, also through links; an absolute path, which says so
/// itself, may lead anywhere.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The files beside a configuration.
    ///
    /// # Errors
    /// Where the folder cannot be found.
    pub fn new(root: &Path) -> io::Result<Self> {
        fs::canonicalize(root).map(|root| Self { root })
    }

    /// Where a path leads.
    fn resolve(&self, path: &str) -> Result<PathBuf, FileError> {
        if Path::new(path).is_absolute() {
            return Ok(PathBuf::from(path));
        }
        let whole = self.root.join(path);
        let outside = || FileError {
            message: format!("`{path}` lies outside of the configuration's folder"),
            hint: "Move the file below that folder, or write its absolute path.".to_owned(),
        };
        if whole.strip_prefix(&self.root).is_ok_and(leads_out) {
            return Err(outside());
        }
        let found = fs::canonicalize(&whole).map_err(|error| unreadable(path, &error))?;
        if found.starts_with(&self.root) { Ok(found) } else { Err(outside()) }
    }
}

/// Whether a path goes up further than it went down.
fn leads_out(path: &Path) -> bool {
    let mut depth = 0i32;
    path.components().any(|part| {
        match part {
            Component::ParentDir => depth -= 1,
            Component::Normal(_) => depth += 1,
            _ => {}
        }
        depth < 0
    })
}

fn unreadable(path: &str, error: &io::Error) -> FileError {
    if error.kind() == io::ErrorKind::NotFound {
        let hint = "Paths are relative to the folder of the configuration.".to_owned();
        return FileError { message: format!("there is no file `{path}`"), hint };
    }
    FileError { message: format!("`{path}` cannot be read: {error}"), hint: String::new() }
}

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let found = self.resolve(path)?;
        let wrong = |error: io::Error| unreadable(path, &error);
        let file = fs::File::open(found).map_err(wrong)?;
        if !file.metadata().map_err(wrong)?.is_file() {
            return Err(FileError { message: format!("`{path}` is not a file"), hint: String::new() });
        }
        let mut bytes = Vec::new();
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(wrong)?;
        if bytes.len() as u64 > MOST_BYTES {
            let message = format!("`{path}` has more than {} MiB", MOST_BYTES >> 20);
            let hint = "Import it as a dataset and run a suite: a dataset may have any size.".to_owned();
            return Err(FileError { message, hint });
        }
        Ok(bytes)
    }

    fn find(&self, pattern: &str) -> Result<Vec<String>, FileError> {
        if !is_pattern(pattern) {
            return Ok(vec![pattern.to_owned()]);
        }
        let mut found: Vec<String> = Vec::new();
        for pattern in alternatives(pattern) {
            let pattern = pattern.trim_start_matches("./");
            if !pattern.contains(['*', '?']) {
                found.extend(self.resolve(pattern).ok().map(|_| pattern.to_owned()));
                continue;
            }
            let segments: Vec<&str> = pattern.split('/').collect();
            let plain = segments.iter().take_while(|segment| !segment.contains(['*', '?'])).count();
            let start = segments[..plain].join("/");
            let start = if plain > 0 && start.is_empty() { "/".to_owned() } else { start };
            let mut looked_at = 0;
            let folder = if start.is_empty() { self.root.clone() } else { self.resolve(&start)? };
            walk(&folder, &start, &segments[plain..], &mut found, &mut looked_at)
                .map_err(|error| unreadable(pattern, &error))?;
        }
        found.sort();
        found.dedup();
        if found.is_empty() {
            let hint = "Paths are relative to the folder of the configuration.".to_owned();
            return Err(FileError { message: format!("no file fits `{pattern}`"), hint });
        }
        Ok(found)
    }
}

fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '{'])
}

/// The patterns that braces stand for: `{a,b}.txt` is `a.txt` and `b.txt`.
fn alternatives(pattern: &str) -> Vec<String> {
    let Some((before, rest)) = pattern.split_once('{') else { return vec![pattern.to_owned()] };
    let Some((choices, after)) = rest.split_once('}') else { return vec![pattern.to_owned()] };
    choices.split(',').flat_map(|choice| alternatives(&format!("{before}{choice}{after}"))).collect()
}

/// Adds the files below a folder that fit the segments of a pattern. Links are not followed.
fn walk(
    folder: &Path,
    name: &str,
    segments: &[&str],
    found: &mut Vec<String>,
    looked_at: &mut usize,
) -> io::Result<()> {
    let Some((segment, rest)) = segments.split_first() else { return Ok(()) };
    if *segment == "**" {
        walk(folder, name, rest, found, looked_at)?;
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        *looked_at += 1;
        if *looked_at > MOST_LOOKED_AT {
            return Err(io::Error::other(format!("there are more than {MOST_LOOKED_AT} files to look at")));
        }
        let kind = entry.file_type()?;
        let Some(own) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let is_hidden = own.starts_with('.') && !segment.starts_with('.');
        if is_hidden || !(*segment == "**" || fits(segment, &own)) {
            continue;
        }
        let whole = match name {
            "" => own,
            "/" => format!("/{own}"),
            name => format!("{name}/{own}"),
        };
        if kind.is_dir() {
            let below = if *segment == "**" { segments } else { rest };
            walk(&entry.path(), &whole, below, found, looked_at)?;
        } else if kind.is_file() && rest.is_empty() && *segment != "**" {
            found.push(whole);
        }
    }
    Ok(())
}

/// Whether a name fits a segment with `*` and `?`.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut place, mut star) = (0, 0, None);
    while place < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(&c) if c == '?' || c == name[place] => {
                at += 1;
                place += 1;
            }
            _ => match star {
                Some((back, from)) => {
                    star = Some((back, from + 1));
                    (at, place) = (back + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> (tempfile::TempDir, Folder) {
        let outer = tempfile::tempdir().unwrap();
        fs::write(outer.path().join("secret.txt"), "secret").unwrap();
        let root = outer.path().join("config");
        for name in names {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, *name).unwrap();
        }
        let folder = Folder::new(&root).unwrap();
        (outer, folder)
    }

    #[test]
    fn a_relative_path_stays_within_the_folder_and_an_absolute_one_may_lead_anywhere() {
        let (outer, folder) = folder(&["a.txt", "in/b.txt"]);
        assert_eq!(folder.read("in/../a.txt").unwrap(), b"a.txt");
        let refused = folder.read("../secret.txt").unwrap_err();
        assert!(refused.message.contains("outside") && refused.hint.contains("absolute"), "{refused:?}");
        let absolute = outer.path().join("secret.txt");
        assert_eq!(folder.read(absolute.to_str().unwrap()).unwrap(), b"secret");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(absolute, folder.root.join("link.txt")).unwrap();
            assert!(folder.read("link.txt").unwrap_err().message.contains("outside"));
        }
        assert!(folder.read("none.txt").unwrap_err().message.contains("`none.txt`"));
    }

    #[test]
    fn patterns_find_files_in_order_and_no_match_is_an_error() {
        let (_outer, folder) = folder(&["a1.txt", "a2.md", "b.txt", "in/a3.txt", "in/deep/a4.txt"]);
        for (pattern, expected) in [
            ("*.txt", vec!["a1.txt", "b.txt"]),
            ("a?.*", vec!["a1.txt", "a2.md"]),
            ("**/*.txt", vec!["a1.txt", "b.txt", "in/a3.txt", "in/deep/a4.txt"]),
            ("in/*.txt", vec!["in/a3.txt"]),
            ("./{b,in/a3}.txt", vec!["b.txt", "in/a3.txt"]),
            ("plain.txt", vec!["plain.txt"]),
        ] {
            assert_eq!(folder.find(pattern).unwrap(), expected, "{pattern}");
        }
        assert!(folder.find("*.csv").is_err());
        assert!(folder.find("../*.txt").is_err());
    }
}
