//! What the wire formats cost: reading a stream, keeping one open, and many of them at once.

use crate::{
    aside::Aside,
    idle::Usage,
    process::{Home, built, stop},
    report::{Report, millis},
    sample::median,
    workbench::{SystemClock, Workbench},
};
use anyhow::{Context as _, ensure};
use formaops_api::EventHub;
use formaops_domain::{
    Provider as Config, ProviderKind,
    ports::{Clock, Provider, StreamPart, Timeouts},
};
use formaops_providers::{Client, ClientOptions, Factory, Tokens};
use formaops_testkit::{ChatReply, FixedSigner, MemoryLedger, Reply, ScriptedServer, provider, request};
use futures::{StreamExt as _, future::join_all};
use serde_json::json;
use std::{
    fs,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    runtime,
};
use url::Url;

/// A wire format: what a base URL ends in, and where a call goes below the server.
type Wire = (ProviderKind, &'static str, &'static str);

const WIRES: [Wire; 7] = [
    (ProviderKind::OpenAiChat, "/v1", "/v1/chat/completions"),
    (ProviderKind::AzureOpenAi, "/openai/v1", "/openai/v1/chat/completions"),
    (ProviderKind::OpenAiResponses, "/v1", "/v1/responses"),
    (ProviderKind::Anthropic, "/v1", "/v1/messages"),
    (ProviderKind::Bedrock, "/", "/model/bedrock/converse-stream"),
    (ProviderKind::Gemini, "/v1beta", "/v1beta/models/gemini:streamGenerateContent"),
    (ProviderKind::Ollama, "/", "/api/chat"),
];

/// The tokens of a stream that is read as fast as it can be, an event each.
const TOKENS: u32 = 20_000;
/// How often each side reads it, by turns; a round before them is not counted.
const ROUNDS: usize = 7;
/// How many streams are open at once, and how long they are watched while nothing comes.
const STREAMS: u32 = 128;
const SILENCE: Duration = Duration::from_secs(20);
/// A model of the scripted server that says 100 tokens, one each 40 ms.
const SLOW: &str = "slow-40x100";
/// The most memory that so many streams may take, in MB.
const LIMIT: u64 = 100;

pub(crate) async fn measure() -> anyhow::Result<()> {
    // First, while this process has done nothing else that takes memory.
    memory().await?;
    let start = async || {
        let server = ScriptedServer::start().await;
        for wire in WIRES {
            server.script(wire.0.as_str(), stream_of(&wire));
        }
        let url = server.base_url();
        (server, url)
    };
    let (_server, url) = Aside::start(start).await?;
    reading(&url)?;
    silence(&url)
}

/// The whole core with so many executions at work, against a server in another process.
async fn memory() -> anyhow::Result<()> {
    let mut report = Report::new("wires: 128 streams at once", &["", "measured", "limit", "of the limit"]);
    let home = Home::new()?;
    let mut server = home.command(built("formaops-scripted-server")?).spawn()?;
    let stdout = server.stdout.take().context("the output is piped")?;
    let line = BufReader::new(stdout).lines().next_line().await?.context("the server did not start")?;

    let bench = Workbench::open(line.parse()?, Arc::new(EventHub::default())).await?;
    let before = Memory::now()?.resident;
    // The peak is forgotten. Source: the documentation of Linux, "The /proc filesystem", `clear_refs`.
    fs::write("/proc/self/clear_refs", "5").context("the peak of memory cannot be forgotten")?;
    let (start, used) = (Instant::now(), Usage::of(std::process::id())?);
    bench.run(SLOW, STREAMS, STREAMS).await?;
    let (took, used) = (start.elapsed(), Usage::of(std::process::id())?.since(&used).0);
    let peak = Memory::now()?.peak;
    bench.close().await;
    stop(server).await?;

    let share = format!("{:.0} %", peak as f64 / LIMIT as f64 * 100.0);
    report.row(["most memory of the process".to_owned(), megabytes(peak), megabytes(LIMIT), share]);
    let streams = megabytes(peak.saturating_sub(before));
    report.row(["of it since before the streams".to_owned(), streams, "-".to_owned(), "-".to_owned()]);
    let share = format!("{:.0} % of a core", used.as_secs_f64() / took.as_secs_f64() * 100.0);
    report.row(["processor time while they are open".to_owned(), share, "-".to_owned(), "-".to_owned()]);
    report.print();
    Ok(())
}

/// What it takes to read a stream, beside a client that reads the same bytes and looks at nothing.
fn reading(url: &Url) -> anyhow::Result<()> {
    let name = "wires: reading 20,000 tokens as fast as they come, an event each";
    let columns = ["", "bytes", "a bare client", "FormaOps", "the decoder alone", "an event"];
    let mut report = Report::new(name, &columns);
    for wire in WIRES {
        let (mut bare_times, mut own_times, mut bytes) = (Vec::new(), Vec::new(), 0);
        for round in 0..=ROUNDS {
            let at = url.clone();
            let bare = apart(async move || bare(&at, &wire).await)?;
            let at = url.clone();
            let own = apart(async move || own(&at, &wire).await)?;
            if round > 0 {
                bytes = bare.0;
                bare_times.push(bare.1.cpu.as_secs_f64());
                own_times.push(own.1.cpu.as_secs_f64());
            }
        }
        let (bare, own) = (median(bare_times), median(own_times));
        let rate = |seconds: f64| format!("{:.0} MB/s", bytes as f64 / seconds / 1e6);
        let event = format!("{:.2} µs", (own - bare) / f64::from(TOKENS) * 1e6);
        let size = format!("{:.1} MB", bytes as f64 / 1e6);
        report.row([wire.0.as_str().to_owned(), size, rate(bare), rate(own), rate(own - bare), event]);
    }
    report.note("By the processor time of the thread that reads; the server has a thread of its own.");
    report.print();
    Ok(())
}

