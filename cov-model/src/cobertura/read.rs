//! Reading a Cobertura document, as a stream of events.

use std::io::{self, BufRead};

use quick_xml::errors::SyntaxError;
use quick_xml::events::{BytesDecl, BytesRef, Event};
use quick_xml::{Error as XmlError, Reader};

use super::document::Document;
use super::element::{Element, Place};
use super::error::CoberturaError;
use super::newlines::Newlines;
use super::paths::Paths;
use crate::report::Report;

/// Reads a document of any dialect.
pub fn read(reader: impl BufRead, paths: &Paths<'_>) -> Result<Report, CoberturaError> {
    let mut xml = Reader::from_reader(Newlines::new(reader));
    let mut reading =
        Reading { document: Document::new(paths), place: Place::default(), has_root: false, is_open: false };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let line = xml.get_ref().line();
        let outcome = match xml.read_event_into(&mut buffer) {
            Ok(Event::Eof) => reading.end(),
            Ok(event) => reading.take(event),
            Err(XmlError::Io(error)) => return Err(io::Error::new(error.kind(), error).into()),
            Err(error) => Err(told(&error)),
        };
        match outcome {
            Ok(false) if reading.is_passing_over() => {
                xml.get_mut().pass_over(b"</class")?;
                reading.is_open = false;
            }
            Ok(false) => {}
            Ok(true) => break,
            Err(message) => {
                return Err(CoberturaError::At { line, element: reading.place.to_string(), message });
            }
        }
    }
    let line = xml.get_ref().line();
    let at_end = |message| CoberturaError::At { line, element: "coverage".to_owned(), message };
    reading.document.finish().map_err(at_end)
}

/// A document, and where in it the reader is.
struct Reading<'a> {
    document: Document<'a>,
    place: Place,
    has_root: bool,
    /// Whether the event read last opened an element with content.
    is_open: bool,
}

impl Reading<'_> {
    /// Takes in an event; never the end.
    fn take(&mut self, event: Event<'_>) -> Result<bool, String> {
        self.is_open = matches!(event, Event::Start(_));
        match event {
            Event::Start(tag) => {
                if let Some(element) = self.enter(tag.name().as_ref())? {
                    self.document.open(element, &tag)?;
                }
            }
            Event::Empty(tag) => {
                if let Some(element) = self.enter(tag.name().as_ref())? {
                    self.document.open(element, &tag)?;
                    self.document.close(element)?;
                }
                self.place.leave();
            }
            Event::End(_) => {
                if let Some(element) = self.place.element() {
                    self.document.close(element)?;
                }
                self.place.leave();
            }
            Event::Text(text) if self.minds_text() => self.text(&text.xml10_content())?,
            Event::CData(text) => self.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => self.text(&resolved(&reference)?)?,
            Event::Comment(text) => self.document.comment(&text.xml10_content()),
            Event::Decl(declaration) => check_encoding(&declaration)?,
            Event::DocType(text) => {
                if text.xml10_content().contains("<!ENTITY") {
                    return Err(
                        "entities are declared: such documents are refused, for they can harm".to_owned()
                    );
                }
            }
            Event::Text(_) | Event::PI(_) | Event::Eof => {}
        }
        Ok(false)
    }

    /// Whether a class was just opened that nobody wants: it is most of a document, as a rule.
    fn is_passing_over(&self) -> bool {
        self.is_open && self.place.element() == Some(Element::Class) && !self.document.is_in_class()
    }

    fn enter(&mut self, name: &str) -> Result<Option<Element>, String> {
        if self.place.is_outside() {
            if self.has_root {
                return Err(format!("<{name}> behind the end of the document"));
            }
            self.has_root = true;
            if name != "coverage" {
                return Err(format!("the document is <{name}>, not <coverage>: {}", format_of_root(name)));
            }
        }
        if self.place.element() == Some(Element::Coverage)
            && let Some(format) = format_of_child(name)
        {
            return Err(format!("<{name}> in <coverage>: {format}"));
        }
        self.place.enter(name)
    }

    /// Whether text means anything here. It seldom does: most of it is the white space between two lines.
    fn minds_text(&self) -> bool {
        self.place.is_outside() || self.place.element() == Some(Element::Source)
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        if self.place.is_outside() && !text.trim_matches('\u{feff}').trim().is_empty() {
            return Err("text outside of the document".to_owned());
        }
        self.document.text(self.place.element(), text);
        Ok(())
    }

    /// The input has ended: so must have the document.
    fn end(&self) -> Result<bool, String> {
        match (self.has_root, self.place.is_outside()) {
            (true, true) => Ok(true),
            (true, false) => Err("the document ends before its closing tags: it is truncated".to_owned()),
            (false, _) => Err("there is no document: nothing, or only a header".to_owned()),
        }
    }
}

/// What a reference stands for. Only those that every document has are known; nothing is ever expanded.
fn resolved(reference: &BytesRef<'_>) -> Result<String, String> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(character.to_string());
    }
    let name = reference.xml10_content();
    match quick_xml::escape::resolve_predefined_entity(&name) {
        Some(text) => Ok(text.to_owned()),
        None => Err(format!("the entity &{name}; is not known")),
    }
}

