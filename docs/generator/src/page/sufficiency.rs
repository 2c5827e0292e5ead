//! That the engine keeps an obligation: what each checker says of its scenarios.

use super::super::evidence::Evidence;
use super::super::markdown::{head, row};
use flipside::Design;
use flipside_cli::text::grouped;
use flipside_record::verdict::Verdict;
use std::fmt::Write as _;

pub(super) fn text(evidence: &Evidence, id: &str) -> String {
    let mut text = String::from(
        "No execution fails. BOUNDED is no proof: it says why there are executions that were not explored.\n\n",
    );
    text += &head(&["scenario", "checker", "size", "verdict", "executions"]);
    let mut complete = 0;
    for (case, findings) in &evidence.cases {
        if case.design != Design::default() || !case.scenario.obligations.contains(&id) {
            continue;
        }
        complete += u64::from(findings.verdict == Verdict::Complete);
        text += &row(&[
            &format!("`{}`", case.scenario.name),
            case.checker.name(),
            &case.size.to_string(),
            &findings.verdict.to_string(),
            &grouped(findings.executions),
        ]);
    }
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n{complete} of these are COMPLETE.\n");
    text
}
