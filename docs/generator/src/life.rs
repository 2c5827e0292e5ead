//! The picture of a request's life: who owns it, which bits say so, and which barriers stand on
//! the way.

use flipside_record::facts::SiteFact;
use flipside_record::timeline::COLOURS;
use std::fmt::Write;

/// A change of hands.
struct Change {
    verb: &'static str,
    flip: &'static str,
    /// The site on the flip.
    from: &'static str,
    /// Those on the looks that see it.
    to: &'static [&'static str],
}

const COMMIT: Change = Change {
    verb: "commit",
    flip: "flip fill",
    from: "commit.wmb",
    to: &["take.rmb"],
};

const COMPLETE: Change = Change {
    verb: "complete",
    flip: "flip done",
    from: "complete.wmb",
    to: &["reap.rmb", "flush.rmb"],
};

const STYLE: &str = "\
text{font:15px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:var(--fg);text-anchor:middle}\
.back{fill:var(--bg)}.lane{fill:var(--box);stroke:var(--line)}.box{fill:var(--bg);stroke:var(--fg);stroke-width:1.6}\
.dim{fill:var(--dim)}.bold{font-weight:bold}\
.site{font:13px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:var(--rf)}\
.way{fill:none;stroke:var(--rf);stroke-width:2}.head{fill:var(--rf)}";

const LEFT: usize = 93;
const MIDDLE: usize = 240;
const RIGHT: usize = 387;

/// The picture: narrow enough for a phone. An error, if the engine's barriers are others.
pub(super) fn life(sites: &[SiteFact]) -> Result<String, String> {
    hold(sites)?;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 480 420\" width=\"480\" height=\"420\" role=\"img\">\
         <title>The life of a request: Free, Busy, Done, and Free again</title><style>{COLOURS}{STYLE}</style>\
         <defs><marker id=\"head\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"10\" markerHeight=\"10\" \
         markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head\" d=\"M0 0L10 5L0 10z\"/></marker></defs>\
         <rect class=\"back\" width=\"480\" height=\"420\"/>"
    );
    for (x, whose) in [(LEFT, "the submitter’s"), (RIGHT, "the worker’s")] {
        let left = x - 85;
        let _ = write!(
            out,
            "<rect class=\"lane\" x=\"{left}\" y=\"8\" width=\"170\" height=\"404\" rx=\"8\"/>"
        );
        line(&mut out, (x, 32), "dim", whose);
    }
    state(&mut out, (LEFT, 90), "Free", "bits agree");
    state(&mut out, (RIGHT, 215), "Busy", "bits differ");
    state(&mut out, (LEFT, 350), "Done", "agree, pending");
    change(&mut out, 90, &COMMIT);
    way(&mut out, &format!("M{} 90H{RIGHT}V182", LEFT + 72));
    change(&mut out, 350, &COMPLETE);
    way(&mut out, &format!("M{RIGHT} 246V350H{}", LEFT + 74));
    way(&mut out, &format!("M{LEFT} 319V123"));
    for (y, text) in [
        (204, "deliver"),
        (223, "the result is"),
        (242, "handed over, once"),
    ] {
        // On the lane's own colour, so that the arrow is behind it.
        let _ = write!(
            out,
            "<rect fill=\"var(--box)\" x=\"{}\" y=\"{}\" width=\"136\" height=\"20\"/>",
            LEFT - 68,
            y - 15
        );
        line(
            &mut out,
            (LEFT, y),
            if text == "deliver" { "bold" } else { "" },
            text,
        );
    }
    out.push_str("</svg>\n");
    Ok(out)
}

fn line(out: &mut String, (x, y): (usize, usize), class: &str, text: &str) {
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>"
    );
}

fn way(out: &mut String, path: &str) {
    let _ = write!(
        out,
        "<path class=\"way\" marker-end=\"url(#head)\" d=\"{path}\"/>"
    );
}

fn state(out: &mut String, (x, y): (usize, usize), name: &str, bits: &str) {
    let _ = write!(
        out,
        "<rect class=\"box\" x=\"{}\" y=\"{}\" width=\"144\" height=\"62\" rx=\"6\"/>",
        x - 72,
        y - 31
    );
    line(out, (x, y - 4), "bold", name);
    line(out, (x, y + 18), "dim", bits);
}

fn change(out: &mut String, y: usize, change: &Change) {
    line(out, (MIDDLE, y - 28), "bold", change.verb);
    line(out, (MIDDLE, y - 9), "", change.flip);
    line(out, (MIDDLE, y + 20), "site", change.from);
    for (index, to) in change.to.iter().enumerate() {
        let text = format!("→ {to}");
        line(out, (MIDDLE, y + 20 + 17 * (index + 1)), "site", &text);
    }
}

/// Whether the barriers of the picture are those of the engine.
fn hold(sites: &[SiteFact]) -> Result<(), String> {
    for Change { from, to, .. } in [COMMIT, COMPLETE] {
        let site = sites.iter().find(|site| site.name == from);
        let site = site.ok_or_else(|| format!("the picture of a request's life has {from}"))?;
        if site.partners != to {
            let partners = site.partners.join(", ");
            return Err(format!(
                "the partners of {from} are {partners}; the picture of a request's life has others"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(name: &str, partners: &[&str]) -> SiteFact {
        SiteFact {
            name: name.to_owned(),
            variant: String::new(),
            kind: String::new(),
            obligations: Vec::new(),
            partners: partners.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    /// That these sites are the engine's is for the build that has them to tell: `derive`.
    #[test]
    fn the_barriers_are_those_of_the_proofs() -> Result<(), serde_json::Error> {
        let proofs = include_str!("../../proofs.json");
        let mut proofs: serde_json::Value = serde_json::from_str(proofs)?;
        let sites: Vec<SiteFact> = serde_json::from_value(proofs["sites"].take())?;
        assert_eq!(hold(&sites), Ok(()));
        Ok(())
    }

    #[test]
    fn a_picture_of_other_barriers_is_refused() {
        let mut sites = [COMMIT, COMPLETE].map(|Change { from, to, .. }| site(from, to));
        assert!(life(&sites).is_ok_and(|svg| svg.contains(COMPLETE.from)));
        sites[1].partners.pop();
        assert!(life(&sites).is_err_and(|why| why.contains(COMPLETE.from)));
        assert!(life(&sites[..1]).is_err());
    }
}
