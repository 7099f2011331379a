//! One call of a model: what is sent, what is awaited for how long, what comes of it.

use super::{
    HttpProvider, MAX_ERROR,
    decode::Decoder,
    endpoint::Endpoint,
    headers,
    recorder::{Recorder, Unfinished},
};
use crate::{
    client::Reply,
    embedding::ReadVectors,
    failure::{self, Answer, Site},
    rates::rates,
    transport::{self, Waiting},
    wire::{self, Fault, Wire},
};
use formaops_domain::{
    ExecutionId, Failure, JsonObject, Purpose, RequestHash, Scrubber, canonical_hash,
    ports::{HttpMethod, ModelRequest, OutgoingRequest, StreamPart, Timeouts},
};
use reqwest::header::HeaderMap;
use serde_json::json;
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tokio::time::{Instant, timeout, timeout_at};

/// How long a server may take to end the body after it said that it was done. If it does, the
/// connection can be used again.
const DRAIN: Duration = Duration::from_millis(20);

/// A call under way. Dropping it closes the connection.
pub(super) struct Call {
    endpoint: Arc<Endpoint>,
    site: Site,
    timeouts: Timeouts,
    started: Instant,
    execution: Option<ExecutionId>,
    /// Takes the key out of what comes back.
    scrubber: Scrubber,
    /// How the answer is read, where vectors are wanted.
    vectors: Option<ReadVectors>,
    phase: Phase,
    ready: VecDeque<Result<StreamPart, Failure>>,
}

enum Phase {
    Begin(ModelRequest),
    Send(OutgoingRequest),
    Read(Box<Reading>),
    Refused(Reply),
    Drain(Reply),
    Over,
}

struct Reading {
    reply: Reply,
    decoder: Decoder,
    recorder: Recorder,
    received: usize,
}

impl Call {
    pub(super) fn new(endpoint: Arc<Endpoint>, request: ModelRequest) -> Self {
        Self {
            site: endpoint.site(Some(request.model.clone())),
            endpoint,
            timeouts: request.timeouts,
            started: Instant::now(),
            execution: request.execution,
            scrubber: Scrubber::default(),
            vectors: None,
            phase: Phase::Begin(request),
            ready: VecDeque::new(),
        }
    }

    /// The next part; `None` once nothing follows.
    pub(super) async fn next(&mut self) -> Option<Result<StreamPart, Failure>> {
        loop {
            if let Some(part) = self.ready.pop_front() {
                return Some(part);
            }
            self.phase = match std::mem::replace(&mut self.phase, Phase::Over) {
                Phase::Begin(request) => self.begin(&request).await,
                Phase::Send(request) => self.send(request).await,
                Phase::Read(reading) => self.read(reading).await,
                Phase::Refused(reply) => self.refused(reply).await,
                Phase::Drain(reply) => {
                    drain(reply).await;
                    Phase::Over
                }
                Phase::Over => return None,
            };
        }
    }

    fn fail(&mut self, failure: Failure) -> Phase {
        self.ready.push_back(Err(failure));
        Phase::Over
    }

    async fn begin(&mut self, request: &ModelRequest) -> Phase {
        self.started = Instant::now();
        let (request, hash) = match self.prepare(request).await {
            Ok(prepared) => prepared,
            Err(failure) => return self.fail(failure),
        };
        self.ready.push_back(Ok(StreamPart::Sent { request_hash: hash }));
        Phase::Send(request)
    }

    async fn prepare(&mut self, request: &ModelRequest) -> Result<(OutgoingRequest, RequestHash), Failure> {
        let endpoint = Arc::clone(&self.endpoint);
        request.parameters.check().map_err(failure::bad_parameters)?;
        let (asked, vectors) = wire::asked(&*endpoint.wire, request).map_err(failure::bad_parameters)?;
        self.vectors = vectors;
        let credential = endpoint.credential().await?;
        if let Some(credential) = &credential {
            self.scrubber = credential.scrubber();
        }
        let hash = hash(&*endpoint.wire, &request.model, &asked.body);
        let body = Some(asked.body);
        let request = endpoint.request(HttpMethod::Post, &asked.address, body, credential.as_deref())?;
        Ok((request, hash))
    }

