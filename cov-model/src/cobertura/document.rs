//! What a document says, taken in element by element.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;
use quick_xml::events::attributes::Attribute;

use super::class::{Class, File};
use super::element::Element;
use super::line::Line;
use super::paths::Paths;
use super::{COMMENT_OF_COVERAGEPY, COMMENT_YES_NO};
use crate::report::Report;

/// A document while it is read.
pub(super) struct Document<'a> {
    paths: &'a Paths<'a>,
    sources: Vec<String>,
    /// The text of the `<source>` that is open.
    source: String,
    has_packages: bool,
    by_coveragepy: bool,
    yes_no: bool,
    package: String,
    /// The class that is open, and the name of its file; nothing while a class is passed over.
    class: Option<(String, Class)>,
    line: Option<Line>,
    names: HashMap<String, Name>,
    files: BTreeMap<String, File>,
}

/// What is known of a file's name.
struct Name {
    /// The name in the report; nothing for a file that is not wanted.
    in_report: Option<String>,
    /// The package and class names that had this file, where it may be several files.
    unsure: Option<HashSet<(String, String)>>,
}

impl<'a> Document<'a> {
    pub(super) fn new(paths: &'a Paths<'a>) -> Self {
        Self {
            paths,
            sources: Vec::new(),
            source: String::new(),
            has_packages: false,
            by_coveragepy: false,
            yes_no: false,
            package: String::new(),
            class: None,
            line: None,
            names: HashMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// An element begins.
    pub(super) fn open(&mut self, element: Element, tag: &BytesStart<'_>) -> Result<(), String> {
        match element {
            Element::Source => self.source.clear(),
            Element::Packages => self.has_packages = true,
            Element::Package => {
                let [name] = texts(tag, ["name"])?;
                self.package = name.unwrap_or_default();
            }
            Element::Class => self.open_class(tag)?,
            Element::Method => {
                if let Some((_, class)) = &mut self.class {
                    let [name, signature] = texts(tag, ["name", "signature"])?;
                    class
                        .open_method(with_signature(name.unwrap_or_default(), signature.unwrap_or_default()));
                }
            }
            Element::Line if self.class.is_some() => self.line = Some(Line::open(tag)?),
            Element::Condition => {
                if let Some(line) = &mut self.line {
                    line.add_condition(tag)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn open_class(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        let [name, filename] = texts(tag, ["name", "filename"])?;
        let class_name = name.unwrap_or_default();
        let filename = filename.filter(|filename| !filename.is_empty()).ok_or("class has no filename")?;
        if !self.names.contains_key(&filename) {
            let named = self.paths.name(&filename, &self.sources)?;
            let unsure = named.is_unsure.then(HashSet::new);
            let in_report = self.paths.is_kept(&named.name).then_some(named.name);
            self.names.insert(filename.clone(), Name { in_report, unsure });
        }
        let name = self.names.get_mut(&filename).expect("the name was just put there");
        // Partial and inner classes share a file and have names of their own. One class twice is two files.
        if let Some(seen) = &mut name.unsure
            && !seen.insert((self.package.clone(), class_name))
        {
            return Err(format!(
                "{filename:?} is given twice, for files of one name in several of the {} sources: use a report that names files in full, such as coverage.py's JSON",
                self.sources.len()
            ));
        }
        self.class = name.in_report.clone().map(|name| (name, Class::default()));
        Ok(())
    }

    /// Whether what comes belongs to a class that is wanted.
    pub(super) fn is_in_class(&self) -> bool {
        self.class.is_some()
    }

    /// An element ends.
    pub(super) fn close(&mut self, element: Element) -> Result<(), String> {
        match element {
            Element::Source => {
                if self.has_packages {
                    return Err("the sources must stand before the packages".to_owned());
                }
                let source = self.source.trim();
                if !source.is_empty() {
                    self.sources.push(self.paths.source(source));
                }
            }
            Element::Class => {
                if let Some((name, class)) = self.class.take() {
                    self.files.entry(name).or_default().add(class);
                }
            }
            Element::Method => {
                if let Some((_, class)) = &mut self.class {
                    class.close_method();
                }
            }
            Element::Line => {
                if let (Some((_, class)), Some(line)) = (&mut self.class, self.line.take()) {
                    class.add(line);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Text inside of `element`.
    pub(super) fn text(&mut self, element: Option<Element>, text: &str) {
        if element == Some(Element::Source) {
            self.source.push_str(text);
        }
    }

    /// A comment: coverage.py signs its documents with one, and ours tell of hits that are no counts.
    pub(super) fn comment(&mut self, text: &str) {
        match (text.trim(), &mut self.class) {
            (text, None) if text.starts_with(COMMENT_OF_COVERAGEPY) => self.by_coveragepy = true,
            (COMMENT_YES_NO, None) => self.yes_no = true,
            (COMMENT_YES_NO, Some((_, class))) => class.yes_no = true,
            _ => {}
        }
    }

    /// The report, once the document has ended.
    pub(super) fn finish(self) -> Result<Report, String> {
        if !self.has_packages {
            return Err("coverage has no packages: this is not Cobertura".to_owned());
        }
        let (by_coveragepy, yes_no) = (self.by_coveragepy, self.yes_no);
        let files = self.files.into_iter();
        Ok(Report {
            files: files.map(|(name, file)| (name, file.into_coverage(by_coveragepy, yes_no))).collect(),
            ..Report::default()
        })
    }
}

/// A function's name with its parameters, where they say anything.
fn with_signature(name: String, signature: String) -> String {
    match signature.as_str() {
        // What istanbul says of every function, and Java of those without parameters.
        "" | "()" | "()V" => name,
        parameters if parameters.starts_with('(') => name + parameters,
        // PHPUnit's of a function outside of classes.
        whole if whole.starts_with(&format!("{name}(")) => signature,
        parameters => format!("{name}({parameters})"),
    }
}

/// The values of the attributes called `wanted`.
fn texts<const N: usize>(tag: &BytesStart<'_>, wanted: [&str; N]) -> Result<[Option<String>; N], String> {
    let mut found = [const { None }; N];
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if let Some(index) = wanted.iter().position(|&name| name == attribute.key.as_ref()) {
            set(&mut found[index], &attribute)?;
        }
    }
    Ok(found)
}

/// Keeps the text of `attribute`, its references resolved once: what a writer escaped twice stays escaped once.
pub(super) fn set(target: &mut Option<String>, attribute: &Attribute<'_>) -> Result<(), String> {
    let value: Cow<'_, str> =
        attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
    if value.contains('\0') {
        return Err(format!("{} has a NUL character", attribute.key.as_ref()));
    }
    once(target, attribute.key.as_ref(), value.into_owned())
}

/// Keeps `value`, the value of the attribute `name`, of which there can be one only.
pub(super) fn once<T>(target: &mut Option<T>, name: &str, value: T) -> Result<(), String> {
    match target.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("the attribute {name} is given twice")),
    }
}
