"""Generators, coroutines and threads between a test and a student's code, without a kernel.

tests/constructs/protocols.toml tries them in notebooks.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import itertools
import weakref
from typing import Any

import pytest
from student_ends import honest, linked
from test_handles import forging

from convgrade.proxy import Undecided
from convgrade.remote import Lost

SOURCE = """
import asyncio
from concurrent.futures import ThreadPoolExecutor
said = []
def lines(label, f=None):
    try:
        for i in range(5):
            yield i if f is None else f(i)
    finally:
        said.append(label)
def parallel(f, xs):
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(f, xs))
def square(x):
    return x * x
def call(f):
    return f()
async def name(n):
    said.append(n)
    await asyncio.sleep(0.01)
    said.append(-n)
    return n
"""
STAGE: dict[str, Any] = {"value": "suspended"}
NODES = [
    [["generator", 1, "f", "f"], STAGE], [["generator", 1, "f", "f"], {"value": "closed"}],
    [["generator", 1, "f", "f"], {"value": 3}, ["thing"]], [["generator", 1, "", ""], {}],
    [["generator", "1", "", ""]], [["generator", 1, "f", 3]], [["coroutine", 1, "f", "f"]],
    [["coroutine", 1]], [["async_generator", 1, "f", "f"]], [["async_generator", 1, None, "f"]],
]  # fmt: skip


def number_of(made: Any) -> Any:
    """Return what a stream gives, made a number."""
    if inspect.isgenerator(made):
        return sum(itertools.islice(made, 3)) or 1 + None  # type: ignore[operator]
    step = anext(made) if inspect.isasyncgen(made) else made
    return 1 + asyncio.run(asyncio.wait_for(step, 5))


@pytest.mark.parametrize("bodies", NODES, ids=str)
def test_what_a_hostile_kernel_says_of_a_stream_ends_no_test_well(bodies: Any) -> None:
    with linked(forging(*bodies)) as names, pytest.raises((Lost, Undecided, TypeError)):
        number_of(names["f"])


def test_two_kinds_of_one_number_cost_the_exercise() -> None:
    first, second = ["generator", 1, "f", "f"], ["coroutine", 1, "f", "f"]
    with linked(forging(first, STAGE, second)) as names:
        kept = names["f"]
        with pytest.raises(Lost):
            names["g"]
        assert inspect.isgenerator(kept)


def test_a_dropped_generator_ends_at_once_or_after_what_is_being_asked() -> None:
    with linked(honest(SOURCE)) as names:
        lines, said = names["lines"], names["said"]
        g = lines("dropped")
        next(g)
        del g
        assert said == ["dropped"]

        kept = [lines("in between")]
        next(kept[0])
        link = names.crossing.link
        link._inside = 1  # as while something is asked
        kept.clear()
        assert said == ["dropped"]
        link._inside = 0
        assert names["square"](2) == 4
        assert said == ["dropped", "in between"]


def test_a_generator_in_a_cycle_is_collected_while_the_student_asks_the_test() -> None:
    with linked(honest(SOURCE)) as names:

        def make() -> weakref.ref[Any]:
            g = names["lines"]("cycle")
            next(g)
            ring: list[Any] = [g]
            ring.append(ring)
            return weakref.ref(g)

        gone = make()

        def collect() -> int:
            gc.collect()
            return 3

        assert names["call"](collect) == 3
        assert gone() is None
        assert names["said"] == ["cycle"]


def test_calls_from_threads_come_one_at_a_time() -> None:
    with linked(honest(SOURCE)) as names:
        parallel, square = names["parallel"], names["square"]
        for _ in range(20):
            assert parallel(lambda x: x + 1, list(range(30))) == list(range(1, 31))
            assert parallel(lambda x: square(x) + 1, [1, 2, 3, 4]) == [2, 5, 10, 17]
            assert parallel(lambda x: parallel(square, [x, x]), [2, 3]) == [[4, 4], [9, 9]]


@pytest.mark.parametrize("threads", [False, True])
def test_a_test_that_can_tell_threads_waits(threads: bool) -> None:
    with linked(honest(SOURCE), threads=threads) as names:
        if threads:
            with pytest.raises(Undecided, match="which can tell"):
                names["parallel"](lambda x: x, [1])
        else:
            assert names["parallel"](lambda x: x, [1]) == [1]


def test_coroutines_that_are_awaited_together_run_together() -> None:
    with linked(honest(SOURCE)) as names:

        async def gathered() -> list[int]:
            return await asyncio.gather(*map(names["name"], [1, 2, 3]))

        assert asyncio.run(gathered()) == [1, 2, 3]
        assert names["said"] == [1, 2, 3, -1, -2, -3]


def test_what_goes_on_beside_a_coroutine_of_the_students_makes_the_test_wait() -> None:
    with linked(honest(SOURCE)) as names:
        limited = asyncio.wait_for(names["name"](1), 0.001)
        with pytest.raises(Undecided, match="for some time"):
            asyncio.run(limited)
