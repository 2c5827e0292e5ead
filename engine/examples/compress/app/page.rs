//! A page on its way through a worker, and what the workers do with it.

use super::container::{PAGE_SIZE, PageHeader, crc};
use flate2::{Compress, Compression, Crc, Decompress, FlushCompress, FlushDecompress, Status};

/// A request of the engine: a page as it was and as it is packed. Packing turns the one into the other, unpacking the other
/// into the one; either way the buffers are used again for the next page.
pub(crate) struct Page {
    pub(crate) number: u64,
    /// Where in the container it begins, when it comes from one.
    pub(crate) at: u64,
    pub(crate) plain: Vec<u8>,
    pub(crate) packed: Vec<u8>,
    pub(crate) stored: bool,
    /// Of `plain`.
    pub(crate) crc: Crc,
    /// What the container says that `crc` must be.
    pub(crate) expected_crc: u32,
    /// Unpacking found that the page is not what was packed.
    pub(crate) damaged: bool,
}

impl Page {
    pub(crate) fn new() -> Self {
        Self {
            number: 0,
            at: 0,
            plain: Vec::with_capacity(PAGE_SIZE),
            packed: Vec::with_capacity(PAGE_SIZE),
            stored: false,
            crc: Crc::new(),
            expected_crc: 0,
            damaged: false,
        }
    }

    pub(crate) fn header(&self) -> PageHeader {
        PageHeader {
            length: self.packed.len(),
            stored: self.stored,
            crc: self.crc.sum(),
        }
    }
}

/// Compresses pages: one for each worker, since its state is large.
pub(crate) struct Packer(Compress);

impl Packer {
    pub(crate) fn new(level: u32) -> Self {
        Self(Compress::new(Compression::new(level), false))
    }

    /// On a worker: `plain` into `packed`. A page that would not get smaller is stored.
    pub(crate) fn pack(&mut self, page: &mut Page) {
        let Self(compress) = self;
        page.crc = crc(&page.plain);
        compress.reset();
        // One byte less than the page: what does not end within is not worth compressing.
        page.packed.resize(page.plain.len().saturating_sub(1), 0);
        let end = compress.compress(&page.plain, &mut page.packed, FlushCompress::Finish);
        page.stored = !matches!(end, Ok(Status::StreamEnd));
        if page.stored {
            page.packed.clear();
            page.packed.extend_from_slice(&page.plain);
        } else {
            page.packed.truncate(compress.total_out() as usize);
        }
    }
}

/// Restores pages.
pub(crate) struct Unpacker(Decompress);

impl Unpacker {
    pub(crate) fn new() -> Self {
        Self(Decompress::new(false))
    }

    /// On a worker: `packed` into `plain`, whose length is set already, and whether it is what
    /// was packed.
    pub(crate) fn unpack(&mut self, page: &mut Page) {
        let Self(decompress) = self;
        let whole = if page.stored {
            page.plain.clear();
            page.plain.extend_from_slice(&page.packed);
            true
        } else {
            decompress.reset(false);
            let finish = FlushDecompress::Finish;
            let end = decompress.decompress(&page.packed, &mut page.plain, finish);
            matches!(end, Ok(Status::StreamEnd))
                && decompress.total_in() == page.packed.len() as u64
                && decompress.total_out() == page.plain.len() as u64
        };
        page.crc = crc(&page.plain);
        page.damaged = !whole || page.crc.sum() != page.expected_crc;
    }
}
