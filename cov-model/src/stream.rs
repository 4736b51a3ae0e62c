//! Inputs and outputs that the user named: the one place that opens them, and that knows what `-` is.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// An input: a file, or standard input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// Standard input, written `-`.
    Stdin,
    /// The file of this path.
    File(PathBuf),
}

/// Standard input was named more than once.
#[derive(Clone, Copy, Debug, Error)]
#[error("standard input can be read once only: give \"-\" once")]
pub struct StdinTwice;

impl Input {
    /// The inputs that the user named; none at all means standard input.
    pub fn or_stdin(named: &[Self]) -> Result<Vec<Self>, StdinTwice> {
        match named {
            [] => Ok(vec![Self::Stdin]),
            _ if named.iter().filter(|input| **input == Self::Stdin).count() > 1 => Err(StdinTwice),
            _ => Ok(named.to_vec()),
        }
    }

    /// Opens the input. Gzip and zstd are unpacked, told by their first bytes.
    pub fn open(&self) -> io::Result<Box<dyn BufRead>> {
        let mut reader: Box<dyn BufRead> = match self {
            Self::Stdin => Box::new(BufReader::new(io::stdin())),
            Self::File(path) => {
                let file = File::open(path)?;
                if file.metadata()?.is_dir() {
                    return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory, not a file"));
                }
                Box::new(BufReader::with_capacity(128 * 1024, file))
            }
        };
        let start = reader.fill_buf()?;
        if start.starts_with(&[0x1f, 0x8b]) {
            return Ok(Box::new(BufReader::new(flate2::bufread::MultiGzDecoder::new(reader))));
        }
        if start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let decoder = ruzstd::decoding::StreamingDecoder::new(reader).map_err(io::Error::other)?;
            return Ok(Box::new(BufReader::new(decoder)));
        }
        Ok(reader)
    }

    /// Everything that the input holds, as bytes.
    pub fn read_all(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl From<OsString> for Input {
    fn from(name: OsString) -> Self {
        if name == "-" { Self::Stdin } else { Self::File(name.into()) }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => formatter.write_str("<stdin>"),
            Self::File(path) => path.display().fmt(formatter),
        }
    }
}

/// An output: a file that is replaced as a whole or not at all, or standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Standard output, written `-`.
    Stdout,
    /// The file of this path.
    File(PathBuf),
}

impl Output {
    /// Lets `write` write the output, buffered.
    ///
    /// A regular file is written beside its place and renamed when `write` succeeded, so that a failure leaves the old
    /// one. Missing parent directories are made. What exists and is no regular file (`/dev/null`, a pipe) is written to
    /// as it is.
    pub fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        match self {
            Self::Stdout => flushed(io::stdout().lock(), write),
            Self::File(path) => write_file(path, write),
        }
    }

    /// Opens the output for what is to be seen as it is made, and is worth having in parts: a file is begun anew at
    /// once. Missing parent directories are made.
    pub fn open(&self) -> io::Result<Box<dyn Write>> {
        match self {
            Self::Stdout => Ok(Box::new(io::stdout())),
            Self::File(path) => {
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                Ok(Box::new(File::create(path)?))
            }
        }
    }
}

/// Writes `path` as [`Output::write`] does.
fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // A link is written through, not replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&target) {
        Ok(metadata) if metadata.is_dir() => {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory, not a file"));
        }
        Ok(metadata) if !metadata.is_file() => {
            return flushed(OpenOptions::new().write(true).open(&target)?, write);
        }
        _ => {}
    }
    let directory = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(directory)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any new file: the umask takes away from this.
        builder.permissions(Permissions::from_mode(0o666));
    }
    let mut temporary = builder.tempfile_in(directory)?;
    flushed(temporary.as_file_mut(), write)?;
    if let Ok(metadata) = fs::metadata(&target) {
        temporary.as_file().set_permissions(metadata.permissions())?;
    }
    temporary.persist(&target).map_err(|error| error.error)?;
    Ok(())
}

/// Lets `write` write to `sink` through a buffer, and flushes it, so that no error is lost.
fn flushed(sink: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut buffer = BufWriter::with_capacity(128 * 1024, sink);
    write(&mut buffer)?;
    buffer.flush()
}

impl From<OsString> for Output {
    fn from(name: OsString) -> Self {
        if name == "-" { Self::Stdout } else { Self::File(name.into()) }
    }
}

impl From<PathBuf> for Output {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl fmt::Display for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => formatter.write_str("<stdout>"),
            Self::File(path) => path.display().fmt(formatter),
        }
    }
}

/// Makes a directory for artefacts, with a `.gitignore` inside that keeps all of it out of git.
///
/// An existing directory gets the `.gitignore` only while it is empty: what somebody else keeps there stays visible.
pub fn make_artefact_directory(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    if fs::read_dir(directory)?.next().is_none() {
        fs::write(directory.join(".gitignore"), "# Made by the cov tools.\n*\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report.json");
        let output = Output::from(path.clone());
        output.write(|sink| sink.write_all(b"old")).unwrap();
        let failure = output.write(|sink| {
            sink.write_all(b"half of the new")?;
            Err(io::Error::other("disk full"))
        });
        assert!(failure.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn packed_input_is_unpacked_by_content() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report.json");
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(b"{}").unwrap();
        fs::write(&path, encoder.finish().unwrap()).unwrap();
        assert_eq!(Input::File(path).read_all().unwrap(), b"{}");
    }

    #[test]
    fn standard_input_is_read_once_only() {
        assert_eq!(Input::or_stdin(&[]).unwrap(), [Input::Stdin]);
        assert!(Input::or_stdin(&[Input::Stdin, Input::Stdin]).is_err());
    }

    #[test]
    fn an_artefact_directory_ignores_itself_but_not_the_files_of_others() {
        let root = tempfile::tempdir().unwrap();
        let ours = root.path().join("deep/out");
        make_artefact_directory(&ours).unwrap();
        assert!(fs::read_to_string(ours.join(".gitignore")).unwrap().ends_with("\n*\n"));
        let theirs = root.path().join("deep");
        make_artefact_directory(&theirs).unwrap();
        assert!(!theirs.join(".gitignore").exists());
    }
}
