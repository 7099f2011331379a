//! A small window with a message of the shell itself, for when the page cannot tell it.
//!
//! It is a still page: no script runs in it, and the access rules give it no command.

use crate::crash;
use formaops_api::ApiError;
use std::{borrow::Cow, fmt::Write as _};
use tauri::{
    AppHandle, Manager as _, Url,
    http::{Response, header},
    webview::{NewWindowResponse, WebviewWindowBuilder},
};

/// The label of the window.
pub(crate) const LABEL: &str = "notice";
/// The scheme that the page is read from.
pub(crate) const SCHEME: &str = "notice";

const STYLE: &str = "
:root { color-scheme: light dark; --muted: light-dark(#5c5f6b, #a5a8b4); --field: light-dark(#f1f2f5, #25262b) }
body { margin: 0; padding: 32px; font: 14px/1.5 system-ui, sans-serif;
  color: light-dark(#1b1c20, #e8e9ed); background: light-dark(#fff, #1a1b1e) }
h1 { margin: 0 0 12px; font-size: 18px }
p { margin: 0 0 12px; max-width: 70ch; overflow-wrap: anywhere }
p.hint { color: var(--muted) }
pre { max-height: 220px; overflow: auto; padding: 12px; border-radius: 6px; background: var(--field);
  font: 12px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere }
a { display: inline-block; padding: 6px 16px; border-radius: 6px; color: #fff; background: #5151cd;
  text-decoration: none }
a:focus-visible { outline: 2px solid light-dark(#1b1c20, #fff); outline-offset: 2px }
";

/// What the window says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    title: &'static str,
    message: String,
    hint: String,
    detail: String,
}

impl Notice {
    /// Why the workspace could not be opened.
    pub(crate) fn of_failed_start(error: &ApiError) -> Self {
        Self {
            title: "FormaOps cannot open the workspace",
            message: error.message.clone(),
            hint: error.hint.clone(),
            detail: String::new(),
        }
    }

    /// That an earlier process failed.
    pub(crate) fn of_crash(report: &crash::Report) -> Self {
        Self {
            title: "FormaOps failed the last time",
            message: "A part of FormaOps stopped because of a defect. What was saved is still there."
                .to_owned(),
            hint: format!(
                "The report below was sent to nobody. It has no inputs, outputs or keys. It is kept in `{}`.",
                report.path.display()
            ),
            detail: report.text.clone(),
        }
    }

    /// Opens the window.
    pub(crate) fn open(&self, app: &AppHandle) -> tauri::Result<()> {
        let address = if cfg!(any(windows, target_os = "android")) {
            "http://notice.localhost/"
        } else {
            "notice://localhost/"
        };
        let address: Url = address.parse().map_err(tauri::Error::InvalidUrl)?;
        let (page, handle) = (address.clone(), app.clone());
        WebviewWindowBuilder::new(app, LABEL, tauri::WebviewUrl::CustomProtocol(address))
            .title(self.title)
            .inner_size(640.0, 420.0)
            .on_new_window(|_, _| NewWindowResponse::Deny)
            .on_navigation(move |url| {
                if url.path() == "/close" {
                    close(&handle);
                }
                *url == page
            })
            .build()?;
        Ok(())
    }

    /// The page of the window.
    pub(crate) fn to_html(&self) -> String {
        let mut html = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title><style>{STYLE}</style>\
             <main><h1>{title}</h1><p role=\"alert\">{message}</p>",
            title = escaped(self.title),
            message = escaped(&self.message)
        );
        for (open, text, close) in
            [("<p class=\"hint\">", &self.hint, "</p>"), ("<pre tabindex=\"0\">", &self.detail, "</pre>")]
        {
            if !text.is_empty() {
                let _ = write!(html, "{open}{}{close}", escaped(text));
            }
        }
        html.push_str("<p><a href=\"/close\">Close</a></p></main></html>");
        html
    }
}

/// Answers a request of the window for its page.
pub(crate) fn response(html: &str) -> Response<Cow<'static, [u8]>> {
    let mut response = Response::new(Cow::Owned(html.as_bytes().to_vec()));
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
    for (name, value) in
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, policy)]
    {
        response.headers_mut().insert(name, header::HeaderValue::from_static(value));
    }
    response
}

fn close(app: &AppHandle) {
    if let Some(Err(error)) = app.get_webview_window(LABEL).map(|window| window.close()) {
        tracing::warn!(%error, "the notice cannot be closed");
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use formaops_api::ErrorCode;

    #[test]
    fn a_failed_start_says_what_happened_and_what_to_do() {
        let error = ApiError::new(ErrorCode::Storage, "cannot read `<a>&\"b\"`", "Choose another folder.");
        let html = Notice::of_failed_start(&error).to_html();
        assert!(html.contains("cannot read `&lt;a&gt;&amp;&quot;b&quot;`"), "{html}");
        assert!(html.contains("<p class=\"hint\">Choose another folder.</p>"), "{html}");
        assert!(!html.contains("<pre"), "{html}");
    }

    #[test]
    fn a_crash_shows_the_report_and_where_it_is() {
        let report =
            crash::Report { path: "/w/logs/crash-1.shown.txt".into(), text: "place: a.rs:1".to_owned() };
        let html = Notice::of_crash(&report).to_html();
        assert!(html.contains("<pre tabindex=\"0\">place: a.rs:1</pre>"), "{html}");
        assert!(html.contains("`/w/logs/crash-1.shown.txt`"), "{html}");
    }

    #[test]
    fn the_page_of_a_notice_runs_no_script() {
        let response = response("<p>");
        let policy = response.headers().get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("script"), "{policy}");
    }
}
