//! The menu of the window.
//!
//! Its items are commands of the page, which it is told by their names (`ui/src/app/commands.texts.ts`), and the few
//! things that only the shell can do: editing in a field, and quitting.

use std::sync::{Mutex, PoisonError};
use tauri::{
    AppHandle, Manager as _, Wry,
    ipc::Channel,
    menu::{Menu, MenuBuilder, MenuEvent, MenuItem, PredefinedMenuItem, Submenu, SubmenuBuilder},
};

/// An entry of a menu.
#[derive(Debug, Clone, Copy)]
enum Item {
    /// A command of the page: its name, its label, and the keys of it that the menu shows; none where the page alone
    /// knows whether they mean it.
    Command(&'static str, &'static str, Option<&'static str>),
    /// Something that is done to what has the focus.
    Edit(Edit),
    Separator,
    Quit,
}

/// What is done to what has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edit {
    Cut,
    Copy,
    Paste,
    SelectAll,
}

use Item::{Command, Separator};

const MENUS: &[(&str, &[Item])] = &[
    (
        "File",
        &[
            Command("newPrompt", "New prompt", Some("mod+N")),
            Command("save", "Save", Some("mod+S")),
            Separator,
            Command("closeTab", "Close tab", Some("mod+W")),
            Command("reopenTab", "Open the closed tab again", Some("mod+Shift+T")),
            Separator,
            Item::Quit,
        ],
    ),
    (
        "Edit",
        &[
            // Whether these speak of a field or of the last act is for the page to say.
            Command("menuUndo", "Undo", None),
            Command("menuRedo", "Redo", None),
            Separator,
            Item::Edit(Edit::Cut),
            Item::Edit(Edit::Copy),
            Item::Edit(Edit::Paste),
            Item::Edit(Edit::SelectAll),
        ],
    ),
    (
        "View",
        &[
            Command("palette", "Search everything", Some("mod+K")),
            Separator,
            Command("zoomIn", "Larger text", Some("mod+=")),
            Command("zoomOut", "Smaller text", Some("mod+-")),
            Command("zoomReset", "Text in its own size", Some("mod+0")),
            Separator,
            Command("fullScreen", "Full screen", Some("F11")),
            Command("appearance", "Go to appearance", None),
        ],
    ),
    (
        "Go",
        &[
            Command("back", "Go back", Some("Alt+ArrowLeft")),
            Command("forward", "Go forward", Some("Alt+ArrowRight")),
            Separator,
            Command("prompts", "Go to prompts", None),
            Command("runs", "Go to runs", None),
            Command("providers", "Go to providers", None),
        ],
    ),
    ("Help", &[Command("shortcuts", "Show keyboard shortcuts", None), Command("about", "Go to about", None)]),
];

const QUIT: &str = "shell.quit";

/// Where the page waits for what is chosen from the menu. A page that asks again, as after a reload, replaces its own.
#[derive(Default)]
pub(crate) struct Chosen(Mutex<Option<Channel<String>>>);

impl Chosen {
    /// From now on, commands go to this page.
    pub(crate) fn send_to(&self, channel: Channel<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(channel);
    }

    fn send(&self, command: &str) {
        let channel = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Err(error)) = channel.as_ref().map(|channel| channel.send(command.to_owned())) {
            tracing::warn!(%error, command, "the page is not told of its menu");
        }
    }
}

/// The menu of the window.
pub(crate) fn menu(app: &AppHandle) -> tauri::Result<Menu<Wry>> {
    let menus =
        MENUS.iter().map(|(title, items)| submenu(app, title, items)).collect::<Result<Vec<_>, _>>()?;
    let mut builder = MenuBuilder::new(app);
    // A Mac shows the first menu as that of the program.
    if cfg!(target_os = "macos") {
        builder =
            builder.item(&SubmenuBuilder::new(app, "FormaOps").hide().show_all().separator().quit().build()?);
    }
    for menu in &menus {
        builder = builder.item(menu);
    }
    builder.build()
}

fn submenu(app: &AppHandle, title: &str, items: &[Item]) -> tauri::Result<Submenu<Wry>> {
    let mut builder = SubmenuBuilder::new(app, title);
    for item in items {
        builder = match *item {
            Item::Command(id, label, keys) => {
                builder.item(&MenuItem::with_id(app, id, label, true, keys.map(accelerator))?)
            }
            Item::Edit(edit) => add_edit(app, builder, edit)?,
            Item::Separator => builder.separator(),
            Item::Quit => builder.item(&MenuItem::with_id(app, QUIT, "Quit", true, Some("CmdOrCtrl+Q"))?),
        };
    }
    builder.build()
}

