//! Faults that were put into the engine are found, made small and replayed.

#[cfg(not(shuttle))]
#[test]
#[ignore = "needs RUSTFLAGS=\"--cfg shuttle\" cargo test --release -p flipside-proptests"]
fn faults_exist_under_a_checker_only() {}

#[cfg(shuttle)]
mod checked {
    use flipside_proptests::detection::{PATH, faults, smallest};
    use flipside_proptests::replay;

    /// Found within one run of the tests, in at most five operations; and the seed file of the
    /// shrunk plan and the shrunk schedule fails in the same way, step by step, ten times out of ten.
    #[test]
    fn each_fault_is_found_made_small_and_replayed() {
        for (design, fault) in faults() {
            let name = fault.name();
            let seed = smallest(design, fault, 1).expect(name);
            println!("{seed}");
            assert!(seed.plan.lines().count() <= 6, "{name}: {seed}");
            let text = seed.to_string();
            let first = replay(&text).expect(name);
            assert!(!first.events.is_empty(), "{name}");
            for _ in 0..9 {
                assert_eq!(replay(&text).as_ref(), Ok(&first), "{name}");
            }
        }
    }

    /// The numbers are the machine's and the version's; the faults must be those of the engine.
    #[test]
    fn the_table_speaks_of_each_fault() {
        let page = std::fs::read_to_string(PATH).expect(PATH);
        let rows = page.lines().filter(|line| line.starts_with("| `"));
        let named: Vec<_> = rows
            .map(|row| {
                let cells: Vec<_> = row.split('|').map(str::trim).collect();
                format!("{} {}", cells[1], cells[2])
            })
            .collect();
        let known: Vec<_> = faults()
            .map(|(design, fault)| format!("`{}` {design}", fault.name()))
            .collect();
        assert_eq!(
            named, known,
            "write the page anew: its second line says how"
        );
        assert!(!page.contains("not found"), "a fault that no plan finds");
    }
}
