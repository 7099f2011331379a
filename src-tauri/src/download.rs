//! Texts that the page gives to the reader as files.

use formaops_api::{ApiError, ErrorCode};
use std::{
    fs::File,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

/// The longest name of a file, in bytes.
const MOST_NAMED: usize = 120;
/// How many files of one name are told apart by a number.
const MOST_OF_ONE_NAME: u32 = 1000;

/// Writes a file into a folder under a name that no file has there yet, and answers where it is.
///
/// # Errors
/// Where the name leads anywhere else, or the file cannot be written; then nothing of it is left.
pub(crate) fn save(folder: &Path, name: &str, content: &[u8]) -> Result<PathBuf, ApiError> {
    let is_plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | ' ');
    if name.is_empty() || name.starts_with('.') || name.len() > MOST_NAMED || !name.chars().all(is_plain) {
        return Err(ApiError::invalid("name", format!("`{name}` is no name for a file")));
    }
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "txt"));
    for number in 1..=MOST_OF_ONE_NAME {
        let name = match number {
            1 => format!("{stem}.{extension}"),
            _ => format!("{stem} ({number}).{extension}"),
        };
        let path = folder.join(name);
        match File::create_new(&path) {
            Ok(mut file) => {
                return match file.write_all(content).and_then(|()| file.sync_all()) {
                    Ok(()) => Ok(path),
                    Err(error) => {
                        let _ = std::fs::remove_file(&path);
                        Err(refused(&path, &error))
                    }
                };
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(refused(&path, &error)),
        }
    }
    Err(ApiError::invalid("name", format!("there are too many files named `{name}` already")))
}

fn refused(path: &Path, error: &std::io::Error) -> ApiError {
    ApiError::new(
        ErrorCode::Storage,
        format!("`{}` cannot be written: {error}", path.display()),
        "Make room there, or copy the text instead.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_there_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["first", "second", "third"]
            .map(|text| save(folder.path(), "answer.md", text.as_bytes()).unwrap());
        let names = paths.each_ref().map(|path| path.file_name().unwrap().to_str().unwrap());
        assert_eq!(names, ["answer.md", "answer (2).md", "answer (3).md"]);
        assert_eq!(std::fs::read_to_string(&paths[0]).unwrap(), "first");
    }

    #[test]
    fn a_name_leads_nowhere_but_into_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let long = format!("{}.md", "a".repeat(200));
        for name in
            ["", ".", "..", ".bashrc", "../up.md", "/etc/passwd", "a/b.md", "a\\b.md", "a\0.md", &long]
        {
            assert!(save(folder.path(), name, b"text").is_err(), "{name:?}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_is_not_there_is_told_with_its_path() {
        let error = save(Path::new("/nowhere/at/all"), "answer.md", b"text").unwrap_err();
        assert!(error.message.contains("/nowhere/at/all/answer.md"), "{}", error.message);
    }
}
