"""Whole notebooks through `TrustedClient`, with real kernels: what a student earns and reads."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as v4
import psutil
import pytest
from jupyter_client.channels import HBChannel
from nbformat import NotebookNode
from nbgrader import utils

from convgrade import judge
from convgrade.bindings import bound_names
from convgrade.furnishing import SHARED
from convgrade.judge import JudgeError
from convgrade.kernels.folders import MARK
from convgrade.kernels.forks import ForkServer
from convgrade.session.session import server
from convgrade.trusted import TrustedClient, _used_names

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

POINTS = 2.0


def cell(kind: str, name: str, source: str) -> NotebookNode:
    """Return an answer, test, locked or extra cell as a rebuilt notebook has it."""
    if kind == "extra":
        return v4.new_code_cell(source)
    about: dict[str, Any] = {"grade_id": name, "schema_version": 3, "task": False}
    about |= {"grade": kind == "test", "solution": kind == "answer", "locked": kind != "answer"}
    if kind == "test":
        about["points"] = POINTS
    metadata: dict[str, Any] = {"nbgrader": about}
    if kind == "answer":
        metadata["convgrade"] = {"binds": sorted(bound_names(source))}
    return v4.new_code_cell(source, metadata=metadata)


def answer(name: str, source: str, binds: str = "", reads: Sequence[str] = ()) -> NotebookNode:
    made = cell("answer", name, source)
    names = binds.split() or sorted(bound_names(source))
    made.metadata["convgrade"] = {"binds": names, "reads": [*reads]}
    return made


def check(name: str, visible: str, hidden: str = "") -> NotebookNode:
    """Return a test cell with hidden tests."""
    lines = [visible, "### BEGIN HIDDEN TESTS", hidden, "### END HIDDEN TESTS"]
    return cell("test", name, "\n".join(lines) if hidden else visible)


def locked(source: str) -> NotebookNode:
    return cell("locked", "given", source)


def extra(source: str) -> NotebookNode:
    return cell("extra", "", source)


PRELOAD = ["numpy"]


def grade(*cells: NotebookNode, **options: Any) -> TrustedClient:
    """Grade a notebook of these cells, with short limits."""
    settings: dict[str, Any] = {
        "kernel_name": "python3",
        "preload": PRELOAD,
        "timeout": 5,
        "call_timeout": 2.0,
        "notebook_timeout": 60.0,
    }
    files, support = options.pop("files", None), options.pop("support", None)
    notebook = v4.new_notebook(cells=list(cells))
    client = TrustedClient(notebook, files, support, **(settings | options))
    client.grade()
    nbformat.validate(client.nb)
    return client


def shown(client: TrustedClient, name: str) -> str:
    """Return what a student reads below a cell."""
    (found,) = (
        c for c in client.nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name
    )
    texts = []
    for output in found.outputs:
        if output.output_type == "stream":
            texts.append(output.text)
        elif output.output_type == "error":
            texts += output.traceback
        else:
            texts.append(output.data.get("text/plain", ""))
    return "\n".join(texts)


def judge_server() -> ForkServer:
    """Return this process's fork server for the grader's processes."""
    return judge.server(PRELOAD, TrustedClient(NotebookNode(), None, None).kernel_preload)


def renew_judge_server() -> None:
    """Put another in its place."""
    judge_server().start()
    process = psutil.Process(judge_server().pid)
    process.kill()
    process.wait(10)
    judge_server().start()


def judges() -> set[int]:
    """Return the processes that it has forked."""
    children = psutil.Process(judge_server().pid).children()
    return {c.pid for c in children if c.is_running() and c.status() != psutil.STATUS_ZOMBIE}


@pytest.fixture(autouse=True)
def nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """After each test: no process, no folder, no forgotten task of asyncio."""
    kernels = server(TrustedClient(NotebookNode(), None, None).kernel_preload)
    for one in (kernels, judge_server()):
        one.start()  # its folder, and its libraries', stay
    # A folder of our own, or another test run beside this one would be taken for a leak.
    folder = tempfile.mkdtemp(prefix="t-", dir="/tmp")
    monkeypatch.setattr(tempfile, "tempdir", folder)
    with caplog.at_level(logging.ERROR, logger="asyncio"):
        yield
    assert os.listdir(folder) == []
    there = os.listdir(kernels.folder)
    assert [name for name in there if not name.startswith(SHARED)] == [MARK]
    os.rmdir(folder)
    assert [r for r in caplog.records if r.name == "asyncio"] == []
    assert judges() == set()
    assert [words for words in command_lines() if folder in words] == []


def command_lines() -> Iterator[str]:
    """Yield command line and environment of every process."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            yield " ".join([*process.cmdline(), *process.environ().values()])


DOUBLE = "def f(x):\n    return 2 * x"
IDENTITY = "def g(x):\n    return x"
TEST_F = check("f", "assert f(1) == 2", "assert f(4) == 8")
TEST_G = check("g", "assert g(1) == 1")
TEST_H = check("h", "assert h(1) == 1")


# --------------------------------------------------------------------- verdicts


