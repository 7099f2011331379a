//! The layers of ARCHITECTURE.md, read off the manifests.

use serde_json::Value;
use std::{collections::BTreeSet, process::Command};

/// What each crate may use of ours, beside itself.
const LAYERS: [(&str, &[&str]); 13] = [
    ("domain", &[]),
    ("template", &["domain"]),
    ("validate", &["domain"]),
    ("engine", &["domain", "template", "validate"]),
    ("providers", &["domain"]),
    ("sandbox", &["domain"]),
    ("secrets", &["domain"]),
    ("store", &["domain"]),
    ("testkit", &["domain"]),
    ("files", &["domain", "template"]),
    ("datasets", &["domain", "template"]),
    ("promptfoo", &["domain", "template", "validate", "datasets"]),
    (
        "api",
        &[
            "domain",
            "datasets",
            "template",
            "validate",
            "engine",
            "files",
            "providers",
            "sandbox",
            "secrets",
            "store",
        ],
    ),
];

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// The names of what a package is built with, without what only its tests need.
fn dependencies(package: &Value) -> BTreeSet<String> {
    let dependencies = package["dependencies"].as_array().unwrap().iter();
    let built = dependencies.filter(|dependency| dependency["kind"] != "dev");
    built.map(|dependency| dependency["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_crate_uses_only_what_stands_below_it() {
    let packages = packages();
    for (name, allowed) in LAYERS {
        let full = format!("formaops-{name}");
        let package = packages.iter().find(|package| package["name"] == full.as_str()).unwrap();
        let ours = dependencies(package)
            .into_iter()
            .filter_map(|name| name.strip_prefix("formaops-").map(str::to_owned));
        for used in ours {
            assert!(allowed.contains(&used.as_str()), "`{name}` may not use `{used}`");
        }
    }
}

#[test]
fn nothing_but_the_shell_knows_tauri() {
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        if name == "formaops-desktop" || package["manifest_path"].as_str().unwrap().contains("/bench/") {
            continue;
        }
        let tauri = dependencies(&package).into_iter().find(|dependency| dependency.starts_with("tauri"));
        assert_eq!(tauri, None, "`{name}` depends on Tauri");
    }
}
