"""The hidden tests notice machine-made mutants of right answers, and this gate can fail."""

from __future__ import annotations

import time
from functools import cache

import mutants
import pytest
from gate import ROOT, SourceNotebook, exercises, source_notebook
from mutant_record import FOUND, RENEW, Place, as_listed
from mutants import Judgement, Mutant, agree, grade, judgements, misjudged, outcomes, tally
from mutation import main, page, prefix
from mutators import OPERATORS, Change, changes

EXERCISES = list(exercises())
EXAMPLES = {
    "constant replacement": ("x = 4", "x = 5", "x = 3", "x = 0"),
    "arithmetic replacement": ("x = a - b", "x = a + b"),
    "operand removal": ("x = a < b < c", "x = a < b", "x = b < c"),
    "operand swap": ("x = a % b", "x = b % a"),
    "comparison replacement": ("x = a < b", "x = a <= b", "x = a >= b"),
    "boolean replacement": ("x = a or not b", "x = a and (not b)", "x = a or b"),
    "condition replacement": ("x = [i for i in y if i]", "x = [i for i in y if not i]"),
    "slice bound": ("x = y[a:]", "x = y[a + 1:]", "x = y[a - 1:]", "x = y[:]", "x = y[a:-1]"),
    "index shift": ("x = y[i, :]", "x = y[i + 1, :]", "x = y[i - 1, :]"),
    "range bound": ("x = range(n)", "x = range(1, n)", "x = range(n + 1)", "x = range(n - 1)"),
    "argument swap": ("x = f(a, b, 1)", "x = f(b, a, 1)", "x = f(a, 1, b)"),
    "argument removal": ("x = f(a, dtype=b)", "x = f(a)"),
    "element removal": ("x = {'B', 'C'}", "x = {'C'}", "x = {'B'}"),
    "call removal": ("x = y.abs()", "x = y"),
    "name swap": ("x = y.min()", "x = y.max()"),
    "transposition": ("x = y.T", "x = y"),
    "sign change": ("x = -y", "x = y"),
    "statement deletion": ("x = y", "pass"),
    "accumulation": ("x += y", "x = y"),
    "return replacement": ("def f():\n    return x", "def f():\n    return 0"),
    "variable replacement": ("def f(a, b):\n    return a", "def f(a, b):\n    return b"),
}


@pytest.mark.parametrize("operator", OPERATORS)
def test_operator_makes_its_mutants(operator: str) -> None:
    text, *expected = EXAMPLES[operator]
    made = [change.source for change in changes(text) if change.operator == operator]
    assert made[: len(expected)] == expected


def test_changes_stay_in_their_lines_and_never_repeat() -> None:
    text = "a = 1\nb = 1 + 1\nc = 1"
    found = changes(text, first=2, last=2)
    assert {change.line for change in found} == {2}
    sources = [change.source for change in found]
    assert len(set(sources)) == len(sources) > 5
    assert text not in sources


@cache
def weak() -> SourceNotebook:
    """Return a notebook whose hidden test of toeplitz_1d looks at the shape of one matrix."""
    notebook = SourceNotebook(ROOT / "source" / "toeplitz" / "1_toeplitz_1d.ipynb")
    notebook.tests["toeplitz_1d"] = (
        "from convgrade.reference import conv_matrix\n"
        "from convgrade.rubric import Rubric\n"
        "right = lambda weight, n: conv_matrix(weight[None, None], (1, n))\n"
        "rubric = Rubric('toeplitz_1d', 6, toeplitz_1d, right)\n"
        "rubric.shape('the shape', 6, [(weight, 10)])\n"
        "rubric.score()"
    )
    return notebook


def invented(source: str) -> Mutant:
    return Mutant(
        "toeplitz", "1_toeplitz_1d", "toeplitz_1d", "invented", Change("", 1, 1, "", "", source)
    )


def test_weak_hidden_test_is_found_out() -> None:
    """Where the hidden test looks at the shape alone, the gate fails, and says why."""
    tried = [
        m
        for m in mutants.mutants("toeplitz", "1_toeplitz_1d", "toeplitz_1d")
        if m.style == "model"
    ]
    found = dict(zip(tried, grade(weak(), tried), strict=True))
    assert tally(found, judgements()).score < 0.9
    assert len(misjudged(found, judgements())) > 10


def test_list_must_hold_exactly_the_survivors() -> None:
    alive, dead = invented("alive"), invented("dead")
    found = {alive: "survived", dead: "killed"}
    assert misjudged(found, [alive.id]) == []
    alive_id = "1_toeplitz_1d/toeplitz_1d (invented) 1:1  -> "
    assert misjudged(found, []) == [f"survived, but not listed: {alive_id}"]
    assert misjudged({dead: "killed"}, [dead.id]) == [
        f"listed, but does not survive: {alive_id}",
    ]


def test_only_equivalent_mutants_leave_the_score() -> None:
    names = "abcd"
    made = {invented(name): "killed" if name == "a" else "survived" for name in names}
    made = {
        Mutant("a", "n", "e", name, mutant.change): outcome
        for name, (mutant, outcome) in zip(names, made.items(), strict=True)
    }
    ids = [mutant.id for mutant in made]
    judged = {ids[1]: Judgement("equivalent", ""), ids[2]: Judgement("accepted", "")}
    t = tally(made, judged)
    assert (t.made, t.killed, t.equivalent, t.survived) == (4, 1, 1, 2)
    assert t.score == pytest.approx(1 / 3)


