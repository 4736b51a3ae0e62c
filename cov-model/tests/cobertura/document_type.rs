//! What is written is valid by the document type of Cobertura.

use std::fs;
use std::path::Path;
use std::process::Command;

use cov_model::Report;
use cov_testing::Venv;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use crate::roundtrip::{report, written};

/// Validates each document named on the command line by the document type named first. `missing-branches` is
/// coverage.py's addition, which the document type does not have; it is declared here.
const VALIDATE: &str = r#"
import io, sys
from lxml import etree
text = open(sys.argv[1]).read() + "<!ATTLIST line missing-branches CDATA #IMPLIED>"
document_type = etree.DTD(io.StringIO(text))
for name in sys.argv[2:]:
    document = etree.parse(name)
    if document.docinfo.root_name != "coverage" or not document_type.validate(document):
        sys.exit(f"{name}: {document_type.error_log}")
print(len(sys.argv) - 2)
"#;

#[test]
fn documents_are_valid() {
    let directory = tempfile::tempdir().unwrap();
    let mut runner = TestRunner::deterministic();
    let mut reports = vec![Report::default()];
    reports.extend((0..40).map(|_| report().new_tree(&mut runner).unwrap().current()));
    let mut names = Vec::new();
    for (index, report) in reports.iter().enumerate() {
        let name = directory.path().join(format!("{index}.xml"));
        fs::write(&name, written(report)).unwrap();
        names.push(name);
    }
    let document_type = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/coverage-04.dtd");
    let python = Venv::with(&["lxml"]).python();
    let output =
        Command::new(python).args(["-c", VALIDATE]).arg(document_type).args(&names).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), names.len().to_string());
}
