//! What is done once something has changed: files are read, and written.

use super::{
    item::{Cause, Item, stale, undelete},
    names::resolve,
    sync::{Conflict, Standing, Sync},
    work::{Says, base_of, blocking, parse, problem, problem_in, problem_of, settled, written},
};
use crate::{
    ApiError, ErrorCode,
    handlers::{FileProblem, FolderStatus, PromptFacts, ResolveFolderFile, Take, check_suite},
};
use formaops_domain::{EventBody, FileHash, LinkedId, LinkedKind, Noun, ports::EventSink};
use formaops_files::{
    Decision, FilePath, Look, Stamp, Text, Trace, Work, WriteError, create, decide, look, pair, remove,
    rename, replace,
};
use formaops_store::{FilePlace, LinkedFile, NewLinked, NewVersion};
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
                (Some(link), Some(_)) if !link.is_gone => drop(changed.insert(link.id)),
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
            if let Some(id) = self.links.at(&old).map(|link| link.id) {
                let moved = self.moved(id, &new).await;
                self.told_of(&new, Some(id), moved);
                changed.insert(id);
            }
        }
        if !gone.is_empty() {
            self.gone(&gone).await;
        }
        self.came(came.into_iter().map(|trace| trace.path).collect()).await;
        for id in changed {
            self.follow_item(id).await;
        }
    }

    /// Lets something here and its file say the same, if they can.
    pub(super) async fn follow_item(&mut self, id: LinkedId) {
        let path_now = |sync: &Self| sync.links.get(id).map(|link| FilePath::from_kept(link.path.clone()));
        let path = path_now(self);
        let followed = self.follow(id).await;
        if let Some(path) = path.or_else(|| path_now(self)) {
            self.told_of(&path, Some(id), followed);
        } else if let Err(error) = followed {
            tracing::warn!(%error, %id, "it was not written to the linked folder");
        }
    }

    /// Keeps what stands in the way of a file, or forgets it.
    fn told_of(&mut self, path: &FilePath, id: Option<LinkedId>, done: Result<(), ApiError>) {
        match done {
            Ok(()) => {}
            // What is here moved meanwhile: that is told as another change.
            Err(error) if error.code == ErrorCode::Stale => {}
            Err(error) => {
                match id {
                    Some(id) if error.retryable => drop(self.retry.insert(id)),
                    None if error.retryable => drop(self.retry_files.insert(path.clone())),
                    _ => {}
                }
                self.problems.insert(path.clone(), problem_of(path, id, error));
            }
        }
    }

    async fn follow(&mut self, id: LinkedId) -> Result<(), ApiError> {
        if !self.follows(id.kind()) {
            return Ok(());
        }
        let Some(item) = Item::find(&self.app, id).await? else {
            self.links.remove(id);
            self.conflicts.remove(&id);
            return Ok(());
        };
        let Some(mut link) = self.links.get(id).cloned() else {
            return match self.conflicts.get(&id).map(|conflict| conflict.path.clone()) {
                Some(path) => self.compare(&item, None, &path).await,
                None if !item.is_deleted() => self.first_file(&item).await,
                None => Ok(()),
            };
        };
        let mut path = FilePath::from_kept(link.path.clone());
        if self.settling.waits_for(&path) || matches!(self.view.status, FolderStatus::Missing) {
            return Ok(());
        }
        if item.is_deleted() {
            self.conflicts.remove(&id);
            return if link.is_gone { Ok(()) } else { self.remove_file(&item, link).await };
        }
        if link.is_gone {
            return self.new_file(&item, &path.with_name(&item.name()), link.text.as_deref()).await;
        }
        if path.name().is_ok_and(|name| name != item.name()) {
            path = self.rename_file(&item, &mut link, &path).await?;
        }
        self.compare(&item, Some(&link), &path).await
    }

    /// Looks at what is here and at its file. `link` is what both last said, where they ever said the same.
    async fn compare(
        &mut self,
        item: &Item,
        link: Option<&LinkedFile>,
        path: &FilePath,
    ) -> Result<(), ApiError> {
        let Some(text) = self.read(path).await? else { return Ok(()) };
        let ours = item.says(&self.app).await?;
        // A file that was not changed may name what has another name by now.
        let is_as_it_was = link.is_some_and(|link| link.hash == text.hash);
        let Some(theirs) = self.understood(path, Some((item, &ours)), &text, !is_as_it_was).await? else {
            return Ok(());
        };
        self.bring_together(item, link, ours, theirs, path, text).await
    }

    /// What a file says; nothing where it cannot be kept, which is told. With `names`, what it names must be there.
    async fn understood(
        &mut self,
        path: &FilePath,
        known: Option<(&Item, &Says)>,
        text: &Text,
        names: bool,
    ) -> Result<Option<Says>, ApiError> {
        let id = known.map(|(item, _)| item.id());
        let theirs = match parse(path, id, &text.text, known.map(|(_, ours)| ours)) {
            Ok(theirs) if names => {
                self.check_names(path, known.map(|(item, _)| item), &text.text, theirs).await?
            }
            theirs => theirs,
        };
        match theirs {
            Ok(theirs) => {
                self.problems.remove(path);
                Ok(Some(theirs))
            }
            Err(problem) => {
                self.problems.insert(path.clone(), *problem);
                Ok(None)
            }
        }
    }

    /// Refuses what names something that is not there.
    async fn check_names(
        &self,
        path: &FilePath,
        known: Option<&Item>,
        text: &str,
        theirs: Says,
    ) -> Result<Result<Says, Box<FileProblem>>, ApiError> {
        let checked = match &theirs {
            Says::Suite(file) => {
                let suite = if let Some(Item::Suite(suite, _)) = known { Some(suite.as_ref()) } else { None };
                let spec = resolve(&self.app, file, suite).await;
                match spec {
                    Ok(spec) => check_suite(&self.app, &file.description, Some(&spec)).await,
                    Err(error) => Err(error),
                }
            }
            Says::Prompt(_) | Says::Dataset(_) => Ok(()),
        };
        match checked {
            Ok(()) => Ok(Ok(theirs)),
            Err(error) if error.retryable => Err(error),
            Err(error) => Ok(Err(Box::new(problem_in(path, known.map(Item::id), text, error)))),
        }
    }

    /// Does what is to be done with both sides.
    async fn bring_together(
        &mut self,
        item: &Item,
        link: Option<&LinkedFile>,
        ours: Says,
        theirs: Says,
        path: &FilePath,
        text: Text,
    ) -> Result<(), ApiError> {
        let id = item.id();
        let decision = match (&ours, &theirs) {
            (Says::Prompt(ours), Says::Prompt(theirs)) => {
                decide(base_of(&self.app, link).await?.as_ref(), ours, theirs)
            }
            // Datasets and suites are not merged: one side is followed, or a person decides.
            (ours, theirs) => match link {
                _ if ours == theirs => Decision::Same,
                Some(link) => match (item.holds(&link.said), link.hash == text.hash) {
                    (true, true) => Decision::Same,
                    (true, false) => Decision::Read,
                    (false, true) => Decision::Write,
                    (false, false) => Decision::Ask,
                },
                None => Decision::Ask,
            },
        };
        if decision == Decision::Ask {
            let conflict = Conflict { name: item.name(), path: path.clone() };
            if self.conflicts.insert(id, conflict).is_none() {
                let message =
                    format!("`{}` and its file were both changed: decide what they say", item.name());
                self.notice(Some(id), message);
            }
            self.app.changed(Noun::File, id);
            return Ok(());
        }
        self.conflicts.remove(&id);
        match decision {
            Decision::Same => self.keep(item, place(path, &text)).await,
            Decision::Read => self.read_version(item, &theirs, path, &text).await,
            Decision::Write => self.write_file(item, &ours, path, &text).await,
            Decision::Merge(merged) => match Says::Prompt(merged) {
                merged if merged == ours => self.write_file(item, &ours, path, &text).await,
                merged if merged == theirs => self.read_version(item, &theirs, path, &text).await,
                merged => {
                    let item =
                        item.save(&self.acting(), self.cause(merged_with(path)), &merged, None).await?;
                    self.notice(Some(id), format!("`{}` and its file were merged", item.name()));
                    self.write_file(&item, &merged, path, &text).await
                }
            },
            Decision::Ask => Ok(()),
        }
    }

    /// Has what is here say what the file says.
    async fn read_version(
        &mut self,
        item: &Item,
        theirs: &Says,
        path: &FilePath,
        text: &Text,
    ) -> Result<(), ApiError> {
        let place = place(path, text);
        let item =
            item.save(&self.acting(), self.cause(from_file(path)), theirs, Some(place.clone())).await?;
        self.links.put(item.linked(place));
        self.done(item.id());
        Ok(())
    }

    fn cause(&self, note: String) -> Cause {
        Cause { author: self.folder.actor, note }
    }

    /// Has the file say what is here; what changes in the file meanwhile is told by the watch.
    async fn write_file(
        &mut self,
        item: &Item,
        says: &Says,
        path: &FilePath,
        text: &Text,
    ) -> Result<(), ApiError> {
        let new = written(path, says, Some(&text.text))?;
        let hash = FileHash::of(new.as_bytes());
        let stamp = if hash == text.hash {
            text.stamp
        } else {
            let (root, file, seen) = (self.root.clone(), path.clone(), text.hash);
            blocking(move || replace(&root, &file, &new, seen)).await.map_err(refused)?
        };
        self.wrote(item, path, hash, stamp).await
    }

    async fn wrote(
        &mut self,
        item: &Item,
        path: &FilePath,
        hash: FileHash,
        stamp: Stamp,
    ) -> Result<(), ApiError> {
        self.files.insert(path.clone(), Standing { stamp, hash });
        self.settling.forget(path);
        self.problems.remove(path);
        let place = FilePlace { path: path.to_string(), hash, identity: stamp.identity() };
        self.keep(item, place).await?;
        self.done(item.id());
        Ok(())
    }

    /// Keeps what both say now.
    async fn keep(&mut self, item: &Item, place: FilePlace) -> Result<(), ApiError> {
        let link = item.linked(place);
        if self.links.get(link.id) != Some(&link) {
            self.acting().store.put_linked_file(link.clone()).await?;
            self.links.put(link);
        }
        Ok(())
    }

    /// What has no file yet gets one, where it is to have one.
    async fn first_file(&mut self, item: &Item) -> Result<(), ApiError> {
        let path = FilePath::of(item.id().kind(), &item.name());
        let is_wanted = self.export || item.created_at() >= self.folder.linked_at;
        let is_there = self.files.keys().any(|file| file.is_of_same(&path));
        if !is_wanted || is_there || self.view.status == FolderStatus::Missing {
            return Ok(());
        }
        let made = self.new_file(item, &path, None).await;
        self.told_of(&path, Some(item.id()), made);
        Ok(())
    }

    /// Makes a file where there is none, of the text that it once had.
    async fn new_file(&mut self, item: &Item, path: &FilePath, text: Option<&str>) -> Result<(), ApiError> {
        let text = written(path, &item.says(&self.app).await?, text)?;
        let hash = FileHash::of(text.as_bytes());
        let (root, file) = (self.root.clone(), path.clone());
        let stamp = blocking(move || create(&root, &file, &text)).await.map_err(refused)?;
        self.wrote(item, path, hash, stamp).await
    }

    /// What is here is in the bin: its file goes too, and is kept with what is known of it.
    async fn remove_file(&mut self, item: &Item, mut link: LinkedFile) -> Result<(), ApiError> {
        let path = FilePath::from_kept(link.path.clone());
        let Some(text) = self.read(&path).await? else { return Ok(()) };
        if text.hash != link.hash {
            return Err(ApiError::new(
                ErrorCode::Conflict,
                format!("`{}` is in the bin, but its file was changed since", item.name()),
                "Take it out of the bin, or delete the file.",
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
        let message = format!("`{path}` was removed, because `{}` went to the bin", item.name());
        self.notice(Some(item.id()), message);
        self.done(item.id());
        Ok(())
    }

    /// What is here has another name: its file gets the path that goes with it.
    async fn rename_file(
        &mut self,
        item: &Item,
        link: &mut LinkedFile,
        old: &FilePath,
    ) -> Result<FilePath, ApiError> {
        let new = old.with_name(&item.name());
        let (root, from, to) = (self.root.clone(), old.clone(), new.clone());
        let stamp = blocking(move || rename(&root, &from, &to)).await.map_err(refused)?;
        if let Some(standing) = self.files.remove(old) {
            self.files.insert(new.clone(), Standing { stamp, ..standing });
        }
        self.problems.remove(old);
        (link.path, link.identity) = (new.to_string(), stamp.identity());
        self.acting().store.put_linked_file(link.clone()).await?;
        self.links.put(link.clone());
        self.done(item.id());
        Ok(new)
    }

    /// The file has another path: what is here gets the name that goes with it.
    async fn moved(&mut self, id: LinkedId, new: &FilePath) -> Result<(), ApiError> {
        let Some(mut link) = self.links.get(id).cloned() else { return Ok(()) };
        self.problems.remove(&FilePath::from_kept(link.path.clone()));
        let Some(item) = Item::find(&self.app, id).await? else { return Ok(()) };
        let Ok(name) = new.name() else { return Ok(()) };
        if name != item.name() {
            item.rename(&self.acting(), name).await?;
        }
        link.path = new.to_string();
        link.identity = self.files.get(new).and_then(|standing| standing.stamp.identity());
        self.acting().store.put_linked_file(link.clone()).await?;
        self.links.put(link);
        self.done(id);
        Ok(())
    }

    /// Files are gone: what they were goes to the bin, unless all are gone at once or it was changed since.
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
        let id = link.id;
        let Some(item) = Item::find(&self.app, id).await? else { return Ok(()) };
        self.conflicts.remove(&id);
        self.problems.remove(&FilePath::from_kept(link.path.clone()));
        link.is_gone = true;
        self.acting().store.put_linked_file(link.clone()).await?;
        self.links.put(link.clone());
        if item.is_deleted() {
            return Ok(());
        }
        if !item.holds(&link.said) || item.has_draft() {
            // Work that the file never had must not go with it.
            let message =
                format!("the file of `{}` was deleted, and written again: it was changed here", item.name());
            self.notice(Some(id), message);
            return self.follow(id).await;
        }
        item.delete(&self.acting()).await?;
        let message = format!("`{}` went to the bin, because its file was deleted", item.name());
        self.notice(Some(id), message);
        self.done(id);
        Ok(())
    }

    /// Files came that are of nothing here: prompts first, which the others can name.
    async fn came(&mut self, mut paths: Vec<FilePath>) {
        paths.sort_by_key(FilePath::kind);
        let mut new = Vec::new();
        for path in paths {
            if path.kind() != LinkedKind::Prompt || new.len() >= BATCH {
                self.make(std::mem::take(&mut new)).await;
            }
            let arrived = self.arrived(&path).await;
            match arrived {
                Ok(Some(linked)) => new.push(linked),
                Ok(None) => {}
                Err(error) => self.told_of(&path, None, Err(error)),
            }
        }
        self.make(new).await;
    }

    /// A file that came: the prompt to be made of it, unless there is something that it belongs to.
    async fn arrived(&mut self, path: &FilePath) -> Result<Option<NewLinked>, ApiError> {
        let Some(text) = self.read(path).await? else { return Ok(None) };
        let name = match path.name() {
            Ok(name) => name,
            Err(error) => return Err(ApiError::invalid("name", error.to_string())),
        };
        if let Some(item) = Item::find_by_name(&self.app, path.kind(), &name).await? {
            if self.links.get(item.id()).is_some_and(|link| !link.is_gone) {
                let message = format!("`{name}` has another file already");
                return Err(ApiError::new(ErrorCode::Conflict, message, "Rename one of the two files."));
            }
            return self.compare(&item, None, path).await.map(|()| None);
        }
        let Some(theirs) = self.understood(path, None, &text, true).await? else { return Ok(None) };
        if let Some(link) = self.links.at(path).filter(|link| link.is_gone).cloned() {
            return self.came_back(link, path, &text).await.map(|()| None);
        }
        let app = self.acting();
        let cause = self.cause(from_file(path));
        let Says::Prompt(work) = theirs else {
            if let Some(item) = Item::create(&app, cause, name, &theirs).await? {
                self.keep(&item, place(path, &text)).await?;
                self.done(item.id());
            }
            return Ok(None);
        };
        let Work { content, meta } = *work;
        self.app.store.check_attachments(&content).await?;
        let facts = PromptFacts { name, title: meta.title, description: meta.description, tags: meta.tags };
        let prompt = facts.into_prompt(&app);
        let Cause { author, note } = cause;
        let version = NewVersion { prompt: prompt.id, content, note, author, at: prompt.created_at };
        Ok(Some(NewLinked { prompt, version, place: place(path, &text) }))
    }

    /// A file is there again: what it was comes out of the bin, and goes on where it was.
    async fn came_back(
        &mut self,
        mut link: LinkedFile,
        path: &FilePath,
        text: &Text,
    ) -> Result<(), ApiError> {
        let app = self.acting();
        undelete(&app, link.id).await?;
        (link.is_gone, link.text) = (false, None);
        link.path = path.to_string();
        link.identity = text.stamp.identity();
        app.store.put_linked_file(link.clone()).await?;
        let id = link.id;
        self.links.put(link);
        self.notice(Some(id), format!("`{path}` is back, and what it was came out of the bin"));
        self.follow(id).await
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
            [only] => app.changed(Noun::Prompt, only.id),
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
                problem.id = self.links.at(path).map(|link| link.id);
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
    pub(super) async fn resolve(&mut self, id: LinkedId, request: ResolveFolderFile) -> Result<(), ApiError> {
        let Some(conflict) = self.conflicts.get(&id) else {
            let hint = "The linked folder says where a decision is needed.";
            return Err(ApiError::new(ErrorCode::NotFound, "there is no conflict to decide", hint));
        };
        let path = conflict.path.clone();
        let item = Item::find(&self.app, id).await?.ok_or_else(stale)?;
        let text = self.read(&path).await?.ok_or_else(stale)?;
        if item.head() != request.head || text.hash != request.hash {
            return Err(stale());
        }
        let ours = item.says(&self.app).await?;
        let app = self.acting();
        match request.take {
            Take::Ours => self.write_file(&item, &ours, &path, &text).await?,
            Take::Theirs => {
                let theirs = parsed(&path, &item, &ours, &text.text)?;
                self.read_version(&item, &theirs, &path, &text).await?;
            }
            Take::Text => {
                let new =
                    request.text.ok_or_else(|| ApiError::invalid("text", "`text` is needed with `text`"))?;
                let says = parsed(&path, &item, &ours, &new)?;
                let item = item.save(&app, self.cause(merged_with(&path)), &says, None).await?;
                let (root, file, seen, hash) =
                    (self.root.clone(), path.clone(), text.hash, FileHash::of(new.as_bytes()));
                let stamp = blocking(move || replace(&root, &file, &new, seen)).await.map_err(refused)?;
                self.wrote(&item, &path, hash, stamp).await?;
            }
            Take::Merged => {
                let merged = request
                    .merged
                    .ok_or_else(|| ApiError::invalid("merged", "`merged` is needed with `merged`"))?;
                if id.kind() != LinkedKind::Prompt {
                    return Err(ApiError::invalid("take", "only a prompt and its file can be merged"));
                }
                let says = Says::Prompt(Box::new(settled(merged)?));
                let item = item.save(&app, self.cause(merged_with(&path)), &says, None).await?;
                self.write_file(&item, &says, &path, &text).await?;
            }
        }
        self.conflicts.remove(&id);
        Ok(())
    }
}

fn parsed(path: &FilePath, item: &Item, ours: &Says, text: &str) -> Result<Says, ApiError> {
    parse(path, Some(item.id()), text, Some(ours)).map_err(|problem| {
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

/// A file that could not be written, which may well go later.
#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn refused(error: WriteError) -> ApiError {
    let hint = match &error {
        WriteError::Changed { .. } => "It is looked at again.",
        WriteError::Taken { .. } => "Rename or remove the file that is there.",
        WriteError::Outside { .. } => "Take the link out of the folder.",
        WriteError::ReadOnly { .. } | WriteError::Io { .. } => {
            "It is kept here, and written as soon as that is possible."
        }
    };
    let code = match &error {
        WriteError::Changed { .. } => ErrorCode::Stale,
        _ => ErrorCode::Storage,
    };
    ApiError::new(code, error.to_string(), hint)
}
