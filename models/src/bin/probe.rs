//! probe
use flipside_models::{checker::*, scenario::*};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let s = by_name(&a[1]).unwrap();
    let size: Size = a[2].parse().unwrap();
    let pre = a.get(3).and_then(|p| p.parse().ok());
    let bounds = Bounds {
        preemptions: pre,
        schedules: a.get(4).map_or(1000, |n| n.parse().unwrap()),
        time: Some(std::time::Duration::from_secs(20)),
    };
    #[cfg(any(loom, shuttle, weft))]
    if a.len() > 5 {
        for m in flipside_models::mutant::all() {
            let f = check(s, size, Some(m), bounds, |_| ());
            println!(
                "{m:22} {} {} {} executions {:?}  {}",
                a[1], size, f.executions, f.time, f.verdict
            );
        }
        return;
    }
    let f = check(s, size, None, bounds, |_| ());
    println!(
        "{} {} {} executions {:?}  {}",
        a[1], size, f.executions, f.time, f.verdict
    );
}
