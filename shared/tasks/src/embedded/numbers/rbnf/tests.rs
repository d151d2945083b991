use super::*;

fn spell(rules: &str, set: &str, n: u64) -> Result<String, RuleError> {
    let sets = RuleSets::parse(&[rules], Language::Ru)?;
    sets.format(n, sets.find(set)?)
}

#[test]
fn brackets_rollback_radix_and_protected_space() {
    let rules = "%a:\n0: zero;\n1: =%%digit=;\n10: ten[->>];\n".to_owned()
        + "20/20: score>%%tail>;\n100: <<x[ >>];\n%%digit:\n1: =0=;\n%%tail:\n0: s;\n1: ' =%a=;\n";
    let of = |n| spell(&rules, "%a", n).unwrap();
    assert_eq!(of(0), "zero");
    assert_eq!(of(7), "7");
    assert_eq!(of(10), "ten");
    assert_eq!(of(13), "ten-3");
    assert_eq!(of(20), "scores");
    assert_eq!(of(33), "score ten-3");
    assert_eq!(of(300), "3x", "200 and 300 roll back to the rule of 100");
    assert_eq!(of(301), "3x 1");
}

#[test]
fn a_later_source_replaces_rules_with_the_same_base() {
    let first = "%a:\n0: nil;\n1: one;\n";
    let sets = RuleSets::parse(&[first, "%a:\n1: ace;\n2: two;\n"], Language::En).unwrap();
    let words: Vec<_> = (0..4).map(|n| sets.format(n, 0).unwrap()).collect();
    assert_eq!(words, ["nil", "ace", "two", "two"]);
}

#[test]
fn plural_categories_follow_the_quotient() {
    let rules = "%a:\n0: =0=;\n1000: << $(cardinal,one{o}few{f}other{m})$;\n";
    for (n, category) in [
        (1, 'o'),
        (2, 'f'),
        (5, 'm'),
        (11, 'm'),
        (12, 'm'),
        (21, 'o'),
        (104, 'f'),
    ] {
        assert_eq!(
            spell(rules, "%a", n * 1000).unwrap(),
            format!("{n} {category}")
        );
    }
}

#[test]
fn bad_rules_are_errors_not_panics() {
    for bad in [
        "0: no set;\n",
        "%a:\n0: no end\n",
        "%a:\nx: no base;\n",
        "%a:\n10/1: radix;\n",
        "%a:\n10/0: radix;\n",
        "%a:\n0: [open;\n",
        "%a:\n0: >>>;\n",
        "%a:\n0: <#,##0<;\n",
        "%a:\n0: =open;\n",
        "%a:\n0: ==;\n",
        "%a:\n0: $(cardinal,one;\n",
        "%a:\n0: $(cardinal,two{x})$;\n",
    ] {
        let error = RuleSets::parse(&[bad], Language::En).unwrap_err();
        assert!(matches!(error, RuleError::Syntax(_)), "{bad}: {error}");
    }
    let unknown = RuleSets::parse(&["%a:\n0: =%b=;\n"], Language::En).unwrap_err();
    assert_eq!(unknown, RuleError::UnknownSet("%b".into()));
    let endless = spell("%a:\n0: =%a=;\n", "%a", 1).unwrap_err();
    assert_eq!(endless, RuleError::Endless("%a".into()));
    let none = spell("%a:\n1: one;\n", "%a", 0).unwrap_err();
    assert_eq!(none.to_string(), "rule set `%a` has no rule for 0");
}

#[test]
fn a_lone_dollar_is_text() {
    assert_eq!(spell("%a:\n0: $5 a$b;\n", "%a", 0).unwrap(), "$5 a$b");
}
