//! What stdout is: how wide, and whether it takes colours.

use console::Term;
use std::env;

/// What a terminal is taken for that does not say how wide it is.
const USUAL: usize = 80;

/// Where something is printed.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Its width in columns. None in a pipe, where nothing is wrapped: one row, one line.
    pub width: Option<usize>,
    /// Whether colours may be used.
    pub colour: bool,
}

impl Screen {
    /// As in a pipe.
    pub const PIPE: Self = Self {
        width: None,
        colour: false,
    };

    /// Of this process's stdout, as its user wants it.
    #[must_use]
    pub fn of_stdout() -> Self {
        let term = Term::stdout();
        if !term.is_term() {
            return Self::PIPE;
        }
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || is_dumb();
        Self {
            width: Some(columns(term.size_checked())),
            colour: !refused,
        }
    }
}

/// Whether the terminal says that it can only print.
#[must_use]
pub fn is_dumb() -> bool {
    env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// A pseudo-terminal that nobody has given a size says 0.
fn columns(size: Option<(u16, u16)>) -> usize {
    match size {
        Some((_, columns)) if columns > 0 => columns.into(),
        _ => USUAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_size_and_size_0_count_as_80() {
        assert_eq!(columns(None), 80);
        assert_eq!(columns(Some((0, 0))), 80);
        assert_eq!(columns(Some((24, 132))), 132);
    }
}
