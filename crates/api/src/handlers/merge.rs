//! Branches, merged.

use super::{
    PromptKey,
    prompt::find_prompt,
    version::{check_content_for_saving, check_note, find_version},
};
use crate::{ApiError, App, Caller, ErrorCode, Problem};
use formaops_domain::{
    Content, Draft, Noun, Place, Prompt, RefKind, RefName, Version, VersionEntry, VersionId,
    compare::{ContentChange, compare},
    history::{Parents, common_ancestors},
    merge::{Conflict, Merged, Side, merge},
};
use formaops_store::{NewVersion, Onto};
use futures::{FutureExt, future::BoxFuture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks what merging would give.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetMerge {
    /// The prompt.
    pub id: PromptKey,
    /// What is merged: a branch, or any other version.
    pub from: String,
    /// The branch that it is merged into; `main` where absent.
    #[serde(default)]
    pub into: Option<RefName>,
}

/// Merges a version into a branch.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MergeVersions {
    /// The prompt.
    pub id: PromptKey,
    /// What is merged: a branch, or any other version.
    pub from: String,
    /// The branch that it is merged into; `main` where absent.
    #[serde(default)]
    pub into: Option<RefName>,
    /// Why; says what was merged where absent.
    #[serde(default)]
    pub note: String,
    /// What the merge holds, with its conflicts settled. It needs `ours` and `theirs`.
    #[serde(default)]
    pub content: Option<Content>,
    /// Whose word counts where both changed the same, in place of `content`.
    #[serde(default)]
    pub prefer: Option<Side>,
    /// The head of the branch that was looked at. Where it is another one by now, nothing is merged (`stale`).
    #[serde(default)]
    pub ours: Option<VersionId>,
    /// The version that was looked at as `from`. Where that is another one by now, nothing is merged (`stale`).
    #[serde(default)]
    pub theirs: Option<VersionId>,
}

/// How branches come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MergeOutcome {
    /// The branch holds all of it already.
    UpToDate,
    /// The branch has nothing of its own since: it moves to what is merged.
    FastForward,
    /// Both have something of their own: a version with two parents.
    Merged,
}

/// What merging would give.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MergePreview {
    /// How they come together.
    pub outcome: MergeOutcome,
    /// The head of the branch.
    pub ours: VersionEntry,
    /// What is merged into it.
    pub theirs: VersionEntry,
    /// The versions that both come from: none where they have nothing in common, several where branches were merged
    /// into each other crosswise.
    pub bases: Vec<VersionId>,
    /// What the branch would hold.
    pub content: Content,
    /// What cannot be merged, in the order of the content; see there how each is settled.
    pub conflicts: Vec<Conflict>,
    /// What would change on the branch.
    pub changes: Vec<ContentChange>,
}

/// What came of a merge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MergedVersion {
    /// How they came together.
    pub outcome: MergeOutcome,
    /// The head of the branch now.
    pub version: Version,
    /// The head of the branch before.
    pub before: VersionId,
}

/// Two versions that are to come together.
struct Meeting {
    outcome: MergeOutcome,
    ours: Version,
    theirs: Version,
    bases: Vec<VersionId>,
    merged: Merged,
}

async fn meet(app: &App, prompt: &Prompt, from: &str, into: &RefName) -> Result<Meeting, ApiError> {
    let ours = find_version(app, prompt, Some(into.as_str())).await?;
    let theirs = find_version(app, prompt, Some(from)).await?;
    let parents = app.store.list_parents(prompt.id).await?;
    let bases = common_ancestors(&parents, &[ours.id], &[theirs.id]);
    let (outcome, merged) = if bases == [theirs.id] {
        (MergeOutcome::UpToDate, Merged { content: ours.content.clone(), conflicts: Vec::new() })
    } else if bases == [ours.id] {
        (MergeOutcome::FastForward, Merged { content: theirs.content.clone(), conflicts: Vec::new() })
    } else {
        let base = content_of(app, prompt, &parents, bases.clone()).await?;
        (MergeOutcome::Merged, merge(&base, &ours.content, &theirs.content))
    };
    Ok(Meeting { outcome, ours, theirs, bases, merged })
}

/// What several versions hold together: where branches were merged crosswise, the base is a merge of their bases.
/// What is in conflict among those is as the first of them has it: a base decides nothing by itself.
fn content_of<'a>(
    app: &'a App,
    prompt: &'a Prompt,
    parents: &'a Parents,
    versions: Vec<VersionId>,
) -> BoxFuture<'a, Result<Content, ApiError>> {
    async move {
        let mut together: Option<(Vec<VersionId>, Content)> = None;
        for version in versions {
            let content = app.store.get_version(prompt.id, version).await?.content;
            together = Some(match together {
                None => (vec![version], content),
                Some((mut others, ours)) => {
                    let bases = common_ancestors(parents, &others, &[version]);
                    let base = content_of(app, prompt, parents, bases).await?;
                    others.push(version);
                    (others, merge(&base, &ours, &content).content)
                }
            });
        }
        Ok(together.map(|(_, content)| content).unwrap_or_default())
    }
    .boxed()
}

