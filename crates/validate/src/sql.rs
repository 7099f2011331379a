//! SQL as far as rules need it: whether it can be parsed, and which tables and columns it uses.

use crate::problem::bounded;
use regex::Regex;
use sqlparser::{
    ast::{Expr, Ident, ObjectName, Query, SelectItem, SetExpr, Statement, TableObject, Visit, Visitor},
    dialect::{
        BigQueryDialect, GenericDialect, HiveDialect, MsSqlDialect, MySqlDialect, PostgreSqlDialect,
        RedshiftSqlDialect, SQLiteDialect, SnowflakeDialect,
    },
    parser::Parser,
    tokenizer::{Token, Tokenizer, Word},
};
use std::ops::ControlFlow;

/// A kind of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Dialect {
    #[default]
    MySql,
    Postgres,
    SqlServer,
    Sqlite,
    BigQuery,
    Snowflake,
    Redshift,
    Hive,
    Standard,
}

impl Dialect {
    /// The kind by promptfoo's name for it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "mysql" | "mariadb" => Self::MySql,
            "postgresql" => Self::Postgres,
            "transactsql" => Self::SqlServer,
            "sqlite" => Self::Sqlite,
            "bigquery" => Self::BigQuery,
            "snowflake" => Self::Snowflake,
            "redshift" => Self::Redshift,
            "hive" => Self::Hive,
            "athena" | "db2" | "flinksql" | "noql" => Self::Standard,
            _ => return None,
        })
    }

    fn syntax(self) -> &'static dyn sqlparser::dialect::Dialect {
        match self {
            Self::MySql => &MySqlDialect {},
            Self::Postgres => &PostgreSqlDialect {},
            Self::SqlServer => &MsSqlDialect {},
            Self::Sqlite => &SQLiteDialect {},
            Self::BigQuery => &BigQueryDialect,
            Self::Snowflake => &SnowflakeDialect,
            Self::Redshift => &RedshiftSqlDialect {},
            Self::Hive => &HiveDialect {},
            Self::Standard => &GenericDialect {},
        }
    }
}

/// The tables and columns that may be used; all where there is no list.
#[derive(Debug, Default)]
pub(crate) struct Allowed {
    pub(crate) tables: Option<Vec<Regex>>,
    pub(crate) columns: Option<Vec<Regex>>,
}

impl Allowed {
    /// Patterns that must match the whole of a name.
    pub(crate) fn patterns(patterns: &[String]) -> Result<Vec<Regex>, String> {
        let readable = |pattern: &str| {
            Regex::new(&format!("(?i)^(?:{pattern})$"))
                .map_err(|error| bounded(error.to_string().lines().last().unwrap_or_default(), 120))
        };
        patterns.iter().map(|pattern| readable(pattern)).collect()
    }
}

/// Why a text is not SQL, or not what is allowed; nothing where it is.
pub(crate) fn why_not(text: &str, dialect: Dialect, allowed: &Allowed) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return Some("it is empty".into());
    }
    let statements = match Parser::parse_sql(dialect.syntax(), text) {
        Ok(statements) if statements.is_empty() => return Some("it has no statement".into()),
        Ok(statements) => statements,
        Err(error) => return Some(bounded(&error.to_string(), 200)),
    };
    if let Some(why) = suspicion(text, dialect) {
        return Some(why.into());
    }
    let mut used = Used::default();
    for statement in &statements {
        used.action = action(statement);
        used.target = target(statement).map(authority_of);
        if matches!(statement, Statement::Delete(_)) {
            // It takes whole rows.
            used.columns.push("delete::null::(.*)".to_owned());
        }
        let _ = statement.visit(&mut used);
    }
    let refused = |names: &[String], patterns: &Option<Vec<Regex>>| {
        let patterns = patterns.as_ref()?;
        names.iter().find(|name| !patterns.iter().any(|pattern| pattern.is_match(name))).cloned()
    };
    if let Some(table) = refused(&used.tables, &allowed.tables) {
        return Some(format!("it uses the table `{}`, which is not allowed", bounded(&table, 120)));
    }
    let column = refused(&used.columns, &allowed.columns)?;
    Some(format!("it uses the column `{}`, which is not allowed", bounded(&column, 120)))
}

