//! The process that functions run in, and nothing else: what `formaops sandbox` is, for the tests of this crate.

use std::process::ExitCode;

fn main() -> ExitCode {
    formaops_sandbox::serve()
}
