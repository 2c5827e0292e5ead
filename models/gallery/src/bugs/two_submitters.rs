//! In the flip-bitmap design one thread alone flips `fill` bits, so a flip can be a load and a store. Let a second one
//! submit, and each may store what it loaded before the other's flip: one request is lost, without a trace. No barrier
//! helps. Either the flip becomes a read-modify-write, or there is one submitter: a contract, and better held by
//! the type system than by a comment.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

struct Bitmap<C: Checker> {
    fill: C::Word,
}

fn flip<C: Checker>(bitmap: &Bitmap<C>, bit: u64, form: Form) {
    if form.fixed() {
        bitmap.fill.fetch_xor(1 << bit, Relaxed);
    } else {
        let old = bitmap.fill.load(Relaxed);
        bitmap.fill.store(old ^ 1 << bit, Relaxed);
    }
}

fn program<C: Checker>(form: Form) {
    let bitmap = Arc::new(Bitmap::<C> {
        fill: C::word("fill"),
    });
    let other = C::spawn("submitter 1", &bitmap, move |bitmap| {
        flip(bitmap, 1, form);
    });
    flip(&bitmap, 0, form);
    other.join();

    let fill = bitmap.fill.load(Relaxed);
    assert!(fill == 0b11, "a flip is lost: fill is {fill}");
}

pub(super) const ENTRY: Entry = Entry {
    id: "two-submitters",
    title: "Two submitters, one flip",
    shape: Shape::Flip,
    origins: &[Origin::of("flip-bitmap designs with a second submitter")],
    main: "submitter 0",
    seen: "Both read 0, both store a word with their own bit alone, and the one that comes later wins.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "a flip is lost",
        loom: "a flip is lost",
        shuttle: Shuttle::Fails,
        graphs: (2, 0),
    },
    file: file!(),
    text: include_str!("two_submitters.rs"),
};
