"""What a test may do beside a student's files, and what makes it wait for a person.

Each piece runs in this Python, with a file of the student's in the working folder.
"""

from __future__ import annotations

import contextlib
import json
import marshal
import pickle
import re
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from student_ends import honest, linked
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
        link = names._link
        with contextlib.suppress(Undecided), heard.watching(link):
            exec(compile(text, "<test>", "exec"), {"__name__": "__main__"})
        return str(link.doubt)


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


# A student's module. What its functions say comes to the test as text or bytes.
THEIRS = """
import base64, marshal, pickle
CALL = "__import__('test_guard').RAN.append(1)"
class Bomb:
    def __reduce__(self):
        return eval, (CALL,)
class Curious:
    def __repr__(self):
        return CALL
def call():
    return CALL
def name():
    return "expected"
def parts():
    return ["exp", "ected"]
def rows():
    return {"code": [CALL], 1: b"x"}
def pickled():
    return pickle.dumps(Bomb())
def marshalled():
    return marshal.dumps(compile(CALL, "x", "exec"))
def shown():
    print(CALL)
def raising():
    raise ValueError(CALL)
def visit(function):
    return function(CALL)
def documented():
    'expected'
def greet(name):
    return f"Hello, {name}!"
def times(a, b):
    return a * b
def sum_of():
    return "2 * (3 + 4)"
def table():
    import pandas as pd
    return pd.DataFrame({"a": [1, 5], "code": [CALL, ""]})
def array():
    import numpy as np
    return np.array([CALL])
def condition():
    return "a > 3 and b == 'x'"
def wide_condition():
    return "@pd.compat.sys.modules['test_guard'].RAN.append(1) or a > 3"
def formula():
    return "x**2 + sin(x)"
def formula_that_runs():
    return CALL
def expression():
    import sympy
    return sympy.Symbol("x")**2 + 1
def expression_that_runs():
    import sympy
    return sympy.Symbol("x") + sympy.Symbol(CALL)
def expression_that_calls():
    import sympy
    spell = [sympy.Function("chr")(ord(c)) for c in "abs"]
    return sympy.Function("eval")(sum(spell[1:], spell[0])) + sympy.Symbol("x")
def sql():
    return "ATTACH DATABASE '/proc/self/none.db' AS other"
def query():
    return "SELECT SUM(n) FROM t WHERE n > 1"
"""
RUN_TEXTS = [
    "eval(call())",
    "exec(call())",
    "exec('if True:\\n    ' + call())",
    "x = call(); eval(compile(x, 'x', 'eval'))",
    "import ast; exec(compile(ast.parse(call()), 'x', 'exec'))",
    "eval(f'abs({call()})')",
    "expected = 1; eval(name())",
    "expected = 1; eval(''.join(parts()))",
    "expected = 1; eval(documented.__doc__)",
    "eval(rows()['code'][0])",
    "eval(bytes(call(), 'ascii'))",
    "eval(array()[0])",
    "eval(table().code[0])",
    "import collections; collections.Counter(map(eval, [call()]))",
    "import io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()) as out: shown()\n"
    "eval(out.getvalue())",
    "try: raising()\nexcept ValueError as error: eval(str(error))",
    "visit(lambda text: eval(text))",
    "seen = []; visit(seen.append); exec(seen[0])",
    "try: eval(call())\nexcept: pass",
    "try: eval(call())\nfinally: eval(call())",
    "import threading; t = threading.Thread(target=lambda: eval(call())); t.start(); t.join()",
    "import pickle; pickle.loads(pickled())",
    "import pickle, io; pickle.load(io.BytesIO(pickled()))",
    "import pandas as pd, io; pd.read_pickle(io.BytesIO(pickled()))",
    "import pickle\ndef unpacked(data):\n    return pickle.loads(data)\nunpacked(pickled())",
    "import pickle, tempfile\nwith tempfile.NamedTemporaryFile() as f:\n"
    "    f.write(pickled()); f.seek(0); pickle.load(f)",
    "import marshal; exec(marshal.loads(marshalled()))",
    "import subprocess, sys; subprocess.run([sys.executable, '-c', call()])",
    "import subprocess, sys; subprocess.run([sys.executable], input=call().encode())",
    "import os; os.system(call())",
    "import pathlib, sys, tempfile; f = tempfile.mkdtemp(); sys.path.insert(0, f)\n"
    "(pathlib.Path(f) / 'fresh_one.py').write_text(call()); import fresh_one",
    "import runpy, pathlib; pathlib.Path('new.txt').write_text(call()); runpy.run_path('new.txt')",
    "import pandas as pd; pd.DataFrame({'a': [1]}).query(wide_condition())",
    "import pandas as pd; pd.eval(call())",
    "import sympy; sympy.sympify(formula_that_runs())",
    "import sympy; sympy.sympify(call() + '+ x')",
    "import sympy; sympy.lambdify(sympy.Symbol('x'), expression_that_runs())(1)",
    "import sympy; sympy.lambdify(sympy.Symbol('x'), expression_that_calls())(1)",
    "import jinja2; jinja2.Template('{{ ' + call() + ' }}').render()",
    "import timeit; timeit.timeit(call(), number=1)",
    "import doctest as d; m = d.DocTestParser().get_doctest('>>> ' + call(), {}, 'a', None, 0)\n"
    "d.DocTestRunner().run(m)",
    "import codeop; exec(codeop.compile_command(call()))",
    "import typing; typing.get_type_hints(type('A', (), {'__annotations__': {'x': call()}}))",
    "import sqlite3; sqlite3.connect(':memory:').execute(sql())",
    "import sqlite3; sqlite3.connect(':memory:').execute(\"VACUUM INTO '/proc/self/\" + "
    'name() + "\'")',
]
COMPUTE = [
    "import codeop; assert codeop.compile_command(call())",  # which only looks at it
    "assert greet('Ada') == 'Hello, Ada!'",
    "import ast; assert ast.literal_eval(str([greet('Ada')])) == ['Hello, Ada!']",
    "import ast; assert len(ast.parse(call()).body) == 1",
    "greet('x'); assert eval('6 * 7') == 42",
    "greet('x')\nfor a in range(3): assert eval(f'times({a}, {a})') == a * a",
    "for a in range(3): assert eval(f'abs(times({a}, -1))') == a",
    "greet('x'); name = 'ti' + 'mes'; assert eval(name)(2, 3) == 6",
    "assert eval(sum_of()) == 14",
    "import collections; greet('x'); assert collections.namedtuple('P', greet('x')[:5])(1)",
    "from dataclasses import make_dataclass\nd = make_dataclass('P', [greet('x')[:5]])\n"
    "assert d(1) == d(1)",
    "greet('x')\nimport dataclasses\n@dataclasses.dataclass\nclass P:\n    a: 'int'\n"
    "assert P(1).a == 1",
    "import pandas as pd; assert len(table().query('a > 3')) == 1",
    "import pandas as pd; table(); n = 3; assert len(table().query('a > @n & code == \"\"')) == 1",
    "for n in (0, 3): assert len(table().query(f'a > {n}')) == (2 if n == 0 else 1)",
    "import pandas as pd; t = pd.DataFrame({'a': [1, 4], 'b': ['x', 'x']})\n"
    "assert len(t.query(condition())) == 1; assert t.eval('c = a * 2').c.sum() == 10",
    "import sympy; x = sympy.Symbol('x'); greet('x')\n"
    "assert sympy.sympify(formula()) == x**2 + sympy.sin(x)\n"
    "assert sympy.sympify('x + x') == 2 * x and sympy.simplify('x/x') == 1",
    "import sympy; x = sympy.Symbol('x'); greet('x')\n"
    "assert sympy.lambdify(x, expression())(3) == 10\n"
    "assert sympy.lambdify([x], [expression(), sympy.sqrt(x), sympy.pi], 'numpy')(4)[1] == 2\n"
    "assert sympy.lambdify(x, sympy.Piecewise((x, x > 1), (0, True)), 'math')(2) == 2\n"
    "k = sympy.Symbol('k'); assert sympy.lambdify(x, sympy.Sum(k, (k, 1, x)))(3) == 6\n"
    "assert sympy.lambdify(x, sympy.Matrix([[x, 1]]), 'numpy')(2)[0, 0] == 2\n"
    "assert sympy.lambdify(x, sympy.sin(x) + sympy.sin(x)**2, cse=True)(0) == 0",
    "import scipy.stats; greet('x'); assert scipy.stats.norm(0, 1).cdf(0) == 0.5\n"
    "assert scipy.stats.rv_discrete(values=([1, 2], [0.5, 0.5])).mean() == 1.5",
    "import networkx as nx; greet('x'); g = nx.path_graph(4)\n"
    "assert nx.shortest_path(g, 0, 3) == [0, 1, 2, 3] and nx.is_connected(g) and nx.pagerank(g)",
    "import timeit; greet('x'); assert timeit.timeit('1 + 1', number=1) >= 0\n"
    "assert timeit.timeit(lambda: greet('y'), number=1) >= 0",
    "from unittest import mock; greet('x'); mock.create_autospec(lambda a: a)(1)",
    "import traceback; greet('x')\ntry: 1 / 0\nexcept Exception: traceback.format_exc()",
    "import inspect; greet('x'); inspect.signature(dict.get)",
    "import jinja2; assert jinja2.Template('{{ a }}').render(a=call()) == call()",
    "import pickle; greet('x'); assert pickle.loads(pickle.dumps([1, 'a'])) == [1, 'a']",
    "import pickle; greet('x'); assert pickle.load(open('kept.pkl', 'rb')) == Fraction(1, 3)",
    "import pandas as pd; table(); assert pd.read_pickle('kept.pkl') == Fraction(1, 3)",
    "import symtable; symtable.symtable(call(), 'x', 'exec')",
    "import sqlite3; c = sqlite3.connect(':memory:'); c.execute('CREATE TABLE t (n)')\n"
    "c.executemany('INSERT INTO t VALUES (?)', [(1,), (2,), (3,)])\n"
    "assert c.execute(query()).fetchone() == (5,); c.commit(); c.execute('VACUUM')\n"
    "c.execute('ATTACH \"\" AS o')",
    "import sqlite3; greet('x'); sqlite3.connect('own.db').execute(\"ATTACH 'own.db' AS other\")",
    "greet('x'); import colorsys, this_helper; assert this_helper.area() == 12",
    "import subprocess; assert eval('times(2, 3)') == 6; subprocess.run(['true'])",
]


