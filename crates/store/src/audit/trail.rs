//! Reads the trail, and finds the first place where it does not hold.

use crate::{
    Store, StoreError, blob,
    column::{Int, Key, Word},
    cursor,
};
use formaops_domain::{
    ActorId, AuditDetail, AuditEvent, AuditOrigin, AuditReport, BreakReason, BrokenLink, ChainHash, Page,
    StateHash, Timestamp,
};
use sqlx::SqliteConnection;

/// What stands before the first event.
pub(super) const GENESIS: ChainHash = ChainHash::from_array([0; 32]);

/// Events that are looked at in one go.
const STEP: u32 = 1000;

/// Which events a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only those of this actor.
    pub actor: Option<ActorId>,
    /// Only those of this record, and of what belongs to it.
    pub record: Option<String>,
    /// Only these actions: one such as `prompt.update`, or all of a noun, such as `prompt`.
    pub action: Option<String>,
    /// Only those at this moment or later.
    pub from: Option<Timestamp>,
    /// Only those before this moment.
    pub to: Option<Timestamp>,
    /// Only those of this request.
    pub request_id: Option<String>,
    /// Only those from there.
    pub origin: Option<AuditOrigin>,
}

struct EventRow {
    seq: u64,
    at: Int<Timestamp>,
    actor: Option<Key<ActorId>>,
    origin: Word<AuditOrigin>,
    operation: Option<String>,
    request_id: Option<String>,
    action: String,
    record: String,
    before: Option<Key<StateHash>>,
    after: Option<Key<StateHash>>,
    previous: Key<ChainHash>,
    hash: Key<ChainHash>,
}

impl From<EventRow> for AuditEvent {
    fn from(row: EventRow) -> Self {
        Self {
            seq: row.seq,
            at: row.at.0,
            actor: row.actor.map(|actor| actor.0),
            origin: row.origin.0,
            operation: row.operation,
            request_id: row.request_id,
            action: row.action,
            record: row.record,
            before: row.before.map(|hash| hash.0),
            after: row.after.map(|hash| hash.0),
            previous: row.previous.0,
            hash: row.hash.0,
        }
    }
}

macro_rules! select_events {
    ($($tail:literal)+ $(, $argument:expr)*) => {
        sqlx::query_as!(
            EventRow,
            r#"select seq as "seq!: u64", at as "at: Int<Timestamp>", actor as "actor: Key<ActorId>",
              origin as "origin: Word<AuditOrigin>", operation, request_id, action, record,
              before as "before: Key<StateHash>", after as "after: Key<StateHash>",
              previous as "previous: Key<ChainHash>", hash as "hash: Key<ChainHash>"
            from audit_events
            "# $(+ $tail)+
            $(, $argument)*
        )
    };
}

impl Store {
    /// The events, newest first.
    pub async fn list_audit_events(
        &self,
        filter: AuditFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<AuditEvent>, StoreError> {
        let before: i64 = cursor::decode(cursor)?.unwrap_or(i64::MAX);
        let rows = cursor::rows(limit);
        let AuditFilter { actor, record, action, from, to, request_id, origin } = filter;
        let (actor, origin) = (actor.map(Key), origin.map(Word));
        let (from, to) = (from.map(Int), to.map(Int));
        // The first condition names the index that is searched; a plus keeps the order of the list from taking its place.
        // What belongs to a record or to a noun stands right behind it: `/` is followed by `0`, `.` by `/`.
        macro_rules! found {
            ($first:literal) => {
                select_events!(
                    "where "
                    $first
                    " and +seq < ?1
                      and (?2 is null or actor = ?2)
                      and (?3 is null or record = ?3 or (record > ?3 || '/' and record < ?3 || '0'))
                      and (?4 is null or action = ?4 or (action > ?4 || '.' and action < ?4 || '/'))
                      and (?5 is null or at >= ?5) and (?6 is null or at < ?6)
                      and (?7 is null or request_id = ?7)
                      and (?8 is null or origin = ?8)
                    order by seq desc limit ?9",
                    before,
                    actor,
                    record,
                    action,
                    from,
                    to,
                    request_id,
                    origin,
                    rows
                )
                .fetch_all(self.readers())
                .await?
            };
        }
        let found = if request_id.is_some() {
            found!("request_id = ?7")
        } else if record.is_some() {
            found!("(record = ?3 or (record > ?3 || '/' and record < ?3 || '0'))")
        } else if action.is_some() {
            found!("(action = ?4 or (action > ?4 || '.' and action < ?4 || '/'))")
        } else if actor.is_some() {
            found!("actor = ?2")
        } else {
            found!("seq < ?1")
        };
        Ok(cursor::page(found, limit, |row| row.seq, AuditEvent::from))
    }

    /// An event with the states that it names.
    pub async fn get_audit_event(&self, seq: u64) -> Result<AuditDetail, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let key = Int(seq);
        let row = select_events!("where seq = ?1", key).fetch_optional(&mut *connection).await?;
        let event = AuditEvent::from(row.ok_or_else(|| StoreError::not_found("audit event", seq))?);
        let mut states = [event.before, event.after].into_iter().map(|hash| (hash, None)).collect::<Vec<_>>();
        for (hash, state) in &mut states {
            if let Some(hash) = *hash {
                *state = find_state(&mut connection, hash).await?;
            }
        }
        let mut states = states.into_iter().map(|(_, state)| {
            state.map(|text| serde_json::from_slice(&text)).transpose().map_err(StoreError::unreadable)
        });
        let (before, after) = (states.next().transpose()?.flatten(), states.next().transpose()?.flatten());
        Ok(AuditDetail { event, before, after })
    }

