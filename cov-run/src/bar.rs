//! The picture of a running suite on a terminal: a bar, and the tests that run.

use std::time::Duration;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::terminal::{Style, marked, width_of};

/// So many tests are shown that run.
const ROWS: usize = 8;

/// The bar is never narrower than this.
const NARROWEST: usize = 8;

/// The bar is never wider than this.
const WIDEST: usize = 32;

/// What is to be drawn.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// Since the run began.
    pub elapsed: Duration,
    /// How much is done, in thousandths.
    pub permille: u16,
    /// How many of what, each with its style; the first are the most important.
    pub tally: Vec<(String, Option<Style>)>,
    /// How long it will take.
    pub rest: Option<Duration>,
    /// Whether a test has failed.
    pub has_failed: bool,
    /// The tests that run, the oldest first.
    pub rows: Vec<Row>,
}

/// A test that runs.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its worker.
    pub slot: u32,
    /// Its id.
    pub id: String,
    /// Since it began.
    pub age: Duration,
    /// What it is likely to take, if that is known.
    pub expected: Option<Duration>,
}

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub struct Canvas {
    /// In columns.
    pub width: usize,
    /// Whether to colour.
    pub colour: bool,
    /// Whether more than ASCII can be shown.
    pub unicode: bool,
}

impl Picture {
    /// The lines, none wider than the canvas.
    pub fn lines(&self, canvas: Canvas) -> Vec<String> {
        let mut lines = vec![self.head(canvas)];
        lines.extend(self.rows.iter().take(ROWS).map(|row| row.line(canvas)));
        if self.rows.len() > ROWS {
            lines.push(canvas.cut(&format!("      and {} more", self.rows.len() - ROWS)));
        }
        lines
    }

    /// The bar, and beside it as much as there is room for.
    fn head(&self, canvas: Canvas) -> String {
        let elapsed = format!("{:>5}", clock(self.elapsed));
        let mut parts: Vec<String> = Vec::new();
        let tally = self.tally.iter().map(|(text, style)| canvas.marked(text, style.as_slice()));
        let mut room = canvas.width.saturating_sub(elapsed.len() + 1 + NARROWEST + 1);
        let rest = self.rest.map(|rest| format!("{} left", clock(rest)));
        for (index, part) in tally.chain(rest).enumerate() {
            let gap = if index == 0 { 1 } else { 2 };
            if width_of(&part) + gap > room {
                continue;
            }
            room -= width_of(&part) + gap;
            parts.push(part);
        }
        let width = (NARROWEST + room).min(WIDEST);
        format!("{elapsed} {}  {}", self.bar(canvas, width.saturating_sub(1)), parts.join("  "))
            .trim_end()
            .to_owned()
    }

    fn bar(&self, canvas: Canvas, width: usize) -> String {
        // Halves of a column.
        let filled = usize::from(self.permille) * width * 2 / 1000;
        let (whole, half, rest) = if canvas.unicode { ('━', "╸", '━') } else { ('=', ">", '-') };
        let has_half = filled % 2 == 1;
        let mut done = whole.to_string().repeat(filled / 2);
        if has_half {
            done.push_str(half);
        }
        let left = rest.to_string().repeat(width - filled / 2 - usize::from(has_half));
        // Without colour the two parts must differ by themselves.
        let left = if canvas.colour || !canvas.unicode { left } else { left.replace('━', "─") };
        let colour = if self.has_failed { Style::Red } else { Style::Green };
        let [done, left] = [(done, colour), (left, Style::Dim)]
            .map(|(text, style)| if text.is_empty() { text } else { canvas.marked(&text, &[style]) });
        done + &left
    }
}

impl Row {
    fn line(&self, canvas: Canvas) -> String {
        let age = format!("{:>7}", age(self.age));
        let style = if self.is_slow() { vec![Style::Yellow] } else { Vec::new() };
        let head = format!("  gw{:<3} ", self.slot);
        let room = canvas.width.saturating_sub(head.len() + age.len() + 2);
        let line = format!("{head}{}  {}", canvas.marked(&age, &style), canvas.shortened(&self.id, room));
        if head.len() + age.len() + 2 > canvas.width { canvas.cut(&head) } else { line }
    }

    /// Whether it takes longer than it should, or than anybody likes to wait for.
    fn is_slow(&self) -> bool {
        let limit = self.expected.map_or(Duration::from_secs(10), |expected| {
            (expected * 3).clamp(Duration::from_secs(2), Duration::from_mins(1))
        });
        self.age > limit
    }
}

impl Canvas {
    fn marked(self, text: &str, styles: &[Style]) -> String {
        if self.colour { marked(text, styles) } else { text.to_owned() }
    }

