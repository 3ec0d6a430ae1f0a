"""What a test may do beside a student's files, and what makes it wait for a person.

Each piece runs in this Python, with a file of the student's in the working folder.
"""

from __future__ import annotations

import json
import marshal
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from student_ends import linked
from test_shared_files import holding

from convgrade.guard import Guard
from convgrade.proxy import Undecided
from convgrade.shared_files import SharedFiles
from convgrade.workplace import furnish

pytestmark = pytest.mark.filterwarnings("ignore")  # of files that pieces leave open

RAN: list[int] = []  # what a student's file has done


class Bomb:
    """Runs code where it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return RAN.append, (1,)


def theirs(top: Path) -> None:
    """Write what a student's code may leave, none of it named as code."""
    call = "__import__('test_guard').RAN.append(1)"
    (top / "bomb.pkl").write_bytes(pickle.dumps(Bomb()))
    (top / "plain.pkl").write_bytes(pickle.dumps({"a": [1, 2.5, None]}))
    (top / "call.txt").write_text(call)
    (top / "wide.txt").write_text(call, encoding="utf-16")
    (top / "data.json").write_text(json.dumps({"code": call}).replace("_", "\\u005f"))
    (top / "code.bin").write_bytes(marshal.dumps(compile(call, "x", "exec")))
    np.save(top / "objects.npy", np.array([Bomb()], dtype=object), allow_pickle=True)
    np.save(top / "numbers.npy", np.arange(3))
    (top / "rows.csv").write_text("a,b\n1,2\n")
    torch.save({"w": torch.ones(2)}, top / "weights.pt")
    torch.save(Bomb(), top / "bomb.pt")
    pd.DataFrame({"a": [1]}).to_pickle(top / "table.gz")
    with zipfile.ZipFile(top / "lib.zip", "w") as archive:
        archive.writestr("inzip.py", call)
    with tarfile.open(top / "up.tar", "w") as tar:
        tar.add(top / "rows.csv", "../climbed.csv")
    (top / "log.ini").write_text(
        "[loggers]\nkeys=root\n[handlers]\nkeys=h\n[formatters]\nkeys=\n[logger_root]\n"
        f"handlers=h\n[handler_h]\nclass=StreamHandler\nargs=({call},)\n"
    )
    (top / "tests.txt").write_text(f">>> {call}\n")


RUNS = [
    "import pickle; pickle.load(open('bomb.pkl', 'rb'))",
    "import pickle; pickle._Unpickler(open('bomb.pkl', 'rb')).load()",
    "import pandas as pd; pd.read_pickle('table.gz')",
    "import numpy as np; np.load('objects.npy', allow_pickle=True)",
    "import torch; torch.load('bomb.pt', weights_only=False)",
    "eval(open('call.txt').read())",
    "exec(open('call.txt').read())",
    "exec('if True:\\n    ' + open('call.txt').read())",
    "exec(open('wide.txt', encoding='utf-16').read())",
    "import json; eval(json.load(open('data.json'))['code'])",
    "compile(open('call.txt', 'rb').read(), 'call.txt', 'exec')",
    "import io; exec(io.FileIO('call.txt').read())",
    "import os; exec(os.read(os.open('call.txt', 0), 1000))",
    "from pathlib import Path; exec(Path('call.txt').read_text())",
    "import runpy; runpy.run_path('call.txt')",
    "import marshal; exec(marshal.load(open('code.bin', 'rb')))",
    "import marshal; exec(marshal.loads(open('code.bin', 'rb').read()))",
    "from importlib.machinery import SourceFileLoader as L; L('m', 'call.txt').load_module()",
    "from importlib.machinery import SourcelessFileLoader as L; L('m', 'code.bin').load_module()",
    "import sys; sys.path.insert(0, 'lib.zip'); import inzip",
    "import sys, os; sys.path.insert(0, os.path.abspath('lib.zip')); import inzip",
    "import zipimport; zipimport.zipimporter('lib.zip').load_module('inzip')",
    "import subprocess; subprocess.run(['true'])",
    "import os; os.system('true')",
    "import os; os.posix_spawn('/bin/true', ['true'], {})",
    "import os\nif os.fork() == 0: os._exit(0)",
    "import ctypes; ctypes.CDLL('./code.bin')",
    "import logging.config; logging.config.fileConfig('log.ini')",
    "import doctest; doctest.testfile('tests.txt', module_relative=False)",
    "import tarfile; tarfile.open('up.tar').extractall()",
    "import shutil; shutil.unpack_archive('up.tar')",
    "import pandas as pd; pd.read_csv('rows.csv').query(open('call.txt').read())",
    "import sympy; sympy.sympify(open('call.txt').read())",
    "import timeit; timeit.timeit(open('call.txt').read(), number=1)",
    "import cProfile; cProfile.run(open('call.txt').read())",
    "import shelve, pickle; pickle.Unpickler(open('bomb.pkl', 'rb')).load()",
    "import multiprocessing as m; m.Process(target=print).start()",
    "import typing; typing.get_type_hints(type('A', (), {'__annotations__': "
    "{'x': open('call.txt').read()}}))",
]
RUN_NOTHING = [
    "assert open('rows.csv').read() == 'a,b\\n1,2\\n'",
    "import pandas as pd; assert pd.read_csv('rows.csv').b.sum() == 2",
    "import numpy as np; assert np.load('numbers.npy').sum() == 3",
    "import pickle; assert pickle.load(open('plain.pkl', 'rb')) == {'a': [1, 2.5, None]}",
    "import torch; assert torch.load('weights.pt', weights_only=True)['w'].sum() == 2",
    "import json; assert 'code' in json.load(open('data.json'))",
    "import ast; open('rows.csv'); assert ast.literal_eval('[' + '1,2' + ']') == [1, 2]",
    "import collections; t = open('rows.csv').read().split()\n"
    "assert collections.namedtuple('R', t[0])(1, 2).b == 2",
    "open('rows.csv'); assert eval('40 + 2') == 42",
    "import dataclasses; open('rows.csv'); dataclasses.make_dataclass('P', ['x', 'y'])(1, 2)",
    "import zipfile; assert zipfile.ZipFile('lib.zip').namelist() == ['inzip.py']",
    "import tarfile; assert tarfile.open('up.tar').getnames() == ['../climbed.csv']",
    "import helper; assert helper.x == 1",
    "import os; assert 'rows.csv' in os.listdir(); open('rows.csv'); import colorsys",
]


