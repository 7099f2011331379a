use formaops_domain::FileHash;
use formaops_files::{
    FilePath, Git, Look, SkipReason, Touched, Watch, WatchMode, WriteError, create, git_state, look, remove,
    rename, replace, scan,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

struct Folder {
    _kept: tempfile::TempDir,
    root: PathBuf,
}

impl Folder {
    fn new() -> Self {
        let kept = tempfile::tempdir().unwrap();
        let root = kept.path().canonicalize().unwrap().join("prompts");
        fs::create_dir(&root).unwrap();
        Self { _kept: kept, root }
    }

    fn put(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let full = self.root.join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, text).unwrap();
        self
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap()
    }

    /// What lies in the folder, hidden files too.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.root).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn path(text: &str) -> FilePath {
    FilePath::within(Path::new("/x"), &Path::new("/x").join(text)).unwrap()
}

fn hash(text: &str) -> FileHash {
    FileHash::of(text.as_bytes())
}

#[test]
fn a_folder_is_looked_through_and_what_is_passed_over_is_told() {
    let folder = Folder::new();
    let outside = folder.root.parent().unwrap().join("secret.prompt");
    fs::write(&outside, "secret").unwrap();
    fs::create_dir(folder.root.parent().unwrap().join("elsewhere")).unwrap();
    folder.put("a.prompt", "a").put("support/Reply.prompt", "b").put("notes.md", "n").put("data.jsonl", "{}");
    folder.put(".git/c.prompt", "c").put("node_modules/x/d.prompt", "d").put("_partial.prompt", "e");
    folder.put("two words.prompt", "f").put(".prompt", "g").put("twin.prompt", "1").put("Twin.prompt", "2");
    let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, folder.root.join(name)).unwrap();
    link(&outside, "out.prompt");
    link(&folder.root.join("a.prompt"), "in.prompt");
    link(Path::new("../elsewhere"), "linked");
    link(Path::new("nowhere"), "broken.prompt");
    fs::create_dir_all(folder.root.join(vec!["deep"; 40].join("/"))).unwrap();

    let found = scan(&folder.root, |known| known.as_str() == "twin.prompt").unwrap();
    let files: Vec<_> = found.files.keys().map(FilePath::as_str).collect();
    assert_eq!(files, ["a.prompt", "support/Reply.prompt", "twin.prompt"]);
    assert_eq!(path("support/Reply.prompt").name().unwrap().as_str(), "support/reply");
    let skipped: Vec<_> =
        found.skipped.iter().map(|skipped| (skipped.path.as_str(), skipped.reason)).collect();
    let deep = vec!["deep"; 33].join("/");
    let expected = [
        ("Twin.prompt", SkipReason::Twin),
        ("_partial.prompt", SkipReason::Name),
        ("broken.prompt", SkipReason::Link),
        (deep.as_str(), SkipReason::Limit),
        ("in.prompt", SkipReason::Link),
        ("linked", SkipReason::Link),
        ("out.prompt", SkipReason::Link),
        ("two words.prompt", SkipReason::Name),
    ];
    assert_eq!(skipped, expected);
    assert!(found.skipped.iter().all(|skipped| !skipped.message.is_empty()));
    assert!(scan(&folder.root.join("gone"), |_| false).is_err());
}

#[test]
fn what_cannot_be_a_prompt_is_told_with_the_reason() {
    let folder = Folder::new();
    folder.put("good.prompt", "ä\r\n").put("zero.prompt", b"a\0b").put("latin.prompt", b"one\ntwo \xe4");
    fs::File::create(folder.root.join("large.prompt")).unwrap().set_len(100 << 20).unwrap();
    fs::create_dir(folder.root.join("folder.prompt")).unwrap();
    let outside = folder.root.parent().unwrap();
    fs::write(outside.join("x.prompt"), "secret").unwrap();
    std::os::unix::fs::symlink(outside, folder.root.join("up")).unwrap();
    std::os::unix::fs::symlink(outside.join("x.prompt"), folder.root.join("out.prompt")).unwrap();

    let Look::Text(good) = look(&folder.root, &path("good.prompt")) else { panic!() };
    assert_eq!((good.text.as_str(), good.hash), ("ä\r\n", hash("ä\r\n")));
    for (name, reason, words) in [
        ("zero.prompt", SkipReason::Binary, "zero bytes"),
        ("latin.prompt", SkipReason::Encoding, "line 2"),
        ("large.prompt", SkipReason::Large, "has 100 MiB"),
        ("folder.prompt", SkipReason::Link, "no file"),
        ("up/x.prompt", SkipReason::Link, "behind a link"),
        ("out.prompt", SkipReason::Link, "links are not followed"),
    ] {
        let Look::Unfit(unfit) = look(&folder.root, &path(name)) else { panic!("{name}") };
        assert_eq!(
            (unfit.reason, unfit.message.contains(words)),
            (reason, true),
            "{name}: {}",
            unfit.message
        );
    }
    assert_eq!(look(&folder.root, &path("none.prompt")), Look::Gone);
    assert_eq!(look(&folder.root, &path("good.prompt/x.prompt")), Look::Gone);
}

