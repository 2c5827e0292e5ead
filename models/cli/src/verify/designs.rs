//! The designs beside the default, in a line each a checker: the whole table would be four times
//! as long. Those that fail are told in full with the others.

use super::rows::{Row, Word};
use crate::grid::{Column, Grid};
use crate::screen::Screen;
use crate::text::grouped;
use flipside::Design;

/// The scenario that hands a request over and back, and no more.
const HANDOVER: &str = "handover";

/// Whether a row stands in the table itself: all do, if only other designs were asked for.
pub(super) fn in_full(rows: &[Row]) -> impl Fn(&Row) -> bool {
    let default = Design::default().name();
    let asked_for_others = rows.iter().all(|row| row.design != default);
    move |row| asked_for_others || row.design == default
}

/// The table of the others; empty, if there are none.
pub(super) fn others(rows: &[Row], screen: Screen) -> String {
    let in_full = in_full(rows);
    let others: Vec<&Row> = rows.iter().filter(|row| !in_full(row)).collect();
    let mut groups: Vec<Vec<&Row>> = Vec::new();
    for row in others {
        let key = (row.design, row.checker);
        let mut known = groups.iter_mut();
        match known.find(|group| (group[0].design, group[0].checker) == key) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    if groups.is_empty() {
        return String::new();
    }
    groups.sort_by_key(|group| (place(group[0]), group[0].checker));
    let header = [
        ("other designs", Column::Left),
        ("checker", Column::Left),
        (HANDOVER, Column::Left),
        ("all scenarios", Column::Left),
        ("executions", Column::Right),
    ];
    let mut grid = Grid::new(screen, &header);
    for group in &groups {
        let handover = group.iter().find(|row| row.scenario == HANDOVER);
        let executions: u64 = group.iter().filter_map(|row| row.executions).sum();
        grid.row([
            group[0].design.into(),
            group[0].checker.into(),
            handover
                .map_or_else(|| "-".to_owned(), |row| verdict(row))
                .into(),
            counts(group).into(),
            grouped(executions).into(),
        ]);
    }
    format!(
        "\n{}Each case of them: cargo verify --design NAME\n",
        grid.text()
    )
}

fn place(row: &Row) -> Option<usize> {
    Design::ALL
        .iter()
        .position(|design| design.name() == row.design)
}

fn verdict(row: &Row) -> String {
    let executions = row.executions.map_or_else(|| "-".to_owned(), grouped);
    format!("{} {} ({executions})", row.size, row.verdict.text())
}

fn counts(group: &[&Row]) -> String {
    let count = |word| group.iter().filter(|row| row.verdict == word).count();
    let some = Word::ALL.into_iter().filter(|&word| count(word) > 0);
    let counted = some.map(|word| format!("{} {}", count(word), word.text()));
    counted.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use flipside_scenarios::case::{Profile, cases};
    use flipside_scenarios::scenario::SCENARIOS;

    fn rows(keep: impl Fn(&str) -> bool) -> Vec<Row> {
        let all = cases(Profile::Quick).into_iter();
        let kept: Vec<_> = all.filter(|case| keep(case.design.name())).collect();
        kept.iter().map(|case| Row::new((case, None))).collect()
    }

    #[test]
    fn each_other_design_has_a_line_a_checker_unless_it_was_asked_for() {
        let all = others(&rows(|_| true), Screen::PIPE);
        let lines: Vec<_> = all.lines().collect();
        let others_are = Design::ALL.len() - 1;
        assert_eq!(lines.len(), 1 + 1 + 3 * others_are + 1, "{all}");
        assert!(lines[2].starts_with("flip-striped-fences"), "{all}");
        let not_run = format!("{} not run", SCENARIOS.len());
        assert!(lines[2].contains(&not_run), "{all}");
        assert_eq!(others(&rows(|name| name == "one-bit"), Screen::PIPE), "");
        assert_eq!(
            others(&rows(|name| name == "flip-striped"), Screen::PIPE),
            ""
        );
    }
}
