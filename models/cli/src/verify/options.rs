//! The command line of `verify`, and the cases that it selects.

use super::shard::Shard;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use flipside::Design;
use flipside_scenarios::case::{Case, Profile, cases};
use flipside_scenarios::checker::Checker;
use flipside_scenarios::scenario::{SCENARIOS, Size};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread::available_parallelism;

/// What `flipside verify` is asked for.
#[derive(Args, Debug, Default)]
#[command(after_help = "\
Exit status: 0 if every case ran and none failed (a bound is no failure), 1 if one failed, has \
changed or did not run, 2 for a wrong command line, 130 after Ctrl-C.")]
pub struct Options {
    /// Run what takes less than a minute on two cores, after the build (the default)
    #[arg(long)]
    quick: bool,

    /// Run larger sizes and more schedules too: minutes to hours
    #[arg(long, conflicts_with = "quick")]
    deep: bool,

    /// Only the cases of this checker; may be repeated
    #[arg(long = "checker", value_name = "NAME", value_parser = checker_names())]
    checkers: Vec<Checker>,

    /// Only the cases of this scenario; may be repeated
    #[arg(long = "scenario", value_name = "NAME", value_parser = scenario_names())]
    scenarios: Vec<String>,

    /// Only the cases of this size, WORKERSxRING,REQUESTS; may be repeated
    #[arg(long = "size", value_name = "WxK,R")]
    sizes: Vec<Size>,

    /// Only the cases of this design; may be repeated
    #[arg(long = "design", value_name = "NAME", value_parser = design_names())]
    designs: Vec<Design>,

    /// Only the K-th of N parts; all N together are the whole
    #[arg(long, value_name = "K/N")]
    shard: Option<Shard>,

    /// How many cases run at once [default: one a core]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Print the cases, and run none
    #[arg(long)]
    pub(super) list: bool,

    /// Also write the table to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,

    /// Also write all that is printed, and the interleavings of what failed, as a page
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,

    /// Leave the times out, so that two runs of one version print the same
    #[arg(long)]
    pub(super) no_time: bool,
}

impl Options {
    pub(super) fn profile(&self) -> Profile {
        if self.deep {
            Profile::Deep
        } else {
            Profile::Quick
        }
    }

    pub(super) fn jobs(&self) -> usize {
        self.jobs
            .or_else(|| available_parallelism().ok())
            .map_or(1, NonZeroUsize::get)
    }

    /// Whether the checkers are held against each other: unless only a part of the cases is asked
    /// for; of several machines, on the first.
    pub(super) fn compares_checkers(&self) -> bool {
        let all = self.checkers.is_empty()
            && self.scenarios.is_empty()
            && self.sizes.is_empty()
            && self.designs.is_empty();
        all && self.shard.is_none_or(Shard::is_first)
    }

    pub(super) fn shard(&self) -> Option<Shard> {
        self.shard
    }

    /// The cases that are asked for, in the order of the table. Never none.
    pub(super) fn select(&self) -> Result<Vec<Case>, String> {
        let mut selected = cases(self.profile());
        selected.retain(|case| {
            let checker = self.checkers.is_empty() || self.checkers.contains(&case.checker);
            let mut names = self.scenarios.iter();
            let scenario = self.scenarios.is_empty() || names.any(|n| n == case.scenario.name);
            let size = self.sizes.is_empty() || self.sizes.contains(&case.size);
            let design = self.designs.is_empty() || self.designs.contains(&case.design);
            checker && scenario && size && design
        });
        if selected.is_empty() {
            let profile = self.profile().name();
            return Err(format!(
                "the {profile} profile has no such case: `cargo verify --list` shows those of the \
                 quick profile, `--list --deep` all"
            ));
        }
        match self.shard {
            None => Ok(selected),
            Some(shard) => shard.part(selected),
        }
    }
}

/// The names that `--checker` takes; an unknown one is answered with these.
pub(super) fn checker_names() -> impl TypedValueParser<Value = Checker> {
    PossibleValuesParser::new(Checker::ALL.map(Checker::name)).try_map(|name| {
        let mut known = Checker::ALL.into_iter();
        known
            .find(|checker| checker.name() == name)
            .ok_or("unknown checker")
    })
}

/// The same for `--scenario`.
pub(super) fn scenario_names() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(
        SCENARIOS
            .iter()
            .map(|scenario| PossibleValue::new(scenario.name)),
    )
}

/// The same for `--design`.
pub(super) fn design_names() -> impl TypedValueParser<Value = Design> {
    let names = Design::ALL.iter().map(|design| design.name());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Design>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn parse(args: &[&str]) -> Result<Options, String> {
        let args = ["verify"].iter().chain(args);
        Line::try_parse_from(args)
            .map(|line| line.options)
            .map_err(|error| error.to_string())
    }

    fn error(args: &[&str]) -> String {
        match parse(args) {
            Err(error) => error,
            Ok(options) => panic!("{args:?} were taken for {options:?}"),
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Line::command().debug_assert();
    }

    #[test]
    fn unknown_names_list_the_known_ones() {
        let message = error(&["--checker", "spin"]);
        for checker in Checker::ALL {
            assert!(message.contains(checker.name()), "{message}");
        }
        let message = error(&["--scenario", "handovr"]);
        for scenario in SCENARIOS {
            assert!(message.contains(scenario.name), "{message}");
        }
    }

    #[test]
    fn values_that_cannot_work_are_refused() {
        for args in [
            ["--shard", "0/3"],
            ["--shard", "4/3"],
            ["--shard", "1/0"],
            ["--shard", "1"],
            ["--jobs", "0"],
            ["--size", "1x1"],
            ["--size", "0x1,1"],
            ["--quick", "--deep"],
        ] {
            error(&args);
        }
    }

    #[test]
    fn selections_narrow_down() -> Result<(), String> {
        let options = parse(&["--checker", "shuttle", "--scenario", "stop"])?;
        let selected = options.select()?;
        assert!(!selected.is_empty());
        for case in selected {
            assert_eq!(case.checker, Checker::Shuttle);
            assert_eq!(case.scenario.name, "stop");
        }
        let all = Options::default().select()?.len();
        assert_eq!(all, cases(Profile::Quick).len());
        Ok(())
    }

    #[test]
    fn a_selection_of_nothing_is_an_error() -> Result<(), String> {
        let none = parse(&["--size", "97x1,1"])?.select();
        assert!(none.is_err_and(|why| why.contains("no such case")));
        Ok(())
    }
}
