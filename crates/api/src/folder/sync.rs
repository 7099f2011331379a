//! The task that follows the folder and the store: what it hears, and when it acts.

use super::{
    Folder, Order,
    item::Item,
    links::Links,
    work::{blocking, parse},
};
use crate::{
    App, Subscription,
    handlers::{FileProblem, FolderConflict, FolderNotice, FolderStatus, FolderView},
};
use formaops_domain::{AuditOrigin, EventBody, LinkedId, LinkedKind, Noun, PromptName, SuiteSpec};
use formaops_files::{
    FilePath, Look, Scan, Settling, SkipReason, Skipped, Stamp, Touched, Watch, WatchMode, git_directory,
    git_state, look, scan,
};
use formaops_store::{Act, DatasetFilter, LinkedFolder, PromptFilter, StoreError};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::{Duration, SystemTime},
};
use tokio::{sync::mpsc, time::Instant};

/// How long until what could not be done is tried again.
const RETRY: Duration = Duration::from_secs(5);
/// How long until a file that was written while it was read is looked at again.
const RESTLESS: Duration = Duration::from_millis(50);
/// How long until a folder that is not there is looked for again.
const SEEK: Duration = Duration::from_secs(2);
/// How long git is left alone after it, or a file, has changed.
const GIT_RESTS: Duration = Duration::from_millis(300);
/// How many files are read before it is told how many are left.
const BATCH: usize = 500;
/// The most skipped files and notices that are told.
const MOST_SKIPPED: usize = 200;
const MOST_NOTICES: usize = 50;

/// What is known of a file on the disk.
pub(super) struct Standing {
    pub(super) stamp: Stamp,
    pub(super) hash: formaops_domain::FileHash,
}

/// A conflict that waits for a person.
pub(super) struct Conflict {
    pub(super) name: PromptName,
    pub(super) path: FilePath,
}

pub(super) struct Sync {
    pub(super) app: App,
    pub(super) folder: LinkedFolder,
    pub(super) root: PathBuf,
    /// Whether what was there before gets files too.
    pub(super) export: bool,
    events: Subscription,
    watch: Watch,
    pub(super) settling: Settling,
    started: Instant,
    pub(super) links: Links,
    pub(super) files: BTreeMap<FilePath, Standing>,
    skipped: Vec<Skipped>,
    /// Files that cannot be read as they are.
    unfit: BTreeMap<FilePath, Skipped>,
    pub(super) problems: BTreeMap<FilePath, FileProblem>,
    pub(super) conflicts: BTreeMap<LinkedId, Conflict>,
    pub(super) retry: BTreeSet<LinkedId>,
    pub(super) retry_files: BTreeSet<FilePath>,
    retry_at: Option<Instant>,
    restless: BTreeSet<FilePath>,
    restless_at: Option<Instant>,
    /// When the folder is looked for again.
    seek_at: Option<Instant>,
    git_at: Option<Instant>,
    pub(super) view: FolderView,
    /// Whether anything may have changed that is told.
    has_news: bool,
}

pub(super) fn first_view(folder: &LinkedFolder) -> FolderView {
    FolderView {
        path: folder.path.clone(),
        trusted: folder.trusted_at.is_some(),
        status: FolderStatus::Reading,
        polling: None,
        files: 0,
        waiting: 0,
        conflicts: Vec::new(),
        problems: Vec::new(),
        skipped: Vec::new(),
        skipped_count: 0,
        notices: Vec::new(),
        git: None,
        changed_at: None,
    }
}

impl Sync {
    pub(super) fn new(app: App, folder: LinkedFolder, root: PathBuf, export: bool) -> Self {
        Self {
            events: app.hub.subscribe(),
            view: first_view(&folder),
            app,
            folder,
            root,
            export,
            watch: Watch::start(),
            settling: Settling::default(),
            started: Instant::now(),
            links: Links::default(),
            files: BTreeMap::new(),
            skipped: Vec::new(),
            unfit: BTreeMap::new(),
            problems: BTreeMap::new(),
            conflicts: BTreeMap::new(),
            retry: BTreeSet::new(),
            retry_files: BTreeSet::new(),
            retry_at: None,
            restless: BTreeSet::new(),
            restless_at: None,
            seek_at: None,
            git_at: None,
            has_news: true,
        }
    }

