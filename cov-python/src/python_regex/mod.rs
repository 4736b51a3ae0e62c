//! Python's regular expressions, written anew in the dialect of Rust's.

mod class;
mod escape;
mod scanner;

use self::scanner::Scanner;

/// A pattern in the dialect of the crates `regex` and `fancy-regex`, to be run in their multi-line mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Translation {
    /// The pattern.
    pub(crate) pattern: String,
    /// Whether it has what only a backtracking engine runs: look-around, references to groups, atomic groups.
    pub(crate) needs_backtracking: bool,
}

/// Translates a pattern of Python's `re` (3.11 to 3.13), compiled for text with `re.MULTILINE`. An error is what is
/// wrong, in the words of Python's `re/_parser.py`.
///
/// The engines agree in what they match: both take the first alternative that leads to a match. They differ in the
/// spelling of many things, in what a space, a digit and a letter is, and in what is an error.
pub(crate) fn translate(pattern: &str) -> Result<Translation, String> {
    let mut translator = Translator {
        scanner: Scanner::new(pattern),
        output: String::with_capacity(pattern.len() + 16),
        needs_backtracking: false,
        flags: Flags { is_verbose: false, is_ascii: false, is_multi_line: true },
        open: Vec::new(),
        groups: Vec::new(),
        item: Item::None,
        is_at_start: true,
    };
    translator.run()?;
    Ok(Translation { pattern: translator.output, needs_backtracking: translator.needs_backtracking })
}

/// The flags that change how we translate; the others are left to the engine.
#[derive(Clone, Copy, Debug)]
struct Flags {
    is_verbose: bool,
    is_ascii: bool,
    is_multi_line: bool,
}

/// What a quantifier would apply to.
#[derive(Clone, Copy, Debug)]
enum Item {
    /// The start of an alternative.
    None,
    /// `^`, `$`, `\b` and the like.
    Anchor,
    /// Something that may be repeated, and where it starts in the output.
    Atom(usize),
    /// Something that already is repeated.
    Repeated,
}

/// A group that is not closed yet.
struct OpenGroup {
    /// Its number, if it captures.
    number: Option<usize>,
    /// Where it starts in the output.
    start: usize,
    /// The flags outside of it.
    flags: Flags,
}

/// A group that captures.
struct Group {
    name: Option<String>,
    is_closed: bool,
}

struct Translator<'p> {
    scanner: Scanner<'p>,
    output: String,
    needs_backtracking: bool,
    flags: Flags,
    open: Vec<OpenGroup>,
    groups: Vec<Group>,
    item: Item,
    /// Whether nothing has been read that flags for the whole pattern may not follow.
    is_at_start: bool,
}

