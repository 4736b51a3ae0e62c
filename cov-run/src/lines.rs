//! Names in a pipe: one a line, or with a NUL behind each.

use std::io;

use cov_model::stream::Output;

/// What stands behind each name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A line end.
    Line,
    /// A NUL, for names with spaces or line ends in them.
    Nul,
}

impl End {
    /// `-0`, or not.
    pub fn new(is_nul: bool) -> Self {
        if is_nul { Self::Nul } else { Self::Line }
    }

    fn char(self) -> char {
        match self {
            Self::Line => '\n',
            Self::Nul => '\0',
        }
    }

    /// The names in `text`, without empty ones.
    pub fn split(self, text: &str) -> impl Iterator<Item = &str> {
        let trimmed = move |name| match self {
            Self::Line => str::strip_suffix(name, '\r').unwrap_or(name),
            Self::Nul => name,
        };
        text.split(self.char()).map(trimmed).filter(|name| !name.is_empty())
    }

    /// Prints the names on stdout. Whoever closes the pipe has seen what it wanted.
    pub fn print<'a>(self, names: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
        let printed = Output::Stdout
            .write(|sink| names.into_iter().try_for_each(|name| write!(sink, "{name}{}", self.char())));
        match printed {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            printed => printed,
        }
    }
}

/// The file of a test's id, or of the id of a file.
pub fn file_of(id: &str) -> &str {
    id.split("::").next().unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        assert_eq!(End::Line.split("a b\r\n\nc::d[\0]").collect::<Vec<_>>(), ["a b", "c::d[\0]"]);
        assert_eq!(End::Nul.split("a\nb\0\0c\r\0").collect::<Vec<_>>(), ["a\nb", "c\r"]);
    }
}
