//! Just enough of WebDriver (<https://www.w3.org/TR/webdriver2/>) to start an app and ask its page.

use crate::process::Home;
use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use std::{net::Ipv4Addr, path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpListener,
    process::Child,
    time::{Instant, sleep, timeout},
};

/// How long something may take to come up.
const PATIENCE: Duration = Duration::from_secs(30);

/// A display that nobody looks at, and a driver on it. Both end when it is dropped.
pub(crate) struct WebDriver {
    _display: Child,
    _driver: Child,
    client: reqwest::Client,
    address: String,
}

impl WebDriver {
    pub(crate) async fn start(home: &Home) -> anyhow::Result<Self> {
        let arguments = ["-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"];
        let missing = "it is one of the packages that `scripts/system-packages.sh test` installs";
        let mut display =
            home.command("Xvfb").args(arguments).spawn().with_context(|| format!("no `Xvfb`: {missing}"))?;
        let stdout = display.stdout.take().context("the output is piped")?;
        let number = timeout(PATIENCE, BufReader::new(stdout).lines().next_line()).await??;
        let number = number.context("`Xvfb` ended")?;

        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?.local_addr()?.port();
        let driver = home
            .command("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .env("DISPLAY", format!(":{number}"))
            // What the web view of Tauri asks before it lets a driver in.
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("no `WebKitWebDriver`: {missing}"))?;
        let client = reqwest::Client::builder().no_proxy().build()?;
        let address = format!("http://127.0.0.1:{port}");
        let web_driver = Self { _display: display, _driver: driver, client, address };
        web_driver.come_up().await?;
        Ok(web_driver)
    }

    /// The driver does not say when it is ready, so it is asked.
    async fn come_up(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while self.client.get(format!("{}/status", self.address)).send().await.is_err() {
            if Instant::now() > deadline {
                bail!("`WebKitWebDriver` does not answer");
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// How long it takes from asking for the app until `condition`, an expression, holds in its page.
    pub(crate) async fn time_start(
        &self,
        program: &Path,
        arguments: &[&str],
        condition: &str,
    ) -> anyhow::Result<Duration> {
        let options = json!({ "webkitgtk:browserOptions": { "binary": program, "args": arguments } });
        let capabilities = json!({ "capabilities": { "alwaysMatch": options } });
        let start = Instant::now();
        let session = self.post("/session", &capabilities).await.context("the app did not start")?;
        let id = session["sessionId"].as_str().context("the driver answered no session")?.to_owned();
        let path = format!("/session/{id}");
        let script = json!({ "script": format!("return {condition}"), "args": [] });
        let waited = loop {
            // Before there is a page, asking it is an error.
            if let Ok(Value::Bool(true)) = self.post(&format!("{path}/execute/sync"), &script).await {
                break Ok(start.elapsed());
            }
            if start.elapsed() > PATIENCE {
                break Err(anyhow::anyhow!("waited in vain for `{condition}`"));
            }
            sleep(Duration::from_millis(5)).await;
        };
        self.client.delete(format!("{}{path}", self.address)).send().await?;
        waited
    }

    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let response = self.client.post(format!("{}{path}", self.address)).json(body).send().await?;
        let status = response.status();
        let mut answer: Value = response.json().await?;
        let value = answer["value"].take();
        if !status.is_success() {
            bail!("{}", value["message"].as_str().unwrap_or("an error without a message"));
        }
        Ok(value)
    }
}
