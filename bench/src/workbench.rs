//! An engine on a store and a provider, as the program joins them, with events going where the measurement wants.

use anyhow::Context as _;
use formaops_api::StoreLedger;
use formaops_domain::{
    ActorId, Calendar, Case, ExecutionId, Failure, JsonObject, ModelRef, OnRestart, Price, Priority, Prompt,
    PromptId, PromptStatus, Replay, Run, RunContext, RunId, RunKind, RunProgress, RunStatus, Timestamp,
    Variant, Version, WorkspaceId,
    ports::{Clock, EventSink, Provider, Providers},
};
use formaops_engine::{Budgets, Engine, Models, Ports, RetryPolicy, Settings, Submission, Terms};
use formaops_providers::{Client, ClientOptions, Factory, Tokens};
use formaops_store::{NewCell, NewRun, NewVersion, NewWorkspace, OpenOptions, Rate, Store};
use formaops_testkit::{CountingIds, FixedSigner, ScriptedAsks};
use futures::future::BoxFuture;
use std::{
    num::NonZeroU32,
    path::Path,
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

/// The template that is run, and what its one request says, for peers that send the same.
pub(crate) const PROMPT: &str = "Say the words.";

/// The clocks of the operating system.
pub(crate) struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

struct OneProvider(Arc<dyn Provider>);

impl Providers for OneProvider {
    fn find(&self, _: &ModelRef) -> BoxFuture<'_, Result<Arc<dyn Provider>, Failure>> {
        Box::pin(async { Ok(Arc::clone(&self.0)) })
    }
}

/// A new store in a folder of its own, with one prompt.
pub(crate) struct Shelf {
    pub(crate) store: Store,
    pub(crate) version: Version,
    pub(crate) actor: ActorId,
    // It goes with this.
    folder: TempDir,
}

impl Shelf {
    pub(crate) async fn open() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("there is no temporary folder")?;
        let (actor, now) = (ActorId::from_uuid(Uuid::now_v7()), SystemClock::default().now());
        let new = NewWorkspace {
            id: WorkspaceId::from_uuid(Uuid::now_v7()),
            name: "bench".to_owned(),
            time_zone: "UTC".to_owned(),
            person: actor,
            person_name: "bench".to_owned(),
        };
        let store = Store::open(folder.path(), OpenOptions::new(new, now)).await?;
        let prompt = Prompt {
            id: PromptId::from_uuid(Uuid::now_v7()),
            name: "bench".parse()?,
            title: String::new(),
            description: String::new(),
            status: PromptStatus::Draft,
            tags: Vec::new(),
            head: None,
            head_number: None,
            has_draft: false,
            created_at: now,
            updated_at: now,
            published_at: None,
            deleted_at: None,
        };
        let prompt = store.insert_prompt(prompt, actor).await?.id;
        let content = formaops_testkit::content(PROMPT);
        let new = NewVersion { prompt, content, note: String::new(), author: actor, at: now };
        let version = store.save_version(new, None).await?;
        Ok(Self { store, version, actor, folder })
    }

    /// The folder of the workspace.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A run of the prompt on one model, with this many executions.
    pub(crate) fn new_run(&self, model: &ModelRef, executions: u32) -> anyhow::Result<NewRun> {
        let variant = Variant {
            prompt: None,
            version_id: self.version.id,
            version_number: self.version.number,
            model: model.clone(),
            parameters: Default::default(),
        };
        let run = Run {
            id: RunId::from_uuid(Uuid::now_v7()),
            kind: RunKind::Single,
            status: RunStatus::Pending,
            priority: Priority::Normal,
            prompt_id: self.version.prompt_id,
            prompt_name: "bench".parse()?,
            suite: None,
            parent: None,
            variants: vec![variant],
            inputs: JsonObject::new(),
            context: RunContext::default(),
            repeats: executions,
            cap_usd: None,
            fallbacks: Vec::new(),
            concurrency: None,
            fail_fast: false,
            on_restart: OnRestart::Fail,
            replay: Replay::Off,
            regraded: None,
            progress: RunProgress::default(),
            created_by: self.actor,
            created_at: SystemClock::default().now(),
            started_at: None,
            completed_at: None,
        };
        let cell =
            |repeat| NewCell { id: ExecutionId::from_uuid(Uuid::now_v7()), variant: 0, case: 0, repeat };
        // A server on this machine is free.
        let rate = Rate { price: Some(Price::FREE), max_output_tokens: None };
        let (rates, cases) = (vec![rate], vec![Case::default()]);
        Ok(NewRun {
            run,
            rates,
            partials: Vec::new(),
            cases,
            validations: Vec::new(),
            cells: (0..executions).map(cell).collect(),
        })
    }
}

