//! No damage to a container goes unnoticed.

use super::app::container::{self, Header, MAGIC, PAGE_SIZE};
use super::app::error::Error;
use super::{Desk, mixed, noise};

/// A small container with each kind of page, for damage.
fn sample(desk: &Desk) -> (Vec<u8>, Vec<u8>) {
    let mut file = vec![b'a'; PAGE_SIZE];
    file.extend_from_slice(&mixed(5 * PAGE_SIZE)[2 * PAGE_SIZE..3 * PAGE_SIZE]);
    file.extend_from_slice(&noise(60));
    let (container, _) = desk.pack(&file, &[]);
    assert!(container.len() < 400, "{} bytes", container.len());
    (file, container)
}

const SMALL: &[&str] = &["--workers", "2", "--ring", "1"];

#[test]
fn a_flip_anywhere_is_found_or_harmless() {
    let desk = Desk::new();
    let (file, container) = sample(&desk);
    let mut harmless = 0;
    for at in 0..container.len() {
        for mask in [1 << (at % 8), 0x80, 0xFF] {
            let mut damaged = container.clone();
            damaged[at] ^= mask;
            match desk.unpack(&damaged, SMALL) {
                Ok(restored) => {
                    assert!(restored == file, "byte {at} ^ {mask:#x}: wrong output");
                    harmless += 1;
                }
                Err(Error::Header(..) | Error::Damaged { .. }) => {}
                Err(error) => panic!("byte {at} ^ {mask:#x}: {error}"),
            }
        }
    }
    // Only the padding behind the end of a deflate stream may be anything.
    assert!(harmless <= 6, "{harmless} flips went unnoticed");
}

#[test]
fn every_truncation_and_every_tail_is_found() {
    let desk = Desk::new();
    let (_, container) = sample(&desk);
    for length in 0..container.len() {
        let error = desk.unpack(&container[..length], SMALL);
        let text = error.expect_err("a truncated container").to_string();
        let said = match length {
            0 => text.contains("not a container"),
            _ => text.contains("ends too early") && text.contains(&format!("at byte {length},")),
        };
        assert!(said, "{length} bytes: {text}");
    }
    let longer = [&container[..], b"\0"].concat();
    let error = desk.unpack(&longer, SMALL).expect_err("a tail");
    assert!(error.to_string().contains("goes on after"), "{error}");
}

/// Changes a header field and makes the header's checksum fit.
fn forge(container: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut forged = container.to_vec();
    forged[at..at + bytes.len()].copy_from_slice(bytes);
    let check = container::crc(&forged[..28]).sum();
    forged[28..32].copy_from_slice(&check.to_le_bytes());
    forged
}

#[test]
fn what_is_no_container_of_ours_is_said_to_be_none() {
    let desk = Desk::new();
    let (_, container) = sample(&desk);
    let refused = |container: &[u8], says: &str| {
        let error = desk.unpack(container, SMALL).expect_err(says).to_string();
        assert!(error.contains(says), "{error}");
    };
    refused(b"just some text, of no format at all", "not a container");
    refused(&[MAGIC.as_slice(), &[9; 40]].concat(), "version 151587081");
    refused(&forge(&container, 8, &[2, 0, 0, 0]), "version 2");
    refused(&forge(&container, 12, &[0, 32, 0, 0]), "8192 bytes");
    // A length that the pages do not have, one of them beyond all memory.
    refused(&forge(&container, 16, &[0xFF; 8]), "is damaged: in page");
    refused(&forge(&container, 16, &[0; 8]), "goes on after");
    refused(&forge(&container, 24, &[0; 4]), "the pages are not those");
}

#[test]
fn pages_that_change_places_are_found() {
    let desk = Desk::new();
    let file = [noise(PAGE_SIZE), noise(2 * PAGE_SIZE)[PAGE_SIZE..].to_vec()].concat();
    let (container, _) = desk.pack(&file, &[]);
    let (header, pages) = container.split_at(Header::SIZE);
    let (first, second) = pages.split_at(pages.len() / 2);
    let error = desk.unpack(&[header, second, first].concat(), &[]);
    let text = error.expect_err("pages in another order").to_string();
    assert!(text.contains("not those of one file"), "{text}");
}