pub(crate) async fn merge_get(app: &App, _: &Caller, request: GetMerge) -> Result<MergePreview, ApiError> {
    let prompt = find_prompt(app, &request.id).await?;
    let into = request.into.unwrap_or_else(RefName::main);
    let Meeting { outcome, ours, theirs, bases, merged } = meet(app, &prompt, &request.from, &into).await?;
    Ok(MergePreview {
        outcome,
        changes: compare(&ours.content, &merged.content),
        ours: app.store.get_version_entry(prompt.id, ours.id).await?,
        theirs: app.store.get_version_entry(prompt.id, theirs.id).await?,
        bases,
        content: merged.content,
        conflicts: merged.conflicts,
    })
}

pub(crate) async fn version_merge(
    app: &App,
    caller: &Caller,
    request: MergeVersions,
) -> Result<MergedVersion, ApiError> {
    check_note(&request.note)?;
    let prompt = find_prompt(app, &request.id).await?;
    let into = request.into.clone().unwrap_or_else(RefName::main);
    let meeting = meet(app, &prompt, &request.from, &into).await?;
    check_looked_at(&request, &meeting)?;
    let before = meeting.ours.id;
    let version = match meeting.outcome {
        MergeOutcome::UpToDate => meeting.ours.clone(),
        MergeOutcome::FastForward => {
            let theirs = &meeting.theirs;
            let now = app.now();
            app.store.put_ref(theirs, RefKind::Branch, into.clone(), Some(before), now).await?;
            theirs.clone()
        }
        MergeOutcome::Merged => {
            let content = settled(request.content, request.prefer, &meeting.merged)?;
            check_content_for_saving(&content)?;
            let note = if request.note.is_empty() {
                format!("Merged {} into {into}", request.from)
            } else {
                request.note
            };
            let new =
                NewVersion { prompt: prompt.id, content, note, author: app.actor(caller), at: app.now() };
            let onto = Onto { branch: into.clone(), merged: Some(meeting.theirs.id) };
            app.store.save_version_on(new, onto, Some(before)).await?
        }
    };
    follow(app, &into, &meeting.ours, &version).await?;
    app.changed(Noun::Prompt, prompt.id);
    Ok(MergedVersion { outcome: meeting.outcome, version, before })
}

/// Refuses where a head is not what the caller looked at, and settled content that says not what it settles.
fn check_looked_at(request: &MergeVersions, meeting: &Meeting) -> Result<(), ApiError> {
    if request.content.is_some() && (request.ours.is_none() || request.theirs.is_none()) {
        let message = "`content` settles the conflicts of two versions: say which, as `ours` and `theirs`";
        return Err(ApiError::invalid("content", message));
    }
    for (seen, is, name) in
        [(request.ours, meeting.ours.id, "the branch"), (request.theirs, meeting.theirs.id, "what is merged")]
    {
        if seen.is_some_and(|seen| seen != is) {
            return Err(ApiError::new(
                ErrorCode::Stale,
                format!("{name} has changed in the meantime: it is at {} now", is.short()),
                "Look at the merge again, then settle it.",
            ));
        }
    }
    Ok(())
}

/// What the merge holds, if somebody has settled its conflicts or there are none.
fn settled(content: Option<Content>, prefer: Option<Side>, merged: &Merged) -> Result<Content, ApiError> {
    if let Some(content) = content {
        return Ok(content);
    }
    if let Some(side) = prefer {
        return Ok(merged.prefer(side));
    }
    if merged.conflicts.is_empty() {
        return Ok(merged.content.clone());
    }
    let problem = |conflict: &Conflict| {
        let line = conflict.lines.and_then(|lines| u32::try_from(lines.start + 1).ok());
        Problem {
            message: "both sides changed this, and differently".to_owned(),
            hint: "Settle it in the window, or say whose word counts with `prefer`.".to_owned(),
            at: Place { path: conflict.pointer.clone(), line, column: None },
        }
    };
    Err(ApiError::problems(ErrorCode::Conflict, merged.conflicts.iter().map(problem).collect()))
}

/// Work that is what the branch held is what it holds now.
async fn follow(app: &App, branch: &RefName, before: &Version, now: &Version) -> Result<(), ApiError> {
    if let Some(draft) = app.store.find_draft(now.prompt_id).await?
        && draft.branch == *branch
        && draft.content.hash() == before.content_hash
    {
        let draft = Draft { content: now.content.clone(), base: Some(now.id), ..draft };
        app.store.save_draft(draft).await?;
    }
    Ok(())
}
