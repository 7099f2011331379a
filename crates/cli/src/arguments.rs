//! The command line: `run`, `render`, `search` and `serve` by hand, every operation from the list.

use crate::{
    config::ConfigCommand,
    dataset::DatasetCommand,
    eval::EvalArguments,
    recording::RecordingCommand,
    regrade::RegradeArguments,
    render::RenderArguments,
    report::ReportArguments,
    run::RunArguments,
    schema::{self, Field, FieldKind},
    search, secret,
    serve::ServeArguments,
    transfer::{ExportArguments, ImportArguments},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, Subcommand, value_parser};
use formaops_api::{ApiError, ErrorCode, OPERATIONS, Operation};
use formaops_domain::{Attachment, InvalidAttachment};
use serde_json::{Map, Value};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// What holds for every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The folder of the workspace [default: `formaops/default` in the platform's data folder]
    #[arg(long, global = true, value_name = "DIR", env = "FORMAOPS_WORKSPACE")]
    pub(crate) workspace: Option<PathBuf>,
    /// The configuration file [default: `formaops/config.toml` in the platform's configuration folder]
    #[arg(long, global = true, value_name = "FILE", env = "FORMAOPS_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Print JSON, also for errors
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// The command that was chosen.
pub(crate) enum Chosen {
    Operation(&'static Operation, Value),
    Run(Box<RunArguments>),
    Eval(Box<EvalArguments>),
    Report(ReportArguments),
    Render(RenderArguments),
    Search(Value),
    Serve(ServeArguments),
    Import(ImportArguments),
    Export(ExportArguments),
    Config(ConfigCommand),
    Dataset(DatasetCommand),
    Recording(RecordingCommand),
    Regrade(RegradeArguments),
    Completions(clap_complete::Shell),
}

/// The whole command line.
pub(crate) fn command() -> Command {
    let root = Command::new("formaops")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true);
    // What a command is about comes last: each set of arguments brings what itself is about.
    let root = Global::augment_args(root)
        .about("The local, vendor-neutral, private workbench for prompts")
        .subcommand(
            RunArguments::augment_args(Command::new("run"))
                .about("Run a prompt on one or more models, streaming to the terminal"),
        )
        .subcommand(
            EvalArguments::augment_args(Command::new("eval"))
                .about("Run a suite, or a configuration of promptfoo, to its end, report it, and tell by the exit code whether it may pass"),
        )
        .subcommand(
            RegradeArguments::augment_args(Command::new("regrade"))
                .about("Grade the answers of a run by the rules as they are now, without asking a model"),
        )
        .subcommand(
            ReportArguments::augment_args(Command::new("report"))
                .about("Report a run that has ended, with what people say of its answers"),
        )
        .subcommand(
            RenderArguments::augment_args(Command::new("render"))
                .about("Render a prompt file with inputs, without asking a model"),
        )
        .subcommand(
            verb_command(searching(), "search".to_owned())
                .about("Find prompts, versions and executions by words, and show where they stand"),
        )
        .subcommand(
            ServeArguments::augment_args(Command::new("serve"))
                .about("Serve the screens and the REST API on this machine"),
        )
        .subcommand(
            ImportArguments::augment_args(Command::new("import"))
                .about("Import prompts from files, folders and zips of many formats"),
        )
        .subcommand(
            ExportArguments::augment_args(Command::new("export"))
                .about("Export prompts to a file in a format of choice"),
        )
        .subcommand(
            Command::new("completions")
                .about("Print the completions of a shell")
                .arg(Arg::new("shell").required(true).value_parser(value_parser!(clap_complete::Shell))),
        );
    let mut nouns: BTreeMap<String, Command> = BTreeMap::new();
    for operation in OPERATIONS.iter().filter(|operation| !is_by_hand(operation)) {
        let (noun, part, verb) = words(operation);
        let command = nouns.remove(&noun).unwrap_or_else(|| noun_command(&noun, &noun));
        let verb = verb_command(operation, verb);
        let command = match part {
            None => command.subcommand(verb),
            Some(part) if command.find_subcommand(part).is_some() => {
                command.mut_subcommand(part, |command| command.subcommand(verb))
            }
            Some(part) => {
                let about = format!("{part} of a {noun}");
                command.subcommand(noun_command(part, &about).subcommand(verb))
            }
        };
        nouns.insert(noun, command);
    }
    if let Some(config) = nouns.get_mut("config") {
        let about = "Operations on the configuration";
        *config = ConfigCommand::augment_subcommands(std::mem::take(config)).about(about);
    }
    if let Some(dataset) = nouns.get_mut("dataset") {
        let about = "Operations on datasets";
        *dataset = DatasetCommand::augment_subcommands(std::mem::take(dataset)).about(about);
    }
    // Both of its operations are written by hand, so the list has made no noun of it.
    let recording = RecordingCommand::augment_subcommands(noun_command("recording", "recording"));
    nouns.insert("recording".to_owned(), recording);
    root.subcommands(nouns.into_values())
}

