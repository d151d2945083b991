use super::*;

#[test]
fn every_name_is_read_as_it_is_written_and_no_two_are_the_same() {
    for name in ObjectiveName::ALL {
        assert_eq!(name.to_string().parse(), Ok(name));
        let json = serde_json::to_string(&name).unwrap();
        assert_eq!(serde_json::from_str::<ObjectiveName>(&json).unwrap(), name);
        let same = ObjectiveName::ALL.into_iter().filter(|&other| {
            Objective::named(other) == Objective::named(name) || other.name() == name.name()
        });
        assert_eq!(same.count(), 1, "{name}");
        assert_eq!(Objective::named(name).loss.kl, 0.0);
    }
}

#[test]
fn the_nearest_name_is_offered_where_one_is_near() {
    for (wrong, meant) in [
        ("dpao", "dapo"),
        ("GSPO", "gspo"),
        ("dr_grpo", "dr-grpo"),
        ("reinforce", "reinforce++"),
        ("rloo2", "rloo"),
    ] {
        let error = wrong.parse::<ObjectiveName>().unwrap_err().to_string();
        assert!(
            error.contains(&format!("did you mean `{meant}`?")),
            "{error}"
        );
        assert!(error.contains(&format!("unknown objective `{wrong}`")));
    }
    // As far as half of a name is near, and no farther.
    for (wrong, near) in [("reinfxxxx++", true), ("reinfxxxxxx", false)] {
        let error = wrong.parse::<ObjectiveName>().unwrap_err().to_string();
        assert_eq!(
            error.contains("did you mean `reinforce++`?"),
            near,
            "{error}"
        );
    }
    let error = "actor-critic"
        .parse::<ObjectiveName>()
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "unknown objective `actor-critic`; expected one of: grpo dr-grpo dapo gspo rloo reinforce++ reinforce++-baseline \
         cispo gdpo"
    );
}

/// Every choice of every name, as the papers and codes that the page names have it.
#[test]
fn each_name_stands_for_what_was_published() {
    let choices = |name: ObjectiveName| {
        let Objective {
            advantage,
            loss,
            normaliser,
            kl_place,
            dynamic_sampling,
            overlong,
        } = Objective::named(name);
        assert_eq!(loss.kl, 0.0, "{name}");
        assert_eq!(loss.dual_clip, None, "{name}");
        format!(
            "{:?} {:?} | {:?} {:?} {} {} | {normaliser:?} | {:?} {kl_place:?} | {:?} {} {}",
            advantage.estimator,
            advantage.whiten,
            loss.surrogate,
            loss.ratio,
            loss.clip_low,
            loss.clip_high,
            loss.kl_estimator,
            dynamic_sampling.by,
            dynamic_sampling.max_batches,
            overlong.penalty,
        )
    };
    for (name, published) in ObjectiveName::ALL.into_iter().zip([
        "Grpo Nothing | Clip Token 0.2 0.2 | TokenMean | K3 Loss | Nothing 10 0",
        "DrGrpo Nothing | Clip Token 0.2 0.2 | Constant | K3 Loss | Nothing 10 0",
        "Grpo Nothing | Clip Token 0.2 0.28 | TokenMean | K3 Loss | Accuracy 10 1",
        "Grpo Nothing | Clip SequenceMean 0.0003 0.0004 | SequenceMean | K3 Loss | Nothing 10 0",
        "Rloo Nothing | Clip SequenceProduct 0.2 0.2 | SequenceMean | K1 Reward | Nothing 10 0",
        "ReinforcePlusPlus Tokens | Clip Token 0.2 0.2 | TokenMean | K1 Return | Nothing 10 0",
        "ReinforcePlusPlusBaseline Tokens | Clip Token 0.2 0.2 | TokenMean | K2 Loss | Nothing 10 0",
        "Grpo Nothing | Cispo Token 10 0.2 | TokenMean | K3 Loss | Nothing 10 0",
        "Gdpo Responses | Clip Token 0.2 0.2 | TokenMean | K3 Loss | Nothing 10 0",
    ]) {
        assert_eq!(choices(name), published, "{name}");
    }
}