    /// Looks at the whole chain, and at every state that is still there.
    ///
    /// Where the end was taken away the rest still holds: only a `kept` head, written down elsewhere, shows it.
    pub async fn verify_audit(&self, kept: Option<ChainHash>) -> Result<AuditReport, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let mut report = AuditReport { events: 0, head: None, erased: 0, broken: None };
        let mut met = kept.is_none() || kept == Some(GENESIS);
        loop {
            let after = Int(report.events);
            let events = select_events!("where seq > ?1 order by seq limit ?2", after, STEP)
                .fetch_all(&mut *connection)
                .await?;
            if events.is_empty() {
                break;
            }
            for event in events.into_iter().map(AuditEvent::from) {
                report.broken = judge(&report, &event);
                if report.broken.is_none() {
                    judge_states(&mut connection, &event, &mut report).await?;
                }
                if report.broken.is_some() {
                    return Ok(report);
                }
                report.events = event.seq;
                report.head = Some(event.hash);
                met |= kept == Some(event.hash);
            }
        }
        if !met {
            let message = format!(
                "the chain ends at event {}, and the head that was kept is not in it: what came after was taken \
                 away, or the chain was made anew",
                report.events
            );
            report.broken =
                Some(BrokenLink { seq: report.events + 1, reason: BreakReason::Truncated, message });
        }
        Ok(report)
    }
}

/// Whether an event is the one that follows, and the one that was written.
fn judge(so_far: &AuditReport, event: &AuditEvent) -> Option<BrokenLink> {
    let expected = so_far.events + 1;
    let broken = |seq, reason, message| Some(BrokenLink { seq, reason, message });
    if event.seq != expected {
        let message = format!("event {expected} is missing: event {} comes next", event.seq);
        return broken(expected, BreakReason::Missing, message);
    }
    if event.chained() != event.hash {
        let message = format!("event {expected} is not what was written: its hash says otherwise");
        return broken(expected, BreakReason::Altered, message);
    }
    if event.previous != so_far.head.unwrap_or(GENESIS) {
        let message = format!("event {expected} does not follow event {}", so_far.events);
        return broken(expected, BreakReason::Unlinked, message);
    }
    None
}

/// Whether the states of an event are those that were written, as far as they are still there.
async fn judge_states(
    connection: &mut SqliteConnection,
    event: &AuditEvent,
    report: &mut AuditReport,
) -> Result<(), StoreError> {
    for (word, hash) in [("before", event.before), ("after", event.after)] {
        let Some(hash) = hash else { continue };
        let state = match find_state(connection, hash).await {
            Ok(state) => state,
            // Bytes that cannot even be unpacked are no state that was written.
            Err(StoreError::Unreadable(_)) => Some(Vec::new()),
            Err(error) => return Err(error),
        };
        match state {
            None => report.erased += 1,
            Some(text) if *blake3::hash(&text).as_bytes() == *hash.as_bytes() => {}
            Some(_) => {
                let message = format!("the state {word} event {} is not the one that was written", event.seq);
                report.broken = Some(BrokenLink { seq: event.seq, reason: BreakReason::State, message });
                return Ok(());
            }
        }
    }
    Ok(())
}

async fn find_state(
    connection: &mut SqliteConnection,
    hash: StateHash,
) -> Result<Option<Vec<u8>>, StoreError> {
    let key = Key(hash);
    let row = sqlx::query!("select data from blobs where hash = ?1", key).fetch_optional(connection).await?;
    row.map(|row| blob::decompress(&row.data)).transpose()
}
