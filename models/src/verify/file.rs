//! The files that a run leaves behind, for other programs and for people.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

/// Where the report will go, known to be writable.
#[derive(Debug)]
pub(crate) struct OutFile {
    /// The option and what it was given.
    shown: String,
    target: Target,
}

#[derive(Debug)]
enum Target {
    /// Written beside its place and moved there: nobody ever sees half of it.
    File { path: PathBuf, beside: PathBuf },
    /// A pipe or a device, which cannot be replaced and must not be.
    Stream(PathBuf),
}

/// The files that these options ask for, each tried out.
pub(crate) fn prepare<const N: usize>(
    options: [(&str, &Option<PathBuf>); N],
) -> Result<[Option<OutFile>; N], String> {
    let mut files = [const { None }; N];
    for (file, (option, path)) in files.iter_mut().zip(options) {
        if let Some(path) = path {
            *file = Some(OutFile::prepare(option, path)?);
        }
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

    pub(crate) fn write(&self, text: &str) -> Result<(), String> {
        self.try_write(text.as_bytes())
            .map_err(|why| unwritable(&self.shown, &why))
    }

    fn try_write(&self, text: &[u8]) -> io::Result<()> {
        match &self.target {
            Target::Stream(path) => OpenOptions::new().write(true).open(path)?.write_all(text),
            Target::File { path, beside } => {
                let mut file = fs::File::create(beside)?;
                let written = file
                    .write_all(text)
                    .and_then(|()| file.sync_all())
                    .and_then(|()| fs::rename(beside, path));
                if written.is_err() {
                    let _ = fs::remove_file(beside);
                }
                written
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
        let Some(name) = path.file_name() else {
            return Err(io::Error::other("it names no file"));
        };
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.tmp", process::id()));
        let beside = path.with_file_name(hidden);
        fs::File::create(&beside)?;
        fs::remove_file(&beside)?;
        Ok(Self::File { path, beside })
    }
}

fn unwritable(shown: &str, why: &io::Error) -> String {
    format!("{shown}: it cannot be written: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Result;

    /// A directory of its own for each test, gone with it.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Result<Self> {
            let path = std::env::temp_dir().join(format!("flipside-file-{name}-{}", process::id()));
            fs::create_dir_all(&path)?;
            Ok(Self(path))
        }

        fn names(&self) -> Result<Vec<OsString>> {
            fs::read_dir(&self.0)?
                .map(|entry| Ok(entry?.file_name()))
                .collect()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn an_older_file_stays_until_there_is_a_new_one_and_nothing_is_left_beside_it() -> Result<()> {
        let scratch = Scratch::new("shape")?;
        let path = scratch.0.join("report.json");
        fs::write(&path, "an older one")?;
        let file = OutFile::prepare("--json", &path).map_err(io::Error::other)?;
        assert_eq!(fs::read_to_string(&path)?, "an older one");
        file.write("new").map_err(io::Error::other)?;
        assert_eq!(fs::read_to_string(&path)?, "new");
        assert_eq!(scratch.names()?, ["report.json"]);
        Ok(())
    }

    #[test]
    fn what_cannot_be_written_is_said_before_the_work() -> Result<()> {
        let scratch = Scratch::new("refused")?;
        for place in [scratch.0.clone(), scratch.0.join("no/such/directory.json")] {
            let why = OutFile::prepare("--json", &place).err().unwrap_or_default();
            assert!(why.starts_with("--json"), "{why}");
            assert!(why.contains("cannot be written"), "{why}");
        }
        assert!(scratch.names()?.is_empty());
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_device_a_device() -> Result<()> {
        let scratch = Scratch::new("links")?;
        let (path, link) = (scratch.0.join("real.json"), scratch.0.join("link.json"));
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