def test_where_nothing_can_be_forked_the_graders_process_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on macOS; with a `__main__` that must not run again, and an end whatever it does."""
    monkeypatch.setattr("convgrade.judge.available", lambda: False)
    client = grade(
        answer("a", DOUBLE),
        TEST_F,
        answer("b", "def g(x):\n    return x"),
        check("g", "import os\nos._exit(3)"),
        answer("c", "def h(x):\n    return x"),
        TEST_H,
    )
    assert client.points == {"f": 2.0, "g": 0.0, "h": 2.0}
    assert judges() == set()
    assert multiprocessing.active_children() == []


def test_correct_answers_earn_all_points() -> None:
    """And an untouched answer cell none."""
    client = grade(
        answer("a", DOUBLE), TEST_F, answer("b", "raise NotImplementedError", "g"), TEST_G
    )
    assert client.points == {"f": 2.0, "g": 0.0}
    assert client.notes == {}
    assert shown(client, "f") == ""
    assert (
        shown(client, "g") == "NameError: name 'g' is not defined\nin the test: assert g(1) == 1"
    )


VERDICTS = {
    "None": 2.0,
    "print('done')": 2.0,
    "x = 1.0": 2.0,
    "1.5": 1.5,
    "1": 1.0,
    "0": 0.0,
    "2.0": 2.0,
    "f(0.75)": 1.5,
    "1.5;": 2.0,
    "True": 2.0,
    "False": None,
    "'well done'": 2.0,
    "float('nan')": None,
    "-1": None,
    "-0.0": 0.0,
    "float('inf')": None,
    "10**400": None,
    "10**5000": None,
    "2.0000001": None,
    "'2.0'": None,
    "np.float64(1)": None,
    "np.array(1.0)": None,
    "f(np.array([1.0]))": None,
    "[1.0]": None,
    "lie": None,
    "fraction": None,
    "f": None,
}


def test_a_verdict_is_a_number_of_points() -> None:
    """Anything else is a fault of the test: a person must look, and the instructor is told."""
    given = """
import numpy as np
from fractions import Fraction
fraction = Fraction(1, 2)
class Lie(float):
    def __repr__(self): raise ValueError
lie = Lie(1.0)
"""
    tests = [check(str(i), source) for i, source in enumerate(VERDICTS)]
    client = grade(locked(given), answer("a", DOUBLE), *tests)
    for i, (source, points) in enumerate(VERDICTS.items()):
        assert client.points[str(i)] == (points or 0.0), source
        assert type(client.points[str(i)]) is float
        assert str(client.points[str(i)]) != "-0.0"
        notes = client.notes.get(str(i), [])
        assert len(notes) == (points is None), source
        assert all("of type" in note and len(note) < 300 for note in notes)
        if points is None:
            assert shown(client, str(i)) == (
                "A person will look at this test and give its points: the test did not end in a "
                "number of points.\n\n0.0"
            )
        assert (str(i) in client.waiting) == (points is None), source
        graded = utils.determine_grade(client.nb.cells[i + 2])[0]
        assert (POINTS if graded is None else graded) == client.points[str(i)], source


def test_a_warning_costs_nothing_and_shows_no_line() -> None:
    """Also one that Python shows with the line it comes from."""
    hidden = (
        "import sys, warnings\nprint('note', file=sys.stderr)\nwarnings.warn('odd' + str(f(1)))"
    )
    client = grade(answer("a", DOUBLE), check("f", "", hidden), check("g", "1 / 1\n1.5"))
    assert client.points == {"f": 2.0, "g": 1.5}
    assert shown(client, "f") == "note\nUserWarning: odd2\n"
    assert utils.determine_grade(client.nb.cells[1])[0] in (None, 2.0)


def test_what_a_student_reads_of_a_failed_test() -> None:
    """Nothing of the hidden lines but what the author worded for students."""
    secret = "secret = 77077\n"
    tests = {
        "visible": ("assert f(1) == 3, 'f(1) should be 3'", ""),
        "plain": ("", secret + "assert f(1) == secret"),
        "worded": ("", secret + "assert f(1) == secret, 'one of the large numbers'"),
        "thrown": ("", secret + "raise ValueError('f has no inverse')"),
        "key": ("", secret + "{}[secret]"),
        "condition": ("", secret + "assert {}[secret], 'worded'"),
        "shapes": ("import numpy as np", "np.ones((77077, 1)) @ np.ones((2, 1))"),
        "library": ("", "int('77077x')"),
        "compared": ("", "import numpy as np\nnp.testing.assert_equal(f(1), 77077)"),
        "helper": ("def same(a, b):\n    assert a == b, f'{b} wanted'", "same(f(1), 77077)"),
        "magic": ("", secret + "%matplotlib inline\nassert f(1) == secret, 'worded'"),
        "timed": ("%%time\nx = 1", secret + "assert f(1) == secret, 'value 77077'"),
        "argument": ("", "f(object())"),
        "student's": ("", secret + "f(None)"),
        "exit": ("", "import sys; sys.exit(77077)"),
    }
    client = grade(answer("a", DOUBLE), *(check(n, v, h) for n, (v, h) in tests.items()))
    assert set(client.points.values()) == {0.0}
    read = {name: shown(client, name).strip() for name in tests}
    in_hidden = "\nin a hidden test"
    timed = read.pop("timed")
    assert timed.endswith("AssertionError" + in_hidden)
    assert "77077" not in timed
    assert "assert" not in timed
    assert read.pop("exit").endswith("SystemExit" + in_hidden)
    assert read == {
        "visible": "AssertionError: f(1) should be 3\n"
        "in the test: assert f(1) == 3, 'f(1) should be 3'",
        "plain": "AssertionError" + in_hidden,
        "worded": "AssertionError: one of the large numbers" + in_hidden,
        "thrown": "ValueError: f has no inverse" + in_hidden,
        "key": "KeyError" + in_hidden,
        "condition": "KeyError" + in_hidden,
        "shapes": "ValueError" + in_hidden,
        "library": "ValueError" + in_hidden,
        "compared": "AssertionError" + in_hidden,
        "helper": "AssertionError: 77077 wanted" + in_hidden,  # its author says so
        "magic": "AssertionError: worded" + in_hidden,
        "argument": "A person will look at this test and give its points: the test passes to `f` "
        "what does not cross: a value of type object (line 2).\n\n0.0",
        "student's": "TypeError: unsupported operand type(s) for *: 'int' and 'NoneType'\n"
        "at your line: return 2 * x" + in_hidden,
    }


def test_prints_of_a_function_are_shown_only_for_visible_lines() -> None:
    """In hidden ones they could show the hidden inputs."""
    source = "def f(x):\n    print('called with', x)\n    return 2 * x"
    client = grade(answer("a", source), check("f", "assert f(1) == 2", "assert f(7707) == 15414"))
    assert client.points == {"f": 2.0}
    assert shown(client, "f") == "printed by your code: called with 1\n"


# ------------------------------------------------------------------ whose names


def test_locked_cells_run_on_both_sides() -> None:
    client = grade(
        locked("import os\nimport numpy as np\nx = np.arange(3)\ndef here(): return os.getpid()"),
        answer("a", "def f(v):\n    return v + x, here()"),
        check("f", "r, there = f(x)\nassert (r == [0, 2, 4]).all() and there != here()"),
    )
    assert client.points == {"f": 2.0}


def test_what_chance_gives_a_locked_cell_is_the_same_on_both_sides() -> None:
    """As in one process: the student's side has it, and the grader's takes it from there."""
    client = grade(
        locked(
            "import random, time\nx = random.random()\nnow = time.time()\nn = random.choice('ab')"
        ),
        answer("a", "def f():\n    return x, now, n"),
        check("f", "assert f() == (x, now, n)"),
    )
    assert client.points == {"f": 2.0}


@pytest.mark.parametrize(
    "given",
    [
        "expected = sum([1, 2])",
        "import random\nx = random.random()\nexpected = sum([1, 2])",
        "import random\nrandom.seed(1)\nexpected = sum([random.randint(1, 6) for _ in range(9)])",
    ],
)
def test_what_is_no_matter_of_chance_stays_the_courses(given: str) -> None:
    """A student who changes what a locked cell calls changes it on their side only."""
    client = grade(
        answer("a", "import builtins\nbuiltins.sum = lambda x: 0\ndef f():\n    return 0"),
        locked(given),
        check("f", "assert f() == expected"),
    )
    assert client.points == {"f": 0.0}
    assert not client.waiting


def test_a_function_reads_what_chance_gave() -> None:
    """Also where the model solution reads the name: the student's side keeps its own."""
    client = grade(
        locked("import random\nx = random.random()\ndeck = [*range(9)]\nrandom.shuffle(deck)"),
        answer("a", "def f(): return x, deck[0]", reads=["x", "deck"]),
        check("f", "assert f() == (x, deck[0])\nassert f()[0] == x"),
    )
    assert client.points == {"f": 2.0}


