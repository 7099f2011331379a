//! Templates in Nunjucks, as prompts of promptfoo are written. `docs/nunjucks.md` lists where they differ from the
//! library of that name.
//!
//! Nothing is escaped, and a value is never read as a template. A text that is a list of messages in JSON, such as
//! `[{"role": "user", "content": "{{question}}"}]`, becomes these messages, each a template of its own: no value ends a
//! message or begins one, whatever it spells. A text that is such a list only once it is filled in, as with a loop
//! over messages, is filled in first; what is put into it is escaped for a text of JSON, unless the template marks it
//! as `safe`.

mod filters;
mod values;

use crate::{
    TemplateError,
    analysis::{Template, Use},
    diagnostic::{DiagnosticCode, Problem},
    evaluate::{MAX_NESTING, MAX_STEPS},
    sink::{MAX_OUTPUT_BYTES, Sink},
    source::{Bytes, Source, SourceRange},
    value::{Found, Inputs},
};
use formaops_domain::{JsonObject, Role};
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, OutputSpanKind, UndefinedBehavior, syntax::SyntaxConfig,
};
use serde_json::Value;
use std::sync::LazyLock;

/// The language for a text, and for a text of JSON.
static TEXT: LazyLock<Environment<'static>> = LazyLock::new(|| environment(false));
static CHAT: LazyLock<Environment<'static>> = LazyLock::new(|| environment(true));

fn environment(is_json: bool) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_debug(false);
    environment.set_fuel(Some(MAX_STEPS as u64));
    environment.set_recursion_limit(MAX_NESTING);
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    let syntax = SyntaxConfig::builder().keep_trailing_newline(true).build();
    environment.set_syntax(syntax.expect("its own marks are those of the language"));
    if is_json {
        environment.set_auto_escape_callback(|_| AutoEscape::Custom("json".into()));
        environment.set_formatter(|out, _, value| Ok(out.write_str(&values::print_in_json(value))?));
    } else {
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_formatter(|out, _, value| Ok(out.write_str(&values::print(value))?));
    }
    // Nunjucks has none of these.
    for name in ["namespace", "debug", "dict"] {
        environment.remove_global(name);
    }
    filters::add(&mut environment);
    environment
}

/// The names that a text in Nunjucks expects values for; none where it is no template.
#[must_use]
pub fn nunjucks_names(text: &str) -> Vec<String> {
    TEXT.template_from_str(text).map(|template| names_in(&template)).unwrap_or_default()
}

fn names_in(template: &minijinja::Template<'_, '_>) -> Vec<String> {
    let mut names: Vec<_> = template.undeclared_variables(false).into_iter().collect();
    names.retain(|name| TEXT.globals().all(|(global, _)| global != name));
    names
}

/// What can be said of a template without inputs.
pub(crate) fn analyse(text: &str) -> Template {
    match messages_of(text) {
        Some(messages) => analyse_chat(text, &messages),
        None => analyse_text(text),
    }
}

/// What can be said of a list of messages: of each of their texts, with its place in the whole.
fn analyse_chat(text: &str, messages: &[WrittenMessage]) -> Template {
    let source = Source::new(text);
    let mut whole = Template::default();
    for part in messages.iter().flat_map(|message| [&message.role, &message.content]) {
        let Template { uses, problems, .. } = analyse_text(part);
        for found in uses {
            if whole.uses.iter().all(|known| known.name != found.name) {
                let range = source.range(first_use(text, &found.name));
                whole.uses.push(Use { range, ..found });
            }
        }
        // Where a text begins in JSON is not known.
        whole.problems.extend(problems.into_iter().map(|found| Problem { range: source.whole(), ..found }));
    }
    whole
}

