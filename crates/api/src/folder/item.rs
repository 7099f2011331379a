//! What stands in files, as it is here: prompts, datasets and suites.

use super::{
    names::{named, resolve},
    work::{Says, words_of, work_of},
};
use crate::{
    ApiError, App, ErrorCode,
    handlers::{MOST_ITEMS, check_suite},
};
use formaops_domain::{
    ActorId, Case, Dataset, LinkedId, LinkedKind, Noun, Prompt, PromptName, Suite, Timestamp, VersionId,
};
use formaops_files::{FilePath, MAX_FILE_BYTES};
use formaops_store::{
    CaseFilter, CasesOnto, DatasetChange, FilePlace, LinkedFile, LinkedSaid, LinkedWords, NewCases,
    NewVersion, PromptChange, StoreError, SuiteChange,
};
use formaops_template::SuiteFile;
use std::convert::Infallible;

/// The most bytes of the cases of a dataset that is to have a file, before they are written.
const MOST_CASES: u64 = 4 * MAX_FILE_BYTES;

/// Something that has a file, or can have one.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// A prompt with its newest version.
    Prompt(Box<Prompt>, VersionId),
    Dataset(Dataset),
    /// A suite with all that its file says.
    Suite(Box<Suite>, Box<SuiteFile>),
}

/// Who changes something for a file, and why.
pub(super) struct Cause {
    pub(super) author: ActorId,
    pub(super) note: String,
}

impl Item {
    /// What has this id; nothing where it is gone for good, or has nothing yet that a file could say.
    pub(super) async fn find(app: &App, id: LinkedId) -> Result<Option<Self>, ApiError> {
        Ok(match id {
            LinkedId::Prompt(id) => there(app.store.get_prompt(id).await)?.and_then(Self::of_prompt),
            LinkedId::Dataset(id) => there(app.store.get_dataset(id).await)?.map(Self::Dataset),
            LinkedId::Suite(id) => match there(app.store.get_suite(id).await)? {
                Some(suite) => Some(Self::of_suite(app, suite).await?),
                None => None,
            },
        })
    }

    /// What has this name outside of the bin.
    pub(super) async fn find_by_name(
        app: &App,
        kind: LinkedKind,
        name: &PromptName,
    ) -> Result<Option<Self>, ApiError> {
        Ok(match kind {
            LinkedKind::Prompt => app.store.find_prompt_by_name(name).await?.and_then(Self::of_prompt),
            LinkedKind::Dataset => {
                app.store.find_dataset_by_name(&name.clone().into()).await?.map(Self::Dataset)
            }
            LinkedKind::Suite => match app.store.find_suite_by_name(&name.clone().into()).await? {
                Some(suite) => Some(Self::of_suite(app, suite).await?),
                None => None,
            },
        })
    }

    pub(super) fn of_prompt(prompt: Prompt) -> Option<Self> {
        prompt.head.map(|head| Self::Prompt(Box::new(prompt), head))
    }

    pub(super) async fn of_suite(app: &App, suite: Suite) -> Result<Self, ApiError> {
        let file = named(app, &suite).await?;
        Ok(Self::Suite(Box::new(suite), Box::new(file)))
    }

    pub(super) fn id(&self) -> LinkedId {
        match self {
            Self::Prompt(prompt, _) => LinkedId::Prompt(prompt.id),
            Self::Dataset(dataset) => LinkedId::Dataset(dataset.id),
            Self::Suite(suite, _) => LinkedId::Suite(suite.id),
        }
    }

    pub(super) fn name(&self) -> PromptName {
        match self {
            Self::Prompt(prompt, _) => prompt.name.clone(),
            Self::Dataset(dataset) => dataset.name.clone().into(),
            Self::Suite(suite, _) => suite.name.clone().into(),
        }
    }

    pub(super) fn created_at(&self) -> Timestamp {
        match self {
            Self::Prompt(prompt, _) => prompt.created_at,
            Self::Dataset(dataset) => dataset.created_at,
            Self::Suite(suite, _) => suite.created_at,
        }
    }

    pub(super) fn is_deleted(&self) -> bool {
        match self {
            Self::Prompt(prompt, _) => prompt.deleted_at.is_some(),
            Self::Dataset(dataset) => dataset.deleted_at.is_some(),
            Self::Suite(suite, _) => suite.deleted_at.is_some(),
        }
    }

    /// Whether there is work that no file has had.
    pub(super) fn has_draft(&self) -> bool {
        matches!(self, Self::Prompt(prompt, _) if prompt.has_draft)
    }

