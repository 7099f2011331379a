//! The environment that a configuration may use: what `--env` and `--env-file` name.

use crate::call::usage;
use formaops_api::ApiError;
use std::{
    collections::BTreeMap,
    env, fs,
    path::Path,
    process::{Command, ExitCode},
};

/// The variables of a file with `NAME=value` a line, as dotenv has it.
fn of_file(path: &Path) -> Result<BTreeMap<String, String>, ApiError> {
    let text = fs::read_to_string(path)
        .map_err(|error| usage(format!("`{}` cannot be read: {error}", path.display())))?;
    let mut found = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else {
            // The line may hold a secret, so it is not shown.
            return Err(ApiError {
                hint: "Write `NAME=value`.".to_owned(),
                ..usage(format!("`{}`, line {number}, sets no variable", path.display()))
            });
        };
        found.insert(name.trim().to_owned(), unquoted(value.trim()));
    }
    Ok(found)
}

fn unquoted(value: &str) -> String {
    for quote in ['"', '\'', '`'] {
        if let Some(inner) = value.strip_prefix(quote)
            && let Some((inner, _)) = inner.split_once(quote)
        {
            return if quote == '"' { inner.replace("\\n", "\n") } else { inner.to_owned() };
        }
    }
    value.split(" #").next().unwrap_or_default().trim().to_owned()
}

/// The variables that a configuration may use.
pub(crate) fn given(names: &[String], file: Option<&Path>) -> Result<BTreeMap<String, String>, ApiError> {
    let mut found = file.map(of_file).transpose()?.unwrap_or_default();
    for given in names {
        let (name, value) = if let Some((name, value)) = given.split_once('=') {
            (name, value.to_owned())
        } else {
            let value = env::var(given).map_err(|_| ApiError {
                hint: format!("Set it, or give its value with `--env {given}=VALUE`."),
                ..usage(format!("`{given}` is not set in the environment"))
            })?;
            (given.as_str(), value)
        };
        found.insert(name.to_owned(), value);
    }
    Ok(found)
}

/// Starts this program anew with the variables of a file in its environment, where they are not there yet: keys are only
/// ever looked for there. `None` where nothing is missing.
pub(crate) fn restarted_with(file: &Path) -> Result<Option<ExitCode>, ApiError> {
    let variables = of_file(file)?;
    if variables.iter().all(|(name, value)| env::var(name).is_ok_and(|set| set == *value)) {
        return Ok(None);
    }
    let failed = |error: std::io::Error| usage(format!("the program cannot be started anew: {error}"));
    let mut again = Command::new(env::current_exe().map_err(failed)?);
    again.args(env::args_os().skip(1)).envs(&variables);
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        Err(failed(again.exec()))
    }
    #[cfg(not(unix))]
    {
        let ended = again.status().map_err(failed)?;
        let code = ended.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
        Ok(Some(ExitCode::from(code)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_dotenv_has_them() {
        for (written, value) in [
            ("plain", "plain"),
            ("a b # a comment", "a b"),
            ("\"a # b\" # c", "a # b"),
            ("'$x'", "$x"),
            ("\"a\\nb\"", "a\nb"),
            ("", ""),
            ("sk-a#b", "sk-a#b"),
        ] {
            assert_eq!(unquoted(written), value, "{written}");
        }
    }
}
