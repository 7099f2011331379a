use super::*;
use std::{
    future::Future,
    pin::pin,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
};
use tokio::sync::Notify;

const CANARY: &str = "sk-canary-0123456789";

fn id(number: u128) -> ProviderKeyId {
    ProviderKeyId::from_uuid(uuid::Uuid::from_u128(number))
}

fn key(text: &str) -> Key {
    Key::read(text).unwrap()
}

/// A keychain whose entries, mood and user a test decides on.
#[derive(Clone, Default)]
struct Scripted(Arc<Script>);

#[derive(Default)]
struct Script {
    entries: Mutex<HashMap<ProviderKeyId, String>>,
    trouble: Mutex<Option<fn() -> KeyringError>>,
    /// The user, who is waited for before an entry is read or written.
    user: Mutex<Option<Receiver<()>>>,
    asked: Notify,
    opened: AtomicUsize,
    reads: AtomicUsize,
}

impl Scripted {
    fn with(entries: &[(u128, &str)]) -> Self {
        let scripted = Self::default();
        let entries = entries.iter().map(|(number, key)| (id(*number), (*key).to_owned()));
        lock(&scripted.0.entries).extend(entries);
        scripted
    }

    fn keychain(&self) -> Keychain {
        self.patient(Patience::default())
    }

    fn patient(&self, patience: Patience) -> Keychain {
        let script = self.clone();
        let open = move || {
            script.0.opened.fetch_add(1, Ordering::SeqCst);
            match *lock(&script.0.trouble) {
                Some(trouble) => Err(trouble()),
                None => Ok(Box::new(script.clone()) as Box<dyn Place>),
            }
        };
        Keychain::new(Arc::new(open), patience)
    }

    fn in_trouble(&self, trouble: Option<fn() -> KeyringError>) {
        *lock(&self.0.trouble) = trouble;
    }

    /// From now on a user is asked, who answers when the test says so.
    fn asks_its_user(&self) -> Sender<()> {
        let (answer, user) = channel();
        *lock(&self.0.user) = Some(user);
        answer
    }

    /// Waits until the user is asked, and then for what comes of it, with a clock that jumps to the next end
    /// of a time while nothing happens.
    async fn while_the_user_thinks<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        tokio::select! {
            _ = &mut work => panic!("the user was not asked"),
            () = self.0.asked.notified() => {}
        }
        tokio::time::pause();
        let done = work.await;
        tokio::time::resume();
        done
    }

    fn enter(&self) -> Result<(), KeyringError> {
        if let Some(user) = &*lock(&self.0.user) {
            self.0.asked.notify_one();
            let _ = user.recv();
        }
        lock(&self.0.trouble).map_or(Ok(()), |trouble| Err(trouble()))
    }

    fn entries(&self) -> usize {
        lock(&self.0.entries).len()
    }
}

impl Place for Scripted {
    fn is_locked(&self) -> Result<bool, KeyringError> {
        lock(&self.0.trouble).map_or(Ok(false), |trouble| Err(trouble()))
    }

    fn look(&self, id: ProviderKeyId) -> Result<Presence, KeyringError> {
        Ok(if lock(&self.0.entries).contains_key(&id) { Presence::Here } else { Presence::Absent })
    }

    fn read(&self, id: ProviderKeyId) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
        self.enter()?;
        self.0.reads.fetch_add(1, Ordering::SeqCst);
        let found = lock(&self.0.entries).get(&id).cloned();
        found.map(|key| Zeroizing::new(key.into_bytes())).ok_or(KeyringError::Gone { place: "keychain", id })
    }

    fn write(&self, id: ProviderKeyId, key: &str) -> Result<(), KeyringError> {
        self.enter()?;
        lock(&self.0.entries).insert(id, key.to_owned());
        Ok(())
    }

    fn remove(&self, id: ProviderKeyId) -> Result<(), KeyringError> {
        self.enter()?;
        lock(&self.0.entries).remove(&id).map(|_| ()).ok_or(KeyringError::Gone { place: "keychain", id })
    }
}

