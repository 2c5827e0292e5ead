//! What `smp_wmb` and `smp_rmb` promise, and what a C11 fence gives.

use super::evidence::Evidence;
use super::generated::Generated;
use super::limits::NOT_COVERED;
use super::litmus::evidence_of;
use super::markdown::{DO_NOT_EDIT, PAGES, head, row};
use super::sources::Sources;

/// What each reading of the barriers says of the mail's claims: a test for each, whose verdict is
/// put in. An empty name is where there is no such test.
const CLAIMS: &[[&str; 4]] = &[
    [
        "O1: the write barrier before the flip of `fill` publishes the request",
        "O1-barriers",
        "O1-ishst-ishld",
        "O1-fences",
    ],
    [
        "O2: the write barrier before the flip of `done` publishes the result",
        "O2-barriers",
        "",
        "O2-fences",
    ],
    [
        "O3: equal bits give the request back to the submitter",
        "O3-barriers",
        "O3-ishst-steor",
        "O3-fences",
    ],
    [
        "O4: equal bits give the result's place back to the worker",
        "O4-barriers",
        "O4-ishst-str",
        "O4-fences",
    ],
    [
        "O5: `wait_done` may read one word that several workers flip",
        "O5-barriers",
        "",
        "O5-fences",
    ],
    [
        "O6: barriers of this kind are enough to sleep and wake by",
        "O6-wmb-rmb",
        "O6-ishst-ishld",
        "O6-fence-on-one-side",
    ],
];

const CONTRACTS: &str = "\
The protocol comes from a mail that wrote it down with `smp_wmb()` and `smp_rmb()`. These names mean different things in \
different places, and two of the obligations hold in some of them only.

| | documented to order | compiled to |
|---|---|---|
| Linux: `smp_wmb()`, `smp_rmb()` (`Documentation/memory-barriers.txt`) | stores with later stores; loads with later loads | on Arm `dmb ishst` and `dmb ishld`, on RISC-V `fence w,w` and `fence r,r`, on x86 no instruction |
| QEMU: `smp_wmb()`, `smp_rmb()` (`docs/devel/atomics.rst`) | the same as Linux's: stores with stores, loads with loads | C11 fences: release and acquire |
| C11, so Rust: `fence(Release)`, `fence(Acquire)` | release: earlier loads *and* stores with later stores; acquire: earlier loads with later loads *and* stores | on Arm `dmb ish` and `dmb ishld` |

A write barrier that orders stores with stores says nothing of a **load** before it. Handing a request over needs no more \
than that: the request is *written* before the flip (O1, O2). Taking it back does: whoever gives a request away has also \
*read* it, and those reads must come before the other side's next writes (O3, O4). Such a load and a later store are \
ordered by a release fence, by a release store and by a full barrier, and not by `smp_wmb`.
";

const MEANING: &str = "\
## What to do about it

- **In Rust, or in C11**, there is nothing to do: `fence(Release)` and a `Release` store order earlier loads too. The \
derivations of [O3](o3.md) and [O4](o4.md) rest on this.
- **In QEMU**, the code happens to be right: its `smp_wmb` *is* a C11 release fence. Its documentation does not promise \
that, so code that relies on it is one redefinition away from the counterexample above. Write the flip as \
`qatomic_store_release`, and the look as `qatomic_load_acquire`.
- **In the Linux kernel**, the design is wrong as the mail has it. Make each flip `smp_store_release()`, or put `smp_mb()` \
before it; where a word has several writers, `smp_mb__before_atomic()` before the `atomic_xor`, or \
`atomic_fetch_xor_release()`; and look with `smp_load_acquire()`. A data dependency from *everything* that was read to \
what is stored before the barrier would do as well, but no compiler is bound to keep it, and one field that is read and \
does not feed the result is enough to break it.
- **A stress test on x86 shows none of this**: x86 never lets a store overtake an earlier load.
";

/// Adds the page.
pub(super) fn add(_: &Evidence, _: &Sources, generated: &mut Generated) -> Result<(), String> {
    let mut text = format!(
        "{DO_NOT_EDIT}\n\n# What the barriers promise\n\n{CONTRACTS}\n## Each claim under each contract\n\n\
         Each verdict is that of a litmus test: *Never* is the wanted one.\n\n"
    );
    text += &head(&[
        "claim",
        "as documented (LKMM)",
        "as on Arm (`dmb ishst`, `dmb ishld`)",
        "as C11 fences (RC11)",
    ]);
    for [claim, tests @ ..] in CLAIMS {
        let mut cells = vec![(*claim).to_owned()];
        for test in tests {
            cells.push(match *test {
                "" => "–".to_owned(),
                test => evidence_of(test)?.0,
            });
        }
        text += &row(&cells.iter().map(String::as_str).collect::<Vec<_>>());
    }
    text.push('\n');
    for (title, test, said) in [
        ("O3 fails", "O3-barriers", O3),
        ("O4 fails", "O4-barriers", O4),
        ("Two requests through one slot", "O3-O4-two-requests", TWO),
    ] {
        let (verdict, picture) = evidence_of(test)?;
        let picture = picture
            .ok_or_else(|| format!("{test} has no execution with its outcome: O3 and O4 hold?"))?;
        let name = format!("pictures/{test}.svg");
        generated.file(format!("{PAGES}/{name}"), picture);
        text += &format!(
            "## {title}\n\n{said}\n\n{verdict}.\n\n![{test}, an execution that the LKMM allows]({name})\n\n"
        );
    }
    let repaired = [
        "O3-store-release",
        "O3-release-acquire",
        "O4-store-release",
        "O4-release-acquire",
        "O3-O4-two-requests-repaired",
        "O3-stlr",
        "O4-stlr",
    ];
    text += "## The repairs\n\n";
    for test in repaired {
        text += &format!("- {}\n", evidence_of(test)?.0);
    }
    text += &format!("\n{MEANING}\n## What this does not cover\n\n{NOT_COVERED}");
    generated.file(format!("{PAGES}/barriers.md"), text);
    Ok(())
}

const O3: &str = "\
The worker reads the request, writes a result that does not depend on it, passes `smp_wmb` and flips `done`. Nothing orders \
the read with the flip. The submitter sees the flip, passes `smp_rmb` and fills the request anew, and the worker's read, \
framed in red, returns the *new* request. Rows are in an order that is as close to one in time as this execution has; an \
arrow that points up reads what stands below.";

const O4: &str = "\
The same from the other side: the submitter reads the first result, fills the request for the second round, passes \
`smp_wmb` and flips `fill`. Its read of the result may come after all that, and return what the worker writes in the \
second round.";

const TWO: &str = "\
Both at once, in a run that nobody would call exotic: one slot, two requests, and a worker whose result *does* depend on \
what it reads, so that O3 holds by that dependency. The submitter asks for request 1, sees its flip, reads the result, and \
asks for request 2. It gets the second request's result for its first request: 12 where 11 is right.";
