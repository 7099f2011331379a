//! Types of programming languages from JSON Schema.

mod model;
mod rust;
mod typescript;

pub use rust::rust_type;
pub use typescript::typescript_type;
