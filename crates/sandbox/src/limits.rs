//! What a function may use, and what the process may that it runs in.

use std::{io, time::Duration};

/// The most bytes of a call: its source and its arguments as JSON.
pub const MOST_ARGUMENTS: usize = 16 << 20;
/// The most bytes of JSON that a function may return.
pub const MOST_RESULT: usize = 1 << 20;
/// How long a function may run.
pub(crate) const TIME: Duration = Duration::from_secs(1);
/// How long its process may take: what QuickJS does not interrupt is killed with it.
pub(crate) const PATIENCE: Duration = Duration::from_millis(1500);
/// The most bytes that all values of a function may take.
pub(crate) const MEMORY: usize = 64 << 20;
/// The most bytes of the stack that its calls may take.
pub(crate) const STACK: usize = 512 << 10;
/// The most characters of what is told of an error.
pub(crate) const MOST_MESSAGE: usize = 1000;

/// What a process may map beyond what it maps when it starts: the memory of a function, and copies of what goes
/// in and out.
#[cfg(target_os = "linux")]
const MORE_ADDRESS_SPACE: u64 = 256 << 20;

/// Takes from this process all that functions have no need for: it can write no file, open nothing, start nothing,
/// and takes little memory.
///
/// # Errors
/// Where the system does not let it.
#[cfg(unix)]
pub(crate) fn confine() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let most = |resource, most| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    #[cfg(target_os = "linux")]
    most(Resource::As, mapped()? + MORE_ADDRESS_SPACE)?;
    for resource in [Resource::Core, Resource::Fsize, Resource::Nproc, Resource::Nofile] {
        most(resource, 0)?;
    }
    Ok(())
}

/// The bytes that this process has mapped.
#[cfg(target_os = "linux")]
fn mapped() -> io::Result<u64> {
    let text = std::fs::read_to_string("/proc/self/statm")?;
    let pages = text.split(' ').next().and_then(|pages| pages.parse::<u64>().ok());
    let pages = pages.ok_or(io::ErrorKind::InvalidData)?;
    Ok(pages * rustix::param::page_size() as u64)
}

/// Has the system end this process where its next call takes far more of the processor than it may: so nothing
/// is left running where the parent is gone.
///
/// # Errors
/// Where the system does not let it.
#[cfg(unix)]
pub(crate) fn allow_one_call() -> io::Result<()> {
    use rustix::{
        process::{Resource, Rlimit, getrlimit, setrlimit},
        time::{ClockId, clock_gettime},
    };
    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
    let most = used + PATIENCE.as_secs() + 2;
    let maximum = getrlimit(Resource::Cpu).maximum;
    let current = Some(maximum.map_or(most, |maximum| most.min(maximum)));
    Ok(setrlimit(Resource::Cpu, Rlimit { current, maximum })?)
}

/// Elsewhere a process has no such limits; those of QuickJS hold.
#[cfg(not(unix))]
pub(crate) fn confine() -> io::Result<()> {
    Ok(())
}

/// Elsewhere a process has no such limits; its parent kills it.
#[cfg(not(unix))]
pub(crate) fn allow_one_call() -> io::Result<()> {
    Ok(())
}