#[tokio::test]
async fn a_key_is_asked_for_once_however_many_streams_need_it() {
    let scripted = Scripted::with(&[(1, CANARY)]);
    let keychain = scripted.keychain();
    let found = futures::future::join_all((0..128).map(|_| keychain.get(id(1)))).await;
    assert!(found.into_iter().all(|key| key.unwrap().expose() == CANARY));
    assert_eq!(scripted.0.reads.load(Ordering::SeqCst), 1);
    assert_eq!(scripted.0.opened.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_changed_outside_is_seen_once_the_provider_has_refused_the_old_key() {
    let scripted = Scripted::with(&[(1, CANARY)]);
    let keychain = scripted.keychain();
    keychain.get(id(1)).await.unwrap();
    lock(&scripted.0.entries).remove(&id(1));
    assert_eq!(keychain.get(id(1)).await.unwrap().expose(), CANARY);
    keychain.forget_cached(id(1));
    assert!(matches!(keychain.get(id(1)).await, Err(KeyringError::Gone { place: "keychain", .. })));
    assert_eq!(keychain.look(id(1)).await.unwrap(), Presence::Absent);
}

#[tokio::test]
async fn a_key_is_kept_replaced_and_removed() {
    let scripted = Scripted::default();
    let keychain = scripted.keychain();
    keychain.put(id(1), key("sk-old")).await.unwrap();
    keychain.put(id(1), key(CANARY)).await.unwrap();
    assert_eq!(keychain.get(id(1)).await.unwrap().expose(), CANARY);
    assert_eq!(lock(&scripted.0.entries)[&id(1)], CANARY);
    keychain.remove(id(1)).await.unwrap();
    keychain.remove(id(1)).await.unwrap();
    assert!(keychain.get(id(1)).await.is_err());
}

#[tokio::test]
async fn a_keychain_that_was_not_there_or_refused_is_tried_again_at_the_next_use() {
    let scripted = Scripted::with(&[(1, CANARY)]);
    let keychain = scripted.keychain();
    for (trouble, state) in [
        ((|| KeyringError::NoKeychain) as fn() -> KeyringError, KeychainState::None),
        (|| KeyringError::KeychainLocked, KeychainState::Locked),
        (|| KeyringError::KeychainFailed("odd".to_owned()), KeychainState::None),
        (|| KeyringError::KeychainDenied, KeychainState::None),
    ] {
        scripted.in_trouble(Some(trouble));
        assert_eq!(keychain.get(id(1)).await.unwrap_err().to_string(), trouble().to_string());
        assert_eq!(keychain.state().await, state);
        scripted.in_trouble(None);
        assert_eq!(keychain.get(id(1)).await.unwrap().expose(), CANARY);
        assert_eq!(keychain.state().await, KeychainState::Available);
        keychain.forget_cached(id(1));
    }
}

#[tokio::test]
async fn a_question_that_nobody_answers_ends_after_five_seconds_and_a_late_answer_counts() {
    let scripted = Scripted::with(&[(1, CANARY)]);
    let keychain = scripted.keychain();
    let user = scripted.asks_its_user();
    let error = scripted.while_the_user_thinks(keychain.get(id(1))).await.unwrap_err();
    assert!(matches!(error, KeyringError::KeychainSilent(5)), "{error}");

    drop(user);
    assert_eq!(keychain.get(id(1)).await.unwrap().expose(), CANARY);
    assert_eq!(scripted.0.reads.load(Ordering::SeqCst), 1, "the late answer is the one that counts");
}

#[tokio::test]
async fn a_key_that_could_not_be_kept_in_time_is_not_kept_later() {
    let scripted = Scripted::default();
    let keychain = scripted.keychain();
    let user = scripted.asks_its_user();
    assert!(scripted.while_the_user_thinks(keychain.put(id(1), key(CANARY))).await.is_err());
    keychain.take_back(id(1));

    drop(user);
    assert!(matches!(keychain.get(id(1)).await, Err(KeyringError::Gone { .. })));
    assert_eq!(scripted.entries(), 0);
}

#[tokio::test]
async fn a_thread_that_hangs_for_good_is_left_to_it() {
    let scripted = Scripted::with(&[(1, CANARY)]);
    let keychain = scripted.patient(Patience { thread: Duration::ZERO, ..Patience::default() });
    let _user = scripted.asks_its_user();
    let hung = scripted.while_the_user_thinks(keychain.get(id(1))).await;
    assert!(matches!(hung, Err(KeyringError::KeychainSilent(_))));
    assert_eq!(keychain.state().await, KeychainState::Available, "another thread answers");
    assert_eq!(scripted.0.opened.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_entry_that_is_no_key_is_not_quoted() {
    let scripted = Scripted::with(&[(1, "sk-\ncanary-0123456789")]);
    let error = scripted.keychain().get(id(1)).await.unwrap_err();
    assert!(!format!("{error} {error:?} {}", error.hint()).contains("canary"), "{error}");
}
