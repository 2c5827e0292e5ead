//! Every link leads somewhere: in the Markdown as it is read in the repository, and in the book
//! as mdBook builds it. Addresses on the web are not asked.

use html5gum::{Token, Tokenizer};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// What can be linked to on a page, and what it links to.
#[derive(Debug, Default)]
struct Page {
    anchors: BTreeSet<String>,
    twice: Vec<String>,
    links: Vec<String>,
}

impl Page {
    fn of_html(html: &str) -> Self {
        let mut page = Self::default();
        for Ok(token) in Tokenizer::new(html) {
            let Token::StartTag(tag) = token else {
                continue;
            };
            for (name, value) in &tag.attributes {
                let value = String::from_utf8_lossy(value).into_owned();
                match &name[..] {
                    b"href" | b"src" => page.links.push(value),
                    b"id" if !page.anchors.insert(value.clone()) => page.twice.push(value),
                    _ => {}
                }
            }
        }
        page
    }

    fn of_markdown(text: &str) -> Self {
        let mut events: Vec<_> = Parser::new_ext(text, Options::ENABLE_TABLES).collect();
        name_headings(&mut events);
        let mut html = String::new();
        pulldown_cmark::html::push_html(&mut html, events.into_iter());
        Self::of_html(&html)
    }
}

/// Gives each heading the anchor that GitHub and mdBook give it.
fn name_headings(events: &mut [Event<'_>]) {
    let mut seen = BTreeMap::<String, usize>::new();
    for start in 0..events.len() {
        if !matches!(events[start], Event::Start(Tag::Heading { .. })) {
            continue;
        }
        let inside = events[start..].iter();
        let inside = inside.take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
        let text: String = inside
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) => Some(&**text),
                _ => None,
            })
            .collect();
        let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        let slug = text.trim().to_lowercase();
        let slug: String = slug.chars().filter(kept).collect();
        let slug = slug.replace(' ', "-");
        let times = seen.entry(slug.clone()).or_default();
        let name = match times {
            0 => slug,
            _ => format!("{slug}-{times}"),
        };
        *times += 1;
        if let Event::Start(Tag::Heading { id, .. }) = &mut events[start] {
            *id = Some(CowStr::from(name));
        }
    }
}

/// The links that lead nowhere, of pages that are read as `of` reads them.
fn dead(root: &Path, names: &[PathBuf], of: fn(&str) -> Page) -> Vec<String> {
    let read = |name: &PathBuf| {
        let text = fs::read_to_string(root.join(name)).unwrap_or_else(|why| {
            panic!("{}: {why}", root.join(name).display());
        });
        (name.clone(), of(&text))
    };
    let pages: BTreeMap<_, _> = names.iter().map(read).collect();
    let mut dead = Vec::new();
    for (name, page) in &pages {
        let mut say = |what: String| dead.push(format!("{}: {what}", name.display()));
        for anchor in &page.twice {
            say(format!("the anchor {anchor} is there twice"));
        }
        for link in page.links.iter().filter(|link| !is_elsewhere(link)) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let Some(target) = resolved(name, path) else {
                say(format!("{link} leads out of the directory"));
                continue;
            };
            if !root.join(&target).exists() {
                say(format!("{link}: there is no such file"));
            } else if !anchor.is_empty()
                && let Some(page) = pages.get(&target)
                && !page.anchors.contains(anchor)
            {
                say(format!("{link}: there is no such place on that page"));
            }
        }
    }
    dead
}

/// On the web, or nowhere but in a browser.
fn is_elsewhere(link: &str) -> bool {
    ["http://", "https://", "mailto:", "data:", "javascript:"]
        .iter()
        .any(|scheme| link.starts_with(scheme))
}

/// The file that a path leads to from a page, relative to the root. None outside of it.
fn resolved(page: &Path, path: &str) -> Option<PathBuf> {
    if path.is_empty() {
        return Some(page.to_owned());
    }
    let mut target = page.parent()?.to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => target.push(name),
            Component::ParentDir => {
                if !target.pop() {
                    return None;
                }
            }
            Component::CurDir => {}
            _ => return None,
        }
    }
    Some(target)
}

/// The files below a directory with that ending, relative to it.
fn files(root: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut directories = vec![PathBuf::new()];
    while let Some(directory) = directories.pop() {
        let entries = fs::read_dir(root.join(&directory)).unwrap_or_else(|why| {
            panic!("{}: {why}", root.join(&directory).display());
        });
        for entry in entries {
            let entry = entry.expect("a directory's entry");
            let name = directory.join(entry.file_name());
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if entry.path().is_dir() {
                if !hidden && entry.file_name() != "target" {
                    directories.push(name);
                }
            } else if name.extension().is_some_and(|it| it == ending) {
                found.push(name);
            }
        }
    }
    found.sort();
    assert!(
        !found.is_empty(),
        "{} has no .{ending} files",
        root.display()
    );
    found
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[test]
fn links_lead_somewhere_in_the_repository() {
    let pages = files(repository(), "md");
    let dead = dead(repository(), &pages, Page::of_markdown);
    assert!(dead.is_empty(), "{dead:#?}");
}

/// What is outside of the book's own directory is not there once it is built.
#[test]
fn the_book_links_to_itself_alone_and_its_summary_names_every_page() {
    let source = repository().join("docs/src");
    let pages = files(&source, "md");
    let mut wrong = dead(&source, &pages, Page::of_markdown);
    let summary = fs::read_to_string(source.join("SUMMARY.md")).expect("the summary");
    let named = Page::of_markdown(&summary).links;
    for page in pages {
        let page = page.display().to_string().replace('\\', "/");
        // Parts that pages include.
        if page != "SUMMARY.md" && !page.starts_with("figures/") && !named.contains(&page) {
            wrong.push(format!("{page} is not in SUMMARY.md"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
#[ignore = "ci/docs runs it on the book that it has built, FLIPSIDE_BOOK"]
fn links_lead_somewhere_in_the_built_book() {
    let book = std::env::var_os("FLIPSIDE_BOOK").expect("FLIPSIDE_BOOK: where the book was built");
    let book = Path::new(&book);
    let mut pages = files(book, "html");
    // Every page once more, on one; and a page that is served in any directory.
    pages.retain(|page| page != Path::new("print.html") && page != Path::new("404.html"));
    let dead = dead(book, &pages, Page::of_html);
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn what_leads_nowhere_is_found() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("links");
    fs::create_dir_all(root.join("in")).expect("a directory");
    let write = |name: &str, text: &str| fs::write(root.join(name), text).expect("a file");
    write(
        "a.md",
        "# One `two`\n\n# One two\n\n[b](in/b.md#x) [1](#one-two-1) [no](c.md) [w](https://a.b)\n",
    );
    write(
        "in/b.md",
        "<a id=\"x\"></a> [a](../a.md#one-two) [a](../a.md#three) [out](../../z) ![i](i.svg)\n",
    );
    let pages = files(&root, "md");
    assert_eq!(
        dead(&root, &pages, Page::of_markdown),
        [
            "a.md: c.md: there is no such file",
            "in/b.md: ../a.md#three: there is no such place on that page",
            "in/b.md: ../../z leads out of the directory",
            "in/b.md: i.svg: there is no such file",
        ]
    );
}
