//! What rules ask for, found out: functions in the sandbox, the word of a model and vectors by a run of their own, web
//! services by the one HTTP client.

mod vectors;
mod webhook;

pub(crate) use webhook::{WEBHOOKS, mistake as webhooks_mistake};

use crate::{
    ApiError, App, Caller, CallerKind, ErrorCode,
    handlers::{ModelChoice, judge_prompt, run_child, whole_output},
};
use formaops_domain::{
    Answer, Ask, Body, Content, ErrorClass, Execution, ExecutionStatus, JsonObject, Message, ModelRef,
    Replay, Role, RunParent, RunPurpose, Variable, VariableType,
    ports::{Asks, Sandbox},
};
use futures::{FutureExt, future::BoxFuture};
use std::sync::{Arc, Mutex, PoisonError};
use vectors::Vectors;
use webhook::Webhooks;

/// The setting that names the model which judges where a rule names none.
const JUDGE: &str = "judge";
/// The setting that names the model which makes vectors where a rule names none.
const EMBEDDINGS: &str = "embeddings";

/// Finds out what rules ask for.
pub(crate) struct Answers {
    sandbox: Arc<dyn Sandbox>,
    /// The workspace, once it is open and until it is closed: judges run in it.
    app: Mutex<Option<App>>,
    vectors: Vectors,
    webhooks: Webhooks,
}

impl Answers {
    pub(crate) fn new(sandbox: Arc<dyn Sandbox>) -> Self {
        Self { sandbox, app: Mutex::default(), vectors: Vectors::default(), webhooks: Webhooks::default() }
    }

    /// From now on judges run in this workspace; with `None`, in none.
    pub(crate) fn serve(&self, app: Option<App>) {
        *self.app.lock().unwrap_or_else(PoisonError::into_inner) = app;
    }

    fn app(&self) -> Option<App> {
        self.app.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn ask(&self, execution: &Execution, ask: Ask, replay: Option<Replay>) -> Result<Answer, ApiError> {
        let app = || {
            let gone = "the workspace is being closed";
            self.app().ok_or_else(|| ApiError::new(ErrorCode::Storage, gone, "Grade it again."))
        };
        match ask {
            Ask::Function(call) => Ok(match self.sandbox.call(call).await {
                Ok(value) => Answer::Json(value),
                Err(failure) => failed(failure.message),
            }),
            Ask::Judge { model, messages } => {
                let app = app()?;
                let replay = replay_of(&app, execution, replay).await?;
                judge(&app, execution, model, messages, replay).await
            }
            Ask::Embedding { model, texts } => {
                let app = app()?;
                let replay = replay_of(&app, execution, replay).await?;
                self.embed(&app, execution, model, texts, replay).await
            }
            Ask::Http { url, body } => {
                let app = app()?;
                if replay_of(&app, execution, replay).await? == Replay::Only {
                    return Ok(failed("this needs a call: what web services say is not recorded"));
                }
                self.webhooks.ask(&app, execution.id, &url, &body).await
            }
        }
    }

    async fn embed(
        &self,
        app: &App,
        execution: &Execution,
        model: Option<ModelRef>,
        texts: Vec<String>,
        replay: Replay,
    ) -> Result<Answer, ApiError> {
        let Some(model) = chosen(app, model, EMBEDDINGS).await? else {
            return Ok(failed(
                "no model makes vectors of texts: name one in the rule, or choose one for all rules in the settings",
            ));
        };
        if texts.iter().any(|text| text.trim().is_empty()) {
            return Ok(failed("an empty text has no vector, so there is nothing to compare"));
        }
        let ask = async |texts| {
            embed(app, execution, &model, texts, replay).await.map_err(|error| unasked(&error))?
        };
        let vectors = self.vectors.of(execution.run_id, &model, &texts, ask).await;
        Ok(vectors.map_or_else(failed, Answer::Vectors))
    }
}

impl Asks for Answers {
    fn answer<'a>(&'a self, execution: &'a Execution, ask: Ask) -> BoxFuture<'a, Answer> {
        self.answer_by(execution, ask, None)
    }
}

/// Finds out what the rules of answers ask for that are graded anew.
pub(crate) struct Regrading {
    pub(crate) answers: Arc<Answers>,
    /// Whether judges are asked for what was not recorded.
    pub(crate) judges: bool,
}

impl Asks for Regrading {
    fn answer<'a>(&'a self, execution: &'a Execution, ask: Ask) -> BoxFuture<'a, Answer> {
        let replay = if self.judges { Replay::Prefer } else { Replay::Only };
        self.answers.answer_by(execution, ask, Some(replay))
    }
}

impl Answers {
    /// Models are called, or what they said is taken from recordings, as it is said here or by the run.
    fn answer_by<'a>(
        &'a self,
        execution: &'a Execution,
        ask: Ask,
        replay: Option<Replay>,
    ) -> BoxFuture<'a, Answer> {
        async move { self.ask(execution, ask, replay).await.unwrap_or_else(|error| failed(unasked(&error))) }
            .boxed()
    }
}

