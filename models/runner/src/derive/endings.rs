//! How the workers end (O7).

use super::chains::last_looks;
use super::seen::Seen;
use flipside_record::facts::Endings;
use flipside_record::log::What;

pub(super) fn add(seen: &Seen<'_>, endings: &mut Endings, broken: &mut Vec<String>) {
    let count = |is: fn(&What) -> bool| {
        let events = seen.log.events.iter();
        events.filter(|event| is(&event.what)).count() as u64
    };
    let started = count(|what| matches!(what, What::Spawn(_)));
    let joined = count(|what| matches!(what, What::Join(_)));
    if started != joined {
        broken.push(format!(
            "O7: {started} workers were started and {joined} joined"
        ));
    }
    endings.started += started;
    endings.joined += joined;
    for (write, look) in last_looks(seen) {
        endings.last_looks += 1;
        if !seen.sees(look, seen.write_of(write)) {
            broken.push("O7: a worker's last look misses a commit".to_owned());
        }
    }
}
