//! The requests and what the workers do with them.

use flate2::{Compress, Compression, Crc, FlushCompress};

const PAGE: usize = 4096;

/// What is done with a request; the name is part of the benchmark's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Next to nothing: what is measured is the way there and back.
    Touch,
    /// Well under a microsecond.
    Checksum,
    /// Tens of microseconds: what such an engine is for.
    Deflate,
}

impl Work {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Touch, Self::Checksum, Self::Deflate];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Touch => "touch",
            Self::Checksum => "checksum",
            Self::Deflate => "deflate",
        }
    }
}

/// A request: a page, the place for its result, and the state of the tool.
#[derive(Debug)]
pub struct Page {
    work: Work,
    plain: Box<[u8; PAGE]>,
    packed: Vec<u8>,
    deflate: Option<Compress>,
    result: u64,
}

impl Page {
    /// One for that work.
    #[must_use]
    pub fn new(work: Work) -> Self {
        let text = b"Requests of different workers finish in any order. ";
        let mut plain = Box::new([0; PAGE]);
        for (at, byte) in plain.iter_mut().enumerate() {
            *byte = text[(at + at / 101) % text.len()];
        }
        let deflate = (work == Work::Deflate).then(|| Compress::new(Compression::fast(), false));
        Self {
            work,
            plain,
            packed: vec![0; PAGE],
            deflate,
            result: 0,
        }
    }

    /// By the submitter, before it hands the page over.
    pub fn fill(&mut self, number: u64) {
        self.plain[..8].copy_from_slice(&number.to_le_bytes());
    }

    /// By a worker.
    pub fn work(&mut self) {
        self.result = match (&mut self.deflate, self.work) {
            (Some(deflate), _) => {
                deflate.reset();
                let end =
                    deflate.compress(&self.plain[..], &mut self.packed, FlushCompress::Finish);
                end.map_or(0, |_| deflate.total_out())
            }
            (None, Work::Checksum) => {
                let mut crc = Crc::new();
                crc.update(&self.plain[..]);
                u64::from(crc.sum())
            }
            (None, _) => u64::from(self.plain[0]) + 1,
        };
    }

    /// By the submitter, when the page is back.
    #[must_use]
    pub fn result(&self) -> u64 {
        self.result
    }
}
