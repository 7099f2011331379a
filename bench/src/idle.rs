//! What an open workspace costs while nothing happens.

use crate::{
    process::{Home, built, stop},
    report::Report,
};
use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    time::{Instant, MissedTickBehavior, interval},
};

/// How long a start is given to come to rest, and how long the rest is measured.
const SETTLING: Duration = Duration::from_secs(5);
const TIME: Duration = Duration::from_secs(60);
/// The most of a core that rest may cost, in percent.
const LIMIT: f64 = 0.2;

pub(crate) async fn measure() -> anyhow::Result<()> {
    let name = "idle: `formaops serve` with a client that listens, 60 s";
    let mut report = Report::new(name, &["", "measured", "limit", "of the limit"]);
    let home = Home::new()?;
    let mut host = home.command(built("formaops")?).args(["--json", "serve", "--port", "0"]).spawn()?;
    let stdout = host.stdout.take().context("the output is piped")?;
    let line = BufReader::new(stdout).lines().next_line().await?.context("the host did not start")?;
    let mut events = subscribe(&line).await?;
    let pid = host.id().context("the host has ended")?;

    let end = Instant::now() + SETTLING;
    while let Ok(heard) = tokio::time::timeout_at(end, events.chunk()).await {
        heard?.context("the host ended the events")?;
    }
    let before = Usage::of(pid)?;
    let (mut outside, mut ticks) = (BTreeSet::new(), interval(Duration::from_secs(1)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let start = Instant::now();
    while start.elapsed() < TIME {
        tokio::select! {
            _ = ticks.tick() => outside.extend(sockets_to_the_outside(pid)?),
            heard = events.chunk() => drop(heard?.context("the host ended the events")?),
        }
    }
    let (after, elapsed) = (Usage::of(pid)?, start.elapsed().as_secs_f64());
    ensure!(host.try_wait()?.is_none(), "the host ended by itself");
    stop(host).await?;

    let (cpu, wakes) = after.since(&before);
    let share = cpu.as_secs_f64() / elapsed * 100.0;
    let row = |cells: [String; 4]| cells;
    report.row(row([
        "share of a core".to_owned(),
        format!("{share:.3} %"),
        format!("{LIMIT} %"),
        format!("{:.0} %", share / LIMIT * 100.0),
    ]));
    report.row(row([
        "sockets beyond this machine".to_owned(),
        outside.len().to_string(),
        "none".to_owned(),
        if outside.is_empty() { "kept" } else { "broken" }.to_owned(),
    ]));
    let wakes = wakes as f64 / elapsed;
    report.row(row(["wake-ups a second".to_owned(), format!("{wakes:.1}"), "-".to_owned(), "-".to_owned()]));
    for socket in outside {
        report.note(format!("Beyond this machine: {socket}"));
    }
    report.print();
    Ok(())
}

/// Logs in with the token of the line that the host printed, and listens to the events.
async fn subscribe(line: &str) -> anyhow::Result<reqwest::Response> {
    let announced: Value = serde_json::from_str(line)?;
    let printed = announced["address"].as_str().context("the host printed no address")?;
    let (address, token) = printed.split_once("/#t=").context("the host printed no token")?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let login = client.post(format!("{address}/api/auth/login")).json(&json!({ "token": token }));
    let answer: Value = login.send().await?.error_for_status()?.json().await?;
    let bearer = answer["bearer"].as_str().context("the login answered no bearer")?;
    let events = client.get(format!("{address}/api/events")).bearer_auth(bearer);
    Ok(events.send().await?.error_for_status()?)
}

/// What the threads of a process have used since they began, by their ids.
pub(crate) struct Usage(BTreeMap<u32, (Duration, u64)>);

impl Usage {
    /// Read from `schedstat`, which counts nanoseconds: the ticks of `stat` miss work shorter than a tick.
    /// Source: the documentation of Linux, "Scheduler Statistics".
    pub(crate) fn of(pid: u32) -> anyhow::Result<Self> {
        let mut threads = BTreeMap::new();
        for task in fs::read_dir(format!("/proc/{pid}/task"))? {
            let task = task?;
            // It may have ended since the folder was read.
            let Ok(text) = fs::read_to_string(task.path().join("schedstat")) else { continue };
            let mut numbers = text.split_whitespace().map(str::parse::<u64>);
            let mut next =
                || numbers.next().context("`schedstat` has three numbers")?.context("not a number");
            let cpu = Duration::from_nanos(next()?);
            let _waited = next()?;
            let wakes = next()?;
            threads.insert(task.file_name().to_string_lossy().parse()?, (cpu, wakes));
        }
        Ok(Self(threads))
    }

    /// The time on a core and how often a thread was put on one, since `before`. What a thread that has ended
    /// meanwhile used until then is not in it.
    pub(crate) fn since(&self, before: &Self) -> (Duration, u64) {
        self.0.iter().fold((Duration::ZERO, 0), |(cpu, wakes), (thread, now)| {
            let then = before.0.get(thread).copied().unwrap_or_default();
            (cpu + now.0.saturating_sub(then.0), wakes + now.1.saturating_sub(then.1))
        })
    }
}

/// The sockets of a process whose one end is not on loopback, as `/proc/net` writes them.
fn sockets_to_the_outside(pid: u32) -> anyhow::Result<Vec<String>> {
    let mut own = BTreeSet::new();
    for descriptor in fs::read_dir(format!("/proc/{pid}/fd"))? {
        // It may have been closed since the folder was read.
        let Ok(target) = fs::read_link(descriptor?.path()) else { continue };
        let target = target.to_string_lossy().into_owned();
        if let Some(inode) = target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']')) {
            own.insert(inode.to_owned());
        }
    }
    let mut outside = Vec::new();
    for table in ["tcp", "tcp6", "udp", "udp6"] {
        let text = fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        for line in text.lines().skip(1) {
            let fields: Vec<_> = line.split_whitespace().collect();
            let [_, local, remote, _, _, _, _, _, _, inode, ..] = fields[..] else { continue };
            // A socket that listens has no other end: its zeros say nothing.
            let far = is_unspecified(remote) || is_loopback(remote);
            if own.contains(inode) && !(is_loopback(local) && far) {
                outside.push(format!("{table} {local} {remote}"));
            }
        }
    }
    Ok(outside)
}

