//! The tutorial's outputs.

use super::broken_copy::{BROKEN, RIGHT, Told, VERIFY, WRONG};
use super::evidence::Evidence;
use super::generated::Generated;
use super::readme::PICTURES;
use super::sources::Sources;

const PAGE: &str = "docs/src/tutorial.md";

/// Adds the page's parts and its picture.
pub(super) fn add(
    evidence: &Evidence,
    _sources: &Sources,
    generated: &mut Generated,
) -> Result<(), String> {
    let Told {
        verify,
        replay,
        command,
        picture,
        fixed,
    } = &evidence.tutorial;
    let broken = format!("`{BROKEN}`\n\n```diff\n-{RIGHT}+{WRONG}```");
    let shown = |command: &str, output: &str| format!("```text\n$ cargo {command}\n{output}```");
    generated.part(PAGE, "break", broken);
    generated.part(PAGE, "verify", shown(VERIFY, verify));
    generated.part(PAGE, "replay", shown(command, replay));
    generated.part(PAGE, "fixed", shown(VERIFY, fixed));
    generated.file(format!("{PICTURES}/tutorial.svg"), picture);
    Ok(())
}
