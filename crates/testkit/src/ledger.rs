//! A ledger that can be read back.

use formaops_domain::{Egress, EgressId, ports::Ledger};
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

/// Keeps the ledger in memory.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    entries: Mutex<Vec<Egress>>,
    made: AtomicU64,
}

impl MemoryLedger {
    /// The entries as they stand now, in the order they were opened.
    #[must_use]
    pub fn entries(&self) -> Vec<Egress> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Ledger for MemoryLedger {
    fn record(&self, entry: Egress) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        match entries.iter_mut().find(|known| known.id == entry.id) {
            Some(known) => *known = entry,
            None => entries.push(entry),
        }
    }

    fn id(&self) -> EgressId {
        crate::ids::egress_id(self.made.fetch_add(1, Ordering::Relaxed))
    }
}
