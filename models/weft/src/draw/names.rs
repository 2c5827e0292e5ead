//! What threads, locations and values are called.

use crate::event::{Event, EventId, Kind, LocationId};
use crate::graph::{Graph, Loc};
use crate::place::is_std;

impl Graph {
    /// A thread's name: `main`, the name it was given, or `t` and its number.
    pub fn thread_name(&self, thread: u32) -> String {
        match &self.threads[thread as usize].name {
            Some(name) => name.clone(),
            None if thread == 0 => "main".to_string(),
            None => format!("t{thread}"),
        }
    }

    /// A location's name: the one it was given, or what it is and the line that created it, as in `cell@24`. Those that
    /// share it are told apart by who created them as the how-manieth: `next[2]`, `t1.next[0]`.
    pub fn location_name(&self, loc: LocationId) -> String {
        if let Some(thread) = self.token_of(loc) {
            return format!("token of {}", self.thread_name(thread));
        }
        let l = self.loc(loc);
        let name = self.shared_name(l);
        let named = self
            .created()
            .filter(|other| self.shared_name(other) == name);
        let alike: Vec<(u32, u32)> = named.map(|other| other.key).collect();
        let (thread, nth) = l.key;
        let whose = if alike.iter().any(|other| other.0 != thread) {
            format!("{}.", self.thread_name(thread))
        } else {
            String::new()
        };
        let own = alike.iter().filter(|other| other.0 == thread);
        let which = if own.clone().count() > 1 {
            format!("[{}]", own.filter(|other| other.1 < nth).count())
        } else {
            String::new()
        };
        format!("{whose}{name}{which}")
    }

    /// The locations that are no park tokens.
    fn created(&self) -> impl Iterator<Item = &Loc> {
        let locations = self.locations();
        locations
            .filter(|&l| self.token_of(l).is_none())
            .map(|l| self.loc(l))
    }

    /// A location's name, which others may have as well: `cell@24`; `cell@slot:24` where there are several files, and
    /// `cell@24:9` where the line creates several.
    fn shared_name(&self, l: &Loc) -> String {
        if let Some(name) = l.name {
            return name.to_string();
        }
        let Some((file, line, column)) = self.creation(l) else {
            return l.noun.to_string();
        };
        let others = || {
            let unnamed = self.created().filter(|o| o.name.is_none());
            unnamed.filter_map(|o| Some((o.noun, self.creation(o)?)))
        };
        let in_file = if others().any(|(_, other)| other.0 != file) {
            let file = file.rsplit(['/', '\\']).next().unwrap_or_default();
            format!("{}:", file.strip_suffix(".rs").unwrap_or(file))
        } else {
            String::new()
        };
        let beside = |(noun, other): (_, (&str, u32, u32))| {
            noun == l.noun && (other.0, other.1) == (file, line) && other.2 != column
        };
        let at_column = if others().any(beside) {
            format!(":{column}")
        } else {
            String::new()
        };
        format!("{}@{in_file}{line}{at_column}", l.noun)
    }

    /// File, line and column that created a location, unless that is a place in std that is all that is known.
    fn creation<'a>(&'a self, l: &'a Loc) -> Option<(&'a str, u32, u32)> {
        let known = l.co.first().and_then(|init| self.places.get(init));
        match known {
            Some(place) => Some((&place.file, place.line, 0)),
            None if is_std(l.site.file()) => None,
            None => Some((l.site.file(), l.site.line(), l.site.column())),
        }
    }

    /// The thread whose park token the location is: its beginning creates it.
    pub(crate) fn token_of(&self, loc: LocationId) -> Option<u32> {
        let &first = self.loc(loc).co.first()?;
        match self.ev(first).kind {
            Kind::Spawn(thread) => Some(thread),
            Kind::Begin => Some(first.thread),
            _ => None,
        }
    }

    /// Where an event stands in the program, `src/lib.rs:7`; of a destructor's whose place is not known, where what it
    /// ends began, `src/lib.rs:5 (lock taken)`.
    pub(crate) fn place(&self, id: EventId) -> String {
        let e = self.ev(id);
        match self.places.get(&id) {
            Some(place) => format!("{}:{}", place.file, place.line),
            None if e.site_of.is_empty() => format!("{}:{}", e.site.file(), e.site.line()),
            None => format!("{}:{} ({})", e.site.file(), e.site.line(), e.site_of),
        }
    }

    /// The same without the file's folders.
    pub(crate) fn short_place(&self, id: EventId) -> String {
        let place = self.place(id);
        place
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or_default()
            .to_string()
    }

    /// Whether a location is one of the program's atomics, and no lock's, condition variable's or thread's state.
    pub(crate) fn is_the_programs(&self, loc: LocationId) -> bool {
        self.loc(loc).words.is_none() && self.token_of(loc).is_none()
    }

    pub(crate) fn value_text(&self, id: EventId) -> String {
        let e = self.ev(id);
        // What was freed has no value.
        if self.is_torn(id) || e.is_read() && e.rf.is_none() {
            return "?".to_string();
        }
        self.value_of(e, e.value)
    }

    /// A value that an event reads, writes or expects.
    pub(crate) fn value_of(&self, e: &Event, value: u64) -> String {
        let loc = e.location();
        if let Some(words) = loc.and_then(|loc| self.loc(loc).words) {
            return words(value);
        }
        if loc.is_some_and(|loc| self.token_of(loc).is_some()) {
            return if value == 0 { "none" } else { "there" }.to_string();
        }
        match (e.address, value, value as i64) {
            (true, 0, _) => "null".to_string(),
            (true, address, _) => format!("{address:#x}"),
            (_, _, negative @ -0x8000_0000..0) => negative.to_string(),
            (_, value, _) => value.to_string(),
        }
    }

    /// Whether a read races with the write that the graph has it read from: nothing is known of its value.
    pub(crate) fn is_torn(&self, read: EventId) -> bool {
        let e = self.ev(read);
        e.is_read()
            && e.rf.is_some_and(|write| {
                let plain = !e.is_atomic() || !self.ev(write).is_atomic();
                plain && !self.hb_eq(write, read)
            })
    }
}
