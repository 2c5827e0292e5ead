//! Two events that nothing orders: which synchronisation is missing.

use crate::event::{EventId, Kind, Order};
use crate::graph::Graph;

/// A read that would order what comes before a write with what comes after the read, if it synchronised.
struct Link {
    /// The head of the release sequence that is read.
    head: EventId,
    source: EventId,
    read: EventId,
}

/// Two threads that each write one location, then read the other's without seeing what the other wrote.
struct Crossing {
    sides: [(EventId, EventId); 2],
}

impl Graph {
    pub(super) fn advice_on_a_race(&self, first: EventId, second: EventId) -> String {
        let pairs = [(first, second), (second, first)];
        let creation = [first, second]
            .iter()
            .any(|&id| self.ev(id).kind == Kind::Init);
        let because = if creation {
            "; the creation of an atomic is a write that is not atomic, so what publishes it must be a release"
        } else {
            ""
        };
        if let Some(missing) = pairs
            .iter()
            .find_map(|&(a, b)| self.missing_order(a, b, "order the two"))
        {
            return missing + because;
        }
        if let Some(hazard) = self.advice_on_a_hazard() {
            return hazard;
        }
        let late = |&(a, b): &(EventId, EventId)| self.released_too_early(a, b);
        if let Some(early) = pairs.iter().find_map(late) {
            return early;
        }
        let beside = |&(a, b): &(EventId, EventId)| self.runs_beside(a, b);
        if let Some(beside) = pairs.iter().find_map(beside) {
            return beside + because;
        }
        format!(
            "neither thread reads anything between the two that the other wrote: protect both by a lock, let one \
             release after its access what the other acquires before its own, or make the location atomic{because}"
        )
    }

    /// What would order an access before the end of what it accesses, which comes after `before`.
    pub(super) fn advice_on_a_free(&self, access: EventId, before: EventId) -> Option<String> {
        self.missing_order(access, before, &format!("order {access} before the free"))
    }

    /// Of what is taken away although it was announced.
    pub(super) fn advice_on_a_hazard(&self) -> Option<String> {
        let missing = self.missing_fences()?;
        Some(format!(
            "{missing}. So a hazard pointer is announced (store, fence, look again) and scanned (unlink, fence, read)"
        ))
    }

    /// Of an execution that is no interleaving: what would have let its stale reads see the newer writes.
    pub(super) fn advice_on_stale_reads(&self) -> Option<String> {
        let stale = self.lines().stale;
        let missing = stale.iter().find_map(|&read| {
            let newer = self.newer_than(read);
            newer.iter().rev().find_map(|&w| {
                let effect = format!("have {read} see {}", self.shown(w));
                self.missing_order(w, read, &effect)
            })
        });
        missing.or_else(|| {
            let weak = !stale.is_empty();
            self.missing_fences().filter(|_| weak)
        })
    }

    /// The writes of other threads that coherence has after what is read.
    fn newer_than(&self, read: EventId) -> Vec<EventId> {
        let e = self.ev(read);
        let Some(source) = e.rf else {
            return Vec::new();
        };
        let co = self.coherence(e.loc);
        let newer = co.iter().skip(self.co_pos(e.loc, source) + 1);
        newer.copied().filter(|w| w.thread != read.thread).collect()
    }

    /// Every read of another thread's write, with each head of a release sequence that it reads.
    fn links(&self) -> Vec<Link> {
        let mut links = Vec::new();
        let reads = self.inserted.iter().filter(|&&id| self.ev(id).is_atomic());
        for &read in reads {
            let Some(source) = self.ev(read).rf else {
                continue;
            };
            let mut head = source;
            loop {
                let h = self.ev(head);
                if h.is_atomic() && head.thread != read.thread {
                    links.push(Link { head, source, read });
                }
                match h.rmw.then(|| self.ev(head.previous()).rf).flatten() {
                    Some(before) => head = before,
                    None => break,
                }
            }
        }
        links
    }