@pytest.mark.parametrize("easy", ["[]", "[1]", "'x' * 20", "{}"])
def test_chance_is_no_way_to_make_a_test_easy(easy: str) -> None:
    client = grade(
        answer("a", f"import random\nrandom.sample = lambda *a: {easy}\ndef f(c): return 0"),
        locked("import random\ncases = random.sample(range(100), 20)"),
        check("f", "for c in cases:\n    assert f(c) == c + 1"),
    )
    assert client.points == {"f": 0.0}


def test_further_runs_of_a_cell_leave_the_folder_as_it_is() -> None:
    client = grade(
        locked(
            "import os, random\nx = random.random()\n"
            "with open('log.txt', 'a') as file: file.write('once ')"
        ),
        answer("a", "def f(): return x"),
        check("f", "assert f() == x and open('log.txt').read() == 'once '"),
    )
    assert client.points == {"f": 2.0}


def test_a_cell_that_cannot_run_again_waits() -> None:
    client = grade(
        locked("import os, random\nos.mkdir('out')\nx = random.random()"),
        answer("a", "def f(): return x"),
        check("f", "assert f() == x"),
    )
    assert client.waiting.keys() == {"f"}


def test_what_chance_gave_is_gone_with_the_students_python() -> None:
    client = grade(
        locked("import random\nx = random.random()"),
        answer("a", "def f():\n    return x"),
        check("f", "assert f() == x"),
        answer("b", "import os; os._exit(1)"),
        check("b", "assert g() == 1"),
        answer("c", "def h():\n    return x"),
        check("h", "y = x\nassert h() == y"),
    )
    assert client.points["f"] == 2.0
    assert client.points["b"] == 0.0
    assert "by chance" in client.waiting["h"]


@pytest.mark.parametrize("how", ["fails here", "fails there", "crashes there"])
def test_a_student_cannot_supply_what_a_locked_cell_defines(how: str) -> None:
    """Though it fails on either side, because of the student's code."""
    before = {
        "fails here": "def stop(again=[]):\n    again.append(1)\n    1 / (2 - len(again))",
        "fails there": "def stop():\n    raise ValueError",
        "crashes there": "def stop():\n    import os\n    os._exit(0)",
    }
    client = grade(
        answer("a", before[how] + "\ndef f(x):\n    return 0"),
        locked("stop()\ndef same(a, b):\n    return a == b"),
        extra("def same(a, b):\n    return True"),
        check("f", "assert same(f(1), 2)"),
    )
    assert client.points == {"f": 0.0}


