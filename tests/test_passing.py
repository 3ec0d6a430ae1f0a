"""Iterators, patches, databases and threads of a test, over a socket without a kernel."""

from __future__ import annotations

import itertools
import random
import sqlite3
import threading
from fractions import Fraction
from unittest import mock

import pytest
from student_ends import honest, linked

from convgrade import forms, patched
from convgrade.proxy import Undecided
from convgrade.twins import Twins, digest


def test_items_of_an_iterator_are_fetched_one_by_one() -> None:
    """What is left of it is the test's."""
    with linked(honest("def two(items): return [next(items), next(items)]")) as names:
        count = itertools.count(3)
        assert names["two"](count) == [3, 4]
        assert next(count) == 5
        assert names["two"](x * x for x in (2, 3)) == [4, 9]


def test_what_an_iterator_of_the_tests_raises_comes_back() -> None:
    def broken() -> object:
        yield 1
        raise KeyError("lost")

    with linked(honest("f = list")) as names, pytest.raises(KeyError, match="lost"):
        names["f"](broken())


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hear of patches, and forget it afterwards."""
    kind = mock._patch
    monkeypatch.setattr(kind, "__enter__", kind.__enter__)
    monkeypatch.setattr(kind, "__exit__", kind.__exit__)
    patched.listen()


@pytest.mark.usefixtures("heard")
def test_a_patch_is_there_during_calls_and_gone_later() -> None:
    source = "import random\ndef throw(): return random.randint(1, 6), len(vars(random.randint))"
    with linked(honest(source)) as names:
        with mock.patch("random.randint", return_value=9):
            assert names["throw"]() == (9, 0)  # and nothing of the mock's is there
        assert random.randint(9, 9) == 9


@pytest.mark.usefixtures("heard")
def test_a_class_that_is_patched_needs_a_person() -> None:
    with (
        linked(honest("def f(): return 1")) as names,
        mock.patch("datetime.date"),
        pytest.raises(Undecided, match="patches"),
    ):
        names["f"]()


def test_what_cannot_be_built_needs_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """An honest student's library may give what ours does not take."""
    source = "from fractions import Fraction\ndef half(): return Fraction(1, 2)"
    with linked(honest(source)) as names:
        assert names["half"]() == Fraction(1, 2)

        def build(name: str, content: object) -> object:
            raise ValueError(name)

        monkeypatch.setattr(forms, "build", build)
        with pytest.raises(Undecided, match="a Fraction that cannot be built"):
            names["half"]()


def test_threads_of_a_test_wait_for_each_other() -> None:
    source = "calls = []\ndef f(x):\n    calls.append(x)\n    return len(calls)"
    with linked(honest(source)) as names:
        found: list[int] = []
        f = names["f"]

        def ask() -> None:
            found.extend(f(n) for n in range(30))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(found) == list(range(1, 121))


def _database(rows: int) -> sqlite3.Connection:
    made = sqlite3.connect(":memory:")
    made.execute("create table t (n int)")
    made.executemany("insert into t values (?)", [(n,) for n in range(rows)])
    return made


def test_a_digest_tells_databases_apart() -> None:
    assert digest(_database(3)) == digest(_database(3)) is not None
    assert digest(_database(3)) != digest(_database(4))
    assert digest({"a": [1]}) == digest({"a": [1]}) != digest({"a": [2]})
    assert digest(threading.Lock()) is None


def test_only_what_the_course_named_is_passed_by_its_name() -> None:
    ours = _database(2)
    twins = Twins(lambda value: "db" if value is ours else None)
    assert twins.written(_database(2)) is None
    assert twins.written(ours) == ["twin", "db", digest(ours)]
    ours.execute("delete from t")
    assert twins.now() == {"db": digest(ours)} != {"db": digest(_database(2))}
