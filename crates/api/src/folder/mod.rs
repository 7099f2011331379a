//! The linked folder: prompts and files follow each other.
//!
//! One task ([`Sync`]) does all of it, in the process that owns the workspace: it hears what is touched in the folder
//! and what is changed in the store, and lets one follow the other as [`formaops_files::decide`] says. What both last
//! said is kept in the store, so what happened while nobody looked is told in the same way.

mod follow;
mod links;
mod sync;
mod work;

use crate::{
    ApiError, App, ErrorCode,
    handlers::{FolderFile, FolderView, ResolveFolderFile, no_folder},
};
use formaops_domain::{ActorId, Noun, Prompt, PromptId, Timestamp, VersionId, VersionSelector};
use formaops_files::{FilePath, Git, Look, look};
use formaops_store::LinkedFolder;
use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use sync::Sync;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};
use work::{base_of, parse, sides};

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
    conflicts: BTreeSet<PromptId>,
    is_read: watch::Sender<bool>,
    orders: mpsc::Sender<Order>,
    task: Option<JoinHandle<()>>,
}

/// What the task is asked for.
enum Order {
    Resolve {
        prompt: PromptId,
        request: Box<ResolveFolderFile>,
        answer: oneshot::Sender<Result<(), ApiError>>,
    },
    /// Git may be asked now.
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
            conflicts: BTreeSet::new(),
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
    pub(crate) fn trusted(&self, now: Timestamp) {
        if let Some(linked) = self.lock().as_mut() {
            linked.view.trusted = true;
            linked.folder.trusted_at = Some(now);
            // Where the queue is full there is no need of another look.
            let _ = linked.orders.try_send(Order::Trusted);
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

    /// The file of a prompt as it is now.
    pub(crate) async fn file(&self, app: &App, prompt: &Prompt) -> Result<Option<FolderFile>, ApiError> {
        let Some((root, in_conflict)) =
            self.lock().as_ref().map(|linked| (linked.root.clone(), linked.conflicts.contains(&prompt.id)))
        else {
            return Ok(None);
        };
        let known = app.store.find_linked_file(prompt.id).await?;
        let path = match &known {
            Some(known) if known.is_gone => return Ok(None),
            Some(known) => FilePath::from_kept(known.path.clone()),
            None if in_conflict => FilePath::of(&prompt.name),
            None => return Ok(None),
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
                file.ahead = known
                    .as_ref()
                    .is_some_and(|known| known.hash != text.hash && Some(known.version) == prompt.head);
                let theirs = match parse(&path, Some(prompt.id), &text.text) {
                    Ok(work) => {
                        file.content = Some(work.content.clone());
                        Some(work)
                    }
                    Err(problem) => {
                        file.problem = Some(*problem);
                        None
                    }
                };
                let head = app.store.find_version(prompt.id, &VersionSelector::Head).await?;
                if let Some(head) = head.filter(|_| in_conflict) {
                    let base = base_of(app, known.as_ref()).await?;
                    file.conflict = Some(sides(prompt, &head, base, theirs, text.text));
                }
            }
            (Look::Unfit(skipped), path) => {
                file.problem = Some(work::problem(&path, Some(prompt.id), skipped.message));
            }
            (Look::Restless | Look::Gone, _) => {}
        }
        Ok(Some(file))
    }

    /// Ends the conflict of a prompt and its file.
    pub(crate) async fn resolve(&self, prompt: PromptId, request: ResolveFolderFile) -> Result<(), ApiError> {
        let orders = self.lock().as_ref().map(|linked| linked.orders.clone()).ok_or_else(no_folder)?;
        let (answer, answered) = oneshot::channel();
        let order = Order::Resolve { prompt, request: Box::new(request), answer };
        orders.send(order).await.map_err(|_| no_folder())?;
        answered.await.map_err(|_| no_folder())?
    }

    fn set_git(&self, git: Option<Git>) {
        if let Some(linked) = self.lock().as_mut() {
            linked.view.git = git;
        }
    }

    /// Keeps how it is, and tells of it.
    fn publish(&self, app: &App, view: FolderView, conflicts: BTreeSet<PromptId>) {
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
