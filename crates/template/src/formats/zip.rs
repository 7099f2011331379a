//! Zip archives, within bounds of count, size and path.

use super::{FormatError, MOST_BYTES, MOST_FILES, SourceFile};
use ::zip::{CompressionMethod, ZipArchive, ZipWriter, result::ZipError, write::SimpleFileOptions};
use std::io::{self, Cursor, Read, Write};

/// How many times larger than the zip its contents may be, beyond the first MiB.
const MOST_RATIO: usize = 200;

/// The files themselves, and those in zips among them. A zip in a zip stays closed.
///
/// # Errors
/// [`FormatError`] where there are too many files or bytes, where a zip is damaged or encrypted, and where a path in it
/// leads out of it.
pub fn unpack(files: Vec<SourceFile>) -> Result<Vec<SourceFile>, FormatError> {
    let mut unpacked = Vec::new();
    let mut left = MOST_BYTES;
    for file in files {
        if file.bytes.starts_with(b"PK\x03\x04") || file.bytes.starts_with(b"PK\x05\x06") {
            open(&file, &mut left, &mut unpacked)?;
        } else {
            left = left.checked_sub(file.bytes.len()).ok_or_else(|| too_large(&file.name))?;
            unpacked.push(file);
        }
        if unpacked.len() > MOST_FILES {
            return Err(too_many(""));
        }
    }
    Ok(unpacked)
}

fn too_large(file: &str) -> FormatError {
    let message =
        format!("`{file}` is too large: all files together have at most {} MiB, unpacked", MOST_BYTES >> 20);
    FormatError::new(file, "", message).hint("Import it in parts.")
}

fn too_many(file: &str) -> FormatError {
    let message = format!("there are more than {MOST_FILES} files");
    FormatError::new(file, "", message).hint("Import them in parts.")
}

fn damaged(file: &str, error: &ZipError) -> FormatError {
    FormatError::new(file, "", format!("`{file}` is no zip that can be read: {error}"))
}

fn open(file: &SourceFile, left: &mut usize, unpacked: &mut Vec<SourceFile>) -> Result<(), FormatError> {
    let zip_name = file.name.as_str();
    let mut archive = ZipArchive::new(Cursor::new(&file.bytes)).map_err(|error| damaged(zip_name, &error))?;
    if archive.len() > MOST_FILES {
        return Err(too_many(zip_name));
    }
    let most = (1 << 20) + file.bytes.len().saturating_mul(MOST_RATIO);
    let mut whole = 0;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| damaged(zip_name, &error))?;
        let name = entry.name().map_err(|error| damaged(zip_name, &error))?.replace('\\', "/");
        let refuse = |why: &str| {
            let message = format!("`{name}` in `{zip_name}` {why}");
            FormatError::new(zip_name, &name, message)
        };
        if entry.enclosed_name().is_none()
            || name.starts_with('/')
            || name.split('/').any(|part| part == "..")
        {
            return Err(refuse("leads out of the zip"));
        }
        if entry.is_symlink() {
            return Err(refuse("is a symbolic link, which is not followed"));
        }
        if entry.is_dir() || name.starts_with("__MACOSX/") || name.ends_with(".DS_Store") {
            continue;
        }
        // What the zip says of a size is not believed: so much is read and not a byte more.
        let mut bytes = Vec::new();
        let room = (*left).min(most - whole);
        let read = entry.by_ref().take(room as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| refuse(&format!("is damaged: {error}")))?;
        if bytes.len() > *left {
            return Err(too_large(zip_name));
        }
        if bytes.len() > room {
            return Err(refuse(&format!(
                "makes the zip more than {MOST_RATIO} times larger when it is unpacked"
            )));
        }
        whole += bytes.len();
        *left -= bytes.len();
        unpacked.push(SourceFile { name, bytes });
    }
    Ok(())
}

/// Packs files into a zip; the same files give the same bytes.
///
/// # Errors
/// Where the files do not fit into a zip.
pub fn pack(files: &[SourceFile]) -> io::Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(::zip::DateTime::default());
    for file in files {
        writer.start_file(file.name.as_str(), options)?;
        writer.write_all(&file.bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}
