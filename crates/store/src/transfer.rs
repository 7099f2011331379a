//! What a workspace holds as it leaves it, and as it comes into one.

mod run;
mod suite;

pub use run::{WholeExecution, WholeRun};
pub use suite::SuiteImport;

use crate::{
    Actor, DatasetImport, Store, StoreError, attachment,
    blob::{self, Blob},
    column::{Int, Json, Key, Word},
    dataset, draft, prompt, version, version_ref,
};
use formaops_domain::{
    ActorId, Draft, InputSet, Prompt, PromptId, RefKind, RefName, Timestamp, Version, VersionId, VersionRef,
};
use run::PackedRun;
use sqlx::{Connection as _, SqliteConnection};
use std::collections::{HashMap, HashSet};

/// A prompt with all that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct WholePrompt {
    /// The prompt.
    pub prompt: Prompt,
    /// Its versions, oldest first, with those that only ran.
    pub versions: Vec<Version>,
    /// Words to find versions by.
    pub version_tags: Vec<(VersionId, String)>,
    /// The names that point to them.
    pub names: Vec<VersionRef>,
    /// Unsaved work.
    pub draft: Option<Draft>,
    /// Inputs under names.
    pub input_sets: Vec<InputSet>,
}

/// What is brought into a workspace. All ids in it are those that things have here.
#[derive(Debug, Clone)]
pub struct Import {
    /// Who brings it.
    pub by: ActorId,
    /// When.
    pub at: Timestamp,
    /// Whoever wrote the versions; those that are known stay as they are.
    pub actors: Vec<Actor>,
    /// The bytes of attachments.
    pub attachments: Vec<Vec<u8>>,
    /// The prompts.
    pub prompts: Vec<PromptImport>,
    /// The datasets.
    pub datasets: Vec<DatasetImport>,
    /// The suites.
    pub suites: Vec<SuiteImport>,
    /// Runs of the prompts, oldest first. One that is here already stays as it is.
    pub runs: Vec<WholeRun>,
}

/// A prompt that is brought in.
#[derive(Debug, Clone, PartialEq)]
pub enum PromptImport {
    /// As a prompt of its own.
    New(WholePrompt),
    /// Into one that is there: its versions are added, and the newest is laid over what is there.
    Into {
        /// The prompt that is there.
        id: PromptId,
        /// What is added to it.
        whole: WholePrompt,
        /// Why, for a version that has to be made.
        note: String,
    },
}

/// What became of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportedPrompt {
    /// The prompt as it is here.
    pub id: PromptId,
    /// Whether anything of it changed.
    pub changed: bool,
}

/// What became of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The prompts, in their order.
    pub prompts: Vec<ImportedPrompt>,
    /// How many runs were added.
    pub runs: usize,
}

impl Store {
    /// A prompt with all that belongs to it, as it is at one moment.
    pub async fn get_whole_prompt(&self, id: PromptId) -> Result<WholePrompt, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let mut transaction = connection.begin().await?;
        Ok(WholePrompt {
            prompt: prompt::get(&mut transaction, id).await?,
            versions: version::all(&mut transaction, id).await?,
            version_tags: tags(&mut transaction, id).await?,
            names: version_ref::list(&mut transaction, id).await?,
            draft: draft::find(&mut transaction, id).await?,
            input_sets: crate::input_set::list(&mut transaction, id).await?,
        })
    }

    /// Brings all of an import in, or nothing.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where something new has the name of what is here, [`StoreError::NoAttachment`] where
    /// the bytes of an attachment are neither here nor brought, [`StoreError::DatasetMoved`] where a dataset that gets
    /// more versions was saved meanwhile.
    pub async fn import(&self, import: Import) -> Result<Imported, StoreError> {
        // Compressing takes a while where there is much, and nobody else shall wait for it.
        let packed =
            tokio::task::spawn_blocking(move || pack(import)).await.map_err(StoreError::unreadable)??;
        self.write(move |connection| Box::pin(bring_in(connection, packed))).await
    }
}

/// An import whose texts are compressed.
struct Packed {
    import: Import,
    attachments: Vec<Blob>,
    runs: Vec<PackedRun>,
}

