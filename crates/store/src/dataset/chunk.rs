//! Runs of cases: how a list of cases is cut, so that lists that are nearly the same share nearly all runs.
//!
//! A run ends behind a case whose own bytes say so, or where it has grown too large. What is cut thus depends on the
//! cases since the last cut alone: the same list is always cut alike, however it came about, and behind a change the
//! cuts soon are where they were.

use crate::{
    StoreError,
    blob::{Blob, BlobHash},
};
use formaops_domain::Case;

/// A run is not cut before, so that one is worth a row.
const FEWEST: u32 = 64;
/// The most cases of a run: what a page of the list unpacks at most for nothing.
const MOST: u32 = 1024;
/// The most bytes of a run before the case that ends it.
const MOST_BYTES: usize = 256 * 1024;
/// One case in so many ends a run.
const ONE_IN: u8 = 255;

/// A run of cases as it is kept.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    pub(super) cases: u32,
    pub(super) data: Data,
}

/// The cases of a run.
#[derive(Debug, Clone)]
pub(super) enum Data {
    /// They are kept already.
    Kept(BlobHash),
    /// They are to be kept.
    New(Blob),
}

impl Data {
    pub(super) fn hash(&self) -> BlobHash {
        match self {
            Self::Kept(hash) => *hash,
            Self::New(blob) => blob.hash,
        }
    }
}

/// Cuts cases into runs.
#[derive(Debug, Default)]
pub(super) struct Cutter {
    /// JSON of the cases since the last cut: `[a,b,`.
    json: Vec<u8>,
    cases: u32,
}

impl Cutter {
    /// Whether the last case ended a run.
    pub(super) fn is_at_cut(&self) -> bool {
        self.cases == 0
    }

    /// Takes in a case; answers the run that it ends.
    pub(super) fn push(&mut self, case: Case) -> Result<Option<Chunk>, StoreError> {
        self.json.push(if self.is_at_cut() { b'[' } else { b',' });
        let from = self.json.len();
        // Where a case stands is said by its run.
        serde_json::to_writer(&mut self.json, &Case { position: 0, ..case })
            .map_err(StoreError::unreadable)?;
        self.cases += 1;
        let ends = blake3::hash(&self.json[from..]).as_bytes()[0] == ONE_IN && self.cases >= FEWEST;
        if ends || self.cases == MOST || self.json.len() >= MOST_BYTES { self.finish() } else { Ok(None) }
    }

    /// The run of what came since the last cut, if anything did.
    pub(super) fn finish(&mut self) -> Result<Option<Chunk>, StoreError> {
        if self.is_at_cut() {
            return Ok(None);
        }
        self.json.push(b']');
        let data = Data::New(Blob::new(&self.json)?);
        let chunk = Chunk { cases: self.cases, data };
        self.json.clear();
        self.cases = 0;
        Ok(Some(chunk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cases(count: u32) -> Vec<Case> {
        let inputs = |number: u32| json!({ "question": format!("What is {number} squared?") });
        (0..count).map(|number| Case::of(inputs(number).as_object().unwrap().clone())).collect()
    }

    fn cut(cases: Vec<Case>) -> Vec<BlobHash> {
        let mut cutter = Cutter::default();
        let mut chunks: Vec<_> = cases.into_iter().filter_map(|case| cutter.push(case).unwrap()).collect();
        chunks.extend(cutter.finish().unwrap());
        chunks.into_iter().map(|chunk| chunk.data.hash()).collect()
    }

    #[test]
    fn a_case_put_in_front_changes_the_first_runs_and_no_other() {
        let before = cut(cases(20_000));
        assert!((20..320).contains(&before.len()), "{} runs", before.len());
        let mut more = cases(20_000);
        more.insert(0, Case::default());
        let after = cut(more);
        let new = after.iter().filter(|run| !before.contains(run)).count();
        assert!(new <= 3, "{new} of {} runs are new", after.len());
    }

    #[test]
    fn large_cases_end_their_runs() {
        let large = json!({ "text": "x".repeat(MOST_BYTES) });
        let large = Case::of(large.as_object().unwrap().clone());
        assert_eq!(cut(vec![large.clone(), large]).len(), 2);
    }
}
