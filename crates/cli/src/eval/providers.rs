//! The providers of a configuration in the workspace: found, or made.

use crate::call::call;
use formaops_api::{
    ApiError, ErrorCode, Session,
    handlers::{KeyState, ProviderView},
};
use formaops_domain::{EnvName, KeyRef, Origin, Page};
use formaops_promptfoo::{Config, KeyOf, NeededProvider};
use serde_json::{Value, json};
use std::{collections::HashMap, env};
use url::Url;

/// Finds a provider for each that the configuration needs, or makes it, and gives the models of the configuration their
/// names.
///
/// A key goes to an address that the file itself names only where that is on this machine, or where the user said that
/// the file is trusted.
pub(super) async fn settle(
    session: &Session,
    config: &mut Config,
    is_trusted: bool,
) -> Result<Vec<String>, ApiError> {
    let presets: Value = session.call("preset_list", json!({})).await?;
    let (mut names, mut said) = (HashMap::new(), Vec::new());
    for needed in &config.providers {
        let preset = presets["items"].as_array().into_iter().flatten();
        let preset = preset.into_iter().find(|preset| preset["id"] == needed.preset);
        let usual = preset.and_then(|preset| preset["baseUrl"].as_str()?.parse::<Url>().ok());
        let Some(address) = needed.base_url.clone().or(usual) else {
            return Err(wrong(
                needed,
                format!("`{}` has no address", needed.preset),
                "Set `config.apiBaseUrl`.",
            ));
        };
        if let (KeyOf::Named(name), Some(own)) = (&needed.key_of, &needed.base_url)
            && !is_trusted
            && !Origin::of(own).is_loopback()
        {
            let message =
                format!("the file sends the key of `{name}` to an address that it names itself, `{own}`");
            let hint = "Look at it, and say that you trust the file with `--trust`.";
            return Err(wrong(needed, message, hint));
        }
        let key = key(needed);
        let found = find(session, needed, &address, key.as_ref()).await?;
        let provider = match (found, &key) {
            (Some(provider), _) => provider,
            // Nothing is made that could not be used. Of another process it is not known what it finds.
            (None, Some(name)) if session.is_owner() && env::var_os(name.as_str()).is_none() => {
                return Err(missing(needed, name));
            }
            (None, key) => make(session, needed, &address, key.as_ref()).await?,
        };
        if let (KeyState::Missing, Some(name)) = (provider.key_state, &key) {
            return Err(missing(needed, name));
        }
        if key.is_none() && matches!(needed.key_of, KeyOf::Nobody) && !Origin::of(&address).is_loopback() {
            said.push(format!(
                "no key is sent to `{address}`, an address of the file's own: name one with `apiKeyEnvar`, if it needs one \
                 ({})",
                needed.at
            ));
        }
        names.insert(needed.key.clone(), provider.provider.name);
    }
    config.rename_providers(|key| names.get(key).cloned().unwrap_or_else(|| key.to_owned()));
    Ok(said)
}

/// That a variable holds no key.
fn missing(needed: &NeededProvider, name: &EnvName) -> ApiError {
    let message = format!("`{}` has no key: `{name}` is not set in the environment", needed.preset);
    let hint = format!(
        "Set it, as in `export {name}=…`, or name a file that sets it with `--env-file`. Where another process owns the \
         workspace, it must be set there."
    );
    wrong(needed, message, hint)
}

/// The variable whose key is sent.
fn key(needed: &NeededProvider) -> Option<EnvName> {
    match &needed.key_of {
        KeyOf::Named(name) => Some(name.clone()),
        KeyOf::Nobody => None,
        KeyOf::Vendor(names) => {
            names.iter().find(|name| env::var_os(name.as_str()).is_some()).or(names.first()).cloned()
        }
    }
}

/// The provider of this kind at this address. One that has a key of another place, such as the keychain, serves a
/// configuration that asks for that of the vendor too.
async fn find(
    session: &Session,
    needed: &NeededProvider,
    address: &Url,
    key: Option<&EnvName>,
) -> Result<Option<ProviderView>, ApiError> {
    let all: Page<ProviderView> = call(session, "provider_list", json!({})).await?;
    let fits = |view: &&ProviderView| {
        let provider = &view.provider;
        let is_there =
            provider.kind == needed.kind && provider.base_url.as_ref().is_some_and(|url| same(url, address));
        let own = provider.usable_key();
        is_there
            && match (&needed.key_of, key) {
                (KeyOf::Vendor(_), Some(name)) => match own {
                    Some(KeyRef::Env { name: own }) => own == name,
                    other => other.is_some(),
                },
                (_, Some(name)) => matches!(own, Some(KeyRef::Env { name: own }) if own == name),
                (_, None) => own.is_none(),
            }
    };
    Ok(all.items.iter().find(fits).cloned())
}

fn same(one: &Url, other: &Url) -> bool {
    one.as_str().trim_end_matches('/') == other.as_str().trim_end_matches('/')
}

async fn make(
    session: &Session,
    needed: &NeededProvider,
    address: &Url,
    key: Option<&EnvName>,
) -> Result<ProviderView, ApiError> {
    let all: Page<ProviderView> = call(session, "provider_list", json!({})).await?;
    let taken = |name: &str| all.items.iter().any(|view| view.provider.name == name);
    let usual = usual_name(needed, address);
    let mut names = std::iter::once(usual.clone()).chain((2..).map(|number| format!("{usual}-{number}")));
    let name = names.find(|name| !taken(name)).unwrap_or(usual);
    let request = json!({ "name": name, "kind": needed.kind, "baseUrl": address, "keyEnv": key });
    call(session, "provider_create", request).await.map_err(|error| {
        // What is missing in the environment is told with its name by who asked for it.
        ApiError { at: error.at.or_else(|| wrong(needed, "", "").at), ..error }
    })
}

/// A vendor has its own name; another address is called after its host.
fn usual_name(needed: &NeededProvider, address: &Url) -> String {
    let is_vendor = needed.base_url.is_none() || matches!(needed.key_of, KeyOf::Vendor(_));
    if is_vendor {
        return needed.preset.to_owned();
    }
    if Origin::of(address).is_loopback() {
        return "local".to_owned();
    }
    let host = address.host_str().unwrap_or(needed.preset).to_lowercase();
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '-' };
    host.chars().map(plain).take(56).collect::<String>().trim_matches(['.', '-']).to_owned()
}

fn wrong(needed: &NeededProvider, message: impl Into<String>, hint: impl Into<String>) -> ApiError {
    let at = formaops_domain::Place { path: needed.at.clone(), line: None, column: None };
    ApiError { at: Some(at), ..ApiError::new(ErrorCode::Invalid, message, hint) }
}
