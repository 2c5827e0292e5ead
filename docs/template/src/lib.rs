//! A mailbox for one letter between two threads: a cell, and a flag that says whose it is.

pub mod sync;

use std::fmt;
use std::marker::PhantomData;
use sync::{Arc, AtomicBool, Ordering, UnsafeCell};

/// How the accesses to the flag are ordered, and what happens first.
///
/// A type rather than constants in the code, so that the tests can take away one at a time.
pub trait Steps {
    /// Before the sender fills the cell: the receiver's reading of the last letter is over.
    const LOOK_BEFORE_FILLING: Ordering = Ordering::Acquire;
    /// After the sender filled it: the receiver will see the letter.
    const SENT: Ordering = Ordering::Release;
    /// Before the receiver empties the cell: the letter is seen.
    const LOOK_BEFORE_EMPTYING: Ordering = Ordering::Acquire;
    /// After the receiver emptied it: the sender may fill it.
    const RECEIVED: Ordering = Ordering::Release;
    /// Whether the letter is in the cell before the flag says so.
    const FILL_FIRST: bool = true;
}

/// The steps as they should be.
#[derive(Debug)]
pub struct Right;

impl Steps for Right {}

struct Mailbox<T> {
    full: AtomicBool,
    letter: UnsafeCell<Option<T>>,
}

// SAFETY: `full` says which of the two handles may touch `letter`, and there is one of each kind.
unsafe impl<T: Send> Sync for Mailbox<T> {}
// SAFETY: it holds nothing but a `T`.
unsafe impl<T: Send> Send for Mailbox<T> {}

/// Puts letters in.
pub struct Sender<T, S = Right>(Arc<Mailbox<T>>, PhantomData<fn() -> S>);

/// Takes letters out.
pub struct Receiver<T, S = Right>(Arc<Mailbox<T>>, PhantomData<fn() -> S>);

/// An empty mailbox.
pub fn mailbox<T: Send>() -> (Sender<T>, Receiver<T>) {
    mailbox_with()
}

/// The same, with other steps.
pub fn mailbox_with<T: Send, S: Steps>() -> (Sender<T, S>, Receiver<T, S>) {
    let mailbox = Arc::new(Mailbox {
        full: AtomicBool::new(false),
        letter: UnsafeCell::new(None),
    });
    (
        Sender(Arc::clone(&mailbox), PhantomData),
        Receiver(mailbox, PhantomData),
    )
}

impl<T: Send, S: Steps> Sender<T, S> {
    /// Puts the letter in, or gives it back if the last one is still there.
    pub fn send(&mut self, letter: T) -> Result<(), T> {
        let Mailbox { full, letter: cell } = &*self.0;
        if full.load(S::LOOK_BEFORE_FILLING) {
            return Err(letter);
        }
        if !S::FILL_FIRST {
            full.store(true, S::SENT);
        }
        // SAFETY: the flag was down, so the cell is the sender's, and there is one sender.
        cell.with_mut(|cell| unsafe { *cell = Some(letter) });
        if S::FILL_FIRST {
            full.store(true, S::SENT);
        }
        Ok(())
    }
}

impl<T: Send, S: Steps> Receiver<T, S> {
    /// Takes the letter out, if there is one.
    pub fn receive(&mut self) -> Option<T> {
        let Mailbox { full, letter: cell } = &*self.0;
        if !full.load(S::LOOK_BEFORE_EMPTYING) {
            return None;
        }
        // SAFETY: the flag was up, so the cell is the receiver's, and there is one receiver.
        let letter = cell.with_mut(|cell| unsafe { (*cell).take() });
        full.store(false, S::RECEIVED);
        letter
    }
}

impl<T, S> fmt::Debug for Sender<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender")
    }
}

impl<T, S> fmt::Debug for Receiver<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receiver")
    }
}
