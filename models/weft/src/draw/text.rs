//! A graph as text.

use std::fmt;

use crate::event::{EventId, Kind, LocationId};
use crate::graph::Graph;

impl Graph {
    /// A thread's name: `main`, the name it was given, or `t` and its number.
    pub fn thread_name(&self, thread: u32) -> String {
        match &self.threads[thread as usize].name {
            Some(name) => name.clone(),
            None if thread == 0 => "main".to_string(),
            None => format!("t{thread}"),
        }
    }

    /// A location's name: the one it was given, or `v` and its number.
    pub fn location_name(&self, loc: LocationId) -> String {
        let l = self.loc(loc);
        match l.name {
            Some(name) => name.to_string(),
            None if l.cell => format!("c{}", loc.0),
            None => format!("v{}", loc.0),
        }
    }

    /// An event in a few characters: `W rlx x = 1`, `R acq y = 0`, `F sc`.
    pub fn event_text(&self, id: EventId) -> String {
        let e = self.ev(id);
        let loc = e
            .location()
            .map_or(String::new(), |l| self.location_name(l));
        match e.kind {
            Kind::Begin => "begin".to_string(),
            Kind::End => "end".to_string(),
            Kind::Spawn(t) => format!("spawn {}", self.thread_name(t)),
            Kind::Join(t) => format!("join {}", self.thread_name(t)),
            Kind::Init => format!("new {loc} = {}", e.value),
            Kind::Read => format!("R {} {loc} = {}", e.order.short(), e.value),
            Kind::Write => format!("W {} {loc} = {}", e.order.short(), e.value),
            Kind::Fence => format!("F {}", e.order.short()),
            Kind::Choice(n) => format!("choice {n}"),
        }
    }
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for &id in &self.inserted {
            let e = self.ev(id);
            let rf = e.rf.map_or(String::new(), |w| format!(" from {w}"));
            writeln!(
                f,
                "{id:>6}  {}{rf}   {}:{}",
                self.event_text(id),
                e.site.file(),
                e.site.line()
            )?;
        }
        Ok(())
    }
}
