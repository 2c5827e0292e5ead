//! The layers that run on threads of the system: step by step behind gates, and with jitter.

#[cfg(any(loom, shuttle, weft))]
#[test]
#[ignore = "needs a build without a checker: cargo test --release -p flipside-proptests"]
fn threads_of_the_system_run_without_a_checker() {}

#[cfg(not(any(loom, shuttle, weft)))]
mod native {
    use flipside_proptests::layer::{Layer, PLANS};

    fn run(layer: &Layer) {
        match layer.run(PLANS, |_| (), |said| println!("{said}")) {
            Ok(tally) => println!("{tally}"),
            Err(why) => panic!("{why}"),
        }
    }

    #[test]
    fn step_by_step_the_engine_does_what_the_ledger_says() {
        run(&Layer::sequential());
    }

    #[test]
    fn whatever_the_system_does_nothing_is_lost() {
        run(&Layer::threads());
    }
}