fn analyse_text(text: &str) -> Template {
    let source = Source::new(text);
    match TEXT.template_from_str(text) {
        Ok(template) => {
            let mut uses: Vec<_> =
                names_in(&template).into_iter().map(|name| (first_use(text, &name), name)).collect();
            uses.sort_by_key(|(bytes, _)| bytes.start);
            let of = |(bytes, name)| Use { name, range: source.range(bytes), partial: None };
            // Whether there is such a filter is looked up only where it is used: without inputs, what is sure to be.
            let unknown =
                |error: &Error| matches!(error.kind(), ErrorKind::UnknownFilter | ErrorKind::UnknownTest);
            let problems = template.render(()).err().filter(unknown).map(|error| problem(&error, &source));
            Template {
                uses: uses.into_iter().map(of).collect(),
                problems: problems.into_iter().collect(),
                ..Template::default()
            }
        }
        Err(error) => Template { problems: vec![problem(&error, &source)], ..Template::default() },
    }
}

/// Where a name first stands as a word of its own after a tag has begun.
fn first_use(text: &str, name: &str) -> Bytes {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let tags = text.find("{{").into_iter().chain(text.find("{%")).min().unwrap_or_default();
    let found = text[tags..].match_indices(name).map(|(at, _)| tags + at).find(|&at| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !before.ends_with(|c| is_word(c) || c == '.') && !after.starts_with(is_word)
    });
    let start = found.unwrap_or_default();
    Bytes { start, end: found.map_or(0, |start| start + name.len()) }
}

fn problem(error: &Error, source: &Source<'_>) -> Problem {
    let range = match error.range() {
        Some(range) if range.end <= source.text.len() => {
            source.range(Bytes { start: range.start, end: range.end })
        }
        _ => {
            let line = error.line().and_then(|line| u32::try_from(line).ok()).unwrap_or(1);
            SourceRange { line, column: 1, end_line: line, end_column: 1 }
        }
    };
    let message = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    let (code, hint) = match error.kind() {
        ErrorKind::SyntaxError | ErrorKind::BadEscape => {
            (DiagnosticCode::Syntax, "Mend the tag; docs/nunjucks.md lists what is understood")
        }
        _ => (DiagnosticCode::HelperUse, "docs/nunjucks.md lists the filters and what they take"),
    };
    Problem::error(code, range, message, hint)
}

fn refused(error: &Error, text: &str, path: &str) -> TemplateError {
    match error.kind() {
        ErrorKind::OutOfFuel => TemplateError::TooManySteps { limit: MAX_STEPS },
        _ if error.detail().is_some_and(|detail| detail.contains("recursion limit")) => {
            TemplateError::TooNested { limit: MAX_NESTING }
        }
        _ => TemplateError::Invalid(vec![problem(error, &Source::new(text)).at(path.to_owned())]),
    }
}

/// Renders one template, which is named `path` in errors.
pub(crate) fn render(
    text: &str,
    path: &str,
    given: &Inputs<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), TemplateError> {
    if let Some(messages) = messages_of(text)
        && render_messages(&messages, text, path, given, sink)?
    {
        return Ok(());
    }
    if looks_like_chat(text) && render_chat(text, path, given, sink)? {
        return Ok(());
    }
    let source = Source::new(text);
    let has_value = render_text(text, path, given, sink, |bytes| source.range(bytes))?;
    // As with any other template, an empty value keeps its message.
    if !has_value && text.contains("{{") {
        sink.value(&Found::nothing(), source.whole())?;
    }
    Ok(())
}

/// Renders a text into the message that has begun, and answers whether a value is in it; `range` says where its parts stand.
fn render_text(
    text: &str,
    path: &str,
    given: &Inputs<'_>,
    sink: &mut Sink<'_>,
    range: impl Fn(Bytes) -> SourceRange,
) -> Result<bool, TemplateError> {
    let values = values::inputs(given);
    let made = TEXT.template_from_str(text).and_then(|template| template.render_with_spans(values));
    let (made, spans) = made.map_err(|error| refused(&error, text, path))?;
    let mut has_value = false;
    for span in spans {
        let piece = &made[span.output_range()];
        let bytes = span.source_range();
        let range = range(Bytes { start: bytes.start, end: bytes.end });
        if span.kind() == OutputSpanKind::Raw {
            sink.literal(piece, range)?;
        } else {
            has_value = true;
            sink.value(&Found::made(Value::from(piece)), range)?;
        }
    }
    Ok(has_value)
}

