//! Datasets from files and to files.

use super::{
    DatasetFit, DatasetKey, check_cases, check_words, find_changeable, find_dataset, fit::Variables,
    new_cases,
};
use crate::{ApiError, App, Caller, CallerKind, ErrorCode, handlers::PromptKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use formaops_datasets::{Options, ReadError, Shape, TableFormat, Writer, read};
use formaops_domain::{Case, Column, Columns, DatasetId, DatasetName, DatasetVersion, Noun, Place};
use formaops_store::{CaseFilter, CasesOnto, MOST_ITEMS, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{self, BufWriter, Cursor, Read, Write},
    path::{Path, PathBuf},
};

/// Asks what a file says.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewDataset {
    /// The name of the file, whose ending says its format; may be empty for what was pasted.
    #[serde(default)]
    pub name: String,
    /// What it holds, as text.
    #[serde(default)]
    pub text: Option<String>,
    /// Its bytes in base 64, where it is not given as text.
    #[serde(default)]
    #[schemars(extend("contentEncoding" = "base64"))]
    pub data: Option<String>,
    /// How it is read.
    #[serde(default)]
    pub options: Options,
    /// A prompt whose variables the cases are held against.
    #[serde(default)]
    pub prompt: Option<PromptKey>,
}

/// What a file says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatasetPreview {
    /// Its format.
    pub format: TableFormat,
    /// The columns of its cases.
    pub columns: Vec<Column>,
    /// Its first cases, at most 20.
    pub rows: Vec<Case>,
    /// How many cases could be read.
    pub cases: u32,
    /// What is wrong with it, the first 50.
    pub problems: Vec<TableProblem>,
    /// How many rows are wrong.
    pub wrong: u32,
    /// How the cases fit the prompt's variables; none where no prompt was named.
    pub fit: Option<DatasetFit>,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TableProblem {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// The line from 1; of a list of objects the number of the object, of a sheet the row.
    pub line: Option<u32>,
    /// The column from 1.
    pub column: Option<u32>,
}

/// What becomes of the cases that a dataset has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportMode {
    /// The file's take their place.
    Replace,
    /// The file's are put behind them.
    Append,
}

/// Imports a file as a dataset, or as the next version of one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportDataset {
    /// The name of the dataset.
    pub dataset: DatasetName,
    /// The name of the file, whose ending says its format; may be empty for what was pasted.
    #[serde(default)]
    pub name: String,
    /// What it holds, as text.
    #[serde(default)]
    pub text: Option<String>,
    /// Its bytes in base 64, where it is not given as text.
    #[serde(default)]
    #[schemars(extend("contentEncoding" = "base64"))]
    pub data: Option<String>,
    /// Where it lies on this machine, instead: a whole path, and only for the command line.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// How it is read.
    #[serde(default)]
    pub options: Options,
    /// A prompt whose variables say of which types the values are.
    #[serde(default)]
    pub prompt: Option<PromptKey>,
    /// What becomes of the cases of a dataset that has this name; where absent, the import is refused then.
    #[serde(default)]
    pub existing: Option<ImportMode>,
    /// Why.
    #[serde(default)]
    pub note: String,
    /// The same key and request within 24 hours answer with the version that was made the first time.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// Exports a version of a dataset.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportDataset {
    /// The dataset.
    pub id: DatasetKey,
    /// The number of the version; the newest where absent.
    #[serde(default)]
    pub version: Option<u32>,
    /// The format: CSV, JSONL, JSON or YAML.
    pub format: TableFormat,
    /// The file on this machine that is written: a whole path, and only for the command line.
    #[serde(default)]
    pub path: Option<PathBuf>,
}

/// The exported file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatasetFile {
    /// A name for the file.
    pub name: String,
    /// Its bytes in base 64; empty where a file was written.
    #[schemars(extend("contentEncoding" = "base64"))]
    pub data: String,
    /// How many cases it has.
    pub cases: u32,
}

const MOST_ROWS: usize = 20;
const MOST_PROBLEMS: usize = 50;
/// The most bytes of a file that is answered; a file that is written may have any size.
const MOST_ANSWERED: usize = 64 << 20;

impl From<ReadError> for ApiError {
    fn from(error: ReadError) -> Self {
        let number = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok());
        let at = Place { path: "file".to_owned(), line: number(error.line), column: number(error.column) };
        let (message, hint) = (error.to_string(), error.hint());
        Self { at: Some(at), ..Self::new(ErrorCode::Invalid, message, hint) }
    }
}

impl From<ReadError> for TableProblem {
    fn from(error: ReadError) -> Self {
        let number = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok());
        let (line, column) = (number(error.line), number(error.column));
        Self { hint: error.hint().to_owned(), message: error.reason.to_string(), line, column }
    }
}

