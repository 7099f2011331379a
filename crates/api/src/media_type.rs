//! What kind of file some bytes are.

/// The first bytes of the kinds that models take, which tell more than a name does.
const SIGNATURES: [(&[u8], &str); 5] = [
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
];

/// What the bytes alone say; nothing where they could be anything.
pub(crate) fn of_bytes(bytes: &[u8]) -> Option<&'static str> {
    let signed = SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature));
    if let Some((_, media_type)) = signed {
        return Some(media_type);
    }
    // A RIFF file says after its length what is in it.
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some("image/webp");
    }
    is_text(bytes).then_some("text/plain")
}

/// What a file most likely is: by its first bytes, else by its name, else text where it is that.
pub(crate) fn of_file(name: &str, bytes: &[u8]) -> String {
    const UNKNOWN: &str = "application/octet-stream";
    let by_bytes = of_bytes(bytes);
    let by_name = mime_guess::from_path(name).first_raw();
    let guessed = match (by_bytes, by_name) {
        // Endings of source code have been given to films and sounds too.
        (Some("text/plain"), Some(name)) if !name.starts_with("video/") && !name.starts_with("audio/") => {
            name
        }
        (Some(bytes), _) => bytes,
        (None, name) => name.unwrap_or(UNKNOWN),
    };
    guessed.to_ascii_lowercase()
}

fn is_text(bytes: &[u8]) -> bool {
    !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_count_for_more_than_the_name_and_the_name_for_more_than_nothing() {
        for (name, bytes, expected) in [
            ("photo.png", b"\xff\xd8\xff\xe0".as_slice(), "image/jpeg"),
            ("pasted", b"\x89PNG\r\n\x1a\n\0", "image/png"),
            ("a.bin", b"GIF89a", "image/gif"),
            ("a", b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
            ("a.txt", b"%PDF-1.7", "application/pdf"),
            ("notes.md", b"# Notes", "text/markdown"),
            ("data.json", b"{}", "application/json"),
            ("main.ts", b"const a = 1;", "text/plain"),
            ("Makefile", b"all:", "text/plain"),
            ("film.mp4", b"\0\0\0\x18ftyp", "video/mp4"),
            ("thing", b"\0\x01", "application/octet-stream"),
        ] {
            assert_eq!(of_file(name, bytes), expected, "{name}");
        }
    }
}
