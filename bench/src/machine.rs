//! Where and from what numbers come, without which they say nothing.

use anyhow::Context as _;
use std::{fs, process::Command, thread};

/// A line on the machine and the commit.
pub(crate) fn describe() -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    format!("{cores} cores ({}), commit {}, load {}", processor(), commit(), load())
}

/// How many tasks wanted a core in the last minute: numbers taken while it is over the count of cores are
/// numbers of a busy machine.
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}

fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("model name"));
    line.and_then(|line| line.split_once(": ")).map_or("unknown", |(_, name)| name).to_owned()
}

fn commit() -> String {
    let arguments = ["describe", "--always", "--dirty", "--exclude", "*"];
    let output = Command::new("git").args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let output = output.ok().filter(|output| output.status.success());
    output.map_or("unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The most that this process has had in memory so far (`VmHWM`), in MB.
pub(crate) fn memory() -> anyhow::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).context("the system does not say")?;
    Ok(kib.parse::<u64>()? * 1024 / 1_000_000)
}
