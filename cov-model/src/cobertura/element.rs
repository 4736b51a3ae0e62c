//! The elements of a Cobertura document, and which may stand in which.

/// An element that says something. All others are passed over, with all that is in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Coverage,
    Sources,
    Source,
    Packages,
    Package,
    Classes,
    Class,
    Methods,
    Method,
    /// The lines of a class.
    Lines,
    /// The lines of a method, which most writers repeat in its class.
    MethodLines,
    Line,
    Conditions,
    Condition,
}

impl Element {
    /// The element called `name` inside of `parent` (`None`: at the top of the document).
    pub(super) fn within(parent: Option<Self>, name: &str) -> Option<Self> {
        Some(match (parent, name) {
            (None, "coverage") => Self::Coverage,
            (Some(Self::Coverage), "sources") => Self::Sources,
            (Some(Self::Sources), "source") => Self::Source,
            (Some(Self::Coverage), "packages") => Self::Packages,
            (Some(Self::Packages), "package") => Self::Package,
            (Some(Self::Package), "classes") => Self::Classes,
            (Some(Self::Classes), "class") => Self::Class,
            (Some(Self::Class), "methods") => Self::Methods,
            (Some(Self::Methods), "method") => Self::Method,
            (Some(Self::Class), "lines") => Self::Lines,
            (Some(Self::Method), "lines") => Self::MethodLines,
            (Some(Self::Lines | Self::MethodLines), "line") => Self::Line,
            (Some(Self::Line), "conditions") => Self::Conditions,
            (Some(Self::Conditions), "condition") => Self::Condition,
            _ => return None,
        })
    }

    /// The element's name in the document.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Coverage => "coverage",
            Self::Sources => "sources",
            Self::Source => "source",
            Self::Packages => "packages",
            Self::Package => "package",
            Self::Classes => "classes",
            Self::Class => "class",
            Self::Methods => "methods",
            Self::Method => "method",
            Self::Lines | Self::MethodLines => "lines",
            Self::Line => "line",
            Self::Conditions => "conditions",
            Self::Condition => "condition",
        }
    }

    /// Whether there may be several of them beside each other.
    fn is_repeated(self) -> bool {
        matches!(
            self,
            Self::Source | Self::Package | Self::Class | Self::Method | Self::Line | Self::Condition
        )
    }
}

/// Where in a document the reader is.
#[derive(Debug, Default)]
pub(super) struct Place {
    open: Vec<Open>,
    /// How deep inside of an element that says nothing.
    ignored: u32,
}

#[derive(Debug)]
struct Open {
    element: Element,
    /// Its number among its like-named siblings, from 1.
    number: u32,
    /// How many repeated children it had so far; no element has two kinds of them.
    children: u32,
}

/// How deep elements may be nested. The deepest that says something is the tenth.
const DEEPEST: usize = 100;

impl Place {
    /// Enters the element called `name`; gives it when it says something.
    pub(super) fn enter(&mut self, name: &str) -> Result<Option<Element>, String> {
        if self.open.len() + self.ignored as usize >= DEEPEST {
            return Err(format!("elements are nested more than {DEEPEST} deep"));
        }
        if self.ignored == 0 {
            let parent = self.open.last_mut();
            if let Some(element) = Element::within(parent.as_ref().map(|open| open.element), name) {
                let number = match parent {
                    Some(parent) if element.is_repeated() => {
                        parent.children += 1;
                        parent.children
                    }
                    _ => 0,
                };
                self.open.push(Open { element, number, children: 0 });
                return Ok(Some(element));
            }
        }
        self.ignored += 1;
        Ok(None)
    }

    /// Leaves the element entered last; gives it when it says something.
    pub(super) fn leave(&mut self) -> Option<Element> {
        if self.ignored > 0 {
            self.ignored -= 1;
            return None;
        }
        self.open.pop().map(|open| open.element)
    }

    /// The innermost element, when it says something.
    pub(super) fn element(&self) -> Option<Element> {
        self.open.last().filter(|_| self.ignored == 0).map(|open| open.element)
    }

    /// Whether every element was left.
    pub(super) fn is_outside(&self) -> bool {
        self.open.is_empty() && self.ignored == 0
    }
}

/// As `coverage/packages/package[1]/classes/class[3]`.
impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, Open { element, number, .. }) in self.open.iter().enumerate() {
            let slash = if index == 0 { "" } else { "/" };
            write!(formatter, "{slash}{}", element.name())?;
            if *number > 0 {
                write!(formatter, "[{number}]")?;
            }
        }
        Ok(())
    }
}
