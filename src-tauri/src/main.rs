//! Starts the desktop window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    if formaops_sandbox::is_asked_for() {
        return formaops_sandbox::serve();
    }
    formaops_desktop::run(formaops_desktop::Arguments::parse())
}
