//! The example `compress`: every file comes back bit for bit, and no damage goes unnoticed.
#![cfg(not(any(loom, shuttle, weft)))]

#[path = "../../examples/compress/app/mod.rs"]
mod app;
mod damage;
mod order;

use app::cli::{self, Arguments, Summary};
use app::container::{Header, PAGE_SIZE};
use app::error::Error;
use app::files::Output;
use clap::Parser;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A directory of its own for each test.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).expect("a temporary file");
        path
    }

    /// The names of all files, temporary ones too.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("the temporary directory");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// Compresses `bytes` and returns the container.
    fn pack(&self, bytes: &[u8], options: &[&str]) -> (Vec<u8>, Summary) {
        let plain = self.put("plain", bytes);
        let packed = self.path("packed");
        let summary = compress(&plain, options, &packed).expect("compressing");
        (fs::read(packed).expect("the container"), summary)
    }

    /// Decompresses a container; nothing may be left behind by an error.
    fn unpack(&self, container: &[u8], options: &[&str]) -> Result<Vec<u8>, Error> {
        let packed = self.put("container", container);
        let restored = self.path("restored");
        let options = [&["--decompress"], options].concat();
        let before = self.names();
        let result = compress(&packed, &options, &restored);
        match &result {
            Ok(_) => {}
            Err(_) => assert_eq!(self.names(), before, "an error left a file behind"),
        }
        result.map(|_| fs::read(restored).expect("the restored file"))
    }
}

fn run(arguments: &[&str]) -> Result<Summary, Error> {
    let line = [&["compress"], arguments].concat();
    cli::main(&Arguments::try_parse_from(line).expect("a valid command line"))
}

fn compress(from: &Path, options: &[&str], to: &Path) -> Result<Summary, Error> {
    let fixed = ["--force", text(from), "-o", text(to)];
    run(&[&fixed, options].concat())
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain name")
}

/// Bytes that no compressor makes smaller.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Pages of every kind: text, zeros, noise, so that some take the workers longer than others.
fn mixed(length: usize) -> Vec<u8> {
    let noise = noise(length);
    let text = b"Requests of different workers finish in any order. ";
    let byte = |at: usize| match at / PAGE_SIZE % 5 {
        0 | 3 => 0,
        1 => noise[at],
        _ => text[(at + at / 777) % text.len()],
    };
    (0..length).map(byte).collect()
}

#[test]
fn the_files_of_this_repository_come_back() {
    fn collect(directory: &Path, all: &mut Vec<Vec<u8>>) {
        for entry in fs::read_dir(directory).expect("a directory of the package") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => collect(&path, all),
                false => all.push(fs::read(&path).expect("a file of the package")),
            }
        }
    }
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for part in ["src", "tests", "examples"] {
        collect(&package.join(part), &mut files);
    }
    assert!(files.len() > 20, "only {} files", files.len());
    files.push(files.concat());

    let desk = Desk::new();
    for file in &files {
        let (container, summary) = desk.pack(file, &[]);
        assert_eq!(desk.unpack(&container, &[]).expect("decompressing"), *file);
        assert_eq!(summary.plain, file.len() as u64);
        assert_eq!(summary.packed, container.len() as u64);
    }
}

#[test]
fn files_of_every_awkward_size_come_back() {
    let desk = Desk::new();
    let sizes = [0, 1, 2, 4095, 4096, 4097, 8192, 12_289, 100_000];
    for size in sizes {
        for file in [noise(size), mixed(size), vec![0; size]] {
            let (container, summary) = desk.pack(&file, &[]);
            assert_eq!(summary.pages, size.div_ceil(PAGE_SIZE) as u64);
            assert_eq!(desk.unpack(&container, &[]).expect("decompressing"), file);
        }
    }
}

#[test]
fn what_is_incompressible_is_stored_and_grows_by_the_headers_alone() {
    let desk = Desk::new();
    let file = noise(10 * PAGE_SIZE);
    let (container, _) = desk.pack(&file, &["--level", "9"]);
    assert_eq!(container.len(), Header::SIZE + file.len() + 10 * 8);
    let (container, _) = desk.pack(&vec![7; 10 * PAGE_SIZE], &[]);
    assert!(container.len() < 1000, "{} bytes", container.len());
}

