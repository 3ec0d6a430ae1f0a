"""Confine a process, then run a command in it: the box around a student's Jupyter kernel.

A launcher for Linux, of the standard library only, that knows nothing of courses::

    python -I -S confine.py --read /usr --write FOLDER --memory 2000000000 -- COMMAND ...

The layers, each taken as far as the machine offers it:

``network``
    Namespaces of its own for users, network and IPC: no interface, not even loopback.
``files``
    Namespaces of its own for mounts and processes, so that what is not listed does not exist,
    and Landlock, so that only what is listed can be opened. Both are needed. Landlock alone
    lets a process ``chmod`` what it cannot open and connect to any Unix socket on disk (the
    session bus starts programs outside the box), namespaces alone share the kernel's faults.
    Landlock version 6 also keeps signals and abstract Unix sockets inside.
``limits``
    Memory, threads, open files and file size for each process; no core dumps.

Always: no new privileges, no capabilities, no inherited file but stdin, stdout and stderr.

With namespaces of its own the command is a grandchild: the launcher stays to pass on how it ended
and to end the box when its own parent ends, and the box's first process collects orphans. Whoever
kills the launcher ends everything in the box. SIGINT is left to the command, so interrupt the
process group, as Jupyter does. A box has no loopback, so a kernel needs the ``ipc`` transport.

The death signal of ``PR_SET_PDEATHSIG`` is not used for the launcher: it comes when the *thread*
that started a process ends, and a kernel may be started from a thread that does not live long.

A process that has its libraries loaded already can go into a box without a launcher: `supervise`
runs a function there, in forks of the caller.

Not stopped: filling the disk below ``--write`` with many files (below ``--scratch`` it is, with
mounts of one's own), and using all processors. Limits are those of a process, so all processes of
a box together may use more memory. Real root is exempt from ``RLIMIT_NPROC``; then some 300
processes more are allowed (see `_own_proc`).
"""

from __future__ import annotations

import os
import stat
import struct
import sys

if sys.platform == "linux":  # elsewhere callers learn from missing_layers that nothing is there
    import ctypes
    import resource
    import select
    import signal

    _libc = ctypes.CDLL(None, use_errno=True)

TYPE_CHECKING = False  # importing typing costs milliseconds at every start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any, NoReturn

LAYERS: tuple[str, ...] = ("network", "files", "limits")

# clone(2)
_NEWNS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = 1 << 17, 1 << 27, 1 << 28, 1 << 29, 1 << 30
# What is tried, the whole first: containers often refuse the mounts but allow a network namespace.
_WHOLE = _NEWUSER | _NEWIPC | _NEWNET | _NEWNS | _NEWPID
_PART = _NEWUSER | _NEWIPC | _NEWNET

# landlock(7), linux/landlock.h: the version that brought each right.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_FILE, _MAKE_CHAR, _MAKE_SOCK, _MAKE_BLOCK = 1 << 5, 1 << 6, 1 << 9, 1 << 11
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_FS_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: _TRUNCATE, 5: _IOCTL_DEV}
_NET_RIGHTS = {4: 0b11}  # bind and connect with TCP
_SCOPES = {6: 0b11}  # abstract Unix sockets and signals
_LANDLOCK_WANTED = 6
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_NOT_WRITE = _EXECUTE | _MAKE_CHAR | _MAKE_BLOCK

_OWN = ("/proc", "/dev/shm", "/dev/pts", "/dev/ptmx")  # what a box with its own mounts has

