//! JSON in the layout of Python's `json.dump`.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// Python's layout: on one line with a blank behind each comma and colon, or indented by four; ASCII only.
#[derive(Debug)]
pub(super) struct PythonJson {
    is_pretty: bool,
    depth: usize,
    /// Whether the array or object that was closed or added to last has anything in it.
    has_content: bool,
}

impl PythonJson {
    /// The layout, indented if `is_pretty`.
    pub(super) fn new(is_pretty: bool) -> Self {
        Self { is_pretty, depth: 0, has_content: false }
    }

    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_content = false;
        writer.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.is_pretty && self.has_content {
            self.new_line(writer)?;
        }
        self.has_content = true;
        writer.write_all(bracket)
    }

    fn part<W: ?Sized + Write>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        self.has_content = true;
        match (is_first, self.is_pretty) {
            (true, true) => self.new_line(writer),
            (true, false) => Ok(()),
            (false, true) => {
                writer.write_all(b",")?;
                self.new_line(writer)
            }
            (false, false) => writer.write_all(b", "),
        }
    }

    fn new_line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        write!(writer, "\n{:1$}", "", 4 * self.depth)
    }
}

impl Formatter for PythonJson {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.part(writer, first)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.part(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        // The shortest digits that mean this number, as Rust has them too; but with an exponent below 0.0001.
        if value == 0.0 || value.abs() >= 1e-4 {
            return write!(writer, "{value:?}");
        }
        let text = format!("{value:e}");
        match text.split_once("e-") {
            Some((digits, exponent)) => write!(writer, "{digits}e-{exponent:0>2}"),
            None => write!(writer, "{text}"),
        }
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        // What must be escaped in any JSON never gets here.
        let is_plain = |character: char| (' '..='~').contains(&character);
        let mut rest = text;
        while let Some(special) = rest.find(|character| !is_plain(character)) {
            writer.write_all(&rest.as_bytes()[..special])?;
            let mut characters = rest[special..].chars();
            for unit in
                characters.next().iter().flat_map(|character| character.encode_utf16(&mut [0; 2]).to_vec())
            {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize as _;

    use super::*;

    fn dumped(value: &serde_json::Value, is_pretty: bool) -> String {
        let mut bytes = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, PythonJson::new(is_pretty));
        value.serialize(&mut serializer).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn texts_are_ascii() {
        // From `json.dumps`.
        let text = "a\"b\\c/\n\t\u{8}\u{c}\u{1f}\u{7f}é\u{20ac}😀";
        let expected = r#""a\"b\\c/\n\t\b\f\u001f\u007f\u00e9\u20ac\ud83d\ude00""#;
        assert_eq!(dumped(&text.into(), false), expected);
    }

    #[test]
    fn numbers_are_those_of_repr() {
        for (number, expected) in [
            (100.0, "100.0"),
            (0.0, "0.0"),
            (83.333_333_333_333_33, "83.33333333333333"),
            (0.0001, "0.0001"),
            (0.000_099_9, "9.99e-05"),
            (1e-10, "1e-10"),
        ] {
            assert_eq!(dumped(&number.into(), false), expected);
        }
    }

    #[test]
    fn what_is_empty_stays_on_its_line() {
        let value = serde_json::json!({"a": [], "b": {}, "c": [[1, 2], {"d": [3]}]});
        assert_eq!(dumped(&value, false), r#"{"a": [], "b": {}, "c": [[1, 2], {"d": [3]}]}"#);
        let pretty = "{\n    \"a\": [],\n    \"b\": {},\n    \"c\": [\n        [\n            1,\n            2\n        ],\n        {\n            \"d\": [\n                3\n            ]\n        }\n    ]\n}";
        assert_eq!(dumped(&value, true), pretty);
    }
}
