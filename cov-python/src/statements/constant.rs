//! Constants as Python's compiler computes them, as far as it matters whether they are true.

use ruff_python_ast::{Expr, ExprFString, FStringPart, InterpolatedStringElement, Number, Operator, UnaryOp};

use crate::python_version::PythonVersion;

/// Longer strings than this are not multiplied: `MAX_STR_SIZE` of CPython's `safe_multiply`.
const LONGEST_TEXT: usize = 4096;
/// Longer tuples than this are not multiplied: `MAX_COLLECTION_SIZE`.
const LONGEST_TUPLE: usize = 256;
/// Tuples of more items, those within them included, are not made by multiplication: `MAX_TOTAL_ITEMS`.
const MOST_ITEMS: usize = 1024;
/// Longer integers than this are not made by multiplication, powers and shifts: `MAX_INT_SIZE`.
const MOST_BITS: u32 = 128;

/// A value that is known before the program runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Constant {
    None,
    Ellipsis,
    /// An integer, or a boolean, which is one to every operator.
    Int(i128),
    /// An integer that is larger than what we compute with.
    Huge,
    Float(f64),
    /// A complex number, of which we compute nothing further.
    Complex {
        is_zero: bool,
    },
    /// A string of so many characters: which they are never matters.
    Text(usize),
    Bytes(Vec<u8>),
    Tuple(Vec<Constant>),
}

impl Constant {
    /// What `expression` is, if Python's compiler computes it.
    ///
    /// The rules are those of CPython's `ast_opt.c` (3.11 to 3.13) and `flowgraph.c` (3.14): literals, `__debug__`,
    /// operators other than comparisons, tuples and indices. `and`, `or` and `if` are no constants but jumps.
    pub(super) fn of(expression: &Expr, version: PythonVersion) -> Option<Self> {
        match expression {
            Expr::NoneLiteral(_) => Some(Self::None),
            Expr::EllipsisLiteral(_) => Some(Self::Ellipsis),
            Expr::BooleanLiteral(boolean) => Some(Self::Int(boolean.value.into())),
            Expr::NumberLiteral(number) => Some(match &number.value {
                Number::Int(int) => int.as_u64().map_or(Self::Huge, |int| Self::Int(int.into())),
                Number::Float(float) => Self::Float(*float),
                Number::Complex { real, imag } => Self::Complex { is_zero: *real == 0.0 && *imag == 0.0 },
            }),
            Expr::StringLiteral(string) => Some(Self::Text(string.value.chars().count())),
            Expr::BytesLiteral(bytes) => Some(Self::Bytes(bytes.value.bytes().collect())),
            Expr::FString(string) => literal_f_string(string)
                .filter(|&length| length > 0 || version > PythonVersion::Python311)
                .map(Self::Text),
            Expr::Name(name) => (name.id == "__debug__").then_some(Self::Int(1)),
            Expr::UnaryOp(unary) => Self::of(&unary.operand, version)?.unary(unary.op),
            Expr::BinOp(binary) => {
                let left = Self::of(&binary.left, version)?;
                left.binary(binary.op, Self::of(&binary.right, version)?)
            }
            Expr::Tuple(tuple) => tuple
                .elts
                .iter()
                .map(|element| Self::of(element, version))
                .collect::<Option<_>>()
                .map(Self::Tuple),
            Expr::Subscript(subscript) => {
                let Self::Int(index) = Self::of(&subscript.slice, version)? else { return None };
                Self::of(&subscript.value, version)?.element(index)
            }
            _ => None,
        }
    }