fn is_unspecified(address: &str) -> bool {
    address_of(address).is_some_and(|address| address.is_unspecified())
}

fn is_loopback(address: &str) -> bool {
    address_of(address).is_some_and(|address| address.to_canonical().is_loopback())
}

/// `/proc/net` writes addresses as hexadecimal words in the byte order of the machine.
fn address_of(field: &str) -> Option<IpAddr> {
    let (address, _) = field.split_once(':')?;
    let words = address.as_bytes().chunks(8).map(|word| {
        let word = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok()?;
        Some(word.to_ne_bytes())
    });
    let bytes = words.collect::<Option<Vec<_>>>()?.concat();
    match bytes.len() {
        4 => Some(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?).into()),
        _ => Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).into()),
    }
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_the_kernel_writes_them() {
        for (field, address) in [
            ("0100007F:1F90", "127.0.0.1"),
            ("00000000:0000", "0.0.0.0"),
            ("0A00A8C0:01BB", "192.168.0.10"),
            ("00000000000000000000000001000000:0050", "::1"),
            ("0000000000000000FFFF00000100007F:0050", "::ffff:127.0.0.1"),
        ] {
            assert_eq!(address_of(field), Some(address.parse().unwrap()), "{field}");
        }
        assert!(is_loopback("0000000000000000FFFF00000100007F:0050"));
        assert!(!is_loopback("0A00A8C0:01BB"));
    }

    #[tokio::test]
    async fn a_socket_that_listens_to_everybody_is_told_from_one_on_loopback() {
        let pid = std::process::id();
        let _inside = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        assert_eq!(sockets_to_the_outside(pid).unwrap(), [""; 0]);
        let open = tokio::net::UdpSocket::bind("0.0.0.0:0").await.unwrap();
        assert_eq!(sockets_to_the_outside(pid).unwrap().len(), 1);
        drop(open);
    }
}
