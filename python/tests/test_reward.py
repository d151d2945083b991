"""The reward: the published scores, what `explang score` writes, groups, errors."""

import math
import pickle
import threading

import pytest
from conftest import rows

from explang import SEEN, VARIANTS, Reward, forced_prefix, identify, identify_batch

PARITY = rows("shared/reward/data/reward-parity/batches.jsonl")


def batches(all_rows):
    by_batch = {}
    for row in all_rows:
        by_batch.setdefault(row["batch"], []).append(row)
    return by_batch.values()


def columns(batch):
    return [row["response"] for row in batch], [row["ground_truth"] for row in batch]


def text(tag, trace, answer):
    return f"<lang_select>\n{tag}\n</lang_select>\n<think>\n{trace}\n</think>\n\\boxed{{{answer}}}"


GERMAN = "Sechs mal sieben ist zweiundvierzig, und das ist schon alles."
FRENCH = "Six fois sept font quarante-deux, et c'est déjà tout."


@pytest.mark.parametrize("variant", VARIANTS[:-1])
def test_official_scores_are_the_published_ones(variant):
    reward = Reward(variant, "official")
    for batch in batches(PARITY):
        scored = reward.score(*columns(batch), groups=[row["prompt"] for row in batch])
        for row, ours in zip(batch, scored, strict=True):
            published = row["official"][variant]
            if published is None:
                assert math.isnan(ours.reward)
            else:
                assert ours.reward == pytest.approx(published, abs=1e-6)


@pytest.mark.parametrize("preset", ["paper", "official"])
@pytest.mark.parametrize("scope", ["group", "batch"])
@pytest.mark.parametrize("truncated", ["keep", "mask", "penalise"])
def test_values_are_those_of_the_program(program, preset, scope, truncated):
    given = [dict(row, truncated=i % 5 == 0, id=i) for i, row in enumerate(PARITY[:96])]
    given += [{"response": "", "ground_truth": 7, "batch": 0}, {"response": "\\boxed{7}", "ground_truth": 7.0, "batch": 0}]
    options = {"preset": preset, "scope": scope, "truncated": truncated, "detector": "all"}
    arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
    written = program("score", "--variant", "combine", *arguments, rows=given)
    reward = Reward("combine", **options)
    for batch in batches(written):
        scored = reward.score(
            *columns(batch), groups=[row.get("prompt") for row in batch], truncated=[bool(row.get("truncated")) for row in batch]
        )
        for row, ours in zip(batch, scored, strict=True):
            expected = {name: value for name, value in row.items() if name in ours.as_dict() or name == "masked"}
            # JSON has no NaN.
            found = {name: None if value != value else value for name, value in ours.as_dict().items()}
            assert found == expected


def test_groups_are_compared_alone():
    responses = [text("de", GERMAN, 42), text("de", GERMAN, 41), text("fr", FRENCH, 42)]
    reward = Reward("exploit")

    def passed(groups):
        return [row.pass_at_k for row in reward.score(responses, [42] * 3, groups=groups)]

    assert passed(["a", "a", "a"]) == [1, 1, 1]
    assert passed(["a", ("b", 1), "a"]) == [1, 0, 1]
    assert passed([None, None, None]) == passed(None) == [1, 0, 1]
    assert [r.diversity for r in Reward("explore").score(responses, [42] * 3, groups=[1, 1, 1])] == [0.5, 0.5, 1]
    with pytest.raises(TypeError, match="unhashable"):
        passed([[], [], []])


@pytest.mark.parametrize("preset", ["paper", "official"])
def test_halves_make_the_whole_even_pickled_and_by_any_number_of_threads(preset):
    responses, references = columns(PARITY[:64])
    cut = [i % 7 == 0 for i in range(64)]
    groups = [row["prompt"] for row in PARITY[:64]]
    whole = [repr(row) for row in Reward("combine", preset, truncated="mask").score(responses, references, groups=groups, truncated=cut)]
    for threads in (1, 2, 5):
        reward = Reward("combine", preset, truncated="mask", threads=threads)
        halves = [reward.alone(responses[a:b], references[a:b], truncated=cut[a:b]) for a, b in ((0, 17), (17, 64))]
        everyone = [alone for half in halves for alone in pickle.loads(pickle.dumps(half))]
        assert [repr(row) for row in reward.together(everyone, groups=groups)] == whole
    with pytest.raises(ValueError, match="not the state"):
        type(everyone[0])._restore(b"{}")


def test_errors_are_the_sentences_of_the_program(program):
    row = [{"response": "x", "ground_truth": "1"}]
    for arguments, options in [
        (("--variant", "exlore"), {"variant": "exlore"}),
        (("--quirks", "any_tags"), {"quirks": ["any_tags"]}),
    ]:
        with pytest.raises(ValueError) as raised:
            Reward(**options)
        assert str(raised.value) in program("score", *arguments, rows=row)
    for options in ({"preset": "papper"}, {"scope": "grup"}, {"truncated": "x"}, {"detector": "x"}, {"identifier": "x"}, {"trace_text": "x"}, {"pool": ["xx"]}):
        with pytest.raises(ValueError, match="^unknown .*expected one of: "):
            Reward(**options)
    with pytest.raises(ValueError, match="unknown extraction"):
        Reward(answer_scope="x")


def test_lists_must_be_lists_and_equally_long():
    reward = Reward()
    with pytest.raises(ValueError, match=r"^`responses` has 2 items, `references` has 1; pass as many of each$"):
        reward.score(["a", "b"], ["1"])
    with pytest.raises(ValueError, match="`groups` has 1"):
        reward.score(["a", "b"], ["1", "2"], groups=["x"])
    with pytest.raises(ValueError, match="`truncated` has 1"):
        reward.score(["a", "b"], ["1", "2"], truncated=[True])
    with pytest.raises(TypeError, match=r"^`references\[1\]` is missing or not a text or number"):
        reward.score(["a", "b"], ["1", None])
    with pytest.raises(TypeError, match="`responses` is one text"):
        reward.score("ab", ["1", "2"])
    assert reward.score([], []) == []
    assert reward.score((r for r in ["x"]), iter([1]))[0].reward == 0


def test_other_threads_run_while_a_batch_is_scored():
    responses = [text("de", GERMAN * 40, 42)] * 64
    done = threading.Event()
    results = []

    def work():
        results.append([row.reward for row in Reward("explore", threads=2).score(responses, [42] * 64)])
        done.set()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    turns = 0
    while not done.wait(0.001):
        turns += 1
    for thread in threads:
        thread.join()
    assert turns > 10, f"this thread had {turns} turns"
    assert results[0] == results[1] == results[2]


def test_languages_are_named():
    assert identify(GERMAN) == "de"
    assert identify("12 + 30 = 42") is None
    assert identify_batch([GERMAN, FRENCH, ""], threads=2) == ["de", "fr", None]
    swahili = "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa."
    assert identify(swahili) == "sw"
    assert identify(swahili, detector="seen") in SEEN
    full_of_formulas = "函数 $f(x)=\\frac{1}{x}+\\sqrt{1-x}$ 的定义域是 $(\\quad)$"
    assert identify(full_of_formulas) == identify(full_of_formulas, identifier="whatlang") == "zh"
    assert identify_batch([GERMAN], identifier="whatlang", trace_text="whole") == ["de"]
    with pytest.raises(ValueError, match="unknown detector"):
        identify(GERMAN, detector="none")
    assert forced_prefix("de") == "<lang_select>\nde\n</lang_select>\n<think>\n"
    with pytest.raises(ValueError, match="unknown language"):
        forced_prefix("xx")
