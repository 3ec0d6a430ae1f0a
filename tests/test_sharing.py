"""One object that stands in two places stays one: in a frame, in a change, in what comes back."""

from __future__ import annotations

import json
import struct
from collections import OrderedDict, deque
from typing import Any

import numpy as np
import pytest
import torch

from convgrade import plain, wire
from convgrade.copies import copy_back, has_layout, is_view, parts, shared_parts
from convgrade.joining import join


def crossed(value: Any, exact: bool = True, **options: Any) -> Any:
    return wire.loads(wire.dumps(value, exact=exact, **options))


def frame(tree: Any) -> bytes:
    text = json.dumps(tree).encode()
    return struct.pack(">I", len(text)) + text


@pytest.mark.parametrize(
    "part",
    [[1], {1: 2}, {3}, np.ones(2), torch.ones(2), OrderedDict(a=1), deque([1]), bytearray(b"a")],
    ids=lambda part: type(part).__name__,
)
def test_what_stands_twice_stays_one(part: Any) -> None:
    twice, inside, once = crossed([part, (part, {"x": part}), [1]])
    assert type(twice) is type(part)
    assert inside[0] is inside[1]["x"] is twice is not once


def test_what_is_equal_stays_apart() -> None:
    one, other, *_ = crossed([[1], [1], (), ()])
    assert one == other
    assert one is not other


def test_without_exactness_all_are_copies() -> None:
    part = [1]
    one, other = crossed([part, part], exact=False)
    assert one is not other


def test_what_the_reader_has_is_not_written_again() -> None:
    part = [1]
    data = wire.dumps([part, [part]], exact=True, known={id(part): 7})
    assert wire.loads(data, made=lambda body: tuple(body)) == [("handle", 7), [("handle", 7)]]


@pytest.mark.parametrize("number", [0, 1, -1, 2**70, True, None, "0", [0], 0.0])
def test_a_number_that_stands_for_nothing_is_refused(number: object) -> None:
    with pytest.raises(wire.WireError):
        wire.loads(frame({"list": [{"same": number}]}))


def test_nothing_stands_for_what_it_stands_in() -> None:
    with pytest.raises(wire.WireError, match="stands for none"):
        wire.loads(frame({"list": [{"list": [{"same": 0}]}]}))


def test_few_bytes_are_not_many_parts() -> None:
    """Each level twice the one below it: to look at all would take longer than there is."""
    tree: Any = {"list": []}
    for number in range(90):
        tree = {"list": [tree, {"same": number}]}
    with pytest.raises(wire.WireError, match="too many parts"):
        wire.loads(frame(tree))
    value: list[Any] = []
    for _ in range(90):
        value = [value, value]
    with pytest.raises(wire.WireError, match="too many parts"):
        crossed(value)


def test_as_many_parts_as_there_is_room_for_cross() -> None:
    row = list(range(1000))
    rows = crossed([row] * (plain.MAX_TEXT // 1100))
    assert all(each is rows[0] for each in rows)
    with pytest.raises(wire.WireError, match="too many parts"):
        crossed([row] * (plain.MAX_TEXT // 900))


def test_what_contains_itself_is_too_deep() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(wire.WireError, match="nested"):
        wire.dumps(value, exact=True)


# ---------------------------------------------------------------- changes in place


def test_new_rows_that_are_one_become_one() -> None:
    board, row = [[1], [2], [3]], [0]
    first = board[0]
    assert copy_back(board, [row, row, row, row])
    assert board == [[0]] * 4
    assert all(each is first for each in board)


def test_rows_that_are_one_no_more_part() -> None:
    row = [0]
    board = [row, row]
    assert copy_back(board, [[1], [2]])
    assert board == [[1], [2]]
    assert board[0] is row is not board[1]


def test_what_others_hold_stays_what_it_is() -> None:
    inner = {"x": [1]}
    outer = {"a": inner, "b": [2]}
    assert copy_back(outer, {"a": {"x": [1, 5]}, "c": 3})
    assert outer == {"a": {"x": [1, 5]}, "c": 3}
    assert outer["a"] is inner


def test_a_change_into_itself_changes_nothing() -> None:
    for value in ({1}, {"a": 1}, [1], deque([1])):
        assert copy_back(value, value)
        assert len(value) == 1


# ------------------------------------------------------- parts of what the test has


RECORDS = [{"n": 1}, {"n": 2}]


def asked(value: Any, **arguments: Any) -> Any:
    """Return what becomes of a value that has crossed, with parts of a call's arguments."""
    others = {name: parts(argument) for name, argument in arguments.items()}
    said = crossed(shared_parts(parts(value), others))
    return join(crossed(value), said, arguments.get)


def test_a_part_of_an_argument_comes_back_as_itself() -> None:
    assert asked(RECORDS[1], records=RECORDS) is RECORDS[1]
    found = asked({"b": [RECORDS[1]], "t": (1, (RECORDS[0],))}, records=RECORDS)
    assert found["b"][0] is RECORDS[1]
    assert found["t"][1][0] is RECORDS[0]
    assert found == {"b": [{"n": 2}], "t": (1, ({"n": 1},))}


def test_an_argument_within_the_value_is_itself() -> None:
    array = np.ones(2)
    assert asked([array, array], x=array)[1] is array


def test_copies_stay_copies() -> None:
    assert asked(dict(RECORDS[1]), records=RECORDS) == RECORDS[1]
    assert asked(dict(RECORDS[1]), records=RECORDS) is not RECORDS[1]
    assert shared_parts(parts(3), {"records": parts(RECORDS)}) == []


@pytest.mark.parametrize(
    "said",
    [
        None, 3, [3], [[]], [[[], "records"]], [[[], "nobody", []]], [[[0], "records", [0]]],
        [[[], "records", [9]]], [[[], "records", [-1]]], [[[], "records", [True]]],
        [[[], "records", [0, 0, 0]]], [[["n"], "records", [0]]], [[[], [], []]],
        [[[0] * 1000, "records", []]], [[[], "records", [0, 0]]], [[[], "records", []]],
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_said_wrongly_leaves_a_copy(said: object) -> None:
    value = {"n": 2}
    assert join(value, said, {"records": RECORDS}.get) is value
    assert value == {"n": 2}
    assert RECORDS == [{"n": 1}, {"n": 2}]


# ------------------------------------------------------------------- arrays' memory


def test_a_view_is_seen_wherever_it_stands() -> None:
    array, tensor = np.arange(6), torch.arange(6)
    assert is_view(parts(array[1:]), [parts(array)])
    assert is_view(parts([1, {"x": array[1:]}]), [parts([array])])
    assert is_view(parts((tensor[1:],)), [parts(tensor)])
    assert is_view(parts([array, array[1:]]), [])
    assert not is_view(parts([array.copy(), array.copy()]), [parts(array)])
    assert not is_view(parts(array), [parts(array)])
    assert not is_view(parts(3), [parts(array)])


def test_another_layout_than_a_copys_is_seen() -> None:
    array = np.ones((2, 3))
    fixed = np.ones(2)
    fixed.flags.writeable = False
    assert not has_layout(parts([array, 1]))
    assert all(
        has_layout(parts(value)) for value in (array.T, [array[:, 1:]], {"x": array[1:]}, (fixed,))
    )
