"""One process imports libraries, and the fork servers of all processes come from it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from class_runs import Place, assert_nothing_left, finish
from test_classroom import wait_until
from tiny import Tiny

from convgrade import judge
from convgrade.kernels import zygotes
from convgrade.kernels.folders import short_folder
from convgrade.kernels.forks import ForkServer, ForkServerError
from convgrade.kernels.server import MANY
from convgrade.kernels.zygotes import ADDRESS, Zygote, shared, zygote
from convgrade.session import session

NAME = "cg-libraries"
ECHO = """
import os, socket, sys
NAME, SUPERVISED = "echo", False
def prepare():
    pass
def run(arguments):
    line = socket.socket(fileno=os.dup(0))
    line.send(" ".join([arguments[0], os.environ["COLOUR"]]).encode())
    word = line.recv(100).decode()
    if word == "exit":
        os._exit(7)
    if word == "kill":
        os.kill(os.getpid(), 9)
    while word == "stay":
        pass
"""
COUNTED = """
import os
with open(os.environ["HOME"] + "/imported", "a") as file:
    file.write(f"{os.getpid()}\\n")
"""


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder with modules of ours, in which sockets have short names."""
    with tempfile.TemporaryDirectory(dir=short_folder(), prefix="z-") as path:
        monkeypatch.setattr(tempfile, "tempdir", path)
        monkeypatch.setenv("PYTHONPATH", path)
        monkeypatch.setenv("HOME", path)
        monkeypatch.setenv("COLOUR", "green")
        Path(path, "echo.py").write_text(ECHO)
        Path(path, "counted.py").write_text(COUNTED)
        monkeypatch.setattr(zygotes, "_zygotes", {})  # others have another HOME
        yield Path(path)
        for one in zygotes._zygotes.values():
            one.stop()


def echo(libraries: list[str]) -> ForkServer:
    return ForkServer([], "echo", libraries, kept=None)


def imported(folder: Path) -> list[str]:
    path = folder / "imported"
    return path.read_text().splitlines() if path.exists() else []


def zygote_of(server: ForkServer) -> psutil.Process:
    found = psutil.Process(server.pid).parent()
    assert found is not None
    assert found.name() == NAME
    return found


def test_sessions_and_judges_share_an_import(folder: Path) -> None:
    """Which is made once, by a process that is neither's."""
    servers = [
        ForkServer(["counted"], session.PROCESS, ["counted"]),
        ForkServer(["counted", "tabnanny"], judge.PROCESS, ["counted"], None),
    ]
    for server in servers:
        server.start()
    zygotes = {zygote_of(server).pid for server in servers}
    assert [int(pid) for pid in imported(folder)] == list(zygotes)
    for server in servers:
        server.stop()


def test_sets_have_one_order(folder: Path) -> None:
    """Whoever started what a server was forked from: grading twice gives the same words."""
    for name in ("one", "two", "three", "four"):
        (folder / f"{name}.py").write_text(
            "import os\nwith open(os.environ['HOME'] + '/orders', 'a') as file:\n"
            "    file.write(repr(set('a few words in some order'.split())) + '\\n')\n"
        )
        server = echo([name])
        server.start()
        server.stop()
    orders = set((folder / "orders").read_text().splitlines())
    assert len(orders) == 1


def test_another_process_finds_what_a_command_shares(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless it needs other libraries, or the command's are gone."""
    shared = Zygote(["counted"])
    monkeypatch.setenv(ADDRESS, shared.address)
    same, other = echo(["counted"]), echo(["tabnanny"])
    same.start()
    other.start()
    assert imported(folder) == [str(zygote_of(same).pid)]
    assert zygote_of(other) != zygote_of(same)
    shared.stop()
    later = echo(["counted"])
    later.start()
    assert zygote_of(later).pid == int(imported(folder)[1])
    assert psutil.Process(same.pid).is_running()
    for server in (same, other, later):
        server.stop()


def test_a_zygote_that_was_killed_costs_nothing(folder: Path) -> None:
    """Its servers go on, and the next one comes from another."""
    first, second = echo(["string"]), echo(["string"])
    first.start()
    zygote_of(first).kill()
    assert talk(first, "bye") == 0
    second.start()
    assert zygote_of(second).is_running()
    for server in (first, second):
        server.stop()


def talk(server: ForkServer, word: str) -> int:
    """Start a process, speak with it, and return how it ended."""
    line, theirs = socket.socketpair()
    with line:
        with theirs:
            process = server.fork(["hello"], stdio=[theirs.fileno()])
        assert line.recv(100) == b"hello green"
        line.send(word.encode())
        if word == "stay":
            process.kill()
        assert psutil.Process(server.pid).pid == server.pid
        return process.wait(20)


@pytest.mark.parametrize(("word", "code"), [("bye", 0), ("exit", 7), ("kill", -9), ("stay", -9)])
def test_a_process_without_a_supervisor_says_how_it_ended(
    folder: Path, word: str, code: int
) -> None:
    server = echo(["string"])
    for _ in range(3):
        assert talk(server, word) == code
    assert psutil.Process(server.pid).children() == []
    server.stop()


def shares_of_a_server() -> list[float]:
    """Return how much of a server's memory lies in huge pages, after each fork."""
    server = echo(["numpy", "torch"])
    shares = []
    for _ in range(MANY + 1):
        assert talk(server, "bye") == 0
        summary = Path(f"/proc/{server.pid}/smaps_rollup").read_text()
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in summary.splitlines()[1:]}
        shares.append(sizes["AnonHugePages"] / sizes["Anonymous"])
    server.stop()
    return shares


