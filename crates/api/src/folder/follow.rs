//! What is done once something has changed: files become versions, versions become files.

use super::{
    sync::{Conflict, Standing, Sync},
    work::{base_of, blocking, parse, problem, problem_of, settled, words_of, work_of, written},
};
use crate::{
    ApiError, ErrorCode,
    handlers::{FolderStatus, PromptFacts, ResolveFolderFile, Take},
};
use formaops_domain::{
    EventBody, FileHash, Noun, Prompt, PromptId, Version, VersionSelector, ports::EventSink,
};
use formaops_files::{
    Decision, FilePath, Look, Stamp, Text, Trace, Work, WriteError, create, decide, look, pair, remove,
    rename, replace,
};
use formaops_store::{FilePlace, LinkedFile, NewLinked, NewVersion, PromptChange};
use std::collections::BTreeSet;

/// How many prompts are made in one transaction.
const BATCH: usize = 200;

impl Sync {
    /// Takes what has come to rest: renames first, then what went, what came, and what was changed.
    pub(super) async fn settle(&mut self, paths: Vec<FilePath>) {
        let (mut gone, mut came, mut changed) = (Vec::new(), Vec::new(), BTreeSet::new());
        for path in paths {
            let link = self.links.at(&path);
            match (link, self.files.get(&path)) {
                (Some(link), Some(_)) if !link.is_gone => drop(changed.insert(link.prompt)),
                (Some(link), None) if !link.is_gone => gone.push(trace_of(link)),
                (_, Some(standing)) => {
                    came.push(Trace { path, hash: standing.hash, identity: standing.stamp.identity() });
                }
                (_, None) => {
                    self.problems.remove(&path);
                    self.conflicts.retain(|_, conflict| conflict.path != path);
                }
            }
        }
        for (old, new) in pair(&gone, &came) {
            gone.retain(|trace| trace.path != old);
            came.retain(|trace| trace.path != new);
            if let Some(prompt) = self.links.at(&old).map(|link| link.prompt) {
                let moved = self.moved(prompt, &new).await;
                self.told_of(&new, Some(prompt), moved);
                changed.insert(prompt);
            }
        }
        if !gone.is_empty() {
            self.gone(&gone).await;
        }
        self.came(came.into_iter().map(|trace| trace.path).collect()).await;
        for prompt in changed {
            self.follow_prompt(prompt).await;
        }
    }

    /// Lets a prompt and its file say the same, if they can.
    pub(super) async fn follow_prompt(&mut self, id: PromptId) {
        let path = self.links.get(id).map(|link| FilePath::from_kept(link.path.clone()));
        let followed = self.follow(id).await;
        let path = path.or_else(|| self.links.get(id).map(|link| FilePath::from_kept(link.path.clone())));
        if let Some(path) = path {
            self.told_of(&path, Some(id), followed);
        } else if let Err(error) = followed {
            tracing::warn!(%error, prompt = %id, "a prompt was not written to the linked folder");
        }
    }

    /// Keeps what stands in the way of a file, or forgets it.
    fn told_of(&mut self, path: &FilePath, prompt: Option<PromptId>, done: Result<(), ApiError>) {
        match done {
            Ok(()) => {}
            // The head moved meanwhile: that is told as another change.
            Err(error) if error.code == ErrorCode::Stale => {}
            Err(error) => {
                match prompt {
                    Some(prompt) if error.retryable => drop(self.retry.insert(prompt)),
                    None if error.retryable => drop(self.retry_files.insert(path.clone())),
                    _ => {}
                }
                self.problems.insert(path.clone(), problem_of(path, prompt, error));
            }
        }
    }

