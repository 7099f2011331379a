//! What is exported, as a file of our own.

use super::{Exporter, choice::Chosen, sensitive, without};
use crate::ApiError;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use formaops_domain::{
    ActorId, AttachmentHash, PromptId, RefKind, RefName, Suite, Version, VersionId, VersionSelector,
};
use formaops_store::{Actor, WholePrompt};
use formaops_template::formats::{
    Archive, ArchivedActor, ArchivedAttachment, ArchivedDraft, ArchivedInputSet, ArchivedPrompt, ArchivedRef,
    ArchivedVersion,
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The names of the variables of each exported prompt that are sensitive.
pub(super) type Secrets = HashMap<PromptId, HashSet<String>>;

impl Exporter<'_> {
    pub(super) async fn archive(&mut self, chosen: &Chosen) -> Result<Archive, ApiError> {
        let mut archive = Archive::default();
        let (mut wholes, mut secrets) = (Vec::with_capacity(chosen.prompts.len()), Secrets::new());
        for prompt in &chosen.prompts {
            let whole = self.app.store.get_whole_prompt(prompt.id).await?;
            self.note_secret_defaults(&whole);
            secrets.insert(prompt.id, sensitive(&whole));
            wholes.push(whole);
        }
        if self.request.results {
            archive.runs = self.runs(&wholes, &secrets).await?;
        }
        let ran: HashSet<(PromptId, VersionId)> = archive
            .runs
            .iter()
            .flat_map(|it| {
                it.run.variants.iter().map(|variant| (variant.prompt_of(&it.run), variant.version_id))
            })
            .collect();
        let mut actors: BTreeSet<_> = archive.runs.iter().map(|run| run.run.created_by).collect();
        let mut hashes = BTreeSet::new();
        for whole in wholes {
            let id = whole.prompt.id;
            let named = named(&whole, &chosen.suites);
            let is_needed = |version| ran.contains(&(id, version)) || named.contains(&version);
            let archived = archived(whole, self.request.history, is_needed, &secrets[&id]);
            self.count(&archived)?;
            actors.extend(archived.versions.iter().map(|version| version.author));
            let draft = archived.draft.iter().map(|draft| &draft.content);
            for content in archived.versions.iter().map(|version| &version.content).chain(draft) {
                hashes.extend(content.body.attachments().map(|(_, attachment)| attachment.hash));
            }
            archive.prompts.push(archived);
        }
        archive.datasets = self.datasets(chosen).await?;
        actors.extend(archive.datasets.iter().flat_map(|it| &it.versions).map(|version| version.author));
        archive.suites = self.suites(chosen, &archive)?;
        self.note_secret_columns(&archive, &secrets);
        archive.actors = self.actors(&actors).await?;
        if self.request.without_attachments {
            if !hashes.is_empty() {
                let message = format!("the bytes of {} attachments are left out", hashes.len());
                self.note("attachments", message);
            }
        } else {
            archive.attachments = self.attachments(hashes).await?;
        }
        Ok(archive)
    }

    async fn actors(&self, wanted: &BTreeSet<ActorId>) -> Result<Vec<ArchivedActor>, ApiError> {
        let known = self.app.store.list_actors().await?;
        let mut actors: Vec<_> =
            known.into_iter().filter(|actor| wanted.contains(&actor.id)).map(archived_actor).collect();
        actors.sort_by_key(|actor| actor.id);
        Ok(actors)
    }

    async fn attachments(
        &mut self,
        hashes: BTreeSet<AttachmentHash>,
    ) -> Result<Vec<ArchivedAttachment>, ApiError> {
        let mut kept = Vec::new();
        for hash in hashes {
            let data = STANDARD.encode(self.app.store.get_attachment(hash).await?);
            let attachment = ArchivedAttachment { hash, data };
            self.count(&attachment)?;
            kept.push(attachment);
        }
        Ok(kept)
    }

    /// A default is part of a version, which cannot be exported without it.
    fn note_secret_defaults(&mut self, whole: &WholePrompt) {
        let contents = whole.versions.iter().map(|version| &version.content);
        let mut names: Vec<_> = contents
            .flat_map(|content| &content.variables)
            .filter(|variable| variable.sensitive && variable.default.is_some())
            .map(|variable| variable.name.clone())
            .collect();
        names.sort();
        names.dedup();
        for name in names {
            let message = format!(
                "the default of the sensitive variable `{name}` is part of a version, and is exported"
            );
            self.note(whole.prompt.name.as_str(), message);
        }
    }
}

