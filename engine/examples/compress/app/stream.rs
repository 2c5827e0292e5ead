//! The two directions: a file into a container, and back.

use super::container::{Header, MAGIC, PAGE_SIZE, PageHeader};
use super::error::{Error, Flaw};
use super::files::fill;
use super::page::Page;
use super::run::Stream;
use flate2::Crc;
use indicatif::ProgressBar;
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set by Ctrl-C; looked at once a page.
pub(crate) static INTERRUPTED: AtomicBool = AtomicBool::new(false);

const BUFFER: usize = 256 * 1024;

/// A file on its way into a container, or out of one.
pub(crate) struct Ends<'a> {
    reader: BufReader<File>,
    input: &'a Path,
    writer: BufWriter<&'a File>,
    output: &'a Path,
    progress: &'a ProgressBar,
    /// Bytes of the original that were written so far, and their checksum.
    length: u64,
    crc: Crc,
}

impl<'a> Ends<'a> {
    pub(crate) fn new(
        (reader, input): (File, &'a Path),
        (writer, output): (&'a File, &'a Path),
        progress: &'a ProgressBar,
    ) -> Self {
        Self {
            reader: BufReader::with_capacity(BUFFER, reader),
            input,
            writer: BufWriter::with_capacity(BUFFER, writer),
            output,
            progress,
            length: 0,
            crc: Crc::new(),
        }
    }

    /// Fills the buffer from the input as far as it goes.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        if INTERRUPTED.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        fill(&mut self.reader, buffer).map_err(Error::io("read", self.input))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let written = self.writer.write_all(bytes);
        written.map_err(Error::io("write", self.output))
    }

    fn flush(&mut self) -> Result<(), Error> {
        let flushed = self.writer.flush();
        flushed.map_err(Error::io("write", self.output))
    }

    /// Another page is through.
    fn count(&mut self, page: &Page) {
        self.length += page.plain.len() as u64;
        self.crc.combine(&page.crc);
        self.progress.inc(page.plain.len() as u64);
    }
}

/// From a file into a container.
pub(crate) struct Packing<'a> {
    ends: Ends<'a>,
    packed: u64,
}

impl<'a> Packing<'a> {
    pub(crate) fn begin(mut ends: Ends<'a>) -> Result<Self, Error> {
        // The header's place: what it says is known at the end.
        ends.write(&[0; Header::SIZE])?;
        Ok(Self {
            ends,
            packed: Header::SIZE as u64,
        })
    }

    /// Writes the header; returns how many bytes went in and how many came out.
    pub(crate) fn end(mut self) -> Result<(u64, u64), Error> {
        let header = Header {
            length: self.ends.length,
            crc: self.ends.crc.sum(),
        };
        self.ends.flush()?;
        let rewound = self.ends.writer.seek(SeekFrom::Start(0));
        rewound.map_err(Error::io("write", self.ends.output))?;
        self.ends.write(&header.encode())?;
        self.ends.flush()?;
        Ok((header.length, self.packed))
    }
}

impl Stream for Packing<'_> {
    fn read(&mut self, page: &mut Page) -> Result<bool, Error> {
        page.plain.resize(PAGE_SIZE, 0);
        let read = self.ends.read(&mut page.plain)?;
        page.plain.truncate(read);
        Ok(read > 0)
    }

    fn write(&mut self, page: &Page) -> Result<(), Error> {
        self.ends.write(&page.header().encode())?;
        self.ends.write(&page.packed)?;
        self.packed += (PageHeader::SIZE + page.packed.len()) as u64;
        self.ends.count(page);
        Ok(())
    }
}

/// From a container back into the file.
pub(crate) struct Unpacking<'a> {
    ends: Ends<'a>,
    header: Header,
    /// How many pages and bytes of the container have been read.
    pages: u64,
    at: u64,
}

impl<'a> Unpacking<'a> {
    pub(crate) fn begin(mut ends: Ends<'a>) -> Result<Self, Error> {
        let mut bytes = [0; Header::SIZE];
        let read = ends.read(&mut bytes)?;
        let at = read as u64;
        let header = match Header::decode(&bytes) {
            Ok(header) => header,
            Err(_) if read < Header::SIZE && begins_like_one(&bytes[..read]) => {
                return Err(Error::Damaged {
                    path: ends.input.into(),
                    page: None,
                    at,
                    flaw: Flaw::Truncated,
                });
            }
            Err(flaw) => return Err(Error::Header(ends.input.into(), flaw)),
        };
        ends.progress.set_length(header.length);
        Ok(Self {
            ends,
            header,
            pages: 0,
            at,
        })
    }

    /// Compares with the header; returns how many bytes went in and how many came out.
    pub(crate) fn end(mut self) -> Result<(u64, u64), Error> {
        if self.ends.crc.sum() != self.header.crc {
            return Err(self.damaged(None, self.at, Flaw::Whole));
        }
        self.ends.flush()?;
        Ok((self.at, self.ends.length))
    }

    fn damaged(&self, page: Option<u64>, at: u64, flaw: Flaw) -> Error {
        Error::Damaged {
            path: self.ends.input.into(),
            page: page.map(|number| (number, self.header.pages())),
            at,
            flaw,
        }
    }

    /// Fills the buffer from within a page.
    fn read_all(&mut self, number: u64, buffer: &mut [u8]) -> Result<(), Error> {
        let read = self.ends.read(buffer)?;
        self.at += read as u64;
        if read < buffer.len() {
            return Err(self.damaged(Some(number), self.at, Flaw::Truncated));
        }
        Ok(())
    }
}

/// Whether a file that is too short for a header may once have been a container.
fn begins_like_one(short: &[u8]) -> bool {
    !short.is_empty() && short.iter().zip(MAGIC).all(|(&is, was)| is == was)
}

impl Stream for Unpacking<'_> {
    fn read(&mut self, page: &mut Page) -> Result<bool, Error> {
        let number = self.pages;
        if number == self.header.pages() {
            let more = self.ends.read(&mut [0])? > 0;
            return match more {
                true => Err(self.damaged(None, self.at, Flaw::Trailing)),
                false => Ok(false),
            };
        }
        page.at = self.at;
        let mut bytes = [0; PageHeader::SIZE];
        self.read_all(number, &mut bytes)?;
        let header = PageHeader::decode(&bytes);
        let length = self.header.page_length(number);
        // Before anything is read or reserved by what it says.
        if !header.fits(length) {
            return Err(self.damaged(Some(number), page.at, Flaw::PageHeader));
        }
        page.stored = header.stored;
        page.expected_crc = header.crc;
        page.packed.resize(header.length, 0);
        self.read_all(number, &mut page.packed)?;
        page.plain.resize(length, 0);
        self.pages += 1;
        Ok(true)
    }

    fn write(&mut self, page: &Page) -> Result<(), Error> {
        if page.damaged {
            return Err(self.damaged(Some(page.number), page.at, Flaw::Page));
        }
        self.ends.write(&page.plain)?;
        self.ends.count(page);
        Ok(())
    }
}
