"""What a student's code can put on its session's socket: it costs them their exercise at most."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_trusted import answer, check, grade, shown

from convgrade.session import frames

REACH = """
import json, os, struct
session = get_ipython().kernel.session
line, number = session.line, get_ipython().parent_header["header"]["msg_id"]
def packet(body, sender=1, number=1, last=True):
    line.send(struct.pack(">IQ?", sender, number, last) + body)
def say(kind, content, of=number):
    packet(json.dumps({"kind": kind, "of": of, "content": content}).encode())
"""

#: Harmless, or it ends the process: by what is done, what the student reads, "" for nothing.
SAID = {
    "nothing but a head": ('packet(b"")', "interfered"),
    "half a head": ('line.send(b"12345")', "interfered"),
    "an empty packet": ('line.send(b"")', "exit or crash"),
    "noise": ("packet(os.urandom(1000))", "interfered"),
    "no JSON": ('packet(b"{")', "interfered"),
    "a number": ('packet(b"1")', "interfered"),
    "a list": ('packet(b"[1, 2, 3]")', "interfered"),
    "no content": ('packet(b\'{"kind": "stream", "of": "1"}\')', "interfered"),
    "deep": ('packet(b"[" * 60_000)', "interfered"),
    "a long number": ('packet(b"9" * 60_000)', "interfered"),
    "a kind that is a list": ('say(["stream"], {})', ""),
    "a kind of nobody's": ('say("comm_open", {"data": {}})', ""),
    "content that is none": ('say("stream", None); say("error", [1]); say("stream", "x")', ""),
    "content of wrong types": ('say("error", {"ename": 1, "evalue": 2, "traceback": 3})', ""),
    "a status": ('say("status", {"execution_state": "idle"})', ""),
    "kinds of our own": ('say("stray", 5); say("unread", "x")', ""),
    "an end of nothing": ('say("done", [1])', ""),
    "an end that is odd": ('say("done", {"payload": 3})', ""),
    "an exit": ('say("done", {"payload": [{"source": "ask_exit"}]})', "asked Python to exit"),
    "of another cell": ('say("stream", {"name": "stdout", "text": "x"}, of="99")', ""),
    "of no cell": ('say("stream", {"name": "stdout", "text": "x"}, of=[1])', ""),
    "unfinished": ('[packet(b"x" * 50_000, sender, 7, False) for sender in range(500)]', ""),
    "too long": ('[packet(b"x" * 60_000, 1, 7, n == 199) for n in range(200)]', ""),
    "a closed line": ("os.close(line.fileno())", "exit or crash"),
    "a shut line": ("import socket; line.shutdown(socket.SHUT_RDWR)", "exit or crash"),
    "a deaf end": (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); line.recv(9)", "ran longer"
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", SAID)
def test_what_is_said_costs_one_exercise(name: str) -> None:
    code, words = SAID[name]
    client = grade(
        answer("my f", f"def f(x):\n    return 2 * x\n{REACH}\n{code}", binds="f"),
        check("f", "assert f(1) == 2"),
        answer("my g", "def g(x):\n    return x"),
        check("g", "assert g(1) == 1"),
        max_flood=40_000_000,
    )
    assert client.points == {"f": 0.0 if words else 2.0, "g": 2.0}, client.notes
    assert words in shown(client, "my f")
    assert not words or "my f" in client.notes


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_forged_end_of_a_cell_earns_nothing() -> None:
    """The grader goes on; the process is still busy, and what it says later is nobody's."""
    client = grade(
        answer("my f", f"def f(x):\n    return x\n{REACH}\nsay('done', {{}})\nprint('late')", "f"),
        check("f", "assert f(1) == 2"),
        answer("my g", "def g(x):\n    return x"),
        check("g", "assert g(1) == 1"),
    )
    assert client.points == {"f": 0.0, "g": 2.0}


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_flood_of_what_nobody_waits_for_ends() -> None:
    client = grade(
        answer(
            "my f",
            f"def f(x):\n    return 2 * x\n{REACH}\nwhile True: say('stream', 'x', '0')",
            "f",
        ),
        check("f", "assert f(1) == 2"),
        max_flood=1_000_000,
    )
    assert client.points == {"f": 0.0}
    assert "it printed more than 1,000,000 characters" in shown(client, "my f")


# ----------------------------------------------------------------------- packets


@given(st.lists(st.binary(max_size=3 * frames.PACKET), max_size=5), st.randoms())
def test_messages_arrive_whole_in_any_mixture(messages: list[bytes], random: Any) -> None:
    """As several senders would mix their packets; each sender's in their order."""
    queues = [list(frames.packets(message)) for message in messages]
    assembly, found = frames.Assembly(), []
    while any(queues):
        queue = random.choice([q for q in queues if q])
        message = assembly.add(queue.pop(0))
        found += [message] if message is not None else []
    assert sorted(found) == sorted(messages)


@given(st.lists(st.binary(max_size=100), max_size=50))
def test_any_packets_are_refused_or_taken(packets: list[bytes]) -> None:
    assembly = frames.Assembly()
    for packet in packets:
        try:
            message = assembly.add(packet)
        except ValueError:
            continue
        assert message is None or isinstance(message, (bytes, int))


def test_a_message_that_is_too_long_takes_no_memory() -> None:
    assembly, size = frames.Assembly(), frames.MAX_MESSAGE + 1
    *parts, last = frames.packets(bytes(size))
    assert [assembly.add(part) for part in parts] == [None] * len(parts)
    ((kept, _),) = assembly._begun.values()
    assert sum(map(len, kept)) <= frames.MAX_MESSAGE
    assert assembly.add(last) == size


def test_messages_that_never_end_take_little_memory() -> None:
    assembly = frames.Assembly()
    first = next(frames.packets(bytes(2 * frames.PACKET)))
    for sender in range(1000):
        assembly.add(sender.to_bytes(4, "big") + first[4:])
    assert len(assembly._begun) == frames.MAX_BEGUN


def test_an_interrupted_message_spoils_no_other() -> None:
    assembly = frames.Assembly()
    begun, _ = frames.packets(json.dumps("x" * frames.PACKET).encode())
    assert assembly.add(begun) is None
    (whole,) = frames.packets(b"whole")
    assert assembly.add(whole) == b"whole"