# What system_paths adds to Python's own folders.
_SYSTEM = """
    /usr /bin /sbin /lib /lib32 /lib64 /nix/store
    /etc/ld.so.cache /etc/ld.so.conf /etc/ld.so.conf.d /etc/alternatives /etc/os-release
    /etc/localtime /etc/timezone /etc/locale.alias /etc/mime.types /etc/matplotlibrc
    /etc/fonts /var/cache/fontconfig /etc/ssl/openssl.cnf /etc/ssl/certs /etc/pki/tls/certs
    /etc/passwd /etc/group /etc/nsswitch.conf /etc/hosts /etc/jupyter /etc/ipython
    /dev/null /dev/zero /dev/full /dev/random /dev/urandom
    /proc/self /proc/cpuinfo /proc/meminfo /proc/stat /proc/loadavg /proc/uptime /proc/version
    /proc/filesystems /proc/sys/vm/overcommit_memory /proc/sys/kernel/random
    /sys/devices/system/cpu /sys/devices/system/node
"""

_ROOM = 6 << 30  # bytes of addresses beyond the memory: see _limit
_SHARED_MEMORY = 1 << 28  # bytes of /dev/shm in the box


class RefusedError(Exception):
    """Why the box or its command cannot be had."""


class Options:
    """What the command line asks for; `read_options` makes it."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.write: list[str] = []
        self.sockets: list[str] = []
        self.scratch: dict[str, int] = {}
        self.memory: int | None = None
        self.files: int | None = None
        self.file_size: int | None = None
        self.processes: int | None = None
        self.network = False
        self.require = False
        self.probe = False
        self.command: list[str] = []


# --- for callers ------------------------------------------------------------------------------


def missing_layers() -> dict[str, str]:
    """Try each layer in a short-lived process.

    Returns
    -------
    dict
        From layer to the reason why it is missing, wholly or in part; empty where nothing is.
        What a layer still offers is used all the same.
    """
    if sys.platform != "linux":
        return dict.fromkeys(LAYERS, f"confinement needs Linux, and this is {sys.platform}")
    import subprocess  # not os.fork, which may deadlock in a caller with threads

    probe = subprocess.run(
        [*_launcher(), "--probe"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if probe.returncode != 0:
        return dict.fromkeys(LAYERS, f"the launcher failed: {probe.stderr.strip()}")
    return dict(line.split("\t", 1) for line in probe.stdout.splitlines())


def words(
    *,
    read: Iterable[Path],
    write: Iterable[Path],
    sockets: Iterable[Path] = (),
    scratch: Mapping[Path, int] | None = None,
    memory: int | None = None,
    files: int | None = None,
    file_size: int | None = None,
    processes: int | None = None,
    network: bool = False,
    require: bool = False,
) -> list[str]:
    """Return the launcher's options, as words of its command line.

    Parameters
    ----------
    read : iterable of Path
        Files and folders it may read and run programs from; see `system_paths`. A character
        device among them may also be written. Missing ones are skipped.
    write : iterable of Path
        Files and folders it may read and write, but not run programs from. The working folder
        should be among them: one that is not there becomes ``/``.
    sockets : iterable of Path, optional
        Folders in which it may make Unix sockets, and write nothing else; outside they are seen.
    scratch : mapping of Path to int, optional
        Folders that it may fill with so many bytes. With mounts of its own they are memory of
        its own: what lies there is copied in, and nothing it writes can be seen outside.
        Without, they are written to as they are, without a limit.
    memory : int, optional
        Bytes of memory of its own for each process. PyTorch needs about 300 MB.
    files : int, optional
        Open files for each process.
    file_size : int, optional
        Bytes of a file that it writes.
    processes : int, optional
        Processes and threads in the box together. Not applied where the machine offers no
        namespaces: Linux would count all the user's processes.
    network : bool, default False
        Leave the network as it is.
    require : bool, default False
        Exit with code 2 and a message when a layer is missing.

    Returns
    -------
    list of str
    """
    words: list[str] = []
    for option, paths in (("--read", read), ("--write", write), ("--sockets", sockets)):
        for path in paths:
            words += [option, os.path.abspath(path)]
    for path, size in (scratch or {}).items():
        words += ["--scratch", os.path.abspath(path), str(size)]
    numbers = {
        "--memory": memory,
        "--files": files,
        "--file-size": file_size,
        "--processes": processes,
    }
    for option, number in numbers.items():
        if number is not None:
            words += [option, str(number)]
    return words + ["--network"] * network + ["--require"] * require


def command(argv: Sequence[str], *, require: bool = False, **options: Any) -> list[str]:
    """Wrap a command so that it runs confined.

    Parameters
    ----------
    argv : sequence of str
        The command. Its program must lie below one of the paths to read.
    require, **options
        As for `words`.

    Returns
    -------
    list of str
        The new command; `argv` itself outside Linux unless `require` is set.
    """
    if sys.platform != "linux" and not require:
        return list(argv)
    return [*_launcher(), *words(require=require, **options), "--", *argv]


def system_paths() -> list[Path]:
    """Return what any Python process needs to read: system, interpreter, packages.

    Of ``/etc`` only what libraries look up; of ``/proc`` only the process itself and the
    machine's figures, though with namespaces of its own the box's own ``/proc`` is readable.
    Folders that reach ``sys.path`` from elsewhere, such as an editable install's, are left out.
    """
    import site
    from pathlib import Path

    version = f"/etc/python{sys.version_info.major}.{sys.version_info.minor}"  # Debian's
    python = [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix]
    packages = [
        *site.getsitepackages(),
        *([site.getusersitepackages()] * bool(site.ENABLE_USER_SITE)),
    ]
    return [Path(path) for path in dict.fromkeys([*_SYSTEM.split(), version, *python, *packages])]


def _launcher() -> list[str]:
    """Return how to run this file: compiled if it is, which halves the start."""
    compiled = getattr(globals().get("__spec__"), "cached", None)
    script = compiled if compiled and os.path.exists(compiled) else __file__
    return [sys.executable, "-I", "-S", os.path.abspath(script)]


# --- system calls -----------------------------------------------------------------------------


def end_with_parent() -> None:
    """Have this process killed when the thread that started it ends, prctl(2); on Linux only."""
    if sys.platform == "linux":
        _call("prctl", 1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG


def _call(name: str, *args: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """Call a C function that returns -1 and sets errno on failure."""
    result: int = getattr(_libc, name)(*(_long(arg) for arg in args))
    if result == -1:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")
    return result


def _syscall(name: str, number: int, *args: int | bytes) -> int:
    """Make a system call that the C library may not know; these numbers are every machine's."""
    try:
        return _call("syscall", number, *args)
    except OSError as error:
        raise OSError(error.errno, f"{name}: {os.strerror(error.errno or 0)}") from None


