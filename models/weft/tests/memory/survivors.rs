//! What a program puts where it survives its executions: nothing of it is taken back, and nothing else is kept.

use super::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, OnceLock, mpsc};

/// A number of executions with results of every sort, from `threads` threads with `turns` turns each.
fn program(note: impl Fn(u32, u32) + Send + Sync + Clone + 'static) -> impl Fn() + Send + Sync {
    move || {
        let word = Arc::new(AtomicU32::new(0));
        let threads: Vec<_> = (1..4u32)
            .map(|me| {
                let (word, note) = (Arc::clone(&word), note.clone());
                thread::spawn(move || {
                    let _garbage = (vec![me; 50], me.to_string());
                    for turn in 0..2 {
                        let old = word.fetch_add(me, Relaxed);
                        note(me * 2 + turn, old);
                        // Given up in half of the executions.
                        while turn == 1 && word.load(Relaxed) < 7 {
                            thread::yield_now();
                        }
                    }
                })
            })
            .collect();
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
    }
}

/// Everything that is noted, in collections of all sorts that grow in executions.
#[derive(Default)]
struct Notes {
    list: Vec<(u32, u32)>,
    texts: Vec<String>,
    log: String,
    tree: BTreeMap<String, Vec<u32>>,
    table: HashMap<String, Box<u32>>,
    chain: Option<Box<Link>>,
    sum: u64,
}

struct Link {
    value: u32,
    next: Option<Box<Link>>,
}

impl Notes {
    fn note(&mut self, key: u32, value: u32) {
        self.list.push((key, value));
        self.sum += u64::from(key) * 1000 + u64::from(value);
        if self.list.len().is_multiple_of(7) {
            self.texts.push(format!("note {key} of {value}"));
        }
        if self.list.len().is_multiple_of(11) {
            self.log += &format!("{key}:{value};");
            self.tree
                .entry(format!("key {key}"))
                .or_default()
                .push(value);
            self.table.insert(format!("key {value}"), Box::new(value));
        }
        if self.list.len().is_multiple_of(101) {
            let next = self.chain.take();
            self.chain = Some(Box::new(Link { value, next }));
        }
    }

    /// Everything is as it was noted.
    fn assert_whole(&self) {
        let sum = |(key, value): &(u32, u32)| u64::from(*key) * 1000 + u64::from(*value);
        assert_eq!(self.list.iter().map(sum).sum::<u64>(), self.sum);
        let every = |n: usize| self.list.iter().skip(n - 1).step_by(n);
        let texts = every(7).map(|(key, value)| format!("note {key} of {value}"));
        assert!(texts.eq(self.texts.iter().cloned()));
        let log: String = every(11)
            .map(|(key, value)| format!("{key}:{value};"))
            .collect();
        assert_eq!(log, self.log);
        let mut tree = BTreeMap::<_, Vec<u32>>::new();
        for (key, value) in every(11) {
            tree.entry(format!("key {key}")).or_default().push(*value);
            assert_eq!(*self.table[&format!("key {value}")], *value);
        }
        assert_eq!(tree, self.tree);
        let mut link = &self.chain;
        for (_, value) in every(101).collect::<Vec<_>>().iter().rev() {
            let this = link.as_ref().unwrap();
            assert_eq!(this.value, *value);
            link = &this.next;
        }
        assert!(link.is_none());
    }
}

fn stress(workers: usize, max_graphs: u64) -> usize {
    let notes = std::sync::Arc::new(Mutex::new(Notes::default()));
    let own = std::sync::Arc::clone(&notes);
    let builder = Builder {
        workers,
        max_graphs: Some(max_graphs),
        ..Builder::default()
    };
    let report = builder.check(program(move |key, value| {
        let mut notes = own.lock().unwrap();
        notes.note(key, value);
        if notes.list.len().is_multiple_of(5000) {
            notes.assert_whole();
        }
    }));
    assert!(report.failure().is_none(), "{report}");
    let notes = notes.lock().unwrap();
    notes.assert_whole();
    println!("{report}, {} notes", notes.list.len());
    notes.list.len()
}

#[test]
fn results_survive() {
    assert!(stress(1, 20_000) > 5_000);
}

#[test]
fn results_of_workers_survive() {
    assert!(stress(4, 20_000) > 5_000);
}

