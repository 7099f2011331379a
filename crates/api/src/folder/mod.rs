//! The linked folder: prompts, datasets and suites and their files follow each other.
//!
//! One task ([`Sync`]) does all of it, in the process that owns the workspace: it hears what is touched in the folder
//! and what is changed in the store, and lets one follow the other as [`formaops_files::decide`] says. What both last
//! said is kept in the store, so what happened while nobody looked is told in the same way.

mod follow;
mod item;
mod links;
mod names;
mod sync;
mod work;

use crate::{
    ApiError, App, ErrorCode,
    handlers::{FolderFile, FolderView, ResolveFolderFile, no_folder},
};
use formaops_domain::{ActorId, LinkedId, Noun, Prompt, Timestamp, VersionId};
use formaops_files::{FilePath, Git, Look, look};
use formaops_store::LinkedFolder;
use item::Item;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use sync::Sync;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};
use work::{Says, base_of, parse, sides};

/// The linked folder in the hands of the process that owns the workspace. Clones are the same one.
#[derive(Clone, Default)]
pub(crate) struct Folder(Arc<Shared>);

#[derive(Default)]
struct Shared {
    linked: Mutex<Option<Linked>>,
}

struct Linked {
    folder: LinkedFolder,
    root: PathBuf,
    view: FolderView,
    conflicts: BTreeMap<LinkedId, FilePath>,
    is_read: watch::Sender<bool>,
    orders: mpsc::Sender<Order>,
    task: Option<JoinHandle<()>>,
}

/// What the task is asked for.
enum Order {
    Resolve {
        id: LinkedId,
        request: Box<ResolveFolderFile>,
        answer: oneshot::Sender<Result<(), ApiError>>,
    },
    /// Datasets and suites are read and git may be asked now.
    Trusted,
    Close,
}

