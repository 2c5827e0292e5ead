//! An independent oracle for the explorer: a brute-force enumerator of all consistent execution
//! graphs of small programs, which shares no consistency code with the crate.
//!
//! - `ast`, `exec`: programs as text, and what their threads do for given read values.
//! - `rel`, `rc11`: relations as matrices, and the axioms as the paper has them.
//! - `enumerate`, `canon`: all graphs of a program, as a set of texts.
//! - `explorer`, `graph`: the same programs under weft, and its graphs as such texts.
//! - `known`: litmus tests with known answers, which test the enumerator itself.

mod oracle {
    pub(crate) mod ast;
    pub(crate) mod canon;
    mod classics;
    mod compare;
    pub(crate) mod enumerate;
    pub(crate) mod exec;
    pub(crate) mod explorer;
    pub(crate) mod flavours;
    pub(crate) mod graph;
    pub(crate) mod grow;
    mod itself;
    mod known;
    mod pinned;
    mod protocol;
    pub(crate) mod random;
    pub(crate) mod rc11;
    pub(crate) mod rel;
    mod shrink;
}
