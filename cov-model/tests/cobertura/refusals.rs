//! What is refused, with its place; and that nothing makes the reader panic.

use cov_model::Report;
use cov_model::cobertura::{self, Paths};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::roundtrip::{report, written};

fn read(xml: &[u8]) -> Result<Report, String> {
    cobertura::read(xml, &Paths::new("/proj", |_| false)).map_err(|error| error.to_string())
}

#[track_caller]
fn refused(xml: &str, expected: &str) {
    let error = read(xml.as_bytes()).unwrap_err();
    assert!(error.starts_with(expected), "{error}");
}

/// A document whose one class has these children, on line 3.
fn class_of(children: &str) -> String {
    format!(
        "<coverage>\n<packages><package><classes>\n<class name=\"A\" filename=\"a.py\">{children}</class></classes></package></packages></coverage>"
    )
}

/// Where the one line of [`class_of`] stands.
const LINE: &str = "3: coverage/packages/package[1]/classes/class[1]/lines/line[1]: ";

#[track_caller]
fn refused_line(attributes: &str, expected: &str) {
    refused(&class_of(&format!("<lines><line {attributes}/></lines>")), &format!("{LINE}{expected}"));
}

#[test]
fn lines_that_cannot_be() {
    refused_line(r#"number="x" hits="1""#, "line number \"x\" is not a number");
    refused_line(r#"number="" hits="1""#, "line number \"\" is not a number");
    refused_line(r#"number="0" hits="1""#, "line 0 cannot be");
    refused_line(r#"number="-3" hits="1""#, "line number \"-3\" is not a number");
    refused_line(r#"number="4294967296" hits="1""#, "line number 4294967296 is too large");
    refused_line(r#"number="1.5" hits="1""#, "line number \"1.5\" is not a number");
    refused_line(r#"hits="1""#, "line has no number");
    refused_line(r#"number="1""#, "line has no hits");
    refused_line(r#"number="1" hits="x""#, "hits \"x\" is not a number");
    refused_line(r#"number="1" hits="NaN""#, "hits \"NaN\" is not a number");
    refused_line(r#"number="1" hits="1" number="2""#, "the attribute number is given twice");
    let branch = |text: &str| format!(r#"number="1" hits="1" branch="true" condition-coverage="{text}""#);
    refused_line(
        &branch("150% (3/2)"),
        "condition-coverage \"150% (3/2)\" has more arms taken than there are",
    );
    refused_line(&branch("50% (1 of 2)"), "condition-coverage \"50% (1 of 2)\" is not like");
    refused_line(&branch("0% (0/4294967296)"), "condition-coverage \"0% (0/4294967296)\" is not like");
}

#[test]
fn places_are_counted() {
    let xml = class_of(
        "<methods><method name=\"f\"><lines>\n<line number=\"1\" hits=\"1\"/>\n<line number=\"2\" hits=\"many\"/></lines></method></methods>",
    );
    refused(
        &xml,
        "5: coverage/packages/package[1]/classes/class[1]/methods/method[1]/lines/line[2]: hits \"many\"",
    );
}

#[test]
fn what_is_no_document() {
    refused("", "1: there is no document: nothing, or only a header");
    refused("<?xml version=\"1.0\"?>\n<!-- only a header -->\n", "3: there is no document");
    refused("<coverage/>", "1: coverage: coverage has no packages: this is not Cobertura");
    refused("<coverage><sources/></coverage>", "1: coverage: coverage has no packages");
    refused("<report name=\"x\"><package/></report>", "1: the document is <report>, not <coverage>: JaCoCo");
    refused("<CoverageSession/>", "1: the document is <CoverageSession>, not <coverage>: OpenCover");
    refused("<html><body/></html>", "1: the document is <html>, not <coverage>: this is a web page");
    refused("<testsuites/>", "1: the document is <testsuites>, not <coverage>: this is a JUnit report");
    refused("<coverage clover=\"3\"><project/></coverage>", "1: coverage: <project> in <coverage>: Clover");
    refused(
        "<coverage version=\"1\"><file path=\"a\"/></coverage>",
        "1: coverage: <file> in <coverage>: SonarQube",
    );
    refused("<coverage><packages/></coverage><coverage/>", "1: <coverage> behind the end of the document");
    refused("<coverage><packages/></coverage>\nrest", "1: text outside of the document");
    refused("text<coverage/>", "1: text outside of the document");
}

#[test]
fn broken_markup() {
    refused("<coverage><packages></coverage>", "1: coverage/packages: ");
    refused(
        "<coverage><packages/></coverage",
        "1: coverage: the document ends inside of markup: it is truncated",
    );
    refused(
        "<coverage><packages/>",
        "1: coverage: the document ends before its closing tags: it is truncated",
    );
    refused("<coverage><packages/></coverage></coverage>", "1: ");
    refused(
        "<coverage><packages><package name=a/></packages></coverage>",
        "1: coverage/packages/package[1]: ",
    );
    refused(&class_of("<lines><line number=\"1 hits=\"1\"/></lines>"), "3: ");
    refused("<!DOCTYPE coverage [", "1: the document ends inside of markup");
    refused("<coverage><!-- ", "1: coverage: the document ends inside of markup");
    let nul = read(b"<coverage>\0<packages/></coverage>");
    assert_eq!(nul, Ok(Report::default()), "text says nothing, whatever is in it");
}

#[test]
fn names_that_cannot_be() {
    let class = |attributes: &str| {
        format!(
            "<coverage><packages><package><classes><class {attributes}/></classes></package></packages></coverage>"
        )
    };
    let place = "1: coverage/packages/package[1]/classes/class[1]: ";
    refused(&class("name=\"A\""), &format!("{place}class has no filename"));
    refused(&class("filename=\"\""), &format!("{place}class has no filename"));
    refused(&class("filename=\"a&#0;b\""), place);
    refused(&class("filename=\"a&name;\""), place);
    refused(
        &class("filename=\"a\" filename=\"b\""),
        &format!("{place}the attribute filename is given twice"),
    );
}

#[test]
fn files_that_cannot_be_told_apart() {
    let class = "<class name=\"models.py\" filename=\"models.py\"><lines/></class>";
    let document = |sources: &str| {
        format!(
            "<coverage><sources>{sources}</sources>\n<packages><package name=\".\"><classes>{class}\n{class}</classes></package></packages></coverage>"
        )
    };
    let sources = "<source>/ci/analysis</source><source>/ci/api</source>";
    refused(
        &document(sources),
        "3: coverage/packages/package[1]/classes/class[2]: \"models.py\" is given twice, for files of one name in several of the 2 sources: use a report that names files in full",
    );
    assert!(read(document("<source>/ci/api</source>").as_bytes()).is_ok());
    let late = "<coverage><packages/><sources><source>/ci</source></sources></coverage>";
    refused(late, "1: coverage/sources/source[1]: the sources must stand before the packages");
}

#[test]
fn nothing_is_fetched_or_expanded() {
    let bomb = "<!DOCTYPE coverage [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>\n<coverage><packages/></coverage>";
    refused(bomb, "1: entities are declared");
    let external = "<!DOCTYPE coverage [<!ENTITY file SYSTEM \"file:///etc/passwd\">]><coverage><sources><source>&file;</source></sources><packages/></coverage>";
    refused(external, "1: entities are declared");
    refused(
        "<!DOCTYPE coverage [ <!ENTITY % remote SYSTEM \"http://example.org/x\"> %remote; ]><coverage/>",
        "1: entities are declared",
    );
    refused(
        "<coverage><sources><source>&file;</source></sources></coverage>",
        "1: coverage/sources/source[1]: the entity &file; is not known",
    );
    let plain = "<!DOCTYPE coverage SYSTEM \"http://192.0.2.1/coverage-04.dtd\"><coverage><sources><source>/a &amp; &#98;</source></sources><packages/></coverage>";
    assert_eq!(read(plain.as_bytes()), Ok(Report::default()));
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("<coverage><packages>{}", "<a>".repeat(200_000));
    refused(&deep, "1: coverage/packages: elements are nested more than 100 deep");
}

#[test]
fn other_encodings_are_named() {
    refused(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><coverage><packages/></coverage>",
        "1: the encoding is ISO-8859-1, not UTF-8: convert it",
    );
    let latin =
        [b"<coverage><packages>\n<package name=\"caf\xe9\"/></packages></coverage>".as_slice()].concat();
    let error = read(&latin).unwrap_err();
    assert!(error.starts_with("2: coverage/packages: not UTF-8"), "{error}");
    let ascii = "<?xml version=\"1.0\" encoding=\"US-ASCII\"?><coverage><packages/></coverage>";
    assert_eq!(read(ascii.as_bytes()), Ok(Report::default()));
}

#[test]
fn a_document_cut_anywhere_is_refused() {
    let whole = include_bytes!("../data/cobertura/coverlet.xml");
    let end = whole.len() - "</coverage>\n".len();
    for cut in 0..=end {
        let error = read(&whole[..cut]).unwrap_err();
        assert!(
            error.split_once(": ").is_some_and(|(line, _)| line.parse::<usize>().is_ok()),
            "{cut}: {error}"
        );
    }
}

#[test]
fn elements_that_say_nothing_are_passed_over() {
    let xml = class_of(
        "<lines><line number=\"1\" hits=\"1\"><note><line number=\"x\"/></note></line></lines><extra><lines><line number=\"x\"/></lines></extra>",
    );
    assert_eq!(read(xml.as_bytes()).unwrap().files["a.py"].lines.len(), 1);
}

proptest! {
    #[test]
    fn any_bytes_give_an_answer(bytes in vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
    }

    #[test]
    fn any_damage_gives_an_answer(a in report(), place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = written(&a).into_bytes();
        let index = place.index(bytes.len());
        bytes[index] = byte;
        let _ = read(&bytes);
    }
}
