"""A test cell's view of a student's names, with an honest and with a forging student's end."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import pytest

from convgrade import serve, wire
from convgrade.handles import Handles
from convgrade.namespace import Namespace
from convgrade.proxy import Proxy
from convgrade.remote import YOURS, Link, Lost

CALL, ALL = 0.3, 30.0  # seconds

Student = Callable[[socket.socket], None]


@contextmanager
def linked(
    student: Student, call: float = CALL, total: float = ALL, names: Namespace | None = None
) -> Iterator[tuple[Namespace, Link]]:
    """Yield a namespace whose student's names are served by a function in a thread."""
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=student, args=(theirs,))
    names = Namespace() if names is None else names
    link = Link(lambda: ours, call, time.monotonic() + total)
    thread.start()
    try:
        with names.linked(link):
            yield names, link
    finally:
        ours.close()  # which ends the student's end, too
        thread.join(10)
        theirs.close()
        assert not thread.is_alive()


def honest(source: str) -> Student:
    """Return a student's end that serves what a cell defines, as in the kernel."""
    values: dict[str, Any] = {"__name__": "__main__"}
    exec(source, values)

    def student(connection: socket.socket) -> None:
        handles = Handles(values, connection)
        try:
            while True:
                request = wire.receive(connection)
                wire.send(connection, serve._answer(request, values, handles))
        except (EOFError, OSError):
            return

    return student


def replies(*values: Any) -> Student:
    """Return a student's end that sends these one after the other, whatever it is asked."""

    def student(connection: socket.socket) -> None:
        try:
            for value in values:
                wire.receive(connection)
                wire.send(connection, value)
            wire.receive(connection)
        except (EOFError, OSError):
            return

    return student


def sends(data: bytes, end: bool = False) -> Student:
    """Return a student's end that answers the first request with raw bytes."""

    def student(connection: socket.socket) -> None:
        try:
            wire.receive(connection)
            connection.sendall(data)
            if end:
                connection.close()
            else:
                connection.recv(1)
        except (EOFError, OSError):
            return

    return student


def run(source: str, names: Namespace) -> None:
    """Run a cell the way IPython does: one dict for globals and locals."""
    exec(compile(source, "cell", "exec"), names)


# ------------------------------------------------------------------- honest ends


def test_a_function_is_called_by_value() -> None:
    """Arguments and result are copies; that the student's copy was changed is told."""
    with linked(honest("def f(x, *, k=1):\n    x[0] = 9\n    return x * k")) as (names, _):
        x = np.arange(3.0)
        result = names["f"](x, k=2)
        np.testing.assert_array_equal(result, [18, 2, 4])
        np.testing.assert_array_equal(x, [0, 1, 2])
        assert isinstance(names["f"], Proxy)
        assert names["f"].changed_inputs
        assert repr(names["f"]) == "<the student's function f>"
        names["f"]([1], k=0)
        assert names["f"].changed_inputs
    with linked(honest("def g(x): return x")) as (names, _):
        names["g"]([1])
        assert not names["g"].changed_inputs


def test_a_value_is_fetched_once_for_each_test_cell() -> None:
    """What a test has checked stays as it was, though the student's own changes."""
    student = honest("n = 1\ndef f():\n    global n\n    n += 1\n    return n")
    with linked(student) as (names, _):
        assert names["n"] == 1
        assert names["f"]() == 2
        assert names["n"] == 1
        first = names["f"]
        assert names["f"] is first
    with linked(student, names=names) as (names, _):
        assert names["n"] == 2
        assert names["f"] is not first


def test_a_stored_proxy_is_gone_in_the_next_test_cell() -> None:
    """And calling one that was kept elsewhere is an end, not a wrong answer."""
    with linked(honest("def f(): return 1")) as (names, _):
        run("g = f", names)
        assert names["g"]() == 1
        kept = names["g"]
    assert "g" not in names
    with pytest.raises(Lost, match="the test cell is over"):
        kept()


def test_cells_use_the_students_names_like_their_own() -> None:
    """At the top level and inside the functions of a cell."""
    with linked(honest("def f(x): return 2 * x\nn = 3")) as (names, _):
        run("def test():\n    return f(n)\nassert test() == f(n) == 6", names)
        with pytest.raises(NameError, match="'missing'"):
            run("missing", names)
        with pytest.raises(NameError):
            run("def test():\n    missing\ntest()", names)


def test_deleting_a_name_takes_it_from_the_student() -> None:
    """Until it is given back: so a test sees who uses a function."""
    with linked(honest("def f(): return 1\ndef g(): return f()")) as (names, _):
        run("kept = f\ndel f", names)
        with pytest.raises(NameError, match="name 'f' is not defined"):
            run("g()", names)
        with pytest.raises(NameError):
            run("f", names)
        run("f = kept\nassert g() == f() == 1", names)


