//! `cargo replay` of the gallery's bugs.

use std::fs;
use std::io;
use std::process::{Command, Output, Stdio};

fn replay(args: &[&str]) -> io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_flipside"))
        .arg("replay")
        .args(args)
        .stdin(Stdio::null())
        .output()
}

#[test]
fn each_bug_is_a_line_of_the_list() -> io::Result<()> {
    let output = replay(&["--list"])?;
    let text = String::from_utf8_lossy(&output.stdout);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../gallery/seeds");
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let lines = text
            .lines()
            .filter(|line| line.starts_with(&format!("{name} ")));
        let lines: Vec<_> = lines.collect();
        assert_eq!(lines.len(), 1, "{name}: {text}");
        assert!(lines[0].contains("  the gallery  "), "{}", lines[0]);
    }
    assert!(text.contains("\nptr-ring "), "{text}");
    Ok(())
}

#[test]
fn what_another_version_of_weft_found_is_not_run() -> io::Result<()> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("a.seed");
    let text = "flipside gallery seed 1\nbug ptr-ring\ntitle a\nchecker weft 0.0.1\nschedule weft1: 0\nfails a\n";
    for (text, why) in [
        (text.to_owned(), "it was found with weft 0.0.1"),
        (
            text.replace("title a\n", ""),
            "it is damaged: it has no line `title …`",
        ),
        (
            text.replace("seed 1", "seed 2"),
            "this version reads `flipside gallery seed 1`",
        ),
    ] {
        fs::write(&file, text)?;
        let output = replay(&[&file.display().to_string()])?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(why), "{said}");
        assert!(said.contains("flipside-gallery -- --write"), "{said}");
    }
    Ok(())
}

#[test]
fn a_bug_is_shown_as_any_other_seed() -> io::Result<()> {
    let directory = tempfile::tempdir()?;
    let file = |name: &str| directory.path().join(name);
    let (svg, html) = (file("a.svg"), file("a.html"));
    let (svg_name, html_name) = (svg.display().to_string(), html.display().to_string());
    let output = replay(&["ptr-ring", "--svg", &svg_name, "--html", &html_name])?;
    let (text, said) = (output.stdout, String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&text);
    assert!(output.status.success(), "{said}");
    for part in [
        "ptr-ring · The pointer arrives before the object · weft ",
        "The consumer has the address and acquires, but the producer released nothing",
        "reads slot = 0x1000 ← #3",
        "#2 (producer fills object) does not happen before #6 (consumer looks at object).",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let svg = fs::read_to_string(svg)?;
    assert_eq!(svg.matches("marker-end=\"url(#gap)\"").count(), 1, "{svg}");
    let html = fs::read_to_string(html)?;
    assert!(html.contains("producer released nothing") && html.contains(svg.trim()));
    let output = replay(&["ptr-ring", "--follow"])?;
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("starts producer") && !text.contains("fills object"),
        "{text}"
    );

    // It passes, which the gallery says: the schedule ends before anything goes wrong.
    let seed = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../gallery/seeds/ptr-ring.seed"
    );
    let shortened = |line: &str| match line.starts_with("schedule ") {
        true => "schedule weft1: 0*4\n".to_owned(),
        false => format!("{line}\n"),
    };
    let seed: String = fs::read_to_string(seed)?.lines().map(shortened).collect();
    fs::write(file("a.seed"), seed)?;
    let output = replay(&[&file("a.seed").display().to_string()])?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("a.seed: it passes now"), "{said}");
    Ok(())
}
