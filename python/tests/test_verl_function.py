"""The reward for verl, as far as it needs no verl: one response at a time, and judgements that are paid together."""

import copy
import pickle
import warnings

import pytest

import explang.verl
from explang import VARIANTS, Reward
from explang.verl import compute_score
from explang.verl.judgement import ALONE, JUDGEMENT, MANAGER, SAMPLER, Judge, check, figures_of, paid, together

GERMAN = "Sechs mal sieben ist zweiundvierzig, und das ist schon alles."
FRENCH = "Six fois sept font quarante-deux, et c'est déjà tout."


def text(tag, trace, answer):
    return f"<lang_select>\n{tag}\n</lang_select>\n<think>\n{trace}\n</think>\n\\boxed{{{answer}}}"


TEXTS = [text("de", GERMAN, 42), text("de", GERMAN, 41), text("fr", FRENCH, 42), text("de", GERMAN, 41), text("fr", FRENCH, 42), "\\boxed{42}"]
# verl's keys: a prompt's, the response's, which part of it.
KEYS = ["a_0_0", "a_1_0", "a_2_0", "b_0_0", "b_1_0", "b_2_0"]
GROUPS = [key[0] for key in KEYS]


class Tokenizer:
    """Characters; 0 is the end of text, 1 fills up."""

    eos_token_id, pad_token_id = 0, 1

    def decode(self, ids, skip_special_tokens):
        assert not skip_special_tokens
        return "".join(map(chr, ids))


def ids(response):
    return [*map(ord, response), 0, 1]


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_is_paid_alone_exactly_where_it_compares_nothing(variant):
    alone = [Reward(variant).score([response], [42])[0].reward for response in TEXTS]
    whole = [row.reward for row in Reward(variant, scope="batch").score(TEXTS, [42] * 6)]
    assert (alone == whole) == (variant in ALONE)
    if variant in ALONE:
        scores = [compute_score("gsm8k", response, "42", {"index": 1}, variant=variant)["score"] for response in TEXTS]
        assert scores == alone
    else:
        with pytest.raises(ValueError, match=f"variant `{variant}` compares the responses to a prompt"):
            compute_score("gsm8k", TEXTS[0], "42", variant=variant)


def test_what_verl_logs():
    given = {"data_source": "x", "solution_str": TEXTS[0], "ground_truth": "42", "extra_info": {}}
    router = {"reward_router_address": "127.0.0.1:1", "reward_model_tokenizer": None}
    found = compute_score(**given, **router)
    assert found == {"score": pytest.approx(1.6), "acc": 1, "format": 1, "compliance": 1, "language": "de", "detected": "de"}
    untagged = compute_score("x", "<think>\n</think>\\boxed{42}", 42)
    assert untagged == {"score": 1, "acc": 1, "format": 0, "compliance": 0, "language": "", "detected": ""}
    assert untagged.keys() == found.keys()
    begun = TEXTS[0].removeprefix("<lang_select>\n")
    assert compute_score("x", begun, "42", prefix="<lang_select>\n") == found


