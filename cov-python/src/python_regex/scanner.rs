//! The characters of a pattern, one after the other.

/// What is left of a pattern.
pub(super) struct Scanner<'p> {
    rest: &'p str,
}

impl<'p> Scanner<'p> {
    pub(super) fn new(pattern: &'p str) -> Self {
        Self { rest: pattern }
    }

    /// Takes the next character.
    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Takes the next character if it is `expected`, and says whether it was.
    pub(super) fn take(&mut self, expected: char) -> bool {
        match self.rest.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes at most `most` characters as long as they are `wanted`.
    pub(super) fn take_while(&mut self, most: usize, wanted: impl Fn(char) -> bool) -> &'p str {
        let end = self.rest.char_indices().take(most).find(|&(_, character)| !wanted(character));
        let end = match end {
            Some((index, _)) => index,
            None => self.rest.char_indices().nth(most).map_or(self.rest.len(), |(index, _)| index),
        };
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// Skips to the end of the line, its line feed included.
    pub(super) fn skip_line(&mut self) {
        self.skip_past('\n');
    }

    /// Skips everything up to `last` and that too. Says whether it was there; if not, nothing is left.
    pub(super) fn skip_past(&mut self, last: char) -> bool {
        let found = self.rest.split_once(last);
        self.rest = found.map_or("", |(_, rest)| rest);
        found.is_some()
    }

    /// Takes a group's name and the character that ends it.
    pub(super) fn name(&mut self, end: char) -> Result<String, String> {
        let Some((name, rest)) = self.rest.split_once(end) else {
            return Err(format!("missing {end}, unterminated name"));
        };
        self.rest = rest;
        let starts_well = name.chars().next().is_some_and(|first| first == '_' || first.is_alphabetic());
        if name.is_empty() {
            Err("missing group name".to_owned())
        } else if starts_well && name.chars().all(|character| character == '_' || character.is_alphanumeric())
        {
            Ok(name.to_owned())
        } else {
            Err(format!("bad character in group name {name:?}"))
        }
    }

    /// Takes the rest of `{2}`, `{2,}`, `{,3}` or `{2,3}`, and gives it as the engines know it. Where it is none of
    /// these, nothing is taken, and the brace is one.
    pub(super) fn counts(&mut self) -> Result<Option<String>, String> {
        let before = self.rest;
        let digit = |character: char| character.is_ascii_digit();
        let least = self.take_while(usize::MAX, digit);
        let most = if self.take(',') { Some(self.take_while(usize::MAX, digit)) } else { None };
        if !self.take('}') || (least.is_empty() && most.is_none()) {
            self.rest = before;
            return Ok(None);
        }
        let number = |digits: &str| match digits {
            "" => Ok(None),
            digits => {
                digits.parse::<u32>().map(Some).map_err(|_| "the repetition number is too large".to_owned())
            }
        };
        let least = number(least)?.unwrap_or(0);
        Ok(Some(match most {
            None => format!("{{{least}}}"),
            Some(most) => match number(most)? {
                None => format!("{{{least},}}"),
                Some(most) if most < least => return Err("min repeat greater than max repeat".to_owned()),
                Some(most) => format!("{{{least},{most}}}"),
            },
        }))
    }
}
