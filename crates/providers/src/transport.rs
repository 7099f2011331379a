//! Failures of the network: what broke between here and the server.

use crate::{
    client::{LookupError, SendError},
    failure::Site,
};
use formaops_domain::{ErrorClass, Failure};
use std::{error::Error, io, time::Duration};

/// What a call was waiting for when its time was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    FirstToken,
    NextChunk,
    End,
}

/// The failure of a call that waited for `span` in vain.
pub(crate) fn timed_out(site: &Site, waiting: Waiting, span: Duration) -> Failure {
    let (provider, seconds) = (&site.provider, span.as_secs_f64());
    let (message, hint) = match waiting {
        Waiting::FirstToken => (
            format!("`{provider}` did not begin to answer within {seconds} s"),
            "Run again. A model that is being loaded, or reasons for long, may need a longer timeout.",
        ),
        Waiting::NextChunk => (
            format!("`{provider}` fell silent for {seconds} s in the middle of its answer"),
            "Run again. What came before is kept.",
        ),
        Waiting::End => (
            format!("`{provider}` was not done within {seconds} s"),
            "Set `maxTokens`, or allow more time for an execution. What came before is kept.",
        ),
    };
    Failure::new(ErrorClass::Timeout, message, hint)
}

/// The failure of a request that got no answer.
pub(crate) fn not_sent(site: &Site, error: &SendError) -> Failure {
    match error {
        SendError::Offline => Failure::new(
            ErrorClass::Offline,
            format!("nothing was sent to `{}`: the network is switched off in FormaOps", site.address()),
            "Switch it on again, or choose a model on this machine.",
        ),
        SendError::Header => Failure::new(
            ErrorClass::NoKey,
            format!("the key of `{}` holds characters that cannot be sent", site.provider),
            "Enter the key again.",
        ),
        SendError::Network(error) => broken(site, error),
    }
}

/// The failure of a connection that could not be made, or broke.
pub(crate) fn broken(site: &Site, error: &reqwest::Error) -> Failure {
    use io::ErrorKind as Kind;
    let (provider, address) = (&site.provider, site.address());
    if causes(error).any(<dyn Error>::is::<LookupError>) {
        return Failure::new(
            ErrorClass::NameNotFound,
            format!("the name of `{address}` leads nowhere"),
            format!(
                "Check the base URL of `{provider}` for a typing error, and that this machine is online."
            ),
        );
    }
    if !error.is_connect() {
        return reset(site);
    }
    if !site.origin.is_loopback() && speaks_of_proxy(error) {
        return Failure::new(
            ErrorClass::Proxy,
            format!("the proxy between here and `{address}` does not let the request through"),
            "Look at `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` where FormaOps is started, and at the proxy's own \
             log. It may want a user name and password: `http://USER:PASSWORD@HOST:PORT`.",
        );
    }
    if error.is_timeout() {
        // Not a timeout of the call, for which a provider may charge: nothing reached it.
        return Failure::new(
            ErrorClass::NoRoute,
            format!("no connection to `{address}` could be made in time"),
            CHECK_THE_WAY,
        );
    }
    let kinds = kinds(error);
    let is = |candidates: &[Kind]| candidates.iter().any(|kind| kinds.contains(kind));
    if is(&[Kind::ConnectionRefused]) {
        refused(site)
    } else if is(&[Kind::HostUnreachable, Kind::NetworkUnreachable, Kind::NetworkDown]) {
        Failure::new(ErrorClass::NoRoute, format!("there is no way to `{address}`"), CHECK_THE_WAY)
    } else if is(&[Kind::TimedOut]) {
        Failure::new(ErrorClass::NoRoute, format!("`{address}` cannot be reached"), CHECK_THE_WAY)
    } else if is(&[Kind::InvalidData, Kind::UnexpectedEof]) {
        tls(site)
    } else if is(&[Kind::ConnectionReset, Kind::ConnectionAborted, Kind::BrokenPipe]) {
        reset(site)
    } else {
        Failure::new(
            ErrorClass::Refused,
            format!("no connection to `{address}` could be made"),
            CHECK_THE_WAY,
        )
    }
}

const CHECK_THE_WAY: &str = "Check the address, the network and any firewall or proxy between.";

/// Whether it was a proxy that refused. The HTTP library has no type for that, only words.
fn speaks_of_proxy(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| {
        let words = cause.to_string();
        ["tunnel", "proxy"].iter().any(|word| words.contains(word))
    })
}

/// Whether the connection ended in the ordinary way, only too early.
pub(crate) fn ended_early(error: &reqwest::Error) -> bool {
    // The HTTP library reports it as an error of its own or as an unexpected end.
    let kinds = kinds(error);
    kinds.is_empty() || kinds.contains(&io::ErrorKind::UnexpectedEof)
}

fn tls(site: &Site) -> Failure {
    let hint = if site.origin.is_loopback() {
        "A server on this machine usually speaks plain `http`: try that in its base URL."
    } else {
        "Check that the address speaks `https`, that its certificate is valid, and that this system has \
         its root certificates (package `ca-certificates`)."
    };
    let message = format!("no encrypted connection to `{}` could be made", site.address());
    Failure::new(ErrorClass::Tls, message, hint)
}

fn refused(site: &Site) -> Failure {
    let address = site.address();
    let hint = if site.origin.is_loopback() {
        format!("Start the server of `{}`, or check the address and port.", site.provider)
    } else {
        CHECK_THE_WAY.to_owned()
    };
    Failure::new(ErrorClass::Refused, format!("nothing answers at `{address}`"), hint)
}

fn reset(site: &Site) -> Failure {
    Failure::new(
        ErrorClass::Reset,
        format!("the connection to `{}` broke", site.address()),
        "Run again. What came before is kept.",
    )
}

fn kinds(error: &reqwest::Error) -> Vec<io::ErrorKind> {
    causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind).collect()
}

/// The error and all that is behind it.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        // The source of an I/O error skips the error that it wraps.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source());
        Some(error)
    })
}
