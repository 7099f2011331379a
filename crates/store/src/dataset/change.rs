//! A new version that differs from the one before in some rows or columns: only what they touch is cut anew.

use super::{
    chunk::{Chunk, Cutter},
    save::{NewCases, Onto, Part, WAITING},
};
use crate::{Store, StoreError};
use formaops_domain::{Case, ColumnChange, Columns, DatasetVersion, TooManyColumns};
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::mpsc;

/// What changes. Positions are those of the version that is changed, columns are changed first: cases that are given
/// have the columns as they are afterwards.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseChanges {
    /// What is done to columns, one after the other.
    pub columns: Vec<ColumnChange>,
    /// Cases in place of those at these positions.
    pub replaced: BTreeMap<u32, Case>,
    /// Where cases are taken out.
    pub removed: BTreeSet<u32>,
    /// Cases that are put in before the one at this position, or behind the last at the number of cases.
    pub inserted: BTreeMap<u32, Vec<Case>>,
}

impl CaseChanges {
    /// The first position at which there is nothing to change.
    fn out_of_bounds(&self, cases: u32) -> Option<u32> {
        let existing = self.replaced.keys().chain(&self.removed).copied().filter(|at| *at >= cases);
        existing.chain(self.inserted.keys().copied().filter(|at| *at > cases)).min()
    }

    fn touches(&self, run: std::ops::Range<u32>) -> bool {
        self.replaced.range(run.clone()).next().is_some()
            || self.removed.range(run.clone()).next().is_some()
            || self.inserted.range(run).next().is_some()
    }
}

/// What comes of the cases that it is given, on its way to the writer.
struct Rewrite {
    changes: CaseChanges,
    columns: Columns,
    cutter: Cutter,
    parts: mpsc::Sender<Part>,
}

impl Rewrite {
    /// Cuts a run anew that begins at this position.
    async fn run(&mut self, first: u32, cases: Vec<Case>) -> Result<(), StoreError> {
        for (position, mut case) in (first..).zip(cases) {
            self.insert_at(position).await?;
            if self.changes.removed.contains(&position) {
                continue;
            }
            if let Some(other) = self.changes.replaced.remove(&position) {
                self.new_case(other).await?;
            } else {
                self.changes.columns.iter().for_each(|change| change.apply_to(&mut case));
                self.push(case).await?;
            }
        }
        Ok(())
    }

    async fn insert_at(&mut self, position: u32) -> Result<(), StoreError> {
        for case in self.changes.inserted.remove(&position).unwrap_or_default() {
            self.new_case(case).await?;
        }
        Ok(())
    }

    async fn new_case(&mut self, case: Case) -> Result<(), StoreError> {
        self.columns.see(&case).map_err(|TooManyColumns { name }| StoreError::TooManyColumns { name })?;
        self.push(case).await
    }

    async fn push(&mut self, case: Case) -> Result<(), StoreError> {
        match self.cutter.push(case)? {
            Some(chunk) => self.send(Part::Chunk(chunk)).await,
            None => Ok(()),
        }
    }

    async fn send(&self, part: Part) -> Result<(), StoreError> {
        self.parts.send(part).await.map_err(|_| StoreError::Unfinished)
    }

    async fn finish(mut self) -> Result<(), StoreError> {
        if let Some(chunk) = self.cutter.finish()? {
            self.send(Part::Chunk(chunk)).await?;
        }
        let columns = std::mem::take(&mut self.columns).finish();
        self.send(Part::End(columns)).await
    }
}

impl Store {
    /// Saves what comes of a version and some changes as the next version. Where nothing comes of them, the version
    /// itself is answered.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such case, [`StoreError::InvalidColumn`],
    /// [`StoreError::TooManyColumns`], and [`StoreError::DatasetMoved`] where `base` is not the newest version.
    pub async fn change_cases(
        &self,
        base: u32,
        new: NewCases,
        changes: CaseChanges,
    ) -> Result<DatasetVersion, StoreError> {
        let version = self.get_dataset_version(new.dataset, base).await?;
        if let Some(position) = changes.out_of_bounds(version.cases) {
            return Err(StoreError::not_found("case", position));
        }
        let mut columns = version.columns;
        for change in &changes.columns {
            change.apply(&mut columns).map_err(StoreError::InvalidColumn)?;
        }
        let chunks = self.list_chunks(new.dataset, base).await?;
        let (parts, taken) = mpsc::channel(WAITING);
        let columns = Columns::starting_with(columns);
        let rewrite = Rewrite { changes, columns, cutter: Cutter::default(), parts };
        let new = NewCases { onto: Onto::InPlaceOf(base), ..new };
        let (read, saved) =
            tokio::join!(self.rewrite(chunks, version.cases, rewrite), self.save_parts(new, taken),);
        // Where the writer took no more it says why.
        match read {
            Ok(()) | Err(StoreError::Unfinished) => saved,
            Err(error) => Err(error),
        }
    }

    async fn rewrite(&self, chunks: Vec<Chunk>, end: u32, mut rewrite: Rewrite) -> Result<(), StoreError> {
        let changes_all = rewrite.changes.columns.iter().any(ColumnChange::changes_cases);
        let grows = rewrite.changes.inserted.contains_key(&end);
        let mut first = 0;
        for chunk in chunks {
            let next = first + chunk.cases;
            // The last run may have ended only because there was no more.
            let touched = changes_all || rewrite.changes.touches(first..next) || (grows && next == end);
            if rewrite.cutter.is_at_cut() && !touched {
                rewrite.send(Part::Chunk(chunk)).await?;
            } else {
                let cases = self.read_chunk(chunk.data.hash()).await?;
                rewrite.run(first, cases).await?;
            }
            first = next;
        }
        rewrite.insert_at(end).await?;
        rewrite.finish().await
    }
}
