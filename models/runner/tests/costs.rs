//! The table of costs in each design's documentation says what is counted.

#[cfg(not(any(loom, shuttle, weft)))]
#[test]
#[ignore = "needs RUSTFLAGS=\"--cfg weft\" (or loom, shuttle) cargo test --release -p flipside-models"]
fn costs_are_counted_under_a_checker_only() {}

#[cfg(any(loom, shuttle, weft))]
#[test]
fn each_design_s_documentation_has_its_costs() -> Result<(), String> {
    use flipside::Design;
    use flipside_models::cost::measure;
    use flipside_record::cost::TOGETHER;
    use std::fmt::Write;
    use std::path::Path;

    let mut wrong = String::new();
    for &design in Design::ALL {
        let name = design.name().trim_end_matches("-fences");
        let file = match name {
            "flip-striped" => "striped",
            "flip-shared" => "shared",
            other => &other.replace('-', "_"),
        };
        let folder = match file {
            "striped" => "../../engine/src/handoff",
            _ => "../designs/src",
        };
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(folder)
            .join(file)
            .with_extension("rs");
        let text = std::fs::read_to_string(&path).map_err(|why| format!("{file}: {why}"))?;
        let costs = measure(design)?;
        let head = format!("//! | step | alone | {TOGETHER} together |\n//! |---|---|---|\n");
        let mut table = head;
        for (alone, together) in costs.alone.iter().zip(&costs.together) {
            let step = &alone.step;
            let _ = writeln!(table, "//! | `{step}` | {alone} | {together} |");
        }
        if !text.contains(&table) {
            let _ = writeln!(wrong, "{design}, in {file}.rs, should have:\n{table}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    Ok(())
}