    async fn follow(&mut self, id: PromptId) -> Result<(), ApiError> {
        let prompt = self.app.store.get_prompt(id).await?;
        let head = self.app.store.find_version(id, &VersionSelector::Head).await?;
        let (Some(head), Some(mut link)) = (head.clone(), self.links.get(id).cloned()) else {
            return match (head, self.conflicts.get(&id).map(|conflict| conflict.path.clone())) {
                (Some(head), Some(path)) => self.compare_anew(&prompt, &head, &path).await,
                (Some(head), None) if prompt.deleted_at.is_none() => self.first_file(&prompt, &head).await,
                _ => Ok(()),
            };
        };
        let mut path = FilePath::from_kept(link.path.clone());
        if self.settling.waits_for(&path) || matches!(self.view.status, FolderStatus::Missing) {
            return Ok(());
        }
        if prompt.deleted_at.is_some() {
            self.conflicts.remove(&id);
            return if link.is_gone { Ok(()) } else { self.remove_file(&prompt, link).await };
        }
        if link.is_gone {
            let text = written(&work_of(&prompt, head.content.clone()), link.text.as_deref());
            return self.new_file(&prompt, &head, &text).await;
        }
        if path.name().is_ok_and(|name| name != prompt.name) {
            path = self.rename_file(&prompt, &mut link, &path).await?;
        }
        let Some(text) = self.read(&path).await? else { return Ok(()) };
        let theirs = match parse(&path, Some(id), &text.text) {
            Ok(theirs) => theirs,
            Err(problem) => {
                self.problems.insert(path, *problem);
                return Ok(());
            }
        };
        self.problems.remove(&path);
        let base = base_of(&self.app, Some(&link)).await?;
        self.bring_together(&prompt, &head, base.as_ref(), theirs, &path, text).await
    }

    /// Looks again at a prompt and a file that never said the same.
    async fn compare_anew(
        &mut self,
        prompt: &Prompt,
        head: &Version,
        path: &FilePath,
    ) -> Result<(), ApiError> {
        let Some(text) = self.read(path).await? else { return Ok(()) };
        match parse(path, Some(prompt.id), &text.text) {
            Ok(theirs) => self.bring_together(prompt, head, None, theirs, path, text).await,
            Err(problem) => {
                self.problems.insert(path.clone(), *problem);
                Ok(())
            }
        }
    }

    /// Does what is to be done with both sides.
    async fn bring_together(
        &mut self,
        prompt: &Prompt,
        head: &Version,
        base: Option<&Work>,
        theirs: Work,
        path: &FilePath,
        text: Text,
    ) -> Result<(), ApiError> {
        let ours = work_of(prompt, head.content.clone());
        let decision = decide(base, &ours, &theirs);
        if decision == Decision::Ask {
            let conflict = Conflict { name: prompt.name.clone(), path: path.clone() };
            if self.conflicts.insert(prompt.id, conflict).is_none() {
                let message =
                    format!("`{}` and its file were both changed: decide what they say", prompt.name);
                self.notice(Some(prompt.id), message);
            }
            self.app.changed(Noun::File, prompt.id);
            return Ok(());
        }
        self.conflicts.remove(&prompt.id);
        match decision {
            Decision::Same => self.keep(prompt.id, head, &ours, place(path, &text)).await,
            Decision::Read => self.read_version(head, theirs, path, &text, from_file(path)).await,
            Decision::Write => self.write_file(head, &ours, path, &text).await,
            Decision::Merge(merged) if *merged == ours => self.write_file(head, &ours, path, &text).await,
            Decision::Merge(merged) if *merged == theirs => {
                self.read_version(head, theirs, path, &text, from_file(path)).await
            }
            Decision::Merge(merged) => {
                let version = self.save(head, &merged, merged_with(path), None).await?;
                self.notice(Some(prompt.id), format!("`{}` and its file were merged", prompt.name));
                self.write_file(&version, &merged, path, &text).await
            }
            Decision::Ask => Ok(()),
        }
    }

    /// Makes a version of what the file says.
    async fn read_version(
        &mut self,
        head: &Version,
        theirs: Work,
        path: &FilePath,
        text: &Text,
        note: String,
    ) -> Result<(), ApiError> {
        let version = self.save(head, &theirs, note, Some(place(path, text))).await?;
        self.linked(&version, &theirs, place(path, text));
        self.done(version.prompt_id);
        Ok(())
    }

    async fn save(
        &self,
        head: &Version,
        work: &Work,
        note: String,
        place: Option<FilePlace>,
    ) -> Result<Version, ApiError> {
        let app = self.acting();
        let new = NewVersion {
            prompt: head.prompt_id,
            content: work.content.clone(),
            note,
            author: self.folder.actor,
            at: app.now(),
        };
        let version = app.store.save_linked(new, Some(head.id), words_of(&work.meta), place).await?;
        app.changed(Noun::Prompt, version.prompt_id);
        Ok(version)
    }

