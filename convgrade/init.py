"""The command ``convgrade init``: lets a course that is there grade with the plug-ins."""

from __future__ import annotations

import ast
import contextlib
import io
import re
from pathlib import Path
from typing import Any, ClassVar

from nbgrader.apps.baseapp import nbgrader_flags
from traitlets import Bool
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from convgrade.adopt import AUTOGRADE, EXPORTERS, FEEDBACK, SANITIZE, AdoptError, adopt, name_of
from convgrade.usage import StrictApp, strictly, wrong_use

__all__ = ["CONFIG", "InitApp", "InitError", "read_config", "with_block", "without_block"]

CONFIG = "nbgrader_config.py"
OTHER = "nbgrader_config.json"  # which traitlets reads as well, and which wins
BEGIN, END = "# >>> convgrade >>>", "# <<< convgrade <<<"
BLOCK = f"""
{BEGIN} `convgrade init` wrote these lines, `convgrade init --undo` takes them out.
from convgrade.adopt import adopt

adopt(get_config())  # keep this last: it looks at all that is set above
{END}
"""
MADE = f"c = get_config()\n{BLOCK}"  # where there was no file
FOUND = re.compile(
    rf"\r?\n{re.escape(BEGIN)}(?:(?!{re.escape(BEGIN)}).)*?\n{re.escape(END)}\r?\n".encode(),
    re.DOTALL,
)
OURS = EXPORTERS["GenerateFeedback"]
LISTS = (
    ("Autograde", "sanitize_preprocessors", SANITIZE),
    ("Autograde", "autograde_preprocessors", AUTOGRADE),
    ("GenerateFeedback", "preprocessors", FEEDBACK),
)


class InitError(Exception):
    """Raised when a configuration cannot be edited; the message says why and what to do."""


class InitApp(StrictApp):
    """Puts the plug-ins into a course's configuration, or takes them out."""

    name = "convgrade-init"
    configured = False  # `start` reads the configuration, and says what is wrong with it
    description = "Let the course in this folder grade with convgrade, or no longer (--undo)"
    examples = """
        In the folder of a course, where nbgrader_config.py is or may be made:

            convgrade init

        Take it out again; the file is then what it was, byte for byte:

            convgrade init --undo

        Some lines are added to nbgrader_config.py, at its end. The course's own
        preprocessors stay, in their order.
        """

    undo = Bool(False, help="Take the plug-ins out again.").tag(config=True)
    flags: ClassVar[dict[str, Any]] = {
        **nbgrader_flags,
        "undo": ({"InitApp": {"undo": True}}, "Take the plug-ins out again."),
    }

    @strictly
    def start(self) -> None:
        """Edit the file; called by traitlets."""
        super().start()
        if self.extra_args:
            wrong_use(self, f"convgrade init takes no argument, and here is {self.extra_args[0]}")
        try:
            words = undo(Path()) if self.undo else init(Path())
        except InitError as stop:
            wrong_use(self, f"{stop}. Nothing was changed")
        except OSError as stop:
            self.fail("%s cannot be written: %s", CONFIG, stop.strerror or stop)
        print(words)


def with_block(text: bytes) -> bytes:
    """Return a configuration with the plug-ins at its end.

    Raises
    ------
    InitError
        When its own lines of ours are not whole.
    """
    line = "\r\n" if b"\r\n" in text else "\n"
    return without_block(text) + BLOCK.replace("\n", line).encode()


def without_block(text: bytes) -> bytes:
    """Return a configuration as it was before.

    Raises
    ------
    InitError
        When the lines to take out are not whole.
    """
    found = FOUND.search(text)
    rest = text
    if found:
        before, after = text[: found.start()], text[found.end() :]
        glue = b"\n" if after and before and not before.endswith(b"\n") else b""
        rest = before + glue + after
    for mark in (BEGIN, END):
        if mark.encode() in rest:
            raise InitError(
                f"{CONFIG} holds the mark {mark!r} without the other one, or several of them. "
                f"Take out by hand what stands from {BEGIN!r} to {END!r}"
            )
    return rest