#[test]
fn results_of_checks_side_by_side_survive() {
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| stress(1, 10_000));
        }
    });
}

#[test]
fn results_that_are_taken_out_meanwhile_survive() {
    // Another thread, which no check knows, takes the results while executions go on making them.
    let (sender, receiver) = mpsc::channel::<(u32, String)>();
    let sums = std::thread::spawn(move || {
        let mut kept = BTreeMap::<u32, BTreeSet<String>>::new();
        for (key, text) in receiver {
            // Threads that were given up never drop the sender.
            if text.is_empty() {
                break;
            }
            assert_eq!(text, format!("{key} is the key, and this is its text"));
            kept.entry(key).or_default().insert(text);
        }
        kept
    });
    let sender = Mutex::new(sender);
    let sender = std::sync::Arc::new(sender);
    let own = std::sync::Arc::clone(&sender);
    let builder = Builder {
        max_graphs: Some(20_000),
        ..Builder::default()
    };
    let report = builder.check(program(move |key, value| {
        let key = key * 10_000 + value;
        let text = format!("{key} is the key, and this is its text");
        own.lock().unwrap().send((key, text)).unwrap();
    }));
    sender.lock().unwrap().send((0, String::new())).unwrap();
    assert!(report.failure().is_none(), "{report}");
    let kept = sums.join().unwrap();
    assert!(kept.len() > 6);
    for (key, texts) in kept {
        assert_eq!(texts.len(), 1, "{key}");
    }
}

#[test]
fn what_std_makes_at_its_first_use_survives() {
    static TABLE: OnceLock<HashMap<String, Vec<u32>>> = OnceLock::new();
    std::thread_local! {
        static LOCAL: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    let builder = Builder {
        max_graphs: Some(5_000),
        workers: 2,
        ..Builder::default()
    };
    let report = builder.check(program(|key, _| {
        let table = TABLE.get_or_init(|| {
            let entry = |k: u32| (k.to_string(), vec![k; 10]);
            (0..100).map(entry).collect()
        });
        assert_eq!(table[&key.to_string()], vec![key; 10]);
        LOCAL.with_borrow_mut(|local| {
            assert!(local.iter().all(|text| text.starts_with("local ")));
            if local.len() < 100 {
                local.push(format!("local {key}"));
            }
        });
        if key == 2 {
            // Of std's own: standard output's buffer, names of threads, the environment, a time.
            print!("");
            eprint!("");
            assert!(std::env::var("WEFT_HAS_NO_SUCH_VARIABLE").is_err());
            assert!(std::thread::current().id() == std::thread::current().id());
        }
    }));
    assert!(report.failure().is_none(), "{report}");
    let table = TABLE.get().unwrap();
    assert!((0..100u32).all(|k| table[&k.to_string()] == vec![k; 10]));
    println!("{report}, and standard output still works");
}

#[test]
fn results_of_panics_survive() {
    static MESSAGES: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let builder = Builder {
        max_graphs: Some(3_000),
        workers: 2,
        ..Builder::default()
    };
    let report = builder.check(program(|key, value| {
        let caught = std::panic::catch_unwind(|| panic!("{key} and {value}"));
        let message = *caught.unwrap_err().downcast::<String>().unwrap();
        assert_eq!(message, format!("{key} and {value}"));
        MESSAGES.lock().unwrap().push(message);
    }));
    assert!(report.failure().is_none(), "{report}");
    let messages = MESSAGES.lock().unwrap();
    assert!(messages.len() > 3_000);
    assert!(messages.iter().all(|text| text.contains(" and ")));
}

#[test]
fn what_a_failed_check_leaves_behind_survives() {
    let notes = std::sync::Arc::new(Mutex::new(Vec::new()));
    for k in 0..300u32 {
        let own = std::sync::Arc::clone(&notes);
        let report = Builder::default().check(move || {
            let _held = vec![k; 1000];
            own.lock().unwrap().push(format!("check {k}"));
            assert!(k > 1000, "on purpose");
        });
        assert!(report.failure().is_some());
    }
    let notes = notes.lock().unwrap();
    for (k, note) in notes.iter().enumerate() {
        assert_eq!(*note, format!("check {k}"));
    }
}