    /// Has the file say what the version says; what changes in the file meanwhile is told by the watch.
    async fn write_file(
        &mut self,
        version: &Version,
        work: &Work,
        path: &FilePath,
        text: &Text,
    ) -> Result<(), ApiError> {
        let new = written(work, Some(&text.text));
        let hash = FileHash::of(new.as_bytes());
        let stamp = if hash == text.hash {
            text.stamp
        } else {
            let (root, file, seen) = (self.root.clone(), path.clone(), text.hash);
            blocking(move || replace(&root, &file, &new, seen)).await.map_err(refused)?
        };
        self.wrote(version, work, path, hash, stamp).await
    }

    async fn wrote(
        &mut self,
        version: &Version,
        work: &Work,
        path: &FilePath,
        hash: FileHash,
        stamp: Stamp,
    ) -> Result<(), ApiError> {
        self.files.insert(path.clone(), Standing { stamp, hash });
        self.settling.forget(path);
        self.problems.remove(path);
        let place = FilePlace { path: path.to_string(), hash, identity: stamp.identity() };
        self.keep(version.prompt_id, version, work, place).await?;
        self.done(version.prompt_id);
        Ok(())
    }

    /// Keeps what both say now.
    async fn keep(
        &mut self,
        prompt: PromptId,
        version: &Version,
        work: &Work,
        place: FilePlace,
    ) -> Result<(), ApiError> {
        let link = link(prompt, version, work, place);
        if self.links.get(prompt) != Some(&link) {
            self.acting().store.put_linked_file(link.clone()).await?;
            self.links.put(link);
        }
        Ok(())
    }

    fn linked(&mut self, version: &Version, work: &Work, place: FilePlace) {
        self.links.put(link(version.prompt_id, version, work, place));
    }

    /// A prompt that has no file yet gets one, where it is to have one.
    async fn first_file(&mut self, prompt: &Prompt, head: &Version) -> Result<(), ApiError> {
        let path = FilePath::of(&prompt.name);
        let is_wanted = self.export || prompt.created_at >= self.folder.linked_at;
        let is_there = self.files.keys().any(|file| file.is_spelling_of(&path));
        if !is_wanted || is_there || self.view.status == FolderStatus::Missing {
            return Ok(());
        }
        let text = written(&work_of(prompt, head.content.clone()), None);
        let made = self.new_file(prompt, head, &text).await;
        self.told_of(&path, Some(prompt.id), made);
        Ok(())
    }

    async fn new_file(&mut self, prompt: &Prompt, head: &Version, text: &str) -> Result<(), ApiError> {
        let path = FilePath::of(&prompt.name);
        let (root, file, new) = (self.root.clone(), path.clone(), text.to_owned());
        let stamp = blocking(move || create(&root, &file, &new)).await.map_err(refused)?;
        let work = work_of(prompt, head.content.clone());
        self.wrote(head, &work, &path, FileHash::of(text.as_bytes()), stamp).await
    }

    /// The prompt is in the bin: its file goes too, and is kept with what is known of it.
    async fn remove_file(&mut self, prompt: &Prompt, mut link: LinkedFile) -> Result<(), ApiError> {
        let path = FilePath::from_kept(link.path.clone());
        let Some(text) = self.read(&path).await? else { return Ok(()) };
        if text.hash != link.hash {
            return Err(ApiError::new(
                ErrorCode::Conflict,
                format!("`{}` is in the bin, but its file was changed since", prompt.name),
                "Take the prompt out of the bin, or delete the file.",
            ));
        }
        link.text = Some(text.text);
        self.acting().store.put_linked_file(link.clone()).await?;
        let (root, file, seen) = (self.root.clone(), path.clone(), text.hash);
        blocking(move || remove(&root, &file, seen)).await.map_err(refused)?;
        link.is_gone = true;
        self.acting().store.put_linked_file(link.clone()).await?;
        self.files.remove(&path);
        self.settling.forget(&path);
        self.links.put(link);
        let message = format!("`{path}` was removed, because `{}` went to the bin", prompt.name);
        self.notice(Some(prompt.id), message);
        self.done(prompt.id);
        Ok(())
    }