/// An engine at work on a shelf.
pub(crate) struct Workbench {
    shelf: Shelf,
    engine: Engine,
}

impl Workbench {
    /// With the model server at `base_url`, which is sent a key as real ones are.
    pub(crate) async fn open(base_url: Url, events: Arc<dyn EventSink>) -> anyhow::Result<Self> {
        let shelf = Shelf::open().await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let ledger = Arc::new(StoreLedger::start(shelf.store.clone(), Arc::clone(&events)));
        let factory = Factory {
            client: Client::new(ClientOptions::default(), ledger, Arc::clone(&clock))?,
            signer: Arc::new(FixedSigner::new("sk-bench-key-of-the-usual-length-0123456789")),
            clock: Arc::clone(&clock),
            tokens: Arc::new(Tokens),
        };
        let provider = factory
            .provider(&formaops_testkit::provider(base_url, Some("BENCH_API_KEY")))
            .map_err(|failure| anyhow::anyhow!(failure.message))?;
        let ports = Ports {
            store: Arc::new(shelf.store.clone()),
            providers: Arc::new(OneProvider(provider)),
            clock,
            ids: Arc::new(CountingIds::default()),
            events,
            tokens: Arc::new(Tokens),
            asks: Arc::new(ScriptedAsks::default()),
            calendar: Calendar::of("UTC"),
        };
        let settings = Settings { retries: RetryPolicy::NEVER, ..Settings::default() };
        Ok(Self { shelf, engine: Engine::start(ports, settings, Budgets::default()) })
    }

    /// Runs the prompt this often, so many at once, and answers the run once all of it is committed.
    pub(crate) async fn run(&self, model: &str, executions: u32, at_once: u32) -> anyhow::Result<Run> {
        let terms = Terms { concurrency: NonZeroU32::new(at_once), ..Terms::default() };
        let run = self.submit(model, executions, terms).await?;
        let ended = self.wait(run).await?;
        anyhow::ensure!(ended.progress.completed == executions, "not all succeeded: {:?}", ended.progress);
        Ok(ended)
    }

    /// Has the prompt be run this often on these terms.
    pub(crate) async fn submit(&self, model: &str, executions: u32, terms: Terms) -> anyhow::Result<RunId> {
        let model = ModelRef { provider: "local".to_owned(), model: model.to_owned() };
        let new = self.shelf.new_run(&model, executions)?;
        let models: Models = [model].into();
        let cells = new.cells.iter().map(|cell| (cell.id, Arc::clone(&models))).collect();
        let run = self.shelf.store.insert_run(new).await?;
        let submission = Submission { terms, executions: cells, ..Submission::new(&run, []) };
        self.engine.submit(submission).await?;
        Ok(run.id)
    }

    /// The run once all of it is committed.
    pub(crate) async fn wait(&self, run: RunId) -> anyhow::Result<Run> {
        Ok(self.engine.wait_run(run).await?)
    }

    pub(crate) async fn close(self) {
        self.engine.shutdown().await;
        self.shelf.store.close().await;
    }
}
