//! Texts that fit a terminal of 80 columns.

/// The columns that a line should not exceed.
pub(crate) const WIDTH: usize = 80;

pub(crate) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// The text in lines of at most `width` columns, unless a word is longer; all but the first begin with `indent` blanks.
pub(crate) fn wrap(text: &str, width: usize, indent: usize) -> Vec<String> {
    let begin = text.len() - text.trim_start().len();
    let mut lines = vec![" ".repeat(begin)];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        let begun = !line.trim_start().is_empty();
        if begun && columns(line) + 1 + columns(word) > width {
            lines.push(" ".repeat(indent) + word);
            continue;
        }
        if begun {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines
}
