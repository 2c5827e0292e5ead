//! The container: a header, then each page of the original in order.
//!
//! All numbers are little-endian.
//!
//! | header at | bytes | what |
//! |---|---|---|
//! | 0 | 8 | magic, [`MAGIC`] |
//! | 8 | 4 | version, [`VERSION`] |
//! | 12 | 4 | bytes in a page, [`PAGE_SIZE`] |
//! | 16 | 8 | bytes in the original |
//! | 24 | 4 | CRC-32 of the original |
//! | 28 | 4 | CRC-32 of the 28 bytes before |
//!
//! | page at | bytes | what |
//! |---|---|---|
//! | 0 | 4 | bytes that follow the page's header; the top bit says that they are stored as they were |
//! | 4 | 4 | CRC-32 of the page as it was |
//! | 8 | … | the page as a raw deflate stream, or stored |
//!
//! The number of pages and the size of the last follow from the length of the original.

use flate2::Crc;
use std::fmt;

/// What a container begins with: not text, and spoilt by whoever mangles line ends.
pub(crate) const MAGIC: [u8; 8] = *b"\x89FLIPSD\n";
/// The version that is written, and the only one that is read.
pub(crate) const VERSION: u32 = 1;
/// What is compressed at once.
pub(crate) const PAGE_SIZE: usize = 4096;

const STORED: u32 = 1 << 31;

/// What the container says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) length: u64,
    pub(crate) crc: u32,
}

/// Why a header can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadHeader {
    Magic,
    Version(u32),
    PageSize(u32),
    Checksum,
}

impl fmt::Display for BadHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Magic => {
                f.write_str("it is not a container of this program (it begins otherwise)")
            }
            Self::Version(version) => write!(
                f,
                "it is a container of version {version}, and this program reads version {VERSION}: \
                 use the program that wrote it"
            ),
            Self::PageSize(size) => write!(
                f,
                "its pages have {size} bytes, and this program reads pages of {PAGE_SIZE}: \
                 use the program that wrote it"
            ),
            Self::Checksum => f.write_str(
                "its header is damaged (the checksum does not match): get another copy of it",
            ),
        }
    }
}

impl Header {
    pub(crate) const SIZE: usize = 32;

    pub(crate) fn encode(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&(PAGE_SIZE as u32).to_le_bytes());
        bytes[16..24].copy_from_slice(&self.length.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.crc.to_le_bytes());
        let check = crc(&bytes[..28]).sum();
        bytes[28..].copy_from_slice(&check.to_le_bytes());
        bytes
    }

    pub(crate) fn decode(bytes: &[u8; Self::SIZE]) -> Result<Self, BadHeader> {
        if bytes[..8] != MAGIC {
            return Err(BadHeader::Magic);
        }
        // The version comes before the checksum: another version may check itself otherwise.
        match u32_at(bytes, 8) {
            VERSION => {}
            version => return Err(BadHeader::Version(version)),
        }
        if u32_at(bytes, 28) != crc(&bytes[..28]).sum() {
            return Err(BadHeader::Checksum);
        }
        match u32_at(bytes, 12) {
            size if size as usize == PAGE_SIZE => {}
            size => return Err(BadHeader::PageSize(size)),
        }
        Ok(Self {
            length: u64::from(u32_at(bytes, 16)) | u64::from(u32_at(bytes, 20)) << 32,
            crc: u32_at(bytes, 24),
        })
    }

    /// How many pages follow.
    pub(crate) fn pages(self) -> u64 {
        self.length.div_ceil(PAGE_SIZE as u64)
    }

    /// How many bytes of the original are in a page that exists.
    pub(crate) fn page_length(self, number: u64) -> usize {
        let before = number * PAGE_SIZE as u64;
        (self.length - before).min(PAGE_SIZE as u64) as usize
    }
}

/// What stands before each page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageHeader {
    pub(crate) length: usize,
    pub(crate) stored: bool,
    pub(crate) crc: u32,
}

impl PageHeader {
    pub(crate) const SIZE: usize = 8;

    pub(crate) fn encode(self) -> [u8; Self::SIZE] {
        let flag = if self.stored { STORED } else { 0 };
        let mut bytes = [0; Self::SIZE];
        bytes[..4].copy_from_slice(&(self.length as u32 | flag).to_le_bytes());
        bytes[4..].copy_from_slice(&self.crc.to_le_bytes());
        bytes
    }

    pub(crate) fn decode(bytes: &[u8; Self::SIZE]) -> Self {
        let length = u32_at(bytes, 0);
        Self {
            length: (length & !STORED) as usize,
            stored: length & STORED != 0,
            crc: u32_at(bytes, 4),
        }
    }

    /// Whether a page of `plain` bytes can be packed like this: deflated to less, or stored.
    pub(crate) fn fits(self, plain: usize) -> bool {
        match self.stored {
            true => self.length == plain,
            false => (1..plain).contains(&self.length),
        }
    }
}

/// The checksum of some bytes.
pub(crate) fn crc(bytes: &[u8]) -> Crc {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(word)
}
