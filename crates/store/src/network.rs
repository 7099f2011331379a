//! Refuses folders on network file systems: SQLite's locks and shared memory cannot be trusted there.

use crate::StoreError;
use std::path::Path;

/// File systems that another machine serves, as Linux names them.
const NETWORK: [&str; 16] = [
    "9p",
    "afs",
    "ceph",
    "cifs",
    "davfs",
    "fuse.ceph",
    "fuse.davfs2",
    "fuse.glusterfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.sshfs",
    "ncpfs",
    "nfs",
    "nfs4",
    "smb3",
    "smbfs",
];

/// Refuses a folder that exists and lies on a network file system. Where the system does not tell
/// (there is no `/proc`), it passes.
pub(crate) fn check(dir: &Path) -> Result<(), StoreError> {
    let (Ok(mounts), Ok(dir)) = (std::fs::read_to_string("/proc/self/mountinfo"), dir.canonicalize()) else {
        return Ok(());
    };
    match file_system(&mounts, &dir).filter(|kind| NETWORK.contains(kind)) {
        Some(kind) => Err(StoreError::NetworkFileSystem { path: dir, kind: kind.to_owned() }),
        None => Ok(()),
    }
}

/// The kind of file system that holds a path, from `mountinfo` (source: proc_pid_mountinfo(5)):
/// the longest mount point above the path, and of equal ones the last, which hides the others.
fn file_system<'a>(mounts: &'a str, path: &Path) -> Option<&'a str> {
    let entries = mounts.lines().filter_map(|line| {
        let (mount, source) = line.split_once(" - ")?;
        Some((unescape(mount.split(' ').nth(4)?), source.split(' ').next()?))
    });
    entries
        .filter(|(point, _)| path.starts_with(point))
        .max_by_key(|(point, _)| point.len())
        .map(|(_, kind)| kind)
}

/// Blanks, tabs, line feeds and backslashes stand in octal.
fn unescape(point: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(point.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
40 22 0:35 / /home/ada/my\\040share rw - fuse.sshfs box:/srv rw
41 22 0:36 / /mnt rw master:3 - nfs4 box:/data rw
42 41 254:2 / /mnt/local rw - xfs /dev/vdb rw
43 22 0:37 / /over rw - ext4 /dev/vdc rw
44 22 0:38 / /over rw - cifs //box/share rw";

    #[test]
    fn the_innermost_mount_decides() {
        for (path, kind) in [
            ("/home/ada", "ext4"),
            ("/home/ada/my share/work", "fuse.sshfs"),
            ("/mnt/team", "nfs4"),
            ("/mnt/local/team", "xfs"),
            ("/mntx", "ext4"),
            ("/over", "cifs"),
        ] {
            assert_eq!(file_system(MOUNTS, Path::new(path)), Some(kind), "{path}");
        }
    }

    #[test]
    fn a_local_folder_passes() {
        check(&std::env::temp_dir()).unwrap();
    }
}