def answered(
    text: str, guard: Callable[[SharedFiles], Guard], course: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Run a test that uses a student's functions; return why it waits."""
    course.mkdir()
    helper = "def area():\n    return eval('3 * 4')\n"
    (course / "this_helper.py").write_text(helper)
    (course / "kept.pkl").write_bytes(pickle.dumps(Fraction(1, 3)))
    monkeypatch.chdir(furnish(course))
    monkeypatch.syspath_prepend(str(Path.cwd()))
    for name in ("this_helper", "fresh_one"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(threading, "excepthook", lambda args: None)
    RAN.clear()
    with linked(honest(THEIRS)) as names:
        names.expect(set(re.findall(r"def (\w+)", THEIRS)))
        names["__name__"], names["Fraction"] = "__main__", Fraction
        files = SharedFiles(Path.cwd(), course)
        files.active = True  # nobody asks for them: both ends are in one folder here
        heard = guard(files)
        heard._texts._answers = names.is_answer
        for known in (text, helper):
            heard.knows(known)
        link = names._link
        code = compile(text, "<test>", "exec")
        try:
            with heard.watching(link):
                exec(code, names)
        except (Exception, Undecided):  # what is stopped may say so in its own words
            if not link.doubt:
                raise
        return str(link.doubt)


@pytest.mark.parametrize("text", RUN_TEXTS)
def test_a_test_that_runs_what_a_student_wrote_waits(
    text: str,
    guard: Callable[[SharedFiles], Guard],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And nothing of it runs, however the text has come, and whoever runs it."""
    why = answered(text, guard, tmp_path / "course", monkeypatch)
    assert why.endswith("and the student's texts are at hand"), why
    assert not RAN


@pytest.mark.parametrize("text", COMPUTE)
def test_a_test_that_has_a_students_text_and_runs_none_does_not(
    text: str,
    guard: Callable[[SharedFiles], Guard],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Texts of the course's and of libraries become code, and so does what can only compute."""
    assert answered(text, guard, tmp_path / "course", monkeypatch) == ""
    assert not RAN


def test_what_the_texts_would_do() -> None:
    """Without a guard."""
    values: dict[str, object] = {}
    exec(compile(THEIRS, "<student>", "exec"), values)
    RAN.clear()
    eval(values["CALL"])  # type: ignore[call-overload]
    assert RAN == [1]
