//! What can be said of each case of a run at a glance, by itself and beside a baseline: worked out once and kept.

use super::outcome::{Answered, CaseOutcome, inputs, outcomes, parts};
use crate::{
    Store, StoreError,
    blob::BlobHash,
    column::{Json, Key},
};
use formaops_domain::{CaseMark, NanoUsd, RunId};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use std::ops::Range;

/// While a run goes on, what is known of its cases is worked out anew once one in so many more executions has ended: so
/// that all of it together costs no more than some times what it costs at the end, however often it is asked for.
const ONE_IN: u64 = 20;
/// Of runs with fewer executions it is worked out whenever one more has ended.
const SMALL: u64 = 2_000;
/// How many rows the writer deletes at once.
const DELETED_AT_ONCE: i64 = 10_000;

/// What is kept of the cases of a run.
#[derive(Debug, Clone)]
pub(super) struct Marked {
    /// What its rows are found by.
    pub(super) seq: i64,
    counts: [u32; 5],
}

impl Marked {
    /// Of how many cases this can be said.
    pub(super) fn count(&self, mark: CaseMark) -> u32 {
        let [failing, flaky, different, regressed, improved] = self.counts;
        match mark {
            CaseMark::Failing => failing,
            CaseMark::Flaky => flaky,
            CaseMark::Different => different,
            CaseMark::Regressed => regressed,
            CaseMark::Improved => improved,
            // Looked up, and so never counted.
            CaseMark::Rated | CaseMark::Unrated => u32::MAX,
        }
    }
}

/// How a run and its baseline stand. An execution that is tried again ends again, so how many have ended is not enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stand {
    /// How many executions of both have ended.
    ended: u64,
    /// When each has ended; nothing while it goes on.
    at: Vec<Option<i64>>,
}

impl Stand {
    pub(super) async fn of(connection: &mut SqliteConnection, runs: [RunId; 2]) -> Result<Self, StoreError> {
        let [run, baseline] = runs.map(Key);
        let rows = sqlx::query!(
            r#"select completed + failed + cancelled as "ended!: i64", completed_at from runs where id in (?1, ?2)
            order by id"#,
            run,
            baseline
        )
        .fetch_all(connection)
        .await?;
        let ended = rows.iter().map(|row| row.ended.unsigned_abs()).sum();
        Ok(Self { ended, at: rows.into_iter().map(|row| row.completed_at).collect() })
    }

    /// Whether both have ended.
    pub(super) fn is_over(&self) -> bool {
        self.at.iter().all(Option::is_some)
    }

    /// Whether what was worked out when it stood like this still does.
    fn is_fresh(&self, now: &Self) -> bool {
        let goes_on = now.at.iter().any(Option::is_none) && self.at.iter().any(Option::is_none);
        let lacks = now.ended.abs_diff(self.ended);
        self == now || goes_on && now.ended >= SMALL && lacks < self.ended / ONE_IN
    }
}

struct Mark {
    position: u32,
    failing: bool,
    flaky: bool,
    different: bool,
    regressed: bool,
    improved: bool,
    score: f64,
    latency: i64,
    cost: i64,
}

impl Mark {
    fn flags(&self) -> [u32; 5] {
        let Self { failing, flaky, different, regressed, improved, .. } = *self;
        [failing, flaky, different, regressed, improved].map(u32::from)
    }

    fn row(&self) -> (u32, [u32; 5], f64, i64, i64) {
        (self.position, self.flags(), self.score, self.latency, self.cost)
    }
}

impl Store {
    /// Works out what can be said of each case, so that it is there when a grid is asked for. Does nothing where it is.
    pub async fn prepare_grid(&self, run: RunId, baseline: Option<RunId>) -> Result<(), StoreError> {
        self.mark_cases(run, baseline).await.map(|_| ())
    }

