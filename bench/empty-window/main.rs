//! A Tauri window with an empty page: the least that a start of a Tauri app takes on this machine.

fn main() -> tauri::Result<()> {
    tauri::Builder::default().run(tauri::generate_context!("empty-window/tauri.conf.json"))
}
