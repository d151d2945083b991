//! `extends = "quick"`: a configuration that says only where it differs from a preset.

use std::ops::Range;

use explang_named::{brief, meant};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::PRESETS;
use super::reading::PIECE;

/// The key.
const KEY: &str = "extends";

/// Why a configuration cannot be laid over another, and where that stands in the text, in bytes.
pub(super) type Refusal = (Range<usize>, String);

/// Lays a document over the preset that it extends; a document that extends none stays as it is.
///
/// Tables are merged key by key; every other value, a list too, takes the place of the preset's.
pub(super) fn resolve(document: DeTable<'_>) -> Result<DeTable<'_>, Refusal> {
    let mut over = document;
    let Some(value) = over.remove(KEY) else {
        return Ok(over);
    };
    let span = value.span();
    let refuse = |what: String| Err((span.clone(), what));
    let names = PRESETS.map(|(name, _)| name);
    let DeValue::String(name) = value.into_inner() else {
        return refuse(format!(
            "`{KEY}` must be the name of a preset: {}",
            names.join(" ")
        ));
    };
    let Some((_, text)) = PRESETS.iter().find(|(preset, _)| *preset == name) else {
        return refuse(format!(
            "`{KEY}` names `{}`, which is not a preset{}; expected one of: {}",
            brief(&name, PIECE),
            meant(&name, names),
            names.join(" ")
        ));
    };
    // Or two runs that differ would have one name, and by default one folder.
    if !over.contains_key("name") {
        return refuse(format!("`{KEY}` needs a `name` beside it; add one"));
    }
    let preset = DeTable::parse(text).map_err(|error| (span.clone(), error.to_string()))?;
    let mut base = resolve(preset.into_inner())?;
    merge(&mut base, over);
    Ok(base)
}

fn merge<'a>(base: &mut DeTable<'a>, over: DeTable<'a>) {
    for (key, value) in over {
        let span = value.span();
        let merged = match (
            base.remove(&**key.get_ref()).map(Spanned::into_inner),
            value.into_inner(),
        ) {
            (Some(DeValue::Table(mut below)), DeValue::Table(above)) => {
                merge(&mut below, above);
                DeValue::Table(below)
            }
            (_, above) => above,
        };
        base.insert(key, Spanned::new(span, merged));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    #[test]
    fn what_is_given_replaces_and_the_rest_is_the_presets() {
        let (_, quick) = PRESETS.iter().find(|(name, _)| *name == "quick").unwrap();
        let quick = Config::parse("quick", quick).unwrap();
        let text = "name = \"mine\"\nextends = \"quick\"\n[rl.explore]\nsteps = 7\nschedule = { peak = 3e-5 }\n";
        let mine = Config::parse("mine.toml", text).unwrap();
        let mut expected = quick;
        expected.name = "mine".into();
        expected.rl.explore.steps = 7;
        expected.rl.explore.schedule.peak = 3e-5;
        assert_eq!(mine, expected);
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        for (text, said) in [
            (
                "name = \"a\"\nextends = \"quik\"\n",
                "line 2: `extends` names `quik`, which is not a preset (did you mean `quick`?); expected one of: ",
            ),
            (
                "name = \"a\"\nextends = 3\n",
                "line 2: `extends` must be the name of a preset: ",
            ),
            (
                "extends = \"quick\"\n",
                "line 1: `extends` needs a `name` beside it; add one",
            ),
            (
                "name = \"a\"\nextends = \"quick\"\n[rl]\ngroop = 4\n",
                "line 4: unknown key `rl.groop`",
            ),
            (
                "name = \"a\"\nextends = \"quick\"\n[rl]\ngroup = 1\n",
                "line 4: `rl.group` must be at least 2",
            ),
        ] {
            let error = Config::parse("a.toml", text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