    /// The read between the two that would order `a` before `b` if it were stronger, how, and to what effect.
    fn missing_order(&self, a: EventId, b: EventId, effect: &str) -> Option<String> {
        let links = self.links();
        let between = links
            .iter()
            .filter(|l| self.hb_eq(a, l.head) && self.hb_eq(l.read, b));
        let weaknesses = between.map(|l| (self.lacks_release(l, a), self.lacks_acquire(l, b), l));
        let (release, acquire, link) = weaknesses
            .filter(|&(release, acquire, _)| release || acquire)
            .min_by_key(|&(release, acquire, _)| u32::from(release) + u32::from(acquire))?;
        let (head, read) = (self.shown(link.head), link.read);
        let (written, taken) = (self.ev(link.head), self.ev(read));
        let thread = self.thread_name(read.thread);
        let what = format!("{} = {}", self.name_at(read), self.value_text(read));
        let source = self.shown(link.source);
        let both = |order: Order, half| {
            if order == Order::Relaxed {
                half
            } else {
                "AcqRel"
            }
        };
        let release_there = format!("{} at {head}", both(written.order, "Release"));
        let acquire_there = both(taken.order, "Acquire").to_string() + " there";
        let strengthen = match (release, acquire) {
            (true, true) => format!("{acquire_there}, and {release_there},"),
            (true, false) => release_there,
            (false, _) => acquire_there,
        };
        let how = if acquire {
            format!(" with {:?}", taken.order)
        } else {
            format!(", and {head} wrote with {:?}", written.order)
        };
        let sentence = format!(
            "{thread} read {what} from {source} at {read}{how}: {strengthen} would {effect}"
        );
        let counts = |role: &str| role == "fetch_sub" || role.ends_with("_count");
        Some(match taken.role {
            role if role.ends_with("_count") => format!(
                "{thread} read {what} at {read} by {role}, which orders nothing: use Arc::get_mut or Arc::try_unwrap, \
                 which acquire what the other owners released"
            ),
            role if counts(written.role) && (role.is_empty() || counts(role)) => format!(
                "{sentence}. Whoever gives up a count of what is shared releases, and whoever finds that it was the last \
                 acquires (by fence(Acquire), if only then)"
            ),
            _ => sentence,
        })
    }

    /// Whether what `head` heads releases nothing of `a`.
    fn lacks_release(&self, link: &Link, a: EventId) -> bool {
        let e = self.ev(link.head);
        let fence = e.release_fence.checked_sub(1).map(|index| EventId {
            thread: link.head.thread,
            index,
        });
        !e.order.releases() && !fence.is_some_and(|fence| self.hb_eq(a, fence))
    }

    /// Whether what is read is acquired neither by the read nor by a fence before `b`.
    fn lacks_acquire(&self, link: &Link, b: EventId) -> bool {
        let thread = link.read.thread;
        let mut later =
            (link.read.index + 1..self.len(thread)).map(|index| EventId { thread, index });
        let fence = |id: EventId| {
            let e = self.ev(id);
            e.kind == Kind::Fence && e.order.acquires() && self.hb_eq(id, b)
        };
        !self.ev(link.read).order.acquires() && !later.any(fence)
    }

    /// What `a`'s thread wrote before it, and `b`'s thread has read before `b`: it came too early.
    fn released_too_early(&self, a: EventId, b: EventId) -> Option<String> {
        let links = self.links();
        let link = links
            .iter()
            .filter(|l| self.po(l.head, a) && l.read.thread == b.thread && self.po(l.read, b))
            .max_by_key(|l| l.head.index)?;
        let (head, read) = (self.shown(link.head), link.read);
        let (what, by) = match self.ev(link.head).role {
            "unpark" => ("unparked", "by the park"),
            "unlock" => ("gave the lock back", "by the lock"),
            _ => ("wrote", "by reading it"),
        };
        Some(format!(
            "{} {what} at {head}, before {a}, and {} went on {by} at {read}: what {head} is to hand over must come before it",
            self.thread_name(a.thread),
            self.thread_name(b.thread),
        ))
    }