#[test]
fn pages_are_in_order_for_every_number_of_workers_and_requests() {
    let desk = Desk::new();
    let file = mixed(200 * PAGE_SIZE + 5);
    let (reference, _) = desk.pack(&file, &["--workers", "1", "--ring", "1"]);
    for workers in ["1", "2", "3"] {
        for ring in ["1", "2", "5", "65"] {
            let threads = ["--workers", workers, "--ring", ring];
            let (container, _) = desk.pack(&file, &threads);
            assert!(container == reference, "{workers} workers, ring {ring}");
            let restored = desk.unpack(&container, &threads).expect("decompressing");
            assert!(restored == file, "{workers} workers, ring {ring}");
        }
    }
}

#[test]
fn every_level_comes_back() {
    let desk = Desk::new();
    let file = mixed(6 * PAGE_SIZE);
    for level in ["0", "1", "6", "9"] {
        let (container, _) = desk.pack(&file, &["--level", level]);
        assert_eq!(desk.unpack(&container, &[]).expect("decompressing"), file);
    }
}

#[test]
fn a_file_is_overwritten_only_by_force() {
    let desk = Desk::new();
    let plain = desk.put("plain", b"some text");
    let there = desk.put("plain.flip", b"precious");
    let plain = text(&plain);
    let error = run(&[plain]).expect_err("the output exists").to_string();
    assert!(error.contains("plain.flip exists already"), "{error}");
    assert!(error.contains("--force"), "{error}");
    // Before any work is done for it, even work that would fail.
    let error = run(&["-d", plain, "-o", text(&there)]).expect_err("the output exists");
    assert!(matches!(error, Error::Exists(_)), "{error}");
    assert_eq!(fs::read(&there).expect("the old file"), b"precious");

    let summary = run(&[plain, "--force"]).expect("by force");
    assert_eq!(summary.output, there);
    fs::remove_file(plain).expect("the plain file");
    let there = text(&there);
    run(&["-d", there]).expect("the way back");
    assert_eq!(fs::read(plain).expect("the plain file"), b"some text");
    assert_eq!(desk.names(), ["plain", "plain.flip"]);
}

#[test]
fn a_file_that_appears_meanwhile_is_not_overwritten() {
    let desk = Desk::new();
    let plain = desk.put("plain", b"some text");
    let about = fs::metadata(&plain).expect("the plain file");
    let output = Output::create(&plain, &desk.path("out"), false).expect("no such file yet");
    let there = desk.put("out", b"precious");
    let error = output.finish(about.permissions()).expect_err("it is there");
    assert!(matches!(error, Error::Exists(_)), "{error}");
    assert_eq!(fs::read(there).expect("the other's file"), b"precious");
    assert_eq!(desk.names(), ["out", "plain"]);
}

#[test]
fn impossible_files_are_refused_and_left_alone() {
    let desk = Desk::new();
    let plain = desk.put("plain", b"some text");
    let directory = text(desk.0.path());
    let plain = text(&plain);
    let absent = desk.path("absent");
    let absent = text(&absent);
    let nowhere = desk.path("no/such/place");
    let nowhere = text(&nowhere);
    let cases: [(&[&str], &str); 8] = [
        (&[absent], "can't open"),
        (&[directory], "is not a file"),
        (&[plain, "-o", directory, "--force"], "is not a file"),
        (&[plain, "-o", plain, "--force"], "both input and output"),
        (&[plain, "-o", nowhere], "can't write a file in"),
        (&["-d", plain], "-o"),
        (&[plain, "--ring", "0"], "use 1 to 65536"),
        (&[plain, "--workers", "4000"], "use 1 to 1024"),
    ];
    for (arguments, says) in cases {
        let error = run(arguments).expect_err(says).to_string();
        assert!(error.contains(says), "{arguments:?}: {error}");
        assert_eq!(desk.names(), ["plain"], "{arguments:?}");
        assert_eq!(fs::read(plain).expect("the input"), b"some text");
    }
}

#[cfg(unix)]
#[test]
fn links_lead_to_their_file_and_permissions_go_with_it() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let desk = Desk::new();
    let plain = desk.put("plain", b"some text");
    fs::set_permissions(&plain, fs::Permissions::from_mode(0o640)).expect("permissions");
    let target = desk.put("target", b"old");
    let link = desk.path("link");
    symlink(&target, &link).expect("a link");
    compress(&plain, &[], &link).expect("through the link");
    let about = fs::symlink_metadata(&link).expect("the link");
    assert!(about.is_symlink(), "the link was replaced");
    let written = fs::metadata(&target).expect("the target");
    assert_eq!(written.permissions().mode() & 0o777, 0o640);
    assert!(written.len() > Header::SIZE as u64);

    // The same file by another name is still the same file.
    let error = compress(&target, &["-d"], &link).expect_err("one file");
    assert!(matches!(error, Error::SameFile(_)), "{error}");
}
