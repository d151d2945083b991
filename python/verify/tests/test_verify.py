"""Verdicts: known ones, what `explang verify` writes, types, threads. `explang` has the same functions."""

import doctest
import os
import signal
import threading

import pytest
from conftest import rows

import explang
import explang_verify

CASES = "shared/verify/data/cases.jsonl"
OWN = rows(CASES)


@pytest.fixture(params=[explang_verify, explang], ids=lambda package: package.__name__)
def package(request):
    return request.param


def test_known_verdicts(package):
    answers, golds = [row["answer"] for row in OWN], [row["gold"] for row in OWN]
    assert package.verify_batch(answers, golds) == [row["equal"] for row in OWN]
    assert [package.verify(a, g) for a, g in zip(answers, golds)] == [row["equal"] for row in OWN]


@pytest.mark.parametrize("name", [CASES, "shared/verify/data/math-equality/cases.jsonl"])
@pytest.mark.parametrize("extraction", explang_verify.EXTRACTIONS)
def test_verdicts_are_those_of_the_program(package, program, name, extraction):
    given = rows(name)
    written = program("verify", "--extraction", extraction, rows=given)
    compared = package.compare_batch([row["answer"] for row in given], [row["gold"] for row in given], extraction=extraction)
    for row, ours in zip(written, compared, strict=True):
        assert {name: row[name] for name in ("equal", "gold_value", "answer_value", "reason")} == {
            "equal": ours.equal,
            "gold_value": ours.gold_value,
            "answer_value": ours.answer_value,
            "reason": ours.reason,
        }
        assert bool(ours) == package.verify(row["answer"], row["gold"], extraction=extraction)


def test_a_comparison_is_a_value(package):
    half = package.compare("\\boxed{0.5}", "1/2")
    assert (half.equal, half.answer_value, half.gold_value, half.reason) == (True, "1/2", "1/2", "equal")
    assert half == package.compare("1/2", "\\frac{2}{4}")
    assert half != package.compare("1/2", "1/3")
    assert len({half, package.compare("\\boxed{0.5}", "1/2")}) == 1
    assert repr(package.compare("", "1")).startswith("Comparison(equal=False, answer_value=None, gold_value='1'")
    with pytest.raises(AttributeError):
        half.equal = False


def test_numbers_are_read_as_in_a_row(package):
    assert package.verify(0.5, "1/2") and package.verify("42", 42) and package.verify(10**30, "10^{30}")
    assert package.verify("0.1", 0.1) and package.verify("1000000", 1e6)
    for wrong in (None, True, [1], b"1"):
        with pytest.raises(TypeError, match="^`gold` is missing or not a text or number; add it as text or number$"):
            package.verify("1", wrong)
    with pytest.raises(ValueError, match="`gold` is nan; pass a finite number"):
        package.verify("1", float("nan"))
    with pytest.raises(UnicodeEncodeError):
        package.verify("1", "\ud800")


def test_an_unknown_extraction_is_named_with_the_known_ones(package):
    for call in (package.verify, package.compare):
        with pytest.raises(ValueError, match='^unknown extraction "boxed"; expected one of: after-thinking whole-response stated'):
            call("1", "1", extraction="boxed")
    with pytest.raises(ValueError, match="unknown extraction"):
        package.extract("1", extraction="")


def test_answers_are_found_where_they_may_stand(package):
    response = "<think>\\boxed{1}</think> It is \\boxed{2}, or 3."
    assert package.extract(response, extraction="after-thinking") == "2"
    assert package.extract("<think>\\boxed{1}", extraction="whole-response") == "1"
    assert package.extract("<think>\\boxed{1}", extraction="after-thinking") is None
    assert package.extract("The answer is 5.") == "5"


def test_batches_are_the_same_by_any_number_of_threads(package):
    answers, golds = [row["answer"] for row in OWN], [row["gold"] for row in OWN]
    alone = package.compare_batch(answers, golds, threads=1)
    assert alone == package.compare_batch(iter(answers), tuple(golds), threads=3) == package.compare_batch(answers, golds)
    assert package.verify_batch([], []) == []
    with pytest.raises(ValueError, match="`threads` is 0; pass 1 or more"):
        package.verify_batch(answers, golds, threads=0)
    with pytest.raises(ValueError, match="`answers` has 1 items, `golds` has 2"):
        package.verify_batch(["1"], ["1", "2"])
    with pytest.raises(TypeError, match=r"^`golds\[1\]` is missing or not"):
        package.verify_batch(["1", "2"], ["1", None])


def test_every_thread_gets_the_verdicts_and_no_signal_is_used(package, monkeypatch):
    def refuse(*_):
        raise AssertionError("a signal was set")

    for name in ("signal", "alarm", "setitimer"):
        monkeypatch.setattr(signal, name, refuse)
    expected = [row["equal"] for row in OWN]
    found = {}

    def work(number):
        found[number] = [package.verify(row["answer"], row["gold"]) for row in OWN]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[number] == expected for number in range(8))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_goes_on(package):
    answers, golds = [row["answer"] for row in OWN[:50]], [row["gold"] for row in OWN[:50]]
    expected = package.verify_batch(answers, golds, threads=2)
    child = os.fork()
    if child == 0:
        os._exit(0 if package.verify_batch(answers, golds, threads=2) == expected else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_examples_in_docstrings_are_true(package):
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    public = {name: getattr(package, name) for name in package.__all__}
    tried = 0
    for name, thing in {**public, package.__name__: package}.items():
        if isinstance(thing, tuple):
            continue
        assert thing.__doc__, f"{name} has no docstring"
        found = parser.get_doctest(thing.__doc__, dict(public), name, None, 0)
        tried += runner.run(found).attempted
    assert runner.failures == 0 and tried >= 8
