//! The list of a large library, and a search of it at each keystroke.

use crate::{
    report::{Report, millis},
    sample::Sample,
    workbench::Shelf,
};
use anyhow::ensure;
use formaops_api::{Session, SessionOptions};
use formaops_domain::{ActorId, Case, ModelRef, Prompt, PromptId, PromptStatus, Timestamp};
use formaops_store::{NewVersion, Store};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use uuid::Uuid;

const PROMPTS: u32 = 10_000;
const VERSIONS: u32 = 10;
/// Executions that have ended; their inputs are searched.
const EXECUTIONS: u32 = 5_000;
/// The words of a version.
const LENGTH: u32 = 150;
/// The different words that texts are made of.
const VOCABULARY: u32 = 20_000;
/// Writes that go on at once, so that they share commits.
const AT_ONCE: usize = 256;
/// The list is opened so often.
const OPENINGS: usize = 50;
const LIMIT_TO_OPEN: Duration = Duration::from_millis(100);
const LIMIT_TO_FIND: Duration = Duration::from_millis(30);

/// Words that people write and search for; of the others the vocabulary is made up.
const WORDS: [&str; 24] = [
    "the",
    "customer",
    "answer",
    "summarise",
    "ticket",
    "refund",
    "policy",
    "classify",
    "translate",
    "review",
    "code",
    "email",
    "reply",
    "meeting",
    "notes",
    "tone",
    "json",
    "schema",
    "extract",
    "invoice",
    "product",
    "description",
    "question",
    "language",
];

/// What is typed, letter by letter: common words, rare ones, several, a name, and what nothing has.
const TYPED: [&str; 8] = [
    "refund policy",
    "classify ticket",
    "summarise meeting notes",
    "team-17/prompt-4",
    "the customer answer",
    "extract invoice json schema",
    "zanulore",
    "xylophone quartz",
];

/// A generator that gives the same numbers in each run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        // xorshift64*, of Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled" (2016).
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A word; the n-th is about n times as rare as the first, as in languages.
    fn word(&mut self) -> String {
        let share = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        let place = f64::from(VOCABULARY).powf(share) as usize - 1;
        WORDS.get(place).map_or_else(|| made_up(place), |&word| word.to_owned())
    }

    fn text(&mut self, words: u32) -> String {
        (0..words).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}

/// The word at a place of the vocabulary, of two to four syllables.
fn made_up(place: usize) -> String {
    const SOUNDS: [&str; 20] = [
        "ra", "lo", "ne", "ti", "ku", "sa", "mo", "pe", "vi", "du", "ba", "go", "fe", "li", "zu", "ta", "no",
        "re", "ci", "hu",
    ];
    let mut rest = place + SOUNDS.len();
    let mut word = String::new();
    while rest > 0 {
        word += SOUNDS[rest % SOUNDS.len()];
        rest /= SOUNDS.len();
    }
    word
}

pub(crate) async fn measure() -> anyhow::Result<()> {
    let columns = ["", "p50", "p95", "slowest", "limit (p95)"];
    let mut report =
        Report::new("library: 10,000 prompts with 100,000 versions, listed and searched", &columns);
    let begun = Instant::now();
    let shelf = Shelf::open().await?;
    fill(&shelf).await?;
    shelf.store.close().await;
    report.note(format!("Filled in {:.0} s, the index of words with it.", begun.elapsed().as_secs_f64()));

    let workspace = Some(shelf.folder().to_owned());
    let session = Session::open(SessionOptions { workspace, ..SessionOptions::default() }).await?;
    let mut row = |name: &str, sample: &Sample, limit: Duration| {
        let times = [sample.median(), sample.quantile(0.95), sample.most(), limit].map(millis);
        report.row([name.to_owned()].into_iter().chain(times));
    };
    let first = [json!({ "limit": 1000 })];
    row("list: its first page", &time(&session, "prompt_list", &first, OPENINGS).await?, LIMIT_TO_OPEN);
    let tagged = [json!({ "limit": 1000, "tag": "tag-3" }), json!({ "limit": 1000, "status": "published" })];
    row(
        "list: narrowed by tag or status",
        &time(&session, "prompt_list", &tagged, OPENINGS).await?,
        LIMIT_TO_OPEN,
    );

    let prefixes: Vec<&str> =
        TYPED.iter().flat_map(|text| (1..=text.len()).map(|end| &text[..end])).collect();
    let asked = |more: Value| -> Vec<Value> {
        let with = |text: &&str| {
            let mut request = more.clone();
            request["text"] = (*text).into();
            request
        };
        prefixes.iter().map(with).collect()
    };
    let listed: Vec<_> = prefixes.iter().map(|text| json!({ "limit": 1000, "search": text })).collect();
    row("list: searched by letters", &time(&session, "prompt_list", &listed, 1).await?, LIMIT_TO_FIND);
    for (name, request) in [
        ("search: 30 hits of all kinds", json!({ "limit": 30 })),
        ("search: 8 versions", json!({ "limit": 8, "kinds": ["version"] })),
        ("search: 8 executions", json!({ "limit": 8, "kinds": ["execution"] })),
        ("search: 30 hits with one of 50 tags", json!({ "limit": 30, "tag": "tag-3" })),
        (
            "search: versions on a model that few suggest",
            json!({ "limit": 30, "kinds": ["version"], "model": "none" }),
        ),
    ] {
        row(name, &time(&session, "hit_list", &asked(request), 3).await?, LIMIT_TO_FIND);
    }
    let hits = session.call("hit_list", json!({ "text": "refund policy", "limit": 30 })).await?;
    ensure!(hits["items"].as_array().is_some_and(|hits| hits.len() == 30), "nothing was found");
    session.close().await;
    report.note(format!("Each of {} prefixes of {} texts is a keystroke.", prefixes.len(), TYPED.len()));
    report.print();
    Ok(())
}

