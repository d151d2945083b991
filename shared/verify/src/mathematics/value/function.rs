//! Functions of numbers with an error: the value at the middle, and the error times the slope.

use dashu_base::Sign;
use dashu_int::IBig;
use dashu_ratio::RBig;

use super::ball::{Ball, Real, exponent, with_constants};

/// Arguments of the exponential and of trigonometric functions beyond two to this are not computed.
const MAX_ARGUMENT: i64 = 40;

impl Ball {
    pub(super) fn pi(precision: usize) -> Option<Ball> {
        let context = Ball::integer(0, precision).context();
        let pi = with_constants(|cache| context.pi(cache).value());
        Ball::real(pi, 2 - precision as i64, precision)
    }

    pub(super) fn e(precision: usize) -> Option<Ball> {
        Ball::integer(1, precision).exp()
    }

    /// The principal square root.
    pub(super) fn sqrt(&self) -> Option<Ball> {
        if self.is_zero() {
            return Some(self.clone());
        }
        // The slope is one over twice the root; near zero the root of the error bounds it.
        let error = match self.floor() {
            Some(floor) => self.error - floor / 2 + 1,
            None => self.error / 2 + 2,
        };
        let context = self.context();
        let root = |x: &Real| Some(context.sqrt(x.repr()).ok()?.value());
        let positive = self.re.sign() == Sign::Positive;
        let size = if positive {
            self.re.clone()
        } else {
            -self.re.clone()
        };
        let Some(im) = &self.im else {
            let root = root(&size)?;
            return if positive {
                Ball::real(root, error, self.precision)
            } else {
                let zero = Ball::integer(0, self.precision).re;
                Ball::around(zero, Some(root), error, self.precision)
            };
        };
        // The greater part first, of which the other is a quotient without cancellation.
        let two = Ball::integer(2, self.precision).re;
        let modulus = context.hypot(self.re.repr(), im.repr()).ok()?.value();
        let sum = context.add(modulus.repr(), size.repr()).ok()?.value();
        let greater = root(&context.div(sum.repr(), two.repr()).ok()?.value())?;
        let double = context.mul(greater.repr(), two.repr()).ok()?.value();
        let lesser = context.div(im.repr(), double.repr()).ok()?.value();
        let (re, im) = if positive {
            (greater, lesser)
        } else if im.sign() == Sign::Positive {
            (lesser, greater)
        } else {
            (-lesser, -greater)
        };
        Ball::around(re, Some(im), error, self.precision)
    }

    pub(super) fn exp(&self) -> Option<Ball> {
        if self.exponent() > MAX_ARGUMENT || self.error > 0 {
            return None;
        }
        let size = with_constants(|cache| self.context().exp(self.re.repr(), cache))
            .ok()?
            .value();
        let error = exponent(&size).saturating_add(self.error) + 2;
        let Some(im) = &self.im else {
            return Ball::real(size, error, self.precision);
        };
        let (sin, cos) = with_constants(|cache| self.context().sin_cos(im.repr(), cache));
        let part = |x: Real| Some(self.context().mul(size.repr(), x.repr()).ok()?.value());
        let (re, im) = (part(cos.ok()?.value())?, part(sin.ok()?.value())?);
        Ball::around(re, Some(im), error, self.precision)
    }

    /// The principal logarithm.
    pub(super) fn ln(&self) -> Option<Ball> {
        let floor = self.floor()?;
        let mut error = (self.error - floor).saturating_add(1);
        let ln = |x: &Real| {
            Some(
                with_constants(|cache| self.context().ln(x.repr(), cache))
                    .ok()?
                    .value(),
            )
        };
        let Some(im) = &self.im else {
            let positive = self.re.sign() == Sign::Positive;
            let size = if positive {
                self.re.clone()
            } else {
                -self.re.clone()
            };
            let turn = if positive {
                None
            } else {
                Some(Ball::pi(self.precision)?.re)
            };
            return Ball::around(ln(&size)?, turn, error, self.precision);
        };
        // Half the logarithm of the square of the modulus, whose rounding is an error of its own.
        error = error.max(2 - self.precision as i64);
        let two = Ball::integer(2, self.precision).re;
        let size = ln(&self.square_of_modulus()?)?;
        let re = self.context().div(size.repr(), two.repr()).ok()?.value();
        let turn = with_constants(|cache| self.context().atan2(im.repr(), self.re.repr(), cache));
        Ball::around(re, Some(turn.ok()?.value()), error, self.precision)
    }

