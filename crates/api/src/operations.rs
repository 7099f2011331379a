//! The one list of operations that every host serves.
//!
//! [`for_each_operation!`](crate::for_each_operation) hands the list to a macro of the caller, so a
//! host cannot forget an operation: the desktop makes a command of each, the HTTP host a route, the
//! CLI a verb, and the generator the TypeScript client and the OpenAPI document.

use crate::{ApiError, App, Caller, ErrorCode};
use futures::future::BoxFuture;
use schemars::{Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Calls `$callback!` with every operation, as
/// `/// doc` `name(Request) -> Response = METHOD "/path", scope;`
#[macro_export]
macro_rules! for_each_operation {
    ($callback:ident) => {
        $callback! {
            /// The workspace: its name, place and size.
            workspace_get(GetWorkspace) -> WorkspaceInfo = GET "/api/workspace", read;
            /// A setting of the workspace, such as the layout of the window; `null` where it was never set.
            setting_get(GetSetting) -> Setting = GET "/api/settings/{key}", read;
            /// Keeps a setting.
            setting_put(PutSetting) -> Setting = PUT "/api/settings/{key}", write;
            /// Whether store, engine and providers are well.
            health_get(GetHealth) -> Health = GET "/api/health", read;
            /// Counts of what runs, waits and has run, with times, circuits, limits and budgets.
            metrics_get(GetMetrics) -> WorkspaceMetrics = GET "/api/metrics", read;
            /// What goes on now and within the last ten minutes, a sample a second.
            figures_get(GetFigures) -> LiveFigures = GET "/api/figures", read;

            /// How the engine works: every setting with the value in force and where it comes from.
            config_get(GetConfig) -> Config = GET "/api/config", admin;
            /// Changes a setting of the engine in the configuration file, at once.
            config_update(UpdateConfig) -> Config = PUT "/api/config/{name}", admin;
            /// Takes a setting of the engine back to its default, at once.
            config_reset(ResetConfig) -> Config = DELETE "/api/config/{name}", admin;

            /// Prompts, by name; archived ones only where asked for, deleted ones only with `deleted`.
            prompt_list(ListPrompts) -> Page<Prompt> = GET "/api/prompts", read;
            /// The tags in use, with how many prompts have each.
            tag_list(ListTags) -> Page<TagCount> = GET "/api/tags", read;
            /// The labels in use, with how many prompts have each.
            label_list(ListLabels) -> Page<LabelCount> = GET "/api/labels", read;
            /// A prompt with its draft, the newest version of the branch it is for, and all branches and labels.
            prompt_get(GetPrompt) -> PromptDetail = GET "/api/prompts/{id}", read;
            /// Makes a prompt and its first version.
            prompt_create(CreatePrompt) -> PromptDetail = POST "/api/prompts", write;
            /// Renames, describes, tags, publishes or archives a prompt.
            prompt_update(UpdatePrompt) -> Prompt = PUT "/api/prompts/{id}", write;
            /// Puts a prompt in the bin, unless others call it as a partial. `prompt_undelete` brings it back.
            prompt_delete(DeletePrompt) -> Prompt = DELETE "/api/prompts/{id}", write;
            /// Takes a prompt out of the bin.
            prompt_undelete(UndeletePrompt) -> Prompt = POST "/api/prompts/{id}/undelete", write;
            /// Deletes a prompt in the bin for good; what ran of it stays.
            prompt_purge(PurgePrompt) -> Purged = POST "/api/prompts/{id}/purge", admin;
            /// Deletes all that is in the bin for good; what ran of it stays.
            bin_empty(EmptyBin) -> Purged = POST "/api/bin/empty", admin;
            /// Runs a prompt on one model and answers with the ended execution.
            prompt_execute(ExecutePrompt) -> ExecuteResult = POST "/api/prompts/{id}/execute", run;

            /// The prompts that templates can call as partials, by name.
            partial_list(ListPartials) -> Page<PartialChoice> = GET "/api/partials", read;
            /// The prompts that call one as a partial.
            partial_use_list(ListPartialUses) -> Page<PartialUse> = GET "/api/prompts/{id}/uses", read;

            /// The saved versions of a prompt, of all its branches, newest first: who, when, why, and what points to them.
            version_list(ListVersions) -> Page<VersionEntry> = GET "/api/prompts/{id}/versions", read;
            /// One version of a prompt.
            version_get(GetVersion) -> Version = GET "/api/prompts/{id}/versions/{version}", read;
            /// Saves content as a new version; content equal to the head makes none.
            version_create(CreateVersion) -> Version = POST "/api/prompts/{id}/versions", write;
            /// What differs between two versions: by meaning, and as the text of their files.
            version_compare(CompareVersions) -> VersionComparison = GET "/api/prompts/{id}/compare", read;
            /// Makes a new version with the content of an old one.
            version_restore(RestoreVersion) -> Version = POST "/api/prompts/{id}/versions/{version}/restore", write;
            /// Changes the tags of a version.
            version_update(UpdateVersion) -> VersionEntry = PUT "/api/prompts/{id}/versions/{version}", write;
            /// What merging a version into a branch would give, with every conflict.
            merge_get(GetMerge) -> MergePreview = GET "/api/prompts/{id}/merge", read;
            /// Merges a version into a branch; conflicts that nobody has settled are refused with their places.
            version_merge(MergeVersions) -> MergedVersion = POST "/api/prompts/{id}/merge", write;

            /// The branches and labels of a prompt.
            ref_list(ListRefs) -> Page<VersionRef> = GET "/api/prompts/{id}/refs", read;
            /// Makes a branch at a version, or moves it there.
            branch_put(PutRef) -> MovedRef = PUT "/api/prompts/{id}/branches/{name}", write;
            /// Takes a branch away; its versions stay.
            branch_delete(DeleteRef) -> VersionRef = DELETE "/api/prompts/{id}/branches/{name}", write;
            /// Points a label such as `production` to a version, from wherever it pointed.
            label_put(PutRef) -> MovedRef = PUT "/api/prompts/{id}/labels/{name}", write;
            /// Takes a label away.
            label_delete(DeleteRef) -> VersionRef = DELETE "/api/prompts/{id}/labels/{name}", write;

            /// Keeps unsaved work on a prompt.
            draft_put(PutDraft) -> KeptDraft = PUT "/api/prompts/{id}/draft", write;
            /// Throws unsaved work away.
            draft_delete(DeleteDraft) -> Prompt = DELETE "/api/prompts/{id}/draft", write;

            /// The inputs of a prompt that are remembered under names.
            input_set_list(ListInputSets) -> Page<InputSet> = GET "/api/prompts/{id}/input-sets", read;
            /// Remembers inputs under a name, or gives remembered ones another name.
            input_set_put(PutInputSet) -> InputSet = PUT "/api/prompts/{id}/input-sets/{name}", write;
            /// Forgets remembered inputs.
            input_set_delete(DeleteInputSet) -> Prompt = DELETE "/api/prompts/{id}/input-sets/{name}", write;

            /// What is wrong with some content, and what it gives with the inputs, or why it gives nothing.
            content_check(RenderContent) -> ContentReport = POST "/api/content/check", read;
            /// The messages that some content and inputs give, with tokens and cost on each model.
            content_render(RenderContent) -> RenderedContent = POST "/api/content/render", read;

            /// Calls a JavaScript function in the sandbox, as a validation would: what it returns, or why it returns nothing.
            function_try(TryFunction) -> FunctionTrial = POST "/api/functions/try", run;
            /// The JSON Schema that examples follow: texts, or the newest answers of a prompt.
            schema_infer(InferSchema) -> InferredSchema = POST "/api/schemas/infer", read;
            /// A JSON Schema as types of TypeScript and Rust.
            schema_types(ShowTypes) -> SchemaTypes = POST "/api/schemas/types", read;

            /// Keeps an image or a file, to be attached to a message; the same bytes are kept once.
            attachment_create(CreateAttachment) -> Attachment = POST "/api/attachments", write;
            /// The bytes of an attachment.
            attachment_get(GetAttachment) -> AttachmentBytes = GET "/api/attachments/{hash}", read;

            /// Datasets, by name; deleted ones only with `deleted`.
            dataset_list(ListDatasets) -> Page<Dataset> = GET "/api/datasets", read;
            /// A dataset, with the columns of its newest version.
            dataset_get(GetDataset) -> Dataset = GET "/api/datasets/{id}", read;
            /// Makes a dataset and its first version.
            dataset_create(CreateDataset) -> Dataset = POST "/api/datasets", write;
            /// Renames or describes a dataset.
            dataset_update(UpdateDataset) -> Dataset = PUT "/api/datasets/{id}", write;
            /// Puts a dataset in the bin. `dataset_undelete` brings it back.
            dataset_delete(GetDataset) -> Dataset = DELETE "/api/datasets/{id}", write;
            /// Takes a dataset out of the bin.
            dataset_undelete(UndeleteDataset) -> Dataset = POST "/api/datasets/{id}/undelete", write;
            /// Deletes a dataset in the bin for good; what ran of it stays.
            dataset_purge(PurgeDataset) -> PurgedDataset = POST "/api/datasets/{id}/purge", admin;
            /// What a table says, what is wrong with it, and how it fits a prompt; changes nothing.
            dataset_preview(PreviewDataset) -> DatasetPreview = POST "/api/datasets/preview", read;
            /// Imports a table as a dataset or as the next version of one, all of it or nothing.
            dataset_import(ImportDataset) -> DatasetVersion = POST "/api/datasets/import", write;
            /// Changes rows and columns of a dataset, as its next version.
            dataset_change(ChangeDataset) -> DatasetVersion = POST "/api/datasets/{id}/changes", write;
            /// Adds what ran to a dataset, as cases.
            dataset_add_executions(AddExecutions) -> DatasetVersion = POST "/api/datasets/{id}/executions", write;
            /// A version of a dataset as a file.
            dataset_export(ExportDataset) -> DatasetFile = POST "/api/datasets/{id}/export", read;
            /// The versions of a dataset, newest first.
            dataset_version_list(ListDatasetVersions) -> Page<DatasetVersion> = GET "/api/datasets/{id}/versions", read;
            /// The cases of a dataset, in their order.
            case_list(ListCases) -> Page<Case> = GET "/api/datasets/{id}/cases", read;

            /// What importing files would do, and what of them is not understood; changes nothing.
            import_preview(PreviewImport) -> ImportPreview = POST "/api/import/preview", read;
            /// Imports the prompts of files, all of them or none.
            import_apply(ApplyImport) -> ImportResult = POST "/api/import", write;
            /// One file, or a zip, of prompts in a format of choice.
            export_create(CreateExport) -> Export = POST "/api/export", read;

            /// The linked folder, where there is one: how it is, what stands in the way, what git says.
            folder_get(GetFolder) -> FolderAnswer = GET "/api/folder", read;
            /// Links a folder of `.prompt` files: prompts and files follow each other from now on.
            folder_link(LinkFolder) -> FolderAnswer = POST "/api/folder", admin;
            /// Trusts what is in the linked folder: its prompts may be run.
            folder_trust(TrustFolder) -> FolderAnswer = POST "/api/folder/trust", admin;
            /// Unlinks the folder. Prompts and files stay as they are.
            folder_unlink(UnlinkFolder) -> FolderAnswer = DELETE "/api/folder", admin;
            /// The file of a prompt as it is now, with both sides where a person has to decide.
            folder_file_get(GetFolderFile) -> FolderFileAnswer = GET "/api/folder/files/{id}", read;
            /// Decides what a prompt and its file say, where both were changed.
            folder_file_resolve(ResolveFolderFile) -> FolderFileAnswer = POST "/api/folder/files/{id}/resolve", write;

            /// The configured providers.
            provider_list(ListProviders) -> Page<ProviderView> = GET "/api/providers", read;
            /// What a new provider can start from.
            preset_list(ListPresets) -> Page<Preset> = GET "/api/presets", read;
            /// One provider.
            provider_get(GetProvider) -> ProviderView = GET "/api/providers/{id}", read;
            /// Adds a provider.
            provider_create(CreateProvider) -> ProviderView = POST "/api/providers", admin;
            /// Changes a provider. A new address detaches its key until it is given again.
            provider_update(UpdateProvider) -> ProviderView = PUT "/api/providers/{id}", admin;
            /// Removes a provider; what ran on it stays.
            provider_delete(DeleteProvider) -> ProviderView = DELETE "/api/providers/{id}", admin;
            /// Tests whether a provider can be called, and says what stands in the way.
            provider_test(TestProvider) -> ConnectionTest = POST "/api/providers/{provider}/test", admin;
            /// The model servers that answer on this machine, at their usual ports.
            server_list(ListServers) -> Page<FoundServer> = GET "/api/servers", admin;

            /// The keys of a provider: names and places, never the keys themselves.
            provider_key_list(ListProviderKeys) -> Page<ProviderKeyView> = GET "/api/providers/{provider}/keys", admin;
            /// Adds a key to a provider: one that is kept here, or the name of an environment variable.
            provider_key_create(CreateProviderKey) -> ProviderKeyView = POST "/api/providers/{provider}/keys", admin;
            /// Uses another of a provider's keys from now on.
            provider_key_use(UseProviderKey) -> ProviderKeyView = POST "/api/providers/{provider}/keys/{key}/use", admin;
            /// Puts a new key in the place of an old one, once the provider has accepted it.
            provider_key_rotate(RotateProviderKey) -> ProviderKeyView = POST "/api/providers/{provider}/keys/{key}/rotate", admin;
            /// Forgets a key, where it is kept too.
            provider_key_delete(DeleteProviderKey) -> ProviderKeyView = DELETE "/api/providers/{provider}/keys/{key}", admin;

            /// The places where keys can be kept, and how they are.
            key_store_get(GetKeyStore) -> KeyStore = GET "/api/key-store", admin;
            /// Makes the vault, an encrypted file for keys where there is no keychain.
            vault_create(CreateVault) -> KeyStore = POST "/api/vault", admin;
            /// Opens the vault with its passphrase, until it is locked or FormaOps ends.
            vault_unlock(UnlockVault) -> KeyStore = POST "/api/vault/unlock", admin;
            /// Locks the vault: its keys cannot be used until it is unlocked.
            vault_lock(LockVault) -> KeyStore = POST "/api/vault/lock", admin;

            /// The models of all providers or of one; `refresh` asks the provider for its list.
            model_list(ListModels) -> Page<CatalogueModel> = GET "/api/models", read;
            /// Says what is true of a model, listed or not: limits, price, what it can do, when it retires.
            model_update(UpdateModel) -> CatalogueModel = PUT "/api/models", admin;
            /// Forgets what was said of a model; what the catalogue and the provider's list know stays.
            model_reset(ResetModel) -> CatalogueModel = DELETE "/api/models", admin;

            /// The budgets, each with what is spent and set aside of it.
            budget_list(ListBudgets) -> Page<BudgetView> = GET "/api/budgets", read;
            /// Makes a budget: hard ones stop calls, soft ones warn.
            budget_create(CreateBudget) -> BudgetView = POST "/api/budgets", admin;
            /// Changes a budget's cap, period or kind.
            budget_update(UpdateBudget) -> BudgetView = PUT "/api/budgets/{id}", admin;
            /// Removes a budget. `budget_undelete` brings it back.
            budget_delete(DeleteBudget) -> BudgetView = DELETE "/api/budgets/{id}", admin;
            /// Brings a removed budget back.
            budget_undelete(UndeleteBudget) -> BudgetView = POST "/api/budgets/{id}/undelete", admin;
            /// What was spent in some days, by day, provider, model or prompt.
            spend_list(ListSpend) -> Page<Spend> = GET "/api/spend", read;

            /// The suites, by name.
            suite_list(ListSuites) -> Page<Suite> = GET "/api/suites", read;
            /// One suite.
            suite_get(GetSuite) -> Suite = GET "/api/suites/{id}", read;
            /// Makes a suite.
            suite_create(CreateSuite) -> Suite = POST "/api/suites", write;
            /// Changes a suite. Runs that were made keep what they were made with.
            suite_update(UpdateSuite) -> Suite = PUT "/api/suites/{id}", write;
            /// Puts a suite in the bin; its runs stay. `suite_undelete` takes it out again.
            suite_delete(DeleteSuite) -> Suite = DELETE "/api/suites/{id}", write;
            /// Takes a suite out of the bin.
            suite_undelete(UndeleteSuite) -> Suite = POST "/api/suites/{id}/undelete", write;
            /// Names the run that later runs of a suite are compared with, or none.
            baseline_put(PutBaseline) -> Suite = PUT "/api/suites/{id}/baseline", write;
            /// How many executions a run of a suite would have, what it would cost, and how long it would take.
            suite_plan(RunSuiteRequest) -> SuitePlan = POST "/api/suites/{id}/plan", read;
            /// Starts a run of a suite: each prompt on each model, for each case.
            suite_run(RunSuiteRequest) -> Run = POST "/api/suites/{id}/runs", run;
            /// The grid of a run: cases down, columns across.
            grid_list(ListGrid) -> Page<GridRow> = GET "/api/runs/{id}/grid", read;
            /// What a run came to: each column, its metrics, and whether what it had to reach was reached.
            run_summary(GetRunSummary) -> RunSummary = GET "/api/runs/{id}/summary", read;
            /// The columns of a run beside those of its baseline, or beside one of its own: what is better, by how much,
            /// and how sure that is.
            run_compare(CompareRun) -> RunComparison = GET "/api/runs/{id}/comparison", read;

            /// Prompts, versions and executions that have words, the likeliest first, with where the words stand.
            hit_list(ListHits) -> Page<Hit> = GET "/api/hits", read;

            /// Starts a run: one column for each model.
            run_create(CreateRun) -> RunDetail = POST "/api/runs", run;
            /// Runs, newest first.
            run_list(ListRuns) -> Page<Run> = GET "/api/runs", read;
            /// Where runs have the words that they were searched for by.
            match_list(ListMatches) -> Page<Match> = POST "/api/runs/matches", read;
            /// A run with its executions.
            run_get(GetRun) -> RunDetail = GET "/api/runs/{id}", read;
            /// Sets what a run may cost. What waits for money may go on.
            run_update(UpdateRun) -> Run = PUT "/api/runs/{id}", run;
            /// Cancels what has not ended; text that came before is kept.
            run_cancel(CancelRun) -> RunDetail = POST "/api/runs/{id}/cancel", run;
            /// Has a run start nothing more until it is resumed; what is on the wire goes on.
            run_pause(PauseRun) -> RunDetail = POST "/api/runs/{id}/pause", run;
            /// Has a paused run go on.
            run_resume(ResumeRun) -> RunDetail = POST "/api/runs/{id}/resume", run;
            /// Tries again what failed in a run, as the next generation of each cell.
            run_retry(RetryRun) -> RunDetail = POST "/api/runs/{id}/retry", run;
            /// Grades the answers of a run that has ended by the rules as they are now, as a run of its own; no model is called.
            run_regrade(RegradeRun) -> Run = POST "/api/runs/{id}/regrade", run;
            /// What models answered in a run, as a file that is replayed elsewhere; it holds no key.
            recording_export(ExportRecordings) -> RecordingFile = POST "/api/runs/{run}/recordings", read;
            /// Takes in recordings of another workspace, to be replayed here.
            recording_import(ImportRecordings) -> ImportedRecordings = POST "/api/recordings", write;
            /// Starts a new run of the same versions, models, inputs and context.
            run_repeat(RepeatRun) -> RunDetail = POST "/api/runs/{id}/repeat", run;

            /// Executions, newest first.
            execution_list(ListExecutions) -> Page<Execution> = GET "/api/executions", read;
            /// An execution with its attempts, inputs and rendered messages.
            execution_get(GetExecution) -> ExecutionDetail = GET "/api/executions/{id}", read;
            /// A window of an execution's answer, also while it streams.
            execution_output(GetOutput) -> OutputWindow = GET "/api/executions/{id}/output", read;
            /// Says of an answer whether it holds, how well, or only a note; in place of what one said before.
            rating_set(SetRating) -> Rating = PUT "/api/executions/{id}/rating", write;
            /// Takes back what one said of an answer; answers what others say.
            rating_delete(DeleteRating) -> Page<Rating> = DELETE "/api/executions/{id}/rating", write;
            /// What people say of the answers of a run, by case and column.
            rating_list(ListRatings) -> RunRatings = GET "/api/runs/{id}/ratings", read;
            /// Pairs of answers of two columns of a run, in an order and with sides that do not tell whose they are.
            preference_list(ListBlind) -> BlindPairs = GET "/api/runs/{id}/blind", read;
            /// Says which answer of a pair is better, or takes that back.
            preference_put(ChooseBlind) -> BlindChoice = PUT "/api/runs/{id}/blind", write;
            /// Which of two columns one likes better, and how sure that is.
            preference_summary(GetBlindOutcome) -> BlindOutcome = GET "/api/runs/{id}/blind/outcome", read;
            /// What happened on the way of an execution, step by step.
            execution_log(GetExecutionLog) -> ExecutionLog = GET "/api/executions/{id}/log", read;
            /// The call of an execution as the source of a program that makes it, without its key.
            execution_source(GetExecutionSource) -> CallSource = GET "/api/executions/{id}/source", read;
            /// Cancels one execution.
            execution_cancel(CancelExecution) -> Execution = POST "/api/executions/{id}/cancel", run;
            /// Tries an ended execution again, as its next generation.
            execution_retry(RetryExecution) -> Execution = POST "/api/executions/{id}/retry", run;

            /// Every request that left FormaOps, newest first.
            egress_list(ListEgress) -> Page<Egress> = GET "/api/egress", read;
            /// What went to each place beyond this machine, in all.
            egress_totals(ListEgressTotals) -> Page<EgressTotal> = GET "/api/egress/totals", read;
            /// Whether anything may leave this machine.
            network_get(GetNetwork) -> Network = GET "/api/network", read;
            /// Switches everything beyond this machine off or on.
            network_put(PutNetwork) -> Network = PUT "/api/network", admin;

            /// What was changed, by whom, from where and when, newest first.
            audit_list(ListAudit) -> Page<AuditEvent> = GET "/api/audit", admin;
            /// Looks at the whole trail: whether each event is what was written and follows the one before it.
            audit_verify(VerifyAudit) -> AuditReport = GET "/api/audit/verify", admin;
            /// One change with the states before and after it.
            audit_get(GetAudit) -> AuditDetail = GET "/api/audit/{seq}", admin;
            /// Everybody whom the trail can name: people, and programs with an API key.
            actor_list(ListActors) -> Page<ActorView> = GET "/api/actors", admin;

            /// The keys for the HTTP host; never the keys themselves.
            api_key_list(ListApiKeys) -> Page<ApiKey> = GET "/api/api-keys", admin;
            /// Makes a key for the HTTP host. Its secret is shown this once.
            api_key_create(CreateApiKey) -> CreatedApiKey = POST "/api/api-keys", admin;
            /// Ends a key at once.
            api_key_delete(DeleteApiKey) -> ApiKey = DELETE "/api/api-keys/{id}", admin;
        }
    };
}

/// What a caller must be allowed to do.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// See everything in the workspace.
    Read,
    /// Run prompts, which can cost money.
    Run,
    /// Change prompts.
    Write,
    /// Change providers and keys.
    Admin,
}