    pub(super) async fn mark_cases(&self, run: RunId, baseline: Option<RunId>) -> Result<Marked, StoreError> {
        if let Some(marked) = self.find_marked(run, baseline).await? {
            return Ok(marked);
        }
        // Whoever asks meanwhile waits for what is being worked out.
        let _one = self.inner.marking.lock().await;
        if let Some(marked) = self.find_marked(run, baseline).await? {
            return Ok(marked);
        }
        let mut connection = self.readers().acquire().await?;
        let stand = Stand::of(&mut connection, [run, baseline.unwrap_or(run)]).await?;
        let mut before = match baseline {
            Some(baseline) => Some(Before::of(&mut connection, baseline).await?),
            None => None,
        };
        let own = if before.is_some() { inputs(&mut connection, run).await? } else { Vec::new() };
        let seq = self.begin_marks(run, baseline).await?;
        let mut counts = [0; 5];
        let mut cases = 0;
        for part in parts(&mut connection, run).await? {
            let answered = outcomes(&mut connection, run, part.clone()).await?;
            let marks = answered.chunk_by(|one, other| one.outcome.case == other.outcome.case).map(|case| {
                let inputs = own.get(case[0].outcome.case as usize);
                mark(case, before.as_mut().zip(inputs).and_then(|(before, inputs)| before.take(inputs)))
            });
            let marks: Vec<_> = marks.collect();
            for mark in &marks {
                counts.iter_mut().zip(mark.flags()).for_each(|(count, flag)| *count += flag);
            }
            cases += u32::try_from(marks.len()).unwrap_or(u32::MAX);
            let metrics = metrics(&mut connection, run, part).await?;
            self.keep_marks(seq, marks, metrics).await?;
        }
        drop(connection);
        self.end_marks(run, baseline, seq, stand, cases, counts).await?;
        self.delete_old_marks(run, baseline, seq).await?;
        Ok(Marked { seq, counts })
    }