fn pack(mut import: Import) -> Result<Packed, StoreError> {
    let bytes = std::mem::take(&mut import.attachments);
    let attachments = bytes.iter().map(|bytes| Blob::new(bytes)).collect::<Result<_, _>>()?;
    let runs = import.runs.iter().map(PackedRun::new).collect::<Result<_, _>>()?;
    Ok(Packed { import, attachments, runs })
}

async fn bring_in(connection: &mut SqliteConnection, packed: Packed) -> Result<Imported, StoreError> {
    let Packed { import, attachments, runs } = packed;
    let Import { by, at, actors, prompts, datasets, suites, runs: whole_runs, .. } = import;
    for actor in &actors {
        let (id, kind, created_at) = (Key(actor.id), Word(actor.kind), Int(actor.created_at));
        sqlx::query!(
            "insert into actors (id, kind, name, created_at) values (?1, ?2, ?3, ?4) on conflict do nothing",
            id,
            kind,
            actor.name,
            created_at,
        )
        .execute(&mut *connection)
        .await?;
    }
    blob::insert(connection, attachments).await?;
    let mut imported = Vec::with_capacity(prompts.len());
    for one in prompts {
        imported.push(match one {
            PromptImport::New(whole) => insert_whole(connection, whole, by).await?,
            PromptImport::Into { id, whole, note } => merge_into(connection, id, whole, note, by, at).await?,
        });
    }
    for one in datasets {
        dataset::bring_in(connection, one).await?;
    }
    // Runs name their suites, and suites the runs that others are compared with.
    let mut baselines = Vec::new();
    for one in suites {
        baselines.extend(suite::bring_in(connection, one, at).await?);
    }
    let mut added = 0;
    for (whole, packed) in whole_runs.into_iter().zip(runs) {
        added += usize::from(run::bring_in(connection, whole, packed, by).await?);
    }
    for (suite, baseline) in baselines {
        crate::suite::set_baseline(connection, suite, Some(baseline)).await?;
    }
    Ok(Imported { prompts: imported, runs: added })
}

/// A prompt of its own. Where its id is taken, as by itself in the bin, it gets the one that `whole` was given by
/// whoever calls, who looks first.
async fn insert_whole(
    connection: &mut SqliteConnection,
    whole: WholePrompt,
    by: ActorId,
) -> Result<ImportedPrompt, StoreError> {
    let WholePrompt { prompt, versions, version_tags, names, draft, input_sets } = whole;
    let id = prompt.id;
    prompt::insert_with_tags(connection, &prompt, by).await?;
    for version in versions {
        attachment::check(connection, &version.content).await?;
        version::insert(connection, &Version { prompt_id: id, ..version }).await?;
    }
    put_tags(connection, id, &version_tags).await?;
    for name in names {
        version_ref::point(connection, id, &name).await?;
    }
    if let Some(draft) = draft {
        attachment::check(connection, &draft.content).await?;
        draft::put(connection, &Draft { prompt_id: id, ..draft }).await?;
    }
    for set in input_sets {
        insert_set(connection, &InputSet { prompt_id: id, ..set }).await?;
    }
    Ok(ImportedPrompt { id, changed: true })
}

/// The tags of the versions of a prompt.
async fn tags(
    connection: &mut SqliteConnection,
    prompt: PromptId,
) -> Result<Vec<(VersionId, String)>, StoreError> {
    let prompt = Key(prompt);
    let rows = sqlx::query!(
        r#"select version as "version: Key<VersionId>", tag from version_tags where prompt = ?1
        order by version, tag"#,
        prompt,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.version.0, row.tag)).collect())
}

/// Adds tags to versions; answers whether any was not there.
async fn put_tags(
    connection: &mut SqliteConnection,
    prompt: PromptId,
    tags: &[(VersionId, String)],
) -> Result<bool, StoreError> {
    let mut is_new = false;
    for (version, tag) in tags {
        let (prompt, version) = (Key(prompt), Key(*version));
        let done = sqlx::query!(
            "insert into version_tags (prompt, version, tag) values (?1, ?2, ?3) on conflict do nothing",
            prompt,
            version,
            tag,
        )
        .execute(&mut *connection)
        .await?;
        is_new |= done.rows_affected() > 0;
    }
    Ok(is_new)
}

