//! The files: what is read, and an output that appears whole or not at all.

use super::error::Error;
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// What a container's name ends in.
const EXTENSION: &str = "flip";

/// Opens the input.
pub(crate) fn open(path: &Path) -> Result<(File, Metadata), Error> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    let about = file.metadata().map_err(Error::io("read", path))?;
    if about.is_dir() {
        return Err(Error::NotAFile(path.into()));
    }
    Ok((file, about))
}

/// The container that a file goes to unless another is named.
pub(crate) fn packed_name(input: &Path) -> PathBuf {
    let mut name = input.as_os_str().to_owned();
    name.push(".");
    name.push(EXTENSION);
    name.into()
}

/// The file that a container goes to unless another is named.
pub(crate) fn plain_name(input: &Path) -> Result<PathBuf, Error> {
    match input.extension() {
        Some(extension) if extension == EXTENSION => Ok(input.with_extension("")),
        _ => Err(Error::NoOutputName(input.into())),
    }
}

/// An output in the making: a file beside the one that it becomes, gone if it never does.
pub(crate) struct Output {
    temporary: NamedTempFile,
    becomes: PathBuf,
    overwrite: bool,
}

impl Output {
    /// Begins an output that will replace a file only if `overwrite` says so, and never the input.
    pub(crate) fn create(input: &Path, output: &Path, overwrite: bool) -> Result<Self, Error> {
        // Behind a link the file that it leads to is meant.
        let becomes = match output.canonicalize() {
            Ok(there) => {
                let same = input.canonicalize().is_ok_and(|input| input == there);
                let about = fs::metadata(&there).map_err(Error::io("look at", output))?;
                match () {
                    () if same => return Err(Error::SameFile(output.into())),
                    () if !about.is_file() => return Err(Error::NotAFile(output.into())),
                    () if !overwrite => return Err(Error::Exists(output.into())),
                    () => there,
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => output.to_owned(),
            Err(error) => return Err(Error::io("look at", output)(error)),
        };
        let beside = match becomes.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let temporary = tempfile::Builder::new()
            .prefix(".flipside-")
            .suffix(".part")
            .tempfile_in(beside)
            .map_err(Error::io("write a file in", beside))?;
        Ok(Self {
            temporary,
            becomes,
            overwrite,
        })
    }

    /// Where to write.
    pub(crate) fn file(&self) -> &File {
        self.temporary.as_file()
    }

    /// The output is complete: it takes its name, and the permissions of what it was made from.
    pub(crate) fn finish(self, permissions: Permissions) -> Result<(), Error> {
        let file = self.temporary.as_file();
        file.set_permissions(permissions)
            .map_err(Error::io("set the permissions of", &self.becomes))?;
        let named = match self.overwrite {
            true => self.temporary.persist(&self.becomes),
            false => self.temporary.persist_noclobber(&self.becomes),
        };
        match named {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(Error::Exists(self.becomes))
            }
            Err(error) => Err(Error::io("write", self.becomes)(error.error)),
        }
    }
}

/// Reads until the buffer is full or the file ends; returns how much there was.
pub(crate) fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
