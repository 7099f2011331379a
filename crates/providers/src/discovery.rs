//! Looks for model servers on this machine, at the addresses of the presets that are local.

use crate::{Factory, Preset, presets};
use formaops_domain::{KeyBinding, Origin, Provider as Config, ProviderId, Purpose, Timestamp};
use futures::{StreamExt as _, stream::FuturesUnordered};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use url::Url;

/// A model server that answers on this machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundServer {
    /// The id of the preset that describes it.
    pub preset: String,
    /// Its name for people.
    pub title: String,
    /// Where it answers.
    pub base_url: Url,
    /// The ids of the models that it lists.
    pub models: Vec<String>,
}

/// How long a server may take to answer. One that is there answers within milliseconds.
const PATIENCE: Duration = Duration::from_secs(1);

/// The servers that answer, in the order of the presets. It asks each address of this machine once.
pub async fn discover(factory: &Factory) -> Vec<FoundServer> {
    let local = presets().into_iter().enumerate().filter_map(|(place, preset)| {
        let url = preset.base_url.clone().filter(|url| Origin::of(url).is_loopback())?;
        Some(look(factory, place, preset, url))
    });
    let mut found: Vec<_> =
        local.collect::<FuturesUnordered<_>>().filter_map(std::future::ready).collect().await;
    found.sort_by_key(|(place, _)| *place);
    // Two presets may name the same address: the first that understands its answer is it.
    let mut servers: Vec<FoundServer> = Vec::new();
    for (_, server) in found {
        let origin = Origin::of(&server.base_url);
        if servers.iter().all(|known| Origin::of(&known.base_url) != origin) {
            servers.push(server);
        }
    }
    servers
}

async fn look(factory: &Factory, place: usize, preset: Preset, url: Url) -> Option<(usize, FoundServer)> {
    let config = Config {
        id: ProviderId::from_uuid(uuid::Uuid::nil()),
        name: preset.id.clone(),
        kind: preset.kind,
        base_url: Some(url.clone()),
        key: None::<KeyBinding>,
        max_concurrent: None,
        requests_per_minute: None,
        tokens_per_minute: None,
        created_at: Timestamp::default(),
        updated_at: Timestamp::default(),
    };
    let provider = factory.provider(&config).ok()?;
    let listed = tokio::time::timeout(PATIENCE, provider.probe(Purpose::Discovery)).await.ok()?.ok()?;
    let models = listed.into_iter().map(|model| model.id).collect();
    Some((place, FoundServer { preset: preset.id, title: preset.title, base_url: url, models }))
}
