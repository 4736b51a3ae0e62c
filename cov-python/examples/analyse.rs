//! Analyses Python files: reads their names from standard input, one a line, and writes a line of JSON for each.
//!
//! `make exactness` compares these lines with those of coverage.py.
//!
//! ```sh
//! find . -name '*.py' | cargo run --release --example analyse -- --python 3.11
//! ```

use std::error::Error;
use std::io::{self, BufWriter, Write as _};

use rayon::prelude::*;

#[path = "../tests/oracle/facts.rs"]
mod facts;

/// How many files are in memory at a time.
const BATCH: usize = 256;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let version = match &arguments[..] {
        [] => cov_python::python_version::PythonVersion::default(),
        [flag, version] if flag == "--python" => version.parse()?,
        _ => return Err("usage: analyse [--python VERSION] < NAMES".into()),
    };
    let names: Vec<String> = io::stdin().lines().collect::<Result<_, _>>()?;
    let mut output = BufWriter::new(io::stdout().lock());
    for batch in names.chunks(BATCH) {
        let lines: Vec<String> = batch.par_iter().map(|name| facts::answer(name, version)).collect();
        for line in lines {
            writeln!(output, "{line}")?;
        }
    }
    Ok(output.flush()?)
}