/// What open streams cost while nothing comes.
fn silence(url: &Url) -> anyhow::Result<()> {
    let name = "wires: streams that are open and silent for 20 s";
    let mut report = Report::new(name, &["", "processor", "wake-ups", "for one stream a minute"]);
    for count in [1, STREAMS] {
        let url = url.clone();
        let (_, used) = apart(async move || idle(&url, count).await)?;
        let minute = used.cpu.mul_f64(60.0 / SILENCE.as_secs_f64()) / count;
        let streams = if count == 1 { "1 stream".to_owned() } else { format!("{count} streams") };
        report.row([streams, millis(used.cpu), used.turns.to_string(), millis(minute)]);
    }
    report.print();
    Ok(())
}

/// The answer of a model in the words of a vendor, sent in pieces that are no events.
fn stream_of((_, _, call): &Wire) -> Reply {
    let chat = (0..TOKENS).fold(ChatReply::at(call), |chat, _| chat.text("word "));
    let body = chat.into_reply().body_bytes();
    Reply::status(200).bytes(body).chunked().cut(16 * 1024)
}

/// Reads all bytes of a stream, and looks at none.
async fn bare(url: &Url, (kind, _, call): &Wire) -> anyhow::Result<(usize, Used)> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let request = client.post(url.join(call)?).json(&json!({ "model": kind.as_str() }));
    let before = Used::by_this_thread()?;
    let mut response = request.send().await?.error_for_status()?;
    let mut bytes = 0;
    while let Some(chunk) = response.chunk().await? {
        bytes += chunk.len();
    }
    Ok((bytes, Used::by_this_thread()?.since(before)))
}

/// Reads a stream as the core does, with a key to scrub.
async fn own(url: &Url, wire: &Wire) -> anyhow::Result<(usize, Used)> {
    let provider = connect(url, wire)?;
    let before = Used::by_this_thread()?;
    let mut stream = provider.stream(request(wire.0.as_str(), "Say the words."));
    let mut text = 0;
    while let Some(part) = stream.next().await {
        if let StreamPart::Text(piece) = part.map_err(|failure| anyhow::anyhow!(failure.message))? {
            text += piece.len();
        }
    }
    let used = Used::by_this_thread()?.since(before);
    ensure!(text == "word ".len() * TOKENS as usize, "{text} bytes of text came");
    Ok((text, used))
}

/// Opens streams that say a little, and waits in their silence.
async fn idle(url: &Url, count: u32) -> anyhow::Result<((), Used)> {
    let provider = connect(url, &WIRES[0])?;
    let mut request = request("stall", "Say the words.");
    request.timeouts = Timeouts { idle: SILENCE * 10, first_token: SILENCE * 10, total: SILENCE * 10 };
    let mut streams: Vec<_> = (0..count).map(|_| provider.stream(request.clone())).collect();
    join_all(streams.iter_mut().map(async |stream| {
        while !matches!(stream.next().await, None | Some(Err(_) | Ok(StreamPart::Text(_)))) {}
    }))
    .await;
    let before = Used::by_this_thread()?;
    let ended = join_all(streams.iter_mut().map(async |stream| while stream.next().await.is_some() {}));
    ensure!(tokio::time::timeout(SILENCE, ended).await.is_err(), "the streams did not stay open");
    Ok(((), Used::by_this_thread()?.since(before)))
}

fn connect(url: &Url, (kind, base, _): &Wire) -> anyhow::Result<Arc<dyn Provider>> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let factory = Factory {
        client: Client::new(ClientOptions::default(), Arc::new(MemoryLedger::default()), Arc::clone(&clock))?,
        signer: Arc::new(FixedSigner::new("sk-bench-key-of-the-usual-length-0123456789")),
        clock,
        tokens: Arc::new(Tokens),
    };
    let config = Config { kind: *kind, ..provider(url.join(base)?, Some("BENCH_API_KEY")) };
    factory.provider(&config).map_err(|failure| anyhow::anyhow!(failure.message))
}

/// Does the work on a thread of its own, so that what it uses is its own too.
fn apart<T: Send + 'static>(
    work: impl AsyncFnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    let thread = thread::spawn(|| {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(work())
    });
    thread.join().map_err(|_| anyhow::anyhow!("the thread that measures panicked"))?
}

/// What a thread has used.
#[derive(Clone, Copy)]
struct Used {
    cpu: Duration,
    /// How often it was put on a core.
    turns: u64,
}

impl Used {
    /// Since it began. Source: the documentation of Linux, "Scheduler Statistics".
    fn by_this_thread() -> anyhow::Result<Self> {
        let text = fs::read_to_string("/proc/thread-self/schedstat")?;
        let numbers: Vec<u64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        let [cpu, _waited, turns] = numbers[..] else { anyhow::bail!("`schedstat` has three numbers") };
        Ok(Self { cpu: Duration::from_nanos(cpu), turns })
    }

    fn since(self, before: Self) -> Self {
        Self { cpu: self.cpu.saturating_sub(before.cpu), turns: self.turns - before.turns }
    }
}

/// The memory of this process, in MB.
struct Memory {
    resident: u64,
    peak: u64,
}

impl Memory {
    fn now() -> anyhow::Result<Self> {
        let status = fs::read_to_string("/proc/self/status")?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such field")?;
            let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
            anyhow::Ok(kilobytes * 1024 / 1_000_000)
        };
        Ok(Self { resident: field("VmRSS:")?, peak: field("VmHWM:")? })
    }
}

fn megabytes(count: u64) -> String {
    format!("{count} MB")
}
