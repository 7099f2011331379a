//! `formaops config check` and `formaops config generate`: what needs no workspace.

use crate::{arguments::Global, output};
use clap::Subcommand;
use formaops_api::configuration::{ConfigProblem, ConfigSource, Configuration, default_config, template};
use formaops_domain::Place;
use serde_json::json;
use std::{path::PathBuf, process::ExitCode};

/// What `formaops config` takes beside the operations.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Name everything that is wrong with the file and the environment; ends with 1 where anything is
    Check,
    /// Print a file that says every default, to begin with
    Generate,
}

impl ConfigCommand {
    pub(crate) fn perform(self, global: &Global) -> ExitCode {
        match self {
            Self::Check => check(global),
            Self::Generate => {
                output::text(&template());
                ExitCode::SUCCESS
            }
        }
    }
}

fn check(global: &Global) -> ExitCode {
    let is_named = global.config.is_some();
    let path = global.config.clone().or_else(default_config).unwrap_or_else(|| PathBuf::from("config.toml"));
    let configuration = Configuration::of_process(path);
    let mut problems = configuration.problems();
    let (path, exists) = (configuration.path().display().to_string(), configuration.path().exists());
    if is_named && !exists {
        problems.push(ConfigProblem {
            setting: None,
            source: ConfigSource::File,
            message: "there is no such file".to_owned(),
            at: Place { path: path.clone(), line: None, column: None },
        });
    }
    if global.json {
        output::json(&json!({ "path": path, "exists": exists, "problems": problems }));
    } else if problems.is_empty() {
        let absent = if exists { "" } else { ", which is not there" };
        output::line(&format!("nothing is wrong with `{path}`{absent}, and the environment"));
    } else {
        problems.iter().for_each(|problem| output::line(&output::visible(&problem.to_string())));
    }
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
