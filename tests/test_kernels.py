"""Forked kernels: real kernel managers, a real fork server, and what is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager

from convgrade import confine
from convgrade.kernels import folders
from convgrade.kernels.__main__ import install
from convgrade.kernels.folders import MARK, PREFIX, held_folder, remove_leftovers, short_folder
from convgrade.kernels.forks import ForkServer, ForkServerError, fork_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="forks kernels on Linux only"),
]
PRELOAD = ["numpy", "matplotlib.pyplot"]


class Kernel:
    """A running kernel and its client."""

    def __init__(self, manager: AsyncKernelManager, client: AsyncKernelClient) -> None:
        self.manager, self.client = manager, client

    @property
    def process(self) -> Any:
        return self.manager.provisioner.process

    async def run(self, code: str, timeout: float = 30) -> str:
        """Run code; return what it prints, and its error's name."""
        said: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            content = message["content"]
            said.append(content.get("text", "") or content.get("ename", ""))

        await self.client.execute_interactive(
            textwrap.dedent(code), output_hook=hear, timeout=timeout, allow_stdin=False
        )
        return "".join(said).strip()


def manager_of(folder: Path, transport: str = "ipc", **config: Any) -> AsyncKernelManager:
    """Return a manager whose kernels are forked."""
    options = {"ip": str(folder / "k")} if transport == "ipc" else {}
    manager = AsyncKernelManager(kernel_name="python3", transport=transport, **options)
    spec = manager.kernel_spec
    assert spec is not None
    spec.metadata["kernel_provisioner"] = {
        "provisioner_name": "convgrade-fork",
        "config": {"preload": PRELOAD, **config},
    }
    return manager