impl Folder {
    /// Starts to follow the linked folder, where there is one.
    pub(crate) async fn start(app: &App, export: bool) -> Result<(), ApiError> {
        let Some(folder) = app.store.find_linked_folder().await? else { return Ok(()) };
        let (orders, taken) = mpsc::channel(16);
        let root = PathBuf::from(&folder.path);
        let (is_read, _) = watch::channel(false);
        *app.folder.lock() = Some(Linked {
            view: sync::first_view(&folder),
            root: root.clone(),
            conflicts: BTreeMap::new(),
            folder: folder.clone(),
            is_read,
            orders,
            task: None,
        });
        let task = tokio::spawn(Sync::new(app.clone(), folder, root, export).run(taken));
        if let Some(linked) = app.folder.lock().as_mut() {
            linked.task = Some(task);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Linked>> {
        self.0.linked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The folder as it is.
    pub(crate) fn view(&self) -> Option<FolderView> {
        self.lock().as_ref().map(|linked| linked.view.clone())
    }

    /// Completes once the folder was read for the first time, or is not there to be read.
    pub(crate) async fn is_read(&self) {
        let receiver = self.lock().as_ref().map(|linked| linked.is_read.subscribe());
        if let Some(mut is_read) = receiver {
            // The sender goes only with the link.
            let _ = is_read.wait_for(|is_read| *is_read).await;
        }
    }

    /// Ends it, once what was changed here is in the files.
    pub(crate) async fn close(&self) {
        let linked = self.lock().take();
        if let Some(Linked { orders, task: Some(task), .. }) = linked {
            let _ = orders.send(Order::Close).await;
            if let Err(error) = task.await {
                tracing::error!(%error, "the linked folder was not let go in order");
            }
        }
    }

    /// The folder is trusted from now on.
    pub(crate) async fn trusted(&self, now: Timestamp) {
        let orders = self.lock().as_mut().map(|linked| {
            linked.view.trusted = true;
            linked.folder.trusted_at = Some(now);
            linked.orders.clone()
        });
        if let Some(orders) = orders {
            // A task that has ended follows nothing any more.
            let _ = orders.send(Order::Trusted).await;
        }
    }

    /// Who the versions are by that may not run, and the path they come from.
    fn untrusted(&self) -> Option<(ActorId, String)> {
        let linked = self.lock();
        let folder = &linked.as_ref()?.folder;
        folder.trusted_at.is_none().then(|| (folder.actor, folder.path.clone()))
    }

    /// Refuses to run what comes from a folder that is not trusted: a version from a file, and unsaved work on one.
    pub(crate) async fn admit(
        &self,
        app: &App,
        prompt: &Prompt,
        versions: impl Iterator<Item = VersionId>,
    ) -> Result<(), ApiError> {
        let Some((actor, path)) = self.untrusted() else { return Ok(()) };
        for id in versions.collect::<BTreeSet<_>>() {
            let version = app.store.get_version(prompt.id, id).await?;
            let mut comes_from_there = version.author == actor;
            if version.number.is_none() {
                for parent in &version.parents {
                    comes_from_there |= app.store.get_version(prompt.id, *parent).await?.author == actor;
                }
            }
            if comes_from_there {
                return Err(ApiError::new(
                    ErrorCode::Forbidden,
                    format!("`{}` comes from the linked folder `{path}`, which is not trusted", prompt.name),
                    "Look at what the folder holds, then trust it in the settings or with `formaops folder trust`.",
                ));
            }
        }
        Ok(())
    }

    /// The file of something as it is now.
    pub(crate) async fn file(&self, app: &App, id: LinkedId) -> Result<Option<FolderFile>, ApiError> {
        let Some((root, in_conflict)) =
            self.lock().as_ref().map(|linked| (linked.root.clone(), linked.conflicts.get(&id).cloned()))
        else {
            return Ok(None);
        };
        let Some(item) = Item::find(app, id).await? else { return Ok(None) };
        let known = app.store.find_linked_file(id).await?;
        let path = match (&known, &in_conflict) {
            (Some(known), _) if known.is_gone => return Ok(None),
            (Some(known), _) => FilePath::from_kept(known.path.clone()),
            (None, Some(path)) => path.clone(),
            (None, None) => return Ok(None),
        };
        let mut file = FolderFile {
            path: path.to_string(),
            hash: None,
            content: None,
            ahead: false,
            problem: None,
            conflict: None,
        };
        match work::blocking(move || (look(&root, &path), path)).await {
            (Look::Text(text), path) => {
                file.hash = Some(text.hash);
                file.ahead =
                    known.as_ref().is_some_and(|known| known.hash != text.hash && item.holds(&known.said));
                let theirs = match parse(&path, Some(id), &text.text, None) {
                    Ok(theirs) => {
                        if let Says::Prompt(work) = &theirs {
                            file.content = Some(work.content.clone());
                        }
                        Some(theirs)
                    }
                    Err(problem) => {
                        file.problem = Some(*problem);
                        None
                    }
                };
                if in_conflict.is_some() {
                    let base = base_of(app, known.as_ref()).await?;
                    let ours = item.says(app).await?;
                    file.conflict = Some(sides(&path, &item, &ours, base, theirs, text.text)?);
                }
            }
            (Look::Unfit(skipped), path) => {
                file.problem = Some(work::problem(&path, Some(id), skipped.message));
            }
            (Look::Restless | Look::Gone, _) => {}
        }
        Ok(Some(file))
    }

    /// Ends the conflict of something and its file.
    pub(crate) async fn resolve(&self, id: LinkedId, request: ResolveFolderFile) -> Result<(), ApiError> {
        let orders = self.lock().as_ref().map(|linked| linked.orders.clone()).ok_or_else(no_folder)?;
        let (answer, answered) = oneshot::channel();
        let order = Order::Resolve { id, request: Box::new(request), answer };
        orders.send(order).await.map_err(|_| no_folder())?;
        answered.await.map_err(|_| no_folder())?
    }

    fn set_git(&self, git: Option<Git>) {
        if let Some(linked) = self.lock().as_mut() {
            linked.view.git = git;
        }
    }

    /// Keeps how it is, and tells of it.
    fn publish(&self, app: &App, view: FolderView, conflicts: BTreeMap<LinkedId, FilePath>) {
        {
            let mut linked = self.lock();
            let Some(linked) = linked.as_mut().filter(|linked| linked.folder.path == view.path) else {
                return;
            };
            if linked.view == view {
                return;
            }
            linked.conflicts = conflicts;
            let is_read = view.status != crate::handlers::FolderStatus::Reading;
            linked.view = view;
            linked
                .is_read
                .send_if_modified(|was| std::mem::replace(was, *was || is_read) != (*was || is_read));
        }
        app.changed(Noun::File, "folder");
    }
}