    /// Sine and cosine.
    pub(super) fn sin_cos(&self) -> Option<(Ball, Ball)> {
        if self.exponent() > MAX_ARGUMENT || self.error > 0 {
            return None;
        }
        if self.im.is_none() {
            let (sin, cos) = with_constants(|cache| self.context().sin_cos(self.re.repr(), cache));
            let sin = Ball::real(sin.ok()?.value(), self.error, self.precision)?;
            let cos = Ball::real(cos.ok()?.value(), self.error, self.precision)?;
            return Some((sin, cos));
        }
        // By Euler's formula.
        let turned = self.times(&Ball::i(self.precision))?;
        let (up, down) = (turned.exp()?, turned.negative().exp()?);
        let half = Ball::of(&RBig::from_parts(IBig::ONE, 2_u8.into()), self.precision)?;
        let cos = up.plus(&down)?.0.times(&half)?;
        let sin = up.plus(&down.negative())?.0.times(&half)?;
        Some((sin.times(&Ball::i(self.precision).negative())?, cos))
    }

    /// The inverse tangent of a real number.
    pub(super) fn arctan(&self) -> Option<Ball> {
        if self.im.is_some() {
            return None;
        }
        let value = with_constants(|cache| self.context().atan(self.re.repr(), cache))
            .ok()?
            .value();
        Ball::real(value, self.error, self.precision)
    }

    /// The inverse sine of a real number from -1 to 1.
    pub(super) fn arcsin(&self) -> Option<Ball> {
        // arcsin x = arctan(x / sqrt(1 - x²)), whose error is known; at the ends it is a quarter turn.
        let one = Ball::integer(1, self.precision);
        let rest = one.plus(&self.times(self)?.negative())?.0;
        if self.im.is_some() {
            return None;
        }
        match rest.sign() {
            Some(Sign::Positive) => self.times(&rest.sqrt()?.inverse()?)?.arctan(),
            Some(Sign::Negative) => None,
            None => {
                let half = Ball::of(&RBig::from_parts(IBig::ONE, 2_u8.into()), self.precision)?;
                let quarter = Ball::pi(self.precision)?.times(&half)?;
                // The slope is infinite at the ends; an exact end has no error to multiply.
                let exact = self.error <= Ball::integer(1, self.precision).error + 8;
                let error = if exact {
                    self.error
                } else {
                    rest.error / 2 + 2
                };
                let signed = if self.re.sign() == Sign::Positive {
                    quarter
                } else {
                    quarter.negative()
                };
                Ball::real(signed.re, error, self.precision)
            }
        }
    }

    /// The inverse cosine of a real number from -1 to 1.
    pub(super) fn arccos(&self) -> Option<Ball> {
        let half = Ball::of(&RBig::from_parts(IBig::ONE, 2_u8.into()), self.precision)?;
        let quarter = Ball::pi(self.precision)?.times(&half)?;
        Some(quarter.plus(&self.arcsin()?.negative())?.0)
    }

    /// A whole power.
    pub(super) fn whole_power(&self, exponent: &IBig) -> Option<Ball> {
        let times = i64::try_from(exponent).ok()?;
        // Beyond this either the magnitude or the error leaves the bounds, but for numbers beside one.
        if times.unsigned_abs() > 1 << 24 {
            return None;
        }
        let mut result = Ball::integer(1, self.precision);
        let mut square = self.clone();
        let mut left = times.unsigned_abs();
        while left > 0 {
            if left & 1 == 1 {
                result = result.times(&square)?;
            }
            left >>= 1;
            if left > 0 {
                square = square.times(&square)?;
            }
        }
        if times < 0 {
            result.inverse()
        } else {
            Some(result)
        }
    }

    /// A power with a fraction as exponent. An odd root of a negative number is real, as schools have it.
    pub(super) fn fractional_power(&self, exponent: &RBig) -> Option<Ball> {
        use dashu_base::BitTest;
        let odd = exponent.denominator().bit(0);
        if self.im.is_none() && self.re.sign() == Sign::Negative && odd {
            let size = self.negative().fractional_power(exponent)?;
            let negative = exponent.numerator().bit(0);
            return Some(if negative { size.negative() } else { size });
        }
        if exponent.denominator() == &2_u8.into() {
            return self.sqrt()?.whole_power(exponent.numerator());
        }
        self.general_power(&Ball::of(exponent, self.precision)?)
    }

