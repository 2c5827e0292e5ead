//! What the pages take from the sources: lines of code, and the statements of the obligations.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The table of obligations that is written by hand.
const PROTOCOL: &str = "docs/src/protocol.md";

/// So many lines before and after a line are shown with it.
const BEFORE: u32 = 3;
const AFTER: u32 = 1;

/// The sources of a workspace.
#[derive(Debug)]
pub struct Sources {
    root: PathBuf,
}

impl Sources {
    pub(super) fn of(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// The text of a file.
    pub(super) fn read(&self, path: &str) -> Result<String, String> {
        fs::read_to_string(self.root.join(path)).map_err(|why| format!("{path}: {why}"))
    }

    /// The statement of an obligation, as the protocol's page has it.
    pub(super) fn statement(&self, id: &str) -> Result<String, String> {
        let page = self.read(PROTOCOL)?;
        let start = format!("| {id} |");
        let row = page.lines().find_map(|line| line.strip_prefix(&start));
        let cell = row.and_then(|row| row.split('|').next());
        let statement = cell.map(|cell| cell.trim().to_owned());
        statement.ok_or_else(|| format!("{PROTOCOL}: its table of obligations has no row for {id}"))
    }

    /// The code around some lines, file by file, each line with its number.
    pub(super) fn quoted(&self, places: &BTreeSet<(String, u32)>) -> Result<String, String> {
        let mut files: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for (file, line) in places {
            let shown = line.saturating_sub(BEFORE).max(1)..=line + AFTER;
            files.entry(file).or_default().extend(shown);
        }
        let mut text = String::new();
        for (file, shown) in files {
            let source = self.read(file)?;
            let lines: Vec<(u32, &str)> = (1..).zip(source.lines()).collect();
            let chosen = lines.iter().filter(|(number, _)| shown.contains(number));
            let chosen: Vec<_> = chosen.collect();
            let indents = chosen.iter().filter(|(_, code)| !code.trim().is_empty());
            let indent = indents
                .map(|(_, code)| code.len() - code.trim_start().len())
                .min();
            let indent = indent.unwrap_or(0);
            let width = chosen
                .last()
                .map_or(1, |(number, _)| number.to_string().len());
            // Writing to a String cannot fail.
            let _ = write!(text, "`{file}`\n\n```rust,ignore\n");
            let mut last = None;
            for (number, code) in chosen {
                if last.is_some_and(|last| last + 1 != *number) {
                    let _ = writeln!(text, "{:>width$}", "…");
                }
                last = Some(*number);
                let code = code.get(indent..).unwrap_or_default();
                let _ = writeln!(text, "{}", format!("{number:>width$}  {code}").trim_end());
            }
            text.push_str("```\n\n");
        }
        Ok(text)
    }
}
