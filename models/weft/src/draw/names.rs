//! What threads, locations and values are called.

use crate::event::{Event, EventId, Kind, LocationId};
use crate::graph::{Graph, Loc};

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
        let alike: Vec<&Loc> = self
            .locations()
            .filter(|&other| self.token_of(other).is_none())
            .map(|other| self.loc(other))
            .filter(|other| l.is_alike(other))
            .collect();
        let (thread, nth) = l.key;
        let own = alike.iter().filter(|other| other.key.0 == thread);
        let mut name = match l.name {
            Some(name) => name.to_string(),
            None => self.site_name(l),
        };
        if alike.iter().any(|other| other.key.0 != thread) {
            name = format!("{}.{name}", self.thread_name(thread));
        }
        if own.clone().count() > 1 {
            let index = own.filter(|other| other.key.1 < nth).count();
            name = format!("{name}[{index}]");
        }
        name
    }

    /// `cell@24`; `cell@slot:24` where there are several files, and `cell@24:9` where the line creates several.
    fn site_name(&self, l: &Loc) -> String {
        let others = || {
            let shown = self.locations().filter(|&o| self.token_of(o).is_none());
            shown.map(|o| self.loc(o)).filter(|o| o.name.is_none())
        };
        let file = others().any(|o| o.site.file() != l.site.file());
        let line = |o: &Loc| (o.noun, o.site.file(), o.site.line());
        let column = others().any(|o| line(o) == line(l) && o.site.column() != l.site.column());
        let mut name = format!("{}@", l.noun);
        if file {
            let file = l.site.file().rsplit(['/', '\\']).next().unwrap_or_default();
            name.push_str(file.strip_suffix(".rs").unwrap_or(file));
            name.push(':');
        }
        name.push_str(&l.site.line().to_string());
        if column {
            name = format!("{name}:{}", l.site.column());
        }
        name
    }

    /// The thread whose park token the location is: its beginning creates it.
    fn token_of(&self, loc: LocationId) -> Option<u32> {
        let &first = self.loc(loc).co.first()?;
        match self.ev(first).kind {
            Kind::Spawn(thread) => Some(thread),
            Kind::Begin => Some(first.thread),
            _ => None,
        }
    }

    pub(crate) fn value_text(&self, id: EventId) -> String {
        let e = self.ev(id);
        if self.is_torn(id) {
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

impl Loc {
    /// Whether two locations would have the same name.
    fn is_alike(&self, other: &Loc) -> bool {
        match (self.name, other.name) {
            (None, None) => (self.noun, self.site) == (other.noun, other.site),
            (name, other) => name == other,
        }
    }
}
