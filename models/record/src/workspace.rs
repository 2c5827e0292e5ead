//! The workspace that is verified, and where cargo and the commands put things in it.

use flipside_scenarios::checker::Checker;
use serde_json::Value;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The workspace that is verified, as cargo sees it.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Asks cargo, which knows about `CARGO_TARGET_DIR` and every configuration file.
    ///
    /// # Errors
    ///
    /// If cargo finds no workspace, or cannot be asked.
    pub fn find() -> Result<Self, String> {
        // `cargo run` says where the package is now; a binary that is called by itself knows where
        // it was built.
        let package =
            env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let package = Path::new(&package);
        let output = cargo()
            .args(["metadata", "--format-version=1", "--no-deps"])
            .arg("--manifest-path")
            .arg(package.join("Cargo.toml"))
            // A test runs in its package's directory. What is relative is so to the workspace.
            .current_dir(around(package))
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|why| format!("cargo could not be started: {why}"))?;
        if !output.status.success() {
            return Err("cargo does not find the workspace".to_owned());
        }
        let metadata: Value = serde_json::from_slice(&output.stdout)
            .map_err(|why| format!("`cargo metadata` could not be understood: {why}"))?;
        let directory = |key: &str| {
            let path = metadata.get(key).and_then(Value::as_str);
            path.map(PathBuf::from)
                .ok_or_else(|| format!("`cargo metadata` names no {key}"))
        };
        Ok(Self {
            root: directory("workspace_root")?,
            target: common(directory("target_directory")?),
        })
    }

    /// Its directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where cargo puts what it builds.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Where the seeds of failures on this machine go.
    #[must_use]
    pub fn found(&self) -> PathBuf {
        self.target.join("flipside").join("seeds")
    }

    /// A path as a command that is typed in the workspace may name it.
    #[must_use]
    pub fn shown<'path>(&self, path: &'path Path) -> &'path Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }
}

/// The nearest directory with a lock file, which is the workspace's.
fn around(package: &Path) -> &Path {
    let locked = |directory: &&Path| directory.join("Cargo.lock").is_file();
    package.ancestors().find(locked).unwrap_or(package)
}

/// The target directory that a checker's own one stands in, if it is one.
fn common(target: PathBuf) -> PathBuf {
    let own = Checker::ALL.map(|checker| Path::new("flipside").join(checker.name()));
    if own.iter().any(|own| target.ends_with(own)) {
        target
            .ancestors()
            .nth(2)
            .map_or(target.clone(), Path::to_owned)
    } else {
        target
    }
}

/// Cargo, the same that runs this.
#[must_use]
pub fn cargo() -> Command {
    // Set by `cargo run`, so that the builds use the same cargo.
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_of_all_checkers_go_to_one_place() {
        for (target, expected) in [
            ("/w/target", "/w/target"),
            ("/w/target/flipside/shuttle", "/w/target"),
            ("/w/flipside/mine", "/w/flipside/mine"),
        ] {
            assert_eq!(common(PathBuf::from(target)), Path::new(expected));
        }
    }
}
