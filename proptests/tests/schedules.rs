//! The layer of random schedules: plan × schedule, under shuttle.

#[cfg(not(shuttle))]
#[test]
#[ignore = "needs RUSTFLAGS=\"--cfg shuttle\" cargo test --release -p flipside-proptests"]
fn random_schedules_run_under_shuttle() {}

#[cfg(shuttle)]
mod checked {
    use flipside_proptests::layer::{Layer, PLANS};
    use std::path::Path;
    use std::process::Command;

    #[test]
    fn whatever_the_scheduler_does_nothing_is_lost() {
        match Layer::schedules(None).run(PLANS, |_| (), |said| println!("{said}")) {
            Ok(tally) => println!("{tally}"),
            Err(why) => panic!("{why}"),
        }
    }

    /// What is printed last is the command that replays the failure, and its file is a seed that
    /// fails.
    #[test]
    fn a_failure_ends_with_the_command_that_replays_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let output = Command::new(env!("CARGO_BIN_EXE_plan"))
            .args(["check", "--mutant", "pending-ignored"])
            .current_dir(&root)
            .output()
            .expect("the binary");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        let last = said.lines().last().unwrap_or_default();
        let file = last.strip_prefix("cargo replay ").expect(last);
        let text = std::fs::read_to_string(root.join(file)).expect(file);
        let execution = flipside_proptests::replay(&text).expect("it fails again");
        assert!(!execution.events.is_empty() && !execution.story.is_empty());
        assert!(flipside_proptests::replay(&text.replace("fails ", "fails not ")).is_err());
        renewed(&text);
        // Nobody is to find them in the list.
        for line in said.lines() {
            if let Some(file) = line.strip_prefix("cargo replay ") {
                std::fs::remove_file(root.join(file)).expect(file);
            }
        }
    }

    /// What another version found is not run, as it might pass by chance: its plan is searched anew.
    fn renewed(text: &str) {
        use flipside_proptests::{replay, seed::renew};
        use flipside_scenarios::checker::Checker;
        let version = Checker::Shuttle.version();
        let old = text.replace(&format!("shuttle {version}\n"), "shuttle 0.0.1\n");
        assert_ne!(old, text);
        let why = replay(&old).expect_err("another version's");
        assert!(why.contains("plan -- renew"), "{why}");
        let seed = renew(&old).expect("its plan fails").to_string();
        replay(&seed).expect("it fails again");
        let harmless = old.split("\nplan\n").next().unwrap_or_default();
        let harmless = format!("{harmless}\nplan\npool 1x1 round-robin spin 0\n");
        let why = renew(&harmless).expect_err("nothing is done, so nothing fails");
        assert!(why.contains("keep it"), "{why}");
    }
}
