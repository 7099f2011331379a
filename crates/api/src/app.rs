//! The workspace in the hands of the process that owns it.

use crate::{
    ApiError, Caller, ErrorCode, EventHub,
    acts::Acts,
    asks::Answers,
    background::Background,
    call::Turns,
    configuration::{ConfigProblem, Configuration, Key},
    folder::Folder,
    handlers::{OFFLINE, scopes_of, take_up},
    ledger::StoreLedger,
    registry::Registry,
    regrades::Regrades,
    samples,
    system::{NewIds, SystemClock},
    watch::{self, LeftOff, Watch},
};
use formaops_domain::{
    ActorId, Calendar, Day, EventBody, NanoUsd, Noun, Run, RunId, Span, Timestamp,
    ports::{Clock, EventSink, Sandbox, TokenCounter},
};
use formaops_engine::{Budgets, Engine, Limits, PerMinute, Ports, Settings, machine::Spent};
use formaops_providers::{Client, ClientError, ClientOptions, Factory, Tokens};
use formaops_sandbox::Functions;
use formaops_secrets::{Environment, Keyring};
use formaops_store::{Act, NewWorkspace, OpenOptions, Store, StoreError};
use serde_json::Value;
use std::{num::NonZeroU32, path::Path, sync::Arc, time::Instant};
use tokio::sync::Mutex;

/// An owned workspace: store, engine and providers joined. Clones are the same one.
#[derive(Clone)]
pub struct App {
    pub(crate) workspace: Arc<Path>,
    pub(crate) store: Store,
    pub(crate) engine: Engine,
    pub(crate) registry: Arc<Registry>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) client: Client,
    ledger: Arc<StoreLedger>,
    pub(crate) tokens: Arc<dyn TokenCounter>,
    pub(crate) sandbox: Arc<dyn Sandbox>,
    pub(crate) asks: Arc<Answers>,
    pub(crate) hub: EventHub,
    pub(crate) configuration: Arc<Configuration>,
    background: Background,
    pub(crate) watch: Watch,
    /// Held while settings are on their way to the engine, so that the newest arrive last.
    refreshing: Arc<Mutex<()>>,
    pub(crate) ids: NewIds,
    pub(crate) turns: Arc<Turns>,
    pub(crate) acts: Acts,
    pub(crate) folder: Folder,
    pub(crate) regrades: Regrades,
    /// Held while the engine is given the budgets, so that the newest come last.
    enforcing: Arc<Mutex<()>>,
    calendar: Calendar,
    clock: Arc<dyn Clock>,
    person: ActorId,
}

impl App {
    /// Opens the store of a folder whose lock the caller holds, ends what an earlier owner left
    /// unfinished, and starts the engine. A new workspace gets the samples.
    ///
    /// # Errors
    /// Where the store cannot be opened.
    pub async fn open(
        workspace: &Path,
        hub: EventHub,
        configuration: Configuration,
    ) -> Result<Self, ApiError> {
        Self::open_by(workspace, hub, configuration, Arc::new(SystemClock::new())).await
    }