@contextlib.asynccontextmanager
async def started(manager: AsyncKernelManager, **options: Any) -> AsyncIterator[Kernel]:
    """Start a kernel, and end it."""
    await manager.start_kernel(**options)
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder with a path short enough for sockets."""
    import tempfile

    with tempfile.TemporaryDirectory(dir=short_folder()) as path:
        yield Path(path)


def wait_until(condition: Callable[[], bool], seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


# -------------------------------------------------------------------- the life of a kernel


@pytest.mark.parametrize("transport", ["ipc", "tcp"])
def test_a_life(folder: Path, transport: str) -> None:
    """Start, run, interrupt, restart, shut down: with the real manager."""

    async def life() -> None:
        manager = manager_of(folder, transport)
        async with started(manager) as kernel:
            assert await kernel.run("x = 20 + 1; print(2 * x)") == "42"
            sleeping = asyncio.create_task(kernel.run("import time; time.sleep(60)"))
            await asyncio.sleep(0.5)
            await manager.interrupt_kernel()
            assert await asyncio.wait_for(sleeping, 20) == "KeyboardInterrupt"
            first = kernel.process.pid
            await manager.restart_kernel(now=True)
            await kernel.client.wait_for_ready(timeout=60)
            assert kernel.process.pid != first
            assert await kernel.run("print('x' in globals())") == "False"
            assert await manager.is_alive()
            kernel.client.shutdown()
            await asyncio.wait_for(manager.provisioner.wait(), 20)
            assert not await manager.is_alive()

    asyncio.run(life())


@pytest.mark.parametrize(
    ("code", "status"),
    [("import os; os._exit(3)", 3), ("import os; os.kill(os.getpid(), 11)", -11)],
)
def test_how_it_ended(folder: Path, code: str, status: int) -> None:
    """The exit code and the signal of the kernel itself arrive."""

    async def life() -> None:
        async with started(manager_of(folder)) as kernel:
            process = kernel.process
            kernel.client.execute(code)
            await asyncio.to_thread(process.wait, 20)
            assert process.returncode == status
            assert await kernel.manager.provisioner.poll() == status

    asyncio.run(life())


def test_kill_ends_what_the_kernel_started(folder: Path) -> None:
    """Also a process that left the group and its parent."""

    async def life() -> int:
        async with started(manager_of(folder)) as kernel:
            return int(await kernel.run(ESCAPE))

    left = asyncio.run(life())
    assert wait_until(lambda: not psutil.pid_exists(left))


ESCAPE = """
import subprocess, sys
code = '''
import os, sys, time
if os.fork():
    sys.exit()
os.setsid()
print(os.getpid(), flush=True)
os.close(1)
time.sleep(600)
'''
print(subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True).stdout)
"""


# ------------------------------------------------------------------ as fresh as a new Python


def test_nothing_is_carried_over(folder: Path) -> None:
    """What one kernel did, the next does not see."""
    leave = f"""
    import builtins, os, random, sys, numpy, matplotlib, matplotlib.pyplot as plt
    builtins.left = numpy.left = 1
    os.environ["LEFT"] = "1"
    os.chdir("/")
    handle = open({str(folder / "file")!r}, "w")
    plt.figure(); matplotlib.rcParams["lines.linewidth"] = 77
    numpy.random.seed(0); random.seed(0)
    sys.path.insert(0, "/left")
    """
    look = f"""
    import builtins, os, sys, warnings, numpy, matplotlib, matplotlib.pyplot as plt
    files = [os.readlink(f"/proc/self/fd/{{n}}") for n in os.listdir("/proc/self/fd")
             if os.path.islink(f"/proc/self/fd/{{n}}")]
    print([hasattr(builtins, "left"), hasattr(numpy, "left"), "LEFT" in os.environ,
           os.getcwd() == "/", {str(folder / "file")!r} in files, plt.get_fignums() != [],
           matplotlib.rcParams["lines.linewidth"] == 77, "/left" in sys.path])
    """

    async def lives() -> None:
        async with started(manager_of(folder), cwd=str(folder)) as kernel:
            assert await kernel.run(leave) == ""
        (folder / "k-1").unlink(missing_ok=True)
        async with started(manager_of(folder), cwd=str(folder)) as kernel:
            assert await kernel.run(look) == str([False] * 8)

    asyncio.run(lives())


def test_random_numbers_differ(folder: Path) -> None:
    """Two kernels forked from one state do not draw the same numbers."""
    code = "import random, numpy; print(random.random(), *numpy.random.random(2))"

    async def lives() -> list[str]:
        drawn = []
        for number in range(2):
            (folder / str(number)).mkdir()
            async with started(manager_of(folder / str(number))) as kernel:
                drawn.append(await kernel.run(code))
        return drawn

    first, second = (set(line.split()) for line in asyncio.run(lives()))
    assert len(first) == len(second) == 3
    assert not first & second


def test_it_looks_like_a_fresh_kernel(folder: Path) -> None:
    """Environment, arguments, path and modules are those of ipykernel started the usual way."""
    code = """
    import os, sys
    import matplotlib
    print(dict(sorted(os.environ.items())))
    print(sys.argv[0].split("/")[-1].removesuffix(".py"), sys.path, os.getcwd())
    print(sorted(m for m in sys.modules if m.startswith("convgrade")), __name__)
    print(matplotlib.get_backend(), sys.dont_write_bytecode, sys.flags.safe_path)
    """
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "COLOUR": "green",
                   "PYTHONPATH": str(folder)}  # fmt: skip

    async def life(manager: AsyncKernelManager) -> str:
        async with started(manager, env=environment, cwd=str(folder)) as kernel:
            return await kernel.run(code)

    usual = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=str(folder / "u"))
    expected = asyncio.run(life(usual)).splitlines()
    found = asyncio.run(life(manager_of(folder))).splitlines()
    differ = dict(eval(expected[0]).items() ^ eval(found[0]).items())
    # A Python that starts in the C locale sets the second; the debugger the third.
    assert set(differ) <= {"JPY_PARENT_PID", "LC_CTYPE", "PYDEVD_USE_FRAME_EVAL"}
    assert expected[1:3] == found[1:3]
    assert expected[3] == found[3]


def test_debugpy_can_still_be_imported(folder: Path) -> None:
    """The server leaves the debugger out; the kernel's user need not."""

    async def life() -> str:
        async with started(manager_of(folder)) as kernel:
            return await kernel.run("import debugpy; print(debugpy.__name__)")

    assert asyncio.run(life()) == "debugpy"