/// What parses, but was hardly meant.
fn suspicion(text: &str, dialect: Dialect) -> Option<&'static str> {
    let tokens = Tokenizer::new(dialect.syntax(), text).tokenize().unwrap_or_default();
    let tokens: Vec<&Token> = tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
    let plain = |token: &Token| match token {
        Token::Word(Word { value, quote_style: None, .. }) => Some(value.to_ascii_lowercase()),
        _ => None,
    };
    for (index, token) in tokens.iter().enumerate() {
        let word = plain(token);
        let next = tokens.get(index + 1);
        if word.as_deref() == Some("generate_series")
            && dialect == Dialect::MySql
            && next == Some(&&Token::LParen)
        {
            return Some("MySQL has no `generate_series`");
        }
        if word.as_deref() != Some("select") {
            continue;
        }
        let words: Vec<String> = tokens[index + 1..].iter().map_while(|token| plain(token)).collect();
        let Some(from) = words.iter().position(|word| word == "from") else { continue };
        let names = words[..from].iter().skip_while(|word| is_modifier(word, dialect)).count();
        if names == 2 {
            return Some("a comma seems to be missing before its `FROM`");
        }
    }
    None
}

/// Whether a word may stand after `SELECT` and is no column.
fn is_modifier(word: &str, dialect: Dialect) -> bool {
    matches!(word, "all" | "distinct")
        || (dialect == Dialect::MySql
            && (matches!(word, "distinctrow" | "high_priority" | "straight_join")
                || word.starts_with("sql_")))
}

fn action(statement: &Statement) -> &'static str {
    match statement {
        Statement::Insert(_) => "insert",
        Statement::Update(_) => "update",
        Statement::Delete(_) => "delete",
        Statement::CreateTable(_) | Statement::CreateView(_) => "create",
        Statement::Drop { .. } => "drop",
        Statement::AlterTable(_) => "alter",
        _ => "select",
    }
}

/// The table that a statement changes.
fn target(statement: &Statement) -> Option<&ObjectName> {
    match statement {
        Statement::Insert(insert) => match &insert.table {
            TableObject::TableName(name) => Some(name),
            _ => None,
        },
        Statement::CreateTable(create) => Some(&create.name),
        Statement::Drop { names, .. } => names.first(),
        Statement::AlterTable(alter) => Some(&alter.name),
        _ => None,
    }
}

/// A table as `database::table`.
fn authority_of(name: &ObjectName) -> String {
    let parts: Vec<String> =
        name.0.iter().filter_map(|part| part.as_ident()).map(|part| part.value.clone()).collect();
    match parts.as_slice() {
        [.., database, table] => format!("{database}::{table}"),
        [table] => format!("null::{table}"),
        [] => "null::null".to_owned(),
    }
}

/// What statements use.
#[derive(Default)]
struct Used {
    action: &'static str,
    target: Option<String>,
    tables: Vec<String>,
    columns: Vec<String>,
}

impl Used {
    fn column(&mut self, table: &str, column: &str) {
        self.columns.push(format!("select::{table}::{column}"));
    }
}

impl Visitor for Used {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if let SetExpr::Select(select) = query.body.as_ref() {
            for item in &select.projection {
                match item {
                    SelectItem::Wildcard(_) => self.column("null", "(.*)"),
                    SelectItem::QualifiedWildcard(..) => self.column("(.*)", "(.*)"),
                    _ => {}
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let table = authority_of(relation);
        let is_changed = self.target.as_ref().is_none_or(|target| *target == table);
        let action = if is_changed { self.action } else { "select" };
        self.tables.push(format!("{action}::{table}"));
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        match expression {
            Expr::Identifier(Ident { value, .. }) => self.column("null", value),
            Expr::CompoundIdentifier(parts) => {
                if let [.., table, column] = parts.as_slice() {
                    self.column(&table.value, &column.value);
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}