fn bytes(text: Option<String>, data: Option<String>) -> Result<Box<dyn Read + Send>, ApiError> {
    match (text, data) {
        (Some(text), None) => Ok(Box::new(Cursor::new(text))),
        (None, Some(data)) => {
            let wrong = |error| ApiError::invalid("data", format!("`data` is not base 64: {error}"));
            Ok(Box::new(Cursor::new(STANDARD.decode(data).map_err(wrong)?)))
        }
        _ => Err(ApiError::invalid("data", "give the file as `text` or as `data`, and only once")),
    }
}

/// Refuses paths from whoever is not at this machine's command line: a path says what this process can see.
pub(in crate::handlers) fn local(caller: &Caller, path: &Path) -> Result<(), ApiError> {
    if caller.kind != CallerKind::Cli {
        let message = "`path` is for the command line alone";
        return Err(ApiError::new(ErrorCode::Forbidden, message, "Give the file as `text` or as `data`."));
    }
    if !path.is_absolute() {
        return Err(ApiError::invalid("path", "`path` must be a whole path"));
    }
    Ok(())
}

pub(in crate::handlers) fn open(path: &Path) -> Result<Box<dyn Read + Send>, ApiError> {
    let cannot =
        |error: io::Error| ApiError::invalid("path", format!("cannot read `{}`: {error}", path.display()));
    let file = File::open(path).map_err(cannot)?;
    // A pipe could keep everyone waiting who wants to write.
    if !file.metadata().map_err(cannot)?.is_file() {
        return Err(ApiError::invalid("path", format!("`{}` is not a file", path.display())));
    }
    Ok(Box::new(file))
}

pub(crate) async fn dataset_preview(
    app: &App,
    _: &Caller,
    request: PreviewDataset,
) -> Result<DatasetPreview, ApiError> {
    let PreviewDataset { name, text, data, options, prompt } = request;
    let variables = match &prompt {
        Some(prompt) => Some(Variables::of(app, prompt).await?),
        None => None,
    };
    let source = bytes(text, data)?;
    let look = move || look(source, &name, &options, variables.as_ref());
    let looked = tokio::task::spawn_blocking(look).await;
    looked.map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string(), ""))?
}

fn look(
    source: Box<dyn Read + Send>,
    name: &str,
    options: &Options,
    variables: Option<&Variables>,
) -> Result<DatasetPreview, ApiError> {
    let cases = read(source, name, options)?;
    let format = cases.format();
    let (mut columns, mut rows, mut problems) = (Columns::default(), Vec::new(), Vec::new());
    let (mut count, mut wrong) = (0, 0);
    let mut fitting = variables.map(Variables::fitting);
    for case in cases {
        match case {
            Ok(case) => {
                let case = variables.map_or_else(|| case.clone(), |variables| variables.typed(case.clone()));
                let too_many =
                    |error: formaops_domain::TooManyColumns| StoreError::TooManyColumns { name: error.name };
                columns.see(&case).map_err(too_many)?;
                if let Some(fitting) = &mut fitting {
                    fitting.see(count, &case);
                }
                if rows.len() < MOST_ROWS {
                    rows.push(Case { position: count, ..case });
                }
                count += 1;
            }
            Err(error) => {
                wrong += 1;
                if problems.len() < MOST_PROBLEMS {
                    problems.push(TableProblem::from(error));
                }
            }
        }
    }
    let fit = fitting.map(super::fit::Fitting::finish);
    Ok(DatasetPreview { format, columns: columns.finish(), rows, cases: count, problems, wrong, fit })
}

pub(crate) async fn dataset_import(
    app: &App,
    caller: &Caller,
    request: ImportDataset,
) -> Result<DatasetVersion, ApiError> {
    let ImportDataset { dataset, name, text, data, path, options, prompt, existing, note, .. } = request;
    check_words("note", &note)?;
    let variables = match &prompt {
        Some(prompt) => Some(Variables::of(app, prompt).await?),
        None => None,
    };
    let source = match &path {
        Some(path) if text.is_none() && data.is_none() => {
            local(caller, path)?;
            open(path)?
        }
        Some(_) => {
            return Err(ApiError::invalid("path", "give the file once: by its `path`, or what it holds"));
        }
        None => bytes(text, data)?,
    };
    let name = match path.as_deref().and_then(Path::file_name) {
        Some(own) if name.is_empty() => own.to_string_lossy().into_owned(),
        _ => name,
    };
    let (id, onto) = place(app, dataset, existing).await?;
    let cases = (0u32..).zip(read(source, &name, &options)?).map(move |(place, case)| {
        let case = case?;
        check_cases([(format!("cases[{place}]"), &case)])?;
        let Some(variables) = &variables else { return Ok(case) };
        match variables.sensitive_in(&case) {
            Some(name) => Err(sensitive(name)),
            None => Ok(variables.typed(case)),
        }
    });
    let new = new_cases(app, caller, id, onto, note);
    let version = app.store.save_cases(new, cases).await??;
    app.changed(Noun::Dataset, id);
    Ok(version)
}

