//! How long rendering takes, for `bench/templates.mjs`: each line of standard input, `{"template", "input", "context",
//! "partials"}`, is answered with `{"text", "read", "render"}`, the nanoseconds of reading the templates and of
//! rendering them once they are read, each the fastest of some rounds; or with `{"error"}`.
#![expect(clippy::print_stdout, reason = "it is a program that answers there")]

use formaops_domain::{Body, Content, JsonObject, RunContext};
use formaops_template::{Compiled, Partials, RenderedMessage};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    hint::black_box,
    io::stdin,
    time::{Duration, Instant},
};

#[derive(serde::Deserialize)]
#[serde(default)]
struct Case {
    template: String,
    input: JsonObject,
    context: JsonObject,
    partials: BTreeMap<String, String>,
}

impl Default for Case {
    fn default() -> Self {
        let (input, context) = (JsonObject::new(), JsonObject::new());
        Self { template: String::new(), input, context, partials: BTreeMap::new() }
    }
}

const ROUNDS: u32 = 7;
const ROUND: Duration = Duration::from_millis(4);

/// The nanoseconds that doing it once takes: of the fastest round, each of which does it as often as fits.
#[expect(clippy::cast_precision_loss, reason = "a time is not that long")]
fn fastest<T>(mut act: impl FnMut() -> T) -> f64 {
    let started = Instant::now();
    black_box(act());
    let times = (ROUND.as_nanos() / started.elapsed().as_nanos().max(1)).clamp(1, 100_000);
    let round = |_| {
        let started = Instant::now();
        for _ in 0..times {
            black_box(act());
        }
        started.elapsed().as_nanos() as f64 / times as f64
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}

fn measure(case: Case) -> Value {
    let content = Content { body: Body::text(case.template), ..Content::default() };
    let context = RunContext { data: case.context, ..RunContext::default() };
    let compile = || Compiled::new(content.clone(), case.partials.clone().into_iter().collect::<Partials>());
    let compiled = compile();
    match compiled.render(&case.input, &context) {
        Ok(rendered) => json!({
            "text": rendered.messages.iter().map(RenderedMessage::text).collect::<String>(),
            "read": fastest(compile),
            "render": fastest(|| compiled.render(&case.input, &context)),
        }),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

fn main() {
    for line in stdin().lines().map_while(Result::ok) {
        let answer = match serde_json::from_str(&line) {
            Ok(case) => measure(case),
            Err(error) => json!({ "error": error.to_string() }),
        };
        println!("{answer}");
    }
}