/// HTTP methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads; may be repeated at will.
    Get,
    /// Makes something or starts it.
    Post,
    /// Sets something; may be repeated.
    Put,
    /// Removes something; may be repeated.
    Delete,
}

impl Method {
    /// The word of HTTP.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

type Handler = for<'a> fn(&'a App, &'a Caller, Value) -> BoxFuture<'a, Result<Value, ApiError>>;

/// One operation: how it is named, reached, described and done.
pub struct Operation {
    /// `noun_verb`.
    pub name: &'static str,
    /// One sentence for the CLI's help and the OpenAPI document.
    pub doc: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The HTTP path, with `{field}` for fields of the request.
    pub path: &'static str,
    /// What a caller must be allowed to do.
    pub scope: Scope,
    /// The JSON Schema of the request.
    pub request: fn(&mut SchemaGenerator) -> Schema,
    /// The JSON Schema of the response.
    pub response: fn(&mut SchemaGenerator) -> Schema,
    pub(crate) handler: Handler,
}

impl Operation {
    /// The operation of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        OPERATIONS.iter().find(|operation| operation.name == name)
    }

    /// The fields of the request that are part of the path.
    pub fn path_fields(&self) -> impl Iterator<Item = &'static str> {
        self.path.split(['{', '}']).skip(1).step_by(2)
    }
}