ENDLESS = "def toeplitz_1d(weight, n):\n    while True:\n        pass"
STUBBORN = (
    "def toeplitz_1d(weight, n):\n"
    "    while True:\n"
    "        try:\n"
    "            while True: pass\n"
    "        except BaseException:\n"
    "            pass"
)
SLEEPY = "import time\ndef toeplitz_1d(weight, n):\n    time.sleep(1000)"
CRASH = "import os, signal\ndef toeplitz_1d(weight, n):\n    os.kill(os.getpid(), signal.SIGSEGV)"
GREEDY = "def toeplitz_1d(weight, n):\n    return torch.ones(2**34)"
HOARDER = (
    "def toeplitz_1d(weight, n):\n    kept = []\n    while True:\n"
    "        kept.append(bytearray(2**24))"
)


@pytest.mark.slow
def test_mutants_that_do_not_stop_are_ended_and_cost_no_other_its_verdict() -> None:
    """In one chunk with right answers: these keep their verdicts, and their order."""
    right = invented(weak().answers["toeplitz_1d"])
    tried = [right, invented(ENDLESS), right, invented(STUBBORN), invented(CRASH), right]
    assert grade(weak(), tried) == ["survived", "ended", "survived", "ended", "ended", "survived"]


@pytest.mark.slow
def test_mutant_that_waits_is_ended() -> None:
    """It uses no processor time, so the clock on the wall ends it."""
    begun = time.monotonic()
    assert grade(weak(), [invented(SLEEPY)], wall_seconds=2.0) == ["ended"]
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize("source", [GREEDY, HOARDER], ids=["at once", "bit by bit"])
@pytest.mark.slow
def test_mutant_that_wants_all_memory_does_not_get_it(source: str) -> None:
    """It is refused at the limit, long before the time is up, and earns nothing."""
    assert grade(weak(), [invented(source)], cpu_seconds=60.0) == ["killed"]


def test_mutant_that_changes_shared_tensors_spoils_no_other() -> None:
    right = invented(weak().answers["toeplitz_1d"])
    spoils = invented("weight.zero_()\nweight.resize_(0)\n" + right.change.source)
    assert grade(weak(), [spoils, right]) == ["killed", "survived"]


def test_wrong_answer_is_not_called_equivalent() -> None:
    """One that is wrong for a single size in hundreds does not agree with the model."""
    model = source_notebook("toeplitz", "1_toeplitz_1d").answers["toeplitz_1d"]
    rare = model.replace("    return T\n", "    if (k, n) == (5, 9): T[0, 0] += 1\n    return T\n")
    assert rare != model
    assert agree([invented(model), invented(rare)]) == [True, False]


@pytest.mark.slow
@pytest.mark.parametrize("place", EXERCISES, ids="-".join)
def test_all_mutants_of_today_have_been_graded(place: Place) -> None:
    """And were what the lists say: else what is below grades all, and this fails."""
    assert FOUND.fresh(place), RENEW


def test_no_exercise_that_is_gone_is_on_record() -> None:
    assert FOUND.kept().keys() <= {"/".join(place) for place in EXERCISES}, RENEW


@pytest.mark.slow
@pytest.mark.parametrize("place", EXERCISES, ids="-".join)
def test_hidden_tests_notice_mutants(place: Place) -> None:
    """Every survivor is judged, and no other mutant: a sample where all are known to be so."""
    here = mutants.mutants(*place)
    tried = FOUND.sample(place, here) if FOUND.fresh(place) else here
    ids = {mutant.id for mutant in here}
    others = ids - {mutant.id for mutant in tried}
    listed = [m for m in judgements() if m.startswith(prefix(place)) and m not in others]
    assert misjudged(outcomes(*place, tried), listed) == []


@pytest.mark.slow
def test_hidden_tests_notice_mutants_of_the_whole_course() -> None:
    """At least 90% of an exercise's that are not equivalent lose points, and 95% of all."""
    places = {place: as_listed(place) for place in EXERCISES}
    found = {m: outcome for part in places.values() for m, outcome in part.items()}
    assert len({m.id for m in found}) == len(found) > 3000
    assert misjudged(found, judgements()) == []
    assert tally(found, judgements()).score >= 0.95
    assert min(tally(part, judgements()).score for part in places.values()) >= 0.90


@pytest.mark.slow
@pytest.mark.parametrize("place", EXERCISES, ids="-".join)
def test_equivalent_mutants_give_what_the_model_gives(place: Place) -> None:
    judged = judgements()
    here = [m for m in mutants.mutants(*place) if m.id in judged]
    same = [m for m in here if judged[m.id].verdict == "equivalent"]
    tried = FOUND.sample(place, same) if FOUND.fresh(place) else same
    assert [m.id for m, answer in zip(tried, agree(tried), strict=True) if not answer] == []


@pytest.mark.slow
def test_every_operator_changes_something_in_the_course() -> None:
    used = {m.change.operator for name in EXERCISES for m in mutants.mutants(*name)}
    assert used == set(OPERATORS)


@pytest.mark.slow
def test_page_holds_these_numbers() -> None:
    """docs/mutants.md is what `--write` writes now."""
    found = {place: as_listed(place) for place in EXERCISES}
    assert (ROOT / "docs" / "mutants.md").read_text() == page(found, judgements())


@pytest.mark.slow
def test_command_prints_an_exercise(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["1_toeplitz_1d", "valid_length"]) == 0
    head, _, row = capsys.readouterr().out.splitlines()
    assert head == "| exercise | mutants | killed | equivalent | survived | score |"
    assert row.startswith("| 1_toeplitz_1d/valid_length | 60 | 59 | 1 | 0 | 100.0% |")
    assert main(["no_such_notebook"]) == 1
    assert "1_toeplitz_1d valid_length" in capsys.readouterr().out


def test_verdicts_are_two_words() -> None:
    assert {j.verdict for j in judgements().values()} <= {"equivalent", "accepted"}
    assert all(len(j.reason) > 15 for j in judgements().values())
