//! What the proofs do not cover: said here, and in the same words wherever it is said.

/// A list in Markdown.
pub const NOT_COVERED: &str = "\
- **Load buffering.** RC11 forbids cycles of sequenced-before and reads-from. The C++ standard and some hardware (Arm, \
POWER) allow them for relaxed accesses that no dependency orders. No proof here covers those executions.
- **Larger sizes.** A verdict holds for the scenarios and sizes in its table. COMPLETE means every execution of these, \
not of every pool; there is no induction over sizes.
- **loom and shuttle as evidence.** loom explores a part of C11, so only weft's COMPLETE is a proof under RC11. shuttle \
knows sequential consistency alone and is no evidence for any ordering.
- **Hardware and compilers.** That they implement C11 is assumed. A stress run on x86 proves nothing about O1 to O4: x86 \
never reorders loads with loads, stores with stores, or a load with a later store, so the accesses that these barriers \
order are in order there without them.
- **The kernel's barriers.** The derivations rest on C11's fences and orderings. Under what `smp_wmb` and `smp_rmb` are \
documented to do, O3 and O4 fail: see [What the barriers promise](barriers.md).
";
