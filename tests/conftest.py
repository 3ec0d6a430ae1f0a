"""Shared fixtures: a course in a temporary folder, and nbgrader's commands run in it."""

from __future__ import annotations

import collections
import compileall
import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import programs  # noqa: E402 (found on the path since the line above)

# Matrices here are small, and test processes share the cores: threads of PyTorch would only wait
# for each other, and use a processor meanwhile. So for this process and all that it starts.
for _name, _value in programs.ONE_THREAD.items():
    os.environ.setdefault(_name, _value)

sys.modules[programs.UNNEEDED] = None  # type: ignore[assignment]

import torch  # noqa: E402
from fresh_release import stale  # noqa: E402
from gate import assignments  # noqa: E402
from once import begin, once_folder  # noqa: E402

torch.set_num_threads(1)


#: Files of tests that take long, first to begin, so that no worker is left with one at the end.
#: Which these are is printed below each run.
LONG = (
    "test_constructs", "test_demo_class", "test_classroom", "test_stuck", "test_attacks",
    "test_mutation", "test_student", "test_diagnosis", "test_rule", "test_check",
    "test_handed_again", "test_session", "test_bounds", "test_pictures", "test_autograde",
    "test_both_roads", "test_starts", "test_road", "test_stock_demo", "test_given",
    "test_same_gradebook", "test_attack_controls", "test_trusted", "test_same_points",
    "test_report", "test_instructors_page", "test_foreign_course", "test_postgres", "test_kit",
    "test_skim", "test_new_course", "test_feedback", "test_programs", "test_gate",
    "test_harmless", "test_house", "test_machines", "test_released", "test_release",
    "test_unused", "test_doctor", "test_kernels", "test_collect", "test_names",
    "test_formgrader", "test_session_bytes", "test_wheel", "test_confine",
)  # fmt: skip


def by_file(reports: Iterable[object]) -> list[str]:
    """Return a table of what the tests of each file took, the longest first, above a second.

    Beside the time on the wall, which includes waiting for other tests, stands that of
    processors: this process's, and that of its children which have ended.
    """
    seconds, tests = collections.Counter[str](), collections.Counter[str]()
    used = collections.Counter[str]()
    for report in reports:
        if isinstance(report, pytest.TestReport):
            name = report.nodeid.partition("::")[0].rpartition("/")[2]
            seconds[name] += report.duration
            tests[name] += report.when == "call"
            if report.when == "teardown":
                used[name] += float(dict(report.user_properties).get("processor", 0))
    lines = [
        f"{s:8.1f} {used[name]:8.1f} {tests[name]:6} {name}"
        for name, s in seconds.most_common()
        if s >= 1
    ]
    return [*lines, f"{seconds.total():8.1f} {used.total():8.1f} {tests.total():6} all"]


def pytest_configure(config: pytest.Config) -> None:
    """Begin a run.

    Where Python is told to write no bytecode, hundreds of processes would each compile all anew.
    """
    begin(config)
    if not hasattr(config, "workerinput"):
        for room in ("convkit", "convgrade", "tests"):
            compileall.compile_dir(ROOT / room, quiet=2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long; a process gets all tests of a file, or of a class in it.

    A run of several files stops here where release/ is out of date: half of them would fail.
    """
    if len({item.path for item in items}) > 1 and (old := stale(ROOT)):
        pytest.exit(f"Run `make release` first. Not what source/ gives now: {', '.join(old)}", 1)
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.stem, len(LONG)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what took how long, and the matrix of answers against exercises, from the gate."""
    terminalreporter.section("seconds by file, on the wall and of processors")
    for line in by_file(report for found in terminalreporter.stats.values() for report in found):
        terminalreporter.write_line(line)
    table: dict[str, dict[str, list[str]]] = {}
    for kind in ("passed", "failed"):
        for report in terminalreporter.getreports(kind):
            for name, row in report.user_properties:
                if name == "gate":
                    exercise, answer, points = row.split("|")
                    table.setdefault(exercise, {}).setdefault(answer, []).append(points)
    if table:
        terminalreporter.section("points of every answer, by exercise and misconception")
    for exercise, answers in sorted(table.items()):
        terminalreporter.write_line(exercise)
        for answer, points in sorted(answers.items()):
            terminalreporter.write_line(f"  {answer:<8} {' '.join(points)}")


BEGUN = pytest.StashKey[float]()


def processor_seconds() -> float:
    """Return what this process, its children and its commands that have ended have used."""
    return sum(os.times()[:4]) + programs.used


def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[BEGUN] = processor_seconds()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one: nothing may go untested there."""
    if call.when == "teardown":
        used = processor_seconds() - item.stash[BEGUN]
        item.user_properties.append(("processor", f"{used:.2f}"))
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be skipped: {report.longrepr}"
    return report


def make_course(root: Path, notebooks: str = "*.ipynb", assignment: str = "toeplitz") -> Path:
    """Copy what an instructor starts from: an assignment in source/, and the configuration."""
    target = root / "source" / assignment
    target.mkdir(parents=True)
    for path in (ROOT / "source" / assignment).iterdir():
        if path.suffix != ".ipynb" or path.match(notebooks):
            shutil.copy(path, target)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    return root


def run_nbgrader(root: Path, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run an nbgrader command in a course, the way an instructor would.

    PATH holds only the system's folders: that the environment's own is missing
    there is one of the traps.
    """
    env = {
        "PATH": os.defpath,
        "HOME": str(root),
        "LANG": "C.UTF-8",
        "JUPYTER_PLATFORM_DIRS": "1",
        "CI": os.environ.get("CI", ""),
    }
    result = programs.run("nbgrader", *args, cwd=root, env=env)
    if check:
        assert result.returncode == 0, result.stdout + result.stderr
    return result


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course with all assignments and their releases generated."""

    def release(root: Path) -> None:
        for assignment in assignments():
            make_course(root, assignment=assignment)
            run_nbgrader(root, "generate_assignment", assignment)

    return once_folder("the course", release, tmp_path_factory.mktemp("course"))