    /// The principal value of any power.
    pub(super) fn general_power(&self, exponent: &Ball) -> Option<Ball> {
        if self.is_zero() {
            return (exponent.sign() == Some(Sign::Positive)).then(|| self.clone());
        }
        self.ln()?.times(exponent)?.exp()
    }

    /// The greatest whole number that is not above; none where the error does not tell.
    pub(super) fn rounded_down(&self) -> Option<Ball> {
        if self.im.is_some() || self.exponent() > MAX_ARGUMENT {
            return None;
        }
        let floor = self.re.floor();
        let fraction = Ball::real(&self.re - &floor, self.error, self.precision)?;
        let one = Ball::integer(1, self.precision);
        let inside = fraction.sign() == Some(Sign::Positive)
            && one.plus(&fraction.negative())?.0.sign() == Some(Sign::Positive);
        let floor = i64::try_from(floor.to_int().value()).ok()?;
        inside.then(|| Ball::integer(floor, self.precision))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mathematics::value::Verdict;

    const P: usize = 160;

    fn of(n: i64, d: u64) -> Ball {
        Ball::of(&RBig::from_parts(n.into(), d.into()), P).unwrap()
    }

    fn same(a: Option<Ball>, b: Option<Ball>) {
        assert_eq!(a.unwrap().compare(&b.unwrap()), Verdict::Same);
    }

    #[test]
    fn known_values_come_out() {
        same(of(9, 4).sqrt(), Some(of(3, 2)));
        same(
            of(2, 1).sqrt().unwrap().whole_power(&2.into()),
            Some(of(2, 1)),
        );
        same(of(-4, 1).sqrt(), Ball::i(P).times(&of(2, 1)));
        same(of(1, 1).arctan(), Ball::pi(P).unwrap().times(&of(1, 4)));
        same(of(1, 2).arcsin(), Ball::pi(P).unwrap().times(&of(1, 6)));
        same(of(1, 2).arccos(), Ball::pi(P).unwrap().times(&of(1, 3)));
        same(of(-1, 1).arccos(), Ball::pi(P));
        same(of(5, 1).ln().unwrap().exp(), Some(of(5, 1)));
        same(
            of(-8, 1).fractional_power(&RBig::from_parts(1.into(), 3_u8.into())),
            Some(of(-2, 1)),
        );
        same(of(7, 2).rounded_down(), Some(of(3, 1)));
        same(of(-7, 2).rounded_down(), Some(of(-4, 1)));
    }

    #[test]
    fn complex_numbers_invert_and_have_roots() {
        for (re, im) in [(3, 4), (-3, 4), (-3, -4), (3, -4), (0, 2), (-1, 1000)] {
            let z = of(re, 7)
                .plus(&Ball::i(P).times(&of(im, 7)).unwrap())
                .unwrap()
                .0;
            let root = z.sqrt().unwrap();
            same(root.times(&root), Some(z.clone()));
            assert_ne!(root.re.sign(), Sign::Negative, "the principal root");
            same(z.times(&z.inverse().unwrap()), Some(of(1, 1)));
            same(z.ln().unwrap().exp(), Some(z));
        }
    }

    #[test]
    fn euler_and_pythagoras_hold() {
        let turn = Ball::pi(P).unwrap().times(&Ball::i(P)).unwrap();
        same(turn.exp(), Some(of(-1, 1)));
        let z = of(3, 7).plus(&Ball::i(P)).unwrap().0;
        let (sin, cos) = z.sin_cos().unwrap();
        let sum = sin
            .times(&sin)
            .unwrap()
            .plus(&cos.times(&cos).unwrap())
            .unwrap()
            .0;
        same(Some(sum), Some(of(1, 1)));
    }

    #[test]
    fn what_the_error_hides_is_not_known() {
        let root = of(2, 1).sqrt().unwrap();
        let zero = root.times(&root).unwrap().plus(&of(-2, 1)).unwrap().0;
        assert!(zero.inverse().is_none() && zero.ln().is_none());
        assert!(zero.sign().is_none());
        assert_eq!(zero.compare(&of(0, 1)), Verdict::Same);
        assert!(root.times(&root).unwrap().rounded_down().is_none());
        assert!(of(2, 1).arcsin().is_none());
        assert!(Ball::integer(1 << 41, P).exp().is_none());
    }
}
