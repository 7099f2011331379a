//! What a workspace takes of the disk.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{io, path::Path, sync::Arc};

/// What the parts of a workspace take of the disk, in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiskUse {
    /// The database: prompts, runs, answers and attachments.
    pub database: u64,
    /// What was written last and is moved into the database from time to time.
    pub write_ahead_log: u64,
    /// The copies of the database that were made before it changed its format.
    pub backups: u64,
    /// Crash reports and logs.
    pub logs: u64,
    /// What is left on the disk; `null` where the system does not say.
    pub free: Option<u64>,
}

/// Measures the folder of a workspace. A part that is not there, or cannot be read, takes nothing.
pub(crate) fn measure(folder: &Path) -> DiskUse {
    DiskUse {
        database: size_of(&folder.join("formaops.db")),
        write_ahead_log: size_of(&folder.join("formaops.db-wal")),
        backups: size_within(&folder.join("backups")).unwrap_or_default(),
        logs: size_within(&folder.join("logs")).unwrap_or_default(),
        free: fs4::available_space(folder).ok(),
    }
}

/// The bytes that are left on the disk of a folder, where the system says.
pub(crate) async fn free(folder: Arc<Path>) -> Option<u64> {
    tokio::task::spawn_blocking(move || fs4::available_space(&*folder).ok()).await.ok().flatten()
}

fn size_of(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |file| file.len())
}

/// The size of the files in a folder. Neither of ours has folders in it.
fn size_within(folder: &Path) -> io::Result<u64> {
    let mut size = 0;
    for entry in std::fs::read_dir(folder)? {
        let file = entry?.metadata()?;
        size += if file.is_file() { file.len() } else { 0 };
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_measured_and_what_is_not_there_takes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, size: usize| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, vec![0; size]).unwrap();
        };
        write("formaops.db", 1000);
        write("formaops.db-wal", 300);
        write("backups/formaops-a.db", 20);
        write("backups/formaops-b.db", 22);
        let free = |used: DiskUse| {
            assert!(used.free.is_some_and(|free| free > 0));
            DiskUse { free: None, ..used }
        };
        assert_eq!(
            free(measure(folder.path())),
            DiskUse { database: 1000, write_ahead_log: 300, backups: 42, logs: 0, free: None }
        );
        write("logs/crash-1.txt", 7);
        assert_eq!(free(measure(folder.path())).logs, 7);
    }
}