    async fn send(&mut self, request: OutgoingRequest) -> Phase {
        let endpoint = Arc::clone(&self.endpoint);
        let purpose = if self.execution.is_some() { Purpose::Execution } else { Purpose::Test };
        let sent = endpoint.send(request, purpose, self.execution);
        let (deadline, waiting) = self.first_deadline();
        let reply = match timeout_at(deadline, sent).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(error)) => return self.fail(transport::not_sent(&self.site, &error)),
            Err(_) => return self.fail(self.timed_out(waiting)),
        };
        self.ready.push_back(Ok(StreamPart::Head {
            http_status: Some(reply.status().as_u16()),
            request_id: request_id(reply.headers()),
            headers: headers::telling(reply.headers(), &self.scrubber),
            rates: rates(reply.headers(), endpoint.clock.now()),
        }));
        if !reply.status().is_success() {
            return Phase::Refused(reply);
        }
        if let Some(compression) = reply.compression() {
            return self.fail(failure::compressed(&self.site, &compression));
        }
        let recorder = Recorder::new(self.scrubber.clone(), endpoint.wire.framing());
        Phase::Read(Box::new(Reading {
            reply,
            decoder: Decoder::for_answer(&*endpoint.wire, self.vectors),
            recorder,
            received: 0,
        }))
    }

    async fn read(&mut self, mut reading: Box<Reading>) -> Phase {
        let (deadline, waiting) =
            if reading.decoder.has_spoken() { self.next_deadline() } else { self.first_deadline() };
        let chunk = match timeout_at(deadline, reading.reply.chunk()).await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => return self.conclude(*reading, None),
            Ok(Err(error)) if transport::ended_early(&error) => {
                let failure = failure::truncated(&self.site, reading.decoder.has_spoken());
                return self.conclude(*reading, Some(failure));
            }
            Ok(Err(error)) => {
                let failure = transport::broken(&self.site, &error);
                return self.conclude(*reading, Some(failure));
            }
            Err(_) => {
                let failure = self.timed_out(waiting);
                return self.conclude(*reading, Some(failure));
            }
        };
        reading.received += chunk.len();
        if reading.received > HttpProvider::MAX_ANSWER {
            let failure = failure::too_long(&self.site, HttpProvider::MAX_ANSWER);
            return self.conclude(*reading, Some(failure));
        }
        let Reading { decoder, recorder, .. } = &mut *reading;
        let bytes = recorder.bytes(&chunk);
        let (mut decoded, mut parts) = (Vec::new(), Vec::new());
        let fed = decoder.feed(&bytes, &mut decoded);
        recorder.parts(bytes, decoded, Unfinished::of(decoder), &*self.endpoint.wire, &mut parts);
        self.ready.extend(parts.into_iter().map(Ok));
        match fed {
            Ok(()) if reading.decoder.is_done() => self.conclude(*reading, None),
            Ok(()) => Phase::Read(reading),
            Err(fault) => {
                let failure = self.failure_of(fault, reading.decoder.has_spoken());
                self.conclude(*reading, Some(failure))
            }
        }
    }

    /// Nothing more is read: lets out what is left, and tells how it ended.
    fn conclude(&mut self, reading: Reading, failure: Option<Failure>) -> Phase {
        let Reading { reply, mut decoder, mut recorder, .. } = reading;
        let (mut decoded, mut parts) = (Vec::new(), Vec::new());
        let last = recorder.last_bytes();
        let mut ended = decoder.feed(&last, &mut decoded);
        if ended.is_ok() && (failure.is_none() || decoder.is_finished()) {
            ended = decoder.end(&mut decoded);
        }
        let wire = &*self.endpoint.wire;
        recorder.parts(last, decoded, Unfinished::NOTHING, wire, &mut parts);
        recorder.end(wire, &mut parts);
        self.ready.extend(parts.into_iter().map(Ok));
        match (failure, ended) {
            // The model was done: whatever broke afterwards took nothing from the answer.
            (Some(_), Ok(())) if decoder.is_finished() => Phase::Over,
            (Some(failure), _) => self.fail(failure),
            (None, Err(fault)) => self.fail(self.failure_of(fault, decoder.has_spoken())),
            (None, Ok(())) => Phase::Drain(reply),
        }
    }

    async fn refused(&mut self, mut reply: Reply) -> Phase {
        let mut body = Vec::new();
        let (deadline, _) = self.next_deadline();
        let readable = reply.compression().is_none();
        // What has come of the body is all there is to say, however it ends.
        while readable && let Ok(Ok(Some(chunk))) = timeout_at(deadline, reply.chunk()).await {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ERROR {
                break;
            }
        }
        let mut scrubber = self.scrubber.clone();
        let mut clean = scrubber.feed(&body);
        clean.append(&mut scrubber.finish());
        let answer = Answer::new(reply.status(), reply.headers(), self.endpoint.clock.now(), &clean);
        let failure = answer.failure(&self.site);
        if !clean.is_empty() {
            self.ready.push_back(Ok(StreamPart::Raw(clean.into())));
        }
        self.fail(failure)
    }

    fn failure_of(&self, fault: Fault, spoken: bool) -> Failure {
        failure_of(&self.site, fault, spoken)
    }

    /// When the model must have begun to say something, counted from the start: a model may think for long after the
    /// server has said that it began.
    fn first_deadline(&self) -> (Instant, Waiting) {
        let Timeouts { first_token, total, .. } = self.timeouts;
        if first_token < total {
            (self.started + first_token, Waiting::FirstToken)
        } else {
            (self.started + total, Waiting::End)
        }
    }

    /// When the next bytes must be there, counted from now, or the end, counted from the start.
    fn next_deadline(&self) -> (Instant, Waiting) {
        let (silence, end) = (Instant::now() + self.timeouts.idle, self.started + self.timeouts.total);
        if silence < end { (silence, Waiting::NextChunk) } else { (end, Waiting::End) }
    }

    fn timed_out(&self, waiting: Waiting) -> Failure {
        let span = match waiting {
            Waiting::FirstToken => self.timeouts.first_token,
            Waiting::NextChunk => self.timeouts.idle,
            Waiting::End => self.timeouts.total,
        };
        transport::timed_out(&self.site, waiting, span)
    }
}