def test_a_student_cannot_supply_what_a_skipped_test_cell_defines() -> None:
    client = grade(
        answer("a", "import os; os._exit(0)", "f"),
        check("f", "def same(a, b):\n    return a == b\nassert same(f(1), 2)"),
        answer("b", "def g(x):\n    return 0"),
        extra("def same(a, b):\n    return True"),
        check("g", "assert same(g(1), 1)"),
    )
    assert client.points == {"f": 0.0, "g": 0.0}


def test_a_later_answer_owns_a_name_that_a_test_used() -> None:
    """Else the second test would grade the first test's own value."""
    client = grade(
        answer("a", DOUBLE),
        check("f", "w = f(1)\nassert w == 2"),
        answer("b", "w = 5"),
        check("w", "assert w == 5"),
        answer("c", "raise NotImplementedError", "w"),
        check("still", "assert w == 5"),
    )
    assert client.points == {"f": 2.0, "w": 2.0, "still": 2.0}


def test_helpers_of_the_visible_part_are_the_students_too() -> None:
    """In later cells, as in their own notebook; hidden ones never are."""
    visible = "def helper(x):\n    return x + 1\nassert f(1) == 2"
    hidden = "def secret(x):\n    return x\nassert f(2) == 4"
    client = grade(
        answer("a", DOUBLE),
        check("f", visible, hidden),
        answer("b", "%matplotlib inline\ndef g(x):\n    return helper(x) - 1"),
        TEST_G,
        answer("c", "def h(x):\n    return secret(x)"),
        TEST_H,
    )
    assert client.points == {"f": 2.0, "g": 2.0, "h": 0.0}
    assert "name 'secret' is not defined" in shown(client, "h")


def test_names_are_read_from_any_text() -> None:
    """Cells of students hold magics, half characters, and what no parser takes."""
    assert _used_names("f(x).y + g") == {"f", "x", "g"}
    assert "helper" in _used_names("%timeit helper(1)")
    for text in ("\ud800 = f", "f\0", "(" * 10**5, "-" * 10**5 + "f", "f" + ".f" * 10**5, ""):
        assert isinstance(_used_names(text), set)
    assert bound_names("x = !ls\n%matplotlib inline\ny = 1") == {"x", "y"}
    assert bound_names("%%time\nz: int = 1\nfor i in []: pass") == {"z", "i"}
    assert bound_names("def broken(:") == bound_names("a\ud800 = 1") == set()


def test_the_record_of_cells_is_the_graders() -> None:
    """Whatever a student writes into theirs."""
    client = grade(
        locked("import math"),
        answer("a", "In[:] = ['forbidden()']\nIn = 5\ndef f(x):\n    return In"),
        check("f", "assert f(1) == 5\nassert 'forbidden' in In[2] and In[1] == 'import math'\n"
                   "assert In[3].startswith('assert') and len(In) == 4"),
    )  # fmt: skip
    assert client.points == {"f": 2.0}


PATCHES = """
import ast, builtins, sys
import numpy as np
builtins.abs = builtins.all = builtins.round = lambda *a: True
np.allclose = np.array_equal = lambda *a, **k: True
np.ndarray = object
sys.displayhook = lambda value: None
ip = get_ipython()
ip.input_transformers_post.append(lambda lines: ["2.0\\n"] if "assert" in str(lines) else lines)
class Soften(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
ip.ast_transformers.append(Soften())
ip.events.register("pre_run_cell", lambda info: setattr(info, "raw_cell", "2.0"))
ip.set_custom_exc((Exception,), lambda *a, **k: None)
ip.display_formatter.formatters["text/plain"].for_type(float, lambda v, p, c: p.text("2.0"))
sys.settrace(lambda *a: None)
def f(x):
    return 0
"""


def test_patches_in_the_students_kernel_do_not_matter() -> None:
    test = "import numpy as np\nassert np.allclose(f(1), 2) and abs(f(1)) == 2"
    client = grade(answer("a", PATCHES, "f"), check("f", test), check("g", "float(f(1))"))
    assert client.points == {"f": 0.0, "g": 0.0}


LIARS = """
class Liar:
    __class__ = float
    def __eq__(self, other): return True
    def __len__(self): return 10**9
    def __iter__(self): return iter([1.0] * 2)
    def __float__(self): return 2.0
    def __getattr__(self, name): return lambda *a, **k: True
class Number(float):
    def __eq__(self, other): return True
    __hash__ = None
    def __repr__(self): raise RuntimeError
class Broken(list):
    def __iter__(self): raise SystemExit
    @property
    def __class__(self): raise KeyboardInterrupt
values = [Liar(), Number(1), Broken([1]), [Liar()], {"a": Number(3)}]
def f(i):
    return values[i]
"""


def test_objects_that_lie_are_harmless() -> None:
    tests = [
        "assert f(0) == 2",
        "f(1) == 2 or 1 / 0",
        "assert f(2) != [1]",
        "assert f(3) == [2]",
        "assert f(4) == {'a': 2}",
        "f(0)",
        "float(f(0))",
        "f(1)",
    ]
    client = grade(answer("a", LIARS, "f"), *(check(str(i), t) for i, t in enumerate(tests)))
    assert client.points == {str(i): 0.0 for i in range(8)}
    assert set(client.waiting) == set(client.points)  # a person looks at such an answer


