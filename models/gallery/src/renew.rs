//! The generated files: the page and the seeds.

use crate::page::{self, Exhibit, page};
use crate::{repository, seed};
use flipside_record::seed::gallery::RENEW;
use std::io;
use std::path::{Path, PathBuf};

/// The files that are generated, and what must be in them.
#[must_use]
pub fn files(exhibits: &[Exhibit]) -> Vec<(PathBuf, String)> {
    let seeds = exhibits.iter().filter_map(|exhibit| {
        let failure = exhibit.buggy.report.failure()?;
        let text = seed::of(exhibit.entry, failure).to_string();
        Some((seed::path(exhibit.entry), text))
    });
    let mut files: Vec<_> = seeds.collect();
    files.push((page::path(), page(exhibits)));
    files
}

/// Writes those that are stale, and says which.
///
/// # Errors
/// As the file system has them.
pub fn write(files: Vec<(PathBuf, String)>) -> io::Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for (path, text) in files {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        if !holds(&path, &text) {
            std::fs::write(&path, text)?;
            written.push(path);
        }
    }
    Ok(written)
}

/// Finds the files that do not hold what they must.
///
/// # Errors
/// Names them, and says what to do.
pub fn check(files: &[(PathBuf, String)]) -> Result<(), String> {
    let stale = files.iter().filter(|(path, text)| !holds(path, text));
    let stale: Vec<String> = stale
        .map(|(path, _)| format!("\n  {}", name(path)))
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!("stale:{}\n{RENEW}", stale.concat()))
}

/// A file's name relative to the repository, where it is inside.
#[must_use]
pub fn name(path: &Path) -> String {
    let path = path.strip_prefix(repository()).unwrap_or(path);
    path.display().to_string()
}

fn holds(path: &Path, text: &str) -> bool {
    // A checkout may have other line ends.
    std::fs::read_to_string(path).is_ok_and(|found| found.replace("\r\n", "\n") == text)
}