    /// The same by another clock than that of the operating system.
    ///
    /// # Errors
    /// Where the store cannot be opened.
    pub async fn open_by(
        workspace: &Path,
        hub: EventHub,
        configuration: Configuration,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ApiError> {
        let ids = NewIds;
        let new = NewWorkspace {
            id: ids.workspace(),
            name: workspace
                .file_name()
                .map_or("workspace".into(), |name| name.to_string_lossy().into_owned()),
            time_zone: jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned(),
            person: ids.actor(),
            person_name: std::env::var("USER").ok().filter(|name| !name.is_empty()).unwrap_or("me".into()),
        };
        let store = Store::open(workspace, OpenOptions::new(new, clock.now())).await?;
        let recovered = store.recover(clock.now()).await?;
        tracing::info!(?recovered, "the store is open");
        let person = store.get_local_actor().await?.id;
        let calendar = Calendar::of(&store.get_workspace().await?.time_zone);
        let keyring = Arc::new(Keyring::new(Environment::of_process(), workspace.join("vault")));
        let tokens: Arc<dyn TokenCounter> = Arc::new(Tokens);
        let ledger = Arc::new(StoreLedger::start(store.clone(), Arc::new(hub.clone())));
        let settings = settings(&configuration, &store).await?;
        let client = Client::new(client_options(&settings), Arc::clone(&ledger) as _, Arc::clone(&clock))
            .map_err(|error| no_client(&error))?;
        client.set_offline(store.find_setting(OFFLINE).await? == Some(Value::Bool(true)));
        let factory = Factory {
            client: client.clone(),
            signer: Arc::clone(&keyring) as _,
            clock: Arc::clone(&clock),
            tokens: Arc::clone(&tokens),
        };
        let registry = Arc::new(Registry::new(store.clone(), factory, Arc::clone(&keyring)));
        let sandbox: Arc<dyn Sandbox> = Arc::new(Functions::of_this_program());
        let asks = Arc::new(Answers::new(Arc::clone(&sandbox)));
        let ports = Ports {
            store: Arc::new(store.clone()),
            providers: Arc::clone(&registry) as _,
            clock: Arc::clone(&clock),
            ids: Arc::new(NewIds),
            events: Arc::new(hub.clone()),
            tokens: Arc::clone(&tokens),
            asks: Arc::clone(&asks) as _,
            calendar: calendar.clone(),
        };
        let budgets = budgets(&store, calendar.day(clock.now())).await?;
        let engine = Engine::start(ports, settings, budgets);
        let (workspace, turns) = (Arc::from(workspace), Arc::default());
        let app = Self {
            workspace,
            store,
            engine,
            registry,
            keyring,
            client,
            ledger,
            tokens,
            sandbox,
            asks,
            hub,
            configuration: Arc::new(configuration),
            background: Background::default(),
            watch: Watch::default(),
            refreshing: Arc::default(),
            ids,
            turns,
            acts: Acts::default(),
            folder: Folder::default(),
            regrades: Regrades::default(),
            enforcing: Arc::default(),
            calendar,
            clock,
            person,
        };
        app.asks.serve(Some(app.clone()));
        app.apply_configuration();
        samples::add_to_new_workspace(&app).await?;
        take_up(&app).await?;
        tokio::spawn(app.clone().index_backlog());
        tokio::spawn(watch::watch(app.clone()));
        Folder::start(&app, false).await?;
        Ok(app)
    }

    /// The same, writing in the name of whoever acts.
    pub(crate) fn acting(&self, act: Act) -> Self {
        Self { store: self.store.acting(act), ..self.clone() }
    }

    /// Who acts: the caller, or the local person.
    pub(crate) fn actor(&self, caller: &Caller) -> ActorId {
        caller.actor.unwrap_or(self.person)
    }

    pub(crate) fn person(&self) -> ActorId {
        self.person
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A clock that never steps back.
    pub(crate) fn monotonic(&self) -> std::time::Duration {
        self.clock.monotonic()
    }

    /// The day it is, where the workspace is.
    pub(crate) fn today(&self) -> Day {
        self.calendar.day(self.now())
    }

    /// Reads the budgets again.
    pub(crate) async fn enforce_budgets(&self) -> Result<(), ApiError> {
        let _held = self.enforcing.lock().await;
        let budgets = self.store.list_budgets().await?;
        let budgets = budgets.into_iter().map(|stored| (stored.budget, stored.base)).collect();
        Ok(self.engine.set_budgets(budgets).await?)
    }

    /// Gives a run another cap, in the store and in the engine: of two that do, the later one holds in both.
    pub(crate) async fn set_run_cap(&self, run: RunId, cap: Option<NanoUsd>) -> Result<Run, ApiError> {
        let _held = self.enforcing.lock().await;
        let changed = self.store.update_run_cap(run, cap).await?;
        self.engine.set_run_cap(run, cap).await?;
        Ok(changed)
    }

    /// Tells everybody that something changed, after it was committed.
    pub(crate) fn changed(&self, noun: Noun, id: impl std::fmt::Display) {
        let id = Some(id.to_string());
        self.hub.publish(EventBody::Changed { noun, id });
    }

    /// Reads the settings of the engine again.
    pub(crate) async fn refresh_settings(&self) -> Result<(), ApiError> {
        let _refreshing = self.refreshing.lock().await;
        let settings = settings(&self.configuration, &self.store).await?;
        self.client.set_options(client_options(&settings)).map_err(|error| no_client(&error))?;
        Ok(self.engine.set_settings(settings).await?)
    }

    /// All that is wrong with the configuration of this process.
    #[must_use]
    pub fn configuration_problems(&self) -> Vec<ConfigProblem> {
        self.configuration.problems()
    }

    /// Lets everybody follow the configuration as it is now.
    pub(crate) async fn configuration_changed(&self) -> Result<(), ApiError> {
        self.apply_configuration();
        self.refresh_settings().await?;
        self.changed(Noun::Workspace, "config");
        Ok(())
    }

    /// Has these things wait, and all others go on.
    pub(crate) fn leave_off(&self, off: &[LeftOff]) {
        self.background.set_held(off.contains(&LeftOff::Indexing));
        crate::logging::set_terse(off.contains(&LeftOff::DebugLogs));
        self.apply_configuration();
    }

    fn apply_configuration(&self) {
        let in_force = self.configuration.in_force();
        let threshold = in_force.number(Key::UiThreshold);
        // While refreshes wait, everything but the columns is told once a second, whatever streams.
        let are_held = self.watch.health().off.contains(&LeftOff::Refreshes);
        self.hub.set_threshold(if are_held { 0 } else { threshold });
        self.background.set_reserve(in_force.number(Key::AgentCpuReserve));
    }

    /// Who an API key belongs to; `None` for one that does not hold.
    pub(crate) async fn authenticate(&self, secret: &str) -> Result<Option<Caller>, ApiError> {
        const MINUTE: Span = Span::from_micros(60_000_000);
        let found = self.store.find_api_key_by_hash(crate::secret::hash(secret)).await?;
        let now = self.now();
        let Some(key) = found.filter(|key| key.is_active(now)) else { return Ok(None) };
        if key.last_used_at.is_none_or(|at| now.since(at) > MINUTE) {
            self.store.touch_api_key(key.id, now).await?;
        }
        Ok(Some(Caller::api_key(key.actor, scopes_of(key.scopes)?)))
    }

    /// How many executions are on the wire, wait, rest, or have an end that the store has yet to take. Each run that
    /// grades answers anew counts as one.
    pub async fn executions_under_way(&self) -> u32 {
        self.engine.status().await.map_or(0, |load| load.under_way()) + self.regrades.count()
    }

    /// Completes once nothing is on the wire or waits.
    pub async fn idle(&self) {
        let mut events = self.hub.subscribe();
        while self.executions_under_way().await > 0 {
            events.next().await;
        }
    }

    /// Makes what ran before there was an index of words searchable, a little at a time.
    async fn index_backlog(self) {
        loop {
            let begun = Instant::now();
            match self.store.index_backlog().await {
                Ok(true) => self.background.rest(begun.elapsed(), self.idle()).await,
                // The workspace was closed; whoever opens it next goes on.
                Ok(false) | Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::warn!(%error, "what ran earlier cannot be made searchable");
                    return;
                }
            }
        }
    }

    /// Stops the engine and closes the store.
    pub async fn close(&self) {
        self.folder.close().await;
        self.watch.close();
        self.background.close();
        self.regrades.close().await;
        self.engine.shutdown().await;
        self.asks.serve(None);
        self.ledger.flush().await;
        self.store.close().await;
    }
}

/// The budgets, and what was spent before.
async fn budgets(store: &Store, today: Day) -> Result<Budgets, ApiError> {
    let spent = store.list_spent(today).await?.into_iter();
    let spent = spent.map(|spent| Spent::on(spent.prompt, spent.model, [spent.ever, spent.day, spent.month]));
    let mut budgets = Budgets::new(today, spent);
    let stored = store.list_budgets().await?.into_iter();
    budgets.set(stored.map(|stored| (stored.budget, stored.base)));
    Ok(budgets)
}

/// A connection may take as long as silence on one.
fn client_options(settings: &Settings) -> ClientOptions {
    ClientOptions { connect_timeout: settings.timeouts.idle }
}

fn no_client(error: &ClientError) -> ApiError {
    ApiError::new(ErrorCode::Internal, error.to_string(), "")
}

/// How the engine works, with the limits that the providers' settings say.
async fn settings(configuration: &Configuration, store: &Store) -> Result<Settings, ApiError> {
    let mut limits = Limits::default();
    for provider in store.list_providers().await? {
        let [most, requests, tokens] =
            [provider.max_concurrent, provider.requests_per_minute, provider.tokens_per_minute]
                .map(|limit| limit.and_then(NonZeroU32::new));
        if let Some(most) = most {
            limits.providers.insert(provider.name.clone(), most);
        }
        if requests.is_some() || tokens.is_some() {
            limits.per_minute.insert(provider.name, PerMinute { requests, tokens });
        }
    }
    Ok(configuration.in_force().engine(limits))
}