fn sensitive(name: &str) -> ApiError {
    let hint = format!("Leave the column out: in the options, say that `{name}` is `skip`.");
    let message = format!("the variable `{name}` is sensitive: its values are kept nowhere");
    ApiError { hint, ..ApiError::invalid("file", message) }
}

/// Where the cases of a file go.
async fn place(
    app: &App,
    name: DatasetName,
    existing: Option<ImportMode>,
) -> Result<(DatasetId, CasesOnto), ApiError> {
    let Some(found) = app.store.find_dataset_by_name(&name).await? else {
        return Ok((app.ids.dataset(), CasesOnto::New { name, description: String::new() }));
    };
    let found = find_changeable(app, &DatasetKey::Id(found.id)).await?;
    match existing {
        Some(ImportMode::Replace) => Ok((found.id, CasesOnto::InPlaceOf(found.head))),
        Some(ImportMode::Append) => Ok((found.id, CasesOnto::Behind(found.head))),
        None => {
            let message = format!("there is a dataset `{name}` already");
            let hint = "Say what becomes of its cases, with `existing`: `replace` or `append`; or choose another name.";
            Err(ApiError::new(ErrorCode::Conflict, message, hint))
        }
    }
}

pub(crate) async fn dataset_export(
    app: &App,
    caller: &Caller,
    request: ExportDataset,
) -> Result<DatasetFile, ApiError> {
    let ExportDataset { id, version, format, path } = request;
    if matches!(format, TableFormat::Xlsx | TableFormat::Markdown) {
        let message = "tables are written as CSV, JSONL, JSON or YAML";
        let hint = "Choose `csv`: every spreadsheet opens it.";
        return Err(ApiError { hint: hint.to_owned(), ..ApiError::invalid("format", message) });
    }
    let dataset = find_dataset(app, &id).await?;
    let version = app.store.get_dataset_version(dataset.id, version.unwrap_or(dataset.head)).await?;
    let name = format!("{}.{}", dataset.name.as_str().replace('/', "-"), format.extension());
    let data = if let Some(path) = path {
        local(caller, &path)?;
        write_file(app, &version, format, &path).await?;
        Vec::new()
    } else {
        write_cases(app, &version, format, Answer(Vec::new())).await?.0
    };
    Ok(DatasetFile { name, data: STANDARD.encode(data), cases: version.cases })
}

/// Writes beside the file and puts it in its place once it is whole.
async fn write_file(
    app: &App,
    version: &DatasetVersion,
    format: TableFormat,
    path: &Path,
) -> Result<(), ApiError> {
    let cannot =
        |error: io::Error| ApiError::invalid("path", format!("cannot write `{}`: {error}", path.display()));
    let folder = path.parent().unwrap_or(Path::new("/"));
    let file = tempfile::NamedTempFile::new_in(folder).map_err(cannot)?;
    let written = write_cases(app, version, format, BufWriter::new(file)).await?;
    let file = written.into_inner().map_err(|error| cannot(error.into_error()))?;
    file.persist(path).map_err(|error| cannot(error.error))?;
    Ok(())
}

/// What is answered, which must fit into an answer.
pub(in crate::handlers) struct Answer(pub(in crate::handlers) Vec<u8>);

impl Write for Answer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST_ANSWERED {
            return Err(io::Error::other(format!(
                "the file would be larger than {} MiB",
                MOST_ANSWERED >> 20
            )));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn write_cases<W: Write>(
    app: &App,
    version: &DatasetVersion,
    format: TableFormat,
    out: W,
) -> Result<W, ApiError> {
    let cannot = |error: io::Error| {
        let hint = "Write it with `formaops dataset export NAME --out FILE`, which has room for any size.";
        ApiError::new(ErrorCode::Invalid, error.to_string(), hint)
    };
    let mut shape = Shape::default();
    // Only a table of texts must know its columns before its first row.
    if format == TableFormat::Csv {
        each_page(app, version, |case| {
            shape.see(case);
            Ok(())
        })
        .await?;
    }
    let mut writer = Writer::new(format, shape, out).map_err(cannot)?;
    each_page(app, version, |case| writer.write(case).map_err(cannot)).await?;
    writer.finish().map_err(cannot)
}

async fn each_page(
    app: &App,
    version: &DatasetVersion,
    mut see: impl FnMut(&Case) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let (filter, mut cursor) = (CaseFilter::default(), None);
    loop {
        let (id, number) = (version.dataset_id, version.number);
        let page =
            app.store.list_dataset_cases(id, number, &filter, Option::as_deref(&cursor), MOST_ITEMS).await?;
        page.items.iter().try_for_each(&mut see)?;
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(()),
        }
    }
}