/// The keys of a command as the menu takes them.
fn accelerator(keys: &str) -> String {
    keys.replace("mod+", "CmdOrCtrl+")
}

fn add_edit<'m>(
    app: &'m AppHandle,
    builder: SubmenuBuilder<'m, Wry, AppHandle>,
    edit: Edit,
) -> tauri::Result<SubmenuBuilder<'m, Wry, AppHandle>> {
    // Here the library's own items do nothing when they are clicked.
    if cfg!(target_os = "linux") {
        return Ok(builder.item(&MenuItem::with_id(app, edit.id(), edit.label(), true, None::<&str>)?));
    }
    Ok(builder.item(&match edit {
        Edit::Cut => PredefinedMenuItem::cut(app, None),
        Edit::Copy => PredefinedMenuItem::copy(app, None),
        Edit::Paste => PredefinedMenuItem::paste(app, None),
        Edit::SelectAll => PredefinedMenuItem::select_all(app, None),
    }?))
}

impl Edit {
    const ALL: [Self; 4] = [Self::Cut, Self::Copy, Self::Paste, Self::SelectAll];

    fn id(self) -> &'static str {
        match self {
            Self::Cut => "shell.cut",
            Self::Copy => "shell.copy",
            Self::Paste => "shell.paste",
            Self::SelectAll => "shell.selectAll",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Cut => "Cut",
            Self::Copy => "Copy",
            Self::Paste => "Paste",
            Self::SelectAll => "Select all",
        }
    }

    /// The name that web views have for it.
    #[cfg(target_os = "linux")]
    fn command(self) -> &'static str {
        match self {
            Self::Cut => "Cut",
            Self::Copy => "Copy",
            Self::Paste => "Paste",
            Self::SelectAll => "SelectAll",
        }
    }
}

/// Does what was chosen, or has the page do it.
#[expect(clippy::needless_pass_by_value, reason = "the signature of a handler")]
pub(crate) fn choose(app: &AppHandle, event: MenuEvent) {
    let id = event.id().as_ref();
    if id == QUIT {
        crate::window::close(app);
    } else if let Some(edit) = Edit::ALL.into_iter().find(|edit| edit.id() == id) {
        apply(app, edit);
    } else if let Some(chosen) = app.try_state::<Chosen>() {
        chosen.send(id);
    }
}

#[cfg(target_os = "linux")]
fn apply(app: &AppHandle, edit: Edit) {
    use webkit2gtk::WebViewExt as _;
    let Some(window) = app.get_webview_window(crate::window::LABEL) else { return };
    if let Err(error) = window.with_webview(move |view| view.inner().execute_editing_command(edit.command()))
    {
        tracing::warn!(%error, ?edit, "the page cannot be edited");
    }
}

#[cfg(not(target_os = "linux"))]
fn apply(_: &AppHandle, _: Edit) {}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the page says of a command, as it stands in its table: on one line, or up to a line that ends it.
    fn entry(id: &str) -> String {
        let table = include_str!("../../ui/src/app/commands.texts.ts");
        let begin = format!("  {id}: {{");
        let lines: Vec<_> = table.lines().skip_while(|line| !line.starts_with(&begin)).collect();
        let first = lines.first().unwrap_or_else(|| panic!("the page has no `{id}`"));
        if first.ends_with("},") {
            return (*first).to_owned();
        }
        lines.iter().take_while(|line| **line != "  },").copied().collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_items_are_commands_of_the_page_with_their_labels_and_keys() {
        for (id, label, keys) in
            MENUS.iter().flat_map(|(_, items)| items.iter()).filter_map(|item| match *item {
                Item::Command(id, label, keys) if !id.starts_with("menu") => Some((id, label, keys)),
                _ => None,
            })
        {
            let entry = entry(id);
            assert!(entry.contains(&format!("label: '{label}'")), "`{id}` is named otherwise: {entry}");
            if let Some(keys) = keys {
                assert!(entry.contains(&format!("'{keys}'")), "`{id}` has other keys: {entry}");
            }
        }
    }

    #[test]
    fn the_menu_takes_no_key_that_may_be_meant_for_a_field() {
        for (_, items) in MENUS {
            for item in *items {
                let Item::Command(id, _, Some(keys)) = item else { continue };
                assert!(!entry(id).contains("outsideFields"), "`{keys}` of `{id}`");
            }
        }
    }
}
