//! The book's table of obligations is typed by hand, so it is held against the sites.

#[cfg(not(any(loom, shuttle, weft)))]
#[test]
#[ignore = "the sites are visible under a checker: RUSTFLAGS=\"--cfg weft\" cargo test -p flipside-models"]
fn each_obligation_names_exactly_its_sites() {}

#[cfg(any(loom, shuttle, weft))]
#[test]
fn each_obligation_names_exactly_its_sites() {
    use flipside::Site;

    let page = include_str!("../../../docs/src/protocol.md");
    for number in 1..=12 {
        let id = format!("O{number}");
        let start = format!("| {id} |");
        let row = page.lines().find(|line| line.starts_with(&start));
        let Some(row) = row else {
            panic!("docs/src/protocol.md has no row for {id}");
        };
        for site in Site::ALL {
            let named = row.contains(&format!("`{}`", site.name()));
            let discharges = site.obligations().contains(&id.as_str());
            assert_eq!(named, discharges, "{id} and {}: {row}", site.name());
        }
    }
    let rows = page.lines().filter(|line| line.starts_with("| O"));
    assert_eq!(
        rows.count(),
        12,
        "an obligation without a number from 1 to 12"
    );
    for site in Site::ALL {
        for partner in site.partners() {
            let back = partner.partners().contains(site);
            assert!(back, "{} and {} are no pair", site.name(), partner.name());
        }
        let known = site
            .obligations()
            .iter()
            .all(|id| page.contains(&format!("| {id} |")));
        assert!(known, "{} names an obligation that is none", site.name());
    }
}
