//! Servers that cannot be reached.

use crate::world::{World, call_with, connect, factory};
use formaops_domain::{ErrorClass, Purpose};
use formaops_providers::ClientOptions;
use formaops_testkit::{ChatReply, MemoryLedger, Reply, ScriptedServer, provider, request};
use futures::StreamExt as _;
use std::{net::Ipv4Addr, sync::Arc, time::Duration};
use tokio::net::{TcpSocket, TcpStream};

#[tokio::test]
async fn where_nothing_listens_the_user_is_told_to_start_the_server() {
    let server = ScriptedServer::start().await;
    let url = server.base_url();
    server.stop().await;
    let answer = call_with(&connect(&provider(url.clone(), None)), |_| ()).await;
    assert_eq!(answer.class(), ErrorClass::Refused);
    let origin = url.as_str().trim_end_matches("/v1");
    assert_eq!(answer.failure().message, format!("nothing answers at `{origin}`"));
    assert!(answer.failure().hint.starts_with("Start the server of `local`"), "{}", answer.failure().hint);
}

#[tokio::test]
async fn a_name_that_leads_nowhere_is_named() {
    // No name may have a part of more than 63 characters, so nobody is asked.
    let host = format!("http://{}.invalid", "a".repeat(64));
    let config = provider(format!("{host}/v1").parse().unwrap(), None);
    let answer = call_with(&connect(&config), |_| ()).await;
    assert_eq!(answer.class(), ErrorClass::NameNotFound);
    assert_eq!(answer.failure().message, format!("the name of `{host}` leads nowhere"));
}

#[tokio::test]
async fn a_proxy_of_the_environment_serves_the_outside_and_never_this_machine() {
    // The environment of a process is read when a client is made, so the story is told in a child.
    if std::env::var_os("FORMAOPS_BEHIND_PROXY").is_some() {
        let outside = provider("http://host.invalid/v1".parse().unwrap(), None);
        assert_eq!(call_with(&connect(&outside), |_| ()).await.text(), "through the proxy");
        let world = World::new().await;
        assert_eq!(world.call("words-1").await.text(), "word1 ");
        return;
    }
    let proxy = ScriptedServer::start().await;
    proxy.script("any", ChatReply::new().text("through the proxy"));
    let story = "network::a_proxy_of_the_environment_serves_the_outside_and_never_this_machine";
    let child = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", story])
        .env("FORMAOPS_BEHIND_PROXY", "1")
        .env("http_proxy", proxy.base_url().join("/").unwrap().as_str())
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .output()
        .await
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    let paths: Vec<_> = proxy.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["http://host.invalid/v1/chat/completions"]);
}

