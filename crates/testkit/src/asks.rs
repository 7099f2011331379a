//! Answers to what rules ask for, prepared by a test.

use formaops_domain::{Answer, Ask, Execution, ports::Asks};
use futures::{FutureExt, future::BoxFuture};
use std::{
    collections::VecDeque,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// Gives the answers that were prepared, in order, and remembers what was asked. Once there are none left, nothing can
/// be found out.
#[derive(Debug, Default)]
pub struct ScriptedAsks {
    answers: Mutex<VecDeque<Answer>>,
    asked: Mutex<Vec<Ask>>,
    is_silent: AtomicBool,
}

impl ScriptedAsks {
    /// The next thing that is asked is answered so.
    pub fn answer_with(&self, answer: Answer) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push_back(answer);
    }

    /// From now on nothing is ever answered.
    pub fn answer_never(&self) {
        self.is_silent.store(true, Ordering::Relaxed);
    }

    /// All that was asked, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<Ask> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Asks for ScriptedAsks {
    fn answer<'a>(&'a self, _: &'a Execution, ask: Ask) -> BoxFuture<'a, Answer> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(ask);
        if self.is_silent.load(Ordering::Relaxed) {
            return futures::future::pending().boxed();
        }
        let next = self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        futures::future::ready(next.unwrap_or_else(|| Answer::Failed("nothing was prepared".to_owned())))
            .boxed()
    }
}