@pytest.mark.skipif(
    tuple(map(int, os.uname().release.split(".")[:2])) < (6, 1),
    reason="Linux 6.1 and later put memory into huge pages on demand",
)
def test_a_server_of_many_lies_in_huge_pages(folder: Path) -> None:
    """So that a fork copies short tables; what is saved by a few is less than it takes."""
    shares: list[float] = []
    for _ in range(3):  # the system may have no huge page to give at the moment
        shares = shares_of_a_server()
        if shares[-1] > 0.25:
            break
    assert shares[MANY // 2] < 0.1
    assert shares[-1] > 0.25


def test_a_process_of_a_killed_server_counts_as_killed(folder: Path) -> None:
    server = echo(["string"])
    line, theirs = socket.socketpair()
    with line, theirs:
        process = server.fork(["hello"], stdio=[theirs.fileno()])
        os.kill(server.pid or 0, signal.SIGKILL)
        assert process.wait(20) == -signal.SIGKILL
    server.stop()


@pytest.mark.parametrize("end", ["stop", "kill", "owner"])
def test_a_zygote_leaves_no_folder(folder: Path, end: str) -> None:
    program = (
        "import sys, time\n"
        "from convgrade.kernels.zygotes import Zygote\n"
        "zygote = Zygote(['string'])\n"
        "print(zygote._process.pid, flush=True)\n"
        "sys.stdin.readline()\n"
        f"zygote.stop() if {end == 'stop'} else None\n"
    )
    environment = {**os.environ, "TMPDIR": str(folder)}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=environment, text=True,
    ) as owner:  # fmt: skip
        assert owner.stdout is not None
        assert owner.stdin is not None
        pid = int(owner.stdout.readline())
        assert len(list(folder.glob("cg-*"))) == 1
        if end == "owner":
            owner.kill()
        elif end == "kill":
            os.kill(pid, signal.SIGKILL)
        else:
            owner.stdin.write("\n")
    if end == "kill":  # nobody was left to remove it; the next start does
        Zygote(["string"]).stop()
    wait_until(lambda: not psutil.pid_exists(pid))
    wait_until(lambda: not list(folder.glob("cg-*")))


def test_a_zygote_without_its_socket_is_replaced(folder: Path) -> None:
    """Where old files are tidied away from the folder for temporary ones."""
    first, second = echo(["string"]), echo(["string"])
    first.start()
    before = zygote_of(first).pid
    (socket_file,) = folder.glob("cg-*/libraries")
    socket_file.unlink()
    second.start()
    assert zygote_of(second).pid != before
    assert talk(first, "bye") == 0
    for server in (first, second):
        server.stop()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_all_workers_of_a_class_share_one(tmp_path: Path) -> None:
    course = Tiny.make(tmp_path)
    for number in range(6):
        course.hand_in(f"s{number}")
    libraries, servers = set[int](), set[int]()
    with Place() as place:
        run = place.grade(course, "--workers", "2")
        while run.poll() is None:
            libraries |= set(place.find("libraries"))
            servers |= {*place.find("fork server"), *place.find("judges")}
        assert run.returncode == 0, finish(run)
        assert_nothing_left(place, course)
    assert len(libraries) == 1
    assert len(servers) == 4


def test_a_command_uses_what_the_one_that_started_it_shares(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And else its own."""
    theirs = Zygote(["counted"])
    monkeypatch.setenv(ADDRESS, theirs.address)
    assert shared(["counted"]) == {ADDRESS: theirs.address}
    theirs.stop()
    ours = shared(["counted"])
    assert ours != {ADDRESS: theirs.address}
    monkeypatch.setenv(ADDRESS, ours[ADDRESS])
    server = echo(["counted"])
    server.start()
    assert zygote_of(server).pid == int(imported(folder)[-1])
    server.stop()
    zygote(["counted"]).stop()


def test_it_is_refused_what_is_no_request(folder: Path) -> None:
    """And it goes on."""
    shared = Zygote(["string"])
    for text in (b"", b"nonsense", b'{"libraries": []}'):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(shared.address)
            connection.sendall(text)
    server = echo(["string"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ADDRESS, shared.address)
        server.start()
    assert zygote_of(server).pid == shared._process.pid
    server.stop()
    shared.stop()


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    (folder / "broken_kind.py").write_text("import no_such_thing\n")
    server = ForkServer([], "broken_kind", ["string"])
    with pytest.raises(ForkServerError, match="No module named 'no_such_thing'"):
        server.start()
    server.stop()