fn noun_command(name: &str, about: &str) -> Command {
    Command::new(name.to_owned())
        .about(format!("Operations on {}", plural(about)))
        .subcommand_required(true)
        .arg_required_else_help(true)
}

fn plural(noun: &str) -> String {
    match noun {
        "content" | "exports" | "figures" | "health" | "imports" | "metrics" | "runs" | "spend" => {
            noun.to_owned()
        }
        "bin" => "the bin".to_owned(),
        "config" => "the configuration".to_owned(),
        "egress" => "the ledger of what left this machine".to_owned(),
        "key of a provider" => "the keys of a provider".to_owned(),
        _ => format!("{}{}", noun.replace('-', " "), if noun.ends_with("ch") { "es" } else { "s" }),
    }
}

/// `api_key_list` is `api-key list`, and `provider_key_list` is `provider key list`: what is
/// part of something is a noun below it.
fn words(operation: &Operation) -> (String, Option<&'static str>, String) {
    // `dataset add-executions`: a verb of two words.
    let name = operation.name.strip_suffix("_add_executions").map(|noun| (noun, "add-executions"));
    let (noun, verb) = name.or_else(|| operation.name.rsplit_once('_')).unwrap_or((operation.name, "do"));
    let (noun, part) = match noun {
        // `run NAME` is the comfort above; what the list calls `run_…` is reached as `runs …`. So are others.
        "run" => ("runs", None),
        "import" => ("imports", None),
        "export" => ("exports", None),
        "provider_key" => ("provider", Some("key")),
        "dataset_version" => ("dataset", Some("version")),
        noun => (noun, None),
    };
    (noun.replace('_', "-"), part, verb.to_owned())
}

/// Whether the verb of an operation is written by hand: it takes files where the operation takes what they hold.
fn is_by_hand(operation: &Operation) -> bool {
    matches!(operation.name, "dataset_import" | "dataset_export" | "recording_import" | "recording_export")
}

/// Other words for a verb, where people look for them.
fn aliases(operation: &Operation) -> &'static [&'static str] {
    match operation.name {
        "provider_key_create" => &["add"],
        "provider_key_delete" => &["remove"],
        "config_update" => &["set"],
        "folder_get" => &["state"],
        _ => &[],
    }
}

/// The operation that `search TEXT` carries out, the comfort for `hit list`.
fn searching() -> &'static Operation {
    Operation::find(search::OPERATION).unwrap_or_else(|| unreachable!("it is in the list"))
}

/// Whether a field is what the one before it is set to, as in `config set NAME VALUE`.
fn is_assigned(operation: &Operation, field: &Field) -> bool {
    operation.name == "config_update" && field.name == "value"
}

/// Whether a field is given without its name, though it is not part of the path.
fn is_plain(operation: &Operation, field: &Field) -> bool {
    is_assigned(operation, field) || operation.name == search::OPERATION && field.name == "text"
}

fn flag_name(field: &str) -> String {
    field.chars().fold(String::new(), |mut name, c| {
        if c.is_ascii_uppercase() {
            name.push('-');
        }
        name.push(c.to_ascii_lowercase());
        name
    })
}

fn verb_command(operation: &'static Operation, verb: String) -> Command {
    let path_fields: Vec<_> = operation.path_fields().collect();
    let fields = schema::fields(operation);
    let secret = fields.iter().any(|field| field.kind == FieldKind::Secret).then(secret::argument);
    let has_file = fields.iter().any(|field| field.kind == FieldKind::File);
    let args = fields.into_iter().filter(|field| field.kind != FieldKind::Secret).map(|field| {
        let positional = path_fields.contains(&field.name.as_str()) || is_plain(operation, &field);
        let arg = argument(&field, positional);
        let arg = if is_assigned(operation, &field) { arg.allow_negative_numbers(true) } else { arg };
        // A file has a name already.
        if has_file && field.name == "name" { arg.required(false) } else { arg }
    });
    Command::new(verb)
        .about(operation.doc.trim().trim_end_matches('.'))
        .visible_aliases(aliases(operation).iter().copied())
        .args(args)
        .args(secret)
}

