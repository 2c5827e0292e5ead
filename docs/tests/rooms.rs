//! The drawing of the packages in contributing.md, held against the manifests; and within each package
//! of the models, that no two modules import each other in a circle.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// From each name to those that it depends on.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// A directory, and dependencies in the workspace.
type Package = (PathBuf, BTreeSet<String>);

const PAGE: &str = include_str!("../src/contributing.md");

/// The lines `package --> dependency dependency` of the page.
fn drawn() -> Arrows {
    let arrows = PAGE.lines().filter_map(|line| line.split_once("-->"));
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    // A comment ends in the same way, and has more than a name before that.
    arrows
        .filter(|(from, _)| !from.trim().contains(' '))
        .map(|(from, to)| (from.trim().to_owned(), words(to)))
        .collect()
}

/// The workspace's packages: each with its directory, and its dependencies among them. Those of its
/// tests count too: what a package is tested with must be there before it.
fn packages() -> Result<BTreeMap<String, Package>, Box<dyn Error>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = list(&metadata["packages"]);
    let names: BTreeSet<_> = all.iter().map(|package| text(&package["name"])).collect();
    let packages = all.iter().map(|package| {
        let dependencies = list(&package["dependencies"]);
        let dependencies = dependencies.iter().map(|it| text(&it["name"]));
        let ours = dependencies.filter(|name| names.contains(name)).collect();
        let manifest = PathBuf::from(text(&package["manifest_path"]));
        let directory = manifest.parent().unwrap_or(Path::new("")).to_owned();
        (text(&package["name"]), (directory, ours))
    });
    Ok(packages.collect())
}

/// Some names that lead to each other in a circle, if there are any.
fn circle(arrows: &Arrows) -> Option<Vec<String>> {
    fn walk(at: &str, arrows: &Arrows, path: &mut Vec<String>) -> bool {
        if let Some(start) = path.iter().position(|name| name == at) {
            path.drain(..start);
            return true;
        }
        path.push(at.to_owned());
        let next = arrows.get(at).into_iter().flatten();
        for name in next {
            if walk(name, arrows, path) {
                return true;
            }
        }
        path.pop();
        false
    }
    arrows.keys().find_map(|name| {
        let mut path = Vec::new();
        walk(name, arrows, &mut path).then_some(path)
    })
}

#[test]
fn the_drawing_is_what_the_manifests_say() -> Result<(), Box<dyn Error>> {
    let packages = packages()?.into_iter();
    let built: Arrows = packages.map(|(name, (_, to))| (name, to)).collect();
    assert_eq!(drawn(), built, "docs/src/contributing.md");
    assert_eq!(circle(&built), None);
    Ok(())
}

#[test]
fn a_circle_is_seen() {
    let arrows = |edges: &[(&str, &str)]| {
        let mut arrows = Arrows::new();
        for (from, to) in edges {
            arrows
                .entry((*from).to_owned())
                .or_default()
                .insert((*to).to_owned());
        }
        arrows
    };
    assert_eq!(circle(&arrows(&[("a", "b"), ("b", "c"), ("a", "c")])), None);
    let found = circle(&arrows(&[("a", "b"), ("b", "c"), ("c", "b")]));
    assert_eq!(found, Some(vec!["b".to_owned(), "c".to_owned()]));
}

/// The files below a directory, each as the path of its module.
fn files(source: &Path) -> Result<BTreeMap<Vec<String>, String>, Box<dyn Error>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![source.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inside = path.strip_prefix(source)?.with_extension("");
            let module: Vec<_> = inside
                .iter()
                .map(|name| name.to_string_lossy().into_owned())
                .collect();
            let last = module.last().map_or("", String::as_str);
            // Roots only name the others, and tests may look at everything.
            if ["lib", "main"].contains(&last) || module[0] == "bin" || last.ends_with("_tests") {
                continue;
            }
            let text = fs::read_to_string(&path)?;
            let code = text.split("mod tests").next().unwrap_or_default();
            files.insert(module, code.to_owned());
        }
    }
    Ok(files)
}

/// What a file names by paths that begin with `crate` or `super`, as paths from the root.
fn named(module: &[String], code: &str) -> Vec<Vec<String>> {
    let mut named = Vec::new();
    let starts = code
        .match_indices("crate::")
        .chain(code.match_indices("super::"));
    for (at, prefix) in starts {
        if code[..at].ends_with("::") {
            continue;
        }
        let mut base = match prefix {
            "crate::" => Vec::new(),
            _ => module[..module.len() - 1].to_vec(),
        };
        let mut rest = &code[at + prefix.len()..];
        while let Some(deeper) = rest.strip_prefix("super::") {
            base.pop();
            rest = deeper;
        }
        let group = rest
            .strip_prefix('{')
            .and_then(|group| group.split_once(';'));
        let items = group.map_or(rest, |(group, _)| group);
        let items = match group {
            Some(_) => items.split([',', '{', '}']).collect(),
            None => vec![items],
        };
        for item in items {
            let end = item
                .trim_start()
                .find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
            let item = item.trim_start();
            let path = item[..end.unwrap_or(item.len())].split("::");
            let path = path.filter(|name| !name.is_empty()).map(str::to_owned);
            named.push(base.iter().cloned().chain(path).collect());
        }
    }
    named
}

/// Which modules import which beside them: two that have one parent, by what is in them.
fn modules(source: &Path) -> Result<Arrows, Box<dyn Error>> {
    let files = files(source)?;
    let mut arrows = Arrows::new();
    for (module, code) in &files {
        for target in named(module, code) {
            // What is named last is often no module, but something in one.
            let depth = (1..=target.len())
                .rev()
                .find(|&depth| files.contains_key(&target[..depth]));
            let target = &target[..depth.unwrap_or(0)];
            let pairs = module.iter().zip(target);
            let shared = pairs.take_while(|(a, b)| a == b).count();
            if shared < module.len() && shared < target.len() {
                let name = |path: &[String]| path[..=shared].join("::");
                let to = arrows.entry(name(module)).or_default();
                to.insert(name(target));
            }
        }
    }
    Ok(arrows)
}

#[test]
fn no_modules_of_the_models_import_each_other() -> Result<(), Box<dyn Error>> {
    let rooms = [
        "flipside-designs",
        "flipside-scenarios",
        "flipside-record",
        "flipside-models",
        "flipside-cli",
        "flipside-proofs",
    ];
    let packages = packages()?;
    let mut wrong = Vec::new();
    for room in rooms {
        let (directory, _) = packages.get(room).ok_or(room)?;
        let modules = modules(&directory.join("src"))?;
        assert!(modules.len() > 2, "{room}: {modules:?}");
        wrong.extend(circle(&modules).map(|circle| format!("{room}: {}", circle.join(" → "))));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}