    /// The prompt has another name: its file gets the path that goes with it.
    async fn rename_file(
        &mut self,
        prompt: &Prompt,
        link: &mut LinkedFile,
        old: &FilePath,
    ) -> Result<FilePath, ApiError> {
        let new = FilePath::of(&prompt.name);
        let (root, from, to) = (self.root.clone(), old.clone(), new.clone());
        let stamp = blocking(move || rename(&root, &from, &to)).await.map_err(refused)?;
        if let Some(standing) = self.files.remove(old) {
            self.files.insert(new.clone(), Standing { stamp, ..standing });
        }
        self.problems.remove(old);
        (link.path, link.identity) = (new.to_string(), stamp.identity());
        self.acting().store.put_linked_file(link.clone()).await?;
        self.links.put(link.clone());
        self.done(prompt.id);
        Ok(new)
    }

    /// The file has another path: its prompt gets the name that goes with it.
    async fn moved(&mut self, prompt: PromptId, new: &FilePath) -> Result<(), ApiError> {
        let Some(mut link) = self.links.get(prompt).cloned() else { return Ok(()) };
        self.problems.remove(&FilePath::from_kept(link.path.clone()));
        let now = self.app.store.get_prompt(prompt).await?;
        let Ok(name) = new.name() else { return Ok(()) };
        if name != now.name {
            let change = PromptChange { name: Some(name), ..PromptChange::default() };
            let app = self.acting();
            app.store.update_prompt(prompt, change, app.now()).await?;
            app.changed(Noun::Prompt, prompt);
        }
        link.path = new.to_string();
        link.identity = self.files.get(new).and_then(|standing| standing.stamp.identity());
        self.acting().store.put_linked_file(link.clone()).await?;
        self.links.put(link);
        self.done(prompt);
        Ok(())
    }

    /// Files are gone: their prompts go to the bin, unless all are gone at once or a prompt was changed since.
    async fn gone(&mut self, gone: &[Trace]) {
        if self.files.is_empty() {
            self.view.status = FolderStatus::Emptied;
            return;
        }
        for trace in gone {
            let Some(link) = self.links.at(&trace.path).cloned() else { continue };
            let done = self.file_gone(link).await;
            self.told_of(&trace.path, None, done);
        }
    }

    async fn file_gone(&mut self, mut link: LinkedFile) -> Result<(), ApiError> {
        let prompt = self.app.store.get_prompt(link.prompt).await?;
        self.conflicts.remove(&prompt.id);
        self.problems.remove(&FilePath::from_kept(link.path.clone()));
        link.is_gone = true;
        self.acting().store.put_linked_file(link.clone()).await?;
        self.links.put(link.clone());
        if prompt.deleted_at.is_some() {
            return Ok(());
        }
        if prompt.head != Some(link.version) || prompt.has_draft {
            // Work that the file never had must not go with it.
            let message =
                format!("the file of `{}` was deleted, and written again: it was changed here", prompt.name);
            self.notice(Some(prompt.id), message);
            return self.follow(prompt.id).await;
        }
        let app = self.acting();
        app.store.delete_prompt(prompt.id, app.now()).await?;
        app.changed(Noun::Prompt, prompt.id);
        self.notice(
            Some(prompt.id),
            format!("`{}` went to the bin, because its file was deleted", prompt.name),
        );
        self.done(prompt.id);
        Ok(())
    }

    /// Files came that are of no prompt here.
    async fn came(&mut self, paths: Vec<FilePath>) {
        let mut new = Vec::new();
        for path in paths {
            let arrived = self.arrived(&path).await;
            match arrived {
                Ok(Some(linked)) => new.push(linked),
                Ok(None) => {}
                Err(error) => self.told_of(&path, None, Err(error)),
            }
            if new.len() >= BATCH {
                self.make(std::mem::take(&mut new)).await;
            }
        }
        self.make(new).await;
    }

