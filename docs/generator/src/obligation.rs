//! The obligations: what each one forbids, and which execution is drawn for it.

/// One of the protocol's obligations.
#[derive(Clone, Copy, Debug)]
pub struct Obligation {
    /// As in `O1`.
    pub id: &'static str,
    /// A word or two.
    pub name: &'static str,
    /// What must never be seen.
    pub forbidden: &'static str,
    /// The scenario and the size of the execution that is drawn.
    pub(super) picture: (&'static str, [usize; 3]),
    /// What the picture shows.
    pub(super) caption: &'static str,
}

const fn obligation(
    id: &'static str,
    name: &'static str,
    picture: (&'static str, [usize; 3]),
    forbidden: &'static str,
    caption: &'static str,
) -> Obligation {
    Obligation {
        id,
        name,
        forbidden,
        picture,
        caption,
    }
}

/// All of them, in their order.
#[rustfmt::skip]
pub const OBLIGATIONS: &[Obligation] = &[
    obligation(
        "O1", "fill", ("handover", [1, 1, 1]),
        "the worker has seen the flip of `fill`, and reads the request as it was before the submitter filled it",
        "the submitter's last access before its commit, and the handler",
    ),
    obligation(
        "O2", "result", ("handover", [1, 1, 1]),
        "the submitter has seen the flip of `done`, and reads the result as it was before the handler wrote it",
        "the handler, and the submitter's look at the result",
    ),
    obligation(
        "O3", "reuse by the submitter", ("handover", [1, 1, 2]),
        "the worker, still at a request, reads what the submitter fills in for the next round",
        "the first round's handler, and the submitter's fill for the second round",
    ),
    obligation(
        "O4", "reuse by the worker", ("handover", [1, 1, 2]),
        "the submitter, still at a result, reads what the worker writes in the next round",
        "the submitter's look at the first result, and the handler of the second round",
    ),
    obligation(
        "O5", "flush", ("handover", [2, 1, 2]),
        "`wait_done` returns while a committed request is not handled, or with a result not delivered or \
         delivered twice",
        "a handler, and the delivery of its result by `wait_done`",
    ),
    obligation(
        "O6", "wake", ("wake_worker", [1, 1, 1]),
        "a side sleeps although what it waits for is there, and the other side, which looked at whether it \
         sleeps, saw it awake",
        "a crossing in which the worker's last look comes too early: then the submitter sees that it sleeps, \
         and wakes it",
    ),
    obligation(
        "O7", "stop", ("stop", [1, 1, 1]),
        "a worker returns, having seen the stop flag, while a request that was committed before the flag is \
         not handled; or a request or a worker is left behind",
        "the submitter's last flip of `fill`, and the worker's look at it after the stop flag",
    ),
    obligation(
        "O8", "flips", ("handover", [1, 1, 2]),
        "two writes of one word of which neither is made from the other: one of the flips is lost",
        "every flip: each word is written by one thread",
    ),
    obligation(
        "O9", "stale", ("stale", [1, 1, 2]),
        "two threads at one request with nothing that orders their accesses, because one of them acted on an \
         old snapshot",
        "a look of the submitter's at `done` that misses a newer flip, and the flip that it misses: all that \
         comes of it is that the request counts as busy for a while longer",
    ),
    obligation(
        "O10", "panic", ("panic", [1, 1, 1]),
        "a handler panics, and its request never comes back, or comes back without the mark",
        "a handler that panics, and the delivery that says so",
    ),
    obligation(
        "O11", "search", ("search", [2, 1, 2]),
        "`prepare` finds nothing although a request is the submitter's",
        "both requests are found, one after the other, the second behind the cursor",
    ),
    obligation(
        "O12", "conservation", ("handover", [1, 2, 2]),
        "a committed request is handled never or twice, or its result is delivered never, twice, or as \
         another's",
        "two requests, each filled, handled and delivered once",
    ),
];