fn argument(field: &Field, positional: bool) -> Arg {
    let arg = Arg::new(field.name.clone())
        .help(field.doc.trim_end_matches('.').to_owned())
        .required(field.required);
    let arg = if field.kind == FieldKind::File {
        arg.value_name("FILE").help("The file whose bytes it is").value_parser(value_parser!(PathBuf))
    } else if positional {
        arg.value_name(flag_name(&field.name).to_uppercase())
    } else {
        arg.long(flag_name(&field.name))
    };
    match field.kind {
        FieldKind::Flag if !field.required => arg.action(ArgAction::SetTrue),
        FieldKind::Texts => arg.action(ArgAction::Append),
        FieldKind::Json => arg.value_name("JSON|@FILE"),
        FieldKind::Number => arg.value_name("NUMBER").allow_negative_numbers(true),
        FieldKind::Text | FieldKind::Flag | FieldKind::File | FieldKind::Secret => arg,
    }
}

/// What was asked for.
pub(crate) fn read(matches: &ArgMatches) -> Result<(Global, Chosen), ApiError> {
    let usage = |error: clap::Error| ApiError::new(ErrorCode::BadRequest, error.to_string(), "");
    let global = Global::from_arg_matches(matches).map_err(usage)?;
    let (name, chosen) = matches.subcommand().unwrap_or_else(|| unreachable!("a command is required"));
    let chosen = match name {
        "run" => Chosen::Run(Box::new(RunArguments::from_arg_matches(chosen).map_err(usage)?)),
        "report" => Chosen::Report(ReportArguments::from_arg_matches(chosen).map_err(usage)?),
        "eval" => Chosen::Eval(Box::new(EvalArguments::from_arg_matches(chosen).map_err(usage)?)),
        "render" => Chosen::Render(RenderArguments::from_arg_matches(chosen).map_err(usage)?),
        "search" => Chosen::Search(request(searching(), chosen)?),
        "import" => Chosen::Import(ImportArguments::from_arg_matches(chosen).map_err(usage)?),
        "export" => Chosen::Export(ExportArguments::from_arg_matches(chosen).map_err(usage)?),
        "serve" => Chosen::Serve(ServeArguments::from_arg_matches(chosen).map_err(usage)?),
        "completions" => match chosen.get_one::<clap_complete::Shell>("shell") {
            Some(&shell) => Chosen::Completions(shell),
            None => unreachable!("a shell is required"),
        },
        "config" if ConfigCommand::from_arg_matches(chosen).is_ok() => {
            Chosen::Config(ConfigCommand::from_arg_matches(chosen).map_err(usage)?)
        }
        "dataset" if DatasetCommand::from_arg_matches(chosen).is_ok() => {
            Chosen::Dataset(DatasetCommand::from_arg_matches(chosen).map_err(usage)?)
        }
        "recording" => Chosen::Recording(RecordingCommand::from_arg_matches(chosen).map_err(usage)?),
        "regrade" => Chosen::Regrade(RegradeArguments::from_arg_matches(chosen).map_err(usage)?),
        _ => {
            let (operation, matches) = chosen_operation(matches);
            Chosen::Operation(operation, request(operation, matches)?)
        }
    };
    Ok((global, chosen))
}

/// The operation whose words were given, with its arguments.
fn chosen_operation(matches: &ArgMatches) -> (&'static Operation, &ArgMatches) {
    let (mut given, mut matches) = (Vec::new(), matches);
    while let Some((word, more)) = matches.subcommand() {
        given.push(word);
        matches = more;
    }
    let is_given = |operation: &&Operation| {
        let (noun, part, verb) = words(operation);
        let words = [Some(noun.as_str()), part, Some(verb.as_str())];
        words.into_iter().flatten().eq(given.iter().copied())
    };
    let operation = OPERATIONS.iter().find(is_given);
    (operation.unwrap_or_else(|| unreachable!("`{given:?}` is in the list")), matches)
}

fn request(operation: &'static Operation, matches: &ArgMatches) -> Result<Value, ApiError> {
    let mut request = Map::new();
    for field in schema::fields(operation) {
        let name = field.name.as_str();
        let value = match field.kind {
            FieldKind::Flag if !field.required => matches.get_flag(name).then_some(Value::Bool(true)),
            FieldKind::Texts => matches.get_many::<String>(name).map(|texts| texts.cloned().collect()),
            FieldKind::File => {
                matches.get_one::<PathBuf>(name).map(|path| file(path, &mut request)).transpose()?
            }
            // A key is asked for unless it is in a variable of the environment.
            FieldKind::Secret if !field.required && request.contains_key("env") => None,
            FieldKind::Secret => Some(secret::read(operation, name, matches)?),
            kind => matches.get_one::<String>(name).map(|text| single(kind, name, text)).transpose()?,
        };
        if let Some(value) = value {
            request.insert(field.name, value);
        }
    }
    Ok(request.into())
}

