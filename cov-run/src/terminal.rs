//! Writes lines, rules and colours as pytest's own terminal does.

use std::env;
use std::fmt::{Display, Write as _};
use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::thread;
use std::time::Duration;

use terminal_size::{Width, terminal_size, terminal_size_of};
use unicode_width::UnicodeWidthStr;

use crate::cli::Color;

/// A way to show text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Red.
    Red,
    /// Green.
    Green,
    /// Yellow.
    Yellow,
    /// Cyan.
    Cyan,
    /// Bold.
    Bold,
    /// Dim.
    Dim,
}

impl Style {
    fn code(self) -> u8 {
        match self {
            Self::Bold => 1,
            Self::Dim => 2,
            Self::Red => 31,
            Self::Green => 32,
            Self::Yellow => 33,
            Self::Cyan => 36,
        }
    }

    /// The style of this name in pytest's markup, if it is one of ours.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "red" => Some(Self::Red),
            "green" => Some(Self::Green),
            "yellow" => Some(Self::Yellow),
            "cyan" => Some(Self::Cyan),
            "bold" => Some(Self::Bold),
            _ => None,
        }
    }
}

/// Whether colours make sense on stdout when nobody said anything: pytest's rules.
pub fn is_coloured_by_default() -> bool {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    match env::var("PY_COLORS").as_deref() {
        Ok("1") => return true,
        Ok("0") => return false,
        _ => {}
    }
    if set("NO_COLOR") {
        return false;
    }
    set("FORCE_COLOR") || (io::stdout().is_terminal() && env::var("TERM").as_deref() != Ok("dumb"))
}

/// What `--color` says, if it says something.
pub fn chosen_colour(color: Color) -> Option<bool> {
    match color {
        Color::Auto => None,
        Color::Always => Some(true),
        Color::Never => Some(false),
    }
}

/// Whether this is a CI system, by pytest's rules.
pub fn is_ci() -> bool {
    ["CI", "BUILD_NUMBER"].iter().any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// The width of the terminal in columns, as pytest takes it.
pub fn width() -> u16 {
    let said = env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).filter(|&width| width > 0);
    let measured = || terminal_size().map(|(Width(width), _)| width).filter(|&width| width >= 40);
    said.or_else(measured).unwrap_or(80)
}

/// `text` in these styles.
pub fn marked(text: &str, styles: &[Style]) -> String {
    if styles.is_empty() {
        return text.to_owned();
    }
    let mut marked = String::new();
    for style in styles {
        let _ = write!(marked, "\x1b[{}m", style.code());
    }
    marked + text + "\x1b[0m"
}

/// Says something on stderr. When nobody listens, the run and its status are the same.
pub fn say(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// The width of the terminal that stderr is, in columns.
pub fn stderr_width() -> Option<usize> {
    terminal_size_of(io::stderr()).map(|(Width(width), _)| usize::from(width)).filter(|&width| width > 0)
}

/// Whether the locale shows more than ASCII.
pub fn shows_unicode() -> bool {
    let said = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| env::var(name).ok().filter(|said| !said.is_empty()));
    said.is_some_and(|said| {
        let said = said.to_ascii_lowercase();
        said.contains("utf-8") || said.contains("utf8")
    })
}

/// A terminal, or what stands for one.
pub struct Terminal<W> {
    sink: W,
    /// Whether to colour.
    pub colour: bool,
    /// The width in columns.
    pub width: usize,
    /// Whether what is long can be folded, as GitHub's logs do.
    pub folds: bool,
}

impl<W: Write> Terminal<W> {
    /// A terminal of this width.
    pub fn new(sink: W, colour: bool, width: usize) -> Self {
        Self { sink, colour, width, folds: false }
    }

    /// `text` in these styles.
    pub fn markup(&self, text: &str, styles: &[Style]) -> String {
        if self.colour { marked(text, styles) } else { text.to_owned() }
    }