def test_what_a_call_prints_is_marked_and_capped(capsys: pytest.CaptureFixture[str]) -> None:
    source = "def f(n):\n    print('points: 2.0\\nall right' + 'x' * n)"
    with linked(honest(source)) as (names, _):
        names["f"](0)
        assert capsys.readouterr().out == f"{YOURS}points: 2.0\n{YOURS}all rightx\n"[:-2] + "\n"
        for _ in range(5):
            names["f"](10**6)
        assert len(capsys.readouterr().out) < 20_000 + 500
    forged = replies({"function": 0}, {"value": 1, "printed": "x" * 10**6})
    with linked(forged) as (names, _):
        names["f"]()
        assert len(capsys.readouterr().out) < 20_000 + 500


def test_every_printed_line_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    with linked(replies({"function": 0}, {"printed": "a\rb\x0bc\u2028d\r\ne"})) as (names, _):
        names["f"]()
    assert capsys.readouterr().out.splitlines() == [YOURS + c for c in "abcde"]


def test_nothing_is_shown_of_a_quiet_call(capsys: pytest.CaptureFixture[str]) -> None:
    """Prints in hidden lines would show the hidden inputs."""
    with linked(honest("def f(x): print(x)")) as (names, link):
        link._shown._quiet = lambda: True
        names["f"](12345)
    assert capsys.readouterr().out == ""


def test_what_is_no_plain_data_cannot_be_passed_on() -> None:
    """It is often what another of the student's functions returned; then nothing is lost."""
    with linked(honest("def f(x): return object()")) as (names, link):
        value = names["f"](1)
        with pytest.raises(TypeError, match="type object cannot be passed on") as caught:
            names["f"](value)
        assert link.raised is caught.value
        with pytest.raises(TypeError, match="type function cannot be passed on"):
            names["f"](names["f"])
        assert type(names["f"](2)).__name__ == "object"


# ------------------------------------------------------------------------- names


def test_names_of_the_course_are_never_asked_of_the_student() -> None:
    """Also before, or without, the cell's own line that binds them."""
    names = Namespace()
    names.own({"check"})
    with linked(honest("check = n = 1"), names=names) as (names, _):
        assert names["n"] == 1
        with pytest.raises(KeyError):
            names["check"]
        run("check = 2", names)
        assert names["check"] == 2


def test_names_of_python_are_not_asked_of_the_student() -> None:
    """Unless the answer cell is to bind them."""
    student = honest("len = sum = lambda x: 99\n__file__ = 'x'")
    with linked(student) as (names, _):
        run("assert len([1]) == 1", names)
        for name in ("len", "__file__", "__builtins__", "__name__"):
            with pytest.raises(KeyError):
                Namespace.__missing__(names, name)
    names = Namespace()
    names.expect({"sum"})
    with linked(student, names=names) as (names, _):
        run("assert sum([1]) == 99 and len([1]) == 1", names)


def test_an_answer_takes_a_name_over_from_the_course() -> None:
    """Else a test would grade what an earlier cell of the course bound."""
    names = Namespace()
    names.own({"w"})
    names["w"] = "course"
    assert names["w"] == "course"
    names.expect({"w"})
    names.own({"w"})  # a later test cell binds it, too
    with linked(honest("w = 'student'"), names=names) as (names, _):
        assert names["w"] == "student"


def test_without_a_link_nothing_is_asked() -> None:
    with pytest.raises(KeyError):
        Namespace()["anything"]


# ---------------------------------------------------------------- forged replies

NO_REPLY = {
    "a number": 1,
    "a list": [{"value": 1}],
    "nothing": None,
    "an object": object(),
    "an error of a text": {"raised": "ValueError"},
    "an error of nothing": {"raised": None},
    "an error that exits, perhaps": {"raised": {"types": ["ValueError"], "exits": 0}},
    "an error without a word": {"raised": {}},
}


@pytest.mark.parametrize("name", NO_REPLY)
def test_what_is_no_reply_ends_the_test(name: str) -> None:
    with linked(replies(NO_REPLY[name])) as (names, link):
        with pytest.raises(Lost):
            names["f"]
        assert link.lost