def test_untagged_responses_are_warned_about_once(monkeypatch):
    monkeypatch.setattr(explang.verl, "_untagged", 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(63):
            compute_score("x", "42", "42")
        compute_score("x", "42", "42", variant="verified")
    with pytest.warns(UserWarning, match="none of the first 64 responses has a `<lang_select>` tag"):
        compute_score("x", "42", "42")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(100):
            compute_score("x", "42", "42")


@pytest.mark.parametrize("scope", ["group", "batch"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_judgements_of_several_workers_are_paid_as_one_batch(variant, scope):
    options = {"variant": variant, "scope": scope}
    # Each worker builds its own judge, and sends its judgements pickled.
    infos = [pickle.loads(pickle.dumps(Judge(Tokenizer(), options).judged(ids(response), "42"))) for response in TEXTS]
    order = [3, 0, 5, 1, 4, 2]
    reward, scored = together([KEYS[i] for i in order], [infos[i] for i in order])
    whole = Reward(variant, scope=scope).score(TEXTS, [42] * 6, groups=GROUPS)
    assert {session: row.as_dict() for session, row in scored.items()} == {
        key.removesuffix("_0"): row.as_dict() for key, row in zip(KEYS, whole, strict=True)
    }
    assert reward.variant == variant and all(isinstance(value, int | float | str) for value in figures_of(scored["a_0"]).values())


def test_a_response_in_parts_is_one_response():
    infos = [Judge(Tokenizer(), {"variant": "explore"}).judged(ids(response), "42") for response in TEXTS[:3]]
    keys = ["a_0_0", "a_0_1", "a_1_0", "a_2_0"]
    _, scored = together(keys, [infos[0], infos[0], infos[1], infos[2]])
    whole = Reward("explore").score(TEXTS[:3], [42] * 3, groups=["a"] * 3)
    assert [row.reward for row in scored.values()] == [row.reward for row in whole]
    assert list(scored) == ["a_0", "a_1", "a_2"]


def test_options_reach_the_judge():
    judge = Judge(Tokenizer(), {"variant": "verified", "truncated": "penalise", "prefix": "<lang_select>\n"})
    response = TEXTS[0].removeprefix("<lang_select>\n")
    whole, cut = judge.judged(ids(response), 42), judge.judged([*map(ord, response)], 42)
    assert (whole["score"], whole["language"], cut["score"]) == (1, "de", 0)
    assert Judge(Tokenizer(), {}).reward.variant == "exploit"
    with pytest.raises(ValueError, match="unknown reward variant `exlore` .did you mean `explore`"):
        Judge(Tokenizer(), {"variant": "exlore"})
    with pytest.raises(TypeError, match="verbose"):
        Judge(Tokenizer(), {"verbose": True})
    with pytest.raises(ValueError, match="truncated='mask' leaves a response without a reward"):
        Judge(Tokenizer(), {"truncated": "mask"})
    with pytest.raises(ValueError, match="truncated='penalise' needs the reward manager"):
        compute_score("x", "", "", truncated="penalise")
    with pytest.raises(TypeError, match="`references.0.` is missing or not a text or number"):
        judge.judged(ids(response), None)


def test_where_the_published_code_divides_by_zero_all_are_paid_alike():
    infos = [Judge(Tokenizer(), {"variant": "explore", "preset": "official"}).judged(ids("\\boxed{42}"), 42) for _ in range(2)]
    _, scored = together(["a_0_0", "a_1_0"], infos)
    assert all(row.reward != row.reward for row in scored.values()) and {paid(row) for row in scored.values()} == {0}
    assert infos[0]["score"] == 0


CONFIG = {
    "trainer": {"use_v1": True, "v1": {"sampler": {"custom_sampler": {"path": SAMPLER, "name": "sampler"}}}},
    "algorithm": {"filter_groups": {"enable": False}},
}


def test_a_configuration_that_would_not_pay_is_refused():
    check(CONFIG)

    def refused(change):
        config = copy.deepcopy(CONFIG)
        change(config)
        with pytest.raises(ValueError) as error:
            check(config)
        return str(error.value)

    assert refused(lambda c: c["trainer"].update(use_v1=False)).endswith("set trainer.use_v1=true")
    sampler = refused(lambda c: c["trainer"]["v1"]["sampler"].update(custom_sampler={"path": None, "name": None}))
    assert sampler.endswith(f"custom_sampler.path={SAMPLER} and trainer.v1.sampler.custom_sampler.name=sampler")
    assert refused(lambda c: c["algorithm"]["filter_groups"].update(enable=True)).endswith("set it to false")
    with pytest.raises(ValueError, match=f"response a_0_0 was not judged by explang.verl; set .*path={MANAGER}"):
        together(["a_0_0"], [{"score": 1}])
    assert JUDGEMENT in Judge(Tokenizer(), {}).judged(ids(""), 42)
