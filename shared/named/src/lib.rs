//! Choices that people name in files and on command lines, and what to tell them about a name that does not exist.
//!
//! An enumeration states its names once, with [`named!`]; printing, parsing, serde and "did you mean" follow from that.
//!
//! ```
//! /// What a group is compared over.
//! #[derive(Debug, Clone, Copy, PartialEq, Eq)]
//! enum Scope { Group, Batch }
//! explang_named::named!(Scope, "scope", { Group => "group", Batch => "batch" });
//!
//! assert_eq!("batch".parse(), Ok(Scope::Batch));
//! let error = "grup".parse::<Scope>().unwrap_err();
//! assert_eq!(error.to_string(), "unknown scope `grup` (did you mean `group`?); expected one of: group batch");
//! ```

mod hint;

pub use hint::{brief, meant};

#[doc(hidden)]
pub use serde;

/// Longest part of a name that a message repeats, in characters.
pub const LONGEST_SHOWN: usize = 60;

/// A choice with a name. Implement it with [`named!`].
pub trait Named: Copy + 'static {
    /// What the choice is of, for messages: `reward preset`.
    const WHAT: &'static str;
    /// Every choice, in the order in which they are listed to people.
    const ALL: &'static [Self];

    /// The name in files and on the command line.
    fn name(self) -> &'static str;

    /// All names, in the order of [`Named::ALL`].
    fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|choice| choice.name()).collect()
    }
}

/// A name that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} `{}`{}; expected one of: {}", brief(word, LONGEST_SHOWN), meant(word, names.iter().copied()), names.join(" "))]
pub struct Unknown {
    /// What was to be named.
    pub what: &'static str,
    /// What was given.
    pub word: String,
    /// The names that exist.
    pub names: Vec<&'static str>,
}

/// The choice with this name.
///
/// # Errors
/// When there is none; the error lists the names, and the nearest one first.
pub fn parse<T: Named>(word: &str) -> Result<T, Unknown> {
    let found = T::ALL.iter().find(|choice| choice.name() == word);
    found.copied().ok_or_else(|| Unknown {
        what: T::WHAT,
        word: word.to_owned(),
        names: T::names(),
    })
}

/// Implements [`Named`], `Display`, `FromStr`, `Serialize` and `Deserialize` for an enumeration without fields, from one list of names;
/// also the inherent `ALL` (an array) and `const fn name`, so that nobody needs the trait in scope.
#[macro_export]
macro_rules! named {
    ($type:ty, $what:literal, { $($variant:ident => $name:literal),+ $(,)? }) => {
        #[allow(dead_code, unreachable_pub)]
        impl $type {
            /// Every choice, in the order in which they are listed to people.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// The name in files and on the command line.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }
        }

        impl $crate::Named for $type {
            const WHAT: &'static str = $what;
            const ALL: &'static [Self] = &<$type>::ALL;

            fn name(self) -> &'static str {
                <$type>::name(self)
            }
        }

        impl ::std::fmt::Display for $type {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl ::std::str::FromStr for $type {
            type Err = $crate::Unknown;

            fn from_str(word: &str) -> Result<Self, $crate::Unknown> {
                $crate::parse(word)
            }
        }

        impl $crate::serde::Serialize for $type {
            fn serialize<S: $crate::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.name())
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let word = <::std::borrow::Cow<'de, str> as $crate::serde::Deserialize>::deserialize(from)?;
                $crate::parse(&word).map_err($crate::serde::de::Error::custom)
            }
        }
    };
}

#[cfg(test)]
mod tests {

    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    enum Fruit {
        Apple,
        BloodOrange,
    }
    named!(Fruit, "fruit", { Apple => "apple", BloodOrange => "blood-orange" });

    #[test]
    fn a_name_is_read_back_everywhere() {
        for fruit in Fruit::ALL {
            assert_eq!(fruit.to_string().parse(), Ok(fruit));
            let json = serde_json::to_string(&fruit).unwrap();
            assert_eq!(json, format!("{:?}", fruit.name()));
            assert_eq!(serde_json::from_str::<Fruit>(&json).unwrap(), fruit);
        }
        let map = std::collections::BTreeMap::from([(Fruit::BloodOrange, 1)]);
        let json = serde_json::to_string(&map).unwrap();
        assert_eq!(json, r#"{"blood-orange":1}"#);
        assert_eq!(
            serde_json::from_str::<std::collections::BTreeMap<Fruit, i32>>(&json).unwrap(),
            map
        );
    }

    #[test]
    fn an_unknown_name_gets_the_nearest_one_and_the_list() {
        let error = "aple".parse::<Fruit>().unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown fruit `aple` (did you mean `apple`?); expected one of: apple blood-orange"
        );
        let error = serde_json::from_str::<Fruit>("\"x\"").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("unknown fruit `x`; expected one of: apple")
        );
        assert!(serde_json::from_str::<Fruit>("3").is_err());
        let long = "x".repeat(1000).parse::<Fruit>().unwrap_err().to_string();
        assert!(long.len() < 200, "{long}");
    }
}
