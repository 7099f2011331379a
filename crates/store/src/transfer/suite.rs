//! Suites that come from elsewhere.

use crate::{StoreError, SuiteChange, suite};
use formaops_domain::{RunId, Suite, SuiteId, Timestamp};
use sqlx::SqliteConnection;

/// A suite that is brought in.
#[derive(Debug, Clone, PartialEq)]
pub enum SuiteImport {
    /// As a suite of its own. Its baseline is kept where that is a run of it, here or brought.
    New(Suite),
    /// Over one that is there.
    Into {
        /// The suite that is there.
        id: SuiteId,
        /// What becomes of it.
        change: SuiteChange,
        /// The run that later ones are compared with, where that is a run of it.
        baseline: Option<RunId>,
    },
}

/// Brings a suite in; answers the baseline that it is to have once runs are there.
pub(super) async fn bring_in(
    connection: &mut SqliteConnection,
    import: SuiteImport,
    at: Timestamp,
) -> Result<Option<(SuiteId, RunId)>, StoreError> {
    let (id, baseline) = match import {
        SuiteImport::New(suite) => {
            suite::insert(connection, &suite).await?;
            (suite.id, suite.baseline)
        }
        SuiteImport::Into { id, change, baseline } => {
            suite::update(connection, id, change, at).await?;
            (id, baseline)
        }
    };
    Ok(baseline.map(|baseline| (id, baseline)))
}