def test_raw_messages_of_a_kernel_are_dropped() -> None:
    """A student's code can send any; those that do not fit into a notebook are left out."""
    speak = """
def speak(kind, content):
    kernel = get_ipython().kernel
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent("shell"))
def odd():
    speak("stream", {})
    speak("stream", {"name": "stdout", "text": 7})
    speak("display_data", {"data": None, "transient": 5})
    speak("display_data", {"data": {}, "metadata": {}, "transient": {"display_id": [1]}})
    speak("execute_result", {"data": ["text/plain"], "metadata": 3, "execution_count": "x"})
    speak("error", {"ename": 1, "traceback": "x"})
    speak("execute_input", {"execution_count": {}})
    speak("status", {})
    speak("comm_open", {"comm_id": 7})
    speak("no such message", {})
"""
    client = grade(
        answer("a", f"{speak}\nodd()\n{DOUBLE}"),
        TEST_F,
        answer("b", "def g(x):\n    odd()\n    return x"),
        TEST_G,
    )
    assert client.points == {"f": 2.0, "g": 2.0}
    assert shown(client, "a") == shown(client, "g") == ""


# --------------------------------------------------------------- crashes and limits

CRASH = "it made Python exit or crash, or used too much memory"
LEFT_OUT = f"This cell was left out: {CRASH}."
NOT_RUN = "No points: the answer cell could not be run: {}.\n\n0.0"
LOST = "No points: {}.\n\n0.0"
UNDEFINED = "NameError: name 'f' is not defined\nin the test: assert f(1) == 2"
DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
YOURS_CRASHED = LOST.format("your code made Python exit or crash, or used too much memory")
SLOW = LOST.format("a call of your function took longer than 2 s and was stopped")


def inside(statement: str) -> str:
    return f"def f(x):\n    {statement}\n    return 2 * x"


# What an answer does; what stands below it and below its test; seconds it may take.
HARM: dict[str, tuple[str, str, str, float]] = {
    "exit in a cell": ("import os; os._exit(3)", LEFT_OUT, NOT_RUN.format(CRASH), 15),
    "exit in a call": (inside("import os; os._exit(0)"), "", YOURS_CRASHED, 15),
    "exit at import": ("import leaves\n" + DOUBLE, LEFT_OUT, NOT_RUN.format(CRASH), 15),
    "sys.exit in a cell": ("import sys; sys.exit()", "...", UNDEFINED, 15),
    "sys.exit in a call": (
        inside("raise SystemExit"), "",
        LOST.format("your function tried to end Python, as exit() does"), 15,
    ),
    "segfault in a cell": (
        "import ctypes; ctypes.string_at(0)", LEFT_OUT, NOT_RUN.format(CRASH), 15,
    ),
    "segfault in a call": (inside("import ctypes; ctypes.string_at(0)"), "", YOURS_CRASHED, 15),
    "memory in a cell": ("x = bytearray(4 * 10**9)\n" + DOUBLE, "...", UNDEFINED, 15),
    "memory in a call": (
        inside("bytearray(4 * 10**9)"), "",
        "MemoryError\nat your line: bytearray(4 * 10**9)\nin the test: assert f(1) == 2", 15,
    ),
    "sleep in a cell": (
        "import time; time.sleep(10**6)", "...\nThis cell ran longer than 5 s and was stopped.",
        UNDEFINED, 20,
    ),
    "sleep in a call": (inside("import time; time.sleep(10**6)"), "", SLOW, 15),
    "deaf in a cell": (
        f"{DEAF}\nwhile True: pass",
        "This cell was left out: it ran longer than 5 s and could not be stopped.",
        NOT_RUN.format("it ran longer than 5 s and could not be stopped"), 30,
    ),
    "deaf in a call": (inside(f"{DEAF}\n    while True: pass"), "", SLOW, 25),
    "recursion": (
        "def f(x):\n    return f(x)", "",
        "RecursionError: maximum recursion depth exceeded\nat your line: return f(x)\n"
        "in the test: assert f(1) == 2", 15,
    ),
    "flood in a cell": (
        "while True: print('spam' * 1000)",
        "...\nThis cell was left out: it printed more than 3,000,000 characters.",
        NOT_RUN.format("it printed more than 3,000,000 characters"), 20,
    ),
    "one huge message": (
        "from IPython.display import display as d\nd({'text/plain': 'y' * 150_000_000}, raw=True)",
        "...its message is too long to be shown\n"
        "This cell was left out: it printed more than 3,000,000 characters.",
        NOT_RUN.format("it printed more than 3,000,000 characters"), 20,
    ),
    "flood in a call": (inside("while True: print('spam' * 1000)"), "", SLOW, 15),
    "files closed in a cell": (
        "import os; os.closerange(0, 1000)", LEFT_OUT, NOT_RUN.format(CRASH), 20,
    ),
    "files closed in a call": (inside("import os; os.closerange(0, 1000)"), "", YOURS_CRASHED, 20),
    "signature in a call": (
        inside("get_ipython().kernel.session.key = b'no'"), "", "", 25,
    ),
}  # fmt: skip


SO_FAST = "it ran longer than 5 s and could not be stopped"
# How these end depends on which of the kernel's threads notices first.
RACES = {
    # ipykernel can make one message of it, larger than the grader takes: its time ends it.
    "flood in a cell": "it printed more than 3,000,000 characters",
    # Python aborts, or waits for ever on what is no socket any more.
    "files closed in a cell": CRASH,
}


