//! What the book quotes of the template crate: pieces of its files, between two lines of theirs.

use super::evidence::Evidence;
use super::generated::Generated;
use super::sources::Sources;

const PAGE: &str = "docs/src/your-code.md";
const SYNC: &str = "docs/template/src/sync.rs";
const LIB: &str = "docs/template/src/lib.rs";
const TESTS: &str = "docs/template/tests/checked.rs";

/// The part, its file, its first line and its last, as they begin.
const QUOTES: &[(&str, &str, &str, &str)] = &[
    (
        "template-sync",
        SYNC,
        "#[cfg(loom)]",
        "pub use std::sync::atomic::Ordering;",
    ),
    ("template-steps", LIB, "pub trait Steps {", "}"),
    (
        "template-send",
        LIB,
        "impl<T: Send, S: Steps> Sender<T, S> {",
        "}",
    ),
    (
        "template-scenario",
        TESTS,
        "/// Runs `f` as often",
        "fn every_letter_arrives() {",
    ),
    ("template-mutants", TESTS, "mutants! {", "}"),
];

/// Adds the quotes.
pub(super) fn add(
    _evidence: &Evidence,
    sources: &Sources,
    generated: &mut Generated,
) -> Result<(), String> {
    for &(part, path, first, last) in QUOTES {
        let quote = quote(&sources.read(path)?, first, last)
            .ok_or_else(|| format!("{path}: it has no lines from `{first}` to `{last}`"))?;
        generated.part(
            PAGE,
            part,
            format!("`{path}`\n\n```rust,ignore\n{quote}\n```"),
        );
    }
    Ok(())
}

/// The lines from the first that begins so to the next that begins so.
fn quote(text: &str, first: &str, last: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| line.starts_with(first))?;
    let length = lines[start..]
        .iter()
        .position(|line| line.starts_with(last))?;
    Some(lines[start..=start + length].join("\n"))
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn a_quote_is_from_one_line_to_another() {
        let text = "a\nb {\n    }\n}\nc\n";
        assert_eq!(quote(text, "b", "}").as_deref(), Some("b {\n    }\n}"));
        assert_eq!(quote(text, "b", "x"), None);
        assert_eq!(quote(text, "x", "}"), None);
    }
}
