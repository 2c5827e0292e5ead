//! What is generated: whole files, and parts of files that are otherwise written by hand. Written,
//! or held against what is there.
//!
//! A part stands between two lines of its file that name it:
//!
//! ```text
//! <!-- generated: totals -->
//! <!-- end of generated: totals -->
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// Texts by the paths of their files, which start at the workspace's root and have slashes.
#[derive(Clone, Debug, Default)]
pub struct Generated {
    files: BTreeMap<String, String>,
    parts: BTreeMap<String, Vec<(String, String)>>,
    directories: Vec<String>,
}

/// A file that is not as it is generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The file.
    pub path: String,
    /// In which way.
    pub why: String,
    /// What it is to be; none, if it is not to be.
    wanted: Option<String>,
}

impl Generated {
    /// A file that is generated as a whole.
    pub fn file(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(path.into(), text.into());
    }

    /// A part of a file: what stands between the two lines that name it.
    pub fn part(&mut self, path: impl Into<String>, name: &str, text: impl Into<String>) {
        let parts = self.parts.entry(path.into()).or_default();
        parts.push((name.to_owned(), text.into()));
    }

    /// A directory in which there is nothing that is not generated.
    pub fn directory(&mut self, path: impl Into<String>) {
        self.directories.push(path.into());
    }

    /// Every file that is not as it is generated, by path.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or has no place for a part.
    pub fn stale(&self, root: &Path) -> Result<Vec<Stale>, String> {
        let mut stale = Vec::new();
        for (path, text) in &self.files {
            stale.extend(differs(path, read(root, path)?, text));
        }
        for (path, parts) in &self.parts {
            let there = read(root, path)?.ok_or_else(|| format!("{path} is not there"))?;
            let mut wanted = there.clone();
            for (name, text) in parts {
                wanted = placed(&wanted, name, text).map_err(|why| format!("{path}: {why}"))?;
            }
            stale.extend(differs(path, Some(there), &wanted));
        }
        for directory in &self.directories {
            for path in listed(root, directory)? {
                if !self.files.contains_key(&path) {
                    stale.push(Stale {
                        path,
                        why: "it is no longer generated".to_owned(),
                        wanted: None,
                    });
                }
            }
        }
        stale.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(stale)
    }
}

impl Stale {
    /// Makes the file what it is to be.
    ///
    /// # Errors
    ///
    /// If it cannot be written or removed.
    pub fn renew(&self, root: &Path) -> Result<(), String> {
        let file = root.join(&self.path);
        let done = match &self.wanted {
            None => fs::remove_file(&file),
            Some(text) => file
                .parent()
                .map_or(Ok(()), fs::create_dir_all)
                .and_then(|()| fs::write(&file, text)),
        };
        done.map_err(|why| format!("{}: {why}", self.path))
    }
}

/// The text of a file; none, if it is not there. Line ends are what git makes them.
fn read(root: &Path, path: &str) -> Result<Option<String>, String> {
    match fs::read_to_string(root.join(path)) {
        Ok(text) => Ok(Some(text.replace("\r\n", "\n"))),
        Err(why) if why.kind() == ErrorKind::NotFound => Ok(None),
        Err(why) => Err(format!("{path}: {why}")),
    }
}

fn differs(path: &str, there: Option<String>, wanted: &str) -> Option<Stale> {
    let why = match there {
        Some(there) if there == wanted => return None,
        Some(there) => first_difference(&there, wanted),
        None => "it is not there".to_owned(),
    };
    Some(Stale {
        path: path.to_owned(),
        why,
        wanted: Some(wanted.to_owned()),
    })
}

fn first_difference(there: &str, wanted: &str) -> String {
    let mut lines = (1..).zip(wanted.lines());
    let mut old = there.lines();
    let new = lines.find(|(_, new)| old.next() != Some(new));
    match new {
        Some((line, new)) => format!("line {line} is now `{}`", shortened(new)),
        None => "it is shorter now".to_owned(),
    }
}

/// So much of a line as helps.
fn shortened(line: &str) -> String {
    const MOST: usize = 100;
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

fn placed(text: &str, name: &str, part: &str) -> Result<String, String> {
    let begin = format!("<!-- generated: {name} -->\n");
    let end = format!("<!-- end of generated: {name} -->");
    let pieces = text.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some((before, after))
    });
    let (before, after) = pieces.ok_or_else(|| {
        format!(
            "it has no lines `{}` and `{end}` for the part to stand between",
            begin.trim_end()
        )
    })?;
    Ok(format!("{before}{begin}{}\n{end}{after}", part.trim_end()))
}

/// The files under a directory.
fn listed(root: &Path, directory: &str) -> Result<Vec<String>, String> {
    let entries = match fs::read_dir(root.join(directory)) {
        Ok(entries) => entries,
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(why) => return Err(format!("{directory}: {why}")),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|why| format!("{directory}: {why}"))?;
        let path = format!("{directory}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            paths.extend(listed(root, &path)?);
        } else {
            paths.push(path);
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKED: &str =
        "by hand\n<!-- generated: a -->\nold\n<!-- end of generated: a -->\nby hand\n";

    fn whys(generated: &Generated, root: &Path) -> Vec<(String, String)> {
        let stale = generated.stale(root).expect("it can be read");
        stale
            .into_iter()
            .map(|stale| (stale.path, stale.why))
            .collect()
    }

    #[test]
    fn what_is_stale_is_named_and_then_renewed() {
        let root = tempfile::tempdir().expect("a directory");
        let root = root.path();
        let mut generated = Generated::default();
        generated.directory("pages");
        generated.file("pages/new.md", "1\n");
        generated.file("pages/other.md", "1\n2\n3\n");
        generated.part("hand.md", "a", "new");
        fs::create_dir_all(root.join("pages/deep")).expect("a directory");
        fs::write(root.join("pages/other.md"), "1\ntwo\n3\n").expect("a file");
        fs::write(root.join("pages/deep/gone.md"), "").expect("a file");
        fs::write(root.join("hand.md"), MARKED).expect("a file");
        let expected = [
            ("hand.md", "line 3 is now `new`"),
            ("pages/deep/gone.md", "it is no longer generated"),
            ("pages/new.md", "it is not there"),
            ("pages/other.md", "line 2 is now `2`"),
        ];
        let expected = expected.map(|(path, why)| (path.to_owned(), why.to_owned()));
        assert_eq!(whys(&generated, root), expected);
        for stale in generated.stale(root).expect("it can be read") {
            stale.renew(root).expect("it can be written");
        }
        assert_eq!(whys(&generated, root), []);
        let by_hand = fs::read_to_string(root.join("hand.md")).expect("a file");
        assert_eq!(by_hand, MARKED.replace("old", "new"));
    }

    #[test]
    fn a_part_needs_its_place() {
        let root = tempfile::tempdir().expect("a directory");
        let mut generated = Generated::default();
        generated.part("hand.md", "b", "new");
        let why = generated.stale(root.path()).expect_err("no file");
        assert_eq!(why, "hand.md is not there");
        fs::write(root.path().join("hand.md"), MARKED).expect("a file");
        let why = generated.stale(root.path()).expect_err("no place");
        assert!(
            why.starts_with("hand.md: it has no lines `<!-- generated: b -->`"),
            "{why}"
        );
    }
}
