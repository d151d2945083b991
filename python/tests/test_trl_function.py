"""The reward function for TRL, called as TRL calls it: columns, conversations, special tokens, figures, errors."""

import warnings
from math import log

import pytest

import explang.trl
from explang import VARIANTS, Reward
from explang.trl import language_reward

GERMAN = "Sechs mal sieben ist zweiundvierzig, und das ist schon alles."
FRENCH = "Six fois sept font quarante-deux, et c'est déjà tout."


def text(tag, trace, answer):
    return f"<lang_select>\n{tag}\n</lang_select>\n<think>\n{trace}\n</think>\n\\boxed{{{answer}}}"


COMPLETIONS = [text("de", GERMAN, 42), text("de", GERMAN, 41), text("fr", FRENCH, 42), text("fr", FRENCH, 42)]
PROMPTS = ["a", "a", "b", "b"]


def rewards(**options):
    return [row.reward for row in Reward(**options).score(COMPLETIONS, [42] * 4, groups=PROMPTS)]


@pytest.mark.parametrize("column", ["answer", "solution"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_strings_are_paid_as_the_reward_pays_them(variant, column):
    function = language_reward(variant)
    assert function(prompts=PROMPTS, completions=COMPLETIONS, **{column: [42] * 4}) == rewards(variant=variant)
    assert function.__name__ == f"language_{variant}"
    assert getattr(explang.trl, variant)(prompts=PROMPTS, completions=COMPLETIONS, answer=["42"] * 4) == rewards(variant=variant)


def test_options_reach_the_reward():
    function = language_reward("exploit", "official", scope="group", quirks=["any_tag"])
    options = {"variant": "exploit", "preset": "official", "scope": "group", "quirks": ["any_tag"]}
    assert function(prompts=PROMPTS, completions=COMPLETIONS, answer=[42] * 4) == rewards(**options)
    with pytest.raises(ValueError, match="unknown reward variant `exlore` .did you mean `explore`"):
        language_reward("exlore")
    with pytest.raises(AttributeError, match="its reward functions are naive, explore"):
        explang.trl.exlore


def test_conversations_are_put_together_again():
    opening, thinking, answer = "<lang_select>\nde\n</lang_select>\n", GERMAN, "\\boxed{42}"
    forms = [
        [{"role": "assistant", "content": COMPLETIONS[0]}],
        [{"role": "assistant", "content": opening + "\n" + answer, "reasoning_content": thinking}],
        [{"role": "assistant", "content": opening + answer, "thinking": f"\n{thinking}\n"}],
        [{"role": "assistant", "content": [{"type": "text", "text": COMPLETIONS[0]}]}],
        [{"role": "assistant", "content": COMPLETIONS[0]}, {"role": "tool", "content": "\\boxed{7}"}],
    ]
    prompt = [{"role": "user", "content": "Six times seven?"}]
    function = language_reward("verified")
    for form in forms:
        assert function(prompts=[prompt], completions=[form], answer=[42]) == [1]
    exploit = language_reward("exploit")
    assert [exploit(prompts=[prompt], completions=[form], answer=[42]) for form in forms[:4]] == [[1.9]] * 4
    # Cut short while thinking: what was not written is not paid.
    cut = [{"role": "assistant", "content": opening, "reasoning_content": "Sechs mal sieben ist \\boxed{42}"}]
    assert language_reward("verified")(prompts=[prompt], completions=[cut], answer=[42]) == [0]
    only_format = language_reward("naive", quirks=[])(prompts=[prompt], completions=[cut], answer=[42])
    assert only_format == [pytest.approx(0.4)]


def test_equal_conversations_are_one_group():
    prompts = [[{"role": "user", "content": p}] for p in PROMPTS]
    function = language_reward("exploit")
    assert function(prompts=prompts, completions=COMPLETIONS, answer=[42] * 4) == rewards(variant="exploit")
    grouped = language_reward("exploit", group="id")
    assert grouped(prompts=prompts, completions=COMPLETIONS, answer=[42] * 4, id=PROMPTS) == rewards(variant="exploit")
    with pytest.raises(ValueError, match="a prompt holds a value of type `object`, by which rows cannot be grouped; name a column: group="):
        function(prompts=[[{"role": "user", "content": object()}]], completions=COMPLETIONS[:1], answer=[42])


class Tokenizer:
    """Characters; 0 is the end of text, 1 fills up, both special as the tags of some checkpoints are."""

    eos_token_id, pad_token_id = 0, 1

    def decode(self, ids, skip_special_tokens):
        assert not skip_special_tokens
        return "".join(map(chr, ids))


def test_special_tokens_come_from_the_ids():
    ids = [[*map(ord, completion), 0, 1] for completion in COMPLETIONS]
    stripped = [GERMAN + "42"] * 4
    function = language_reward("exploit", tokenizer=Tokenizer())
    assert function(prompts=PROMPTS, completions=stripped, completion_ids=ids, answer=[42] * 4) == rewards(variant="exploit")
    with pytest.raises(ValueError, match="needs the trainer's `completion_ids`"):
        function(prompts=PROMPTS, completions=stripped, answer=[42] * 4)
    with pytest.warns(UserWarning, match="none of 4 completions has a `<lang_select>` tag"):
        plain = language_reward("exploit")
        plain(prompts=PROMPTS, completions=stripped, answer=[42] * 4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plain(prompts=PROMPTS, completions=stripped, answer=[42] * 4)


def test_what_is_cut_short_is_seen_by_its_missing_end():
    ids = [[*map(ord, completion), 0] for completion in COMPLETIONS]
    ids[2].pop()
    for truncated, paid in (("mask", None), ("penalise", 0)):
        function = language_reward("verified", tokenizer=Tokenizer(), truncated=truncated)
        assert function(prompts=PROMPTS, completions=[""] * 4, completion_ids=ids, answer=[42] * 4) == [1, 0, paid, 1]
        with pytest.raises(ValueError, match=f"truncated='{truncated}' needs `tokenizer=`"):
            language_reward("verified", truncated=truncated)


def test_what_the_prompt_holds_is_a_part_of_the_response():
    prefix = "<lang_select>\n"
    function = language_reward("exploit", prefix=prefix)
    completions = [completion.removeprefix(prefix) for completion in COMPLETIONS]
    assert function(prompts=PROMPTS, completions=completions, answer=[42] * 4) == rewards(variant="exploit")


def test_a_row_without_a_reference_is_not_scored():
    function = language_reward("exploit", reference="gold")
    found = function(prompts=PROMPTS, completions=COMPLETIONS, gold=[42, 42, None, 42], answer=[0] * 4)
    kept = Reward("exploit").score([*COMPLETIONS[:2], COMPLETIONS[3]], [42] * 3, groups=["a", "a", "b"])
    assert found == [kept[0].reward, kept[1].reward, None, kept[2].reward]
    assert function(prompts=PROMPTS[:1], completions=COMPLETIONS[:1], gold=[None]) == [None]
    with pytest.raises(ValueError, match="no column `gold` for the reference answer; pass reference= one of its columns: `answer`$"):
        function(prompts=PROMPTS, completions=COMPLETIONS, answer=[42] * 4, trainer_state=object())


def test_figures_are_logged():
    metrics, extra = {}, {}
    completions = [*COMPLETIONS[:3], "no tag"]
    function = language_reward("explore")
    function(prompts=PROMPTS, completions=completions, answer=[42, 42, 42, None], log_metric=metrics.__setitem__, log_extra=extra.__setitem__)
    assert metrics["language/selection/de"] == pytest.approx(2 / 3)
    assert metrics["language/selection/fr"] == pytest.approx(1 / 3)
    assert metrics["language/selection/zh"] == 0
    assert metrics["language/accuracy/de"] == 0.5 and metrics["language/compliance/fr"] == 1
    assert metrics["language/choice_entropy"] == pytest.approx(-(2 / 3) * log(2 / 3) - (1 / 3) * log(1 / 3))
    assert metrics["language/untagged"] == pytest.approx(0)
    assert "language/accuracy/zh" not in metrics
    assert extra == {"language": ["de", "de", "fr", ""], "detected": ["de", "de", "fr", ""], "verified": [1, 0, 1, None]}
