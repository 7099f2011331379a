//! The stream of events as server-sent events: each message is a JSON array of events.

use super::Host;
use axum::{
    extract::State,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::stream::{self, Stream};
use std::convert::Infallible;

/// Batches at the pace the client reads them: what it does not take is joined, then left out with `resync`.
pub(super) async fn stream(State(host): State<Host>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let batches = stream::unfold(host.session.subscribe(), |mut subscription| async move {
        let batch = subscription.next().await;
        let message =
            Event::default().data(serde_json::to_string(&batch).unwrap_or_else(|_| "[]".to_owned()));
        Some((Ok(message), subscription))
    });
    Sse::new(batches).keep_alive(KeepAlive::default())
}