/// How long each of these requests takes, so often; one round goes before that does not count.
async fn time(
    session: &Session,
    operation: &str,
    requests: &[Value],
    rounds: usize,
) -> anyhow::Result<Sample> {
    let mut times = Vec::new();
    for round in 0..=rounds {
        for request in requests {
            let begun = Instant::now();
            session.call(operation, request.clone()).await?;
            if round > 0 {
                times.push(begun.elapsed());
            }
        }
    }
    Ok(times.into_iter().collect())
}

async fn fill(shelf: &Shelf) -> anyhow::Result<()> {
    let (store, actor) = (&shelf.store, shelf.version.author);
    stream::iter(0..PROMPTS)
        .map(|number| add_prompt(store, actor, number))
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await?;
    let model: ModelRef = "dry-run:echo".parse()?;
    stream::iter(0..EXECUTIONS)
        .map(|number| add_execution(shelf, &model, number))
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await
}

/// A prompt with versions that each change some words of the one before.
async fn add_prompt(store: &Store, actor: ActorId, number: u32) -> anyhow::Result<()> {
    let mut chance = Chance(u64::from(number) + 1);
    let now = Timestamp::from_micros(1_700_000_000_000_000 + i64::from(number) * 1_000_000);
    let id = PromptId::from_uuid(Uuid::now_v7());
    let is_published = number.is_multiple_of(5);
    let prompt = Prompt {
        id,
        name: format!("team-{}/prompt-{number}", number % 40).parse()?,
        title: chance.text(4),
        description: chance.text(12),
        status: if is_published { PromptStatus::Published } else { PromptStatus::Draft },
        tags: vec![format!("tag-{}", number % 50)],
        head: None,
        head_number: None,
        has_draft: false,
        created_at: now,
        updated_at: now,
        published_at: is_published.then_some(now),
        deleted_at: None,
    };
    store.insert_prompt(prompt, actor).await?;
    let mut words: Vec<String> = (0..LENGTH).map(|_| chance.word()).collect();
    for _ in 0..VERSIONS {
        let content = formaops_testkit::content(&words.join(" "));
        let new = NewVersion { prompt: id, content, note: chance.text(5), author: actor, at: now };
        store.save_version(new, None).await?;
        for _ in 0..10 {
            let place = usize::try_from(chance.next() % u64::from(LENGTH))?;
            words[place] = chance.word();
        }
    }
    Ok(())
}

/// An execution that ended without an answer, and is found by its input.
async fn add_execution(shelf: &Shelf, model: &ModelRef, number: u32) -> anyhow::Result<()> {
    let mut new = shelf.new_run(model, 1)?;
    let inputs = [("text".to_owned(), Chance(u64::from(number) + 77).text(LENGTH).into())];
    new.cases = vec![Case::of(inputs.into_iter().collect())];
    let execution = new.cells[0].id;
    let at = new.run.created_at;
    shelf.store.insert_run(new).await?;
    shelf.store.finish_queued(execution, None, at).await?;
    Ok(())
}