/// The messages that a text is before it is filled in.
fn messages_of(text: &str) -> Option<Vec<WrittenMessage>> {
    let messages = looks_like_chat(text).then(|| serde_json::from_str::<Vec<WrittenMessage>>(text).ok());
    messages.flatten().filter(|messages| !messages.is_empty())
}

/// Renders messages, each by itself; false where a role that is filled in is none.
fn render_messages(
    messages: &[WrittenMessage],
    text: &str,
    path: &str,
    given: &Inputs<'_>,
    sink: &mut Sink<'_>,
) -> Result<bool, TemplateError> {
    let mut roles = Vec::with_capacity(messages.len());
    for message in messages {
        let role = render_nunjucks_in(&message.role, path, given)?;
        let Ok(role) = serde_json::from_value::<ChatRole>(Value::String(role)) else { return Ok(false) };
        roles.push(role);
    }
    let whole = Source::new(text).whole();
    for (message, role) in messages.iter().zip(roles) {
        sink.start(role.into(), whole);
        let has_value = render_text(&message.content, path, given, sink, |_| whole)?;
        // A message that is written is a message, even where nothing is said in it.
        if !has_value && (message.content.trim().is_empty() || message.content.contains('{')) {
            sink.value(&Found::nothing(), whole)?;
        }
    }
    Ok(true)
}

/// Renders a text in Nunjucks that is no prompt, such as what an assertion of promptfoo compares with. What has no value
/// prints nothing.
///
/// # Errors
/// Where the text is no template, or is too much work.
pub fn render_nunjucks(text: &str, values: &JsonObject) -> Result<String, TemplateError> {
    render_nunjucks_in(text, "", &Inputs { given: values, defaults: Vec::new() })
}

fn render_nunjucks_in(text: &str, path: &str, given: &Inputs<'_>) -> Result<String, TemplateError> {
    let made = TEXT.template_from_str(text).and_then(|template| template.render(values::inputs(given)));
    made.map_err(|error| refused(&error, text, path))
}

/// Whether a text may be a list of messages once it is filled in: what values are does not count.
fn looks_like_chat(text: &str) -> bool {
    text.contains("\"role\"") && text.contains("\"content\"")
}

/// Renders a list of messages; false where it is none.
fn render_chat(
    text: &str,
    path: &str,
    given: &Inputs<'_>,
    sink: &mut Sink<'_>,
) -> Result<bool, TemplateError> {
    let made = CHAT.template_from_str(text).and_then(|template| template.render(values::inputs(given)));
    let made = made.map_err(|error| refused(&error, text, path))?;
    if made.len() > MAX_OUTPUT_BYTES {
        return Err(TemplateError::TooLong { limit: MAX_OUTPUT_BYTES });
    }
    let Ok(messages) = serde_json::from_str::<Vec<ChatMessage>>(&made) else { return Ok(false) };
    let range = Source::new(text).whole();
    for ChatMessage { role, content } in messages {
        sink.start(role.into(), range);
        sink.value(&Found::made(Value::String(content)), range)?;
    }
    Ok(true)
}

/// A message as it is written: its texts are templates.
#[derive(serde::Deserialize)]
struct WrittenMessage {
    role: String,
    content: String,
}

/// A message as chat APIs take it.
#[derive(serde::Deserialize)]
struct ChatMessage {
    role: ChatRole,
    content: String,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum ChatRole {
    System,
    Developer,
    User,
    Assistant,
    Tool,
}

impl From<ChatRole> for Role {
    fn from(role: ChatRole) -> Self {
        match role {
            ChatRole::System | ChatRole::Developer => Self::System,
            ChatRole::User => Self::User,
            ChatRole::Assistant => Self::Assistant,
            ChatRole::Tool => Self::Tool,
        }
    }
}
