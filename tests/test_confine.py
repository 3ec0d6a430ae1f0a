"""The box around a student's kernel: attacks that fail inside it and succeed outside."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from jupyter_client import AsyncKernelManager

from convgrade import confine

MISSING = confine.missing_layers()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"layers of the box are missing: {MISSING}")

PYTHON = [sys.executable, "-I", "-S", "-c"]

# The launcher with a layer taken away, to see that the others hold alone.
WITHOUT = {
    "whole": "",
    "Landlock alone": "namespaces.choose_namespaces = lambda options: 0",
    "namespaces alone": "landlock.version = lambda: 0",
}


def launcher(change: str) -> list[str]:
    """Return the launcher as a command, with a line run before it."""
    code = f"""
        import sys
        sys.path.insert(0, {str(ROOT)!r})
        from convgrade.confinement import calls, landlock, launcher, namespaces
        {change}
        sys.exit(launcher.main(sys.argv[1:]))
    """
    return [*PYTHON, textwrap.dedent(code)]


def boxed(argv: list[str], folder: Path, without: str = "whole", **options: int) -> list[str]:
    """Wrap a command in a box that may write in a folder and, where it can, see all of /proc."""
    read = [*confine.system_paths(), Path("/proc")]
    wrapped = confine.command(argv, read=read, write=[folder], **options)
    return [*launcher(WITHOUT[without]), *wrapped[4:]] if WITHOUT[without] else wrapped


def run(argv: list[str], folder: Path, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        **options,  # type: ignore[call-overload]
    )


def python(code: str, *args: object) -> list[str]:
    return [*PYTHON, textwrap.dedent(code), *map(str, args)]


class World:
    """What lies outside the box: files, a process, listeners."""

    def __init__(self, folder: Path) -> None:
        self.secrets = folder / "course"
        self.secrets.mkdir()
        self.secret = self.secrets / "gradebook.db"
        self.secret.write_text("secret")
        self.inside = folder / "box"
        self.inside.mkdir()
        victim = """
            import ctypes, sys, time
            ctypes.CDLL(None).prctl(0x59616d61, ctypes.c_long(-1), 0, 0, 0)  # allow it to Yama
            print("ready", flush=True)
            time.sleep(600)
        """
        self.victim = subprocess.Popen(python(victim), stdout=subprocess.PIPE)
        assert self.victim.stdout is not None
        self.victim.stdout.readline()
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.abstract = socket.socket(socket.AF_UNIX)
        self.abstract.bind("\0confine-test-" + str(os.getpid()))
        self.abstract.listen()
        self.bus = socket.socket(socket.AF_UNIX)
        self.bus.bind(str(self.secrets / "bus"))
        self.bus.listen()
        self.facts = {
            "secret": str(self.secret),
            "secrets": str(self.secrets),
            "bus": str(self.secrets / "bus"),
            "pid": self.victim.pid,
            "tcp": self.tcp.getsockname()[1],
            "udp": self.udp.getsockname()[1],
            "abstract": "\0confine-test-" + str(os.getpid()),
        }

    def close(self) -> None:
        self.victim.kill()
        self.victim.communicate()
        for listener in (self.tcp, self.udp, self.abstract, self.bus):
            listener.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


# Each succeeds where it gets to its end.
ATTACKS = {
    "reads a file": "assert open(secret).read() == 'secret'",
    "lists a folder": "assert 'gradebook.db' in os.listdir(secrets)",
    "writes a file": "open(secret, 'a').write('more')",
    "makes a file": "open(secrets + '/new', 'w').close()",
    "removes a file": "os.remove(secret)",
    "moves a file in": "os.rename(secret, 'mine')",
    "links a file in": "os.link(secret, 'mine'); open('mine').read()",
    "reads through a symlink": "os.symlink(secret, 'mine'); open('mine').read()",
    "reads through /proc/self/root": "open('/proc/self/root' + secret).read()",
    "reads a process's environment": "open(f'/proc/{pid}/environ').read()",
    "reads a process's memory": "open(f'/proc/{pid}/mem', 'rb').close()",
    "follows a process's folder": "os.listdir(f'/proc/{pid}/cwd/')",
    "traces a process": "assert libc.ptrace(0x4206, pid, None, None) == 0",  # PTRACE_SEIZE
    "kills a process": "os.kill(pid, 9)",
    "connects with TCP": "socket.create_connection(('127.0.0.1', tcp), 5)",
    "connects to an abstract socket": "socket.socket(socket.AF_UNIX).connect(abstract)",
}
# Landlock does not look at these.
ATTACKS_ON_LANDLOCK = {
    "sees that a file exists": "os.stat(secret)",
    "changes a file's mode": "os.chmod(secret, 0)",
    "connects to a socket on disk": "socket.socket(socket.AF_UNIX).connect(bus)",
    "sends with UDP": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', udp))",
    "limits another process": "resource.prlimit(pid, resource.RLIMIT_NOFILE, (0, 0))",
    "slows another process": "os.setpriority(os.PRIO_PROCESS, pid, 19)",
}
CASES = [(attack, box) for attack in ATTACKS for box in WITHOUT] + [
    (attack, box) for attack in ATTACKS_ON_LANDLOCK for box in WITHOUT if box != "Landlock alone"
]
PRELUDE = "import ctypes, os, resource, socket, sys\nlibc = ctypes.CDLL(None)\n"


def attack(name: str, world: World) -> list[str]:
    facts = "".join(f"{key} = {value!r}\n" for key, value in world.facts.items())
    return python(PRELUDE + facts + (ATTACKS | ATTACKS_ON_LANDLOCK)[name])


@pytest.mark.parametrize("name", [*ATTACKS, *ATTACKS_ON_LANDLOCK])
def test_attack_succeeds_outside(name: str, world: World) -> None:
    """Else the next test proves nothing."""
    result = run(attack(name, world), world.inside)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(("name", "box"), CASES)
def test_attack_fails_inside(name: str, box: str, world: World) -> None:
    result = run(boxed(attack(name, world), world.inside, box), world.inside)
    assert result.returncode == 1
    assert "Error" in result.stderr
    assert world.secret.read_text() == "secret"
    assert world.secret.stat().st_mode & 0o600
    assert sorted(os.listdir(world.secrets)) == ["bus", "gradebook.db"]
    assert world.victim.poll() is None


def test_network_on_request(world: World) -> None:
    """``network=True`` leaves the network open, and only the network."""
    for name, code in (("connects with TCP", 0), ("sends with UDP", 0), ("reads a file", 1)):
        argv = boxed(attack(name, world), world.inside, network=True)
        assert run(argv, world.inside).returncode == code, name


# Options of the box, and code that succeeds without them.
EXCESSES = {
    "a large array": ({"memory": 1 << 30}, "bytes(3 << 30)"),
    "a growing list": ({"memory": 1 << 30}, "[bytes(1 << 26) for _ in range(48)]"),
    "shared memory": ({"memory": 1 << 30}, "import mmap; mmap.mmap(-1, 9 << 30)"),
    "a large file": ({"file_size": 1 << 20}, "open('file', 'wb').write(bytes(1 << 21))"),
    "many open files": ({"files": 64}, "files = [open('/dev/null') for _ in range(100)]"),
    "many threads or processes": (
        {"processes": 20},
        """
        import os, signal
        children = []
        try:
            for _ in range(400):
                if (child := os.fork()) == 0:
                    signal.pause()
                children.append(child)
        finally:
            for child in children:
                os.kill(child, 9)
        """,
    ),
}


@pytest.mark.parametrize("name", EXCESSES)
def test_limit(name: str, tmp_path: Path) -> None:
    """What a process may use is limited: one limit more or less decides."""
    options, code = EXCESSES[name]
    free = run(boxed(python(code), tmp_path), tmp_path)
    assert free.returncode == 0, free.stderr
    limited = run(boxed(python(code), tmp_path, **options), tmp_path)
    assert limited.returncode == 1
    assert (
        "MemoryError" in limited.stderr
        or "OSError" in limited.stderr
        or ("BlockingIOError" in limited.stderr)
    )


def test_growing_memory_ends_in_memory_error(tmp_path: Path) -> None:
    """The process can still say so: nothing is killed."""
    code = "try:\n    [bytes(1 << 26) for _ in range(48)]\nexcept MemoryError:\n    print('full')"
    assert run(boxed(python(code), tmp_path, memory=1 << 30), tmp_path).stdout == "full\n"


def test_no_core_dump(tmp_path: Path) -> None:
    """A crash leaves no core file, nor starts the program that core_pattern may name."""
    pattern = Path("/proc/sys/kernel/core_pattern").read_text().strip()
    if pattern.startswith(("|", "/")):
        pytest.skip(f"this machine sends core dumps elsewhere: {pattern}")
    code = """
        import os, resource
        resource.setrlimit(resource.RLIMIT_CORE, (1 << 30, 1 << 30))
        os.abort()
    """
    outside = run(python(code), tmp_path)
    if "ValueError" in outside.stderr:
        pytest.skip("core dumps are off here for everything")
    assert outside.returncode == -signal.SIGABRT
    (core,) = tmp_path.glob("core*")
    core.unlink()
    assert "ValueError" in run(boxed(python(code), tmp_path), tmp_path).stderr
    aborted = run(boxed(python("import os; os.abort()"), tmp_path), tmp_path)
    assert aborted.returncode == -signal.SIGABRT
    assert list(tmp_path.iterdir()) == []


def test_no_privileges(tmp_path: Path) -> None:
    """No capability, no way to one: neither by a setuid program nor in a namespace below."""
    code = """
        import ctypes
        for line in open("/proc/self/status"):
            if line.startswith(("CapPrm", "CapEff", "NoNewPrivs")):
                print(*line.split())
        print(ctypes.CDLL(None).unshare(1 << 28))
    """
    result = run(boxed(python(code), tmp_path), tmp_path)
    zero = "0" * 16
    assert result.stdout.splitlines() == [
        f"CapPrm: {zero}",
        f"CapEff: {zero}",
        "NoNewPrivs: 1",
        "-1",
    ]
    outside = run(python(code.replace("print(*", "pass; (")), tmp_path)
    assert outside.stdout == "0\n"


def test_own_files(tmp_path: Path) -> None:
    """The folder of the box is the process's own; what it may read it cannot change."""
    (tmp_path / "given").mkdir()
    given = tmp_path / "given" / "file"
    given.write_text("text")
    (tmp_path / "box").mkdir()
    code = """
        import os, subprocess, sys, tempfile
        os.mkdir("a"); open("a/b", "w").write("x"); os.chmod("a/b", 0o600); os.rename("a/b", "c")
        os.remove("c"); os.rmdir("a"); os.symlink("x", "y"); os.mkfifo("z")
        open("/dev/null", "w").write("x"); open("/dev/urandom", "rb").read(3)
        open("/dev/shm/x", "w").write("x")
        assert open(sys.argv[1]).read() == "text"
        assert subprocess.run(["/bin/sh", "-c", "exit 3"]).returncode == 3
        for change in (lambda: open(sys.argv[1], "a"), lambda: os.chmod(sys.argv[1], 0)):
            try:
                change()
            except OSError:
                continue
            raise AssertionError
    """
    argv = confine.command(
        python(code, given), read=[*confine.system_paths(), given], write=[tmp_path / "box"]
    )
    result = run(argv, tmp_path / "box")
    assert (result.returncode, result.stderr) == (0, "")
    assert not Path("/dev/shm/x").exists()


