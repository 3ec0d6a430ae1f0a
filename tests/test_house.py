"""The shape of the project: arrows downwards, pins, what is tracked."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib

import pytest
from conftest import ROOT

# Each module may import those of earlier rows only.
LAYERS = [
    # The student's kit: values, answers, pictures, the rule, what mistakes give, the check.
    {"convkit.garbage", "convkit.threads"},
    {
        f"convkit.{name}"
        for name in ("draws", "lastrun", "measuring", "memory", "spoiling", "values", "watch")
    },
    # A notebook's cells, read: statements, what they bind, what is met, what it comes to.
    {"convkit.statements"},
    {"convkit.bindings"},
    {"convkit.reached"},
    {"convkit.expressions"},
    {"convkit.reading"},
    {"convkit.tools"},
    {
        *("convkit.comparing", "convkit.pitfalls"),
        *("convkit.pictures.describing", "convkit.pictures.drawing"),
    },
    {"convkit.rule"},
    {
        f"convkit.pictures.{name}"
        for name in (
            *("costs", "counts", "diagonals", "digits", "dual", "matrices", "mistakes"),
            *("playing", "progress", "signals", "spies", "stamps", "waves"),
        )
    }
    | {"convkit.calling", "convkit.pictures.windows"},
    {"convkit.unused"},
    {"convkit.learning", "convkit.misconceptions", "convkit.slips"},
    {"convkit.ideas.shared"},
    {  # of each notebook; a new one needs no entry
        f"convkit.ideas.{path.parent.name}.{path.stem}"
        for path in (ROOT / "convkit" / "ideas").glob("*/*.py")
        if path.stem != "__init__"
    },
    {"convkit.ideas.catalogue"},
    {"convkit.diagnosis", "convkit.found"},
    {"convkit.checking"},
    {"convgrade.reference"},
    {"convgrade.records"},
    {"convgrade.parts"},
    {"convgrade.rubric", "convgrade.canonical", "convgrade.drawing"},
    {"convgrade.regions", "convgrade.skim", "convgrade.telling"},
    {
        f"convgrade.{name}"
        for name in (
            *("ambient", "cells", "gradients", "libraries", "plain", "submission", "syntax"),
        )
    },
    {
        f"convgrade.{name}"
        for name in ("arrays", "formulas", "generators", "graphs", "named_tuples", "tables")
    },
    {"convgrade.forms"},
    {"convgrade.packing", "convgrade.unpacking"},
    {"convgrade.wire", "convgrade.world"},
    {f"convgrade.{name}" for name in ("about", "copies", "folder", "turns", "twins", "uses")},
    {"convgrade.common", "convgrade.handles", "convgrade.moving"},
    # The box: what it is to allow, its layers, its processes, the program, for callers.
    {"convgrade.confinement.calls", "convgrade.confinement.options"},
    {f"convgrade.confinement.{name}" for name in ("landlock", "limits", "tree")},
    {"convgrade.confinement.namespaces"},
    {"convgrade.confinement.supervision"},
    {"convgrade.confinement.launcher"},
    {"convgrade.confinement.__main__"},
    {"convgrade.confine"},
    {"convgrade.kit", "convgrade.magics", "convgrade.modules", "convgrade.pictures"},
    {f"convgrade.{name}" for name in ("constructs", "dataclass_fields", "proxy")},
    {"convgrade.bindings"},
    {f"convgrade.{name}" for name in ("changing", "joining", "references", "submodules")},
    {
        f"convgrade.{name}"
        for name in (
            *("callbacks", "current_figure", "held", "mirrors", "passed", "patched", "seeds"),
            *("shown", "sources", "state"),
        )
    },
    {"convgrade.errors"},
    {
        "convgrade.course_files",
        "convgrade.paths",
        "convgrade.workplace",
    },
    {"convgrade.shared_files"},
    {"convgrade.computing", "convgrade.databases"},
    {"convgrade.provenance"},
    {"convgrade.guard"},
    {"convgrade.streams"},
    {"convgrade.mirroring"},
    {"convgrade.crossing"},
    {"convgrade.lookups", "convgrade.messages", "convgrade.our_outputs"},
    # Forks: what is asked for, a kernel in one, a server, where servers come from, for callers.
    {f"convgrade.kernels.{name}" for name in ("folders", "naming", "readable", "request")},
    {"convgrade.kernels.preloading", "convgrade.kernels.settle", "convgrade.probes"},
    {"convgrade.kernels.forked_kernel"},
    {"convgrade.kernels.protocol", "convgrade.kernels.server"},
    {"convgrade.kernels.zygote"},
    {"convgrade.probing"},
    {"convgrade.machine"},
    {"convgrade.doctor"},
    {"convgrade.kernels.fork", "convgrade.kernels.zygotes"},
    {"convgrade.kernels.forkable", "convgrade.kernels.forks"},
    {"convgrade.kernels.provisioner"},
    {"convgrade.kernels.__main__"},
    {"convgrade.repairs", "convgrade.exercises"},
    {"convgrade.rebuild"},
    {"convgrade.serve", "convgrade.exactness", "convgrade.raised"},
    {"convgrade.students_end", "convgrade.session.frames"},
    # The student's side and the grader's of a session; neither imports the other.
    {"convgrade.session.publishing"},
    {"convgrade.session.process", "convgrade.session.session"},
    {"convgrade.boxed_manager", "convgrade.furnishing"},
    {"convgrade.box"},
    {"convgrade.conversation"},
    {"convgrade.remote"},
    {"convgrade.looked_at"},
    {"convgrade.namespace"},
    {"convgrade.chance", "convgrade.compared"},
    # A notebook, read upwards: its order, what a lost kernel costs, both sides, each side.
    {"convgrade.ending", "convgrade.outputs", "convgrade.shell"},
    {"convgrade.student_outputs", "convgrade.verdict"},
    {"convgrade.judging", "convgrade.protocol_kernel"},
    {"convgrade.judge_process"},
    {"convgrade.spawned", "convgrade.student_kernel"},
    {"convgrade.judge"},
    {"convgrade.both_sides", "convgrade.course_text"},
    {"convgrade.recovering", "convgrade.course_imports"},
    {"convgrade.cell_kinds"},
    {"convgrade.trusted"},
    {"convgrade.second_look"},
    {f"convgrade.plugins.{name}" for name in ("balanced", "given", "rubric_points", "timestamp")},
    {"convgrade.plugins.course", "convgrade.plugins.preload"},
    {f"convgrade.plugins.{name}" for name in ("choose", "graded", "shared_gradebook", "unknown")},
    {f"convgrade.plugins.{name}" for name in ("handed_in", "model_answers", "overview")},
    {"convgrade.plugins.renew"},
    {
        f"convgrade.plugins.{name}"
        for name in (
            *("colab", "execute", "export", "feedback", "formgrade", "handout", "harmless"),
            *("page", "rebuild", "release", "save", "trim"),
        )
    },
    {"convgrade.usage", "convgrade.nbgrader_schema", "convgrade.new_gradebook"},
    {"convgrade.adopt"},
    # Downloads: read, platforms, placing, writing, the command.
    {f"convgrade.collect.{name}" for name in ("names", "record")},
    {f"convgrade.collect.{name}" for name in ("assignment", "download", "people")},
    {"convgrade.collect.platforms.scheme"},
    {
        f"convgrade.collect.platforms.{name}"
        for name in (
            *("blackboard", "brightspace", "canvas", "classroom", "folders", "gradescope"),
            *("ilias", "moodle", "plain", "sakai"),
        )
    },
    {"convgrade.collect.platforms.every"},
    {"convgrade.collect.attempts"},
    {"convgrade.collect.placing"},
    {"convgrade.collect.writing"},
    {"convgrade.collect.collector"},
    {"convgrade.collect.report"},
    {"convgrade.collect.app", "convgrade.plugins.zip_collect"},
    {"convgrade.plugins.batch"},
    {"convgrade.report.gradebook"},
    # The class runner: plain data, the worker's part, the client's, the command.
    {
        f"convgrade.classroom.{name}"
        for name in (
            "clocks",
            "lists",
            "lock",
            "origin",
            "printable",
            "progress",
            "task",
            "times",
            "versions",
            "warm",
        )
    },
    {
        f"convgrade.classroom.{name}"
        for name in ("astray", "handed", "own_worker", "steps", "tally")
    },
    {"convgrade.classroom.fit"},
    {"convgrade.classroom.grade"},
    {
        f"convgrade.classroom.{name}"
        for name in ("looking", "record", "run_log", "waiting", "workers")
    },
    {"convgrade.classroom.pool"},
    {"convgrade.classroom.flight"},
    {"convgrade.classroom.runner"},
    # The class report: read, bring together, compute, write.
    {f"convgrade.report.{name}" for name in ("course", "records", "statistics")},
    {"convgrade.report.notebooks", "convgrade.summary"},
    {"convgrade.report.gather"},
    {"convgrade.report.findings"},
    {"convgrade.report.incidents"},
    {"convgrade.report.reteach"},
    {"convgrade.report.build"},
    {"convgrade.report.words"},
    {"convgrade.report.tables"},
    {"convgrade.report.page"},
    {"convgrade.report.make"},
    # What is graded otherwise than by nbgrader: read, tried, compared, said.
    {f"convgrade.checking.{name}" for name in ("advice", "memory", "settings", "theirs", "trial")},
    {"convgrade.checking.compare"},
    {"convgrade.checking.app"},
    {"convgrade.init", "convgrade.new_course"},
    {"convgrade.app"},
    {"convgrade.__main__"},
]

# The course's side: the engine, which is the rest of convgrade, does without it.
COURSE = {f"convgrade.{name}" for name in ("kit", "parts", "reference", "rubric")}
FOREIGN = {"convkit", "torch"}

#: Engine modules that may name torch, whose tensors cross and whose seeds and threads count.
TENSORS = {
    f"convgrade.{name}"
    for name in (
        *("about", "ambient", "arrays", "classroom.versions", "copies", "forms", "gradients"),
        *("judge_process", "handles"),
        *("kernels.forked_kernel", "mirrors", "packing", "plain", "raised", "seeds", "state"),
        *("unpacking", "wire"),
    )
}

LONGEST = 300  # lines of a file; a longer one holds several ideas, or stands here with its reason
LONGER = {
    "convgrade.rubric": "half of it says how to call it",
}


def modules() -> dict[str, str]:
    paths = [path for room in ("convkit", "convgrade") for path in (ROOT / room).rglob("*.py")]
    names = {".".join(p.relative_to(ROOT).with_suffix("").parts): p.read_text() for p in paths}
    return {name: text for name, text in names.items() if not name.endswith("__init__")}


def imported(text: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


def test_every_module_has_a_place() -> None:
    assert set(modules()) == set().union(*LAYERS)


@pytest.mark.parametrize("name", sorted(modules()))
def test_imports_point_downwards(name: str) -> None:
    place = next(i for i, layer in enumerate(LAYERS) if name in layer)
    below = set().union(*LAYERS[:place])
    ours = imported(modules()[name]) & set().union(*LAYERS)
    assert ours <= below


def engine() -> list[str]:
    return sorted(
        name for name in modules() if name.startswith("convgrade") and name not in COURSE
    )


@pytest.mark.parametrize("name", engine())
def test_the_engine_names_nothing_of_this_course(name: str) -> None:
    """Not in its defaults, its messages or its help: any course reads them."""
    text = modules()[name]
    if name == "convgrade.new_course":  # it copies this course
        return
    assert not re.search(r"convkit|toeplitz", text, re.IGNORECASE)
    assert name in TENSORS or not re.search(r"\btorch\b", text)


def test_the_page_for_other_courses_names_this_one_only_where_it_is_meant() -> None:
    """Its section on taking assignments along is about them."""
    text = (ROOT / "docs" / "other-courses.md").read_text()
    before, _, section = text.partition("## Take along assignments of this course")
    assert section
    rest = before + section.partition("\n## ")[2]
    assert not re.search(r"convkit|toeplitz", rest, re.IGNORECASE)


@pytest.mark.parametrize("name", engine())
def test_the_engine_names_no_module_of_a_course(name: str) -> None:
    found = imported(modules()[name])
    assert not found & COURSE
    outside = {other.partition(".")[0] for other in found} & FOREIGN
    reads_tensors = name in ("convgrade.unpacking", "convgrade.arrays")
    assert outside == ({"torch"} if reads_tensors else set())


@pytest.mark.slow
def test_the_engine_runs_without_a_course() -> None:
    """Each of its modules, in a process of its own, loads nothing of the course's."""
    code = """
import importlib, os, sys
import IPython, matplotlib, nbclient, nbgrader.apps, numpy, sqlalchemy  # once, before the forks
for name in {names!r}:
    read, write = os.pipe()
    if os.fork() == 0:
        try:
            importlib.import_module(name)
            loaded = sorted({wrong!r} & set(sys.modules))
        except BaseException as error:
            loaded = [repr(error)]
        os.write(write, repr(loaded).encode())
        os._exit(0)
    os.close(write)
    with open(read) as answer:
        print(name, answer.read())
    os.wait()
"""
    wanted = engine()
    code = code.replace("{names!r}", repr(wanted)).replace("{wrong!r}", repr(COURSE | FOREIGN))
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{name} []" for name in wanted]