    /// What is kept of what it says now.
    pub(super) fn said(&self) -> LinkedSaid {
        match self {
            Self::Prompt(prompt, version) => {
                let Prompt { title, description, tags, .. } = prompt.as_ref().clone();
                LinkedSaid::Prompt { version: *version, words: LinkedWords { title, description, tags } }
            }
            Self::Dataset(dataset) => LinkedSaid::Dataset { version: dataset.head },
            Self::Suite(_, file) => LinkedSaid::Suite(file.to_object()),
        }
    }

    /// Names what it holds now, so that a change of it is told.
    pub(super) fn head(&self) -> String {
        match self {
            Self::Prompt(_, version) => version.to_string(),
            Self::Dataset(dataset) => format!("v{}", dataset.head),
            Self::Suite(suite, _) => suite.updated_at.to_string(),
        }
    }

    /// Whether it holds what it held then, whatever it is called.
    pub(super) fn holds(&self, said: &LinkedSaid) -> bool {
        match (self, said) {
            (Self::Prompt(_, now), LinkedSaid::Prompt { version, .. }) => now == version,
            _ => self.said() == *said,
        }
    }

    /// Whether nothing has changed here since both said the same.
    pub(super) fn is_as(&self, link: &LinkedFile) -> bool {
        let path = FilePath::from_kept(link.path.clone());
        link.said == self.said()
            && link.is_gone == self.is_deleted()
            && path.name().is_ok_and(|name| name == self.name())
    }

    /// What is known of it and a file that says the same.
    pub(super) fn linked(&self, place: FilePlace) -> LinkedFile {
        let FilePlace { path, hash, identity } = place;
        LinkedFile { id: self.id(), path, said: self.said(), hash, identity, is_gone: false, text: None }
    }

    /// All that a file can say of it.
    pub(super) async fn says(&self, app: &App) -> Result<Says, ApiError> {
        Ok(match self {
            Self::Prompt(prompt, head) => {
                let content = app.store.get_version(prompt.id, *head).await?.content;
                Says::Prompt(Box::new(work_of(prompt, content)))
            }
            Self::Dataset(dataset) => Says::Dataset(cases_of(app, dataset).await?),
            Self::Suite(_, file) => Says::Suite(file.clone()),
        })
    }

    /// Has it say something else, if it still is as it was seen. With `place`, its file is known to say the same.
    pub(super) async fn save(
        &self,
        app: &App,
        cause: Cause,
        says: &Says,
        place: Option<FilePlace>,
    ) -> Result<Self, ApiError> {
        let saved = match (self, says) {
            (Self::Prompt(prompt, head), Says::Prompt(work)) => {
                let Cause { author, note } = cause;
                let content = work.content.clone();
                let new = NewVersion { prompt: prompt.id, content, note, author, at: app.now() };
                let words = words_of(&work.meta);
                let version = app.store.save_linked(new, Some(*head), words, place).await?;
                let LinkedWords { title, description, tags } = words_of(&work.meta);
                let prompt =
                    Prompt { title, description, tags, head: Some(version.id), ..prompt.as_ref().clone() };
                app.changed(Noun::Prompt, prompt.id);
                return Ok(Self::Prompt(Box::new(prompt), version.id));
            }
            (Self::Dataset(dataset), Says::Dataset(cases)) => {
                let onto = CasesOnto::InPlaceOf(dataset.head);
                let head = save_cases(app, dataset.clone(), onto, cause, cases.clone()).await?;
                Self::Dataset(head)
            }
            (Self::Suite(suite, _), Says::Suite(file)) => {
                let spec = resolve(app, file, Some(suite)).await?;
                check_suite(app, &file.description, Some(&spec)).await?;
                let description = Some(file.description.clone());
                let change = SuiteChange { name: None, description, spec: Some(spec) };
                let saved = app.store.save_linked_suite(suite.as_ref().clone(), change, app.now()).await?;
                let suite = saved.ok_or_else(stale)?;
                app.changed(Noun::Suite, suite.id);
                Self::of_suite(app, suite).await?
            }
            _ => return Err(stale()),
        };
        if let Some(place) = place {
            app.store.put_linked_file(saved.linked(place)).await?;
        }
        Ok(saved)
    }