/// Why an answer cannot be read, or stopped.
pub(super) fn failure_of(site: &Site, fault: Fault, spoken: bool) -> Failure {
    match fault {
        Fault::Reported(error) => failure::reported(site, &error),
        Fault::Blocked(word) => failure::blocked(site, &word),
        Fault::Html(page) => failure::html(site, &page),
        Fault::Unreadable(found) => failure::unreadable(site, &found),
        Fault::TooLong => failure::too_long(site, HttpProvider::MAX_ANSWER),
        Fault::Truncated => failure::truncated(site, spoken),
    }
}

/// Reads on to the end of the body, if it comes soon.
async fn drain(mut reply: Reply) {
    let end = async { while let Ok(Some(_)) = reply.chunk().await {} };
    // Where it does not come, the connection is closed with the reply.
    let _ = timeout(DRAIN, end).await;
}

/// The name of what is sent: wire, model and body, without address, headers or key.
pub(super) fn hash(wire: &dyn Wire, model: &str, body: &JsonObject) -> RequestHash {
    RequestHash::from_array(canonical_hash(&json!({ "wire": wire.word(), "model": model, "body": body })))
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    // Azure logs a call by the id of its gateway, which stands beside that of the service.
    let names = ["apim-request-id", "x-request-id", "request-id", "x-generation-id", "x-amzn-requestid"];
    let value = names.iter().find_map(|name| headers.get(*name))?;
    value.to_str().ok().map(str::to_owned)
}
