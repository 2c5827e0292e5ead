//! What the page says that the checkers cannot show, pinned.

use flipside_gallery::entry::Programs;
use flipside_gallery::shim::{self, Cell, Checker, Thread, Word};
use flipside_gallery::{Answers, Form};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};

macro_rules! programs {
    ($program:ident) => {
        Programs {
            weft: $program::<shim::Weft>,
            loom: $program::<shim::Loom>,
            shuttle: $program::<shim::Shuttle>,
        }
    };
}

struct Words<C: Checker> {
    x: C::Word,
    y: C::Word,
}

fn words<C: Checker>() -> Arc<Words<C>> {
    Arc::new(Words {
        x: C::word("x"),
        y: C::word("y"),
    })
}

/// Store buffering, repaired with accesses rather than with fences.
fn seqcst_accesses<C: Checker>(form: Form) {
    let order = form.pick(Relaxed, SeqCst);
    let words = words::<C>();
    let sleeper = C::spawn("sleeper", &words, move |words| {
        words.x.store(1, order);
        if words.y.load(order) == 0 {
            C::park();
        }
    });
    words.y.store(1, order);
    if words.x.load(order) == 1 {
        sleeper.unpark();
    }
    sleeper.join();
}

#[test]
fn loom_takes_seqcst_accesses_for_acquire_and_release() {
    let buggy = Answers::of(programs!(seqcst_accesses), Form::Buggy);
    assert!(buggy.weft.failure.is_some() && buggy.loom.failure.is_some());
    let fixed = Answers::of(programs!(seqcst_accesses), Form::Fixed);
    assert_eq!(fixed.weft.failure, None);
    // A false alarm. If an upgrade ends it, the page must no longer say so.
    let alarm = fixed.loom.failure.expect("loom's false alarm");
    assert!(alarm.contains("deadlock"), "{alarm}");
}

/// The way back of a ring whose sample is atomic: the reader's load could come after its store.
fn late_load<C: Checker>(form: Form) {
    let words = words::<C>();
    let kernel = C::spawn("kernel", &words, |words| {
        if words.y.load(Relaxed) == 1 {
            words.x.store(2, Relaxed);
        }
    });
    let sample = words.x.load(Relaxed);
    if form.fixed() {
        C::fence(Release);
    }
    words.y.store(1, Relaxed);
    assert_eq!(sample, 0, "the sample of the next lap");
    kernel.join();
}

#[test]
fn no_checker_shows_a_load_that_reads_from_a_later_store() {
    // Some hardware does. So the buggy form passes, and the gallery's ring has a plain cell, whose race shows.
    for form in [Form::Buggy, Form::Fixed] {
        let answers = Answers::of(programs!(late_load), form);
        let answers = [answers.weft, answers.loom, answers.shuttle];
        assert!(answers.iter().all(|a| a.failure.is_none()), "{answers:?}");
    }
}

struct Mail<C: Checker> {
    letter: C::Cell,
    flag: C::Word,
}

/// Message passing in the wrong order: no barrier is missing, the flag is stored first.
fn flag_first<C: Checker>(form: Form) {
    let mail = Arc::new(Mail::<C> {
        letter: C::cell("letter"),
        flag: C::word("flag"),
    });
    let sender = C::spawn("sender", &mail, move |mail| {
        if form.fixed() {
            mail.letter.set(1);
            mail.flag.store(1, Release);
        } else {
            mail.flag.store(1, Release);
            mail.letter.set(1);
        }
    });
    if mail.flag.load(Acquire) == 1 {
        assert_eq!(mail.letter.get(), 1, "an empty letter");
    }
    sender.join();
}

#[test]
fn shuttle_is_scheduled_at_plain_accesses() {
    // What its pass of a weak-memory bug is worth: it would have seen the same bug in program order.
    let buggy = Answers::of(programs!(flag_first), Form::Buggy);
    for answer in [buggy.weft, buggy.loom, buggy.shuttle] {
        assert!(answer.failure.is_some(), "{answer:?}");
    }
    let fixed = Answers::of(programs!(flag_first), Form::Fixed);
    for answer in [fixed.weft, fixed.loom, fixed.shuttle] {
        assert_eq!(answer.failure, None);
    }
}