#[tokio::test]
async fn a_server_that_speaks_plain_http_cannot_be_called_encrypted() {
    let world = World::new().await;
    let mut url = world.server.base_url();
    url.set_scheme("https").unwrap();
    let answer = call_with(&connect(&provider(url, None)), |_| ()).await;
    assert_eq!(answer.class(), ErrorClass::Tls);
    assert!(answer.failure().hint.contains("plain `http`"), "{}", answer.failure().hint);
    assert!(world.server.requests().is_empty());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_that_is_never_accepted_ends_at_its_timeout() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // Once the queue of the listener is full, the system answers nobody any more.
    let waiting: Vec<_> = (0..8).map(|_| tokio::spawn(TcpStream::connect(address))).collect();
    tokio::task::yield_now().await;

    let short = ClientOptions { connect_timeout: Duration::from_millis(20) };
    let config = provider(format!("http://{address}/v1").parse().unwrap(), None);
    let (from_the_start, set_later) =
        (factory(short.clone(), Arc::default()), factory(ClientOptions::default(), Arc::default()));
    let later = set_later.provider(&config).unwrap();
    set_later.client.set_options(short).unwrap();
    for provider in [from_the_start.provider(&config).unwrap(), later] {
        let mut request = request("any", "Hi");
        // Longer than the short one, and shorter than the usual one.
        request.timeouts.first_token = Duration::from_secs(5);
        let mut parts: Vec<_> = provider.stream(request).collect().await;
        let failure = parts.pop().unwrap().unwrap_err();
        assert_eq!(failure.class, ErrorClass::NoRoute, "{failure}");
        assert!(failure.message.starts_with("no connection to"), "{failure}");
    }
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn the_ledger_knows_every_request_and_nothing_that_is_private() {
    let world = World::new().await;
    world.call("words-3").await;
    world.server.enqueue(Reply::reset());
    world.call("any").await;
    world.provider.models().await.unwrap();

    let entries = world.ledger.entries();
    let purposes: Vec<_> = entries.iter().map(|entry| (entry.purpose, entry.http_status)).collect();
    assert_eq!(
        purposes,
        [(Purpose::Execution, Some(200)), (Purpose::Execution, None), (Purpose::Models, Some(200))]
    );
    let first = &entries[0];
    assert!(
        first.is_local && first.bytes_out > 50 && first.bytes_in > 100 && first.ended_at.is_some(),
        "{first:?}"
    );
    assert_eq!(first.key.as_ref().map(ToString::to_string).as_deref(), Some("env:LOCAL_API_KEY"));
    assert!(!format!("{entries:?}").contains("canary"));
}

#[tokio::test]
async fn a_request_that_is_given_up_is_in_the_ledger_with_what_had_come() {
    let world = World::new().await;
    let mut stream = world.provider.stream(request("stall", "Hi"));
    while !matches!(stream.next().await, Some(Ok(formaops_domain::ports::StreamPart::Text(_)))) {}
    assert_eq!(world.ledger.entries()[0].ended_at, None);
    drop(stream);
    let entry = world.ledger.entries().remove(0);
    assert!(entry.ended_at.is_some() && entry.bytes_in > 0, "{entry:?}");
}

#[tokio::test]
async fn offline_nothing_leaves_this_machine_and_what_is_on_it_still_answers() {
    let ledger = Arc::new(MemoryLedger::default());
    let factory = factory(ClientOptions::default(), Arc::clone(&ledger));
    factory.client.set_offline(true);
    let outside = factory.provider(&provider("http://host.invalid/v1".parse().unwrap(), None)).unwrap();
    assert_eq!(call_with(&outside, |_| ()).await.class(), ErrorClass::Offline);
    assert_eq!(outside.models().await.unwrap_err().class, ErrorClass::Offline);
    assert!(ledger.entries().is_empty());

    let server = ScriptedServer::start().await;
    let local = factory.provider(&provider(server.base_url(), None)).unwrap();
    let answer = call_with(&local, |request| request.model = "words-1".to_owned()).await;
    assert_eq!(answer.text(), "word1 ");
    factory.client.set_offline(false);
    assert_eq!(call_with(&outside, |_| ()).await.class(), ErrorClass::NameNotFound);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told_from_the_server_behind_it() {
    // The environment of a process is read when a client is made, so the story is told in a child.
    if std::env::var_os("FORMAOPS_BEHIND_REFUSING_PROXY").is_some() {
        for address in ["http://host.invalid/v1", "https://host.invalid/v1"] {
            let answer = call_with(&connect(&provider(address.parse().unwrap(), None)), |_| ()).await;
            assert_eq!(answer.class(), ErrorClass::Proxy, "{address}: {:?}", answer.failure());
            assert!(answer.failure().hint.contains("HTTPS_PROXY"), "{}", answer.failure().hint);
        }
        return;
    }
    let proxy = ScriptedServer::start().await;
    proxy.script("any", Reply::status(407));
    let story = "network::a_proxy_that_refuses_is_told_from_the_server_behind_it";
    let address = proxy.base_url().join("/").unwrap();
    let child = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", story])
        .env("FORMAOPS_BEHIND_REFUSING_PROXY", "1")
        .env("http_proxy", address.as_str())
        .env("https_proxy", address.as_str())
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .output()
        .await
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
}