@pytest.mark.parametrize("harm", HARM)
def test_a_crash_costs_one_exercise(harm: str, tmp_path: Path) -> None:
    """With a clear message there, and all points for the exercises before and after."""
    source, below, verdict, seconds = HARM[harm]
    (tmp_path / "leaves.py").write_text("import os\nos._exit(0)\n")
    start = time.monotonic()
    client = grade(
        answer("g-answer", IDENTITY),
        TEST_G,
        answer("f-answer", source, "f"),
        TEST_F,
        answer("h-answer", "def h(x):\n    return g(x)"),
        TEST_H,
        memory=10**9,
        max_output=100_000,
        max_flood=3_000_000,
        files=tmp_path,
    )
    assert client.points == {"g": 2.0, "f": 2.0 if verdict == "" else 0.0, "h": 2.0}
    read, said = shown(client, "f-answer"), shown(client, "f")
    if harm in RACES and SO_FAST in read:
        read, said = (text.replace(SO_FAST, RACES[harm]) for text in (read, said))
        read = f"\n{read}" if harm == "flood in a cell" else read
    assert re.fullmatch(re.escape(below).replace(r"\.\.\.", "(?s:.*)"), read)
    assert said == verdict
    assert len(read) < 110_000
    assert time.monotonic() - start < 4 * seconds  # bounded, also on a busy machine
    if "NotRun" not in below and ("left out" in below or verdict.startswith("No points")):
        assert client.notes
    assert set(client.notes) <= {"f", "f-answer"}


def test_a_thread_that_exits_later_costs_no_finished_exercise() -> None:
    """What was graded before stays, and the notebook ends."""
    bomb = "import os, threading\nthreading.Timer(1.5, os._exit, [0]).start()\n" + IDENTITY
    wait = "import time\ntime.sleep(2)\ndef h(x):\n    return x"
    client = grade(
        answer("a", DOUBLE), TEST_F, answer("b", bomb, "g"), TEST_G, answer("c", wait, "h"), TEST_H
    )
    assert client.points == {"f": 2.0, "g": 2.0, "h": 0.0}
    assert shown(client, "h") == NOT_RUN.format(CRASH)


def test_a_second_test_of_a_lost_exercise_earns_nothing_either() -> None:
    client = grade(
        answer("a", "import os; os._exit(0)", "f"), TEST_F, check("more", "1.0"),
        answer("b", IDENTITY), TEST_G,
    )  # fmt: skip
    assert client.points == {"f": 0.0, "more": 0.0, "g": 2.0}
    assert shown(client, "more") == NOT_RUN.format(CRASH)


def test_a_notebook_has_a_time_limit() -> None:
    """What has not run by then says so; the rest keeps its points."""
    start = time.monotonic()
    client = grade(
        answer("a", DOUBLE),
        TEST_F,
        answer("b", "import time\ntime.sleep(60)", "g"),
        TEST_G,
        locked("x = 1"),
        extra("import time\ntime.sleep(60)"),
        answer("c", "def h(x):\n    return x"),
        TEST_H,
        timeout=30,
        notebook_timeout=5.0,
    )
    assert time.monotonic() - start < 20
    assert client.points == {"f": 2.0, "g": 0.0, "h": 0.0}
    used_up = "the 5 s for the whole notebook are used up"
    assert shown(client, "h") == f"No points: {used_up}.\n\n0.0"
    assert shown(client, "c") == f"Not run: {used_up}."


def test_a_notebook_gets_a_number_of_fresh_kernels() -> None:
    crash = "import os; os._exit(0)"
    client = grade(
        answer("a", DOUBLE), TEST_F, extra(crash), extra(crash), answer("b", IDENTITY), TEST_G,
        max_restarts=1,
    )  # fmt: skip
    assert client.points == {"f": 2.0, "g": 0.0}
    assert shown(client, "g") == (
        "No points: Python had to be started anew too often (limit: 1).\n\n0.0"
    )


def test_a_cells_output_is_cut() -> None:
    client = grade(answer("a", "print('x' * 5000)\nprint('end')"), max_output=100)
    assert shown(client, "a") == "x" * 100 + "\n[Output after 100 characters is left out.]\n"


def test_files_that_are_too_large_leave_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convgrade.furnishing.MAX_FILES", 100)
    (tmp_path / "data").write_bytes(bytes(101))
    with pytest.raises(ValueError, match="larger than"):
        grade(answer("a", DOUBLE), files=tmp_path)


def test_a_folder_that_is_shut_is_removed(tmp_path: Path) -> None:
    """And a link in it does not lead to what is not the student's."""
    (tmp_path / "mine").mkdir(mode=0o755)
    source = f"""
import os
os.makedirs("a/b"); os.symlink({str(tmp_path / "mine")!r}, "a/link"); open("a/b/c", "w").close()
os.chmod("a/b", 0); os.chmod("a", 0)
"""
    grade(answer("a", source))
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("confined", [True, False])
def test_a_daemon_ends_with_the_notebook(confined: bool) -> None:
    """Also where the machine has no box for it; the fixture looks for it."""
    source = "import subprocess\nsubprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
    client = grade(answer("a", source + DOUBLE), TEST_F, confined=confined)
    assert client.points == {"f": 2.0}


# ------------------------------------------------------ faults of the course's own


