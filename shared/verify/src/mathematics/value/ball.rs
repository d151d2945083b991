//! Complex numbers to many digits, each with a bound of its error.

use dashu_base::{Abs, BitTest, Sign};
use dashu_float::round::mode::HalfEven;
use dashu_float::{ConstCache, Context, FBig};
use dashu_int::IBig;
use dashu_ratio::RBig;

pub(super) type Real = FBig<HalfEven, 2>;

/// The exponent that stands for an error or a magnitude of zero.
const NONE: i64 = i64::MIN / 8;
/// Magnitudes beyond two to this, either way, are not computed.
const MAX_EXPONENT: i64 = 1 << 20;
/// Bits by which two numbers must agree to count as equal: thirty digits.
const AGREEMENT: i64 = 96;

thread_local! {
    /// π and the like, computed once.
    static CONSTANTS: std::cell::RefCell<ConstCache> = const { std::cell::RefCell::new(ConstCache::new()) };
}

/// Calls `work` with the cache of constants.
pub(super) fn with_constants<T>(work: impl FnOnce(Option<&mut ConstCache>) -> T) -> T {
    CONSTANTS.with(|cache| match cache.try_borrow_mut() {
        Ok(mut cache) => work(Some(&mut cache)),
        Err(_) => work(None),
    })
}

/// Whether two numbers are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Same,
    Differ,
    Unknown,
}

/// A number within two to the `error` of `re + i im`. The bounds are of first order, each rounded up to a power of two.
#[derive(Debug, Clone)]
pub(crate) struct Ball {
    pub(super) re: Real,
    /// None for a number that is real by construction.
    pub(super) im: Option<Real>,
    pub(super) error: i64,
    pub(super) precision: usize,
}

/// An exponent above the magnitude: |x| < 2^exponent, and at least half of that.
pub(super) fn exponent(x: &Real) -> i64 {
    let significand = x.repr().significand();
    if significand.is_zero() {
        return NONE;
    }
    significand.bit_len() as i64 + x.repr().exponent() as i64
}

impl Ball {
    /// A ball around a computed number; `error` is what its arguments bring, and rounding comes on top.
    pub(super) fn around(re: Real, im: Option<Real>, error: i64, precision: usize) -> Option<Ball> {
        let im = im.filter(|im| !im.repr().significand().is_zero());
        let mut ball = Ball {
            re,
            im,
            error,
            precision,
        };
        let magnitude = ball.exponent();
        if magnitude > MAX_EXPONENT || (magnitude != NONE && magnitude < -MAX_EXPONENT) {
            return None;
        }
        ball.error = error.max(magnitude.saturating_sub(precision as i64)) + 2;
        if ball.error > MAX_EXPONENT {
            return None;
        }
        ball.error = ball.error.max(NONE);
        Some(ball)
    }

    pub(super) fn real(re: Real, error: i64, precision: usize) -> Option<Ball> {
        Ball::around(re, None, error, precision)
    }

    pub(crate) fn of(value: &RBig, precision: usize) -> Option<Ball> {
        let context = Context::<HalfEven>::new(precision);
        let numerator: Real = context.convert_int(value.numerator().clone()).value();
        if value.is_int() {
            if value.numerator().bit_len() <= precision {
                return Some(Ball {
                    re: numerator,
                    im: None,
                    error: NONE,
                    precision,
                });
            }
            return Ball::real(numerator, NONE, precision);
        }
        let denominator: Real = context
            .convert_int(IBig::from(value.denominator().clone()))
            .value();
        let quotient = context
            .div(numerator.repr(), denominator.repr())
            .ok()?
            .value();
        // Rounded three times, each by less than one unit of 2^(magnitude − precision): `around` allows for four.
        Ball::real(quotient, NONE, precision)
    }

    pub(super) fn integer(value: i64, precision: usize) -> Ball {
        let context = Context::<HalfEven>::new(precision);
        Ball {
            re: context.convert_int(IBig::from(value)).value(),
            im: None,
            error: NONE,
            precision,
        }
    }

    pub(super) fn i(precision: usize) -> Ball {
        Ball {
            re: Ball::integer(0, precision).re,
            im: Some(Ball::integer(1, precision).re),
            error: NONE,
            precision,
        }
    }

    pub(super) fn context(&self) -> Context<HalfEven> {
        Context::new(self.precision)
    }

    /// An exponent above the magnitude.
    pub(super) fn exponent(&self) -> i64 {
        let re = exponent(&self.re);
        match &self.im {
            // The modulus is below the greater part times the root of two.
            Some(im) => re.max(exponent(im)) + 1,
            None => re,
        }
    }

    /// An exponent below the magnitude of every number in the ball; none where zero may be in it.
    pub(super) fn floor(&self) -> Option<i64> {
        let re = exponent(&self.re);
        let least = self.im.as_ref().map_or(re, |im| re.max(exponent(im))) - 1;
        (least > self.error + 1).then_some(least - 1)
    }

