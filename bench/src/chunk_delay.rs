//! How much later a chunk of text is there through the core than through a bare HTTP client.

use crate::{
    aside::Aside,
    report::{Report, millis},
    sample::{Sample, median},
    stamp::{Reader, Shape, StampServer},
    workbench::{PROMPT, Workbench},
};
use anyhow::{Context as _, ensure};
use formaops_api::{EventHub, Subscription};
use formaops_domain::{EventBody, ExecutionId, ports::EventSink};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{task::JoinSet, time::Instant};
use url::Url;

/// 40 tokens a second in each of 32 streams, for two and a half seconds.
const SHAPE: Shape = Shape { streams: 32, chunks: 100, period: Duration::from_millis(25) };
/// How often each side is measured, by turns; a round before them is not counted.
const ROUNDS: usize = 11;

struct Round {
    bare: Sample,
    published: Sample,
    subscribed: Sample,
}

/// One of the ways that chunks take in a round.
type Side = fn(&Round) -> &Sample;

pub(crate) async fn measure() -> anyhow::Result<()> {
    let clock = Instant::now();
    let start = async move || {
        let server = StampServer::start(SHAPE, clock).await.expect("loopback has a free port");
        let address = server.address;
        (server, address)
    };
    let (_server, address) = Aside::start(start).await?;
    let url: Url = format!("http://{address}/v1").parse()?;

    let name = "chunk-delay: from sending a chunk to seeing its text";
    let mut report = Report::new(name, &["", "p50", "p99", "slowest"]);
    let mut rounds = Vec::new();
    for round in 0..=ROUNDS {
        let bare = bare(&url, clock).await?;
        let (published, subscribed) = through_the_core(&url, clock).await?;
        if round > 0 {
            rounds.push(Round { bare, published, subscribed });
        }
    }

    let sides: [(&str, Side); 3] = [
        ("a bare `reqwest` client", |round| &round.bare),
        ("FormaOps, as the core sends the event", |round| &round.published),
        ("FormaOps, at a subscriber (one batch each 16 ms)", |round| &round.subscribed),
    ];
    let over = |quantile: f64, side: Side| {
        Duration::from_secs_f64(median(
            rounds.iter().map(|round| side(round).quantile(quantile).as_secs_f64()),
        ))
    };
    for (name, side) in sides {
        let times = [0.5, 0.99, 1.0].map(|quantile| millis(over(quantile, side)));
        report.row([name.to_owned()].into_iter().chain(times));
    }
    for (name, quantile) in [("p50", 0.5), ("p99", 0.99)] {
        let added = rounds.iter().map(|round| {
            round.published.quantile(quantile).as_secs_f64() - round.bare.quantile(quantile).as_secs_f64()
        });
        let mut added: Vec<_> = added.map(|seconds| seconds * 1e3).collect();
        added.sort_unstable_by(f64::total_cmp);
        let ratio = over(quantile, |round| &round.published).as_secs_f64()
            / over(quantile, |round| &round.bare).as_secs_f64();
        report.note(format!(
            "The core adds {:.3} ms at {name} (rounds: {:.3} to {:.3}): {ratio:.2} times the bare client.",
            median(added.iter().copied()),
            added.first().copied().unwrap_or_default(),
            added.last().copied().unwrap_or_default(),
        ));
    }
    report.print();
    Ok(())
}

/// The streams as a client sees them that does nothing but read.
async fn bare(url: &Url, clock: Instant) -> anyhow::Result<Sample> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut streams = JoinSet::new();
    for _ in 0..SHAPE.streams {
        let messages = json!([{ "role": "user", "content": PROMPT }]);
        let body = json!({ "model": "stamp", "messages": messages, "stream": true });
        let request = client.post(format!("{url}/chat/completions")).json(&body);
        streams.spawn(async move {
            let mut response = request.send().await?;
            let (mut reader, mut delays) = (Reader::default(), Vec::new());
            while let Some(bytes) = response.chunk().await? {
                delays.extend(reader.delays(clock.elapsed(), &bytes));
            }
            anyhow::Ok(delays)
        });
    }
    let delays = streams.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    complete(delays.into_iter().flatten().collect())
}

async fn through_the_core(url: &Url, clock: Instant) -> anyhow::Result<(Sample, Sample)> {
    let probe = Arc::new(Probe { clock, hub: EventHub::default(), seen: Mutex::default() });
    let subscribed = tokio::spawn(subscribe(probe.hub.subscribe(), clock));
    let bench = Workbench::open(url.clone(), Arc::clone(&probe) as _).await?;
    bench.run("stamp", SHAPE.streams, SHAPE.streams).await?;
    bench.close().await;
    let published = std::mem::take(&mut *probe.seen.lock().unwrap_or_else(PoisonError::into_inner)).delays;
    let patience = Duration::from_secs(5);
    let subscribed = tokio::time::timeout(patience, subscribed).await.context("not all events came")??;
    Ok((complete(published.into_iter().collect())?, complete(subscribed.into_iter().collect())?))
}

/// Everything that was sent must have been seen, or the numbers are of something else.
fn complete(delays: Sample) -> anyhow::Result<Sample> {
    let (seen, sent) = (delays.len(), SHAPE.all_chunks());
    ensure!(seen == sent, "{seen} chunks were seen of {sent} that were sent");
    Ok(delays)
}

/// The delays of all streams, of which each is read for itself.
#[derive(Default)]
struct Seen {
    readers: HashMap<ExecutionId, Reader>,
    delays: Vec<Duration>,
}

impl Seen {
    fn take(&mut self, now: Duration, event: &EventBody) {
        if let EventBody::ExecutionChunk { execution_id, text, .. } = event {
            let reader = self.readers.entry(*execution_id).or_default();
            self.delays.extend(reader.delays(now, text.as_bytes()));
        }
    }
}

/// Stands where the core sends its events, and passes them on as the program does.
struct Probe {
    clock: Instant,
    hub: EventHub,
    seen: Mutex<Seen>,
}

impl EventSink for Probe {
    fn publish(&self, event: EventBody) {
        let now = self.clock.elapsed();
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).take(now, &event);
        self.hub.publish(event);
    }
}

async fn subscribe(mut subscription: Subscription, clock: Instant) -> Vec<Duration> {
    let mut seen = Seen::default();
    while seen.delays.len() < SHAPE.all_chunks() {
        let batch = subscription.next().await;
        let now = clock.elapsed();
        for event in batch {
            seen.take(now, &event.body);
        }
    }
    seen.delays
}
