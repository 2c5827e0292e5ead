//! `flipside replay` from outside.

use crate::fake::{Fake, seed};
use flipside_record::log::{Event, Execution, Purpose, What};
use flipside_record::seed::Seed;
use flipside_scenarios::checker::Checker;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

type Done = Result<(), Box<dyn Error>>;

/// In the real workspace.
fn replay(args: &[&str]) -> std::io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_flipside"))
        .arg("replay")
        .args(args)
        .stdin(Stdio::null())
        .output()
}

/// A workspace with a seed that its checker runs again, in two steps.
fn ready() -> Result<(Fake, Seed), Box<dyn Error>> {
    let fake = Fake::new()?;
    let seed = seed(Some("complete.wmb:dropped"), "1x1,1")?;
    seed.write(&fake.kept())?;
    let step = |thread, purpose| Event {
        thread,
        what: What::Cell("request 0".to_owned(), purpose),
        file: "slots.rs".to_owned(),
        line: 1,
    };
    let execution = Execution {
        threads: vec!["submitter".to_owned(), "worker 0".to_owned()],
        events: vec![step(0, Purpose::Fill), step(1, Purpose::Handle)],
        failure: seed.failure.clone(),
        ..Execution::default()
    };
    fake.answer(Checker::Weft, "rerun", &serde_json::to_string(&execution)?)?;
    Ok((fake, seed))
}

#[test]
fn the_list_has_every_committed_seed() -> Done {
    let output = replay(&["--list"])?;
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout)?;
    assert!(!text.contains('\u{1b}'), "no colours in a pipe");
    let listed: Vec<_> = text
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds"))? {
        let path = entry?.path();
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        assert!(listed.contains(&&*id), "{id}\n{text}");
    }
    // A column begins where it begins, however long the names are.
    let at = text.find("scenario");
    assert!(
        text.lines().skip(1).all(|line| line.find(' ') < at),
        "{text}"
    );
    Ok(())
}

#[test]
fn an_unknown_name_is_answered_with_those_that_are_alike() -> Done {
    let (fake, _) = ready()?;
    let (_, err) = fake.ends(2, &["replay", "complete.wmb:droped.weft"])?;
    let says =
        "error: there is no seed `complete.wmb-droped.weft`; there are: complete.wmb-dropped.weft";
    assert!(err.contains(says), "{err}");
    let (_, err) = fake.ends(2, &["replay", "nothing"])?;
    assert!(err.contains("`cargo replay --list` shows those"), "{err}");
    Ok(())
}

#[test]
fn a_seed_that_cannot_be_run_says_what_is_wrong_and_what_to_do() -> Done {
    let (fake, good) = ready()?;
    let (of_a_mutant, of_the_engine) = ("cargo seeds --renew", "run cargo verify again");
    for (mutant, what_to_do) in [(good.mutant.clone(), of_a_mutant), (None, of_the_engine)] {
        let seed = Seed {
            mutant,
            ..good.clone()
        };
        let version = Seed {
            version: "0.0.1".to_owned(),
            ..seed.clone()
        };
        let damaged = seed.to_string().replace("size: 1x1,1", "size: 1x1");
        let newer = seed
            .to_string()
            .replace("flipside seed 1", "flipside seed 9");
        for (text, what_is_wrong) in [
            (damaged.as_str(), "it is damaged: `size:` `1x1` is no size"),
            (&newer, "it begins with `flipside seed 9`"),
            (
                &version.to_string(),
                "it was found with weft 0.0.1, and this is",
            ),
        ] {
            let file = fake.path("bad.seed");
            fs::write(&file, text)?;
            let file = file.display().to_string();
            let (out, err) = fake.ends(2, &["replay", &file])?;
            assert!(out.is_empty(), "{out}");
            assert!(
                err.starts_with(&format!("error: {file}: {what_is_wrong}")),
                "{err}"
            );
            assert!(err.trim_end().ends_with(what_to_do), "{err}");
        }
    }
    fs::write(fake.path("bad.seed"), "\u{7f}ELF")?;
    let file = fake.path("bad.seed").display().to_string();
    let (_, err) = fake.ends(2, &["replay", &file])?;
    assert!(err.contains("it is no seed"), "{err}");
    Ok(())
}

#[test]
fn what_was_run_is_shown_and_drawn() -> Done {
    let (fake, seed) = ready()?;
    let (svg, html) = (fake.path("a.svg"), fake.path("a.html"));
    let (svg, html) = (svg.display().to_string(), html.display().to_string());
    let (out, _) = fake.ends(0, &["replay", &seed.id(), "--svg", &svg, "--html", &html])?;
    assert!(
        out.contains("worker 0") && out.contains("fills request 0"),
        "{out}"
    );
    assert!(fs::read_to_string(svg)?.starts_with("<svg"));
    assert!(fs::read_to_string(html)?.contains("fills request 0"));
    Ok(())
}

#[test]
fn an_unwritable_file_is_noticed_before_anything_is_built() -> Done {
    let (fake, seed) = ready()?;
    for option in ["--svg", "--html"] {
        let there = "/no/such/directory/file";
        let (out, err) = fake.ends(2, &["replay", &seed.id(), option, there])?;
        assert!(out.is_empty(), "{out}");
        assert!(
            err.starts_with(&format!("error: {option} {there}: it cannot be written")),
            "{err}"
        );
    }
    Ok(())
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_can_no_longer_be_written_takes_nothing_with_it() -> Done {
    let (fake, seed) = ready()?;
    // It can be opened, and takes nothing.
    let (out, err) = fake.ends(1, &["replay", &seed.id(), "--svg", "/dev/full"])?;
    assert!(out.contains("fills request 0"), "{out}");
    assert!(
        err.contains("error: --svg /dev/full: it cannot be written"),
        "{err}"
    );
    Ok(())
}

#[test]
fn ctrl_c_is_no_failure() -> Done {
    let (fake, seed) = ready()?;
    let follow = fake.interrupted_at("[Enter: next", &["replay", &seed.id(), "--follow"])?;
    assert_eq!(follow, Some(130));
    fs::write(fake.path("slow"), "")?;
    for args in [
        &["replay", &seed.id()][..],
        &["seeds", "--renew"],
        &["verify"],
    ] {
        assert_eq!(
            fake.interrupted_at("building", args)?,
            Some(130),
            "{args:?}"
        );
    }
    Ok(())
}

/// With the real checker. The build is the one that `cargo verify` makes for weft: a minute if it is not
/// there yet, and then a second.
#[test]
fn a_committed_seed_is_shown_and_drawn() -> Done {
    let place = tempfile::tempdir()?;
    let (svg, html) = (place.path().join("a.svg"), place.path().join("a.html"));
    let (svg, html) = (svg.display().to_string(), html.display().to_string());
    let output = replay(&["complete.wmb:dropped.weft", "--svg", &svg, "--html", &html])?;
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{err}");
    let text = String::from_utf8(output.stdout)?;
    for shown in [text, fs::read_to_string(svg)?, fs::read_to_string(html)?] {
        assert!(shown.contains("complete.wmb"), "{shown}");
        assert!(shown.contains("delivers request 0"), "{shown}");
    }
    Ok(())
}