async fn insert_set(connection: &mut SqliteConnection, set: &InputSet) -> Result<bool, StoreError> {
    let (prompt, inputs) = (Key(set.prompt_id), Json(&set.inputs));
    let (created_at, updated_at) = (Int(set.created_at), Int(set.updated_at));
    let done = sqlx::query!(
        "insert into input_sets (prompt, name, inputs, created_at, updated_at) values (?1, ?2, ?3, ?4, ?5)
        on conflict do nothing",
        prompt,
        set.name,
        inputs,
        created_at,
        updated_at,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Adds what is not there: versions, labels and inputs whose names are free. `main` goes on to the newest version of the
/// file where that follows the head; stays where the head follows it; else both become the parents of a new version.
async fn merge_into(
    connection: &mut SqliteConnection,
    id: PromptId,
    whole: WholePrompt,
    note: String,
    by: ActorId,
    at: Timestamp,
) -> Result<ImportedPrompt, StoreError> {
    let WholePrompt { versions, version_tags, names: brought, input_sets, .. } = whole;
    prompt::get(connection, id).await?;
    let here = version::all(connection, id).await?;
    let known: HashSet<_> = here.iter().map(|version| version.id).collect();
    let mut number = here.iter().filter_map(|version| version.number).max().unwrap_or(0);
    let head = version::find_head(connection, id, &RefName::main()).await?;
    let is_main = |name: &&VersionRef| name.kind == RefKind::Branch && name.name == RefName::main();
    let newest = brought.iter().find(is_main).map(|name| name.version);
    let newest = newest.or_else(|| versions.last().map(|version| version.id));
    let theirs = versions.iter().chain(&here).find(|version| Some(version.id) == newest).cloned();
    let parents: HashMap<VersionId, Vec<VersionId>> =
        here.iter().chain(&versions).map(|version| (version.id, version.parents.clone())).collect();

    let mut changed = false;
    for version in versions.into_iter().filter(|version| !known.contains(&version.id)) {
        attachment::check(connection, &version.content).await?;
        if version.number.is_some() {
            number += 1;
        }
        let number = version.number.map(|_| number);
        version::insert(connection, &Version { prompt_id: id, number, ..version }).await?;
        changed = true;
    }
    changed |= put_tags(connection, id, &version_tags).await?;
    if let Some(theirs) = theirs {
        let main = |version: &Version| VersionRef {
            kind: RefKind::Branch,
            name: RefName::main(),
            version: version.id,
            number: version.number,
            updated_at: at,
        };
        match head {
            Some(head) if head.content_hash == theirs.content_hash => {}
            Some(head) if follows(&parents, head.id, theirs.id) => {}
            Some(head) if !follows(&parents, theirs.id, head.id) => {
                let both = vec![head.id, theirs.id];
                let joined = Version::new(id, theirs.content, both, by, note, at);
                let joined = Version { number: Some(number + 1), ..joined };
                version::insert(connection, &joined).await?;
                version_ref::point(connection, id, &main(&joined)).await?;
                changed = true;
            }
            _ => {
                version_ref::point(connection, id, &main(&theirs)).await?;
                changed = true;
            }
        }
    }
    // A label and a branch never share a name.
    let taken: HashSet<_> =
        version_ref::list(connection, id).await?.into_iter().map(|name| name.name).collect();
    for name in brought {
        if !taken.contains(&name.name) {
            version_ref::point(connection, id, &name).await?;
            changed = true;
        }
    }
    for set in input_sets {
        changed |= insert_set(connection, &InputSet { prompt_id: id, ..set }).await?;
    }
    if changed {
        let (key, at) = (Key(id), Int(at));
        sqlx::query!("update prompts set updated_at = max(updated_at, ?2) where id = ?1", key, at)
            .execute(connection)
            .await?;
    }
    Ok(ImportedPrompt { id, changed })
}

/// Whether a version was made from another one, directly or not.
fn follows(parents: &HashMap<VersionId, Vec<VersionId>>, later: VersionId, earlier: VersionId) -> bool {
    let (mut seen, mut open) = (HashSet::new(), vec![later]);
    while let Some(version) = open.pop() {
        if version == earlier {
            return true;
        }
        if seen.insert(version) {
            open.extend(parents.get(&version).into_iter().flatten());
        }
    }
    false
}