    /// A file that came: the prompt to be made of it, unless there is one that it belongs to.
    async fn arrived(&mut self, path: &FilePath) -> Result<Option<NewLinked>, ApiError> {
        let Some(text) = self.read(path).await? else { return Ok(None) };
        let name = match path.name() {
            Ok(name) => name,
            Err(error) => return Err(ApiError::invalid("name", error.to_string())),
        };
        let theirs = match parse(path, None, &text.text) {
            Ok(theirs) => theirs,
            Err(problem) => {
                self.problems.insert(path.clone(), *problem);
                return Ok(None);
            }
        };
        self.problems.remove(path);
        if let Some(prompt) = self.app.store.find_prompt_by_name(&name).await? {
            if self.links.get(prompt.id).is_some_and(|link| !link.is_gone) {
                let message = format!("`{name}` has another file already");
                return Err(ApiError::new(ErrorCode::Conflict, message, "Rename one of the two files."));
            }
            let Some(head) = self.app.store.find_version(prompt.id, &VersionSelector::Head).await? else {
                return Ok(None);
            };
            self.bring_together(&prompt, &head, None, theirs, path, text).await?;
            return Ok(None);
        }
        if let Some(link) = self.links.at(path).filter(|link| link.is_gone).cloned() {
            return self.came_back(link, path, &text).await.map(|()| None);
        }
        self.app.store.check_attachments(&theirs.content).await?;
        let app = self.acting();
        let Work { content, meta } = theirs;
        let facts = PromptFacts { name, title: meta.title, description: meta.description, tags: meta.tags };
        let prompt = facts.into_prompt(&app);
        let version = NewVersion {
            prompt: prompt.id,
            content,
            note: from_file(path),
            author: self.folder.actor,
            at: prompt.created_at,
        };
        Ok(Some(NewLinked { prompt, version, place: place(path, &text) }))
    }

    /// A file is there again: its prompt comes out of the bin, and goes on where it was.
    async fn came_back(
        &mut self,
        mut link: LinkedFile,
        path: &FilePath,
        text: &Text,
    ) -> Result<(), ApiError> {
        let app = self.acting();
        app.store.undelete_prompt(link.prompt).await?;
        (link.is_gone, link.text) = (false, None);
        link.path = path.to_string();
        link.identity = text.stamp.identity();
        app.store.put_linked_file(link.clone()).await?;
        app.changed(Noun::Prompt, link.prompt);
        let prompt = link.prompt;
        self.links.put(link);
        self.notice(Some(prompt), format!("`{path}` is back, and its prompt came out of the bin"));
        self.follow(prompt).await
    }

    /// Makes prompts of files: all at once, or one by one where one of them cannot be made.
    async fn make(&mut self, new: Vec<NewLinked>) {
        if new.is_empty() {
            return;
        }
        let app = self.acting();
        let links = if let Ok(links) = app.store.insert_linked(new.clone()).await {
            links
        } else {
            let mut links = Vec::new();
            for one in new {
                let path = FilePath::from_kept(one.place.path.clone());
                match app.store.insert_linked(vec![one]).await {
                    Ok(link) => links.extend(link),
                    Err(error) => self.told_of(&path, None, Err(error.into())),
                }
            }
            links
        };
        for link in &links {
            self.view.changed_at = Some(app.now());
            self.links.put(link.clone());
        }
        match links.as_slice() {
            [] => {}
            [only] => app.changed(Noun::Prompt, only.prompt),
            _ => app.hub.publish(EventBody::Changed { noun: Noun::Prompt, id: None }),
        }
    }

    /// What a file holds; nothing where it is to be looked at later.
    async fn read(&mut self, path: &FilePath) -> Result<Option<Text>, ApiError> {
        let (root, file) = (self.root.clone(), path.clone());
        match blocking(move || look(&root, &file)).await {
            Look::Text(text) if self.files.get(path).is_some_and(|standing| standing.hash == text.hash) => {
                Ok(Some(text))
            }
            Look::Unfit(skipped) => {
                let mut problem = problem(path, None, skipped.message);
                problem.prompt_id = self.links.at(path).map(|link| link.prompt);
                self.problems.insert(path.clone(), problem);
                Ok(None)
            }
            // It changed since: it comes to rest first.
            Look::Text(_) | Look::Restless | Look::Gone => {
                self.look_at(vec![path.clone()]).await;
                Ok(None)
            }
        }
    }

