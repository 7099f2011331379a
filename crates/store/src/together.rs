//! Writes of one kind that wait for the writer at the same time are done at once, by statements for all of them: the way
//! to the thread of the connection and back takes longer than most statements do.

use crate::{Store, StoreError};
use futures::future::{BoxFuture, join_all};
use sqlx::SqliteConnection;
use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};
use tokio::sync::oneshot;

/// Does all of these writes, or none where one of them fails; answers what came of each, in their order.
type Work<T, A> = for<'c> fn(&'c mut SqliteConnection, &'c [T]) -> BoxFuture<'c, Result<Vec<A>, StoreError>>;

/// The writes of one kind for which the writer has yet to come.
pub(crate) struct Together<T, A> {
    work: Work<T, A>,
    waiting: Mutex<Group<T, A>>,
}

/// Writes, and who is told of each.
struct Group<T, A> {
    writes: Vec<T>,
    callers: Callers<A>,
}

type Callers<A> = Vec<oneshot::Sender<Result<A, StoreError>>>;

impl<T, A> Default for Group<T, A> {
    fn default() -> Self {
        Self { writes: Vec::new(), callers: Vec::new() }
    }
}

fn tell<A>(callers: Callers<A>, answers: impl IntoIterator<Item = Result<A, StoreError>>) {
    for (caller, answer) in callers.into_iter().zip(answers) {
        // Whoever asked may have gone; what is committed stays.
        let _ = caller.send(answer);
    }
}

impl<T, A> Together<T, A> {
    pub(crate) fn new(work: Work<T, A>) -> Arc<Self> {
        Arc::new(Self { work, waiting: Mutex::default() })
    }

    fn waiting(&self) -> MutexGuard<'_, Group<T, A>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes all that wait; who comes from here on is of the next group.
    fn take(&self) -> (Arc<Vec<T>>, Callers<A>) {
        let Group { writes, callers } = mem::take(&mut *self.waiting());
        (Arc::new(writes), callers)
    }
}

impl Store {
    /// Does a write together with others of its kind that wait. In whose name is said by the first of them.
    pub(crate) async fn write_together<T, A>(
        &self,
        together: &Arc<Together<T, A>>,
        write: T,
    ) -> Result<A, StoreError>
    where
        T: Send + Sync + 'static,
        A: Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let is_first = {
            let mut waiting = together.waiting();
            waiting.writes.push(write);
            waiting.callers.push(caller);
            waiting.callers.len() == 1
        };
        if is_first {
            // On its own: who came first may give up, and the others still wait.
            tokio::spawn(self.clone().write_all(Arc::clone(together)));
        }
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Does what waits once the writer comes to it; each by itself where they cannot be done together.
    async fn write_all<T, A>(self, together: Arc<Together<T, A>>)
    where
        T: Send + Sync + 'static,
        A: Send + 'static,
    {
        let work = together.work;
        let taken = Arc::new(OnceLock::new());
        let done = self.write({
            let (together, taken) = (Arc::clone(&together), Arc::clone(&taken));
            move |connection| {
                let (writes, callers) = together.take();
                let _ = taken.set((Arc::clone(&writes), callers));
                Box::pin(async move { work(connection, &writes).await })
            }
        });
        let done = done.await;
        // Where the writer has ended before it came to them, they still wait.
        let (writes, callers) =
            Arc::into_inner(taken).and_then(OnceLock::into_inner).unwrap_or_else(|| together.take());
        match done {
            Ok(answers) => tell(callers, answers.into_iter().map(Ok)),
            Err(error) if callers.len() == 1 => tell(callers, [Err(error)]),
            Err(_) => {
                let alone = (0..callers.len()).map(|place| {
                    let writes = Arc::clone(&writes);
                    self.write(move |connection| {
                        Box::pin(async move {
                            let answers = work(connection, &writes[place..=place]).await?;
                            answers.into_iter().next().ok_or(StoreError::Closed)
                        })
                    })
                });
                tell(callers, join_all(alone).await);
            }
        }
    }
}
