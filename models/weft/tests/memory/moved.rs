//! Atomics that move while somebody points to them, and those that move as they may.

use super::*;
use std::cell::RefCell;

fn word() -> AtomicU32 {
    AtomicU32::new(0).named("word")
}

#[test]
fn a_vec_that_grows() {
    let program = |room: usize| {
        move || {
            let mut words = Vec::with_capacity(room);
            words.push(word());
            let slot = Arc::new(AtomicPtr::new(&raw mut words[0]));
            let own = Arc::clone(&slot);
            let other = thread::spawn(move || {
                let word = own.load(Acquire);
                // SAFETY: not sound if the vec has to grow, and that is what the checker is to say.
                unsafe { (*word).store(1, Relaxed) }; // used
            });
            fence(SeqCst); // before it grows
            words.push(word());
            words.push(word());
            other.join().unwrap();
        }
    };
    assert_eq!(complete(program(3)), 1);
    let grown = found(program(1));
    grown.used_when_freed((1, "// used"), (0, "AtomicU32::new(0).named"));
}

#[test]
fn a_vec_that_shrinks() {
    let found = found(|| {
        let mut words = Vec::with_capacity(10);
        words.push(word());
        let slot = AtomicPtr::new(&raw mut words[0]);
        let other = thread::spawn(move || {
            let word = slot.load(Acquire);
            // SAFETY: not sound, and that is what the checker is to say.
            unsafe { (*word).store(1, Relaxed) }; // used
        });
        fence(SeqCst); // before
        words.shrink_to_fit();
        other.join().unwrap();
    });
    found.use_after_free(false, (1, "// used"), (0, "// before"), "word");
}

#[test]
fn grown_before_anybody_points_to_it() {
    let graphs = complete(|| {
        let mut words = Vec::new();
        for k in 0..9 {
            words.push(word());
            words[0].store(k, Relaxed);
        }
        let words: Arc<[AtomicU32]> = Arc::from(words);
        let own = Arc::clone(&words);
        let other = thread::spawn(move || own[0].store(10, Relaxed));
        words[0].load(Relaxed);
        other.join().unwrap();
    });
    assert_eq!(graphs, 2);
}

#[test]
fn out_of_a_box() {
    // Used in the box, moved out of it, which frees it, and shared from where it is then.
    let graphs = complete(|| {
        let boxed = Box::new(word());
        boxed.store(1, Relaxed);
        let shared = Arc::new(*boxed);
        let own = Arc::clone(&shared);
        let other = thread::spawn(move || own.store(2, Relaxed));
        shared.load(Relaxed);
        drop(shared);
        other.join().unwrap();
    });
    assert_eq!(graphs, 2);
}

#[test]
fn what_is_left_in_a_vec_is_not_the_object() {
    // The buffer still holds the bytes of what was popped, which lives on elsewhere.
    let graphs = complete(|| {
        let mut words = vec![word(), word()];
        words[1].store(1, Relaxed);
        let shared = Arc::new(words.pop().unwrap());
        let own = Arc::clone(&shared);
        let other = thread::spawn(move || own.store(2, Relaxed));
        drop(words);
        shared.load(Relaxed);
        other.join().unwrap();
    });
    assert_eq!(graphs, 2);
}

#[test]
fn through_a_channel_of_ones_own() {
    // The atomic is moved from thread to thread by value, under a lock.
    let graphs = complete(|| {
        let lock = Arc::new(weft::sync::Mutex::new(Vec::new()));
        let own = Arc::clone(&lock);
        let other = thread::spawn(move || {
            let word = word();
            word.store(1, Relaxed);
            own.lock().unwrap().push(word);
        });
        let taken = lock.lock().unwrap().pop();
        if let Some(word) = taken {
            word.store(2, Relaxed);
            let word = Box::new(word);
            assert_eq!(word.load(Relaxed), 2);
        }
        other.join().unwrap();
    });
    assert_eq!(graphs, 2);
}

#[test]
fn swapped_in_place() {
    let graphs = complete(|| {
        let mut a = Box::new(word());
        let mut b = Box::new(word());
        a.store(1, Relaxed);
        b.store(2, Relaxed);
        std::mem::swap(&mut *a, &mut *b);
        assert_eq!((a.load(Relaxed), b.load(Relaxed)), (2, 1));
        let old = std::mem::replace(&mut *a, word());
        drop(a);
        assert_eq!(old.load(Relaxed), 2);
        let kept = RefCell::new(old);
        drop(b);
        kept.replace(word());
        assert_eq!(kept.take_word(), 0);
    });
    assert_eq!(graphs, 1);
}

trait TakeWord {
    fn take_word(&self) -> u32;
}

impl TakeWord for RefCell<AtomicU32> {
    fn take_word(&self) -> u32 {
        self.borrow().load(Relaxed)
    }
}

#[test]
fn replaced_under_a_reader() {
    // The old atomic is dropped where the reader still looks for it.
    let found = found(|| {
        let mut owner = Box::new(word());
        let slot = AtomicPtr::new(&raw mut *owner);
        let other = thread::spawn(move || {
            let word = slot.load(Acquire);
            // SAFETY: not sound, and that is what the checker is to say.
            unsafe { (*word).store(1, Relaxed) }; // used
        });
        drop(std::mem::replace(&mut owner, Box::new(word())));
        other.join().unwrap();
    });
    found.used_when_freed((1, "// used"), (0, "AtomicU32::new(0).named"));
}
