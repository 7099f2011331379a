//! Gives every command a permission, and the window the set of them.
//!
//! The commands are the operations, whose names the generator of `formaops-api` writes to
//! `operations.txt`, and the few that only a window needs, in `window-commands.txt`.

use std::{env, fs, path::PathBuf};
use tauri_build::{AppManifest, Attributes};

/// What the window calls beside operations; see `src/commands.rs`.
const WINDOW_COMMANDS: &str = include_str!("window-commands.txt");

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/operations.txt");
    println!("cargo:rerun-if-changed=src-tauri/window-commands.txt");
    // The page is part of the binary.
    println!("cargo:rerun-if-changed=ui/dist");

    let commands: Vec<&'static str> =
        include_str!("operations.txt").lines().chain(WINDOW_COMMANDS.lines()).collect();
    let set = permission_set(&commands);
    let manifest =
        AppManifest::new().commands(Box::leak(commands.into_boxed_slice())).permissions_path_pattern(set);
    tauri_build::try_build(Attributes::new().app_manifest(manifest)).expect("tauri.conf.json is sound");
}

/// Writes the permission set `commands` that `tauri.conf.json` gives to the window, and answers its path.
fn permission_set(commands: &[&str]) -> &'static str {
    let permissions: Vec<String> =
        commands.iter().map(|command| format!("allow-{}", command.replace('_', "-"))).collect();
    let set = format!(
        "[[set]]\nidentifier = \"commands\"\ndescription = \"Every command of the window.\"\n\
         permissions = {permissions:?}\n"
    );
    let path = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names the folder")).join("commands.toml");
    fs::write(&path, set).expect("the folder of the build can be written");
    String::leak(path.display().to_string())
}
