//! The mailbox under whichever checker the cfg names, and on real threads without one.
//!
//! ```text
//! RUSTFLAGS="--cfg weft" cargo test --release
//! ```

use mailbox::sync::{Ordering, thread};
use mailbox::{Right, Steps, mailbox_with};

/// Runs `f` as often as the checker needs to. Panics if it fails in one of the executions.
fn check(f: impl Fn() + Send + Sync + 'static) {
    #[cfg(loom)]
    loom::model(f);
    #[cfg(shuttle)]
    shuttle::check_random(f, 10_000);
    #[cfg(weft)]
    weft::model(f);
    #[cfg(not(any(loom, shuttle, weft)))]
    (0..100).for_each(|_| f());
}

/// Three letters arrive, in order: the second and third need the cell a second and a third time.
fn letters_arrive<S: Steps + 'static>() {
    let (mut sender, mut receiver) = mailbox_with::<u32, S>();
    let sending = thread::spawn(move || {
        for letter in 1..=3 {
            while sender.send(letter).is_err() {
                // Every waiting loop says that it waits.
                thread::yield_now();
            }
        }
    });
    for expected in 1..=3 {
        let letter = loop {
            match receiver.receive() {
                Some(letter) => break letter,
                None => thread::yield_now(),
            }
        };
        assert_eq!(letter, expected);
    }
    sending.join().unwrap();
}

#[test]
fn every_letter_arrives() {
    check(letters_arrive::<Right>);
}

/// A check that finds nothing shows little unless it would have found something: each step is
/// spoilt in turn, and the checker has to notice.
macro_rules! mutants {
    ($($name:ident ($kind:ident) { $($step:tt)+ })+) => { $(
        #[test]
        #[cfg_attr(not(any(loom, shuttle, weft)), ignore = "it is a race: only a checker may run it")]
        fn $name() {
            struct Spoilt;
            impl Steps for Spoilt {
                $($step)+
            }
            let noticed = std::panic::catch_unwind(|| check(letters_arrive::<Spoilt>)).is_err();
            assert_eq!(noticed, Lacks::$kind.must_show());
        }
    )+ };
}

enum Lacks {
    AnOrder,
    AStep,
}

impl Lacks {
    /// shuttle knows sequential consistency alone. It must not notice a missing order, so that
    /// nobody takes its silence for evidence.
    fn must_show(&self) -> bool {
        match self {
            Self::AnOrder => !cfg!(shuttle),
            Self::AStep => true,
        }
    }
}

mutants! {
    the_sender_looks_relaxed (AnOrder) { const LOOK_BEFORE_FILLING: Ordering = Ordering::Relaxed; }
    sent_relaxed (AnOrder) { const SENT: Ordering = Ordering::Relaxed; }
    the_receiver_looks_relaxed (AnOrder) { const LOOK_BEFORE_EMPTYING: Ordering = Ordering::Relaxed; }
    received_relaxed (AnOrder) { const RECEIVED: Ordering = Ordering::Relaxed; }
    the_flag_goes_up_first (AStep) { const FILL_FIRST: bool = false; }
}