    async fn find_marked(&self, run: RunId, baseline: Option<RunId>) -> Result<Option<Marked>, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let Some((marked, stood)) = find_newest(&mut connection, run, baseline).await? else {
            return Ok(None);
        };
        let now = Stand::of(&mut connection, [run, baseline.unwrap_or(run)]).await?;
        Ok(stood.is_fresh(&now).then_some(marked))
    }

    async fn begin_marks(&self, run: RunId, baseline: Option<RunId>) -> Result<i64, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (run, baseline) = (Key(run), Key(baseline.unwrap_or(run)));
                let made = sqlx::query!(
                    "insert into case_marks_made (run, baseline) values (?1, ?2)",
                    run,
                    baseline
                )
                .execute(connection)
                .await?;
                Ok(made.last_insert_rowid())
            })
        })
        .await
    }

    async fn keep_marks(
        &self,
        seq: i64,
        marks: Vec<Mark>,
        metrics: Vec<CaseMetric>,
    ) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                for marks in marks.chunks(1000) {
                    let rows = Json(marks.iter().map(Mark::row).collect::<Vec<_>>());
                    sqlx::query!(
                        "insert into case_marks (made, position, failing, flaky, different, regressed, improved,
                          score, latency_micros, cost_nanos)
                        select ?1, m.value ->> 0, m.value ->> '$[1][0]', m.value ->> '$[1][1]', m.value ->> '$[1][2]',
                          m.value ->> '$[1][3]', m.value ->> '$[1][4]', m.value ->> 2, m.value ->> 3, m.value ->> 4
                        from json_each(?2) m",
                        seq,
                        rows
                    )
                    .execute(&mut *connection)
                    .await?;
                }
                for metrics in metrics.chunks(1000) {
                    let rows = Json(metrics);
                    sqlx::query!(
                        "insert into case_metrics (made, position, metric, value)
                        select ?1, m.value ->> 0, m.value ->> 1, m.value ->> 2 from json_each(?2) m",
                        seq,
                        rows
                    )
                    .execute(&mut *connection)
                    .await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Shows what was worked out, in the place of what was before.
    async fn end_marks(
        &self,
        run: RunId,
        baseline: Option<RunId>,
        seq: i64,
        stand: Stand,
        cases: u32,
        counts: [u32; 5],
    ) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (run, baseline, stand) = (Key(run), Key(baseline.unwrap_or(run)), Json(stand));
                let [failing, flaky, different, regressed, improved] = counts;
                sqlx::query!(
                    "update case_marks_made set made_of = null where run = ?1 and baseline = ?2",
                    run,
                    baseline
                )
                .execute(&mut *connection)
                .await?;
                sqlx::query!(
                    "update case_marks_made set made_of = ?2, cases = ?3, failing = ?4, flaky = ?5, different = ?6,
                      regressed = ?7, improved = ?8
                    where seq = ?1",
                    seq,
                    stand,
                    cases,
                    failing,
                    flaky,
                    different,
                    regressed,
                    improved
                )
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Deletes what was worked out earlier, or was not worked out to its end, some rows at a time.
    async fn delete_old_marks(
        &self,
        run: RunId,
        baseline: Option<RunId>,
        newest: i64,
    ) -> Result<(), StoreError> {
        loop {
            let is_done = self
                .write(move |connection| {
                    Box::pin(async move {
                        let (run, baseline) = (Key(run), Key(baseline.unwrap_or(run)));
                        let old = sqlx::query_scalar!(
                            "select seq from case_marks_made where run = ?1 and baseline = ?2 and seq < ?3 limit 1",
                            run,
                            baseline,
                            newest
                        )
                        .fetch_optional(&mut *connection)
                        .await?;
                        let Some(old) = old else { return Ok(true) };
                        let deleted = sqlx::query!(
                            "delete from case_marks where made = ?1 and position in (select position from case_marks
                              where made = ?1 order by position limit ?2)",
                            old,
                            DELETED_AT_ONCE
                        )
                        .execute(&mut *connection)
                        .await?;
                        let metrics = sqlx::query!(
                            "delete from case_metrics where made = ?1 and (metric, position) in (
                              select metric, position from case_metrics where made = ?1 limit ?2)",
                            old,
                            DELETED_AT_ONCE
                        )
                        .execute(&mut *connection)
                        .await?;
                        if deleted.rows_affected() + metrics.rows_affected() == 0 {
                            sqlx::query!("delete from case_marks_made where seq = ?1", old)
                                .execute(connection)
                                .await?;
                        }
                        Ok(false)
                    })
                })
                .await?;
            if is_done {
                return Ok(());
            }
        }
    }
}

/// The mean of a named metric in a case: its place, the name of the metric, and the value.
type CaseMetric = (u32, String, f64);

/// The weighted mean of each named metric in each of these cases, over all of its columns and repeats.
async fn metrics(
    connection: &mut SqliteConnection,
    run: RunId,
    cases: Range<u32>,
) -> Result<Vec<CaseMetric>, StoreError> {
    let key = Key(run);
    let rows = sqlx::query!(
        r#"select e.case_index as "case!: u32", v.metric as "metric!",
          sum(v.score * v.weight) / sum(v.weight) as "mean?: f64"
        from executions e join validation_results v on v.execution = e.id
        where e.run = ?1 and e.case_index >= ?2 and e.case_index < ?3 and v.metric is not null
          and not exists (select 1 from executions n
            where n.run = e.run and n.case_index = e.case_index and n.repeat = e.repeat
              and n.variant_index = e.variant_index and n.generation > e.generation)
        group by e.case_index, v.metric"#,
        key,
        cases.start,
        cases.end,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.case, row.metric, row.mean?))).collect())
}

