//! One call of a model: what is sent, what is awaited for how long, what comes of it.

use super::{
    Endpoint, OpenAiChat,
    decode::{Decoder, Fault},
    recorder::Recorder,
    request,
};
use crate::{
    failure::{self, Answer, Site},
    transport::{self, Waiting},
};
use formaops_domain::{
    Failure, Scrubber,
    ports::{ModelRequest, RequestHeaders, StreamPart, Timeouts},
};
use reqwest::{Method, Response, header::HeaderMap};
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
    phase: Phase,
    ready: VecDeque<Result<StreamPart, Failure>>,
}

enum Phase {
    Begin(ModelRequest),
    Send(RequestHeaders, Vec<u8>),
    Read(Box<Reading>),
    Refused(Response),
    Drain(Response),
    Over,
}

struct Reading {
    response: Response,
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
                Phase::Begin(request) => self.begin(&request),
                Phase::Send(headers, body) => self.send(headers, body).await,
                Phase::Read(reading) => self.read(reading).await,
                Phase::Refused(response) => self.refused(response).await,
                Phase::Drain(response) => {
                    drain(response).await;
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

    fn begin(&mut self, request: &ModelRequest) -> Phase {
        self.started = Instant::now();
        if let Err(why) = request.parameters.check() {
            return self.fail(failure::bad_parameters(why));
        }
        let headers = match self.endpoint.headers() {
            Ok(headers) => headers,
            Err(failure) => return self.fail(failure),
        };
        let body = request::body(request, self.endpoint.max_tokens_field());
        let request_hash = request::hash(&request.model, &body);
        self.ready.push_back(Ok(StreamPart::Sent { request_hash }));
        Phase::Send(headers, serde_json::Value::from(body).to_string().into_bytes())
    }

    async fn send(&mut self, headers: RequestHeaders, body: Vec<u8>) -> Phase {
        let url = self.endpoint.url(&["chat", "completions"]);
        let sent = self.endpoint.client.send(Method::POST, url, headers, Some(body));
        let (deadline, waiting) = self.first_deadline();
        let response = match timeout_at(deadline, sent).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return self.fail(transport::not_sent(&self.site, &error)),
            Err(_) => return self.fail(self.timed_out(waiting)),
        };
        self.ready.push_back(Ok(StreamPart::Head {
            http_status: Some(response.status().as_u16()),
            request_id: request_id(response.headers()),
        }));
        if !response.status().is_success() {
            return Phase::Refused(response);
        }
        let recorder = Recorder::new(self.scrubber());
        Phase::Read(Box::new(Reading { response, decoder: Decoder::default(), recorder, received: 0 }))
    }

    async fn read(&mut self, mut reading: Box<Reading>) -> Phase {
        let (deadline, waiting) =
            if reading.received == 0 { self.first_deadline() } else { self.next_deadline() };
        let chunk = match timeout_at(deadline, reading.response.chunk()).await {
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
        if reading.received > OpenAiChat::MAX_ANSWER {
            let failure = failure::too_long(&self.site, OpenAiChat::MAX_ANSWER);
            return self.conclude(*reading, Some(failure));
        }
        let Reading { decoder, recorder, .. } = &mut *reading;
        let bytes = recorder.bytes(&chunk);
        let (mut decoded, mut parts) = (Vec::new(), Vec::new());
        let fed = decoder.feed(&bytes, &mut decoded);
        recorder.parts(bytes, decoded, decoder.pending(), &mut parts);
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
        let Reading { response, mut decoder, mut recorder, .. } = reading;
        let (mut decoded, mut parts) = (Vec::new(), Vec::new());
        let last = recorder.last_bytes();
        let mut ended = decoder.feed(&last, &mut decoded);
        if ended.is_ok() && (failure.is_none() || decoder.is_finished()) {
            ended = decoder.end(&mut decoded);
        }
        recorder.parts(last, decoded, 0, &mut parts);
        recorder.end(&mut parts);
        self.ready.extend(parts.into_iter().map(Ok));
        match (failure, ended) {
            // The model was done: whatever broke afterwards took nothing from the answer.
            (Some(_), Ok(())) if decoder.is_finished() => Phase::Over,
            (Some(failure), _) => self.fail(failure),
            (None, Err(fault)) => self.fail(self.failure_of(fault, decoder.has_spoken())),
            (None, Ok(())) => Phase::Drain(response),
        }
    }

    async fn refused(&mut self, mut response: Response) -> Phase {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        let (deadline, _) = self.next_deadline();
        // What has come of the body is all there is to say, however it ends.
        while let Ok(Ok(Some(chunk))) = timeout_at(deadline, response.chunk()).await {
            body.extend_from_slice(&chunk);
            if body.len() > OpenAiChat::MAX_ERROR {
                break;
            }
        }
        let mut scrubber = self.scrubber();
        let mut clean = scrubber.feed(&body);
        clean.append(&mut scrubber.finish());
        let answer = Answer {
            status,
            retry_after: failure::retry_after(&headers, self.endpoint.clock.now()),
            location: headers.get("location").and_then(|location| location.to_str().ok()),
            body: &clean,
        };
        let failure = answer.failure(&self.site);
        if !clean.is_empty() {
            self.ready.push_back(Ok(StreamPart::Raw(clean.into())));
        }
        self.fail(failure)
    }

    fn failure_of(&self, fault: Fault, spoken: bool) -> Failure {
        match fault {
            Fault::Reported(error) => failure::reported(&self.site, &error),
            Fault::Html(page) => failure::html(&self.site, &page),
            Fault::Unreadable(found) => failure::unreadable(&self.site, &found),
            Fault::TooLong => failure::too_long(&self.site, OpenAiChat::MAX_ANSWER),
            Fault::Truncated => failure::truncated(&self.site, spoken),
        }
    }

    fn scrubber(&self) -> Scrubber {
        match &self.endpoint.key {
            Ok(Some(key)) => self.endpoint.signer.scrubber(key),
            _ => Scrubber::default(),
        }
    }

    /// When the first byte of the body must be there, counted from the start.
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

/// Reads on to the end of the body, if it comes soon.
async fn drain(mut response: Response) {
    let end = async { while let Ok(Some(_)) = response.chunk().await {} };
    // Where it does not come, the connection is closed with the response.
    let _ = timeout(DRAIN, end).await;
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    let names = ["x-request-id", "request-id", "x-generation-id"];
    let value = names.iter().find_map(|name| headers.get(*name))?;
    value.to_str().ok().map(str::to_owned)
}
