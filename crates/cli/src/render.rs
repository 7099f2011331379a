//! `formaops render`: a prompt file and inputs to messages, without a workspace and without a model.

use crate::{arguments::Global, call::usage, output};
use clap::Args;
use formaops_api::{ApiError, ErrorCode};
use formaops_domain::{JsonObject, Place};
use formaops_template::{DotpromptError, DotpromptRequest, render_dotprompt};
use serde_json::{Value, json};
use std::{
    fs,
    io::{self, BufRead, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// What `formaops render` takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct RenderArguments {
    /// The file, a `.prompt` file or a bare template; `-` reads standard input
    #[arg(required_unless_present = "batch", value_name = "FILE")]
    file: Option<PathBuf>,
    /// An input, `name=value`; JSON for everything but texts
    #[arg(long = "var", short = 'v', value_name = "NAME=VALUE", conflicts_with = "batch")]
    variables: Vec<String>,
    /// A JSON file with inputs
    #[arg(long, short = 'i', value_name = "FILE", conflicts_with = "batch")]
    input: Option<PathBuf>,
    /// A JSON file with `messages`, the conversation so far, and `context`, which templates see as `@name`
    #[arg(long, value_name = "FILE", conflicts_with = "batch")]
    context: Option<PathBuf>,
    /// A partial that the file calls, `name=file`
    #[arg(long = "partial", value_name = "NAME=FILE", conflicts_with = "batch")]
    partials: Vec<String>,
    /// Answer each line of standard input, a JSON object with `template`, `input`, `messages`, `context`, `options`,
    /// `schemas` and `partials`, with a line: the result of dotprompt, or `{"error": {"code", "message", "line",
    /// "column"}}`
    #[arg(long, conflicts_with = "file")]
    batch: bool,
}

impl RenderArguments {
    pub(crate) fn perform(&self, global: &Global) -> ExitCode {
        if self.batch {
            return batch();
        }
        match self.render() {
            Ok(result) if global.json => output::json(&result),
            Ok(result) => show(&result),
            Err(error) => {
                output::error(&error, global.json);
                return ExitCode::FAILURE;
            }
        }
        ExitCode::SUCCESS
    }

    fn render(&self) -> Result<Value, ApiError> {
        let request = self.request()?;
        render_dotprompt(&request).map_err(|error| self.failure(error))
    }

    fn request(&self) -> Result<DotpromptRequest, ApiError> {
        let mut request = match &self.context {
            Some(file) => read_json(file)?,
            None => DotpromptRequest::default(),
        };
        request.template = match self.file.as_deref() {
            Some(file) if file != Path::new("-") => read(file)?,
            _ => {
                let mut text = String::new();
                let read = io::stdin().read_to_string(&mut text);
                read.map_err(|error| usage(format!("standard input cannot be read: {error}")))?;
                text
            }
        };
        let mut input = match &self.input {
            Some(file) => read_json(file)?,
            None => serde_json::Map::new(),
        };
        for variable in &self.variables {
            let (name, value) = pair(variable)?;
            let value = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
            input.insert(name.to_owned(), value);
        }
        request.input = Value::Object(input);
        for partial in &self.partials {
            let (name, file) = pair(partial)?;
            request.partials.insert(name.to_owned(), read(Path::new(file))?);
        }
        Ok(request)
    }

    fn failure(&self, error: DotpromptError) -> ApiError {
        let file = self.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default();
        let DotpromptError { message, line, column, partial, .. } = error;
        let path = partial.map_or(file, |partial| format!("partial {partial}"));
        let at = Some(Place { path, line, column });
        ApiError { at, ..ApiError::new(ErrorCode::Template, message, "") }
    }
}

/// Each answer is written before the next line is read, so that a program can talk back and forth.
fn batch() -> ExitCode {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut line = Vec::new();
    loop {
        line.clear();
        match input.read_until(b'\n', &mut line) {
            Ok(0) => return ExitCode::SUCCESS,
            Ok(_) => {}
            Err(error) => {
                output::line_to_stderr(&format!("error: standard input cannot be read: {error}"));
                return ExitCode::FAILURE;
            }
        }
        let answer = serde_json::from_slice::<JsonObject>(&line)
            .and_then(|request| serde_json::from_value(Value::Object(request)))
            .map_err(|error| DotpromptError::bad_request(&error))
            .and_then(|request| render_dotprompt(&request))
            .unwrap_or_else(|error| json!({ "error": error }));
        // A reader that went away wants no more answers.
        if writeln!(output, "{answer}").and_then(|()| output.flush()).is_err() {
            return ExitCode::SUCCESS;
        }
    }
}

fn show(result: &Value) {
    for (at, message) in result["messages"].as_array().into_iter().flatten().enumerate() {
        if at > 0 {
            output::line("");
        }
        output::line(&format!("{}:", message["role"].as_str().unwrap_or_default()));
        for part in message["content"].as_array().into_iter().flatten() {
            if let Some(text) = part["text"].as_str() {
                output::line(&output::visible(text.trim_end_matches('\n')));
            } else if let Some(url) = part["media"]["url"].as_str() {
                output::line(&format!("[{}]", output::visible(url)));
            }
        }
    }
}

fn pair(text: &str) -> Result<(&str, &str), ApiError> {
    text.split_once('=').ok_or_else(|| usage(format!("`{text}` is not `name=…`")))
}

fn read(file: &Path) -> Result<String, ApiError> {
    fs::read_to_string(file).map_err(|error| usage(format!("`{}` cannot be read: {error}", file.display())))
}

fn read_json<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T, ApiError> {
    let text = read(file)?;
    serde_json::from_str(&text).map_err(|error| usage(format!("`{}`: {error}", file.display())))
}
