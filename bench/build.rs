//! `tauri::generate_context!` needs the folder that cargo gives only to packages with a build script.

fn main() {
    println!("cargo:rerun-if-changed=empty-window");
}