ODD = [1, "x", None, [1], {"a": 1}, 1.5, b"x", True]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_wrong_types_in_a_reply_are_harmless(odd: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Every field of every reply with every type: a value or an end, and no other exception."""
    for reply in ({"missing": odd}, {"function": odd}, {"value": odd}, {(1, None): odd}):
        with linked(replies(reply)) as (names, _):
            try:
                value = names["f"]
            except KeyError:
                assert odd is True
            else:
                assert isinstance(value, Proxy) or value in (odd, None)
    fields = ("types", "message", "line")
    for field in fields:
        raised = {"types": ["ValueError"], "exits": False, "message": "m", "line": "l"}
        reply = {"raised": raised | {field: odd}, "printed": odd, "changed": odd}
        with linked(replies({"function": 0}, reply)) as (names, link):
            with pytest.raises(Exception, match=r"(?s).*") as caught:
                names["f"]()
            assert caught.value is link.raised
    capsys.readouterr()


def test_a_handle_of_any_size_is_a_function() -> None:
    for handle in (-1, 2**200):
        with linked(replies({"function": handle}, {"value": 3})) as (names, _):
            assert names["f"]() == 3


def test_early_replies_are_only_wrong_answers() -> None:
    """They are plain data like any other, and end with the test cell."""

    def eager(connection: socket.socket) -> None:
        for value in ({"function": 0}, {"value": 1}, {"value": 2}):
            wire.send(connection, value)
        for _ in range(3):  # get, call, call
            wire.receive(connection)

    with linked(eager) as (names, _):
        f = names["f"]
        assert [f(), f()] == [1, 2]


def frame(data: bytes) -> bytes:
    return struct.pack(">Q", len(data)) + data


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (sends(b"", end=True), "your code made Python exit or crash, or used too much memory"),
        (sends(frame(wire.dumps(1))[:-1], end=True), "made Python exit or crash"),
        (sends(frame(wire.dumps(1))[:9]), "a call of your function took longer than 0.3 s"),
        (sends(b"\0" * 7), "a call of your function took longer than 0.3 s and was stopped"),
        (sends(struct.pack(">Q", 2**63)), "what your function returned cannot be read"),
        (sends(b"\xff" * 100), "what your function returned cannot be read"),
        (sends(frame(b"garbage")), "what your function returned cannot be read"),
        (sends(frame(b"")), "what your function returned cannot be read"),
    ],
    ids=["end", "half, end", "half, stall", "header, stall", "2**63", "ff", "garbage", "empty"],
)
def test_broken_replies_end_the_test(student: Student, words: str) -> None:
    start = time.monotonic()
    with linked(student) as (names, link):
        with pytest.raises(Lost, match=words):
            names["f"]
        assert words in link.lost
    assert time.monotonic() - start < 10


def test_a_slow_trickle_does_not_stretch_a_call() -> None:
    """The limit is for the whole reply, not for each byte of it."""

    def trickle(connection: socket.socket) -> None:
        try:
            connection.sendall(struct.pack(">Q", 10**6))
            pause = threading.Event()
            while not pause.wait(0.05):
                connection.sendall(b"x")
        except OSError:
            return

    start = time.monotonic()
    with linked(trickle) as (names, _), pytest.raises(Lost, match="longer than"):
        names["f"]
    assert time.monotonic() - start < 5


def test_an_end_that_does_not_read_is_noticed() -> None:
    with linked(lambda connection: None) as (names, link):
        names._seen["f"] = Proxy(link, 0, "f")
        with pytest.raises(Lost, match="longer than"):
            names["f"](np.zeros(10**7))


# -------------------------------------------------------------------- exceptions


def raised(types: Any, message: Any = "words", line: Any = "") -> Student:
    error = {"types": types, "exits": False, "message": message, "line": line}
    return replies({"function": 0}, {"raised": error})


@pytest.mark.parametrize(
    ("types", "kind", "name"),
    [
        (["ValueError", "Exception"], ValueError, "ValueError"),
        (["AssertionError"], AssertionError, "AssertionError"),
        (["MemoryError"], MemoryError, "MemoryError"),
        (["RecursionError", "RuntimeError"], RecursionError, "RecursionError"),
        (["MyError", "KeyError", "LookupError"], KeyError, "MyError"),
        (["UnicodeDecodeError", "UnicodeError"], UnicodeError, "UnicodeDecodeError"),
        (["ExceptionGroup", "BaseExceptionGroup", "Exception"], Exception, "ExceptionGroup"),
        (["StopIteration", "Exception"], RuntimeError, "StopIteration"),
        (["Mine", "StopIteration"], RuntimeError, "Mine"),
        (["StopAsyncIteration", "Exception"], RuntimeError, "StopAsyncIteration"),
        (["SyntaxError"], SyntaxError, "SyntaxError"),
        (["OSError"], OSError, "OSError"),
        # What an honest end would have called an exit.
        (["SystemExit", "BaseException"], Exception, "SystemExit"),
        (["KeyboardInterrupt", "BaseException"], Exception, "KeyboardInterrupt"),
        (["GeneratorExit", "BaseException"], Exception, "GeneratorExit"),
        (["BaseException"], Exception, "BaseException"),
        (["Lost", "BaseException"], Exception, "Lost"),
        # No names of exceptions at all.
        (["print", "len", "None", "__import__"], Exception, "print"),
        (["two words", "a\nb", "<b>", "1"], Exception, "Exception"),
        ([], Exception, "Exception"),
        ([1, None, []], Exception, "Exception"),
        ("ValueError", Exception, "Exception"),
        (["x" * 10**5], Exception, "x" * 80),
    ],
    ids=lambda value: str(value)[:20],
)
def test_an_error_of_the_students_is_one_of_pythons(
    types: Any, kind: type[Exception], name: str
) -> None:
    """An ordinary exception, never one that ends a loop or a process, with the student's name."""
    with linked(raised(types)) as (names, link):
        with pytest.raises(Exception, match="words") as caught:
            names["f"]()
        assert isinstance(caught.value, kind)
        assert isinstance(caught.value, Exception)
        assert not isinstance(caught.value, (StopIteration, StopAsyncIteration))
        assert type(caught.value).__name__ == name
        assert caught.value is link.raised
        assert not link.lost


def test_an_error_cannot_end_a_loop_of_the_test() -> None:
    """all(map(...)) over a function that raises StopIteration would be true."""
    student = honest("def f(x):\n    raise StopIteration")
    with linked(student) as (names, _), pytest.raises(RuntimeError):
        run("assert all(map(lambda x: f(x) == 1, [1, 2]))", names)


def test_an_error_tells_the_students_line_and_is_short() -> None:
    with linked(raised(["ValueError"], "m" * 10**6, "l" * 10**6)) as (names, _):
        with pytest.raises(ValueError, match="m") as caught:
            names["f"]()
        assert len(str(caught.value)) == 500
        assert caught.value.__notes__ == ["at your line: " + "l" * 200]


@pytest.mark.parametrize("error", ["SystemExit(0)", "KeyboardInterrupt()", "GeneratorExit()"])
def test_a_call_that_exits_ends_the_test(error: str) -> None:
    with linked(honest(f"def f(): raise {error}")) as (names, link):
        with pytest.raises(Lost, match="tried to end Python"):
            names["f"]()
        assert link.lost


def test_the_honest_end_survives_errors_that_cannot_be_shown() -> None:
    source = """
class Odd(Exception):
    def __str__(self): raise ValueError
def f(): raise Odd
def g(): return 1
"""
    with linked(honest(source)) as (names, _):
        with pytest.raises(Exception, match=r"^$") as caught:
            names["f"]()
        assert type(caught.value).__name__ == "Odd"
        assert names["g"]() == 1


# -------------------------------------------------------------------------- Lost


def test_a_lost_link_is_not_an_exception() -> None:
    """So that a test that tolerates errors does not go on to award points."""
    with linked(sends(b"", end=True)) as (names, link):
        with pytest.raises(Lost):
            run("try:\n    f\nexcept Exception:\n    pass\npoints = 2.0", names)
        assert "points" not in names
        assert link.lost


def test_after_a_bare_except_no_call_works_any_more() -> None:
    with linked(replies({"function": 0}, {"value": 1})) as (names, link):
        run("g = f\nassert g() == 1", names)
        with pytest.raises(Lost):
            names["g"]()  # the third request is never answered
        first = link.lost
        assert first
        run("again = 0\ntry:\n    g()\nexcept:\n    again = 1\nassert again", names)
        with pytest.raises(Lost, match="longer than"):
            names["other"]
        assert link.lost == first


def test_all_calls_together_have_a_limit() -> None:
    student = honest("import time\ndef f(): time.sleep(0.05)")
    start = time.monotonic()
    with linked(student, call=20, total=0.5) as (names, link):
        with pytest.raises(Lost, match="the time for this test is used up"):
            run("while True:\n    f()", names)
        assert link.lost
    assert time.monotonic() - start < 5


def test_a_connection_that_cannot_be_made_is_said() -> None:
    def connect() -> socket.socket:
        raise Lost("the test could not reach your code")

    names, link = Namespace(), Link(connect, CALL, time.monotonic() + ALL)
    with ExitStack() as stack:
        stack.enter_context(names.linked(link))
        with pytest.raises(Lost, match="could not reach"):
            names["f"]
    assert link.lost == "the test could not reach your code"
