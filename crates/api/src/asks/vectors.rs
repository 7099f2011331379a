//! Vectors of texts that were made, so that a text is asked for once in a run: that which all answers of a suite are
//! held against, above all.

use formaops_domain::{ModelRef, RunId, canonical_hash};
use serde_json::json;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// The most vectors that are kept; of more, those that were used longest ago are forgotten.
const MOST: usize = 1_024;

/// A run, a model and a text.
type Key = [u8; 32];
type Place = Arc<AsyncMutex<Found>>;

/// The vectors that were made of late, and those that are being made.
#[derive(Default)]
pub(super) struct Vectors(Mutex<Places>);

#[derive(Default)]
struct Places {
    by_key: HashMap<Key, (u64, Place)>,
    uses: u64,
}

#[derive(Default)]
enum Found {
    /// Whoever holds the place asks for it.
    #[default]
    Nothing,
    Vector(Vec<f32>),
    /// Those that waited for it are told this; who comes later asks again.
    Failed(String),
}

impl Vectors {
    /// A vector for each text, in order. Those that are neither known nor being asked for are asked for, together.
    ///
    /// # Errors
    /// What `ask` says, or what it said to whoever asked for one of the texts before.
    pub(super) async fn of(
        &self,
        run: RunId,
        model: &ModelRef,
        texts: &[String],
        ask: impl AsyncFnOnce(Vec<String>) -> Result<Vec<Vec<f32>>, String>,
    ) -> Result<Vec<Vec<f32>>, String> {
        let keys: Vec<Key> = texts.iter().map(|text| canonical_hash(&json!([run, model, text]))).collect();
        // Places are taken in the order of their keys, so that two who want the same do not wait for each other.
        let wanted: BTreeMap<&Key, &String> = keys.iter().zip(texts).collect();
        let (mut known, mut missing) = (HashMap::new(), Vec::new());
        for (key, text) in wanted {
            let place = self.places().take(*key);
            let found = Arc::clone(&place).lock_owned().await;
            match &*found {
                Found::Vector(vector) => drop(known.insert(*key, vector.clone())),
                Found::Failed(why) => return Err(why.clone()),
                Found::Nothing => missing.push((*key, text.clone(), found)),
            }
        }
        if !missing.is_empty() {
            let made = ask(missing.iter().map(|(_, text, _)| text.clone()).collect()).await;
            let made = made.and_then(|vectors| {
                let is_whole = vectors.len() == missing.len();
                if is_whole {
                    Ok(vectors)
                } else {
                    Err("the model did not make a vector of each text".to_owned())
                }
            });
            known.extend(self.keep(missing, made)?);
        }
        Ok(keys.iter().filter_map(|key| known.get(key).cloned()).collect())
    }

    fn keep(
        &self,
        missing: Vec<(Key, String, OwnedMutexGuard<Found>)>,
        made: Result<Vec<Vec<f32>>, String>,
    ) -> Result<Vec<(Key, Vec<f32>)>, String> {
        match made {
            Ok(vectors) => {
                let kept = missing.into_iter().zip(vectors).map(|((key, _, mut found), vector)| {
                    *found = Found::Vector(vector.clone());
                    (key, vector)
                });
                Ok(kept.collect())
            }
            Err(why) => {
                for (key, _, mut found) in missing {
                    *found = Found::Failed(why.clone());
                    self.places().by_key.remove(&key);
                }
                Err(why)
            }
        }
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Places {
    fn take(&mut self, key: Key) -> Place {
        self.uses += 1;
        let entry = self.by_key.entry(key).or_default();
        entry.0 = self.uses;
        let place = Arc::clone(&entry.1);
        if self.by_key.len() > MOST {
            let oldest = self.by_key.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| *key);
            oldest.into_iter().for_each(|oldest| drop(self.by_key.remove(&oldest)));
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::join_all;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Barrier;

    fn run(number: u8) -> RunId {
        RunId::from_bytes(&[number; 16]).unwrap()
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn lengths(texts: &[String]) -> Vec<Vec<f32>> {
        texts.iter().map(|text| vec![text.len() as f32]).collect()
    }

    #[tokio::test]
    async fn a_text_is_asked_for_once_in_a_run_however_many_want_it_at_once() {
        let (vectors, model) = (Vectors::default(), "p:m".parse().unwrap());
        let asked = Mutex::new(Vec::new());
        let asking = join_all(["one", "three", "fifth"].map(|answer| {
            let (vectors, model, asked) = (&vectors, &model, &asked);
            async move {
                let wanted = texts(&[answer, "reference", answer]);
                let made = vectors
                    .of(run(1), model, &wanted, async |missing| {
                        tokio::task::yield_now().await;
                        asked.lock().unwrap().extend(missing.clone());
                        Ok(lengths(&missing))
                    })
                    .await;
                assert_eq!(made.unwrap(), lengths(&wanted));
            }
        }));
        asking.await;
        let mut asked = asked.into_inner().unwrap();
        asked.sort();
        assert_eq!(asked, ["fifth", "one", "reference", "three"]);
        let wanted = texts(&["reference"]);
        let other = vectors.of(run(2), &model, &wanted, async |missing| Ok(lengths(&missing))).await;
        assert_eq!(other.unwrap().len(), 1, "another run asks for itself");
    }

    #[tokio::test]
    async fn who_waits_for_one_that_fails_is_told_why_and_who_comes_later_asks_again() {
        let (vectors, model) = (Vectors::default(), "p:m".parse().unwrap());
        let (begun, tries) = (Barrier::new(2), AtomicUsize::new(0));
        let wanted = texts(&["reference"]);
        let first = vectors.of(run(1), &model, &wanted, async |_| {
            begun.wait().await;
            tries.fetch_add(1, Ordering::Relaxed);
            Err("it broke".to_owned())
        });
        let second = async {
            begun.wait().await;
            vectors
                .of(run(1), &model, &wanted, async |_| {
                    tries.fetch_add(1, Ordering::Relaxed);
                    Err("again".to_owned())
                })
                .await
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!((first.unwrap_err(), second.unwrap_err()), ("it broke".to_owned(), "it broke".to_owned()));
        assert_eq!(tries.into_inner(), 1);
        let later = vectors.of(run(1), &model, &wanted, async |missing| Ok(lengths(&missing))).await;
        assert_eq!(later.unwrap(), lengths(&wanted));
    }

    #[tokio::test]
    async fn where_whoever_asked_is_cancelled_the_next_one_asks() {
        let (vectors, model) = (Vectors::default(), "p:m".parse().unwrap());
        let wanted = texts(&["reference"]);
        {
            let never = vectors.of(run(1), &model, &wanted, async |_| std::future::pending().await);
            assert!(futures::FutureExt::now_or_never(never).is_none());
        }
        let next = vectors.of(run(1), &model, &wanted, async |missing| Ok(lengths(&missing))).await;
        assert_eq!(next.unwrap(), lengths(&wanted));
    }

    #[test]
    fn only_so_many_are_kept_and_those_in_use_stay() {
        let mut places = Places::default();
        let key = |number: usize| canonical_hash(&number);
        for number in 0..MOST * 2 {
            places.take(key(number));
            places.take(key(0));
        }
        assert_eq!(places.by_key.len(), MOST);
        assert!(places.by_key.contains_key(&key(0)) && !places.by_key.contains_key(&key(1)));
    }
}
