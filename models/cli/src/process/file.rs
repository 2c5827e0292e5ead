//! The files that a run leaves behind, for other programs and for people.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Where the report will go, known to be writable.
#[derive(Debug)]
pub(crate) struct OutFile {
    /// The option and what it was given.
    shown: String,
    target: Target,
}

#[derive(Debug, PartialEq, Eq)]
enum Target {
    /// Written beside its place and moved there: nobody ever sees half of it.
    File(PathBuf),
    /// A pipe or a device, which cannot be replaced and must not be.
    Stream(PathBuf),
}

/// The files that these options ask for, each tried out.
pub(crate) fn prepare<const N: usize>(
    options: [(&str, &Option<PathBuf>); N],
) -> Result<[Option<OutFile>; N], String> {
    let mut files: [Option<OutFile>; N] = [const { None }; N];
    for (index, (option, path)) in options.into_iter().enumerate() {
        let Some(path) = path else { continue };
        let file = OutFile::prepare(option, path)?;
        if let Some(other) = files.iter().flatten().find(|other| other.replaces(&file)) {
            return Err(format!(
                "{} and {} are one file: give each its own",
                other.shown, file.shown
            ));
        }
        files[index] = Some(file);
    }
    Ok(files)
}

impl OutFile {
    /// Tries the place out before hours of work go into what it cannot take.
    fn prepare(option: &str, path: &Path) -> Result<Self, String> {
        let shown = format!("{option} {}", path.display());
        match Target::of(path) {
            Ok(target) => Ok(Self { shown, target }),
            Err(why) => Err(unwritable(&shown, &why)),
        }
    }

    /// Whether what is written to the one would be lost when the other is written.
    fn replaces(&self, other: &Self) -> bool {
        matches!(self.target, Target::File(_)) && self.target == other.target
    }

    pub(crate) fn write(&self, text: &str) -> Result<(), String> {
        self.try_write(text.as_bytes())
            .map_err(|why| unwritable(&self.shown, &why))
    }

    fn try_write(&self, text: &[u8]) -> io::Result<()> {
        match &self.target {
            Target::Stream(path) => OpenOptions::new().write(true).open(path)?.write_all(text),
            Target::File(path) => {
                let mut file = beside(path)?;
                file.write_all(text)?;
                file.as_file().sync_all()?;
                file.persist(path)?;
                Ok(())
            }
        }
    }
}

impl Target {
    fn of(shown: &Path) -> io::Result<Self> {
        // Behind a link, the file that it leads to is replaced and the link stays.
        let path = match fs::canonicalize(shown) {
            Ok(path) => path,
            Err(why) if why.kind() == io::ErrorKind::NotFound => shown.to_owned(),
            Err(why) => return Err(why),
        };
        if let Ok(there) = fs::metadata(&path) {
            if there.is_dir() {
                return Err(io::Error::other("it is a directory"));
            }
            if !there.is_file() {
                return Ok(Self::Stream(path));
            }
            OpenOptions::new().write(true).open(&path)?;
        }
        if path.file_name().is_none() {
            return Err(io::Error::other("it names no file"));
        }
        beside(&path)?;
        Ok(Self::File(path))
    }
}

/// A new file in the same directory, gone unless it is moved; to be read by whom new files are.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    match path.parent() {
        Some(directory) if directory != Path::new("") => builder.tempfile_in(directory),
        _ => builder.tempfile_in("."),
    }
}

fn unwritable(shown: &str, why: &io::Error) -> String {
    format!("{shown}: it cannot be written: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;
    use std::io::Result;
    use tempfile::tempdir;

    fn names(directory: &Path) -> Result<Vec<OsString>> {
        fs::read_dir(directory)?
            .map(|entry| Ok(entry?.file_name()))
            .collect()
    }

    #[test]
    fn an_older_file_stays_until_there_is_a_new_one_and_nothing_is_left_beside_it() -> Result<()> {
        let scratch = tempdir()?;
        let path = scratch.path().join("report.json");
        fs::write(&path, "an older one")?;
        let file = OutFile::prepare("--json", &path).map_err(io::Error::other)?;
        assert_eq!(fs::read_to_string(&path)?, "an older one");
        file.write("new").map_err(io::Error::other)?;
        assert_eq!(fs::read_to_string(&path)?, "new");
        assert_eq!(names(scratch.path())?, ["report.json"]);
        Ok(())
    }

    #[test]
    fn what_cannot_be_written_is_said_before_the_work() -> Result<()> {
        let scratch = tempdir()?;
        for place in [
            scratch.path().to_owned(),
            scratch.path().join("no/such/directory.json"),
        ] {
            let why = OutFile::prepare("--json", &place).err().unwrap_or_default();
            assert!(why.starts_with("--json"), "{why}");
            assert!(why.contains("cannot be written"), "{why}");
        }
        assert!(names(scratch.path())?.is_empty());
        Ok(())
    }

    #[test]
    fn two_reports_in_one_file_are_refused() -> Result<()> {
        let scratch = tempdir()?;
        let path = Some(scratch.path().join("report"));
        let why = prepare([("--json", &path), ("--html", &path)]).err();
        assert!(why.is_some_and(|why| why.contains("are one file")));
        // Nothing of a device is lost.
        let null = Some(PathBuf::from("/dev/null"));
        if cfg!(unix) {
            prepare([("--json", &null), ("--html", &null)]).map_err(io::Error::other)?;
        }
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_may_be_read_by_whom_new_files_are() -> Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let scratch = tempdir()?;
        let (path, usual) = (scratch.path().join("a.html"), scratch.path().join("b"));
        let file = OutFile::prepare("--html", &path).map_err(io::Error::other)?;
        file.write("new").map_err(io::Error::other)?;
        fs::write(&usual, "")?;
        let mode = |path| fs::metadata(path).map(|about| about.permissions().mode());
        assert_eq!(mode(&path)?, mode(&usual)?);
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_device_a_device() -> Result<()> {
        let scratch = tempdir()?;
        let (path, link) = (
            scratch.path().join("real.json"),
            scratch.path().join("link.json"),
        );
        fs::write(&path, "")?;
        std::os::unix::fs::symlink(&path, &link)?;
        let write = |to: &Path| OutFile::prepare("--json", to).and_then(|file| file.write("new"));
        write(&link).map_err(io::Error::other)?;
        assert!(fs::symlink_metadata(&link)?.is_symlink());
        assert_eq!(fs::read_to_string(&path)?, "new");
        write(Path::new("/dev/null")).map_err(io::Error::other)?;
        assert!(!fs::metadata("/dev/null")?.is_file());
        Ok(())
    }
}
