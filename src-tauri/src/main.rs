//! Starts the desktop window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use clap::Parser as _;
use std::process::ExitCode;

/// Streams, rows and events are many small pieces of memory that one thread takes and another gives back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if formaops_sandbox::is_asked_for() {
        return formaops_sandbox::serve();
    }
    formaops_desktop::run(formaops_desktop::Arguments::parse())
}