#[test]
fn a_file_is_replaced_as_a_whole_and_only_over_what_was_seen() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.put("a.prompt", "old");
    fs::set_permissions(folder.root.join("a.prompt"), fs::Permissions::from_mode(0o640)).unwrap();
    let changed = replace(&folder.root, &path("a.prompt"), "new", hash("other"));
    assert!(matches!(changed, Err(WriteError::Changed { .. })));
    assert_eq!(folder.text("a.prompt"), "old");
    let stamp = replace(&folder.root, &path("a.prompt"), "new", hash("old")).unwrap();
    let Look::Text(read) = look(&folder.root, &path("a.prompt")) else { panic!() };
    assert_eq!((read.text.as_str(), read.stamp), ("new", stamp));
    let mode = fs::metadata(folder.root.join("a.prompt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);

    fs::set_permissions(folder.root.join("a.prompt"), fs::Permissions::from_mode(0o440)).unwrap();
    let refused = replace(&folder.root, &path("a.prompt"), "newer", hash("new"));
    assert!(matches!(refused, Err(WriteError::ReadOnly { .. })), "{refused:?}");
    assert_eq!((folder.text("a.prompt").as_str(), folder.names()), ("new", vec!["a.prompt".to_owned()]));
}

#[test]
fn files_are_made_renamed_and_removed_without_harm_to_others() {
    let folder = Folder::new();
    create(&folder.root, &path("x/y/a.prompt"), "a").unwrap();
    assert!(matches!(create(&folder.root, &path("x/y/a.prompt"), "b"), Err(WriteError::Taken { .. })));
    assert_eq!(folder.text("x/y/a.prompt"), "a");

    folder.put("b.prompt", "b");
    let taken = rename(&folder.root, &path("b.prompt"), &path("x/y/a.prompt"));
    assert!(matches!(taken, Err(WriteError::Taken { .. })));
    rename(&folder.root, &path("x/y/a.prompt"), &path("z/a.prompt")).unwrap();
    rename(&folder.root, &path("b.prompt"), &path("B.prompt")).unwrap();
    assert_eq!((folder.text("z/a.prompt"), folder.text("B.prompt")), ("a".to_owned(), "b".to_owned()));

    let changed = remove(&folder.root, &path("z/a.prompt"), hash("other"));
    assert!(matches!(changed, Err(WriteError::Changed { .. })));
    assert_eq!(folder.text("z/a.prompt"), "a");
    remove(&folder.root, &path("z/a.prompt"), hash("a")).unwrap();
    assert!(matches!(remove(&folder.root, &path("z/a.prompt"), hash("a")), Err(WriteError::Changed { .. })));
    assert_eq!(fs::read_dir(folder.root.join("z")).unwrap().count(), 0);

    let outside = folder.root.parent().unwrap();
    std::os::unix::fs::symlink(outside, folder.root.join("up")).unwrap();
    let left = create(&folder.root, &path("up/c.prompt"), "c");
    assert!(matches!(left, Err(WriteError::Outside { .. })) && !outside.join("c.prompt").exists());
    fs::remove_dir_all(&folder.root).unwrap();
    assert!(create(&folder.root, &path("d.prompt"), "d").is_err() && !folder.root.exists());
}

#[test]
fn a_file_that_is_removed_as_soon_as_it_is_there_was_made_all_the_same() {
    let folder = Folder::new();
    let made = folder.root.join("a.prompt");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let _ = fs::remove_file(&made);
            }
        });
        for turn in 0..200 {
            let result = create(&folder.root, &path("a.prompt"), "a");
            is_over.store(turn == 199 || result.is_err(), Ordering::Relaxed);
            result.unwrap();
            while made.exists() && turn < 199 {
                std::thread::yield_now();
            }
        }
    });
}

