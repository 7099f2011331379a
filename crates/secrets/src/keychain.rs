//! The keychain of the operating system, asked on a thread of its own.
//!
//! A keychain may ask its user, who may not be there, so whoever asks it waits [`Patience`] at most. The
//! thread may wait longer: an answer that comes late is used the next time.

mod native;
#[cfg(test)]
mod tests;

use crate::{KeyringError, key::Key};
use formaops_domain::ProviderKeyId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// How the keychain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeychainState {
    /// There is none, or it does not work.
    None,
    /// It is there and locked; its next use asks the user.
    Locked,
    /// Keys can be kept in it.
    Available,
}

/// Whether an entry is there, as far as can be told without asking the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Here,
    Locked,
    Absent,
}

/// What a keychain does. Every call may block for as long as its user thinks.
pub(crate) trait Place {
    /// Whether it is locked, without asking the user.
    fn is_locked(&self) -> Result<bool, KeyringError>;

    /// Whether an entry is there, without asking the user.
    fn look(&self, id: ProviderKeyId) -> Result<Presence, KeyringError>;

    fn read(&self, id: ProviderKeyId) -> Result<Zeroizing<Vec<u8>>, KeyringError>;

    fn write(&self, id: ProviderKeyId, key: &str) -> Result<(), KeyringError>;

    /// Fails with [`KeyringError::Gone`] where it is not there.
    fn remove(&self, id: ProviderKeyId) -> Result<(), KeyringError>;
}

type Opener = Arc<dyn Fn() -> Result<Box<dyn Place>, KeyringError> + Send + Sync>;
type Job = Box<dyn FnOnce(&mut Desk) + Send>;
type Cached = Arc<Mutex<HashMap<ProviderKeyId, Arc<Key>>>>;

/// How long to wait for a keychain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Whoever asks is told after this time that it does not answer.
    pub(crate) answer: Duration,
    /// A thread that has been at one question for longer is left to it, and another takes its place.
    pub(crate) thread: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { answer: Duration::from_secs(5), thread: Duration::from_secs(60) }
    }
}

pub(crate) struct Keychain {
    open: Opener,
    patience: Patience,
    worker: Mutex<Option<Worker>>,
    cached: Cached,
}

/// The thread that talks to the keychain.
struct Worker {
    jobs: mpsc::Sender<Job>,
    busy_since: Arc<Mutex<Option<Instant>>>,
}

/// What the thread has before it: the keychain, once it was found.
struct Desk {
    open: Opener,
    place: Option<Box<dyn Place>>,
}

impl Desk {
    fn ask<T>(
        &mut self,
        question: impl FnOnce(&dyn Place) -> Result<T, KeyringError>,
    ) -> Result<T, KeyringError> {
        let place = match self.place.take() {
            Some(place) => place,
            None => (self.open)()?,
        };
        let answer = question(&*place);
        // One that failed is looked for again at the next use.
        if !matches!(answer, Err(KeyringError::NoKeychain | KeyringError::KeychainFailed(_))) {
            self.place = Some(place);
        }
        answer
    }
}

impl Keychain {
    /// The keychain of this system. It is not touched before its first use.
    pub(crate) fn of_system() -> Self {
        Self::new(Arc::new(native::open), Patience::default())
    }

    pub(crate) fn new(open: Opener, patience: Patience) -> Self {
        Self { open, patience, worker: Mutex::default(), cached: Cached::default() }
    }

    pub(crate) async fn state(&self) -> KeychainState {
        match self.ask(|place| place.is_locked()).await {
            Ok(false) => KeychainState::Available,
            Ok(true) | Err(KeyringError::KeychainLocked | KeyringError::KeychainSilent(_)) => {
                KeychainState::Locked
            }
            Err(_) => KeychainState::None,
        }
    }

    pub(crate) async fn look(&self, id: ProviderKeyId) -> Result<Presence, KeyringError> {
        if lock(&self.cached).contains_key(&id) {
            return Ok(Presence::Here);
        }
        self.ask(move |place| place.look(id)).await
    }