    fn ellipsis(self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    /// The start of `text`, as much of it as there is room for.
    fn cut(self, text: &str) -> String {
        fitted(text, self.width, self.ellipsis())
    }

    /// A node id in so many columns: directories are left out first, then its end.
    fn shortened(self, id: &str, room: usize) -> String {
        let id: String = id.chars().map(|char| if char.is_control() { '?' } else { char }).collect();
        let names = id.find("::").unwrap_or(id.len());
        let mut shown = id.clone();
        let mut start = 0;
        while shown.width() > room {
            // The next directory goes, but never the file's own name.
            let Some(slash) = id[start..names].find('/') else { break };
            start += slash + 1;
            shown = format!("{}/{}", self.ellipsis(), &id[start..]);
        }
        fitted(&shown, room, self.ellipsis())
    }
}

/// The start of `text` in so many columns, with an ellipsis where it was cut.
fn fitted(text: &str, room: usize, ellipsis: &str) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let Some(room) = room.checked_sub(ellipsis.width()) else { return String::new() };
    let mut fitted = String::new();
    let mut width = 0;
    for char in text.chars() {
        width += char.width().unwrap_or_default();
        if width > room {
            break;
        }
        fitted.push(char);
    }
    fitted + ellipsis
}

/// A time as short as a clock has it: `45s`, `2:05`, `1:02:05`.
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, seconds) {
        (0, ..60) => format!("{seconds}s"),
        (0, _) => format!("{minutes}:{rest:02}"),
        _ => format!("{hours}:{minutes:02}:{rest:02}"),
    }
}

/// How long a test has been running.
fn age(age: Duration) -> String {
    if age < Duration::from_mins(1) { format!("{:.1}s", age.as_secs_f64()) } else { clock(age) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(slot: u32, id: &str, age: f64) -> Row {
        Row { slot, id: id.to_owned(), age: Duration::from_secs_f64(age), expected: None }
    }

    fn picture() -> Picture {
        Picture {
            elapsed: Duration::from_secs(83),
            permille: 412,
            tally: vec![
                ("3 failed".to_owned(), Some(Style::Red)),
                ("409 passed".to_owned(), Some(Style::Green)),
                ("98 tests left".to_owned(), None),
                ("12 skipped".to_owned(), Some(Style::Yellow)),
            ],
            rest: Some(Duration::from_secs(35)),
            has_failed: true,
            rows: vec![
                row(
                    0,
                    "tests/integration/test_database.py::TestMigrations::test_upgrade[postgresql-16]",
                    95.0,
                ),
                row(
                    11,
                    "tests/test_汉字.py::test_一二三四五六七八九十一二三四五六七八九十一二三四五六",
                    0.34,
                ),
                row(2, "test_a.py::test_b[\n\x1b]", 3.0),
            ],
        }
    }

    fn drawn(width: usize) -> String {
        let lines = picture().lines(Canvas { width, colour: false, unicode: true });
        assert!(lines.iter().all(|line| width_of(line) <= width), "{width}: {lines:#?}");
        lines.join("\n")
    }

    #[test]
    fn a_picture_uses_the_width_there_is() {
        assert_eq!(
            drawn(100),
            " 1:23 ━━━━━━━━━━━━╸──────────────────  3 failed  409 passed  98 tests left  12 skipped  35s left\n  \
             gw0      1:35  tests/integration/test_database.py::TestMigrations::test_upgrade[postgresql-16]\n  \
             gw11     0.3s  tests/test_汉字.py::test_一二三四五六七八九十一二三四五六七八九十一二三四五六\n  \
             gw2      3.0s  test_a.py::test_b[??]"
        );
        assert_eq!(
            drawn(60),
            " 1:23 ━━━━━━╸─────────  3 failed  409 passed  98 tests left\n  \
             gw0      1:35  …/test_database.py::TestMigrations::test_u…\n  \
             gw11     0.3s  …/test_汉字.py::test_一二三四五六七八九十…\n  \
             gw2      3.0s  test_a.py::test_b[??]"
        );
    }

    #[test]
    fn no_width_is_too_small() {
        for width in 1..200 {
            if width >= 16 {
                drawn(width);
            }
            let lines = picture().lines(Canvas { width, colour: true, unicode: false });
            assert_eq!(lines.len(), 4);
        }
    }

    #[test]
    fn many_tests_are_counted() {
        let rows = (0..11).map(|slot| row(slot, "a::b", 0.0)).collect();
        let lines = Picture { rows, ..picture() }.lines(Canvas { width: 80, colour: false, unicode: true });
        assert_eq!(lines.len(), 10);
        assert_eq!(lines[9].trim(), "and 3 more");
    }

    #[test]
    fn a_test_is_slow_by_what_is_known_of_it() {
        let slow = |age: u64, expected: Option<u64>| {
            let (age, expected) = (Duration::from_secs(age), expected.map(Duration::from_secs));
            Row { age, expected, ..row(0, "a::b", 0.0) }.is_slow()
        };
        assert!(slow(11, None) && !slow(9, None));
        assert!(slow(3, Some(0)) && !slow(3, Some(2)));
        assert!(!slow(50, Some(300)) && slow(61, Some(300)));
    }

    #[test]
    fn times_are_short() {
        assert_eq!(
            [5, 65, 3725].map(|seconds| clock(Duration::from_secs(seconds))),
            ["5s", "1:05", "1:02:05"]
        );
    }
}