# ------------------------------------------------------------------------ the fork server


def test_the_server_is_replaced_when_it_dies(folder: Path) -> None:
    """Kernels that it forked go on; the next one comes from a new server."""

    async def lives() -> None:
        server = fork_server(PRELOAD)
        async with started(manager_of(folder)) as kernel:
            before = server.pid
            assert before is not None
            os.kill(before, signal.SIGKILL)
            assert wait_until(lambda: not psutil.pid_exists(before))
            assert await kernel.run("print('alive')") == "alive"
            (folder / "second").mkdir()
            async with started(manager_of(folder / "second")) as second:
                assert await second.run("print('too')") == "too"
            assert server.pid != before
            process = kernel.process
        assert process.returncode is not None

    asyncio.run(lives())


OWNER = """
import subprocess, sys, time
from convgrade.kernels.forks import fork_server
server = fork_server(["numpy"])
kernel = server.fork(["-f", str(server.folder / "kernel.json")], str(server.folder), {"HOME": "/"})
(server.folder / "left").write_text("something")
print(server.pid, kernel.pid, server.folder, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("server_too", [False, True], ids=["owner", "owner and server"])
def test_nothing_outlives_its_owner(number: signal.Signals, server_too: bool) -> None:
    """No process and no folder; the folder of a killed server goes with the next start."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        server, kernel, folder = owner.stdout.readline().split()
        supervisor = psutil.Process(int(kernel))
        wait_until(lambda: len(supervisor.children(recursive=True)) == 2)
        below = [p.pid for p in supervisor.children(recursive=True)]
        if server_too:
            os.kill(int(server), signal.SIGKILL)
        owner.send_signal(number)
    assert len(below) == 2
    for pid in (int(server), int(kernel), *below):
        assert wait_until(lambda pid=pid: not psutil.pid_exists(pid))
    if server_too:
        ForkServer().stop()
    assert wait_until(lambda: not Path(folder).exists())


def test_a_stopped_server_leaves_nothing() -> None:
    server = ForkServer(["numpy"])
    kernel = server.fork(["-f", str(server.folder / "kernel.json")], "/", dict(os.environ))
    process = psutil.Process(server.pid)
    kernel.kill()
    assert kernel.wait(20) == -signal.SIGKILL
    server.stop()
    assert not process.is_running()
    assert not server.folder.exists()
    assert server.folder.name.startswith(PREFIX)