    pub(super) async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        match self.app.store.list_linked_files().await {
            Ok(links) => self.links = Links::new(links),
            Err(error) => {
                tracing::error!(%error, "the linked folder cannot be followed");
                return;
            }
        }
        self.look_through().await;
        self.every_item().await;
        self.git_at = Some(Instant::now());
        loop {
            if self.view.status == FolderStatus::Emptied && !self.files.is_empty() {
                self.view.status = FolderStatus::Live;
                self.every_item().await;
            }
            // What was just being written belongs to what is read first.
            if self.view.status == FolderStatus::Reading && self.settling.due().is_none() {
                self.view.status = FolderStatus::Live;
            }
            if std::mem::take(&mut self.has_news) {
                self.publish();
            }
            let due = self.due();
            tokio::select! {
                order = orders.recv() => match order {
                    Some(Order::Resolve { id, request, answer }) => {
                        self.has_news = true;
                        // Whoever asked may have gone; what was decided is done.
                        let _ = answer.send(self.resolve(id, *request).await);
                    }
                    Some(Order::Trusted) => {
                        self.has_news = true;
                        self.view.trusted = true;
                        self.git_at = Some(Instant::now());
                        self.look_through().await;
                        self.every_item().await;
                    }
                    Some(Order::Close) | None => {
                        self.take_waiting_events().await;
                        return;
                    }
                },
                touched = self.watch.touched(), if self.seek_at.is_none() => {
                    self.has_news = true;
                    self.touched(touched).await;
                }
                events = self.events.next() => self.has_news = self.told(events).await,
                () = tokio::time::sleep_until(due) => {
                    self.has_news = true;
                    self.tick().await;
                }
            }
        }
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn due(&self) -> Instant {
        let settled = self.settling.due().map(|due| self.started + due);
        let all = [settled, self.retry_at, self.restless_at, self.seek_at, self.git_at];
        all.into_iter().flatten().min().unwrap_or_else(|| Instant::now() + Duration::from_secs(86_400))
    }

    /// What is due by the clock.
    async fn tick(&mut self) {
        let now = Instant::now();
        let is_due = |at: &mut Option<Instant>| at.take_if(|at| *at <= now).is_some();
        if is_due(&mut self.seek_at) {
            self.look_through().await;
        }
        if is_due(&mut self.restless_at) {
            let paths = std::mem::take(&mut self.restless);
            self.look_at(paths.into_iter().collect()).await;
        }
        if is_due(&mut self.retry_at) {
            for id in std::mem::take(&mut self.retry) {
                self.follow_item(id).await;
            }
            let files = std::mem::take(&mut self.retry_files);
            self.settle(files.into_iter().collect()).await;
        }
        if is_due(&mut self.git_at) {
            self.ask_git();
        }
        let settled = self.settling.settled(self.now());
        if !settled.is_empty() {
            self.settle(settled).await;
        }
    }

    /// Asks git beside all else: it may take its time.
    fn ask_git(&self) {
        let (app, root, ask) = (self.app.clone(), self.root.clone(), self.view.trusted);
        tokio::spawn(async move {
            let git = git_state(&root, ask).await;
            let view = app.folder.view().filter(|view| root.as_os_str() == view.path.as_str());
            if view.is_some_and(|view| view.git != git) {
                app.folder.set_git(git);
                app.changed(Noun::File, "folder");
            }
        });
    }

    async fn touched(&mut self, touched: Touched) {
        if touched.git {
            self.git_at = Some(Instant::now() + GIT_RESTS);
        }
        if touched.everything || !self.root.is_dir() {
            self.look_through().await;
            return;
        }
        let paths = touched.paths.iter().filter_map(|path| FilePath::within(&self.root, path));
        let paths: Vec<FilePath> = paths.collect();
        // Whether a path counts that was not there before, only a look at the whole folder tells.
        if paths.iter().all(|path| self.files.contains_key(path) || self.unfit.contains_key(path)) {
            self.look_at(paths).await;
        } else {
            self.look_through().await;
        }
    }

