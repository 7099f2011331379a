//! Work that may take long, beside streams that share its thread.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What is looked at, in bytes, where little is done with it.
pub(crate) const LITTLE: usize = 16 << 10;

/// Does work where no stream waits for it. What `is_little` is done at once: to hand it to another thread and to take
/// it back takes longer. `None` where it panicked.
pub(crate) async fn aside<T: Send + 'static>(
    is_little: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    if is_little {
        catch_unwind(AssertUnwindSafe(work)).ok()
    } else {
        tokio::task::spawn_blocking(work).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[tokio::test]
    async fn what_is_little_is_done_here_and_what_may_take_long_elsewhere() {
        let here = thread::current().id();
        assert_eq!(aside(true, || thread::current().id()).await, Some(here));
        assert_ne!(aside(false, || thread::current().id()).await, Some(here));
    }

    #[tokio::test]
    async fn a_panic_is_told_wherever_it_is() {
        for is_little in [true, false] {
            assert_eq!(aside(is_little, || -> u8 { panic!("a defect") }).await, None);
        }
    }
}
