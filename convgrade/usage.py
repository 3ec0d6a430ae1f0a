"""Tells wrong use of a command from everything else: one line, what there is, status 2."""

from __future__ import annotations

import difflib
import functools
import glob
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from nbgrader.api import Assignment, Student
from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import create_engine, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from traitlets import TraitError
from traitlets.config.loader import KVArgParseConfigLoader

__all__ = [
    "WRONG_USE",
    "StrictApp",
    "check_student",
    "strictly",
    "take_assignment",
    "there_is",
    "wrong_use",
]

WRONG_USE = 2  # the exit status, as argparse and shells have it
SHOWN = 20  # names of what there is


def wrong_use(app: Any, words: str) -> NoReturn:
    """End a command that was called in a wrong way."""
    app.log.error("%s", words)
    sys.exit(WRONG_USE)


def there_is(what: str, name: str, every: Iterable[str]) -> str:
    """Say what comes closest to a name that is not there, and what there is."""
    known = sorted(set(every))
    plain = {other.casefold(): other for other in known}
    close = difflib.get_close_matches(name.casefold(), plain, n=3, cutoff=0.6)
    meant = f" Did you mean {' or '.join(plain[c] for c in close)}?" if close else ""
    more = f", and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    start = f"{what[:1].upper()}{what[1:]}"
    return f"{meant} {start}: {', '.join(known[:SHOWN])}{more}." if known and what else meant


class _StrictLoader(KVArgParseConfigLoader):
    """Refuses options that do not exist, which traitlets passes over with a warning."""

    def __init__(self, *args: Any, app: StrictApp, **options: Any) -> None:
        super().__init__(*args, **options)
        self._app = app

    def _handle_unrecognized_alias(self, arg: str) -> None:
        self._app.refuse_option(arg)

    def _parse_args(self, args: Any) -> Any:
        # argparse's own prints the usage, which is long.
        self.parser.error = self._refuse  # type: ignore[method-assign,assignment]
        return super()._parse_args(args)

    def _refuse(self, words: str) -> NoReturn:
        option = re.match(
            r"argument (-\S+)(?=: expected)|unrecognized arguments: (-[^\s=]+)", words
        )
        name = (option[1] or option[2]) if option else "."
        if "." not in name:  # an alias that exists has its trait's name here
            self._app.refuse_option(name.lstrip("-"))
        wrong_use(self._app, f"{words}. {self._app.help}")


class StrictApp(NbGrader):  # type: ignore[misc]
    """A command of nbgrader's kind that does nothing it was not asked for."""

    configured: ClassVar[bool] = True  # whether it reads ``nbgrader_config.py``

    def initialize(self, argv: Any = None, root: str = "") -> None:
        """Read the command line and the configuration; called by traitlets."""
        if self.configured:
            super().initialize(argv, root)
            return
        self.coursedir = CourseDirectory(parent=self)
        super(NbGrader, self).initialize(argv)

    def load_config_file(self, **kwargs: Any) -> None:
        """Read the configuration, if the command has a use for it; called by traitlets."""
        if self.configured:
            super().load_config_file(**kwargs)

    def _create_loader(self, argv: Any, aliases: Any, flags: Any, classes: Any) -> Any:
        return _StrictLoader(
            argv, aliases, flags, classes=classes, log=self.log,
            subcommands=self.subcommands, app=self,
        )  # fmt: skip

    def refuse_option(self, option: str) -> NoReturn:
        """End the command, since it has no such option."""
        every = [n for key in (*self.aliases, *self.flags) for n in _names(key) if len(n) > 1]
        meant = there_is("", f"--{option}", (f"--{name}" for name in every))
        wrong_use(self, f"There is no option --{option}.{meant} {self.help}")

    @property
    def help(self) -> str:
        """Where the options are listed."""
        return f"`{str(self.name).replace('-', ' ', 1)} --help` lists them."

    def parse_command_line(self, argv: Any = None) -> None:
        """Read the options; called by traitlets."""
        super().parse_command_line(argv)
        known = {
            cls.__name__: cls
            for one in (*self.classes, *self.all_configurable_classes())
            for cls in one.mro()
            if hasattr(cls, "class_trait_names")
        }
        for section, traits in self.cli_config.items():
            if not traits:
                continue  # nbgrader looks for outdated names, and so makes them
            if section not in known:
                meant = there_is("", section, known)
                if meant:
                    wrong_use(self, f"There are no settings of {section}.{meant}")
                continue  # of a plug-in, perhaps: this command cannot know them all
            for trait in traits:
                every = known[section].class_trait_names(config=True)
                if trait not in every:
                    words = there_is("there are", trait, every)
                    wrong_use(self, f"{section} has no setting {trait}.{words}")