    /// Writes a line.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.sink, "{text}")
    }

    /// Writes text that brings its own ends of lines.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.sink.write_all(text.as_bytes())
    }

    /// Writes what somebody else printed, as it is.
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sink.write_all(bytes)
    }

    /// Writes a rule of `mark`s around `title`, which may be marked up.
    pub fn rule(&mut self, mark: char, title: &str, styles: &[Style]) -> io::Result<()> {
        let plain = width_of(title);
        let line = if title.is_empty() {
            mark.to_string().repeat(self.width)
        } else {
            let side = (self.width.saturating_sub(plain + 2) / 2).max(1);
            let fill = mark.to_string().repeat(side);
            let mut line = format!("{fill} {title} {fill}");
            if side * 2 + plain + 2 < self.width {
                line.push(mark);
            }
            line
        };
        let line = self.markup(&line, styles);
        self.line(&line)
    }

    /// Begins a part that is long and seldom looked at.
    pub fn fold(&mut self, title: &str) -> io::Result<()> {
        if self.folds { self.line(&format!("::group::{title}")) } else { Ok(()) }
    }

    /// Ends it.
    pub fn unfold(&mut self) -> io::Result<()> {
        if self.folds { self.line("::endgroup::") } else { Ok(()) }
    }

    /// Passes what was written on.
    pub fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// A stdout that may be closed: who reads no further has seen what they wanted, and the tests go on.
/// What is wrong with it otherwise (a log on a full disk) is told at the end.
pub struct Forgiving<W> {
    sink: W,
    failure: Option<io::Error>,
}

impl<W: Write> Forgiving<W> {
    /// This one, forgiven.
    pub fn new(sink: W) -> Self {
        Self { sink, failure: None }
    }

    /// Forgives; the answer is what counts as written.
    fn forgive(&mut self, error: io::Error, count: usize) -> io::Result<usize> {
        match error.kind() {
            ErrorKind::Interrupted => return Err(error), // to be tried again
            // Somebody has made it so that it never waits; a writer that is slow is not to lose a line for that.
            ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(5));
                return Err(ErrorKind::Interrupted.into());
            }
            ErrorKind::BrokenPipe => {}
            _ => self.failure = self.failure.take().or(Some(error)),
        }
        Ok(count)
    }
}

impl<W: Write> Terminal<Forgiving<W>> {
    /// Nothing more is written. The answer is whether all could be.
    pub fn end(mut self) -> io::Result<()> {
        self.sink.flush()?;
        self.sink.failure.map_or(Ok(()), Err)
    }
}

impl<W: Write> Write for Forgiving<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failure.is_some() {
            return Ok(bytes.len()); // else there would be holes in it
        }
        self.sink.write(bytes).or_else(|error| self.forgive(error, bytes.len()))
    }

    fn flush(&mut self) -> io::Result<()> {
        loop {
            match self.sink.flush().or_else(|error| self.forgive(error, 0).map(drop)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }
}

/// The columns that `text` takes, markup aside.
pub fn width_of(text: &str) -> usize {
    let mut width = 0;
    let mut rest = text;
    while let Some(start) = rest.find('\x1b') {
        width += rest[..start].width();
        rest = rest[start..].find('m').map_or("", |end| &rest[start + end + 1..]);
    }
    width + rest.width()
}

/// The first line of `text`, cut to `room` columns with an ellipsis; none where not even that fits.
pub fn trimmed(text: &str, room: usize) -> Option<String> {
    const ELLIPSIS: &str = "...";
    let first = text.split('\n').next().unwrap_or_default();
    if ELLIPSIS.len() > room {
        return None;
    }
    if first.width() <= room {
        return Some(first.to_owned());
    }
    let mut cut: String = first.chars().take(room - ELLIPSIS.len()).collect();
    while cut.width() > room - ELLIPSIS.len() {
        cut.pop();
    }
    cut.push_str(ELLIPSIS);
    Some(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(width: usize, title: &str) -> String {
        let mut bytes = Vec::new();
        Terminal::new(&mut bytes, false, width).rule('=', title, &[Style::Red]).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn rules_are_as_wide_as_the_terminal() {
        assert_eq!(rule(20, "FAILURES"), "===== FAILURES =====\n");
        assert_eq!(rule(21, "FAILURES"), "===== FAILURES ======\n");
        assert_eq!(rule(5, "FAILURES"), "= FAILURES =\n");
        assert_eq!(rule(4, ""), "====\n");
    }

    #[test]
    fn markup_takes_no_room() {
        let title = "\x1b[31m1 failed\x1b[0m";
        assert_eq!(width_of(title), 8);
        assert_eq!(rule(20, title), format!("===== {title} =====\n"));
    }

    #[test]
    fn long_messages_are_cut() {
        assert_eq!(trimmed("assert 1 == 2\nsecond", 20).as_deref(), Some("assert 1 == 2"));
        assert_eq!(trimmed("assert 1 == 2", 10).as_deref(), Some("assert ..."));
        assert_eq!(trimmed("汉字汉字", 7).as_deref(), Some("汉字..."));
        assert_eq!(trimmed("anything", 2), None);
    }
}