def test_a_test_cell_that_does_not_survive_is_the_courses_fault() -> None:
    """It is reported, and what is the course's and what the student's stays so."""
    start = time.monotonic()
    client = grade(
        locked("w = 3\nv = 4"),
        answer("a", DOUBLE),
        TEST_F,
        answer("b", "w = 5"),
        check("dies", "import os\ndef mine(): pass\nf(1)\nos._exit(0)"),
        extra("def mine(): return 1\nv = 0"),
        check("names", "assert w == 5 and v == 4 and f(1) == 2"),
        check("mine", "assert mine()"),
        check("loops", "f(1)\nwhile True: pass"),
        check("after", "assert w == 5 and v == 4 and f(1) == 2"),
        timeout=3,
    )
    assert client.points == {
        "f": 2.0, "dies": 0.0, "names": 2.0, "mine": 0.0, "loops": 0.0, "after": 2.0,
    }  # fmt: skip
    died = "the test itself ended the process that it runs in"
    looped = "the test itself did not end within 3 s"
    assert shown(client, "dies") == f"No points: {died}. Tell your instructor.\n\n0.0"
    assert shown(client, "loops") == f"No points: {looped}. Tell your instructor.\n\n0.0"
    assert client.notes == {
        "dies": [died.capitalize() + "."],
        "loops": [looped.capitalize() + "."],
    }
    assert time.monotonic() - start < 30


def test_a_judge_that_is_killed_between_cells_costs_nothing() -> None:
    """It is replaced, and the next one knows what it knew."""
    later = "f'sleep 0.2; kill -9 {os.getpid()}'"
    bomb = f"import os, subprocess\nlate = subprocess.Popen(['sh', '-c', {later}])"
    client = grade(
        locked("w = 3"),
        answer("a", DOUBLE),
        check("f", f"assert f(1) == 2\n{bomb}"),
        answer("b", "import time\ntime.sleep(2)\ng = f"),
        check("g", "assert g(1) == 2 and w == 3"),
    )
    assert client.points == {"f": 2.0, "g": 2.0}
    assert client.notes == {}


def test_a_judge_that_is_killed_again_gives_no_verdict() -> None:
    """That is nobody's 0: the notebook is not graded."""
    with pytest.raises(JudgeError, match="was ended while it ran one"):
        grade(answer("a", DOUBLE), check("f", "f(1)\nimport os\nos.kill(os.getpid(), 9)"))


def test_a_locked_cell_that_does_not_survive_is_the_courses_fault() -> None:
    """In the grader's process only; it does not run there again."""
    source = "v = 4\nwhile not hasattr(get_ipython(), 'kernel'): pass"
    client = grade(
        locked("w = 3"),
        cell("locked", "loops", source),
        answer("a", DOUBLE),
        TEST_F,
        check("w", "assert w == 3"),
        check("v", "assert v == 4"),
        timeout=2,
    )
    assert client.points == {"f": 2.0, "w": 2.0, "v": 0.0}
    assert client.notes == {"loops": ["The test itself did not end within 2 s."]}


def test_a_locked_cell_whose_function_crashes_costs_the_next_exercise_nothing() -> None:
    """It calls a student's function, which ends the kernel when the grader asks."""
    once = """
calls = []
def f(x):
    calls.append(x)
    if len(calls) == 2:
        import os
        os._exit(0)
"""
    client = grade(answer("a", once), locked("f(1)"), answer("b", IDENTITY), TEST_G)
    assert client.points == {"g": 2.0}


def test_a_test_that_is_no_python_is_a_fault() -> None:
    client = grade(answer("a", DOUBLE), check("f", "assert f(1) ==", "assert 77077"))
    assert client.points == {"f": 0.0}
    assert client.notes == {"f": ["The test cell is not valid Python."]}
    assert shown(client, "f") == "SyntaxError\nin a hidden test"


def test_a_test_that_swallows_the_loss_awards_nothing() -> None:
    test = "try:\n    f(1)\nexcept:\n    pass\n2.0"
    client = grade(answer("a", inside("import os; os._exit(0)")), check("f", test))
    assert client.points == {"f": 0.0}
    assert shown(client, "f") == YOURS_CRASHED


# --------------------------------------------------------------- as in a notebook


def test_cells_of_the_course_may_use_what_notebooks_offer() -> None:
    """Magics, shell commands, top-level await, display, pictures, files beside the notebook."""
    client = grade(
        locked("%matplotlib inline\nimport matplotlib.pyplot as plt"),
        answer("a", DOUBLE),
        check("plot", "plt.plot([1, 2])\nplt.show()\nplt.plot([f(1)]);"),
        check("display", "from IPython.display import HTML\ndisplay(HTML('<b>b</b>'))\n1.5"),
        check("clear", "from IPython.display import clear_output\nprint(1)\nclear_output()\n1.0"),
        check("shell", "!echo hello\nfiles = !ls\nassert f(1) == 2"),
        check("await", "import asyncio\nawait asyncio.sleep(0)\nassert f(1) == 2"),
        check("magic", "%timeit -n1 -r1 f(1)"),
        check("capture", "%%capture kept\nassert f(1) == 2"),
        timeout=30,
    )  # fmt: skip
    halves = {"display": 1.5, "clear": 1.0}
    assert client.points == {
        name: halves.get(name, 2.0)
        for name in ("plot", "display", "clear", "shell", "await", "magic", "capture")
    }
    by_name = {c.metadata.nbgrader.grade_id: c.outputs for c in client.nb.cells}
    assert any("image/png" in o.get("data", {}) for o in by_name["plot"])
    assert by_name["display"][0].data["text/html"] == "<b>b</b>"
    assert shown(client, "clear") == "1.0"
    assert shown(client, "shell").split() == ["hello"]
    assert "loop" in shown(client, "magic")