    /// Looks through the whole folder, and at what is not as it was.
    async fn look_through(&mut self) {
        let known: BTreeSet<FilePath> = self.links.live_paths().collect();
        let root = self.root.clone();
        let scanned = blocking(move || scan(&root, |path| known.contains(path))).await;
        let Scan { mut files, folders, mut skipped } = match scanned {
            Ok(scan) => scan,
            Err(error) => {
                if self.view.status != FolderStatus::Missing {
                    tracing::warn!(%error, "the linked folder is not there");
                }
                self.view.status = FolderStatus::Missing;
                self.watch.follow([]);
                self.seek_at = Some(Instant::now() + SEEK);
                return;
            }
        };
        let git = git_directory(&self.root);
        self.watch.follow(folders.into_iter().chain(git));
        let untrusted = files.extract_if(.., |path, _| !self.follows(path.kind()));
        skipped.extend(untrusted.map(|(path, _)| {
            Skipped::new(path.as_str(), SkipReason::Untrusted, "is read once the folder is trusted")
        }));
        self.skipped = skipped;
        let was_missing = self.view.status == FolderStatus::Missing;
        let is_first = was_missing || self.view.status == FolderStatus::Reading;
        if was_missing {
            self.view.status = FolderStatus::Live;
        }
        let changed = files
            .iter()
            .filter(|(path, stamp)| self.files.get(path).is_none_or(|standing| standing.stamp != **stamp));
        let mut paths: Vec<FilePath> = changed.map(|(path, _)| path.clone()).collect();
        let gone = self.files.keys().cloned().chain(self.links.live_paths()).collect::<BTreeSet<_>>();
        paths.extend(gone.into_iter().filter(|path| !files.contains_key(path)));
        self.unfit.retain(|path, _| files.contains_key(path));
        if is_first {
            self.read_all(paths).await;
        } else {
            self.look_at(paths).await;
        }
        if was_missing {
            self.every_item().await;
        }
    }

    /// Reads files that nobody is likely to be writing, at once and in batches.
    async fn read_all(&mut self, mut paths: Vec<FilePath>) {
        // What is named comes before what names it.
        paths.sort_by_key(FilePath::kind);
        let mut waiting = paths.len();
        // Where some are gone, those that came may be the same ones: they come to rest together.
        let some_are_gone = {
            let there: BTreeSet<&FilePath> = paths.iter().collect();
            self.links
                .live_paths()
                .any(|path| there.contains(&path) && !self.root.join(path.as_str()).exists())
        };
        for batch in paths.chunks(BATCH) {
            self.view.waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
            self.publish();
            let before: BTreeSet<FilePath> = batch.iter().cloned().collect();
            self.look_at(batch.to_vec()).await;
            let now = SystemTime::now();
            let is_at_rest = |path: &FilePath| {
                let is_fresh = self.files.get(path).is_none_or(|standing| standing.stamp.is_fresh(now));
                let may_be_moved = some_are_gone && self.links.at(path).is_none_or(|link| link.is_gone);
                !is_fresh && !may_be_moved
            };
            let at_rest: Vec<FilePath> = before.into_iter().filter(is_at_rest).collect();
            for path in &at_rest {
                self.settling.forget(path);
            }
            self.settle(at_rest).await;
            waiting -= batch.len();
        }
        self.view.waiting = 0;
    }

    /// Looks at files, and lets those that changed come to rest.
    pub(super) async fn look_at(&mut self, paths: Vec<FilePath>) {
        let root = self.root.clone();
        let looks = blocking(move || {
            let look = |path: FilePath| {
                let look = look(&root, &path);
                let is_half = match &look {
                    Look::Text(text) => {
                        text.text.trim().is_empty() || parse(&path, None, &text.text, None).is_err()
                    }
                    _ => false,
                };
                (path, look, is_half)
            };
            paths.into_iter().map(look).collect::<Vec<_>>()
        })
        .await;
        for (path, look, is_half) in looks {
            self.seen(path, look, is_half);
        }
    }

