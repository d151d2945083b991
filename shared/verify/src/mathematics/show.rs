//! What was understood, in plain signs.

use std::fmt::{self, Display, Formatter};

use super::node::{Constant, Function, Joint, Node, Region, Relator, SetOperator};

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Node::Number(value) | Node::Decimal(value, _) => write!(f, "{value}"),
            Node::Constant(constant) => f.write_str(match constant {
                Constant::Pi => "π",
                Constant::E => "e",
                Constant::I => "i",
                Constant::Infinity => "∞",
            }),
            Node::Symbol(name) => f.write_str(name),
            Node::Sum(terms) => {
                for (i, term) in terms.iter().enumerate() {
                    match term {
                        Node::Negative(inner) => {
                            f.write_str(if i == 0 { "-" } else { " - " })?;
                            factor(inner, f)?;
                        }
                        other => {
                            f.write_str(if i == 0 { "" } else { " + " })?;
                            write!(f, "{other}")?;
                        }
                    }
                }
                Ok(())
            }
            Node::Product(factors) => {
                for (i, item) in factors.iter().enumerate() {
                    match item {
                        Node::Inverse(inner) => {
                            f.write_str(if i == 0 { "1/" } else { "/" })?;
                            factor(inner, f)?;
                        }
                        other => {
                            f.write_str(if i == 0 { "" } else { "·" })?;
                            factor(other, f)?;
                        }
                    }
                }
                Ok(())
            }
            Node::Negative(inner) => {
                f.write_str("-")?;
                factor(inner, f)
            }
            Node::Inverse(inner) => {
                f.write_str("1/")?;
                factor(inner, f)
            }
            Node::Power(base, exponent) => {
                factor(base, f)?;
                f.write_str("^")?;
                factor(exponent, f)
            }
            Node::Either(plus, inner) => {
                f.write_str(if *plus { "±" } else { "∓" })?;
                factor(inner, f)
            }
            Node::Call(function, arguments) => call(*function, arguments, f),
            Node::Opaque(name, arguments) => {
                write!(f, "{name}(")?;
                items(arguments, ", ", f)?;
                f.write_str(")")
            }
            Node::Percent(inner) => {
                factor(inner, f)?;
                f.write_str("%")
            }
            Node::Degrees(inner) => {
                factor(inner, f)?;
                f.write_str("°")
            }
            Node::Quantity(inner, unit) => {
                factor(inner, f)?;
                write!(f, " {}", unit.name)
            }
            Node::Tuple(open, parts, close) => {
                write!(f, "{open}")?;
                items(parts, ", ", f)?;
                write!(f, "{close}")
            }
            Node::Set(parts) => {
                f.write_str("{")?;
                items(parts, ", ", f)?;
                f.write_str("}")
            }
            Node::Builder(element, conditions) => {
                write!(f, "{{{element} | ")?;
                items(conditions, ", ", f)?;
                f.write_str("}")
            }
            Node::Region(region) => f.write_str(match region {
                Region::Empty => "∅",
                Region::Naturals => "ℕ",
                Region::Integers => "ℤ",
                Region::Rationals => "ℚ",
                Region::Reals => "ℝ",
                Region::Complexes => "ℂ",
            }),
            Node::Join(operator, parts) => {
                let sign = match operator {
                    SetOperator::Union => " ∪ ",
                    SetOperator::Intersection => " ∩ ",
                    SetOperator::Difference => " ∖ ",
                };
                items(parts, sign, f)
            }
            Node::Matrix(rows) => {
                f.write_str("[")?;
                for (i, row) in rows.iter().enumerate() {
                    f.write_str(if i == 0 { "[" } else { ", [" })?;
                    items(row, ", ", f)?;
                    f.write_str("]")?;
                }
                f.write_str("]")
            }
            Node::Relation(first, rest) => {
                write!(f, "{first}")?;
                for (relator, item) in rest {
                    let sign = match relator {
                        Relator::Equal => "=",
                        Relator::NotEqual => "≠",
                        Relator::Less => "<",
                        Relator::LessEqual => "≤",
                        Relator::Greater => ">",
                        Relator::GreaterEqual => "≥",
                        Relator::About => "≈",
                        Relator::In => "∈",
                    };
                    write!(f, " {sign} {item}")?;
                }
                Ok(())
            }
            Node::List(parts, joint) => {
                let separator = match joint {
                    Joint::Comma => ", ",
                    Joint::And => " and ",
                    Joint::Or => " or ",
                };
                items(parts, separator, f)
            }
            Node::Clock(hours, minutes, _) => write!(f, "{hours}:{minutes:02}"),
            Node::Ratio(parts) => items(parts, ":", f),
            Node::Words(words) => write!(f, "\"{words}\""),
        }
    }
}

fn items(parts: &[Node], separator: &str, f: &mut Formatter<'_>) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(separator)?;
        }
        write!(f, "{part}")?;
    }
    Ok(())
}

/// Writes a part in brackets where it would be read otherwise without.
fn factor(node: &Node, f: &mut Formatter<'_>) -> fmt::Result {
    let bare = match node {
        Node::Number(value) => value.is_int() && value.sign() == dashu_base::Sign::Positive,
        Node::Constant(_)
        | Node::Symbol(_)
        | Node::Call(..)
        | Node::Opaque(..)
        | Node::Tuple(..)
        | Node::Set(_) => true,
        _ => false,
    };
    if bare {
        write!(f, "{node}")
    } else {
        write!(f, "({node})")
    }
}

fn call(function: Function, arguments: &[Node], f: &mut Formatter<'_>) -> fmt::Result {
    let name = match (function, arguments) {
        (Function::Root, [index, radicand]) => {
            return if *index == Node::integer(2) {
                write!(f, "√({radicand})")
            } else {
                write!(f, "root({index}, {radicand})")
            };
        }
        (Function::Abs, [x]) => return write!(f, "|{x}|"),
        (Function::Factorial, [x]) => {
            factor(x, f)?;
            return f.write_str("!");
        }
        (Function::DoubleFactorial, [x]) => {
            factor(x, f)?;
            return f.write_str("!!");
        }
        (Function::LogBase, [base, x]) => return write!(f, "log_({base})({x})"),
        (Function::Floor, _) => "floor",
        (Function::Ceiling, _) => "ceiling",
        (Function::Binomial, _) => "binomial",
        (Function::Gcd, _) => "gcd",
        (Function::Lcm, _) => "lcm",
        (Function::Min, _) => "min",
        (Function::Max, _) => "max",
        (Function::Exp, _) => "exp",
        (Function::Ln, _) => "ln",
        (Function::Sin, _) => "sin",
        (Function::Cos, _) => "cos",
        (Function::Tan, _) => "tan",
        (Function::Cot, _) => "cot",
        (Function::Sec, _) => "sec",
        (Function::Csc, _) => "csc",
        (Function::Arcsin, _) => "arcsin",
        (Function::Arccos, _) => "arccos",
        (Function::Arctan, _) => "arctan",
        (Function::Sinh, _) => "sinh",
        (Function::Cosh, _) => "cosh",
        (Function::Tanh, _) => "tanh",
        _ => "log",
    };
    write!(f, "{name}(")?;
    items(arguments, ", ", f)?;
    f.write_str(")")
}
