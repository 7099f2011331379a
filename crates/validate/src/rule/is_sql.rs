//! # is-sql, contains-sql
//!
//! **What it checks.** `is-sql`: the answer is SQL that can be parsed, as one statement or several. `contains-sql`: a code
//! fence that says `sql` or nothing holds SQL; where there is no such fence, the whole answer must be SQL. Two names before
//! a `FROM`, as in `SELECT a b FROM t`, are taken for a comma that was forgotten.
//!
//! **Value.** None, or an object: `databaseType` (`MySQL`, where it is not given, `MariaDB`, `PostgresQL`, `TransactSQL`,
//! `Sqlite`, `BigQuery`, `Snowflake`, `Redshift`, `Hive`, `Athena`, `DB2`, `FlinkSQL` or `Noql`); `allowedTables`, patterns
//! of `action::database::table`, such as `select::null::users`; `allowedColumns`, patterns of `action::table::column`, such
//! as `select::null::id`. Every table or column that is used must match one of them.
//!
//! **Threshold.** None.
//!
//! **Example.**
//!
//! ```yaml
//! - type: is-sql
//!   value:
//!     databaseType: PostgresQL
//!     allowedTables: ['select::(.*)::(users|orders)']
//! ```
//!
//! **Differences from promptfoo.** Another parser reads it, so that rare statements may be taken by one and not the other.
//! `Athena`, `DB2`, `FlinkSQL` and `Noql` are read as standard SQL. SQL of more than 1 MiB is an error.

use super::{Case, Decided, Mistake, Rule};
use crate::{
    evaluate::Replay,
    finding::{Finding, Halt},
    json::marked_fences,
    problem::ProblemCode,
    sql::{Allowed, Dialect, why_not},
};
use formaops_domain::Assertion;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    names: &["is-sql", "contains-sql"],
    source: include_str!("is_sql.rs"),
    mistakes,
    decide,
    is_quick: false,
};

/// The longest text in bytes that is parsed.
const LIMIT: usize = 1 << 20;

/// What is asked for.
struct Settings {
    dialect: Dialect,
    allowed: Allowed,
}

fn mistake(message: String, hint: &str) -> Mistake {
    Mistake::new("value", ProblemCode::WrongType, message, hint)
}

fn settings(assertion: &Assertion) -> Result<Settings, Mistake> {
    let value = match &assertion.value {
        None | Some(Value::Null) => {
            return Ok(Settings { dialect: Dialect::default(), allowed: Allowed::default() });
        }
        Some(Value::Object(value)) => value,
        Some(_) => {
            let message = format!("`{}` needs an object as its value, or none", assertion.name);
            return Err(mistake(message, "Write it as `{databaseType: PostgresQL}`"));
        }
    };
    let dialect = match value.get("databaseType") {
        None | Some(Value::Null) => Dialect::default(),
        Some(name) => name.as_str().and_then(Dialect::named).ok_or_else(|| {
            let message = format!("there is no `databaseType` {name}");
            mistake(message, "Use one of those in the documentation, such as `MySQL` or `PostgresQL`")
        })?,
    };
    // A column that is allowed of a table may be named without it.
    let without_table = |pattern: &str| match pattern.split("::").collect::<Vec<_>>().as_slice() {
        [action, _, column] => format!("{pattern}|{action}::null::{column}"),
        _ => pattern.to_owned(),
    };
    let list = |name: &str| match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(list) => {
            let patterns = list.as_array().and_then(|items| items.iter().map(Value::as_str).collect());
            let patterns: Vec<&str> = patterns.ok_or_else(|| {
                mistake(
                    format!("`{name}` must be a list of texts"),
                    "Write it as a list, such as `['select::null::users']`",
                )
            })?;
            let patterns: Vec<String> = match name {
                "allowedColumns" => patterns.into_iter().map(without_table).collect(),
                _ => patterns.into_iter().map(str::to_owned).collect(),
            };
            Allowed::patterns(&patterns).map(Some).map_err(|why| {
                mistake(format!("`{name}` has a pattern that cannot be read: {why}"), "Correct the pattern")
            })
        }
    };
    Ok(Settings {
        dialect,
        allowed: Allowed { tables: list("allowedTables")?, columns: list("allowedColumns")? },
    })
}

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    settings(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let settings = settings(case.assertion)?;
    if case.text.len() > LIMIT {
        let message = "the answer is too long to be read as SQL; the most is 1 MiB. Take a part of it with a `transform`";
        return Err(Halt::Error(message.to_owned()));
    }
    let why_not = |text: &str| why_not(text, settings.dialect, &settings.allowed);
    if case.name == "is-sql" {
        return Ok(match why_not(&case.text) {
            None => Finding::new(true, "the answer is SQL"),
            Some(why) => Finding::new(false, format!("the answer is not the SQL asked for: {why}")),
        });
    }
    let fences = marked_fences(&case.text);
    let in_fences = fences.iter().filter(|(mark, _)| mark.is_empty() || mark == "sql");
    let mut candidates: Vec<&str> = in_fences.map(|(_, inside)| inside.as_str()).collect();
    if candidates.is_empty() {
        candidates.push(&case.text);
    }
    let mut last = None;
    for candidate in candidates.iter().filter(|candidate| !candidate.trim().is_empty()) {
        match why_not(candidate) {
            None => return Ok(Finding::new(true, "the answer contains SQL")),
            why => last = why,
        }
    }
    let why = last.map(|why| format!(": {why}")).unwrap_or_default();
    Ok(Finding::new(false, format!("the answer does not contain the SQL asked for{why}")))
}