def test_a_test_finds_the_courses_files_and_not_the_students(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder, text in ((ours, "course"), (theirs, "student")):
        folder.mkdir()
        (folder / "data.txt").write_text(text)
        (folder / "module.py").write_text(f"whose = {text!r}")
    source = "import module\ndef f():\n    return open('data.txt').read(), module.whose"
    test = "import module\nassert open('data.txt').read() == module.whose == 'course'\n"
    client = grade(
        answer("a", source),
        check("f", test + "assert f() == ('student', 'student')"),
        files=theirs,
        support=ours,
    )
    assert client.points == {"f": 2.0}


def test_the_courses_modules_are_compiled_once_and_a_students_never(tmp_path: Path) -> None:
    """What was compiled is used as long as the file is the course's; errors in it stay its own."""
    handed_in, course = tmp_path / "handed_in", tmp_path / "course"
    for folder in (handed_in, course):
        folder.mkdir()
        (folder / "kit.py").write_text("def word(): return __file__\n")
        (folder / "broken.py").write_text("def\n")
    (handed_in / "own.py").write_text("word = 'mine'\n")
    (handed_in / "changed.py").write_text("word = 'mine'\n")
    (course / "changed.py").write_text("word = 'the course's'\n")
    client = grade(
        answer(
            "f-answer",
            "import os, kit, own, changed\n"
            "print(sorted(n.partition('.')[0] for n in os.listdir('__pycache__')))\n"
            "print(os.path.samefile(kit.word(), 'kit.py'), own.word, changed.word)\n"
            "import broken",
        ),
        files=handed_in,
        support=course,
    )
    assert shown(client, "f-answer").startswith("['kit']\nTrue mine mine\n")
    assert "SyntaxError" in shown(client, "f-answer")


def test_no_heartbeat_is_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its thread never ends once a student's code has garbled what a kernel answers."""
    started = []
    start = HBChannel.start
    monkeypatch.setattr(HBChannel, "start", lambda self: [started.append(self), start(self)])
    assert grade(answer("g-answer", IDENTITY), TEST_G).points == {"g": 2.0}
    assert not started


def test_torch_has_one_thread_though_nobody_preloads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same sums on every machine, and no thread that only waits for others."""
    renew_judge_server()  # it has the environment of its start
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    client = grade(check("threads", "import torch\nassert torch.get_num_threads() == 1"))
    assert client.points == {"threads": POINTS}
    renew_judge_server()


def test_two_notebooks_share_nothing() -> None:
    """Neither modules, folder, environment, random state nor patches of a test cell."""
    soil = """
import builtins, os, random, sys
import numpy as np
np.allclose = builtins.abs = lambda *a: True
np.random.seed(1); random.seed(1)
sys.modules["soiled"] = np
os.environ["SOILED"] = "1"
os.mkdir("soiled"); os.chdir("soiled")
soiled = 1
"""
    probe = """
import os, sys
import numpy as np
assert not np.allclose(1, 2) and abs(-3) == 3
assert "soiled" not in sys.modules and "SOILED" not in os.environ
assert os.listdir() == [] and "soiled" not in globals()
float(np.random.rand() < 2)
"""
    # A student who leaves the working folder makes the test wait that uses it.
    stays = soil.replace('os.mkdir("soiled"); os.chdir("soiled")', 'os.mkdir("theirs")')
    first = grade(answer("a", stays), check("f", soil))
    away = grade(answer("a", soil), check("f", soil))
    assert "has left its working folder" in away.waiting["f"]
    second = grade(answer("a", f"def f():\n    exec({probe!r}, dict())"), check("f", "f()"))
    third = grade(answer("a", DOUBLE), check("f", probe))
    assert first.points == second.points == {"f": 2.0}
    assert third.points == {"f": 1.0}
    assert "SOILED" not in os.environ


def test_an_ungradable_notebook_earns_nothing() -> None:
    client = TrustedClient(
        v4.new_notebook(cells=[answer("a", DOUBLE), TEST_F.copy()]), None, None, preload=["numpy"]
    )
    client.refuse("this notebook cannot be graded")
    assert client.points == {"f": 0.0}
    assert shown(client, "f") == "No points: this notebook cannot be graded.\n\n0.0"


FIGURES = """
import matplotlib.pyplot as plt
from matplotlib.lines import Line2D
count = []
class Counted(Line2D):
    def draw(self, renderer):
        count.append(1)
        super().draw(renderer)
def sketch():
    figure, axes = plt.subplots()
    axes.add_line(Counted([0, 1], [0, 1]))
    return axes.get_title()
def drawn():
    return len(count), plt.get_fignums()
"""


def test_figures_of_a_test_are_closed_and_drawn_for_nobody() -> None:
    """A kernel would draw what a call has left open when a cell ends, a tenth second each."""
    client = grade(
        answer("plots", f"%matplotlib inline\n{FIGURES}"),
        check("first", "assert sketch() == '' and drawn() == (0, [1])"),
        check("second", "assert drawn() == (0, []), drawn()"),
        # Those that no notebook shows stay.
        answer("silent", "plt.ioff();"),
        check("third", "assert sketch() == ''"),
        check("fourth", "assert drawn() == (0, [1]), drawn()"),
    )
    assert set(client.points.values()) == {POINTS}, client.points