    fn seen(&mut self, path: FilePath, look: Look, is_half: bool) {
        let now = self.now();
        self.unfit.remove(&path);
        let holds = match look {
            Look::Text(text) => {
                let standing = Standing { stamp: text.stamp, hash: text.hash };
                let before = self.files.insert(path.clone(), standing).map(|standing| standing.hash);
                let known = self.links.at(&path).filter(|link| !link.is_gone).map(|link| link.hash);
                if before.or(known) == Some(text.hash) && !self.settling.waits_for(&path) {
                    return;
                }
                Some(text.hash)
            }
            Look::Gone => {
                let was_known = self.files.remove(&path).is_some();
                if !was_known && self.links.at(&path).is_none_or(|link| link.is_gone) {
                    return;
                }
                None
            }
            Look::Unfit(skipped) => {
                self.unfit.insert(path, skipped);
                return;
            }
            Look::Restless => {
                self.restless.insert(path);
                self.restless_at.get_or_insert(Instant::now() + RESTLESS);
                return;
            }
        };
        if let Some(id) = self.links.at(&path).map(|link| link.id) {
            self.app.changed(Noun::File, id);
        }
        self.settling.seen(now, path, holds, is_half);
    }

    /// Whether files of a kind are followed. Datasets and suites say what is sent and how answers are judged, and
    /// nothing of that is told by a file that nobody trusts.
    pub(super) fn follows(&self, kind: LinkedKind) -> bool {
        kind == LinkedKind::Prompt || self.view.trusted
    }

    /// Follows what was changed here; whether anything was.
    async fn told(&mut self, events: Vec<formaops_domain::Event>) -> bool {
        let mut ids = BTreeSet::new();
        for event in events {
            match event.body {
                EventBody::Changed { noun: Noun::Prompt | Noun::Dataset | Noun::Suite, id: Some(id) } => {
                    ids.extend(id.parse::<LinkedId>().ok());
                }
                EventBody::Changed { noun: Noun::Prompt | Noun::Dataset | Noun::Suite, id: None }
                | EventBody::Resync => {
                    self.every_item().await;
                    return true;
                }
                _ => {}
            }
        }
        for id in &ids {
            self.follow_item(*id).await;
        }
        self.follow_names(&ids).await;
        !ids.is_empty()
    }

    /// Follows the suites that name something that was changed, for it may have another name; and tries the files of
    /// suites again that could not be read, for what they name may be there now.
    async fn follow_names(&mut self, changed: &BTreeSet<LinkedId>) {
        let is_named = |id: &LinkedId| id.kind() != LinkedKind::Suite;
        if !self.view.trusted || !changed.iter().any(is_named) {
            return;
        }
        let names_some = |spec: &SuiteSpec| {
            let of_models = spec.models.iter().flat_map(|model| &model.prompts).copied();
            let prompts = spec.prompts.iter().map(|prompt| prompt.prompt_id).chain(of_models);
            let dataset = spec.dataset.iter().map(|dataset| LinkedId::Dataset(dataset.dataset_id));
            prompts.map(LinkedId::Prompt).chain(dataset).any(|id| changed.contains(&id))
        };
        match self.app.store.list_suites(false).await {
            Ok(suites) => {
                for suite in suites.iter().filter(|suite| names_some(&suite.spec)) {
                    self.follow_item(LinkedId::Suite(suite.id)).await;
                }
            }
            Err(error) => tracing::error!(%error, "suites cannot be compared with their files"),
        }
        self.try_suites().await;
    }

    /// Tries the files of suites again that could not be read.
    async fn try_suites(&mut self) {
        let is_suite = |path: &&FilePath| path.kind() == LinkedKind::Suite;
        let waiting = self.problems.keys().filter(is_suite).cloned().collect();
        self.settle(waiting).await;
    }