def test_a_module_that_leaves_a_thread_is_named(folder: Path, monkeypatch: Any) -> None:
    (folder / "starts_a_thread.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(folder))
    server = ForkServer(["starts_a_thread"])
    with pytest.raises(ForkServerError, match="starts_a_thread leaves 1 more thread") as error:
        server.fork([], "/", {})
    assert "take it out of `preload`" in str(error.value)
    server.stop()


def test_a_module_that_is_broken_is_named(folder: Path, monkeypatch: Any) -> None:
    (folder / "broken_module.py").write_text("import no_such_thing\n")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    server = ForkServer(["broken_module"])
    with pytest.raises(ForkServerError, match="No module named 'no_such_thing'"):
        server.fork([], "/", {})
    server.stop()


def test_a_module_that_is_missing_is_left_out() -> None:
    server = ForkServer(["no_such_module"])
    kernel = server.fork(["--help"], "/", {"HOME": "/"})
    assert kernel.wait(30) == 0
    server.stop()


def test_a_kernel_that_cannot_go_into_its_box_says_why(folder: Path) -> None:
    server = ForkServer()
    box = confine.words(read=[], write=[], scratch={folder / "none": 1 << 20})
    kernel = server.fork([], "/", {}, box)
    assert kernel.wait(30) != 0
    assert "No such file" in kernel.reason
    server.stop()


def test_the_server_has_one_thread_and_frozen_garbage(folder: Path) -> None:
    """Frozen objects are in no generation: gc.get_count and a kernel's gc see few."""

    async def life() -> str:
        async with started(manager_of(folder)) as kernel:
            return await kernel.run("import gc; print(gc.get_freeze_count() > 50_000)")

    assert asyncio.run(life()) == "True"
    assert psutil.Process(fork_server(PRELOAD).pid).num_threads() == 1


@pytest.mark.parametrize("after", ["open", "flock"])
def test_a_folder_is_not_taken_for_a_leftover_while_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    """Two servers start at the same time, and each removes leftovers first."""
    where = folders.os if after == "open" else folders.fcntl
    real, removed = getattr(where, after), []

    def step(*args: Any) -> Any:
        result = real(*args)
        if not removed:
            removed.append(True)
            subprocess.run([sys.executable, "-c", REMOVE, str(tmp_path)], check=True)
        return result

    monkeypatch.setattr(where, after, step)
    folder, mark = held_folder(tmp_path)
    monkeypatch.undo()
    assert removed
    assert (folder / MARK).exists()
    remove_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == [folder]
    os.close(mark)
    remove_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == []


REMOVE = """
import sys
from pathlib import Path
from convgrade.kernels.folders import remove_leftovers
remove_leftovers(Path(sys.argv[1]))
"""


def test_a_killed_program_leaves_no_folder_that_it_held() -> None:
    """Its fork server removes it, since nobody else may ever come."""
    top = tempfile.mkdtemp(prefix="t-", dir="/tmp")  # sockets have short names
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, top], stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout.readline() == "ready\n"
        (held,) = Path(top).iterdir()
        assert len(list(held.glob(f"{PREFIX}*"))) == 2  # the server's, and its libraries'
        program.kill()
    end = time.monotonic() + 30
    while list(Path(top).iterdir()) and time.monotonic() < end:
        time.sleep(0.05)
    Path(top).rmdir()  # it is empty


HOLDS = """
import sys, tempfile, time
from pathlib import Path
from convgrade.kernels.folders import held_folder
folder, _ = held_folder(Path(sys.argv[1]))
tempfile.tempdir = str(folder)
from convgrade.kernels.forks import ForkServer
server = ForkServer()
server._started()
print("ready", flush=True)
time.sleep(60)
"""


# ------------------------------------------------------------------------- for other tools


def test_nbclient_runs_a_notebook_with_an_installed_specification(tmp_path: Path) -> None:
    """As docs/kernels.md shows it: install, then name the kernel."""
    prefix = tmp_path / "env"
    install("forked-here", ["numpy"], str(prefix))
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("import numpy; print(int(numpy.arange(4).sum()))")]
    )
    path = tmp_path / "notebook.ipynb"
    nbformat.write(notebook, path)
    environment = {**os.environ, "JUPYTER_PATH": str(prefix / "share" / "jupyter")}
    command = "nbconvert --execute --to notebook --inplace --ExecutePreprocessor.kernel_name"
    run = [sys.executable, "-m", *f"{command}=forked-here".split(), str(path)]
    subprocess.run(run, env=environment, check=True, capture_output=True)
    done = nbformat.read(path, as_version=4)
    assert done.cells[0].outputs[0].text == "6\n"


def test_a_kernel_that_is_not_ipykernel_is_refused(folder: Path) -> None:
    manager = manager_of(folder)
    assert manager.kernel_spec is not None
    manager.kernel_spec.argv = ["xeus", "-f", "{connection_file}"]
    with pytest.raises(ValueError, match="found xeus"):
        asyncio.run(manager.start_kernel())


def test_eight_at_once(folder: Path) -> None:
    """Several notebooks in flight, each with a kernel of its own."""

    async def life(number: int) -> str:
        place = folder / str(number)
        place.mkdir()
        async with started(manager_of(place)) as kernel:
            return await kernel.run(f"import os; print({number}, os.getpid())")

    async def lives() -> list[str]:
        return await asyncio.gather(*map(life, range(8)))

    said = [line.split() for line in asyncio.run(lives())]
    assert [int(number) for number, _ in said] == list(range(8))
    assert len({pid for _, pid in said}) == 8