/// The versions of a prompt that suites name.
fn named(whole: &WholePrompt, suites: &[Suite]) -> HashSet<VersionId> {
    let asked = suites.iter().flat_map(|suite| &suite.spec.prompts);
    let of_this = asked.filter(|asked| asked.prompt_id == whole.prompt.id);
    let selectors = of_this.filter_map(|asked| asked.version.as_ref()?.parse::<VersionSelector>().ok());
    let ids = whole.versions.iter().map(|version| version.id);
    selectors
        .filter_map(|selector| match selector {
            VersionSelector::Head => whole.prompt.head,
            VersionSelector::Number(number) => {
                whole.versions.iter().find(|version| version.number == Some(number)).map(|version| version.id)
            }
            VersionSelector::Hash(start) => {
                ids.clone().find(|id| id.to_string().starts_with(&format!("ver_{start}")))
            }
            VersionSelector::Named(name) => {
                whole.names.iter().find(|named| named.name == name).map(|named| named.version)
            }
        })
        .collect()
}

fn archived_actor(actor: Actor) -> ArchivedActor {
    let kind = serde_json::to_value(actor.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
    ArchivedActor { id: actor.id, name: actor.name, kind: kind.unwrap_or_default() }
}

fn archived(
    whole: WholePrompt,
    history: bool,
    is_needed: impl Fn(VersionId) -> bool,
    secret: &HashSet<String>,
) -> ArchivedPrompt {
    let WholePrompt { prompt, versions, version_tags, names, draft, input_sets } = whole;
    let base = draft.as_ref().and_then(|draft| draft.base);
    let is_kept = |version: &Version| {
        history || is_needed(version.id) || prompt.head == Some(version.id) || base == Some(version.id)
    };
    let versions: Vec<_> = versions.into_iter().filter(is_kept).collect();
    let kept: HashSet<_> = versions.iter().map(|version| version.id).collect();
    let refs = names.into_iter().filter(|named| kept.contains(&named.version)).map(|named| ArchivedRef {
        kind: named.kind,
        name: named.name,
        version: named.version,
        updated_at: named.updated_at,
    });
    let refs: Vec<_> = refs.collect();
    let is_kept =
        |branch: &RefName| refs.iter().any(|named| named.kind == RefKind::Branch && named.name == *branch);
    let draft = draft.map(|draft| ArchivedDraft {
        content: draft.content,
        branch: if is_kept(&draft.branch) { draft.branch } else { RefName::main() },
        base: draft.base,
        inputs: without(draft.inputs, secret),
        updated_at: draft.updated_at,
    });
    let input_sets = input_sets.into_iter().map(|set| ArchivedInputSet {
        name: set.name,
        inputs: without(set.inputs, secret),
        created_at: set.created_at,
        updated_at: set.updated_at,
    });
    ArchivedPrompt {
        id: prompt.id,
        name: prompt.name,
        title: prompt.title,
        description: prompt.description,
        status: prompt.status,
        tags: prompt.tags,
        created_at: prompt.created_at,
        updated_at: prompt.updated_at,
        published_at: prompt.published_at,
        refs,
        input_sets: input_sets.collect(),
        versions: versions.into_iter().map(|version| tagged(version, &version_tags)).collect(),
        draft,
    }
}

fn tagged(version: Version, tags: &[(VersionId, String)]) -> ArchivedVersion {
    let of_this = tags.iter().filter(|(id, _)| *id == version.id);
    let tags = of_this.map(|(_, tag)| tag.clone()).collect();
    ArchivedVersion { tags, ..version.into() }
}