    /// What Python's `bool` says of it.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::None => false,
            Self::Ellipsis | Self::Huge => true,
            Self::Int(int) => *int != 0,
            Self::Float(float) => *float != 0.0,
            Self::Complex { is_zero } => !is_zero,
            Self::Text(length) => *length != 0,
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::Tuple(elements) => !elements.is_empty(),
        }
    }

    fn unary(self, operator: UnaryOp) -> Option<Self> {
        match (operator, self) {
            (UnaryOp::Not, operand) => Some(Self::Int((!operand.is_true()).into())),
            (UnaryOp::Invert, Self::Int(int)) => Some(Self::Int(!int)),
            (UnaryOp::USub, Self::Int(int)) => int.checked_neg().map(Self::Int),
            (UnaryOp::USub, Self::Float(float)) => Some(Self::Float(-float)),
            (UnaryOp::Invert | UnaryOp::USub | UnaryOp::UAdd, Self::Huge) => Some(Self::Huge),
            (UnaryOp::USub, operand @ Self::Complex { .. })
            | (UnaryOp::UAdd, operand @ (Self::Int(_) | Self::Float(_) | Self::Complex { .. })) => {
                Some(operand)
            }
            _ => None,
        }
    }

    fn binary(self, operator: Operator, right: Self) -> Option<Self> {
        match (self, operator, right) {
            (Self::Int(left), operator, Self::Int(right)) => of_ints(left, operator, right),
            (Self::Float(left), operator, Self::Float(right)) => of_floats(left, operator, right),
            (Self::Int(left), operator, Self::Float(right)) => of_floats(to_float(left), operator, right),
            (Self::Float(left), operator, Self::Int(right)) => of_floats(left, operator, to_float(right)),
            (Self::Text(left), Operator::Add, Self::Text(right)) => Some(Self::Text(left + right)),
            (Self::Bytes(mut left), Operator::Add, Self::Bytes(right)) => {
                left.extend(right);
                Some(Self::Bytes(left))
            }
            (Self::Tuple(mut left), Operator::Add, Self::Tuple(right)) => {
                left.extend(right);
                Some(Self::Tuple(left))
            }
            (Self::Text(length), Operator::Mult, Self::Int(times))
            | (Self::Int(times), Operator::Mult, Self::Text(length)) => {
                Some(Self::Text(length * repetitions(length, times, LONGEST_TEXT)?))
            }
            (Self::Bytes(bytes), Operator::Mult, Self::Int(times))
            | (Self::Int(times), Operator::Mult, Self::Bytes(bytes)) => {
                Some(Self::Bytes(bytes.repeat(repetitions(bytes.len(), times, LONGEST_TEXT)?)))
            }
            (Self::Tuple(elements), Operator::Mult, Self::Int(times))
            | (Self::Int(times), Operator::Mult, Self::Tuple(elements)) => {
                let times = repetitions(elements.len(), times, LONGEST_TUPLE)?;
                let items: usize = elements.iter().map(Self::items).sum();
                (items * times <= MOST_ITEMS)
                    .then(|| Self::Tuple(std::iter::repeat_n(elements, times).flatten().collect()))
            }
            _ => None,
        }
    }

    /// How many values there are in it, with those in its elements.
    fn items(&self) -> usize {
        match self {
            Self::Tuple(elements) => elements.iter().map(Self::items).sum::<usize>() + elements.len(),
            _ => 1,
        }
    }

    fn element(self, index: i128) -> Option<Self> {
        let within = |length: usize| {
            let from_start = if index < 0 { index.checked_add(i128::try_from(length).ok()?)? } else { index };
            usize::try_from(from_start).ok().filter(|&index| index < length)
        };
        match self {
            Self::Text(length) => within(length).map(|_| Self::Text(1)),
            Self::Bytes(bytes) => within(bytes.len()).map(|index| Self::Int(bytes[index].into())),
            Self::Tuple(mut elements) => within(elements.len()).map(|index| elements.swap_remove(index)),
            _ => None,
        }
    }
}

/// How many characters an f-string has that holds no expression.
fn literal_f_string(string: &ExprFString) -> Option<usize> {
    string
        .value
        .iter()
        .map(|part| match part {
            FStringPart::Literal(literal) => Some(literal.chars().count()),
            FStringPart::FString(string) => string
                .elements
                .iter()
                .map(|element| match element {
                    InterpolatedStringElement::Literal(literal) => Some(literal.chars().count()),
                    InterpolatedStringElement::Interpolation(_) => None,
                })
                .sum(),
        })
        .sum()
}

/// How often a sequence is repeated, if that is computed at all: an empty one always is.
fn repetitions(length: usize, times: i128, longest: usize) -> Option<usize> {
    if length == 0 {
        return Some(0);
    }
    usize::try_from(times).ok().filter(|&times| times <= longest / length)
}

fn of_ints(left: i128, operator: Operator, right: i128) -> Option<Constant> {
    let int = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Sub => left.checked_sub(right),
        Operator::Mult => left.checked_mul(right),
        Operator::FloorDiv => floor_division(left, right),
        Operator::Mod => left.checked_sub(floor_division(left, right)?.checked_mul(right)?),
        Operator::LShift => {
            let places = u32::try_from(right).ok().filter(|&places| places < MOST_BITS)?;
            left.checked_mul(1_i128.checked_shl(places).filter(|&power| power > 0)?)
        }
        Operator::RShift => {
            let places = u32::try_from(right.min(127)).ok()?;
            Some(left >> places)
        }
        Operator::BitOr => Some(left | right),
        Operator::BitXor => Some(left ^ right),
        Operator::BitAnd => Some(left & right),
        Operator::Pow => match u32::try_from(right) {
            Ok(exponent) => left.checked_pow(exponent),
            Err(_) => return of_floats(to_float(left), operator, to_float(right)),
        },
        Operator::Div => return of_floats(to_float(left), operator, to_float(right)),
        Operator::MatMult => None,
    };
    int.map(Constant::Int)
}

fn floor_division(left: i128, right: i128) -> Option<i128> {
    let quotient = left.checked_div(right)?;
    let is_inexact = left % right != 0;
    Some(if is_inexact && (left < 0) != (right < 0) { quotient - 1 } else { quotient })
}

fn of_floats(left: f64, operator: Operator, right: f64) -> Option<Constant> {
    let float = match operator {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mult => left * right,
        Operator::Div if right != 0.0 => left / right,
        Operator::FloorDiv if right != 0.0 => (left / right).floor(),
        Operator::Mod if right != 0.0 => left % right,
        Operator::Pow if left != 0.0 || right >= 0.0 => left.powf(right),
        _ => return None,
    };
    // What has no finite value is an error or a complex number to Python.
    float.is_finite().then_some(Constant::Float(float))
}

#[expect(clippy::cast_precision_loss, reason = "Python loses it too, and only zero matters")]
fn to_float(int: i128) -> f64 {
    int as f64
}