#[test]
fn what_another_program_writes_in_the_very_moment_is_never_lost() {
    const LAST: u32 = 3000;
    let folder = Folder::new();
    folder.put("a.prompt", "theirs 0");
    let root = folder.root.clone();
    let tries = Arc::new(AtomicU32::new(0));
    let ours = Arc::clone(&tries);
    let other = std::thread::spawn(move || {
        for number in 1..=LAST {
            let aside = root.join(".aside");
            fs::write(&aside, format!("theirs {number}")).unwrap();
            fs::rename(&aside, root.join("a.prompt")).unwrap();
            // Now and then there is time for a whole try of ours.
            let after_two = ours.load(Ordering::SeqCst) + 2;
            while number % 100 == 0 && ours.load(Ordering::SeqCst) < after_two {
                std::thread::yield_now();
            }
        }
    });
    let mut written = 0;
    while !other.is_finished() {
        let Look::Text(seen) = look(&folder.root, &path("a.prompt")) else { continue };
        let text = format!("ours on {}", seen.text);
        written += u32::from(replace(&folder.root, &path("a.prompt"), &text, seen.hash).is_ok());
        tries.fetch_add(1, Ordering::SeqCst);
    }
    other.join().unwrap();
    assert!(written > 0);
    assert!(folder.text("a.prompt").ends_with(&format!("theirs {LAST}")), "{}", folder.text("a.prompt"));
}

/// What is touched until nothing more comes for a while.
async fn touched(watch: &Watch) -> Touched {
    let mut all = Touched::default();
    while let Ok(more) = tokio::time::timeout(Duration::from_millis(300), watch.touched()).await {
        all.paths.extend(more.paths);
        all.everything |= more.everything;
        all.git |= more.git;
    }
    all
}

#[tokio::test]
async fn a_watch_tells_what_was_written_at_once_and_nothing_that_was_only_read() {
    let folder = Folder::new();
    folder.put("a.prompt", "a").put("sub/b.prompt", "b").put(".git/HEAD", "ref: refs/heads/main");
    let mut watch = Watch::start();
    watch.follow([folder.root.clone(), folder.root.join("sub"), folder.root.join(".git")]);
    assert_eq!(watch.mode(), &WatchMode::Events);
    let _ = look(&folder.root, &path("a.prompt"));
    assert_eq!(touched(&watch).await, Touched::default());

    let written = Instant::now();
    folder.put("sub/b.prompt", "c");
    let told = watch.touched().await;
    assert!(written.elapsed() < Duration::from_millis(150), "{:?}", written.elapsed());
    assert_eq!(told.paths, [folder.root.join("sub/b.prompt")].into());
    touched(&watch).await;

    folder.put(".git/HEAD", "ref: refs/heads/other");
    let told = touched(&watch).await;
    assert!(told.git && !told.everything && told.paths.is_empty(), "{told:?}");

    // A folder that takes the place of another one is watched in its place.
    fs::remove_dir_all(folder.root.join("sub")).unwrap();
    folder.put("sub/b.prompt", "d");
    assert!(touched(&watch).await.everything);
    watch.follow([folder.root.clone(), folder.root.join("sub")]);
    folder.put("sub/b.prompt", "e");
    assert_eq!(touched(&watch).await.paths, [folder.root.join("sub/b.prompt")].into());
}

#[tokio::test(start_paused = true)]
async fn without_events_everything_is_looked_at_every_two_seconds() {
    let mut watch = Watch::start();
    watch.poll("no more watches".to_owned());
    let begun = tokio::time::Instant::now();
    assert!(watch.touched().await.everything);
    assert_eq!(begun.elapsed(), Duration::from_secs(2));
}

fn git(root: &Path, arguments: &[&str]) {
    let who = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"];
    let output = Command::new("git").current_dir(root).args(who).args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test]
async fn git_says_branch_and_whether_anything_is_uncommitted_and_runs_nothing_unasked() {
    let folder = Folder::new();
    assert_eq!(git_state(&folder.root, true).await, None);
    let repository = folder.root.parent().unwrap();
    git(repository, &["init"]);
    folder.put("a.prompt", "a");
    git(repository, &["add", "."]);
    git(repository, &["commit", "-m", "first"]);
    let state = |dirty| Some(Git { branch: "main".to_owned(), dirty });
    assert_eq!(git_state(&folder.root, true).await, state(Some(false)));
    folder.put("a.prompt", "b");
    assert_eq!(git_state(&folder.root, true).await, state(Some(true)));

    let proof = repository.join("proof");
    git(repository, &["config", "core.fsmonitor", &format!("touch {}", proof.display())]);
    assert_eq!(git_state(&folder.root, true).await, state(Some(true)));
    git(repository, &["config", "filter.evil.clean", &format!("touch {}; cat", proof.display())]);
    fs::write(repository.join(".gitattributes"), "*.prompt filter=evil").unwrap();
    assert_eq!(git_state(&folder.root, false).await, state(None));
    assert!(!proof.exists());
    git(repository, &["checkout", "--detach"]);
    let detached = git_state(&folder.root, false).await.unwrap();
    assert!(detached.branch.len() == 12 && detached.branch.bytes().all(|byte| byte.is_ascii_hexdigit()));
}
