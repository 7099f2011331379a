//! Reading cases: a page at a time, of which no more is unpacked than the runs that it touches.

use super::chunk::{Chunk, Data};
use crate::{
    Store, StoreError,
    blob::{self, BlobHash},
    column::Key,
    cursor,
};
use formaops_domain::{Case, CaseSample, DatasetId, Page, Sampling};
use serde_json::Value;

/// Which cases a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Only those from this position on.
    pub from: Option<u32>,
    /// Only those before this position.
    pub to: Option<u32>,
    /// Only those with this tag.
    pub tag: Option<String>,
    /// Only those with this in name, inputs, expectation, tags or metadata, in whatever case.
    pub text: Option<String>,
    /// Of those, only some, chosen at random.
    pub sample: Option<CaseSample>,
}

impl CaseFilter {
    fn reads(&self) -> bool {
        self.tag.is_some() || self.text.is_some()
    }

    /// Whether a case within the range is one of the list, but for the sample. `text` is in lower case.
    fn takes(&self, case: &Case, text: Option<&str>) -> bool {
        self.tag.as_ref().is_none_or(|tag| case.tags.contains(tag))
            && text.is_none_or(|text| contains(case, text))
    }
}

fn contains(case: &Case, text: &str) -> bool {
    let has = |words: &str| words.to_lowercase().contains(text);
    let value = |value: &Value| match value {
        Value::String(words) => has(words),
        other => has(&other.to_string()),
    };
    has(&case.name)
        || case.tags.iter().any(|tag| has(tag))
        || case.inputs.values().chain(&case.expected).chain(case.metadata.values()).any(value)
}

/// Cases that stand one behind the other.
struct Run {
    cases: Vec<Case>,
    /// Where the run behind it begins.
    next: u32,
}

impl Store {
    /// Cases of a version, in their order.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such version, and [`StoreError::InvalidCursor`].
    pub async fn list_dataset_cases(
        &self,
        dataset: DatasetId,
        number: u32,
        filter: &CaseFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Case>, StoreError> {
        let version = self.get_dataset_version(dataset, number).await?;
        let after: Option<u32> = cursor::decode(cursor)?;
        let wanted = cursor::rows(limit) as usize;
        let end = filter.to.unwrap_or(u32::MAX).min(version.cases);
        let begin = filter.from.unwrap_or(0).max(after.map_or(0, |after| after.saturating_add(1)));
        let text = filter.text.as_ref().map(|text| text.to_lowercase());
        let cases = if let Some(sample) = filter.sample {
            let from = filter.from.unwrap_or(0);
            let mut sampling = Sampling::new(sample);
            if filter.reads() {
                let takes = |case: &Case| filter.takes(case, text.as_deref());
                self.each_case(dataset, number, from..end, |case| {
                    if takes(&case) {
                        sampling.offer(case.position);
                    }
                    true
                })
                .await?;
            } else {
                (from..end).for_each(|position| sampling.offer(position));
            }
            let positions = sampling.chosen();
            let rest = positions.into_iter().skip_while(|position| *position < begin).take(wanted);
            self.cases_at(dataset, number, rest).await?
        } else {
            let mut cases = Vec::new();
            self.each_case(dataset, number, begin..end, |case| {
                if filter.takes(&case, text.as_deref()) {
                    cases.push(case);
                }
                cases.len() < wanted
            })
            .await?;
            cases
        };
        Ok(cursor::page(cases, limit, |case| case.position, |case| case))
    }

    /// Shows cases of a range until `take` says that it is enough.
    async fn each_case(
        &self,
        dataset: DatasetId,
        number: u32,
        range: std::ops::Range<u32>,
        mut take: impl FnMut(Case) -> bool,
    ) -> Result<(), StoreError> {
        let mut next = range.start;
        while next < range.end {
            let Some(run) = self.find_run(dataset, number, next).await? else { return Ok(()) };
            for case in run.cases {
                if range.contains(&case.position) && !take(case) {
                    return Ok(());
                }
            }
            next = run.next;
        }
        Ok(())
    }

    /// The cases at rising positions.
    async fn cases_at(
        &self,
        dataset: DatasetId,
        number: u32,
        positions: impl Iterator<Item = u32>,
    ) -> Result<Vec<Case>, StoreError> {
        let mut found = Vec::new();
        let mut run = Run { cases: Vec::new(), next: 0 };
        for position in positions {
            if position >= run.next {
                let Some(next) = self.find_run(dataset, number, position).await? else { break };
                run = next;
            }
            found.extend(run.cases.iter().find(|case| case.position == position).cloned());
        }
        Ok(found)
    }

    /// The run in which a position stands.
    async fn find_run(
        &self,
        dataset: DatasetId,
        number: u32,
        position: u32,
    ) -> Result<Option<Run>, StoreError> {
        let key = Key(dataset);
        let row = sqlx::query!(
            r#"select c.first as "first: u32", c.cases as "cases: u32", b.data
            from dataset_chunks c join dataset_blobs b on b.hash = c.data
            where c.dataset = ?1 and c.version = ?2 and c.first <= ?3 order by c.first desc limit 1"#,
            key,
            number,
            position
        )
        .fetch_optional(self.readers())
        .await?;
        let Some(row) = row.filter(|row| position < row.first + row.cases) else { return Ok(None) };
        let cases: Vec<Case> = blob::json(&row.data)?;
        let placed = (row.first..).zip(cases).map(|(position, case)| Case { position, ..case });
        Ok(Some(Run { cases: placed.collect(), next: row.first + row.cases }))
    }

    /// The runs of a version, in their order.
    pub(super) async fn list_chunks(
        &self,
        dataset: DatasetId,
        number: u32,
    ) -> Result<Vec<Chunk>, StoreError> {
        let key = Key(dataset);
        let rows = sqlx::query!(
            r#"select cases as "cases: u32", data as "data: Key<BlobHash>" from dataset_chunks
            where dataset = ?1 and version = ?2 order by first"#,
            key,
            number
        )
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(|row| Chunk { cases: row.cases, data: Data::Kept(row.data.0) }).collect())
    }

    /// The cases of a run.
    pub(super) async fn read_chunk(&self, hash: BlobHash) -> Result<Vec<Case>, StoreError> {
        let key = Key(hash);
        let data = sqlx::query_scalar!("select data from dataset_blobs where hash = ?1", key)
            .fetch_one(self.readers())
            .await?;
        blob::json(&data)
    }
}