def _long(
    arg: int | bytes | ctypes.Array[ctypes.c_char] | None,
) -> ctypes.c_long | bytes | ctypes.Array[ctypes.c_char] | None:
    # A plain int is passed as 32 bits, and the upper half of the register is then anything.
    return ctypes.c_long(arg) if isinstance(arg, int) else arg


def _forbid_new_privileges() -> None:
    """Set PR_SET_NO_NEW_PRIVS, prctl(2); without it a setuid program would leave the box."""
    _call("prctl", 38, 1, 0, 0, 0)


def _drop_capabilities() -> None:
    """Give up all capabilities, capset(2).

    Without it root would keep, or get again on exec(2), power over the namespaces of the box,
    and outside a namespace over the machine. No new privileges means: exec gives none back.
    """
    _call("capset", struct.pack("=Ii", 0x20080522, 0), bytes(24))


# --- namespaces -------------------------------------------------------------------------------


def _unshare(flags: int) -> None:
    """Enter new namespaces, unshare(2) and user_namespaces(7), as the same user and group.

    Without the maps every file would seem to be nobody's and could not be opened.
    """
    user, group = os.geteuid(), os.getegid()
    _call("unshare", flags)
    for name, text in (
        ("setgroups", "deny"),  # an ordinary user may map the group only after this
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        _put(f"/proc/self/{name}", text)


def _put(path: str, text: str) -> None:
    """Write a setting in /proc, in one write(2) as they must be."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _own_tree(options: Options, scratch: Mapping[str, int]) -> None:
    """Replace the root folder by one that holds the listed paths only, under their names.

    Each path is cloned with open_tree(2), made read-only with mount_setattr(2) and mounted in an
    empty tmpfs(5), which becomes the root by pivot_root(2). What is only read cannot be changed
    by ``chmod`` then, which Landlock does not see.
    """
    # MS_REC | MS_PRIVATE, mount_namespaces(7): what follows is not to appear outside.
    _call("mount", b"none", b"/", None, 0x4000 | 1 << 18, None)
    clones = []
    for path, writable in _outermost(options.read, [*options.write, *options.sockets]):
        try:
            # OPEN_TREE_CLONE | O_CLOEXEC | AT_RECURSIVE
            clone = _syscall("open_tree", 428, -100, path.encode(), 1 | os.O_CLOEXEC | 0x8000)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            continue
        if not writable:
            _make_read_only(clone, b"", 0x1000 | 0x8000)  # AT_EMPTY_PATH | AT_RECURSIVE
        clones.append((path, clone))
    filled = {path: os.open(path, os.O_RDONLY | os.O_DIRECTORY) for path in scratch}
    root = "/tmp"  # any folder will do: its own contents, if listed, are cloned by now
    _call("mount", b"tmpfs", root.encode(), b"tmpfs", 0, b"mode=755,size=1m")
    for path, clone in clones:
        _place(root + path, stat.S_ISDIR(os.fstat(clone).st_mode))
        _syscall("move_mount", 429, clone, b"", -100, (root + path).encode(), 4)
        os.close(clone)
    for path, folder in filled.items():
        _own_folder(root + path, folder, scratch[path])
        os.close(folder)
    _own_devices(root)
    _own_proc(root + "/proc", options.processes)
    os.chdir(root)
    _call("pivot_root", b".", b".")
    _call("umount2", b".", 2)  # MNT_DETACH: the old root, which lies on top
    _make_read_only(-100, b"/", 0)


def _own_folder(path: str, original: int, size: int) -> None:
    """Mount memory of the box's own at a path, and copy an open folder's files into it."""
    _place(path, True)
    _call("mount", b"tmpfs", path.encode(), b"tmpfs", 0b110, b"mode=700,size=%d" % size)
    for folder, folders, names, source in os.fwalk(".", dir_fd=original):
        for name in folders:
            os.mkdir(f"{path}/{folder}/{name}")
        for name in names:
            file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=source)
            with open(file, "rb") as old, open(f"{path}/{folder}/{name}", "wb") as new:
                while block := old.read(1 << 20):
                    new.write(block)


def _own_devices(root: str) -> None:
    """Mount shared memory and terminals of the box's own.

    multiprocessing and PyTorch's data loaders need the first, ``!ls`` in a notebook the second.
    """
    _place(root + "/dev/shm", True)
    size = b"mode=1777,size=%d" % _SHARED_MEMORY
    _call("mount", b"tmpfs", f"{root}/dev/shm".encode(), b"tmpfs", 0b110, size)
    _place(root + "/dev/pts", True)
    modes = b"mode=600,ptmxmode=666"
    _call("mount", b"devpts", f"{root}/dev/pts".encode(), b"devpts", 0b1010, modes)
    os.symlink("pts/ptmx", root + "/dev/ptmx")


def _own_proc(path: str, processes: int | None) -> None:
    """Mount a /proc that shows the processes of the box only, proc(5).

    Also, without failing where it cannot be had: no user namespaces below this one, in which a
    process would have capabilities again; and a limit on process ids, per namespace since Linux
    6.14, because real root is exempt from RLIMIT_NPROC and could bring the machine down with a
    fork bomb. The kernel allows no limit below 301, and comes back only to ids above 300.
    """
    _place(path, True)
    _call("mount", b"proc", path.encode(), b"proc", 0b1110, None)  # no suid, devices, programs
    settings = {"user/max_user_namespaces": "0"}
    if processes is not None:
        settings["kernel/pid_max"] = str(301 + processes)
    for name, text in settings.items():
        try:
            _put(f"{path}/sys/{name}", text)
        except OSError:
            continue
    _make_read_only(-100, path.encode(), 0)


def _make_read_only(folder: int, path: bytes, flags: int) -> None:
    """Set MOUNT_ATTR_RDONLY with mount_setattr(2)."""
    _syscall("mount_setattr", 442, folder, path, flags, struct.pack("=4Q", 1, 0, 0, 0), 32)


def _outermost(read: Iterable[str], write: Iterable[str]) -> list[tuple[str, bool]]:
    """Return the paths to mount, outer ones first, and whether they are writable.

    Left out is what lies in a mounted path with the same or more rights, and the box's own.
    """
    writable = dict.fromkeys(read, False) | dict.fromkeys(write, True)
    kept: dict[str, bool] = {}
    for path in sorted(writable, key=lambda path: path.split("/")):
        above = [kept[outer] for outer in kept if _lies_in(path, outer)]
        own = any(_lies_in(path, outer) for outer in _OWN)
        if path != "/" and not own and not (above and above[-1] >= writable[path]):
            kept[path] = writable[path]
    return list(kept.items())


def _lies_in(path: str, outer: str) -> bool:
    return path == outer or path.startswith(outer + "/")


def _place(path: str, folder: bool) -> None:
    """Make an empty folder or file to mount on, unless it is there."""
    os.makedirs(path if folder else os.path.dirname(path), exist_ok=True)
    if not folder and not os.path.exists(path):
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


# --- Landlock ---------------------------------------------------------------------------------


def _landlock_version() -> int:
    """Return the version of Landlock's interface, 0 without Landlock."""
    try:
        return _syscall("landlock_create_ruleset", 444, 0, 0, 1)
    except OSError:
        return 0


def _up_to(version: int, rights: dict[int, int]) -> int:
    """Join the rights that a version knows; it refuses to hear of later ones."""
    return sum(bits for since, bits in rights.items() if since <= version)


def _landlock(version: int, options: Options, own_tree: bool) -> None:
    """Allow what is listed and nothing else, landlock(7).

    Without it, and without namespaces, a process could open all that its user may, and trace and
    signal the user's other processes. No new privileges must be set before.
    """
    rights = _up_to(version, _FS_RIGHTS)
    net = 0 if options.network else _up_to(version, _NET_RIGHTS)
    attributes = struct.pack("=3Q", rights, net, _up_to(version, _SCOPES))
    rules = _syscall("landlock_create_ruleset", 444, attributes, len(attributes), 0)
    # Its own /proc shows nothing of others, and a child finds itself there.
    for path in [*options.read, *["/proc"] * own_tree]:
        _allow(rules, path, rights & _READ)
    for path in [*options.write, *options.scratch, *["/dev/shm", "/dev/pts"] * own_tree]:
        _allow(rules, path, rights & ~_NOT_WRITE)
    for path in options.sockets:
        _allow(rules, path, rights & (_READ | _REMOVE_FILE | _MAKE_SOCK) & ~_EXECUTE)
    _syscall("landlock_restrict_self", 446, rules, 0)
    os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    """Add a rule for a file or for all below a folder, landlock_add_rule(2)."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there need not be allowed
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISCHR(mode):
        rights |= _WRITE_FILE  # /dev/null
    if not stat.S_ISDIR(mode):
        rights &= _ON_FILES  # any other right is refused for a file
    rule = struct.pack("=Qi", rights, descriptor)
    _syscall("landlock_add_rule", 445, rules, 1, rule, 0)
    os.close(descriptor)


# --- limits -----------------------------------------------------------------------------------


def _limit(options: Options, own_namespace: bool) -> None:
    """Set the limits, setrlimit(2), soft and hard.

    RLIMIT_DATA counts what a process can write and shares with nobody: lists, arrays, threads'
    stacks. It stops a growing list of bytes where RLIMIT_AS, which counts addresses, must leave
    room for all that is only mapped: 0.5 GB of libraries with PyTorch for CPUs, 5 GB with CUDA,
    and 64 MB set aside for the heap of each thread. But memory that is mapped shared escapes
    RLIMIT_DATA, so RLIMIT_AS stands behind it, with that room.

    RLIMIT_NPROC counts the tasks of a user in a user namespace, so in a new one those of the box
    alone; in the user's first namespace, all that the user runs. Real root is exempt.

    RLIMIT_CORE is 1, not 0: core(5), a core_pattern that pipes to a program ignores 0.
    """
    _set_limit(resource.RLIMIT_CORE, 1)
    if options.memory is not None:
        _set_limit(resource.RLIMIT_DATA, options.memory)
        _set_limit(resource.RLIMIT_AS, options.memory + _ROOM)
    if options.files is not None:
        _set_limit(resource.RLIMIT_NOFILE, options.files)
    if options.file_size is not None:
        _set_limit(resource.RLIMIT_FSIZE, options.file_size)
    if options.processes is not None and own_namespace:
        # The launcher and the box's first process count too.
        _set_limit(resource.RLIMIT_NPROC, options.processes + 2)


def _set_limit(which: int, value: int) -> None:
    """Lower a limit; one that is lower already stays."""
    hard = resource.getrlimit(which)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))


# --- the launcher -----------------------------------------------------------------------------


def _attempt(step: Callable[[], object]) -> str:
    """Try a step in a child process; return why it failed, or nothing."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        try:
            step()
        except Exception as error:
            os.write(writer, _reason(error).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, encoding="utf-8", errors="replace") as answer:
        reason = answer.read()
    os.waitpid(child, 0)
    return reason


def _reason(error: Exception) -> str:
    """Return an error's text, on one line."""
    text = error.strerror if isinstance(error, OSError) else str(error)
    return " ".join((text or repr(error)).split())


def _rehearse(flags: int, options: Options) -> str:
    """Try the namespaces; return why they fail, or nothing. A step taken cannot be taken back."""

    def step() -> None:
        _unshare(flags)
        if flags & _NEWNS:
            # Without what lies in the folders: a file too many is no fault of the machine's.
            reason = _attempt(lambda: _own_tree(options, {}))
            if reason:
                raise RefusedError(reason)

    return _attempt(step)


def _missing(options: Options) -> dict[str, str]:
    """Return what `missing_layers` does."""
    missing = {}
    no_part, no_whole = _rehearse(_PART, options), _rehearse(_WHOLE, options)
    version = _landlock_version()
    if no_part:
        missing["network"] = f"no network namespace ({no_part})"
        missing["limits"] = f"no limit on processes without a user namespace ({no_part})"
    reasons = [f"no mount and process namespaces ({no_whole})"] if no_whole else []
    if version < _LANDLOCK_WANTED:
        reasons.append(f"Landlock has version {version}, and {_LANDLOCK_WANTED} is needed")
    if reasons:
        missing["files"] = "; ".join(reasons)
    return missing


def read_options(argv: list[str]) -> Options:
    """Read the launcher's options; argparse would take a third of the start.

    Raises
    ------
    RefusedError
        When they make no sense.
    """
    options = Options()
    words = iter(argv)
    for word in words:
        name = word.removeprefix("--").replace("-", "_")
        if word == "--":
            options.command = list(words)
        elif word in ("--network", "--require", "--probe"):
            setattr(options, name, True)
        elif word in ("--read", "--write", "--sockets"):
            # The name as given, and the one that programs may resolve it to.
            path = _path(word, words)
            getattr(options, name).extend(dict.fromkeys([path, os.path.realpath(path)]))
        elif word == "--scratch":
            path = os.path.realpath(_path(word, words))
            options.scratch[path] = _number(word, words)
        elif word in ("--memory", "--files", "--file-size", "--processes"):
            setattr(options, name, _number(word, words))
        else:
            raise RefusedError(f"unknown option {word!r}")
    return options


def _path(option: str, words: Iterator[str]) -> str:
    path = os.path.abspath(next(words, "") or "/")
    if path == "/":
        raise RefusedError(f"{option} needs a path other than /")
    return path


def _number(option: str, words: Iterator[str]) -> int:
    number = next(words, "")
    if not number.isdecimal():
        raise RefusedError(f"{option} needs a number, not {number!r}")
    return int(number)


def choose_namespaces(options: Options) -> int:
    """Return the flags of the namespaces to enter: all where they are required.

    They are tried in forks of the calling process, which must have a single thread.
    """
    for flags in (_WHOLE, _PART):
        if options.network:
            flags &= ~_NEWNET
        if options.require or not _rehearse(flags, options):
            return flags
    return 0


def close_inherited(*kept: int) -> None:
    """Close all files but stdin, stdout and stderr: an open one escapes every check."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) not in kept:
            try:
                os.close(int(name))
            except OSError:
                continue  # the listing's own


def _watch_parent() -> int | None:
    """Return a descriptor that turns readable when the parent ends, pidfd_open(2).

    It tells the end of the process, where PR_SET_PDEATHSIG would tell that of the thread that
    started this one. There is none for a parent outside our own process namespace.
    """
    try:
        return os.pidfd_open(os.getppid())
    except (OSError, AttributeError):  # a Python built for a Linux before 5.3 lacks the function
        return None


def _enter(options: Options, flags: int, version: int, run: Callable[[], NoReturn]) -> NoReturn:
    """Take the last steps into the box and run what is to run there."""
    _limit(options, own_namespace=bool(flags))
    if version:
        _landlock(version, options, own_tree=bool(flags & _NEWNS))
    _drop_capabilities()
    run()


def _become(argv: list[str], interrupts: object) -> NoReturn:
    """Become the command, found on PATH; os.execvp imports a module, too late in a box."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and exec passes it on
        signal.signal(number, signal.SIG_DFL)
    if interrupts != signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    folders = [""] if "/" in argv[0] else os.environ.get("PATH", os.defpath).split(":")
    reason: str | None = None
    for folder in folders:
        try:
            os.execv(os.path.join(folder, argv[0]), argv)
        except OSError as error:
            if reason is None or not isinstance(error, (FileNotFoundError, NotADirectoryError)):
                reason = error.strerror
    raise RefusedError(f"cannot run {argv[0]}: {reason}")


def _first_process(options: Options | None, flags: int, run: Callable[[], NoReturn]) -> int:
    """Be the first process of the box: start the command, collect orphans, return how it ended.

    The command is not process 1 itself: to that one no signal comes from inside, not even
    ``os.kill(os.getpid(), SIGKILL)``.
    """
    if options is not None and flags & _NEWNS:
        folder = os.getcwd()
        _own_tree(options, options.scratch)
        try:
            os.chdir(folder)
        except OSError:
            os.chdir("/")
    if "JPY_PARENT_PID" in os.environ:  # ipykernel ends when its parent is another; inside it is 1
        os.environ["JPY_PARENT_PID"] = "1"
    command = os.fork()
    if command == 0:
        if options is None:
            run()
        _enter(options, flags, _landlock_version(), run)
    if options is not None:
        _drop_capabilities()
    while True:
        child, status = os.wait()
        if child == command:
            return status


def supervise(
    options: Options | None, flags: int, run: Callable[[], NoReturn], watched: int | None
) -> int:
    """Run a function in a box, in forks of this process, until it ends or has to.

    This process must have a single thread. It enters the namespaces that are for a whole
    process, forgoes privileges and ignores SIGINT: nothing else should be done in it.

    Parameters
    ----------
    options : Options or None
        None confines nothing; what the function starts is still ended with it.
    flags : int
        The namespaces to enter, from `choose_namespaces`; 0 for none.
    run : callable
        Runs in a process of its own, in the box, with its errors its own; never returns.
    watched : int or None
        A descriptor: when it turns readable, the box is ended.

    Returns
    -------
    int
        How the function's process ended: a status as of wait(2).

    Raises
    ------
    OSError, RefusedError
        When the box cannot be had.
    """
    if options is not None:
        _forbid_new_privileges()
    if flags:
        _unshare(flags)
    if not flags & _NEWPID:  # orphans come to us, and end with us: prctl(2)
        _call("prctl", 36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # for the command, not for us
    reader, writer = os.pipe()
    first = os.fork()
    if first == 0:
        try:
            answer = f"={_in_the_box(options, flags, run, reader, writer)}"
        except Exception as error:  # here or in the command's process, which has not become it
            answer = _reason(error)
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    poll = select.poll()
    for descriptor in (reader, watched):
        if descriptor is not None:
            poll.register(descriptor, select.POLLIN)
    events = dict(poll.poll())
    answer = os.read(reader, 4096).decode(errors="replace") if reader in events else ""
    os.close(reader)
    os.kill(first, signal.SIGKILL)  # and with it all that is left in its namespace
    status = os.waitpid(first, 0)[1]
    if not flags & _NEWPID:
        _end_orphans()
    if answer and not answer.startswith("="):
        raise RefusedError(answer)
    return int(answer[1:]) if answer else status


def _in_the_box(
    options: Options | None, flags: int, run: Callable[[], NoReturn], reader: int, writer: int
) -> int:
    """Be the first process below the supervisor; return how the command ended."""
    os.close(reader)
    end_with_parent()  # which has one thread
    orphan = select.poll()
    orphan.register(writer, 0)
    if orphan.poll(0):  # the parent ended before prctl
        os._exit(2)
    return _first_process(options, flags, run)


def _end_orphans() -> None:
    """Kill what has come to us, and what comes then, until nothing is left."""
    while True:
        try:
            with open(f"/proc/self/task/{os.getpid()}/children") as children:
                for child in children.read().split():
                    os.kill(int(child), signal.SIGKILL)
            os.wait()
        except ProcessLookupError:
            continue
        except ChildProcessError:
            return


def _end_alike(status: int) -> int:
    """Return a command's exit code, or end by the signal that ended it: our parent sees it."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        _set_limit(resource.RLIMIT_CORE, 1)
        if -code not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


def main(argv: list[str]) -> int:
    """Run the launcher.

    Parameters
    ----------
    argv : list of str
        Options, ``--``, and the command; see `command`.

    Returns
    -------
    int
        The command's exit code, or 2 when it could not be started. Does not return where the
        command replaces the launcher.
    """
    try:
        options = read_options(argv)
        if not options.command and not options.probe:
            raise RefusedError("no command: write it after --")
        if sys.platform != "linux":
            raise RefusedError(f"confinement needs Linux, and this is {sys.platform}")
        if options.probe:
            for layer, reason in _missing(options).items():
                print(layer, reason, sep="\t")
            return 0
        close_inherited()
        parent = _watch_parent()
        version = _landlock_version()
        if options.require and version < _LANDLOCK_WANTED:
            raise RefusedError(f"files: Landlock has version {version}, not {_LANDLOCK_WANTED}")
        interrupts = signal.getsignal(signal.SIGINT)
        _forbid_new_privileges()
        flags = choose_namespaces(options)

        def become() -> NoReturn:
            _become(options.command, interrupts)

        if flags & _NEWPID:
            return _end_alike(supervise(options, flags, become, parent))
        if flags:
            _unshare(flags)
        _enter(options, flags, version, become)
    except (OSError, ValueError, RefusedError) as error:
        print(f"confine: {_reason(error)}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