    /// Makes a dataset or a suite that says this; prompts are made many at a time.
    pub(super) async fn create(
        app: &App,
        cause: Cause,
        name: PromptName,
        says: &Says,
    ) -> Result<Option<Self>, ApiError> {
        let now = app.now();
        Ok(match says {
            Says::Prompt(_) => None,
            Says::Dataset(cases) => {
                let dataset = Dataset {
                    id: app.ids.dataset(),
                    name: name.clone().into(),
                    description: String::new(),
                    head: 0,
                    columns: Vec::new(),
                    cases: 0,
                    created_at: now,
                    updated_at: now,
                    deleted_at: None,
                };
                let onto = CasesOnto::New { name: name.into(), description: String::new() };
                Some(Self::Dataset(save_cases(app, dataset, onto, cause, cases.clone()).await?))
            }
            Says::Suite(file) => {
                let spec = resolve(app, file, None).await?;
                check_suite(app, &file.description, Some(&spec)).await?;
                let suite = Suite::new(app.ids.suite(), name.into(), file.description.clone(), spec, now);
                let suite = app.store.insert_suite(suite).await?;
                app.changed(Noun::Suite, suite.id);
                Some(Self::of_suite(app, suite).await?)
            }
        })
    }

    pub(super) async fn rename(&self, app: &App, name: PromptName) -> Result<(), ApiError> {
        match self {
            Self::Prompt(prompt, _) => {
                let change = PromptChange { name: Some(name), ..PromptChange::default() };
                app.store.update_prompt(prompt.id, change, app.now()).await?;
            }
            Self::Dataset(dataset) => {
                let change = DatasetChange { name: Some(name.into()), description: None };
                app.store.update_dataset(dataset.id, change, app.now()).await?;
            }
            Self::Suite(suite, _) => {
                let change = SuiteChange { name: Some(name.into()), ..SuiteChange::default() };
                app.store.update_suite(suite.id, change, app.now()).await?;
            }
        }
        tell(app, self.id());
        Ok(())
    }

    /// Puts it in the bin.
    pub(super) async fn delete(&self, app: &App) -> Result<(), ApiError> {
        match self {
            Self::Prompt(prompt, _) => drop(app.store.delete_prompt(prompt.id, app.now()).await?),
            Self::Dataset(dataset) => drop(app.store.delete_dataset(dataset.id, app.now()).await?),
            Self::Suite(suite, _) => drop(app.store.set_suite_deleted(suite.id, Some(app.now())).await?),
        }
        tell(app, self.id());
        Ok(())
    }
}

/// What was found, if it is there.
fn there<T>(found: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Takes something out of the bin.
pub(super) async fn undelete(app: &App, id: LinkedId) -> Result<(), ApiError> {
    match id {
        LinkedId::Prompt(id) => drop(app.store.undelete_prompt(id).await?),
        LinkedId::Dataset(id) => drop(app.store.undelete_dataset(id).await?),
        LinkedId::Suite(id) => drop(app.store.set_suite_deleted(id, None).await?),
    }
    tell(app, id);
    Ok(())
}

fn tell(app: &App, id: LinkedId) {
    let noun = match id.kind() {
        LinkedKind::Prompt => Noun::Prompt,
        LinkedKind::Dataset => Noun::Dataset,
        LinkedKind::Suite => Noun::Suite,
    };
    app.changed(noun, id);
}

/// What was seen is not what is there any more.
pub(super) fn stale() -> ApiError {
    let message = "what is here, or its file, was changed meanwhile";
    ApiError::new(ErrorCode::Stale, message, "Look at both again.")
}

async fn save_cases(
    app: &App,
    dataset: Dataset,
    onto: CasesOnto,
    cause: Cause,
    cases: Vec<Case>,
) -> Result<Dataset, ApiError> {
    let Cause { author, note } = cause;
    let new = NewCases { dataset: dataset.id, onto, note, author, at: app.now() };
    let cases = cases.into_iter().map(Ok::<_, Infallible>);
    let Ok(version) = app.store.save_cases(new, cases).await?;
    app.changed(Noun::Dataset, dataset.id);
    Ok(Dataset { head: version.number, columns: version.columns, cases: version.cases, ..dataset })
}

/// The cases of the newest version, where each stands said by the list.
async fn cases_of(app: &App, dataset: &Dataset) -> Result<Vec<Case>, ApiError> {
    let (filter, mut cursor) = (CaseFilter::default(), None);
    let (mut cases, mut bytes) = (Vec::new(), 0);
    loop {
        let page = app
            .store
            .list_dataset_cases(dataset.id, dataset.head, &filter, Option::as_deref(&cursor), MOST_ITEMS)
            .await?;
        for case in page.items {
            bytes += serde_json::to_vec(&case).map_or(0, |json| json.len() as u64);
            cases.push(Case { position: 0, ..case });
        }
        if bytes > MOST_CASES {
            return Err(too_large(dataset.name.as_str()));
        }
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(cases),
        }
    }
}

/// What would be a file that is not read any more.
pub(super) fn too_large(name: &str) -> ApiError {
    let most = MAX_FILE_BYTES >> 20;
    let message = format!("the file of `{name}` would have more than {most} MiB");
    ApiError::new(ErrorCode::Conflict, message, "What is so large stays here, and its file as it is.")
}
