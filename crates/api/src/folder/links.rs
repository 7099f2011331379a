//! What is known of files, by prompt and by path.

use formaops_domain::PromptId;
use formaops_files::FilePath;
use formaops_store::LinkedFile;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Links {
    by_prompt: BTreeMap<PromptId, LinkedFile>,
    by_path: BTreeMap<String, BTreeSet<PromptId>>,
}

impl Links {
    pub(super) fn new(all: Vec<LinkedFile>) -> Self {
        let mut links = Self::default();
        all.into_iter().for_each(|link| links.put(link));
        links
    }

    /// Keeps a link in the place of the one that its prompt had.
    pub(super) fn put(&mut self, link: LinkedFile) {
        self.by_path.entry(link.path.clone()).or_default().insert(link.prompt);
        let (prompt, path) = (link.prompt, link.path.clone());
        if let Some(old) = self.by_prompt.insert(prompt, link).filter(|old| old.path != path)
            && let Some(prompts) = self.by_path.get_mut(&old.path)
        {
            prompts.remove(&prompt);
        }
    }

    pub(super) fn get(&self, prompt: PromptId) -> Option<&LinkedFile> {
        self.by_prompt.get(&prompt)
    }

    /// What is known of a path: of the file that is there, else of one that was.
    pub(super) fn at(&self, path: &FilePath) -> Option<&LinkedFile> {
        let all = self.by_path.get(path.as_str())?.iter().filter_map(|prompt| self.get(*prompt));
        all.min_by_key(|link| link.is_gone)
    }

    /// The paths at which files are known.
    pub(super) fn live_paths(&self) -> impl Iterator<Item = FilePath> + '_ {
        let live = self.by_prompt.values().filter(|link| !link.is_gone);
        live.map(|link| FilePath::from_kept(link.path.clone()))
    }
}