async fn replay_of(app: &App, execution: &Execution, said: Option<Replay>) -> Result<Replay, ApiError> {
    match said {
        Some(replay) => Ok(replay),
        None => Ok(app.store.get_run(execution.run_id).await?.replay),
    }
}

fn failed(why: impl Into<String>) -> Answer {
    Answer::Failed(why.into().trim_end().to_owned())
}

fn unasked(error: &ApiError) -> String {
    format!("the model was not asked: {} {}", error.message, error.hint)
}

/// The model that a rule names, else that of a setting.
async fn chosen(app: &App, model: Option<ModelRef>, setting: &str) -> Result<Option<ModelRef>, ApiError> {
    if model.is_some() {
        return Ok(model);
    }
    match app.store.find_setting(setting).await? {
        Some(serde_json::Value::String(model)) => model
            .parse()
            .map(Some)
            .map_err(|error: formaops_domain::InvalidModelRef| ApiError::invalid(setting, error.to_string())),
        _ => Ok(None),
    }
}

async fn judge(
    app: &App,
    execution: &Execution,
    model: Option<ModelRef>,
    messages: Vec<(Role, String)>,
    replay: Replay,
) -> Result<Answer, ApiError> {
    let Some(model) = chosen(app, model, JUDGE).await? else {
        return Ok(failed(
            "no model judges: name one in the rule, or choose one for all rules in the settings",
        ));
    };
    let said = child(app, execution, RunPurpose::Judge, model, messages, replay).await?;
    Ok(match said {
        Said::Text(text) => Answer::Text(text),
        Said::Nothing(why) => failed(format!("the judge {why}")),
    })
}

/// Vectors of texts, in order.
async fn embed(
    app: &App,
    execution: &Execution,
    model: &ModelRef,
    texts: Vec<String>,
    replay: Replay,
) -> Result<Result<Vec<Vec<f32>>, String>, ApiError> {
    let messages = texts.into_iter().map(|text| (Role::User, text)).collect();
    let said = child(app, execution, RunPurpose::Embedding, model.clone(), messages, replay).await?;
    Ok(match said {
        Said::Text(text) => serde_json::from_str(&text)
            .map_err(|_| format!("`{model}` did not answer with vectors: choose a model that makes some")),
        Said::Nothing(why) => Err(format!("the embedding model {why}")),
    })
}

/// What came of asking a model.
enum Said {
    /// Its whole answer.
    Text(String),
    /// None, and why, in a few words that go on after its name.
    Nothing(String),
}

/// The whole answer of a model, from a run that has the execution for its parent: so it waits its turn, counts for the
/// budgets, and is recorded like any other call.
async fn child(
    app: &App,
    execution: &Execution,
    purpose: RunPurpose,
    model: ModelRef,
    messages: Vec<(Role, String)>,
    replay: Replay,
) -> Result<Said, ApiError> {
    let (content, inputs) = as_prompt(messages);
    let parent = RunParent { execution_id: execution.id, run_id: execution.run_id, purpose };
    let prompt = judge_prompt(app).await?;
    let choice = ModelChoice { model, parameters: Default::default() };
    let caller = Caller::person(CallerKind::Cli);
    let id = run_child(app, &caller, &prompt, content, choice, inputs, parent, replay).await?;
    let ended = app.store.get_execution_record(id).await?.execution;
    Ok(match (ended.status, ended.failure) {
        (ExecutionStatus::Completed, _) => Said::Text(whole_output(app, id).await?),
        (_, Some(failure)) if failure.class == ErrorClass::NotRecorded => Said::Nothing(
            "needs a call: what it says of this answer was not recorded. Run it without replay, or grade it with judges."
                .to_owned(),
        ),
        (_, Some(failure)) => Said::Nothing(format!("failed: {} {}", failure.message, failure.hint)),
        (_, None) => Said::Nothing("was cancelled".to_owned()),
    })
}

/// Messages as a prompt whose inputs they are: what a judge is told is never parsed as a template.
fn as_prompt(messages: Vec<(Role, String)>) -> (Content, JsonObject) {
    let (mut content, mut inputs) = (Content::default(), JsonObject::new());
    let mut body = Vec::new();
    for (at, (role, text)) in messages.into_iter().enumerate() {
        let name = format!("message{at}");
        body.push(Message { role, template: format!("{{{{{name}}}}}"), attachments: Vec::new() });
        content.variables.push(Variable::new(&name, VariableType::String).required());
        inputs.insert(name, text.into());
    }
    content.body = Body::Messages { messages: body };
    (content, inputs)
}
