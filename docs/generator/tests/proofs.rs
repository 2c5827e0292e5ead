//! The ordering proofs as they are committed. That they are what the runs say is for `cargo proofs
//! --check` to tell; here is what must hold of any of them.

use flipside_proofs::{Generated, NOT_COVERED, OBLIGATIONS};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

fn pages() -> Vec<(String, String)> {
    let entries = fs::read_dir(docs().join("src/proofs")).expect("the pages");
    let paths = entries.map(|entry| entry.expect("a page").path());
    let pages = paths.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    pages
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            (name.into_owned(), read(&path))
        })
        .collect()
}

#[test]
fn each_obligation_has_a_page_that_the_book_lists() {
    let summary = read(docs().join("src/SUMMARY.md"));
    let pages = pages();
    for (name, _) in &pages {
        let link = format!("(proofs/{name})");
        assert_eq!(
            summary.matches(&link).count(),
            1,
            "docs/src/SUMMARY.md: {link}"
        );
    }
    for obligation in OBLIGATIONS {
        let name = format!("{}.md", obligation.id.to_lowercase());
        let page = pages.iter().find(|(other, _)| *other == name);
        let (_, page) = page.unwrap_or_else(|| panic!("there is no {name}"));
        for part in [
            "Statement.",
            "Forbidden outcome.",
            "## Derivation",
            "## Sufficiency",
            "## Necessity",
        ] {
            assert!(page.contains(part), "{name} has no {part}");
        }
    }
}

#[test]
fn what_is_not_covered_is_said_everywhere_in_the_same_words() {
    for (name, page) in pages() {
        let is_list_of_tests = name == "litmus.md";
        assert_eq!(page.contains(NOT_COVERED), !is_list_of_tests, "{name}");
    }
}

/// So that the pages of two machines and of two days are the same.
#[test]
fn no_page_names_a_machine_or_a_day() {
    let root = env!("CARGO_MANIFEST_DIR").trim_end_matches("/docs/generator");
    for (name, page) in pages() {
        assert!(!page.contains(root), "{name} names {root}");
        for word in ["/home/", "/tmp/", "target/"] {
            assert!(!page.contains(word), "{name} names {word}");
        }
    }
}

/// Each picture and test that a page names is there, and each that is there is named.
#[test]
fn every_file_beside_the_pages_is_linked() {
    let directory = docs().join("src/proofs");
    let mut linked = BTreeSet::new();
    for (_, page) in pages() {
        let links = page
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        linked.extend(
            links
                .filter(|link| !link.ends_with(".md"))
                .map(str::to_owned),
        );
    }
    let mut there = BTreeSet::new();
    for part in ["pictures", "litmus/c11", "litmus/lkmm", "litmus/aarch64"] {
        for entry in fs::read_dir(directory.join(part)).expect("its files") {
            let name = entry.expect("a file").file_name();
            there.insert(format!("{part}/{}", name.to_string_lossy()));
        }
    }
    linked.retain(|link| !link.starts_with("http"));
    assert_eq!(linked, there);
}

#[test]
fn the_json_says_what_the_pages_say() {
    let text = read(docs().join("proofs.json"));
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json["schema"], 1);
    let ids = json["obligations"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["id"].as_str());
    assert!(ids.eq(OBLIGATIONS.iter().map(|obligation| Some(obligation.id))));
    let failed = |list: &str| {
        let all = json[list].as_array().expect("a list");
        assert!(!all.is_empty(), "{list}");
        all.iter().filter(|one| one["verdict"] == "FAILED").count()
    };
    assert_eq!(failed("cases"), 0);
    assert_eq!(failed("derivations"), 0);
    assert!(failed("mutants") > 0);
    for derivation in json["derivations"].as_array().expect("a list") {
        assert_eq!(derivation["verdict"], "COMPLETE");
        assert_eq!(derivation["broken"], serde_json::json!([]));
    }
}

/// What `--check` looks for, on the committed pages: one letter that is another is told.
#[test]
fn a_page_that_was_edited_by_hand_is_stale() {
    let root = docs().join("..");
    let path = "docs/src/proofs/o1.md";
    let page = read(root.join(path));
    let mut generated = Generated::default();
    generated.file(path, &page);
    assert_eq!(generated.stale(&root), Ok(Vec::new()));
    generated.file(path, page.replace("COMPLETE", "FAILED"));
    let stale = generated.stale(&root).expect("it can be read");
    assert_eq!(stale.len(), 1);
    assert!(
        stale[0].path == path && stale[0].why.contains("FAILED"),
        "{stale:?}"
    );
}
