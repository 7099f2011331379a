//! What rules ask for, found out: functions in the sandbox, the word of a model by a run of its own.

use crate::{
    ApiError, App, Caller, CallerKind,
    handlers::{ModelChoice, judge_prompt, run_child, whole_output},
};
use formaops_domain::{
    Answer, Ask, Body, Content, ErrorClass, Execution, ExecutionStatus, JsonObject, Message, ModelRef,
    Replay, Role, RunParent, RunPurpose, Variable, VariableType,
    ports::{Asks, Sandbox},
};
use futures::{FutureExt, future::BoxFuture};
use std::sync::{Arc, Mutex, PoisonError};

/// The setting that names the model which judges where a rule names none.
pub(crate) const JUDGE: &str = "judge";

/// Finds out what rules ask for.
pub(crate) struct Answers {
    sandbox: Arc<dyn Sandbox>,
    /// The workspace, once it is open and until it is closed: judges run in it.
    app: Mutex<Option<App>>,
}

impl Answers {
    pub(crate) fn new(sandbox: Arc<dyn Sandbox>) -> Self {
        Self { sandbox, app: Mutex::default() }
    }

    /// From now on judges run in this workspace; with `None`, in none.
    pub(crate) fn serve(&self, app: Option<App>) {
        *self.app.lock().unwrap_or_else(PoisonError::into_inner) = app;
    }

    fn app(&self) -> Option<App> {
        self.app.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn judge(
        &self,
        execution: &Execution,
        model: Option<ModelRef>,
        messages: Vec<(Role, String)>,
        replay: Option<Replay>,
    ) -> Answer {
        let Some(app) = self.app() else { return failed("the workspace is being closed: grade it again") };
        match judge(&app, execution, model, messages, replay).await {
            Ok(answer) => answer,
            Err(error) => failed(format!("the judge was not asked: {} {}", error.message, error.hint)),
        }
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
        async move {
            match ask {
                Ask::Function(call) => match self.sandbox.call(call).await {
                    Ok(value) => Answer::Json(value),
                    Err(failure) => failed(failure.message),
                },
                Ask::Judge { model, messages } => self.judge(execution, model, messages, replay).await,
                Ask::Embedding { .. } => failed("vectors of texts cannot be made here"),
                Ask::Http { .. } => failed("web services are not asked here"),
            }
        }
        .boxed()
    }
}

fn failed(why: impl Into<String>) -> Answer {
    Answer::Failed(why.into().trim_end().to_owned())
}

/// The judge's whole answer, from a run that has the execution for its parent: so it waits its turn, counts for the
/// budgets, and is recorded like any other call.
async fn judge(
    app: &App,
    execution: &Execution,
    model: Option<ModelRef>,
    messages: Vec<(Role, String)>,
    replay: Option<Replay>,
) -> Result<Answer, ApiError> {
    let replay = match replay {
        Some(replay) => replay,
        None => app.store.get_run(execution.run_id).await?.replay,
    };
    let model = match model {
        Some(model) => model,
        None => match app.store.find_setting(JUDGE).await? {
            Some(serde_json::Value::String(model)) => {
                model.parse().map_err(|error: formaops_domain::InvalidModelRef| {
                    ApiError::invalid(JUDGE, error.to_string())
                })?
            }
            _ => {
                return Ok(failed(
                    "no model judges: name one in the rule, or choose one for all rules in the settings",
                ));
            }
        },
    };
    let (content, inputs) = as_prompt(messages);
    let parent = RunParent { execution_id: execution.id, purpose: RunPurpose::Judge };
    let prompt = judge_prompt(app).await?;
    let choice = ModelChoice { model, parameters: Default::default() };
    let caller = Caller::person(CallerKind::Cli);
    let id = run_child(app, &caller, &prompt, content, choice, inputs, parent, replay).await?;
    let judged = app.store.get_execution_record(id).await?.execution;
    Ok(match (judged.status, judged.failure) {
        (ExecutionStatus::Completed, _) => Answer::Text(whole_output(app, id).await?),
        (_, Some(failure)) if failure.class == ErrorClass::NotRecorded => failed(
            "this needs a call: what the judge says of this answer was not recorded. Run it without replay, or grade it with \
             judges.",
        ),
        (_, Some(failure)) => failed(format!("the judge failed: {} {}", failure.message, failure.hint)),
        (_, None) => failed("the judge was cancelled"),
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