    pub(crate) async fn get(&self, id: ProviderKeyId) -> Result<Arc<Key>, KeyringError> {
        if let Some(key) = lock(&self.cached).get(&id) {
            return Ok(Arc::clone(key));
        }
        let cached = Arc::clone(&self.cached);
        self.ask(move |place| {
            // Somebody before us in the queue may have found it.
            if let Some(key) = lock(&cached).get(&id) {
                return Ok(Arc::clone(key));
            }
            let bytes = place.read(id)?;
            let text = std::str::from_utf8(&bytes)
                .map_err(|_| KeyringError::unusable(crate::key::Unusable::NotAscii))?;
            let key = Arc::new(Key::read(text).map_err(KeyringError::unusable)?);
            lock(&cached).insert(id, Arc::clone(&key));
            Ok(key)
        })
        .await
    }

    /// Keeps a key, in place of the one that had its id.
    pub(crate) async fn put(&self, id: ProviderKeyId, key: Key) -> Result<(), KeyringError> {
        let cached = Arc::clone(&self.cached);
        self.ask(move |place| {
            place.write(id, key.expose())?;
            lock(&cached).insert(id, Arc::new(key));
            Ok(())
        })
        .await
    }

    /// Forgets a key. One that is not there is forgotten already.
    pub(crate) async fn remove(&self, id: ProviderKeyId) -> Result<(), KeyringError> {
        self.forget_cached(id);
        match self.ask(move |place| place.remove(id)).await {
            Err(KeyringError::Gone { .. }) => Ok(()),
            done => done,
        }
    }

    /// Takes away, once the keychain is there, what a [`Self::put`] that nobody waited for may have left.
    pub(crate) fn take_back(&self, id: ProviderKeyId) {
        let cached = Arc::clone(&self.cached);
        self.send(Box::new(move |desk| {
            lock(&cached).remove(&id);
            // It was never told to be kept, so nobody is to be told that it cannot be removed.
            let _ = desk.ask(|place| place.remove(id));
        }));
    }

    /// Reads the key anew at its next use: somebody outside may have changed it.
    pub(crate) fn forget_cached(&self, id: ProviderKeyId) {
        lock(&self.cached).remove(&id);
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Place) -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let (answer, answered) = oneshot::channel();
        self.send(Box::new(move |desk| {
            // Nobody is asked for somebody who has gone away.
            if !answer.is_closed() {
                let _ = answer.send(desk.ask(question));
            }
        }));
        match tokio::time::timeout(self.patience.answer, answered).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(KeyringError::KeychainFailed("it did not answer".to_owned())),
            Err(_) => Err(KeyringError::KeychainSilent(self.patience.answer.as_secs())),
        }
    }

    fn send(&self, job: Job) {
        let mut worker = lock(&self.worker);
        let is_stuck = |worker: &Worker| {
            lock(&worker.busy_since).is_some_and(|since| since.elapsed() > self.patience.thread)
        };
        if worker.as_ref().is_none_or(is_stuck) {
            *worker = Worker::start(Arc::clone(&self.open));
        }
        // Where no thread can be started, or a keychain's code has ended it, the job is dropped: whoever
        // waits for it is told at once, and the next use starts another.
        if let Some(running) = &*worker {
            lock(&running.busy_since).get_or_insert_with(Instant::now);
            if running.jobs.send(job).is_err() {
                *worker = None;
            }
        }
    }
}

impl Worker {
    fn start(open: Opener) -> Option<Self> {
        let (jobs, to_do) = mpsc::channel::<Job>();
        let busy_since = Arc::<Mutex<Option<Instant>>>::default();
        let busy = Arc::clone(&busy_since);
        let work = move || {
            let mut desk = Desk { open, place: None };
            for job in to_do {
                *lock(&busy) = Some(Instant::now());
                job(&mut desk);
                *lock(&busy) = None;
            }
        };
        thread::Builder::new().name("keychain".to_owned()).spawn(work).ok()?;
        Some(Self { jobs, busy_since })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
