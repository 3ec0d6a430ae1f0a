"""A tree of files of the box's own: what is listed, and nothing else."""

from __future__ import annotations

import os
import stat
import struct

from convgrade.confinement import calls

TYPE_CHECKING = False  # importing typing costs milliseconds at every start
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from convgrade.confinement.options import Options

_OWN = ("/proc", "/dev/shm", "/dev/pts", "/dev/ptmx")  # what a box with its own mounts has
_SHARED_MEMORY = 1 << 28  # bytes of /dev/shm in the box


def own_tree(options: Options, scratch: Mapping[str, int]) -> None:
    """Replace the root folder by one that holds the listed paths only, under their names.

    Each path is cloned with open_tree(2), made read-only with mount_setattr(2) and mounted in an
    empty tmpfs(5), which becomes the root by pivot_root(2). What is only read cannot be changed
    by ``chmod`` then, which Landlock does not see.
    """
    # MS_REC | MS_PRIVATE, mount_namespaces(7): what follows is not to appear outside.
    calls.call("mount", b"none", b"/", None, 0x4000 | 1 << 18, None)
    clones = []
    for path, writable in _outermost(options.read, [*options.write, *options.sockets]):
        try:
            # OPEN_TREE_CLONE | O_CLOEXEC | AT_RECURSIVE
            clone = calls.syscall("open_tree", 428, -100, path.encode(), 1 | os.O_CLOEXEC | 0x8000)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            continue
        if not writable:
            _make_read_only(clone, b"", 0x1000 | 0x8000)  # AT_EMPTY_PATH | AT_RECURSIVE
        clones.append((path, clone))
    filled = {path: os.open(path, os.O_RDONLY | os.O_DIRECTORY) for path in scratch}
    root = "/tmp"  # any folder will do: its own contents, if listed, are cloned by now
    calls.call("mount", b"tmpfs", root.encode(), b"tmpfs", 0, b"mode=755,size=1m")
    for path, clone in clones:
        _place(root + path, stat.S_ISDIR(os.fstat(clone).st_mode))
        calls.syscall("move_mount", 429, clone, b"", -100, (root + path).encode(), 4)
        os.close(clone)
    for path, folder in filled.items():
        _own_folder(root + path, folder, scratch[path])
        os.close(folder)
    _own_devices(root)
    _own_proc(root + "/proc", options.processes)
    os.chdir(root)
    calls.call("pivot_root", b".", b".")
    calls.call("umount2", b".", 2)  # MNT_DETACH: the old root, which lies on top
    _make_read_only(-100, b"/", 0)


def _own_folder(path: str, original: int, size: int) -> None:
    """Mount memory of the box's own at a path, and copy an open folder's files into it."""
    _place(path, True)
    calls.call("mount", b"tmpfs", path.encode(), b"tmpfs", 0b110, b"mode=700,size=%d" % size)
    for folder, folders, names, source in os.fwalk(".", dir_fd=original):
        for name in (*folders, *names):
            if stat.S_ISLNK(os.lstat(name, dir_fd=source).st_mode):  # where to is for the list
                os.symlink(os.readlink(name, dir_fd=source), f"{path}/{folder}/{name}")
        for name in folders:
            if not os.path.islink(f"{path}/{folder}/{name}"):
                os.mkdir(f"{path}/{folder}/{name}")
        for name in names:
            if os.path.islink(f"{path}/{folder}/{name}"):
                continue
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
    calls.call("mount", b"tmpfs", f"{root}/dev/shm".encode(), b"tmpfs", 0b110, size)
    _place(root + "/dev/pts", True)
    modes = b"mode=600,ptmxmode=666"
    calls.call("mount", b"devpts", f"{root}/dev/pts".encode(), b"devpts", 0b1010, modes)
    os.symlink("pts/ptmx", root + "/dev/ptmx")


def _own_proc(path: str, processes: int | None) -> None:
    """Mount a /proc that shows the processes of the box only, proc(5).

    Also, without failing where it cannot be had: no user namespaces below this one, in which a
    process would have capabilities again; and a limit on process ids, per namespace since Linux
    6.14, because real root is exempt from RLIMIT_NPROC and could bring the machine down with a
    fork bomb. The kernel allows no limit below 301, and comes back only to ids above 300.
    """
    _place(path, True)
    calls.call("mount", b"proc", path.encode(), b"proc", 0b1110, None)  # no suid, device, program
    settings = {"user/max_user_namespaces": "0"}
    if processes is not None:
        settings["kernel/pid_max"] = str(301 + processes)
    for name, text in settings.items():
        try:
            calls.put(f"{path}/sys/{name}", text)
        except OSError:
            continue
    _make_read_only(-100, path.encode(), 0)


def _make_read_only(folder: int, path: bytes, flags: int) -> None:
    """Set MOUNT_ATTR_RDONLY with mount_setattr(2)."""
    calls.syscall("mount_setattr", 442, folder, path, flags, struct.pack("=4Q", 1, 0, 0, 0), 32)


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
