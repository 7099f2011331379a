//! What is known of files, by what they are of and by path.

use formaops_domain::LinkedId;
use formaops_files::FilePath;
use formaops_store::LinkedFile;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Links {
    by_id: BTreeMap<LinkedId, LinkedFile>,
    by_path: BTreeMap<String, BTreeSet<LinkedId>>,
}

impl Links {
    pub(super) fn new(all: Vec<LinkedFile>) -> Self {
        let mut links = Self::default();
        all.into_iter().for_each(|link| links.put(link));
        links
    }

    /// Keeps a link in the place of the one that was there.
    pub(super) fn put(&mut self, link: LinkedFile) {
        self.remove(link.id);
        self.by_path.entry(link.path.clone()).or_default().insert(link.id);
        self.by_id.insert(link.id, link);
    }

    pub(super) fn remove(&mut self, id: LinkedId) {
        if let Some(old) = self.by_id.remove(&id)
            && let Some(ids) = self.by_path.get_mut(&old.path)
        {
            ids.remove(&id);
        }
    }

    pub(super) fn get(&self, id: LinkedId) -> Option<&LinkedFile> {
        self.by_id.get(&id)
    }

    /// What is known of a path: of the file that is there, else of one that was.
    pub(super) fn at(&self, path: &FilePath) -> Option<&LinkedFile> {
        let all = self.by_path.get(path.as_str())?.iter().filter_map(|id| self.get(*id));
        all.min_by_key(|link| link.is_gone)
    }

    /// The paths at which files are known.
    pub(super) fn live_paths(&self) -> impl Iterator<Item = FilePath> + '_ {
        let live = self.by_id.values().filter(|link| !link.is_gone);
        live.map(|link| FilePath::from_kept(link.path.clone()))
    }
}
