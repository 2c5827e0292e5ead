//! What a destructor does stands where the destructor runs, as far as the program was compiled with lines.

use super::*;
use weft::sync::Mutex;

/// The text behind the line's number, and the lines of this file by what their comments say.
fn line_of(mark: &str) -> String {
    let mark = format!("// {mark}");
    let line = include_str!("places.rs")
        .lines()
        .position(|l| l.ends_with(&mark));
    format!("places.rs:{}", line.unwrap() + 1)
}

/// The place of the line that contains `what`.
fn place(text: &str, what: &str) -> String {
    let line = text.lines().find(|line| line.contains(what));
    let line = line.unwrap_or_else(|| panic!("no {what} in\n{text}"));
    line.rsplit_once("│ ").unwrap().1.to_string()
}

/// Whether this binary knows its lines.
fn has_lines() -> bool {
    let stack = std::backtrace::Backtrace::force_capture();
    stack.to_string().contains("places.rs:")
}

/// Two locks taken in different orders, after each was given back once.
fn locks() {
    let locks = Arc::new([Mutex::new(0).named("a"), Mutex::new(0).named("b")]);
    let other = Arc::clone(&locks);
    {
        let mut a = locks[0].lock().unwrap(); // a is taken
        *a += 1;
    } // a is given back
    let t = thread::spawn(move || {
        let b = other[1].lock().unwrap();
        let _a = other[0].lock().unwrap();
        drop(b);
    });
    let _a = locks[0].lock().unwrap();
    let _b = locks[1].lock().unwrap();
    t.join().unwrap();
}

#[test]
fn an_unlock_stands_at_its_own_line() {
    let text = failure(locks).to_string();
    let at = place(&text, "W rel a = free [unlock]");
    let expected = match has_lines() {
        true => line_of("a is given back"),
        false => line_of("a is taken") + " (lock taken)",
    };
    assert_eq!(at, expected, "{text}");
}

#[test]
fn a_replay_says_the_same() {
    let failure = failure(locks);
    let again = Builder::default().replay(&failure.decisions, locks);
    let again = again.failure().expect("it fails again");
    assert_eq!(failure.graph.to_string(), again.graph.to_string());
}

#[test]
fn without_a_failure_the_line_is_that_of_what_ends() {
    let mut text = String::new();
    let visit = |graph: &Graph| text = graph.to_string();
    let program = || drop(Mutex::new(0).named("a").lock().unwrap()); // one line
    assert!(Builder::default().visit(visit, program).is_complete());
    let at = place(&text, "unlock");
    assert_eq!(at, line_of("one line") + " (lock taken)", "{text}");
}

#[test]
fn the_end_of_an_access_and_a_changed_value() {
    let text = failure(|| {
        let own = &mut AtomicU32::new(0).named("own");
        {
            let mut value = own.get_mut(); // borrowed
            *value = 1;
        } // written back
        let shared = Arc::new(Cell::new());
        let other = Arc::clone(&shared);
        let words = words();
        let seen = Arc::clone(&words);
        let t = thread::spawn(move || {
            let access = other.0.get_mut(); // begun
            seen[0].store(1, Release);
            drop(access); // ended
        });
        if words[0].load(Acquire) == 1 {
            shared.write();
        }
        t.join().unwrap();
    })
    .to_string();
    let (back, end) = match has_lines() {
        true => (line_of("written back"), line_of("ended")),
        false => (
            line_of("borrowed") + " (get_mut)",
            line_of("begun") + " (access begun)",
        ),
    };
    assert_eq!(place(&text, "W na own = 1 [get_mut]"), back, "{text}");
    let end_of_access = place(&text, "[end of access]");
    assert_eq!(end_of_access, end, "{text}");
    let message = text.split("\n\n").next().unwrap();
    assert!(message.contains(&end), "{message}");
}

#[test]
fn what_std_creates_stands_where_std_was_called() {
    let text = failure(|| {
        let words = Arc::new([0, 0].map(AtomicU32::new)); // std calls new
        assert_eq!(words[1].load(Relaxed), 1);
    })
    .to_string();
    let line = line_of("std calls new");
    let name = match has_lines() {
        true => format!("atomic@{}[1]", line.split_once(':').unwrap().1),
        false => "atomic[1]".to_string(),
    };
    assert!(text.contains(&format!("new {name} = 0")), "{text}");
    if has_lines() {
        assert_eq!(place(&text, &format!("new {name}")), line);
    }
}

#[test]
fn frees_and_last_owners_stand_where_they_let_go() {
    let failure = failure(|| {
        let shared = Arc::new(AtomicU32::new(1).named("x"));
        let node = Box::into_raw(Box::new(AtomicU32::new(1).named("node"))) as usize;
        {
            let _other = Arc::clone(&shared);
        } // an owner lets go
        assert_eq!(Arc::strong_count(&shared), 1);
        let again = move || {
            let node = std::ptr::with_exposed_provenance_mut::<AtomicU32>(node);
            // SAFETY: not sound, and that is what the checker is to say.
            drop(unsafe { Box::from_raw(node) }); // freed
        };
        again();
        again();
    });
    let text = failure.to_string();
    let message = failure.message();
    if has_lines() {
        let freed = format!("{}, after 0.", line_of("freed"));
        assert_eq!(message.matches(&freed).count(), 2, "{message}");
        assert_eq!(
            place(&text, "[drop]"),
            line_of("an owner lets go"),
            "{text}"
        );
    } else {
        assert!(
            message.contains("frees a block of 16 bytes with node after 0."),
            "{message}"
        );
    }
}