/// What was worked out last, and how both runs stood then.
pub(super) async fn find_newest(
    connection: &mut SqliteConnection,
    run: RunId,
    baseline: Option<RunId>,
) -> Result<Option<(Marked, Stand)>, StoreError> {
    let (key, other) = (Key(run), Key(baseline.unwrap_or(run)));
    let row = sqlx::query!(
        r#"select seq as "seq!", made_of as "made_of!: Json<Stand>", failing as "failing: u32", flaky as "flaky: u32",
          different as "different: u32", regressed as "regressed: u32", improved as "improved: u32"
        from case_marks_made where run = ?1 and baseline = ?2 and made_of is not null"#,
        key,
        other
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| {
        let counts = [row.failing, row.flaky, row.different, row.regressed, row.improved];
        (Marked { seq: row.seq, counts }, row.made_of.0)
    }))
}

/// How the cases of a baseline went, by their inputs. Of several cases with the same inputs the first is held against
/// the first, and so on.
struct Before {
    /// By inputs and position, with the share that passed.
    cases: Vec<(BlobHash, u32, f64)>,
    /// How many with the same inputs were taken, where the first of them stands.
    taken: Vec<u32>,
}

impl Before {
    async fn of(connection: &mut SqliteConnection, run: RunId) -> Result<Self, StoreError> {
        let inputs = inputs(connection, run).await?;
        let mut cases = Vec::with_capacity(inputs.len());
        for part in parts(connection, run).await? {
            let answered = outcomes(connection, run, part).await?;
            for case in answered.chunk_by(|one, other| one.outcome.case == other.outcome.case) {
                let position = case[0].outcome.case;
                let Some(inputs) = inputs.get(position as usize) else { continue };
                cases.push((*inputs, position, pass_rate(case.iter().map(|cell| &cell.outcome))));
            }
        }
        cases.sort_unstable_by_key(|case| (case.0, case.1));
        let taken = vec![0; cases.len()];
        Ok(Self { cases, taken })
    }

    /// How the next case with these inputs went.
    fn take(&mut self, inputs: &BlobHash) -> Option<f64> {
        let first = self.cases.partition_point(|(other, ..)| other < inputs);
        let taken = self.taken.get_mut(first)?;
        let (found, _, rate) = self.cases.get(first + *taken as usize)?;
        *taken += 1;
        (found == inputs).then_some(*rate)
    }
}

/// What can be said of a case, from what came of it in all columns and the share of it that passed in the baseline.
fn mark(case: &[Answered], was: Option<f64>) -> Mark {
    let cells = || case.iter().map(|cell| &cell.outcome);
    let rate = pass_rate(cells());
    let was = was.filter(|_| cells().any(|cell| cell.ended > 0));
    let mut answers = case.iter().filter_map(|cell| cell.answer.as_ref());
    let answer = answers.next();
    let (timed, time) = cells()
        .filter_map(|cell| cell.latency)
        .fold((0, 0), |(count, time), latency| (count + 1, time + latency.as_micros()));
    Mark {
        position: case[0].outcome.case,
        failing: cells().any(|cell| cell.passed < cell.ended),
        flaky: cells().any(|cell| cell.passed > 0 && cell.passed < cell.ended),
        different: answers.any(|other| Some(other) != answer),
        regressed: was.is_some_and(|was| rate < was),
        improved: was.is_some_and(|was| rate > was),
        score: cells().map(|cell| cell.score).sum::<f64>() / case.len() as f64,
        latency: i64::try_from(u64::checked_div(time, timed).unwrap_or_default()).unwrap_or(i64::MAX),
        cost: cells().fold(NanoUsd::ZERO, |sum, cell| sum + cell.cost).as_nanos().cast_signed(),
    }
}

/// The share of the cells of a case that have ended which passed.
fn pass_rate<'a>(case: impl Iterator<Item = &'a CaseOutcome>) -> f64 {
    let (passed, ended) =
        case.fold((0, 0), |(passed, ended), cell| (passed + cell.passed, ended + cell.ended));
    if ended == 0 { 0.0 } else { f64::from(passed) / f64::from(ended) }
}
