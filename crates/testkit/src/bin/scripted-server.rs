//! The scripted model server as a process, for browser tests, real windows and benchmarks.
//!
//! `formaops-scripted-server [--port N]` prints its base URL as its first line and serves until it
//! is stopped. The model id of a request selects what it does: see `ScriptedServer::BEHAVIOURS`.

use anyhow::{Context as _, bail};
use formaops_testkit::ScriptedServer;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let port = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => 0,
        ["--port", port] => port.parse().with_context(|| format!("`{port}` is no port"))?,
        _ => bail!("usage: formaops-scripted-server [--port N]"),
    };
    let server =
        ScriptedServer::start_at(port).await.with_context(|| format!("port {port} cannot be used"))?;
    announce(&server);
    tokio::signal::ctrl_c().await.context("cannot listen for the signal to stop")
}

#[expect(clippy::print_stdout, reason = "whoever started the process reads the address from its output")]
fn announce(server: &ScriptedServer) {
    println!("{}", server.base_url());
}
