//! The things most stories start with.

use crate::ids::{execution_id, provider_id, provider_key_id};
use formaops_domain::{
    Body, Content, KeyBinding, KeyRef, Origin, Parameters, Provider, ProviderKind, Role, Timestamp,
    ports::{ModelMessage, ModelRequest, Timeouts, Wants},
};
use url::Url;

/// The content of a prompt that is one text, with no variables.
#[must_use]
pub fn content(template: &str) -> Content {
    Content { body: Body::text(template), ..Content::default() }
}

/// The content of a prompt that is a list of messages, with no variables.
pub fn message_content<'a>(messages: impl IntoIterator<Item = (Role, &'a str)>) -> Content {
    Content { body: Body::messages(messages), ..Content::default() }
}

/// A provider called `local` that speaks OpenAI Chat Completions at `base_url`, with the key of
/// the environment variable `env` where one is given.
///
/// # Panics
/// Where `env` may not hold a key.
#[must_use]
pub fn provider(base_url: Url, env: Option<&str>) -> Provider {
    let key = env.map(|name| KeyBinding {
        id: provider_key_id(1),
        name: name.to_owned(),
        reference: KeyRef::Env { name: name.parse().expect("the variable may hold a key") },
        origin: Origin::of(&base_url),
    });
    Provider {
        id: provider_id(1),
        name: "local".to_owned(),
        kind: ProviderKind::OpenAiChat,
        base_url: Some(base_url),
        key,
        max_concurrent: None,
        requests_per_minute: None,
        tokens_per_minute: None,
        created_at: Timestamp::default(),
        updated_at: Timestamp::default(),
    }
}

/// A call of `model` for the execution of number 1, with one user message, no parameters and the usual
/// timeouts.
#[must_use]
pub fn request(model: &str, text: &str) -> ModelRequest {
    ModelRequest {
        model: model.to_owned(),
        messages: vec![ModelMessage::text(Role::User, text)],
        parameters: Parameters::default(),
        timeouts: Timeouts::default(),
        execution: Some(execution_id(1)),
        wants: Wants::Answer,
    }
}