    /// `b` is in the destructor of what an `Arc` held, and `a` is no owner's.
    pub(super) fn dropped_too_early(&self, a: EventId, b: EventId) -> Option<String> {
        let mut before = (0..=b.index).rev().map(|index| EventId { index, ..b });
        let last = before.find(|&id| self.ev(id).role == "last owner")?;
        // The memory goes right after its last owner, what is in it before that.
        let memory = self.ev(last.previous()).role == "drop of a Weak";
        if memory && last != b {
            return None;
        }
        let (owner, other) = (self.thread_name(b.thread), self.thread_name(a.thread));
        Some(format!(
            "{owner} frees it as the last owner of an Arc ({last}), and nothing orders {a} before that: {other} must own a \
             clone for as long as it uses what the Arc holds"
        ))
    }

    /// `b`'s thread started `a`'s, and did not wait for its end.
    fn runs_beside(&self, a: EventId, b: EventId) -> Option<String> {
        let mut child = a.thread;
        while let Some((parent, _)) = self.threads[child as usize].parent {
            if parent == b.thread {
                let (name, parent) = (self.thread_name(child), self.thread_name(parent));
                return Some(format!(
                    "{parent} started {name} and goes on beside it: join {name} before {b}, or let {name} release after {a} \
                     what {parent} acquires before {b}"
                ));
            }
            child = parent;
        }
        None
    }

    /// Of two threads that each write and then read what the other wrote, without seeing it: where fences are missing.
    pub(super) fn missing_fences(&self) -> Option<String> {
        let crossing = self.crossing()?;
        let names = crossing
            .sides
            .map(|(write, read)| (self.shown(write), read));
        let [(w, r), (other_w, other_r)] = names;
        let missing: Vec<String> = crossing
            .sides
            .iter()
            .filter(|&&(write, read)| !self.has_full_fence(write, read))
            .map(|&(write, read)| format!("between {} and {read}", self.shown(write)))
            .collect();
        if missing.is_empty() {
            return None;
        }
        Some(format!(
            "{r} does not see {other_w}, and {other_r} does not see {w}, as if both threads had read before they wrote: \
             fence(SeqCst) {} forbids it",
            missing.join(" and ")
        ))
    }

    fn has_full_fence(&self, write: EventId, read: EventId) -> bool {
        let between = &self.events(write.thread)[write.index as usize..read.index as usize];
        between.iter().any(|e| e.kind == Kind::Fence && e.is_sc())
    }

    fn crossing(&self) -> Option<Crossing> {
        let mut found: Option<(u32, Crossing)> = None;
        let atomic_reads = |thread: u32, from: u32| {
            let all = (from..self.len(thread)).map(move |index| EventId { thread, index });
            all.filter(|&id| {
                let e = self.ev(id);
                // Locks and tokens order what they have to by themselves.
                e.is_read() && e.is_atomic() && self.is_the_programs(e.loc)
            })
        };
        let threads = 0..self.threads.len() as u32;
        for read in threads.flat_map(|t| atomic_reads(t, 0)) {
            for other_write in self.newer_than(read) {
                for other_read in atomic_reads(other_write.thread, other_write.index + 1) {
                    let own = |w: &EventId| self.po(*w, read) && self.ev(*w).is_atomic();
                    let same = self.ev(other_read).loc == self.ev(read).loc;
                    let newer = self.newer_than(other_read);
                    let Some(&write) = newer.iter().rev().find(|w| own(w)).filter(|_| !same) else {
                        continue;
                    };
                    let span = read.index - write.index + other_read.index - other_write.index;
                    let sides = [(write, read), (other_write, other_read)];
                    if found.as_ref().is_none_or(|(best, _)| span < *best) {
                        found = Some((span, Crossing { sides }));
                    }
                }
            }
        }
        found.map(|(_, crossing)| crossing)
    }
}
