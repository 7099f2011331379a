//! Failures in the words of the product: what happened, to what, and what to do next. Pure.

mod reported;
mod status;

pub(crate) use reported::ProviderError;
pub(crate) use status::{Answer, reported};

use formaops_domain::{ErrorClass, Failure, KeyRef, Origin};
use std::fmt;

/// What a call was made of, as far as it is named in failures. It holds no key.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// The provider's name.
    pub(crate) provider: String,
    /// Where it is.
    pub(crate) origin: Origin,
    /// Its key.
    pub(crate) key: Option<KeyRef>,
    /// The model that is called; none where the list of models is asked for.
    pub(crate) model: Option<String>,
    /// The wire format it should speak, for people.
    pub(crate) speaks: &'static str,
    /// Whether what is called there is a deployment, which goes by a name that its owner chose.
    pub(crate) calls_deployments: bool,
    /// What the path of its base URL usually ends in; empty where there is none.
    pub(crate) base_path: &'static str,
}

impl Site {
    /// The origin as people write it: without the port that goes without saying.
    pub(crate) fn address(&self) -> String {
        shown(&self.origin)
    }

    /// What to look at where the address seems to be the wrong one.
    pub(crate) fn check_address(&self) -> String {
        let address = self.address();
        match self.base_path {
            "" => format!("Check the base URL at `{address}`: it usually has no path."),
            path => format!("Check the base URL at `{address}`: it usually ends in `{path}`."),
        }
    }
}

/// The longest quotation of a provider, in characters.
pub(crate) const MAX_DETAIL: usize = 2_000;

/// An origin as people write it: without the port that goes without saying.
pub(crate) fn shown(origin: &Origin) -> String {
    let text = origin.to_string();
    let port = if text.starts_with("https:") { ":443" } else { ":80" };
    text.strip_suffix(port).map_or_else(|| text.clone(), str::to_owned)
}

/// A quotation of a provider, cut to what is kept; `None` where it says nothing.
pub(crate) fn quotation(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(MAX_DETAIL).collect())
}

/// The text of a page: its title where it has one.
pub(crate) fn title_of(page: &str) -> &str {
    let lower = page.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|at| {
        let start = at + lower[at..].find('>')? + 1;
        let end = start + lower[start..].find("</title")?;
        page.get(start..end)
    });
    title.map(str::trim).filter(|title| !title.is_empty()).unwrap_or(page)
}

/// An answer that is a page for people.
pub(crate) fn html(site: &Site, page: &str) -> Failure {
    let mut failure = Failure::new(
        ErrorClass::InvalidResponse,
        format!("`{}` answered with a web page in place of an answer", site.provider),
        format!("{} A sign-in page or a proxy may stand before it.", site.check_address()),
    );
    failure.detail = quotation(title_of(page));
    failure
}

/// An answer that is nothing the wire format knows.
pub(crate) fn unreadable(site: &Site, found: &str) -> Failure {
    let mut failure = Failure::new(
        ErrorClass::InvalidResponse,
        format!("`{}` answered with something that is not {}", site.provider, site.speaks),
        format!("Check that the server at `{}` speaks {}.", site.address(), site.speaks),
    );
    failure.detail = quotation(found);
    failure
}

/// An answer that is compressed in a way that nobody asked for.
pub(crate) fn compressed(site: &Site, compression: &str) -> Failure {
    Failure::new(
        ErrorClass::InvalidResponse,
        format!(
            "`{}` compressed its answer with `{compression}`, although it was asked not to",
            site.provider
        ),
        "A proxy or gateway before it may do that: let it pass the answers as they are.",
    )
}

/// An answer that is longer than what is kept.
pub(crate) fn too_long(site: &Site, limit: usize) -> Failure {
    Failure::new(
        ErrorClass::InvalidResponse,
        format!("`{}` sent more than {} MiB in one answer", site.provider, limit / (1024 * 1024)),
        "Set `maxTokens`, or check that the server is the right one. What came before is kept.",
    )
}

/// A stream that ended too early. One that ended before it began to speak may be tried again.
pub(crate) fn truncated(site: &Site, spoken: bool) -> Failure {
    if spoken {
        Failure::new(
            ErrorClass::Truncated,
            format!("the answer of `{}` ended before it was complete", site.provider),
            "Run again. What came before is kept.",
        )
    } else {
        Failure::new(
            ErrorClass::Reset,
            format!("`{}` closed the connection before it said anything", site.provider),
            "Run again. If it stays so, look into the log of the server.",
        )
    }
}

/// A request that the provider refused for what it says, before the model saw it or in place of an answer.
pub(crate) fn blocked(site: &Site, word: &str) -> Failure {
    let mut failure = Failure::new(
        ErrorClass::ContentFilter,
        format!("`{}` blocked the request for its content", site.provider),
        "Change the wording of the prompt or its inputs.",
    );
    failure.detail = quotation(word);
    failure
}

/// A server that has no list of its models at the address of its calls.
pub(crate) fn no_list(site: &Site) -> Failure {
    Failure::new(
        ErrorClass::NotFound,
        format!("`{}` does not list its models", site.provider),
        "Type the id of the model as its vendor's documentation gives it.",
    )
}

/// A provider without an address that can be called.
pub(crate) fn no_address(provider: &str) -> Failure {
    Failure::new(
        ErrorClass::NoProvider,
        format!("`{provider}` has no base URL"),
        "Set its base URL in the settings, such as `https://api.openai.com/v1`.",
    )
}

/// A key that was set for another origin than the one that would be called.
pub(crate) fn detached_key(provider: &str, key: &KeyRef, set_for: &Origin, now: &Origin) -> Failure {
    Failure::new(
        ErrorClass::NoKey,
        format!(
            "the key `{key}` of `{provider}` was set for `{}`, and its address is `{}` now",
            shown(set_for),
            shown(now)
        ),
        "Enter the key again in the provider's settings, if it belongs to the new address.",
    )
}

/// Parameters that cannot be sent.
pub(crate) fn bad_parameters(why: impl fmt::Display) -> Failure {
    Failure::new(ErrorClass::BadRequest, why.to_string(), "Change the parameters of the model and run again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_shown_without_the_port_that_goes_without_saying() {
        for (origin, text) in [
            ("https://api.openai.com", "https://api.openai.com"),
            ("http://localhost", "http://localhost"),
            ("http://127.0.0.1:11434", "http://127.0.0.1:11434"),
            ("http://example.com:443", "http://example.com:443"),
            ("https://example.com:8443", "https://example.com:8443"),
        ] {
            assert_eq!(shown(&origin.parse().unwrap()), text);
        }
    }

    #[test]
    fn a_page_is_quoted_by_its_title() {
        for (page, text) in [
            ("<html><TITLE>502 Bad Gateway</title>", "502 Bad Gateway"),
            ("<html><title lang='en'> Sign in </title>", "Sign in"),
            ("<html><title></title>", "<html><title></title>"),
            ("<title>endless", "<title>endless"),
            ("<p>İ</p><title>Gräfin</title>", "Gräfin"),
        ] {
            assert_eq!(title_of(page), text);
        }
    }
}