@pytest.fixture(scope="module")
def guard() -> Callable[[SharedFiles], Guard]:
    """Return what makes a guard hear of this Python, which can be told to no more than one."""
    made: list[Guard] = []

    def new(files: SharedFiles) -> Guard:
        if not made:
            made.append(Guard(files))
            made[0].listen()
        made[0].__init__(files)  # type: ignore[misc]
        return made[0]

    return new


def outcome(
    text: str, guard: Callable[[SharedFiles], Guard], course: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Run a test beside a student's files; return why it waits."""
    course.mkdir()
    (course / "helper.py").write_text("x = 1\n")
    monkeypatch.chdir(furnish(course))
    monkeypatch.syspath_prepend(str(Path.cwd()))
    files = SharedFiles(Path.cwd(), course)
    box = course.parent / "box"
    box.mkdir()
    theirs(box)
    data = {path.name: path.read_bytes() for path in box.iterdir()}
    marks = {name: (len(content), n) for n, (name, content) in enumerate(data.items())}
    RAN.clear()
    with linked(holding(marks, data), files=files) as names:
        heard = guard(files)
        for known in (text, "x = 1\n"):  # the cell, and the helper
            heard.knows(known)
        files.begin(names._link)
        try:
            with heard.watching(names._link):
                exec(compile(text, "<test>", "exec"), {"__name__": "__main__"})
        except Undecided as why:
            return str(why)
    return ""


@pytest.mark.parametrize("text", RUNS)
def test_a_test_that_runs_what_is_in_a_students_file_waits(
    text: str,
    guard: Callable[[SharedFiles], Guard],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And nothing of it runs."""
    why = outcome(text, guard, tmp_path / "course", monkeypatch)
    assert "beside files that the student's code has written" in why
    assert not RAN
    assert not (tmp_path / "course" / "climbed.csv").exists()


@pytest.mark.parametrize("text", RUN_NOTHING)
def test_a_test_that_only_reads_does_not(
    text: str,
    guard: Callable[[SharedFiles], Guard],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert outcome(text, guard, tmp_path / "course", monkeypatch) == ""


@pytest.mark.parametrize("word", ["yaml.load(text)", "torch.jit.load('x')", "load_model('m')"])
def test_what_python_does_not_tell_of_is_read_in_the_text(
    word: str,
    guard: Callable[[SharedFiles], Guard],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = f"def later(text):\n    {word}\nx = open('rows.csv').read()"
    assert "uses `" in outcome(text, guard, tmp_path / "course", monkeypatch)