    /// Follows what was changed here just before the end.
    async fn take_waiting_events(&mut self) {
        while let Ok(events) = tokio::time::timeout(Duration::from_millis(20), self.events.next()).await {
            self.told(events).await;
        }
    }

    /// Follows everything that is not as it was when its file said the same.
    async fn every_item(&mut self) {
        match self.follow_all().await {
            Ok(()) | Err(StoreError::Closed) => {}
            Err(error) => tracing::error!(%error, "what is here cannot be compared with its files"),
        }
    }

    async fn follow_all(&mut self) -> Result<(), StoreError> {
        for deleted in [false, true] {
            let mut cursor = None;
            loop {
                let filter = PromptFilter { archived: true, deleted, ..PromptFilter::default() };
                let page = self.app.store.list_prompts(filter, cursor.as_deref(), 1000).await?;
                for item in page.items.into_iter().filter_map(Item::of_prompt) {
                    self.follow_changed(&item).await;
                }
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
        }
        for deleted in [false, true] {
            let mut cursor = None;
            loop {
                let filter = DatasetFilter { deleted, ..DatasetFilter::default() };
                let page = self.app.store.list_datasets(filter, cursor.as_deref(), 1000).await?;
                for dataset in page.items {
                    self.follow_changed(&Item::Dataset(dataset)).await;
                }
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
        }
        for deleted in [false, true] {
            for suite in self.app.store.list_suites(deleted).await? {
                // What names nothing any more is told of by following it.
                let id = LinkedId::Suite(suite.id);
                match Item::of_suite(&self.app, suite).await {
                    Ok(item) => self.follow_changed(&item).await,
                    Err(_) => self.follow_item(id).await,
                }
            }
        }
        self.try_suites().await;
        Ok(())
    }

    async fn follow_changed(&mut self, item: &Item) {
        if !self.links.get(item.id()).is_some_and(|link| item.is_as(link)) {
            self.follow_item(item.id()).await;
        }
    }

    /// The workspace, in the name of the folder.
    pub(super) fn acting(&self) -> App {
        self.app.acting(Act {
            actor: Some(self.folder.actor),
            origin: AuditOrigin::File,
            operation: None,
            request_id: None,
            at: self.app.now(),
            claim: None,
        })
    }

    pub(super) fn notice(&mut self, id: Option<LinkedId>, message: String) {
        tracing::info!(message, "in the linked folder");
        self.view.notices.insert(0, FolderNotice { at: self.app.now(), id, message });
        self.view.notices.truncate(MOST_NOTICES);
    }

    /// Something was read from the folder or written to it.
    pub(super) fn done(&mut self, id: LinkedId) {
        self.view.changed_at = Some(self.app.now());
        self.git_at = Some(Instant::now() + GIT_RESTS);
        self.app.changed(Noun::File, id);
    }

    fn publish(&mut self) {
        if !(self.retry.is_empty() && self.retry_files.is_empty()) && self.retry_at.is_none() {
            self.retry_at = Some(Instant::now() + RETRY);
        }
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let skipped = self.skipped.iter().chain(self.unfit.values());
        let conflicts = self.conflicts.iter().map(|(id, conflict)| FolderConflict {
            id: *id,
            kind: id.kind(),
            name: conflict.name.to_string(),
            path: conflict.path.to_string(),
        });
        let view = FolderView {
            polling: match self.watch.mode() {
                WatchMode::Events => None,
                WatchMode::Polling(reason) => Some(reason.clone()),
            },
            files: count(self.files.len()),
            conflicts: conflicts.collect(),
            problems: self.problems.values().take(MOST_SKIPPED).cloned().collect(),
            skipped_count: count(self.skipped.len() + self.unfit.len()),
            skipped: skipped.take(MOST_SKIPPED).cloned().collect(),
            git: self.app.folder.view().and_then(|view| view.git),
            ..self.view.clone()
        };
        let conflicts = self.conflicts.iter().map(|(id, conflict)| (*id, conflict.path.clone())).collect();
        Folder::publish(&self.app.folder, &self.app, view, conflicts);
    }
}
