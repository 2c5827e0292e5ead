//! Numbers and times as people read them.

use std::time::Duration;

/// `1234567` as `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Seconds to a tenth, minutes from ten of them on.
pub fn seconds(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds >= 600 {
        format!("{}:{:02} min", seconds / 60, seconds % 60)
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let pairs = [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (310_710, "310,710"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ];
        for (number, text) in pairs {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn times_are_short() {
        assert_eq!(seconds(Duration::from_millis(40)), "0.0 s");
        assert_eq!(seconds(Duration::from_millis(12_340)), "12.3 s");
        assert_eq!(seconds(Duration::from_secs(599)), "599.0 s");
        assert_eq!(seconds(Duration::from_secs(3_671)), "61:11 min");
    }
}
