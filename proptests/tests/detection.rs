//! Faults that were put into the engine are found, made small and replayed.

#[cfg(not(shuttle))]
#[test]
#[ignore = "needs RUSTFLAGS=\"--cfg shuttle\" cargo test --release -p flipside-proptests"]
fn faults_exist_under_a_checker_only() {}

#[cfg(shuttle)]
mod checked {
    use flipside::Fault;
    use flipside_proptests::detection::{PATH, smallest};
    use flipside_proptests::replay;
    use flipside_proptests::schedules::shrink;
    use flipside_proptests::seed::Seed;

    /// Found within one run of the tests, in at most five operations; and the seed file of the
    /// shrunk plan and the shrunk schedule fails in the same way, step by step, ten times out of ten.
    #[test]
    fn each_fault_is_found_made_small_and_replayed() {
        for &fault in Fault::ALL {
            let name = fault.name();
            let (plan, failing) = smallest(fault, 1).expect(name);
            let steps = shrink(&plan, Some(fault), &failing);
            let seed = Seed::of(&plan, Some(fault), &failing, &steps);
            println!(
                "{seed}{} switches, {} before\n",
                steps.switches(),
                failing.steps.switches()
            );
            assert!(plan.ops.len() <= 5, "{name}: {plan}");
            for _ in 0..10 {
                let replayed = replay(&seed.to_string()).expect("a seed file");
                assert!(replayed.is_same(), "{name}: {:?}", replayed.fails);
                assert_eq!(replayed.schedule, seed.schedule, "{name}");
            }
        }
    }

    /// The numbers are the machine's and the version's; the faults must be those of the engine.
    #[test]
    fn the_table_speaks_of_each_fault() {
        let page = std::fs::read_to_string(PATH).expect(PATH);
        let rows = page.lines().filter(|line| line.starts_with("| `"));
        let named: Vec<_> = rows.filter_map(|row| row.split('`').nth(1)).collect();
        let known: Vec<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        assert_eq!(
            named, known,
            "write the page anew: its second line says how"
        );
        assert!(!page.contains("not found"), "a fault that no plan finds");
    }
}