impl Translator<'_> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(character) = self.scanner.next() {
            let was_at_start = std::mem::replace(&mut self.is_at_start, false);
            match character {
                ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' if self.flags.is_verbose => {
                    self.is_at_start = was_at_start;
                }
                '#' if self.flags.is_verbose => {
                    self.scanner.skip_line();
                    self.is_at_start = was_at_start;
                }
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => {
                    self.is_at_start = was_at_start;
                    self.open_group()?;
                }
                ')' => self.close_group()?,
                '|' => {
                    self.output.push('|');
                    self.item = Item::None;
                }
                '^' => self.anchor(if self.flags.is_multi_line { "^" } else { r"\A" }),
                '$' => self.end_anchor(),
                '.' => self.atom("."),
                '*' => self.repeat("*")?,
                '+' => self.repeat("+")?,
                '?' => self.repeat("?")?,
                '{' => match self.scanner.counts()? {
                    Some(counts) => self.repeat(&counts)?,
                    None => self.literal('{'),
                },
                _ => self.literal(character),
            }
        }
        match self.open.pop() {
            Some(_) => Err("missing ), unterminated subpattern".to_owned()),
            None => Ok(()),
        }
    }

    fn literal(&mut self, character: char) {
        self.item = Item::Atom(self.output.len());
        push_literal(&mut self.output, character);
    }

    fn atom(&mut self, translation: &str) {
        self.item = Item::Atom(self.output.len());
        self.output.push_str(translation);
    }

    fn anchor(&mut self, translation: &str) {
        self.item = Item::Anchor;
        self.output.push_str(translation);
    }

    /// Without the multi-line flag, Python's `$` matches before a last newline too.
    fn end_anchor(&mut self) {
        if self.flags.is_multi_line {
            self.anchor("$");
        } else {
            self.needs_backtracking = true;
            self.anchor(r"(?=\n?\z)");
        }
    }

    /// Repeats the last item, as few times as possible with `?` behind, and without giving back with `+` behind.
    fn repeat(&mut self, quantifier: &str) -> Result<(), String> {
        let start = match self.item {
            Item::None | Item::Anchor => return Err("nothing to repeat".to_owned()),
            Item::Repeated => return Err("multiple repeat".to_owned()),
            Item::Atom(start) => start,
        };
        self.output.push_str(quantifier);
        if self.scanner.take('?') {
            self.output.push('?');
        } else if self.scanner.take('+') {
            self.needs_backtracking = true;
            self.output.insert_str(start, "(?>");
            self.output.push(')');
        }
        self.item = Item::Repeated;
        Ok(())
    }

    fn class(&mut self) -> Result<(), String> {
        self.item = Item::Atom(self.output.len());
        class::translate(&mut self.scanner, self.flags.is_ascii, &mut self.output)
    }

    fn open_group(&mut self) -> Result<(), String> {
        let start = self.output.len();
        if !self.scanner.take('?') {
            return self.open_capturing(start, None);
        }
        let Some(kind) = self.scanner.next() else { return Err("unexpected end of pattern".to_owned()) };
        match kind {
            ':' => self.open_with(start, "(?:"),
            'P' => return self.named(start),
            '#' => {
                if !self.scanner.skip_past(')') {
                    return Err("missing ), unterminated comment".to_owned());
                }
                return Ok(());
            }
            '=' | '!' => {
                self.needs_backtracking = true;
                self.open_with(start, if kind == '=' { "(?=" } else { "(?!" });
            }
            '<' => {
                self.needs_backtracking = true;
                match self.scanner.next() {
                    Some('=') => self.open_with(start, "(?<="),
                    Some('!') => self.open_with(start, "(?<!"),
                    Some(other) => return Err(format!("unknown extension ?<{other}")),
                    None => return Err("unexpected end of pattern".to_owned()),
                }
            }
            '>' => {
                self.needs_backtracking = true;
                self.open_with(start, "(?>");
            }
            '(' => return Err("conditional groups are not supported".to_owned()),
            'a' | 'i' | 'L' | 'm' | 's' | 'u' | 'x' | '-' => return self.flags(start, kind),
            other => return Err(format!("unknown extension ?{other}")),
        }
        Ok(())
    }

    fn open_with(&mut self, start: usize, translation: &str) {
        self.is_at_start = false;
        self.open.push(OpenGroup { number: None, start, flags: self.flags });
        self.output.push_str(translation);
        self.item = Item::None;
    }

    fn open_capturing(&mut self, start: usize, name: Option<String>) -> Result<(), String> {
        if let Some(name) = name.as_deref().filter(|name| self.number_of(name).is_some()) {
            return Err(format!("redefinition of group name {name:?}"));
        }
        self.open_with(start, "(");
        self.groups.push(Group { name, is_closed: false });
        if let Some(group) = self.open.last_mut() {
            group.number = Some(self.groups.len());
        }
        Ok(())
    }

    fn close_group(&mut self) -> Result<(), String> {
        let Some(group) = self.open.pop() else { return Err("unbalanced parenthesis".to_owned()) };
        if let Some(number) = group.number {
            self.groups[number - 1].is_closed = true;
        }
        self.flags = group.flags;
        self.output.push(')');
        self.item = Item::Atom(group.start);
        Ok(())
    }

    /// `(?P<name>` and `(?P=name)`. Groups keep their numbers only: what is allowed in a name differs.
    fn named(&mut self, start: usize) -> Result<(), String> {
        if self.scanner.take('<') {
            let name = self.scanner.name('>')?;
            self.open_capturing(start, Some(name))
        } else if self.scanner.take('=') {
            self.is_at_start = false;
            let name = self.scanner.name(')')?;
            let Some(number) = self.number_of(&name) else {
                return Err(format!("unknown group name {name:?}"));
            };
            self.reference(number)
        } else {
            match self.scanner.next() {
                Some(other) => Err(format!("unknown extension ?P{other}")),
                None => Err("unexpected end of pattern".to_owned()),
            }
        }
    }

    fn number_of(&self, name: &str) -> Option<usize> {
        self.groups.iter().position(|group| group.name.as_deref() == Some(name)).map(|index| index + 1)
    }

    /// What the group of that number matched.
    fn reference(&mut self, number: usize) -> Result<(), String> {
        match self.groups.get(number - 1) {
            Some(group) if group.is_closed => {
                self.needs_backtracking = true;
                // In a group, lest a digit behind it be taken for a part of the number.
                self.atom(&format!(r"(?:\{number})"));
                Ok(())
            }
            Some(_) => Err("cannot refer to an open group".to_owned()),
            None => Err(format!("invalid group reference {number}")),
        }
    }

    /// `(?i)` for the whole pattern or `(?i-s:` for a group.
    fn flags(&mut self, start: usize, first: char) -> Result<(), String> {
        let outside = self.flags;
        let mut inside = outside;
        let (mut on, mut off) = (String::new(), String::new());
        let mut is_removing = false;
        let mut letter = first;
        let is_global = loop {
            match letter {
                'L' => return Err("bad inline flags: cannot use 'L' flag with a str pattern".to_owned()),
                'a' | 'u' if is_removing => {
                    return Err("bad inline flags: cannot turn off flags 'a', 'u' and 'L'".to_owned());
                }
                'a' => inside.is_ascii = true,
                'u' => inside.is_ascii = false,
                'x' => inside.is_verbose = !is_removing,
                'm' => inside.is_multi_line = !is_removing,
                'i' | 's' if is_removing => off.push(letter),
                'i' | 's' => on.push(letter),
                '-' if !is_removing => is_removing = true,
                ')' if !is_removing => break true,
                ':' => break false,
                _ => return Err("unknown flag".to_owned()),
            }
            letter = self.scanner.next().ok_or("missing -, : or )")?;
        };
        if is_global && !self.is_at_start {
            return Err("global flags not at the start of the expression".to_owned());
        }
        let flags = match (on.as_str(), off.as_str()) {
            (on, "") => on.to_owned(),
            (on, off) => format!("{on}-{off}"),
        };
        if is_global {
            self.flags = inside;
            if !flags.is_empty() {
                self.output.extend(["(?", &flags, ")"]);
            }
        } else {
            self.open_with(start, &format!("(?{flags}:"));
            self.flags = inside;
        }
        Ok(())
    }
}

/// Writes a character that stands for itself, outside of a class or in one.
fn push_literal(output: &mut String, character: char) {
    match character {
        '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' | '#' | '&'
        | '-' | '~' => {
            output.push('\\');
            output.push(character);
        }
        _ if character.is_control() => output.extend([r"\x{", &format!("{:X}", u32::from(character)), "}"]),
        _ => output.push(character),
    }
}

#[cfg(test)]
mod tests;
