//! A disk of a few megabytes, for the processes of one test.

use std::{path::Path, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// A file system in memory that only processes in its mount namespace see. It goes when this is dropped.
pub struct SmallDisk {
    /// Holds the namespace.
    holder: Child,
    id: u32,
    mode: Mode,
}

/// By which right it was mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// That of the superuser.
    Root,
    /// That of a user in a namespace of their own.
    User,
}

impl SmallDisk {
    /// Mounts one of this size, such as `4m`, on a folder.
    ///
    /// # Panics
    /// Where neither this user nor a user namespace may mount, as a container may forbid.
    pub async fn mount(folder: &Path, size: &str) -> Self {
        for mode in [Mode::Root, Mode::User] {
            if let Some(disk) = Self::try_mount(folder, size, mode).await {
                return disk;
            }
        }
        panic!(
            "no file system can be mounted in a namespace of its own: run this as root or allow user namespaces"
        );
    }

    async fn try_mount(folder: &Path, size: &str, mode: Mode) -> Option<Self> {
        let mount =
            format!(r#"mount -t tmpfs -o "size={size},mode=700" none "$0" && echo ready && exec cat"#);
        let mut command = Command::new("unshare");
        command.args(if mode == Mode::Root { &["-m"][..] } else { &["-r", "-m"] });
        let mut holder = command
            .args(["sh", "-c", &mount])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("`unshare` is part of every Linux");
        let stdout = holder.stdout.take().expect("the output is piped");
        let ready = BufReader::new(stdout).lines().next_line().await.ok().flatten();
        let id = holder.id()?;
        (ready.as_deref() == Some("ready")).then_some(Self { holder, id, mode })
    }

    /// The beginning of a command that is to see it.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["-t", &self.id.to_string(), "-m"]);
        if self.mode == Mode::User {
            command.args(["-U", "--preserve-credentials"]);
        }
        command.arg("--").arg(program);
        command
    }

    /// Gives it another size.
    ///
    /// # Panics
    /// Where that cannot be done.
    pub async fn resize(&self, folder: &Path, size: &str) {
        let mut command = self.command(Path::new("mount"));
        let status = command.args(["-o", &format!("remount,size={size}")]).arg(folder).status().await;
        assert!(status.is_ok_and(|status| status.success()), "the disk cannot be resized");
        assert!(self.holder.id().is_some(), "its namespace is held");
    }
}