FORKED = ("judge_process", "kernels.forkable", "kernels.zygote", "session.process")


@pytest.mark.slow
@pytest.mark.parametrize("name", FORKED)
def test_what_every_run_waits_for_imports_no_notebooks(name: str) -> None:
    """Reading and checking them takes seconds to import, and memory that each fork has."""
    heavy = {"jsonschema", "nbconvert", "nbformat", "nbgrader", "sqlalchemy"}
    code = f"import sys, convgrade.{name}\nprint(*sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_no_file_holds_several_ideas() -> None:
    """Who makes a file longer than most says why."""
    long = {name for name, text in modules().items() if len(text.splitlines()) > LONGEST}
    ideas = {name for name in long if name.startswith("convkit.ideas.")}  # of one notebook each
    assert long - ideas <= set(LONGER)


def test_pins_are_exact_and_within_the_ranges() -> None:
    """Every direct dependency has a pin in requirements.txt and a range in pyproject.toml."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", pin) for pin in pins)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    ranges = project["dependencies"] + extras["course"] + extras["dev"]
    names = [re.match(r"[\w-]+", r).group() for r in ranges]
    assert sorted(pin.split("==")[0] for pin in pins) == sorted(names)
    assert "torch==2.13.0" in pins


def tracked() -> list[str]:
    result = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return result.stdout.splitlines()


def test_no_generated_file_is_tracked() -> None:
    wrong = r"(\.db|\.log|\.pyc|\.egg-info.*|\.sqlite)$|(^|/)(\.venv|\.cache|feedback|downloaded)/"
    assert [name for name in tracked() if re.search(wrong, name)] == []


def test_no_tracked_file_is_over_a_mebibyte() -> None:
    large = [name for name in tracked() if (ROOT / name).stat().st_size > 2**20]
    assert large == []


def test_make_and_ci_run_the_same_things() -> None:
    """CI calls `make test`, and the README names no target that does not exist."""
    makefile = (ROOT / "Makefile").read_text()
    run = (ROOT / ".ci" / "run").read_text().splitlines()
    assert "make test" in run
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))
    texts = [(ROOT / "README.md"), *(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md"]
    for path in texts:
        named = set(re.findall(r"(?:^|`)make ([a-z]+)", path.read_text(), flags=re.MULTILINE))
        assert named <= targets, path


def test_links_in_the_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)", path.read_text()):
            if not target.startswith("http"):
                assert (path.parent / target).exists(), f"{path.name}: {target}"
