"""A gradebook in PostgreSQL: the rows of SQLite, also after a run or the server was killed."""

from __future__ import annotations

import contextlib
import datetime
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import sqlalchemy
from class_runs import Place, assert_nothing_left, finish
from conftest import ROOT
from test_classroom import TABLES, WRONG, graded_files, hand_in_a_class, log, wait_until
from tiny import OVERRIDE, RIGHT, Tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

USER, DATABASE = "teacher", "tiny"


class Postgres:
    """A PostgreSQL server in a folder of its own, reached by a socket there and nowhere else."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._server: subprocess.Popen[bytes] | None = None
        # It refuses to run as root.
        self._as: list[str] = []
        if os.getuid() == 0:
            names = [user.pw_name for user in pwd.getpwall()]
            user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
            os.chown(folder, user.pw_uid, user.pw_gid)
            ids = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
            self._as = ["setpriv", *ids]
        folder.chmod(0o755)
        self._run("initdb", "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()
        self._run("createdb", "-h", str(folder), "-U", USER, DATABASE, data=False)

    @property
    def url(self) -> str:
        """Return the gradebook's address, for nbgrader."""
        return f"postgresql+psycopg2://{USER}@/{DATABASE}?host={self._folder}"

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        words = ["-k", str(self._folder), "-c", "listen_addresses=", "-F"]
        with (self._folder.parent / f"{self._folder.name}.log").open("ab") as log:
            self._server = subprocess.Popen(
                self._words("postgres", *words), cwd="/", stdout=log, stderr=log
            )
        wait_until(self._answers, 60)

    def stop(self) -> None:
        """End the server at once: connections break."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(timeout=60)
            self._server = None

    def _answers(self) -> bool:
        try:
            psycopg2.connect(host=str(self._folder), user=USER, dbname="postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def _words(self, program: str, *args: str, data: bool = True) -> list[str]:
        where = ["-D", str(self._folder / "data")] if data else []
        return [*self._as, str(self._programs / program), *where, *args]

    def _run(self, program: str, *args: str, data: bool = True) -> None:
        run = subprocess.run(
            self._words(program, *args, data=data),
            cwd="/", capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout + run.stderr


def programs() -> Path:
    """Return the folder of PostgreSQL's programs; skip where there is none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: float(p.parts[-3])
    )
    on_path = shutil.which("postgres")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    pytest.skip("no PostgreSQL here, so no gradebook was kept in one: run .ci/packages")


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    where = programs()
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="cgt-pg-", dir="/tmp"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback((folder.parent / f"{folder.name}.log").unlink, missing_ok=True)
        server = Postgres(where, folder)
        stack.callback(server.stop)
        yield server


def rows(url: str) -> dict[str, list[Any]]:
    """Return everything that a gradebook says about submissions, whatever keeps it."""
    engine = sqlalchemy.create_engine(url)
    try:
        with engine.connect() as connection:
            return {
                table: sorted(
                    (
                        tuple(map(_plain, row))
                        for row in connection.execute(sqlalchemy.text(query))
                    ),
                    key=repr,
                )
                for table, query in TABLES.items()
            }
    finally:
        engine.dispose()


def _plain(value: Any) -> Any:
    """Return a value as SQLite keeps it, which has no times and no booleans."""
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    return int(value) if isinstance(value, bool) else value


def run(place: Place, course: Tiny, *args: str, status: int) -> str:
    process = place.grade(course, *args)
    printed = finish(process)
    assert process.returncode == status, printed
    return printed


def test_a_gradebook_in_postgresql_has_the_rows_of_sqlite(
    postgres: Postgres, tmp_path: Path
) -> None:
    usual = (ROOT / "nbgrader_config.py").read_text() + OVERRIDE
    here = Tiny.make(tmp_path / "sqlite", usual)
    there = Tiny.make(
        tmp_path / "postgres", f"{usual}c.CourseDirectory.db_url = {postgres.url!r}\n"
    )
    assert not (there.root / "gradebook.db").exists()
    for course in (here, there):
        hand_in_a_class(course)
    sqlite = f"sqlite:///{here.root / 'gradebook.db'}"
    with Place() as place:
        run(place, here, status=1)  # some of the class cannot be graded
        killed = place.grade(there)
        wait_until(lambda: "] recorded" in log(there))
        killed.kill()
        finish(killed)
        broken = place.grade(there)
        before = log(there).count("] recorded")
        wait_until(lambda: log(there).count("] recorded") > before)
        postgres.stop()
        printed = finish(broken)
        assert broken.returncode == 1, printed
        postgres.start()
        assert "Traceback" not in printed
        assert "The gradebook cannot be used: " in printed
        assert "run this command again" in printed
        run(place, there, status=1)
        assert rows(postgres.url) == rows(sqlite)
        assert graded_files(there) == graded_files(here)
        for course in (here, there):
            course.hand_in("ada", {**RIGHT, "total": WRONG})
            run(place, course, "--student", "ada", "--force", status=0)
            assert_nothing_left(place, course)
    assert rows(postgres.url) == rows(sqlite)
    assert graded_files(there) == graded_files(here)
    assert rows(sqlite)["grade"] != []
