//! Has the program built again when the screens that are part of it were.

fn main() {
    println!("cargo::rerun-if-changed=../../ui/dist");
}