    /// Does what a person has decided.
    pub(super) async fn resolve(&mut self, id: PromptId, request: ResolveFolderFile) -> Result<(), ApiError> {
        let stale = || {
            ApiError::new(
                ErrorCode::Stale,
                "the prompt or its file was changed meanwhile",
                "Look at both again.",
            )
        };
        let Some(conflict) = self.conflicts.get(&id) else {
            let hint = "The linked folder says where a decision is needed.";
            return Err(ApiError::new(ErrorCode::NotFound, "there is no conflict to decide", hint));
        };
        let path = conflict.path.clone();
        let prompt = self.app.store.get_prompt(id).await?;
        let head = self.app.store.find_version(id, &VersionSelector::Head).await?.ok_or_else(stale)?;
        let text = self.read(&path).await?.ok_or_else(stale)?;
        if head.id != request.head || text.hash != request.hash {
            return Err(stale());
        }
        match request.take {
            Take::Ours => {
                let ours = work_of(&prompt, head.content.clone());
                self.write_file(&head, &ours, &path, &text).await?;
            }
            Take::Theirs => {
                let theirs = parsed(&path, id, &text.text)?;
                self.read_version(&head, theirs, &path, &text, from_file(&path)).await?;
            }
            Take::Text => {
                let new =
                    request.text.ok_or_else(|| ApiError::invalid("text", "`text` is needed with `text`"))?;
                let work = parsed(&path, id, &new)?;
                let version = self.save(&head, &work, merged_with(&path), None).await?;
                let (root, file, seen, hash) =
                    (self.root.clone(), path.clone(), text.hash, FileHash::of(new.as_bytes()));
                let stamp = blocking(move || replace(&root, &file, &new, seen)).await.map_err(refused)?;
                self.wrote(&version, &work, &path, hash, stamp).await?;
            }
            Take::Merged => {
                let merged = request
                    .merged
                    .ok_or_else(|| ApiError::invalid("merged", "`merged` is needed with `merged`"))?;
                let work = settled(merged)?;
                let version = self.save(&head, &work, merged_with(&path), None).await?;
                self.write_file(&version, &work, &path, &text).await?;
            }
        }
        self.conflicts.remove(&id);
        Ok(())
    }
}

fn parsed(path: &FilePath, prompt: PromptId, text: &str) -> Result<Work, ApiError> {
    parse(path, Some(prompt), text).map_err(|problem| {
        let place = match (problem.line, problem.column) {
            (Some(line), Some(column)) => format!(", line {line}, column {column}"),
            _ => String::new(),
        };
        ApiError::invalid("text", format!("{}{place}", problem.message))
    })
}

fn from_file(path: &FilePath) -> String {
    format!("From file `{path}`")
}

fn merged_with(path: &FilePath) -> String {
    format!("Merged with the file `{path}`")
}

fn place(path: &FilePath, text: &Text) -> FilePlace {
    FilePlace { path: path.to_string(), hash: text.hash, identity: text.stamp.identity() }
}

fn trace_of(link: &LinkedFile) -> Trace {
    Trace { path: FilePath::from_kept(link.path.clone()), hash: link.hash, identity: link.identity.clone() }
}

fn link(prompt: PromptId, version: &Version, work: &Work, place: FilePlace) -> LinkedFile {
    LinkedFile {
        prompt,
        path: place.path,
        version: version.id,
        words: words_of(&work.meta),
        hash: place.hash,
        identity: place.identity,
        is_gone: false,
        text: None,
    }
}

/// A file that could not be written, which may well go later.
#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn refused(error: WriteError) -> ApiError {
    let hint = match &error {
        WriteError::Changed { .. } => "It is looked at again.",
        WriteError::Taken { .. } => "Rename or remove the file that is there.",
        WriteError::Outside { .. } => "Take the link out of the folder.",
        WriteError::ReadOnly { .. } | WriteError::Io { .. } => {
            "The prompt is kept here, and written as soon as that is possible."
        }
    };
    let code = match &error {
        WriteError::Changed { .. } => ErrorCode::Stale,
        _ => ErrorCode::Storage,
    };
    ApiError::new(code, error.to_string(), hint)
}