def strictly(start: Callable[[Any], None]) -> Callable[[Any], None]:
    """Turn a value that an option cannot have into wrong use; for ``start`` of a command."""

    @functools.wraps(start)
    def started(app: Any) -> None:
        try:
            start(app)
        except TraitError as error:
            wrong_use(app, f"{str(error).rstrip('.')}. {app.help}")

    return started


def _names(key: Any) -> tuple[str, ...]:
    return key if isinstance(key, tuple) else (key,)


def take_assignment(app: Any) -> None:
    """Set the assignment from a command's arguments, and see that it and its gradebook exist."""
    called = app.name.replace("-", " ")
    coursedir = app.coursedir
    if len(app.extra_args) > 1:
        words = " ".join(app.extra_args)
        wrong_use(app, f"Only one argument, the assignment, may be given, and here are: {words}")
    if app.extra_args and coursedir.assignment_id not in ("", app.extra_args[0]):
        wrong_use(app, "The assignment is given twice, as an argument and in the configuration")
    if app.extra_args:
        coursedir.assignment_id = app.extra_args[0]
    assignments, _ = read_names(app)
    source = Path(coursedir.format_path(coursedir.source_directory, ".", "."))
    below = [p.name for p in source.glob("*") if p.is_dir() and any(p.glob("*.ipynb"))]
    if not coursedir.assignment_id:
        words = there_is("there are", "", [*assignments, *below])
        wrong_use(app, f"Say which assignment: {called} ASSIGNMENT.{words}")
    if coursedir.assignment_id not in (*assignments, *below):
        words = there_is("there are", coursedir.assignment_id, [*assignments, *below])
        wrong_use(app, f"There is no assignment {coursedir.assignment_id!r}.{words}")


def read_names(app: Any) -> tuple[list[str], list[str]]:
    """Return assignments and students of a command's gradebook, which must be one."""
    url = app.coursedir.db_url
    try:
        parts = make_url(url)
        shown = parts.render_as_string(hide_password=True)
        engine = create_engine(url)
    except (ArgumentError, ImportError) as error:
        wrong_use(app, f"The gradebook's address (--db) cannot be used: {error}")
    file = Path(parts.database or "")
    if parts.get_backend_name() == "sqlite" and not file.is_file():
        here = sorted(path.name for path in file.parent.glob("*.db")) if file.name else []
        words = there_is("there are", file.name, here)
        wrong_use(app, f"There is no gradebook at {shown}.{words} `nbgrader generate_assignment "
                  "ASSIGNMENT` makes one; --db names another")  # fmt: skip
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(Assignment.__tablename__):
                wrong_use(app, f"{shown} is no gradebook of nbgrader's (--db)")
            return (
                list(connection.scalars(select(Assignment.name))),
                list(connection.scalars(select(Student.id))),
            )
    except SQLAlchemyError as error:
        words = str(getattr(error, "orig", None) or error).splitlines()[0]
        wrong_use(app, f"The gradebook {shown} cannot be read: {words}")
    finally:
        engine.dispose()


def check_student(app: Any) -> None:
    """See that the option for students means somebody; a name is itself before it is a pattern."""
    coursedir = app.coursedir
    asked = coursedir.student_id
    if asked == "*":
        return
    marks = Path(coursedir.format_path(coursedir.submitted_directory, "\0", "\0"))
    depth = next(i for i, part in enumerate(marks.parts) if "\0" in part)
    top = Path(*marks.parts[:depth])
    if Path(str(marks.parents[0]).replace("\0", asked)).exists() and asked != glob.escape(asked):
        coursedir.student_id = glob.escape(asked)
        return
    here = [path.name for path in top.glob("*") if not path.name.startswith(".")]
    if glob.glob(asked, root_dir=top):
        return
    _, students = read_names(app)
    why = (
        "has handed in nothing"
        if asked in students
        else "is no student's name or pattern of names"
    )
    wrong_use(app, f"--student={asked} {why}.{there_is(f'in {top.name}/ there are', asked, here)}")