fn read_request<R: DeserializeOwned>(request: Value) -> Result<R, ApiError> {
    serde_json::from_value(request).map_err(|error| {
        ApiError::new(ErrorCode::BadRequest, format!("the request does not fit the operation: {error}"), "")
    })
}

fn write_response(response: &impl serde::Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(response).map_err(|error| {
        ApiError::new(ErrorCode::Internal, format!("the answer cannot be written as JSON: {error}"), "")
    })
}

macro_rules! method {
    (GET) => {
        Method::Get
    };
    (POST) => {
        Method::Post
    };
    (PUT) => {
        Method::Put
    };
    (DELETE) => {
        Method::Delete
    };
}

macro_rules! scope {
    (read) => {
        Scope::Read
    };
    (run) => {
        Scope::Run
    };
    (write) => {
        Scope::Write
    };
    (admin) => {
        Scope::Admin
    };
}

macro_rules! operations {
    ($($(#[doc = $doc:literal])* $name:ident($request:ty) -> $response:ty = $method:tt $path:literal, $scope:tt;)*) => {
        use $crate::handlers::*;
        use formaops_domain::*;
        use formaops_providers::{FoundServer, Preset};

        /// Every operation, in the order of the list.
        pub static OPERATIONS: &[Operation] = &[$(Operation {
            name: stringify!($name),
            doc: concat!($($doc),*),
            method: method!($method),
            path: $path,
            scope: scope!($scope),
            request: |generator| generator.subschema_for::<$request>(),
            response: |generator| generator.subschema_for::<$response>(),
            handler: |app, caller, request| Box::pin(async move {
                let request: $request = read_request(request)?;
                let response: $response = $name(app, caller, request).await?;
                write_response(&response)
            }),
        }),*];
    };
}

mod list {
    use super::{Method, Operation, Scope, read_request, write_response};

    crate::for_each_operation!(operations);
}
pub use list::OPERATIONS;
