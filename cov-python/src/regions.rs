//! The functions and classes of a file, and where they are.

use cov_model::regions::{Bounds, Runs, lines_of_classes, lines_of_functions};
use ruff_python_ast::Stmt;
use ruff_text_size::Ranged;

use crate::suites::suites_of;
use crate::syntax::Syntax;

/// Whether a region is a function or a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RegionKind {
    /// A `def` or `async def`.
    Function,
    /// A `class`.
    Class,
}

/// A function or class, as `RegionFinder` of coverage.py's regions.py has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Function or class.
    pub kind: RegionKind,
    /// The names of the functions and classes around it and its own, joined by dots.
    pub name: String,
    /// The line of its `def` or `class`, behind the decorators.
    pub start: u32,
    /// The line of its first statement; that of its `def` or `class` if that is decorated.
    pub body: u32,
    /// Its last line.
    pub end: u32,
    /// The lines that are its own, see [`cov_model::regions`].
    pub lines: Runs,
}

/// The functions and classes of a file, by their first line. No two start on the same line.
pub fn find(syntax: &Syntax<'_>) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    let mut suites: Vec<(&[Stmt], Option<usize>)> = vec![(&syntax.module().body, None)];
    while let Some((suite, parent)) = suites.pop() {
        for statement in suite {
            let definition = match statement {
                Stmt::FunctionDef(function) => Some((RegionKind::Function, &function.name, &*function.body)),
                Stmt::ClassDef(class) => Some((RegionKind::Class, &class.name, &*class.body)),
                _ => None,
            };
            let parent = match definition {
                Some((kind, name, body)) => {
                    let name = match parent {
                        Some(parent) => format!("{}.{name}", regions[parent].name),
                        None => name.to_string(),
                    };
                    let start = syntax.statement_line(statement);
                    let body = body.first().map_or(start, |first| syntax.statement_line(first));
                    let end = syntax.end_line(statement.range());
                    regions.push(Region { kind, name, start, body, end, lines: Runs::new() });
                    Some(regions.len() - 1)
                }
                None => parent,
            };
            suites_of(statement, |suite| suites.push((suite, parent)));
        }
    }
    regions.sort_unstable_by_key(|region| region.start);
    let bounds: Vec<Bounds> = regions.iter().map(Region::bounds).collect();
    let lines = lines_of_functions(&bounds).into_iter().zip(lines_of_classes(&bounds));
    for (region, (of_function, of_class)) in regions.iter_mut().zip(lines) {
        region.lines = match region.kind {
            RegionKind::Function => of_function,
            RegionKind::Class => of_class,
        };
    }
    regions
}

impl Region {
    fn bounds(&self) -> Bounds {
        let body = (self.kind == RegionKind::Function).then_some(self.body);
        Bounds { start: self.start, body, end: self.end }
    }
}

#[cfg(test)]
mod tests {
    use super::RegionKind::{Class, Function};
    use super::*;
    use crate::python_version::PythonVersion;

    const SOURCE: &str = "\
@a
def f(x,
      y):
    @b
    def g():
        return 6
    return g

class C(
    object
):
    x = 12

    async def m(self): return 14

    if x:
        class D:
            def n(self):
                class E: pass

                return E
z = 22
";

    #[test]
    fn regions_are_named_and_bounded_as_coverage_py_does() {
        let syntax = Syntax::parse(SOURCE, PythonVersion::default()).unwrap();
        let found: Vec<_> = find(&syntax)
            .into_iter()
            .map(|region| (region.kind, region.name, region.start, region.body, region.end, region.lines))
            .collect();
        assert_eq!(
            found,
            [
                (Function, "f".to_owned(), 2, 5, 7, vec![(5, 5), (7, 7)]),
                (Function, "f.g".to_owned(), 5, 6, 6, vec![(6, 6)]),
                (Class, "C".to_owned(), 9, 12, 21, vec![(14, 14)]),
                (Function, "C.m".to_owned(), 14, 14, 14, vec![(14, 14)]),
                (Class, "C.D".to_owned(), 17, 18, 21, vec![(19, 21)]),
                (Function, "C.D.n".to_owned(), 18, 19, 21, vec![(19, 21)]),
                (Class, "C.D.n.E".to_owned(), 19, 19, 19, vec![]),
            ]
        );
    }
}
