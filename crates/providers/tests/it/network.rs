//! Servers that cannot be reached.

use crate::world::{KEY, World, call_with, connect};
use formaops_domain::{ErrorClass, ports::Provider as _};
use formaops_providers::{Client, ClientOptions, OpenAiChat};
use formaops_testkit::{ChatReply, FixedSigner, ManualClock, ScriptedServer, provider, request};
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

    let client = Client::new(&ClientOptions { connect_timeout: Duration::from_millis(20) }).unwrap();
    let config = provider(format!("http://{address}/v1").parse().unwrap(), None);
    let (signer, clock) = (Arc::new(FixedSigner::new(KEY)), Arc::new(ManualClock::default()));
    let provider = OpenAiChat::new(client, &config, signer, clock).unwrap();
    let mut parts: Vec<_> = provider.stream(request("any", "Hi")).collect().await;
    let failure = parts.pop().unwrap().unwrap_err();
    assert_eq!(failure.class, ErrorClass::Timeout, "{failure}");
    assert!(failure.message.starts_with("no connection to"), "{failure}");
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
}
