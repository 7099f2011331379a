//! Attachments: images and files, kept once and named by their bytes.

use crate::{ApiError, App, Caller, Problem, media_type};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use formaops_domain::{Attachment, AttachmentHash, Content, InvalidAttachment, Place};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Keeps an image or a file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateAttachment {
    /// Its name as a file, without a path: 1 to 255 characters.
    pub name: String,
    /// Its media type, such as `image/png`; guessed from its first bytes and its name where absent.
    #[serde(default)]
    pub media_type: Option<String>,
    /// Its bytes in base 64, 1 to 20,000,000 of them.
    #[schemars(extend("contentEncoding" = "base64"))]
    pub data: String,
}

/// Asks for the bytes of an attachment.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetAttachment {
    /// The name of its bytes.
    pub hash: AttachmentHash,
}

/// The bytes of an attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentBytes {
    /// What the bytes alone say that they are; the messages they are attached to may know better.
    pub media_type: Option<String>,
    /// The bytes in base 64.
    #[schemars(extend("contentEncoding" = "base64"))]
    pub data: String,
}

pub(crate) async fn attachment_create(
    app: &App,
    _: &Caller,
    request: CreateAttachment,
) -> Result<Attachment, ApiError> {
    let CreateAttachment { name, media_type, data } = request;
    let bytes = STANDARD
        .decode(data)
        .map_err(|error| ApiError::invalid("data", format!("`data` is not base 64: {error}")))?;
    let media_type = media_type.unwrap_or_else(|| media_type::of_file(&name, &bytes));
    let attachment = Attachment::new(name, media_type, &bytes).map_err(|error| {
        let path = match &error {
            InvalidAttachment::Size { .. } => "data",
            other => other.field().unwrap_or_default(),
        };
        ApiError::invalid(path, error.to_string())
    })?;
    app.store.put_attachment(bytes).await?;
    Ok(attachment)
}

pub(crate) async fn attachment_get(
    app: &App,
    _: &Caller,
    request: GetAttachment,
) -> Result<AttachmentBytes, ApiError> {
    let bytes = app.store.get_attachment(request.hash).await?;
    let media_type = media_type::of_bytes(&bytes).map(str::to_owned);
    Ok(AttachmentBytes { media_type, data: STANDARD.encode(bytes) })
}

/// Refuses content whose attachments break a rule, wherever content is taken in. The store refuses those
/// whose bytes are not there.
pub(super) fn check_attachments(content: &Content) -> Result<(), ApiError> {
    let problems = content.body.attachment_problems().into_iter().map(|(path, problem)| Problem {
        message: problem.to_string(),
        hint: String::new(),
        at: Place { path, line: None, column: None },
    });
    let problems: Vec<_> = problems.collect();
    if problems.is_empty() { Ok(()) } else { Err(ApiError::problems(crate::ErrorCode::Invalid, problems)) }
}
