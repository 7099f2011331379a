//! Has the program built again when the screens that are part of it were.

#![expect(clippy::print_stdout, reason = "a build script talks to cargo on its output")]

fn main() {
    println!("cargo::rerun-if-changed=../../ui/dist");
}
