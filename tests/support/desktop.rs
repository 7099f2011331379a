//! A session of a desktop, as far as keys go: a message bus and a keychain on it.

use std::{path::Path, process::Stdio};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// A bus of its own with the keychain of GNOME, in a home of its own. Both end when this is dropped.
pub struct Desktop {
    folder: TempDir,
    bus: Child,
}

/// Whether the keychain is unlocked when the session begins, as by a login.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Login {
    Unlocks,
    LeavesLocked,
}

impl Desktop {
    /// A session whose user has logged in: the keychain is there and open.
    ///
    /// # Panics
    /// Where there is no bus or no keychain: `scripts/system-packages.sh test` installs both.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let bus = session(folder.path(), Login::Unlocks).await;
        Self { folder, bus }
    }

    /// The same user in a new session, where nothing has unlocked the keychain and nobody can be asked.
    ///
    /// # Panics
    /// As for [`Self::start`].
    #[must_use]
    pub async fn locked(mut self) -> Self {
        self.bus.kill().await.expect("the bus can be ended");
        self.bus = session(self.folder.path(), Login::LeavesLocked).await;
        self
    }

    /// The value of `DBUS_SESSION_BUS_ADDRESS` in the session.
    #[must_use]
    pub fn bus(&self) -> String {
        address(self.folder.path())
    }
}

fn address(folder: &Path) -> String {
    format!("unix:path={}", folder.join("bus").display())
}

async fn session(folder: &Path, login: Login) -> Child {
    let name = if login == Login::Unlocks { "unlocked" } else { "locked" };
    // The keychain of an earlier session may be on its way out still, and must not be found.
    let session = folder.join(name);
    let (home, services) = (folder.join("home"), session.join("services"));
    for made in [&home, &services] {
        std::fs::create_dir_all(made).expect("the temporary folder can be written");
    }
    let unlock = if login == Login::Unlocks { "printf password | " } else { "" };
    let option = if login == Login::Unlocks { "--unlock" } else { "" };
    let daemon = format!("{unlock}gnome-keyring-daemon --foreground --components=secrets {option}");
    let service = format!("[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/bin/sh -c '{daemon}'\n");
    let configuration = format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
          "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
        <busconfig>
          <type>session</type>
          <listen>{}</listen>
          <servicedir>{}</servicedir>
          <policy context="default">
            <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
          </policy>
        </busconfig>"#,
        address(folder),
        services.display(),
    );
    let configured = session.join("bus.conf");
    std::fs::write(services.join("org.freedesktop.secrets.service"), service).expect("it can be written");
    std::fs::write(&configured, configuration).expect("it can be written");
    let mut bus = Command::new("dbus-daemon")
        .arg(format!("--config-file={}", configured.display()))
        .args(["--nofork", "--print-address=1"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", &session)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("there is a message bus");
    // It prints its address once it listens. The keychain is started by whoever asks for it first.
    let stdout = bus.stdout.take().expect("the output is piped");
    let printed = BufReader::new(stdout).lines().next_line().await.expect("the bus prints its address");
    assert!(printed.is_some(), "the bus did not start");
    bus
}