fn check_encoding(declaration: &BytesDecl<'_>) -> Result<(), String> {
    let Some(encoding) = declaration.encoding() else {
        return Ok(());
    };
    let encoding = encoding.map_err(|error| error.to_string())?;
    if ["utf-8", "utf8", "us-ascii", "ascii"].iter().any(|known| encoding.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err(format!(
        "the encoding is {encoding}, not UTF-8: convert it, as with `iconv -f {encoding} -t UTF-8`, and correct the first line"
    ))
}

/// What another document is, by its outermost element.
fn format_of_root(name: &str) -> String {
    let format = match name {
        "report" => "JaCoCo reports are not read yet",
        "CoverageSession" => "OpenCover reports are not read yet",
        "testsuites" | "testsuite" => "this is a JUnit report, which has no coverage",
        "html" | "HTML" => "this is a web page",
        _ => "this is not Cobertura",
    };
    format.to_owned()
}

/// What other documents of the same outermost element are.
fn format_of_child(name: &str) -> Option<&'static str> {
    match name {
        "project" => Some("Clover reports are not read yet"),
        "file" => Some("SonarQube's generic coverage is not read yet"),
        _ => None,
    }
}

/// What is wrong with XML, in words that name the remedy where the input has ended too early.
fn told(error: &XmlError) -> String {
    match error {
        XmlError::Syntax(SyntaxError::InvalidBangMarkup) => format!("broken markup: {error}"),
        XmlError::Syntax(_) => "the document ends inside of markup: it is truncated".to_owned(),
        XmlError::Encoding(error) => format!("not UTF-8: {error}"),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileCoverage, HitKind, Totals};

    /// The files of a document, where nothing is on disk.
    fn files(xml: &str) -> Vec<(String, FileCoverage)> {
        read(xml.as_bytes(), &Paths::new("/proj", |_| false)).unwrap().files.into_iter().collect()
    }

    fn only(xml: &str) -> FileCoverage {
        let mut files = files(xml);
        assert_eq!(files.len(), 1);
        files.remove(0).1
    }

    const COVERAGEPY: &str = r#"<?xml version="1.0" ?>
<coverage version="7.17.3" timestamp="1760000000000" lines-valid="4" lines-covered="3" line-rate="0.75" branches-valid="4" branches-covered="3" branch-rate="0.75" complexity="0">
	<!-- Generated by coverage.py: https://coverage.readthedocs.io/en/7.17.3 -->
	<sources><source>/proj/src</source></sources>
	<packages><package name="." line-rate="0.75" branch-rate="0.75" complexity="0"><classes>
		<class name="a.py" filename="a.py" complexity="0" line-rate="0.75" branch-rate="0.75">
			<methods/>
			<lines>
				<line number="1" hits="1"/>
				<line number="2" hits="1" branch="true" condition-coverage="50% (1/2)" missing-branches="4"/>
				<line number="4" hits="0"/>
				<line number="5" hits="1" branch="true" condition-coverage="100% (2/2)"/>
			</lines>
		</class>
	</classes></package></packages>
</coverage>
"#;

    #[test]
    fn coverage_py_names_the_missing_arms() {
        let (name, file) = files(COVERAGEPY).remove(0);
        assert_eq!(name, "src/a.py");
        assert_eq!(file.hits, HitKind::YesNo);
        let totals = Totals::of_file(&file);
        assert_eq!((totals.lines.covered, totals.lines.total), (3, 4));
        assert_eq!((totals.branches.covered, totals.branches.total, totals.partial_branches), (3, 4, 1));
        assert!(file.branches.tallied.is_empty());
        assert_eq!(file.branches.views()[0].untaken, ["4"]);
    }

    #[test]
    fn opposite_arms_of_two_documents_make_a_complete_branch() {
        let root = Paths::new("/proj", |_| false);
        let mut ours = read(COVERAGEPY.as_bytes(), &root).unwrap();
        let other = COVERAGEPY.replace("missing-branches=\"4\"", "missing-branches=\"exit\"");
        ours.merge(read(other.as_bytes(), &root).unwrap()).unwrap();
        assert_eq!(Totals::of_report(&ours).branches.covered, 4);
    }

    #[test]
    fn classes_of_one_file_are_one_measurement() {
        let file = only(
            r#"<coverage><packages><package><classes>
                <class name="A" filename="a.cs">
                    <methods><method name="M" signature="(int)"><lines>
                        <line number="3" hits="9"/><line number="7" hits="2"/></lines></method></methods>
                    <lines><line number="3" hits="4"/><line number="1" hits="1"/><line number="3" hits="5"/></lines>
                </class>
                <class name="A/B" filename="a.cs"><methods/><lines><line number="1" hits="8"/></lines></class>
            </classes></package></packages></coverage>"#,
        );
        assert_eq!(file.lines.iter().collect::<Vec<_>>(), [(1, 8), (3, 5), (7, 2)]);
        let function = file.functions.iter().next().unwrap();
        assert_eq!((function.0, function.1.hits), (&(3, "M(int)".to_owned()), Some(9)));
    }
}