/// The bytes of a file in base 64. What they belong to is called like the file, unless it has a name.
fn file(path: &Path, request: &mut Map<String, Value>) -> Result<Value, ApiError> {
    let wrong = |problem: String| ApiError::new(ErrorCode::BadRequest, problem, "");
    let unreadable = |error: io::Error| wrong(format!("cannot read `{}`: {error}", path.display()));
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = fs::metadata(path).map_err(unreadable)?.len();
    if bytes > Attachment::MOST_BYTES {
        return Err(wrong(InvalidAttachment::Size { name, bytes }.to_string()));
    }
    let content = fs::read(path).map_err(unreadable)?;
    request.entry("name").or_insert_with(|| name.into());
    Ok(STANDARD.encode(content).into())
}

fn single(kind: FieldKind, name: &str, text: &str) -> Result<Value, ApiError> {
    let wrong = |problem: String| {
        ApiError::new(ErrorCode::BadRequest, format!("`--{}`: {problem}", flag_name(name)), "")
    };
    let text = match text.strip_prefix('@') {
        Some(file) if kind == FieldKind::Json => {
            fs::read_to_string(file).map_err(|error| wrong(format!("cannot read `{file}`: {error}")))?
        }
        _ => text.to_owned(),
    };
    schema::value(kind, &text).map_err(|error| wrong(format!("`{text}` is not what is expected: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound_and_has_a_verb_for_every_operation() {
        let command = command();
        command.clone().debug_assert();
        for operation in OPERATIONS {
            let (noun, part, verb) = words(operation);
            let mut words = [Some(noun.as_str()), part, Some(verb.as_str())].into_iter().flatten();
            let found = words.try_fold(&command, |command, word| command.find_subcommand(word));
            assert!(found.is_some(), "no verb for `{}`", operation.name);
        }
    }

    #[test]
    fn help_says_what_a_command_does() {
        let command = command();
        let about = |command: &Command| command.get_about().map(ToString::to_string).unwrap_or_default();
        assert!(about(&command).starts_with("The local"), "{}", about(&command));
        for (name, does) in [
            ("run", "Run a prompt"),
            ("render", "Render a prompt"),
            ("serve", "Serve the"),
            ("import", "Import prompts"),
            ("branch", "Operations on branches"),
        ] {
            let about = about(command.find_subcommand(name).unwrap());
            assert!(about.starts_with(does), "{name}: {about}");
        }
    }

    #[test]
    fn no_secret_can_be_given_as_an_argument() {
        for operation in OPERATIONS {
            for field in schema::fields(operation).iter().filter(|field| field.kind == FieldKind::Secret) {
                let command = verb_command(operation, "verb".to_owned());
                let mut names = command.get_arguments().map(Arg::get_id);
                assert!(names.all(|name| name != field.name.as_str()), "`{}`", operation.name);
            }
        }
    }

    #[test]
    fn the_keys_of_a_provider_are_its_part_under_the_words_people_look_for() {
        for verb in ["create", "add"] {
            let given =
                ["formaops", "provider", "key", verb, "openai", "--name", "work", "--env", "X_API_KEY"];
            let matches = command().try_get_matches_from(given).unwrap();
            let (_, Chosen::Operation(operation, request)) = read(&matches).unwrap() else { panic!() };
            assert_eq!(operation.name, "provider_key_create");
            let expected = serde_json::json!({ "provider": "openai", "name": "work", "env": "X_API_KEY" });
            assert_eq!(request, expected);
        }
    }

    #[test]
    fn a_file_is_read_and_lends_its_name() {
        let folder = std::env::temp_dir().join(format!("formaops-arguments-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.png");
        fs::write(&path, "abc").unwrap();
        let given = ["formaops", "attachment", "create", path.to_str().unwrap()];
        let requested = |given: &[&str]| {
            let matches = command().try_get_matches_from(given).unwrap();
            let (_, Chosen::Operation(_, request)) = read(&matches).unwrap() else { panic!() };
            request
        };
        assert_eq!(requested(&given), serde_json::json!({ "name": "a.png", "data": "YWJj" }));
        let named = requested(&[&given[..], &["--name", "b.png"]].concat());
        assert_eq!(named["name"], "b.png");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_verb_becomes_the_request_of_its_operation() {
        let matches = command()
            .try_get_matches_from([
                "formaops",
                "prompt",
                "create",
                "--name",
                "a/b",
                "--tags",
                "x",
                "--tags",
                "y",
                "--content",
                r#"{"body":{"kind":"text","template":"hi"}}"#,
            ])
            .unwrap();
        let (_, Chosen::Operation(operation, request)) = read(&matches).unwrap() else { panic!() };
        assert_eq!(operation.name, "prompt_create");
        assert_eq!(
            request,
            serde_json::json!({ "name": "a/b", "tags": ["x", "y"], "content": { "body": { "kind": "text", "template": "hi" } } })
        );
    }
}
