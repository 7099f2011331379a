//! What each operation does: a plain function from a request to a response, testable with no host.

mod api_key;
mod attachment;
mod audit;
mod bin;
mod blind;
mod budget;
mod comparison;
mod config;
mod connection;
mod content;
mod course;
mod dataset;
pub(crate) mod disk;
mod draft;
mod early_stop;
mod execute;
mod execution;
mod export;
mod finding;
mod folder;
mod function;
mod grid;
mod health;
mod history;
mod import;
mod input_set;
mod key;
mod merge;
mod model;
mod network;
mod partial;
mod prompt;
mod provider;
mod rating;
mod record_key;
mod recording;
mod regrade;
mod run;
mod schema;
mod sensitive;
mod source;
mod suite;
mod suite_run;
mod vault;
mod version;
mod version_ref;
mod workspace;

pub(crate) use api_key::scopes_of;
pub use api_key::*;
pub use attachment::*;
pub use audit::*;
pub use bin::*;
pub use blind::*;
pub use budget::*;
pub use comparison::*;
pub use config::*;
pub use connection::*;
pub use content::*;
pub(crate) use course::take_up;
pub use course::*;
pub(crate) use dataset::check_cases;
pub use dataset::*;
pub use disk::DiskUse;
pub use draft::*;
pub(crate) use execute::whole_output;
pub use execute::*;
pub use execution::*;
pub use export::*;
pub use finding::*;
pub(crate) use folder::no_folder;
pub use folder::*;
pub use function::*;
pub use grid::*;
pub use health::*;
pub use history::*;
pub use import::*;
pub use input_set::*;
pub use key::*;
pub use merge::*;
pub use model::*;
pub(crate) use network::OFFLINE;
pub use network::*;
pub use partial::*;
pub use prompt::*;
pub(crate) use prompt::{PromptFacts, check_words, insert, judge_prompt};
pub(crate) use provider::MOST_CONCURRENT;
pub use provider::*;
pub use rating::*;
pub use record_key::*;
pub use recording::*;
pub use regrade::*;
pub(crate) use run::run_child;
pub use run::*;
pub use schema::*;
pub use source::*;
pub(crate) use suite::check_suite;
pub use suite::*;
pub use suite_run::*;
pub use vault::*;
pub(crate) use version::check_content_for_saving;
pub use version::*;
pub use version_ref::*;
pub use workspace::*;

use crate::ApiError;

/// What a column of a run is called, for people.
fn column_title(run: &formaops_domain::Run, column: u32) -> String {
    run.variants
        .get(column as usize)
        .map_or_else(String::new, |variant| crate::report::column_name(run, variant))
}

/// What the store has, or none where there is no such thing.
fn if_there<T>(found: Result<T, formaops_store::StoreError>) -> Result<Option<T>, ApiError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(formaops_store::StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The most items of a page.
pub(crate) const MOST_ITEMS: u32 = 1000;

/// The number of items that a page may have.
fn limit(asked: Option<u32>) -> Result<u32, ApiError> {
    match asked.unwrap_or(100) {
        limit @ 1..=MOST_ITEMS => Ok(limit),
        limit => Err(ApiError::invalid(
            "limit",
            format!("`limit` must be between 1 and {MOST_ITEMS}, got {limit}"),
        )),
    }
}
