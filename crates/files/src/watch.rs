//! Tells what is touched in the folder, by the events of the system, or by looking again and again where it has none
//! to give.

use crate::path::ending_of;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher, event::AccessKind};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// How long to gather what is touched together.
const GATHERING: Duration = Duration::from_millis(30);
/// How long between two looks where there are no events.
const POLL: Duration = Duration::from_secs(2);
/// More paths than these are taken as everything.
const MANY: usize = 2000;

/// How the folder is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchMode {
    /// By the events of the system.
    Events,
    /// By looking every two seconds, for this reason.
    Polling(String),
}

/// What was touched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touched {
    /// Full paths of files, ours and others.
    pub paths: BTreeSet<PathBuf>,
    /// Whether the whole folder has to be looked through.
    pub everything: bool,
    /// Whether git has kept something of its own.
    pub git: bool,
}

/// What was touched, and since when that is so.
#[derive(Default)]
struct Gathered {
    touched: Touched,
    since: Option<Instant>,
}

/// A watch over folders, each by itself: so those that are passed over cost nothing, and no link is followed.
pub struct Watch {
    watcher: Option<RecommendedWatcher>,
    mode: WatchMode,
    watched: BTreeSet<PathBuf>,
    /// When it looks next, where there are no events.
    look_at: Mutex<Instant>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    touched: Mutex<Gathered>,
    /// Folders that came or went: what was watched under their paths is another one now.
    replaced: Mutex<BTreeSet<PathBuf>>,
    wake: Notify,
}

impl Watch {
    /// A watch over nothing yet.
    #[must_use]
    pub fn start() -> Self {
        let shared = Arc::<Shared>::default();
        let told = Arc::clone(&shared);
        let (watcher, mode) = match notify::recommended_watcher(move |event| told.told(event)) {
            Ok(watcher) => (Some(watcher), WatchMode::Events),
            Err(error) => (None, WatchMode::Polling(reason(&error))),
        };
        Self { watcher, mode, watched: BTreeSet::new(), look_at: Mutex::new(Instant::now() + POLL), shared }
    }

    /// Watches these folders and no others.
    pub fn follow(&mut self, folders: impl IntoIterator<Item = PathBuf>) {
        let Some(watcher) = &mut self.watcher else { return };
        let wanted: BTreeSet<PathBuf> = folders.into_iter().collect();
        for replaced in std::mem::take(&mut *lock(&self.shared.replaced)) {
            self.watched.retain(|folder| {
                let stays = !folder.starts_with(&replaced);
                if !stays {
                    // What is gone cannot be let go.
                    let _ = watcher.unwatch(folder);
                }
                stays
            });
        }
        for gone in self.watched.difference(&wanted) {
            let _ = watcher.unwatch(gone);
        }
        self.watched.retain(|folder| wanted.contains(folder));
        for folder in wanted {
            if self.watched.contains(&folder) {
                continue;
            }
            match watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => drop(self.watched.insert(folder)),
                Err(error) if matches!(error.kind, notify::ErrorKind::PathNotFound) => {}
                Err(error) if !folder.exists() => {
                    tracing::debug!(%error, "a folder went away before it was watched");
                }
                Err(error) => {
                    self.poll(reason(&error));
                    return;
                }
            }
        }
    }

    /// Looks again and again from now on.
    pub fn poll(&mut self, reason: String) {
        tracing::warn!(reason, "the linked folder is looked through every two seconds");
        self.watcher = None;
        self.watched.clear();
        self.mode = WatchMode::Polling(reason);
        *lock(&self.look_at) = Instant::now() + POLL;
        self.shared.wake.notify_one();
    }

    /// How it watches.
    #[must_use]
    pub fn mode(&self) -> &WatchMode {
        &self.mode
    }

    /// Waits until something is touched, and tells all that is touched together. Dropping it loses nothing and delays
    /// nothing: the next call goes on where it was.
    pub async fn touched(&self) -> Touched {
        if self.watcher.is_none() {
            let at = *lock(&self.look_at);
            tokio::time::sleep_until(at).await;
            *lock(&self.look_at) = Instant::now() + POLL;
            return Touched { everything: true, ..Touched::default() };
        }
        loop {
            let woken = self.shared.wake.notified();
            let since = lock(&self.shared.touched).since;
            if let Some(since) = since {
                tokio::time::sleep_until(since + GATHERING).await;
                return std::mem::take(&mut *lock(&self.shared.touched)).touched;
            }
            woken.await;
            if self.watcher.is_none() {
                return Touched { everything: true, ..Touched::default() };
            }
        }
    }
}

impl Shared {
    fn told(&self, event: notify::Result<Event>) {
        {
            let mut gathered = lock(&self.touched);
            let touched = &mut gathered.touched;
            match event {
                Ok(event) => self.note(&event, touched),
                Err(error) => {
                    tracing::warn!(%error, "events of the linked folder were lost");
                    touched.everything = true;
                }
            }
            if touched.paths.len() > MANY {
                *touched = Touched { everything: true, git: touched.git, ..Touched::default() };
            }
            if *touched == Touched::default() {
                return;
            }
            gathered.since.get_or_insert_with(Instant::now);
        }
        self.wake.notify_one();
    }

    fn note(&self, event: &Event, touched: &mut Touched) {
        match event.kind {
            // Only whoever closes what it has written has changed it.
            EventKind::Access(AccessKind::Close(notify::event::AccessMode::Write)) => {}
            EventKind::Access(_) => return,
            EventKind::Other if event.need_rescan() => touched.everything = true,
            _ => {}
        }
        for path in &event.paths {
            if is_of_git(path) {
                touched.git = true;
                continue;
            }
            let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let (is_hidden, can_be_folder) = (name.starts_with('.'), ending_of(&name).is_none());
            let moved = matches!(event.kind, EventKind::Create(_) | EventKind::Remove(_))
                || matches!(event.kind, EventKind::Modify(notify::event::ModifyKind::Name(_)));
            if can_be_folder && moved && !is_hidden {
                lock(&self.replaced).insert(path.clone());
                touched.everything = true;
            } else if touched.paths.len() <= MANY {
                touched.paths.insert(path.clone());
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn reason(error: &notify::Error) -> String {
    match error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "the system watches no more folders: raise `fs.inotify.max_user_watches`".to_owned()
        }
        _ => format!("the system cannot watch the folder: {error}"),
    }
}

/// Whether a path lies in the folder that git keeps its state in.
fn is_of_git(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == ".git")
}
