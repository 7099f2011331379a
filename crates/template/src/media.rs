//! The address of a medium as a provider takes it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use formaops_domain::{Media, MediaSource};
use url::Url;

/// The media types of file names.
const TYPES: [(&str, &str); 12] = [
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("svg", "image/svg+xml"),
    ("pdf", "application/pdf"),
    ("mp3", "audio/mpeg"),
    ("wav", "audio/wav"),
    ("mp4", "video/mp4"),
    ("txt", "text/plain"),
    ("json", "application/json"),
];

/// The medium at an address: `http:`, `https:`, or `data:` with the bytes in base64. None where it is neither.
/// Its type is the one that was said, else that of the address, else that of the ending of its name.
pub(crate) fn read(address: &str, content_type: Option<&str>) -> Option<Media> {
    let url = Url::parse(address.trim()).ok()?;
    let (source, known) = match url.scheme() {
        "data" => {
            let (head, data) = url.path().split_once(',')?;
            let bytes = STANDARD.decode(data).ok()?;
            let kind = head.strip_suffix(";base64")?.split(';').next().unwrap_or_default();
            (MediaSource::Bytes(bytes.into()), kind.to_owned())
        }
        "http" | "https" => {
            let ending = url.path().rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
            let known = TYPES.iter().find(|(name, _)| *name == ending).map_or("", |(_, kind)| kind);
            (MediaSource::Url(url), known.to_owned())
        }
        _ => return None,
    };
    let media_type = content_type.map_or(known, str::to_owned);
    let media_type = if media_type.is_empty() { "application/octet-stream".to_owned() } else { media_type };
    Some(Media { media_type, name: None, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_of_the_web_or_the_file_itself() {
        let media = read("https://a.example/x/cat.PNG?w=1", None).unwrap();
        assert_eq!(media.media_type, "image/png");
        assert!(matches!(media.source, MediaSource::Url(_)));
        let media = read("data:image/gif;base64,AAEC", None).unwrap();
        assert_eq!(
            (media.media_type.as_str(), media.source),
            ("image/gif", MediaSource::Bytes(vec![0, 1, 2].into()))
        );
        assert_eq!(read("https://a.example/x", Some("audio/wav")).unwrap().media_type, "audio/wav");
        for neither in ["file:///etc/passwd", "cat.png", "data:image/gif,plain", "javascript:1"] {
            assert_eq!(read(neither, None), None, "{neither}");
        }
    }
}
