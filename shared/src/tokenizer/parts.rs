//! Which parts of a `tokenizer.json` are read: those that byte-pair tokenizers of the Qwen and Llama families are made of.
//!
//! The library reads many more, and some of them end in a panic where the file is damaged or made up: a torn decoder, a
//! decoder that strips more than there is, a normaliser in an encoding of its own. So the file is looked through first.

use serde_json::Value;

/// A place in the file, the kinds of parts that it may hold, and the member of a `Sequence` that holds more of them.
const PLACES: [(&str, &[&str], &str); 4] = [
    (
        "normalizer",
        &[
            "NFC",
            "NFD",
            "NFKC",
            "NFKD",
            "Prepend",
            "Replace",
            "Lowercase",
        ],
        "normalizers",
    ),
    (
        "pre_tokenizer",
        &["ByteLevel", "Digits", "Split", "Metaspace", "Whitespace"],
        "pretokenizers",
    ),
    (
        "post_processor",
        &["ByteLevel", "TemplateProcessing"],
        "processors",
    ),
    (
        "decoder",
        &[
            "ByteLevel",
            "Replace",
            "ByteFallback",
            "Fuse",
            "Strip",
            "Metaspace",
        ],
        "decoders",
    ),
];

/// The file as JSON; refused where it is none, or has a part that is not read.
pub(super) fn checked(json: &[u8]) -> Result<Value, String> {
    let file: Value = serde_json::from_slice(json).map_err(|e| e.to_string())?;
    let model = &file["model"];
    let pairs = match model["type"].as_str() {
        Some(kind) => kind == "BPE",
        // Older files name no type.
        None => model.get("merges").is_some(),
    };
    if !pairs {
        return Err("its model is not a byte-pair encoding (BPE)".into());
    }
    let prefix = &model["continuing_subword_prefix"];
    if !prefix.is_null() && prefix != "" {
        return Err("continuing_subword_prefix is not supported".into());
    }
    for (place, kinds, more) in PLACES {
        check_part(place, &file[place], kinds, more)?;
    }
    Ok(file)
}

/// The ids that a post-processor puts before a text.
pub(super) fn beginning(post_processor: &Value) -> Vec<u32> {
    let parts = post_processor["processors"].as_array();
    let parts = parts.map_or(std::slice::from_ref(post_processor), Vec::as_slice);
    let template = parts
        .iter()
        .find(|part| part["type"] == "TemplateProcessing");
    let Some(template) = template else {
        return Vec::new();
    };
    let pieces = template["single"].as_array().into_iter().flatten();
    let names = pieces.map_while(|piece| piece["SpecialToken"]["id"].as_str());
    let ids = names.filter_map(|name| template["special_tokens"][name]["ids"].as_array());
    let ids = ids.flatten().filter_map(Value::as_u64);
    ids.filter_map(|id| u32::try_from(id).ok()).collect()
}

fn check_part(place: &str, part: &Value, kinds: &[&str], more: &str) -> Result<(), String> {
    if part.is_null() {
        return Ok(());
    }
    let kind = part["type"].as_str().unwrap_or("without a type");
    if kind == "Sequence" {
        let parts = part[more].as_array();
        let parts = parts.ok_or_else(|| format!("{place}: `{more}` is missing or not a list"))?;
        // The JSON reader has a limit to nesting, so this ends.
        return parts
            .iter()
            .try_for_each(|part| check_part(place, part, kinds, more));
    }
    if !kinds.contains(&kind) {
        return Err(format!(
            "{place} `{kind}` is not supported; it can be Sequence {}",
            kinds.join(" ")
        ));
    }
    if kind == "Strip" && part["stop"] != 0 {
        return Err(format!("{place} `Strip` is supported with `stop` 0 only"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(change: impl FnOnce(&mut Value)) -> Result<(), String> {
        let mut file = json!({
            "model": {"type": "BPE", "vocab": {}, "merges": []},
            "decoder": {"type": "Sequence", "decoders": [
                {"type": "Fuse"},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0},
            ]},
        });
        change(&mut file);
        checked(file.to_string().as_bytes()).map(drop)
    }

    #[test]
    fn what_the_families_are_made_of_is_read_and_the_rest_is_named() {
        assert_eq!(said(|_| ()), Ok(()));
        assert_eq!(said(|file| file["model"]["type"] = Value::Null), Ok(()));
        for (change, part) in [
            (
                json!({"model": {"type": "Unigram"}}),
                "not a byte-pair encoding",
            ),
            (
                json!({"model": {"type": "BPE", "continuing_subword_prefix": "##"}}),
                "continuing_subword_prefix",
            ),
            (
                json!({"normalizer": {"type": "Precompiled"}}),
                "normalizer `Precompiled`",
            ),
            (
                json!({"normalizer": {"type": "Sequence"}}),
                "`normalizers` is missing",
            ),
            (
                json!({"pre_tokenizer": {"type": "FixedLength", "length": 0}}),
                "pre_tokenizer `FixedLength`",
            ),
            (
                json!({"decoder": {"type": "Strip", "content": " ", "start": 0, "stop": 9}}),
                "`stop` 0",
            ),
            (json!({"decoder": {"a": 1}}), "decoder `without a type`"),
        ] {
            let result = said(|file| {
                for (key, value) in change.as_object().unwrap() {
                    file[key] = value.clone();
                }
            });
            let error = result.unwrap_err();
            assert!(error.contains(part), "{part}: {error}");
        }
        assert!(checked(b"{\"decoder\": {\"type\"").is_err());
    }
}