def init(folder: Path) -> str:
    """Put the plug-ins into a course's configuration, and say what was done.

    Raises
    ------
    InitError
        When the configuration cannot be edited.
    OSError
        When it cannot be written.
    """
    path = folder / CONFIG
    if (folder / OTHER).exists():
        raise InitError(
            f"{OTHER} holds settings as well, and they win over those of {CONFIG}. Write them "
            f"into {CONFIG}, as c.Section.name = value, and remove {OTHER}"
        )
    if not path.exists():
        if not (folder / "source").is_dir():
            raise InitError(
                f"{folder.resolve()} holds neither {CONFIG} nor source/. Go to the folder of a "
                "course; `convgrade new-course FOLDER` makes one"
            )
        _write(path, MADE.encode())
        return "\n".join([f"{CONFIG} is new: {_undone()}", *_told(Config(), read_config(path))])
    text = path.read_bytes()
    new = with_block(text)
    if new == text:
        return f"{CONFIG} grades with convgrade already. Nothing to do."
    before, after = read_config(path), read_config(path)
    try:
        adopt(after)
    except AdoptError as stop:
        raise InitError(f"{CONFIG}: {stop}, and run this again") from stop
    if without_block(text) == text and str(before.Autograde) == str(after.Autograde):
        return f"{CONFIG} grades with convgrade already, by lines of its own. Nothing to do."
    _write(path, new)
    number = BLOCK.strip().count("\n") + 1
    told = f"{CONFIG}: {number} lines added at its end. {_undone()}"
    return "\n".join([told, *_told(before, after)])


def undo(folder: Path) -> str:
    """Take the plug-ins out of a course's configuration, and say what was done.

    Raises
    ------
    InitError, OSError
        As for `init`.
    """
    path = folder / CONFIG
    if not path.exists():
        raise InitError(f"There is no {CONFIG} in {folder.resolve()}")
    text = path.read_bytes()
    rest = without_block(text)
    if rest == text:
        raise InitError(
            f"{CONFIG} holds no lines of `convgrade init`. What somebody else has written there, "
            "such as ExecuteTrusted, take out by hand"
        )
    if text == MADE.encode():
        path.unlink()
        return f"{CONFIG} is gone: `convgrade init` had made it."
    _write(path, rest)
    return f"{CONFIG} is as it was."


def read_config(path: Path) -> Config:
    """Return what a configuration sets, as nbgrader reads it.

    Raises
    ------
    InitError
        When it is no Python, or does not run.
    """
    try:
        ast.parse(path.read_bytes())
    except (SyntaxError, ValueError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        what = error.msg if isinstance(error, SyntaxError) else str(error)
        raise InitError(
            f"{path.name}{line} is not Python ({what}). Put that right, and run this again"
        ) from error
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # what a configuration says of itself
            config: Config = PyFileConfigLoader(path.name, str(path.parent)).load_config()
    except (Exception, SystemExit) as error:
        raise InitError(
            f"{path.name} ends in {type(error).__name__}: {error}. nbgrader would read none of "
            "it. Put that right, and run this again"
        ) from error
    return config


def _write(path: Path, text: bytes) -> None:
    """Write a file whole or not at all, through a link if it is one."""
    path = path.resolve()
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_bytes(text)
        if path.exists():
            new.chmod(path.stat().st_mode)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _undone() -> str:
    return "`convgrade init --undo` takes them out again."


def _told(before: Config, after: Config) -> list[str]:
    """Say which lists have become which."""
    lines = []
    for section, name, usual in LISTS:
        if name not in after[section]:
            continue
        was = before[section].get(name, usual)
        was = was if isinstance(was, list) else was.get_value(list(usual))
        now = [name_of(item) for item in after[section][name]]
        old = [name_of(item) for item in was]
        gone = [item for item in old if item not in now]
        if now != old:
            lines.append(f"{section}.{name} is now: {', '.join(now)}")
        if gone:
            new = [item for item in now if item not in old]
            lines.append(f"    {', '.join(new)} in place of {', '.join(gone)}")
    if before.GenerateFeedback.get("exporter_class", OURS) != OURS:
        lines.append("GenerateFeedback keeps an exporter of the course's own.")
    lines.append("Next: `convgrade check ASSIGNMENT` says what is graded otherwise than before.")
    return lines