    /// Whether it may be real.
    pub(crate) fn is_real(&self) -> bool {
        self.im.as_ref().is_none_or(|im| exponent(im) <= self.error)
    }

    /// The sign of a real number; none where it is zero or not known.
    pub(crate) fn sign(&self) -> Option<Sign> {
        (self.is_real() && exponent(&self.re) > self.error + 1).then(|| self.re.sign())
    }

    /// Whether it is zero, without an error.
    pub(super) fn is_zero(&self) -> bool {
        self.exponent() <= NONE / 2 && self.error <= NONE / 2
    }

    pub(super) fn negative(&self) -> Ball {
        Ball {
            re: -self.re.clone(),
            im: self.im.clone().map(|im| -im),
            ..*self
        }
    }

    /// The sum, and whether a term was so much smaller that it left no trace.
    pub(super) fn plus(&self, other: &Ball) -> Option<(Ball, bool)> {
        let context = self.context();
        let add = |a: &Real, b: &Real| context.add(a.repr(), b.repr()).ok().map(|sum| sum.value());
        let re = add(&self.re, &other.re)?;
        let im = match (&self.im, &other.im) {
            (Some(a), Some(b)) => Some(add(a, b)?),
            (a, b) => a.clone().or_else(|| b.clone()),
        };
        let error = self.error.max(other.error) + 1;
        let sum = Ball::around(re, im, error, self.precision)?;
        let lost = [self, other].iter().any(|term| {
            term.exponent() != NONE && term.exponent() <= sum.error && term.exponent() > term.error
        });
        Some((sum, lost))
    }

    pub(super) fn times(&self, other: &Ball) -> Option<Ball> {
        let (x, y) = (self.exponent(), other.exponent());
        let error = (self.error.saturating_add(y))
            .max(other.error.saturating_add(x))
            .max(self.error.saturating_add(other.error))
            .max(NONE)
            + 2;
        let context = self.context();
        let product = |a: &Real, b: &Real| Some(context.mul(a.repr(), b.repr()).ok()?.value());
        let re = product(&self.re, &other.re)?;
        match (&self.im, &other.im) {
            (None, None) => Ball::real(re, error, self.precision),
            (Some(im), None) => {
                Ball::around(re, Some(product(im, &other.re)?), error, self.precision)
            }
            (None, Some(im)) => {
                Ball::around(re, Some(product(&self.re, im)?), error, self.precision)
            }
            (Some(a), Some(b)) => {
                let sub = context.sub(re.repr(), product(a, b)?.repr()).ok()?.value();
                let (left, right) = (product(&self.re, b)?, product(a, &other.re)?);
                let add = context.add(left.repr(), right.repr()).ok()?.value();
                Ball::around(sub, Some(add), error, self.precision)
            }
        }
    }

    /// One over it; none where it may be zero.
    pub(super) fn inverse(&self) -> Option<Ball> {
        let floor = self.floor()?;
        let error = (self.error - 2 * floor).max(NONE) + 1;
        let context = self.context();
        let Some(im) = &self.im else {
            let one = Ball::integer(1, self.precision).re;
            let quotient = context.div(one.repr(), self.re.repr()).ok()?.value();
            return Ball::real(quotient, error, self.precision);
        };
        // The conjugate over the square of the modulus.
        let square = self.square_of_modulus()?;
        let part = |part: &Real| Some(context.div(part.repr(), square.repr()).ok()?.value());
        Ball::around(part(&self.re)?, Some(-part(im)?), error, self.precision)
    }

    /// The square of the modulus of the middle, rounded.
    pub(super) fn square_of_modulus(&self) -> Option<Real> {
        let context = self.context();
        let re = context.sqr(self.re.repr()).ok()?.value();
        let Some(im) = &self.im else {
            return Some(re);
        };
        let im = context.sqr(im.repr()).ok()?.value();
        Some(context.add(re.repr(), im.repr()).ok()?.value())
    }

    /// The modulus.
    pub(super) fn modulus(&self) -> Option<Ball> {
        match &self.im {
            None => Some(Ball {
                re: self.re.clone().abs(),
                im: None,
                ..*self
            }),
            Some(im) => {
                let length = self
                    .context()
                    .hypot(self.re.repr(), im.repr())
                    .ok()?
                    .value();
                Ball::real(length, self.error, self.precision)
            }
        }
    }

    /// Whether two numbers are equal, as far as their digits tell.
    pub(crate) fn compare(&self, other: &Ball) -> Verdict {
        let Some((difference, _)) = self.plus(&other.negative()) else {
            return Verdict::Unknown;
        };
        let tolerance = self.error.max(other.error) + 2;
        if difference.exponent() > tolerance {
            return Verdict::Differ;
        }
        // Beside zero, where a difference left only its error, that error must be small itself.
        let size = self.exponent().max(other.exponent()).max(0);
        if tolerance <= size - AGREEMENT {
            Verdict::Same
        } else {
            Verdict::Unknown
        }
    }
}
