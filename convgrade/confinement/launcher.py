"""The program that confines itself and becomes a command, or stays to end the box."""

from __future__ import annotations

import os
import signal
import sys

if sys.platform == "linux":
    import resource

from convgrade.confinement import calls, landlock, limits, namespaces, supervision
from convgrade.confinement.options import Options, RefusedError, read_options, reason_of

TYPE_CHECKING = False  # importing typing costs milliseconds at every start
if TYPE_CHECKING:
    from typing import NoReturn


def main(argv: list[str]) -> int:
    """Run the launcher.

    Parameters
    ----------
    argv : list of str
        Options, ``--``, and the command; see `convgrade.confine.command`.

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
        supervision.close_inherited()
        parent = _watch_parent()
        version = landlock.version()
        if options.require and version < landlock.WANTED:
            raise RefusedError(f"files: Landlock has version {version}, not {landlock.WANTED}")
        interrupts = signal.getsignal(signal.SIGINT)
        calls.forbid_new_privileges()
        flags = namespaces.choose_namespaces(options)

        def become() -> NoReturn:
            _become(options.command, interrupts)

        if flags & namespaces.NEWPID:
            return _end_alike(supervision.supervise(options, flags, become, parent))
        if flags:
            namespaces.unshare(flags)
        supervision.enter(options, flags, version, become)
    except (OSError, ValueError, RefusedError) as error:
        print(f"confine: {reason_of(error)}", file=sys.stderr)
        return 2


def _missing(options: Options) -> dict[str, str]:
    """Return what `convgrade.confine.missing_layers` does."""
    missing = {}
    no_part = namespaces.rehearse(namespaces.PART, options)
    no_whole = namespaces.rehearse(namespaces.WHOLE, options)
    version = landlock.version()
    if no_part:
        missing["network"] = f"no network namespace ({no_part})"
        missing["limits"] = f"no limit on processes without a user namespace ({no_part})"
    reasons = [f"no mount and process namespaces ({no_whole})"] if no_whole else []
    if version < landlock.WANTED:
        reasons.append(f"Landlock has version {version}, and {landlock.WANTED} is needed")
    if reasons:
        missing["files"] = "; ".join(reasons)
    return missing


def _watch_parent() -> int | None:
    """Return a descriptor that turns readable when the parent ends, pidfd_open(2).

    It tells the end of the process, where PR_SET_PDEATHSIG would tell that of the thread that
    started this one. There is none for a parent outside our own process namespace.
    """
    try:
        return os.pidfd_open(os.getppid())
    except (OSError, AttributeError):  # a Python built for a Linux before 5.3 lacks the function
        return None


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


def _end_alike(status: int) -> int:
    """Return a command's exit code, or end by the signal that ended it: our parent sees it."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        limits.lower(resource.RLIMIT_CORE, 1)
        if -code not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code