def test_a_folder_of_limited_size(tmp_path: Path) -> None:
    """What lies there is copied in; it can be filled so far; nothing of it is seen outside."""
    box = tmp_path / "box"
    (box / "work").mkdir(parents=True)
    (box / "work" / "given").write_text("text")
    code = """
        import errno, os
        assert open("given").read() == "text"
        open("given", "w").write("other")
        written = 0
        try:
            for number in range(200):
                with open(f"../file{number}", "wb") as file:
                    written += file.write(bytes(100_000))
        except OSError as error:
            assert error.errno == errno.ENOSPC
        print(written)
    """
    argv = confine.command(
        python(code), read=confine.system_paths(), write=[], scratch={box: 2_000_000}
    )
    result = run(argv, box / "work")
    assert result.stderr == ""
    assert 1_500_000 < int(result.stdout) <= 2_000_000
    assert [p.name for p in box.rglob("*")] == ["work", "given"]
    assert (box / "work" / "given").read_text() == "text"


def test_more_files_than_the_folder_holds_are_refused(tmp_path: Path) -> None:
    """Rather than the box: without its mounts more could be read."""
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "large").write_bytes(bytes(200_000))
    argv = confine.command(
        python("print(1)"),
        read=confine.system_paths(), write=[], scratch={tmp_path / "box": 100_000},
    )  # fmt: skip
    result = run(argv, tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert "No space left" in result.stderr


def test_a_folder_for_sockets(tmp_path: Path) -> None:
    """A socket in it is seen outside; a file cannot be made there."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    code = """
        import socket, sys
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(sys.argv[1] + "/s")
        listener.listen()
        try:
            open(sys.argv[1] + "/file", "w")
        except PermissionError:
            print("ready", flush=True)
        listener.accept()[0].send(b"hello")
    """
    argv = confine.command(
        python(code, folder), read=confine.system_paths(), write=[], sockets=[folder]
    )
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with socket.socket(socket.AF_UNIX) as ours:
            ours.connect(str(folder / "s"))
            assert ours.recv(5) == b"hello"
    shutil.rmtree(folder)


def test_a_folder_in_a_folder(tmp_path: Path) -> None:
    """What may be written may lie in what may only be read, and the other way round."""
    course, own = tmp_path / "course", tmp_path / "course" / "own"
    (own / "data").mkdir(parents=True)
    code = "import sys; open(sys.argv[1] + '/file', 'w')"
    for folder, code_expected in ((course, 1), (own, 0), (own / "data", 0)):
        argv = confine.command(
            python(code, folder), read=[*confine.system_paths(), course, own / "data"], write=[own]
        )
        assert run(argv, own).returncode == code_expected, folder


def test_inherited_files_are_closed(tmp_path: Path) -> None:
    """A file that is open already would escape every check."""
    (tmp_path / "box").mkdir()
    (tmp_path / "secret").write_text("secret")
    with open(tmp_path / "secret") as file:
        argv = python("import os, sys; os.read(int(sys.argv[1]), 9)", file.fileno())
        fds = {"pass_fds": [file.fileno()]}
        assert run(argv, tmp_path, **fds).returncode == 0
        inside = run(boxed(argv, tmp_path / "box"), tmp_path / "box", **fds)
    assert "Bad file descriptor" in inside.stderr


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import sys; sys.exit(3)", 3),
        ("import os; os.kill(os.getpid(), 9)", -9),
        ("import os; os.kill(os.getpid(), 15)", -15),
        ("import os; os.abort()", -6),
    ],
)
def test_the_launcher_ends_as_its_command(code: str, expected: int, tmp_path: Path) -> None:
    assert run(boxed(python(code), tmp_path), tmp_path).returncode in {
        expected,
        1 if "pp" in code else expected,
    }


DAEMON = """
    import os, signal, sys
    ready, told = os.pipe()
    if os.fork() == 0:
        os.setsid()
        print(os.getpid(), flush=True)
        os.write(told, b"x")
        signal.pause()
    os.read(ready, 1)
"""


def test_nothing_outlives_the_command(tmp_path: Path) -> None:
    """A daemon that left the process group ends with the command; outside it lives on."""
    with subprocess.Popen(python(DAEMON), stdout=subprocess.PIPE, text=True) as outside:
        assert outside.stdout is not None
        daemon = int(outside.stdout.readline())
        outside.wait()
        os.kill(daemon, signal.SIGKILL)  # it is there
    run(boxed(python(DAEMON), tmp_path), tmp_path)  # ends when nobody holds its output any more


@pytest.mark.parametrize("target", ["launcher", "its parent"])
def test_the_box_ends_with(target: str, tmp_path: Path) -> None:
    """Whoever is killed without warning, nothing in the box outlives it."""
    argv = boxed(python(DAEMON + "    signal.pause()"), tmp_path)
    if target == "its parent":
        argv = python("import subprocess, sys; subprocess.run(sys.argv[1:])", *argv)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, cwd=tmp_path, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        assert process.stdout.read() == ""  # the end comes when the last process has gone


def test_all_layers_are_here() -> None:
    assert confine.missing_layers() == {}
    assert confine.LAYERS == ("network", "files", "limits")


NO_NAMESPACES = "namespaces.unshare = lambda flags: calls.call('unshare', -1)"


@pytest.mark.parametrize(
    ("change", "layers", "message"),
    [
        ("landlock.version = lambda: 4", {"files"}, "Landlock has version 4, not 6"),
        (NO_NAMESPACES, {"network", "files", "limits"}, "unshare: Invalid argument"),
    ],
)
def test_a_missing_layer(change: str, layers: set[str], message: str, tmp_path: Path) -> None:
    """It is named; the rest is used without it, or nothing where all are required."""
    probe = run([*launcher(change), "--probe"], tmp_path)
    assert {line.split("\t")[0] for line in probe.stdout.splitlines()} == layers
    words = confine.command(python("print('ran')"), read=confine.system_paths(), write=[])[4:]
    assert run([*launcher(change), *words], tmp_path).stdout == "ran\n"
    refused = run([*launcher(change), "--require", *words], tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("confine: ")
    assert message in refused.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--read", "/usr"], "no command: write it after --"),
        (["--memory", "1G", "--", "true"], "--memory needs a number, not '1G'"),
        (["--write", "", "--", "true"], "--write needs a path other than /"),
        (["--wirte", "/tmp"], "unknown option '--wirte'"),
        (["--read", "/usr", "--", "nosuchprogram"], "cannot run nosuchprogram: No such file"),
    ],
)
def test_a_mistake_on_the_command_line(words: list[str], message: str, tmp_path: Path) -> None:
    result = run([*confine.command([], read=[], write=[])[:4], *words], tmp_path)
    assert result.returncode == 2
    assert message in result.stderr


def test_paths_of_the_system_leave_out_the_course() -> None:
    """The environment may lie in the course's folder, which stays out of sight."""
    paths = confine.system_paths()
    for private in (ROOT, ROOT / "source", ROOT / "convgrade", ROOT / "convkit", Path.home()):
        assert not any(private == path or path in private.parents for path in paths), private


async def use_kernel(folder: Path) -> list[str]:
    """Start a confined kernel, import and draw, interrupt, shut down; return what it printed."""
    manager = AsyncKernelManager(
        kernel_name="python3",
        transport="ipc",
        connection_file=str(folder / "kernel.json"),
        ip=str(folder / "k"),
    )
    assert manager.kernel_spec is not None
    manager.kernel_spec.argv = confine.command(
        [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        read=confine.system_paths(),
        write=[folder],
        memory=2 << 30,
        files=256,
        file_size=1 << 28,
        processes=100,
        require=True,
    )
    homes = ("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR")
    env = {"PATH": os.defpath, **dict.fromkeys(homes, str(folder))}
    env["PYTHONWARNINGS"] = "ignore:Couldn't bind IOPub Pipe:UserWarning"
    await manager.start_kernel(cwd=str(folder), env=env)
    client = manager.client()
    client.start_channels()
    outputs = []

    def collect(message: dict[str, dict[str, object]]) -> None:
        content = message["content"]
        data = content.get("data")
        outputs.append(str(content.get("text") or content.get("ename") or (data and sorted(data))))

    async def execute(code: str) -> None:
        await client.execute_interactive(
            textwrap.dedent(code), timeout=60, output_hook=collect, allow_stdin=False
        )

    try:
        await client.wait_for_ready(timeout=60)
        await execute("""
            import numpy, torch
            import matplotlib.pyplot as plt
            print(torch.ones(3, 3) @ torch.ones(3, 3))
            plt.plot([1, 2]); plt.show()
        """)
        await execute("!echo from a shell")
        await execute("""
            import multiprocessing
            with multiprocessing.get_context("fork").Pool(1) as pool:
                print(pool.map(abs, [-1]))
        """)
        await execute("import convkit")
        loop = asyncio.create_task(execute("print('busy', flush=True)\nwhile True: pass"))
        while not any("busy" in output for output in outputs):
            await asyncio.sleep(0.02)
        await manager.interrupt_kernel()
        await loop
        await execute("print('alive')")
    finally:
        client.stop_channels()
        await manager.shutdown_kernel()
    return outputs


@pytest.mark.slow
def test_kernel(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A kernel works in the box: torch, figures, a shell, processes, interrupt, the end."""
    folder = tmp_path_factory.mktemp("k")  # a socket's path has at most 107 characters
    text = "\n".join(asyncio.run(use_kernel(folder)))
    for expected in ("tensor", "image/png", "from a shell", "[1]", "KeyboardInterrupt", "alive"):
        assert expected in text, text
    assert "ModuleNotFoundError" in text, "the course's own modules are not reachable"
    assert not list(folder.glob("k-*"))
