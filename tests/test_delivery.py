"""The kit on its way to a student: packed, unpacked, renamed, cut off."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT

from convgrade.kit import archive, main
from convgrade.modules import packages, unpack
from convkit.misconceptions import MISCONCEPTIONS, read_words

RELEASE = ROOT / "release" / "toeplitz"
NAMES = sorted(path.stem for path in RELEASE.glob("*.ipynb"))
KIT = ROOT / "source" / "toeplitz" / "convkit.zip"

# ------------------------------------------------------------------ the archive


def test_archive_is_the_kit_as_it_is_now() -> None:
    assert KIT.read_bytes() == archive(), "run: make release"


def test_archive_is_the_same_whenever_and_wherever_it_is_made(tmp_path: Path) -> None:
    """Times, permissions, compiled files and line ends of a checkout leave no trace."""
    copy = tmp_path / "elsewhere" / "convkit"
    for path in sorted((ROOT / "convkit").rglob("*"), reverse=True):
        if path.suffix in (".py", ".toml"):
            target = copy / path.relative_to(ROOT / "convkit")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
            target.chmod(0o600)
            os.utime(target, (1, 1))
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__" / "rule.cpython-311.pyc").write_bytes(b"compiled")
    assert archive(copy) == archive()
    with zipfile.ZipFile(io.BytesIO(archive())) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert file.testzip() is None


def test_packing_the_kit_imports_nothing_of_it() -> None:
    """With PyTorch that takes seconds, each time that a release is made."""
    code = "import sys; from convgrade.kit import archive; archive()\n"
    code += "print({'convkit', 'torch', 'numpy'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout == "set()\n", run.stderr


def test_archive_is_written_where_it_is_not_fresh(tmp_path: Path, capsys) -> None:
    (tmp_path / "convkit.zip").symlink_to(tmp_path / "nowhere")
    assert main([str(tmp_path)]) == 0
    assert (tmp_path / "convkit.zip").read_bytes() == archive()
    assert "is new" in capsys.readouterr().out
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""
    assert main([str(tmp_path / "missing")]) == 2
    assert "There is no folder" in capsys.readouterr().err


def test_release_holds_the_kit_to_read_and_to_fetch() -> None:
    assert (RELEASE / "convkit.zip").read_bytes() == KIT.read_bytes()
    with zipfile.ZipFile(KIT) as file:
        for name in file.namelist():
            assert (RELEASE / name).read_bytes() == file.read(name), "run: make release"


# ------------------------------------------------------- a course's packages, in general


def test_a_package_takes_the_place_of_all_that_has_its_name(tmp_path: Path) -> None:
    """And of nothing else."""
    theirs = [
        "convkit/__init__.py",
        "convkit/mine.py",
        "convkit.py",
        "convkit.abi3.so",
        "other.py",
        "convkit_notes.py",
        "my/convkit/__init__.py",
    ]
    for name in theirs:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("raise SystemExit('not the kit')\n")
    unpacked = unpack(KIT, tmp_path)
    kept = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert kept - {str(p.relative_to(tmp_path)) for p in unpacked} == set(theirs[4:])
    assert b"not the kit" not in (tmp_path / "convkit" / "__init__.py").read_bytes()


def test_only_an_archive_that_is_named_for_its_package_is_one(tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"no archive")
    for name, holds in (("data", "measured.csv"), ("project", "pkg/__init__.py")):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as file:
            file.writestr(holds, "")
    assert packages(tmp_path) == []
    (tmp_path / "convkit.zip").write_bytes(archive())
    assert packages(tmp_path) == [tmp_path / "convkit.zip"]


# ------------------------------------------------------------------ the first cell


def first_cell(name: str) -> str:
    cells = nbformat.read(RELEASE / f"{name}.ipynb", as_version=4).cells
    return next(str(cell.source) for cell in cells if cell.cell_type == "code")


def test_all_notebooks_begin_alike() -> None:
    assert len({first_cell(name) for name in NAMES}) == 1


def zipped(folder: str = "", compress: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return the kit as a platform packs it again, below a folder."""
    data = io.BytesIO()
    with zipfile.ZipFile(KIT) as kit, zipfile.ZipFile(data, "w", compress) as file:
        for name in kit.namelist():
            file.writestr(folder + name, kit.read(name))
    return data.getvalue()


def write(name: str, data: bytes) -> Callable[[Path], None]:
    return lambda folder: [None, (folder / name).write_bytes(data)][0]


def extract(below: str, *, rename: str = "convkit") -> Callable[[Path], None]:
    def arrange(folder: Path) -> None:
        target = folder / below
        target.mkdir(exist_ok=True)
        unpack(KIT, target)
        (target / "convkit").rename(target / rename)

    return arrange


def both(*steps: Callable[[Path], None]) -> Callable[[Path], None]:
    def arrange(folder: Path) -> None:
        for step in steps:
            step(folder)

    return arrange


HTML = b"<!doctype html><title>Sign in</title>"
# What lies beside the notebook, and from where the kit is then imported.
FOUND = {
    "the folder": (extract("."), "convkit/__init__.py"),
    "the archive": (write("convkit.zip", archive()), "convkit.zip/convkit/__init__.py"),
    "downloaded twice": (
        write("convkit (1).zip", archive()),
        "convkit (1).zip/convkit/__init__.py",
    ),
    "numbered by a platform": (
        write("doejane_123_45600_convkit-2.zip", archive()),
        "doejane_123_45600_convkit-2.zip/convkit/__init__.py",
    ),
    "another ending": (
        write("convkit.zip.download", archive()),
        "convkit.zip.download/convkit/__init__.py",
    ),
    "the whole release, packed": (
        write("Week 1.zip", zipped("release/toeplitz/")),
        "Week 1.zip/release/toeplitz/convkit/__init__.py",
    ),
    "unpacked into a folder": (extract("convkit"), "convkit/convkit/__init__.py"),
    "unpacked into a numbered folder": (extract("convkit-1"), "convkit-1/convkit/__init__.py"),
    "unpacked into a folder with a space": (
        extract("convkit (1)"),
        "convkit (1)/convkit/__init__.py",
    ),
    "a broken archive and a good one": (
        both(write("convkit.zip", HTML), write("convkit (1).zip", archive())),
        "convkit (1).zip/convkit/__init__.py",
    ),
    "an archive cut in front and a good one": (
        both(
            write("convkit (1).zip", archive()),
            write("convkit.zip", b"\0" * 999 + archive()[-300:]),
        ),
        "convkit (1).zip/convkit/__init__.py",
    ),
    "an empty folder and the archive": (
        both(lambda folder: (folder / "convkit").mkdir(), write("kit.zip", archive())),
        "kit.zip/convkit/__init__.py",
    ),
}
# What lies there, and what the sentence says of it.
LACKING = {
    "nothing": (lambda folder: None, "The kit is not in {cwd}. Put the course's"),
    "a page instead": (write("convkit.zip", HTML), "from what is here: convkit.zip. Put"),
    "cut off": (write("convkit.zip", archive()[:5000]), "from what is here: convkit.zip. Put"),
    "a renamed package": (extract(".", rename="convkit 2"), "from what is here: convkit 2. Put"),
    "an empty folder": (
        lambda folder: (folder / "convkit").mkdir(),
        "from what is here: convkit. Put",
    ),
}
RUN = """
import contextlib, importlib, io, json, os, sys
cell, path, results = sys.stdin.read(), list(sys.path), {}
for folder in sys.argv[1:]:
    os.chdir(folder)
    for name in [name for name in sys.modules if name.split(".")[0] == "convkit"]:
        del sys.modules[name]
    sys.path[:] = path
    importlib.invalidate_caches()
    try:
        from convkit import check  # a student who skips the first cell, and comes back to it
    except ImportError:
        pass
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(cell, {})
        exec(cell, {})
    said, file, named = printed.getvalue(), None, ""
    if not said:
        import torch
        from convkit import check
        file = importlib.import_module("convkit").__file__
        os.chdir("/")  # what only a wrong answer needs is found from anywhere
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            check("valid_length", lambda n, k: n, lambda n, k: n - k + 1, [(10, 3)],
                  worth="1 of 1 point", hidden="")
        named = printed.getvalue()
    results[os.path.basename(folder)] = (said, file and os.path.relpath(file, folder), named)
print(json.dumps(results))
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[str]]]:
    """Run the first cell in every folder, in a Python that has no kit of its own."""
    root = tmp_path_factory.mktemp("students")
    for name, (arrange, _) in {**FOUND, **LACKING}.items():
        (root / name).mkdir()
        arrange(root / name)
    result = subprocess.run(
        [sys.executable, "-S", "-c", RUN, *(str(root / name) for name in {**FOUND, **LACKING})],
        input=first_cell(NAMES[0]),
        env={"PYTHONPATH": sysconfig.get_path("purelib"), "PATH": os.defpath},
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return root, json.loads(result.stdout)


@pytest.mark.parametrize("name", FOUND)
def test_the_first_cell_finds_the_kit(name: str, seen: tuple[Path, dict[str, list[str]]]) -> None:
    """In silence; a wrong answer is then named, with words from inside the archive."""
    said, file, named = seen[1][name]
    assert (said, file) == ("", FOUND[name][1])
    assert "This is exactly what comes out when" in " ".join(named.split())


@pytest.mark.parametrize("name", LACKING)
def test_the_first_cell_says_what_is_missing(
    name: str, seen: tuple[Path, dict[str, list[str]]]
) -> None:
    """One sentence each time: what was found, what to do."""
    said = seen[1][name][0].splitlines()
    assert len(said) == 2, said  # the cell ran twice
    assert said[0] == said[1]
    assert LACKING[name][1].format(cwd=seen[0] / name) in said[0]
    assert said[0].endswith(
        "Put the course's convkit.zip beside this notebook and run this cell again."
    )


# ------------------------------------------------------------- the misconceptions' words

WORDS = 'name = "a"\neffect = "b"\nquestion = "c"\n'


def test_words_are_read_by_number() -> None:
    (read,) = read_words(f'[M01]\n{WORDS}reread = "notebook 1"\n').values()
    assert read.words == "This is exactly what comes out when a. b c Reread notebook 1."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"[M01]\n{WORDS}", r"\[M01\] needs a text for reread"),
        (f"[M01]\n{WORDS}reread = 3\n", r"\[M01\] needs a text for reread"),
        (f'[M01]\n{WORDS}reread = ""\n', r"\[M01\] needs a text for reread"),
        (f'[M01]\n{WORDS}reread = "x"\nefect = "y"\n', r"\[M01\] has efect; its texts are name"),
        ("[M01]\nname = without quotes\n", "cannot be read: Invalid value.*line 2.*quotes"),
        (WORDS, "name stands above the first"),
    ],
)
def test_what_is_wrong_with_the_words_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_words(text)


def test_words_are_in_order() -> None:
    numbers = [idea.number for idea in MISCONCEPTIONS.values()]
    assert numbers == sorted(numbers, key=lambda number: int(number[1:]))


def test_an_exercise_has_its_own_words_and_else_those_of_the_number() -> None:
    text = f'[M01]\n{WORDS}reread = "r"\n[M01.flip]\nname = "other"\n'
    common, own = read_words(text).values()
    assert (own.number, own.name, own.effect) == ("M01", "other", "b")
    assert common.name == "a"
    with pytest.raises(ValueError, match=r"\[M01.flip\] has nam; its texts are name"):
        read_words(text.replace('name = "other"', 'nam = "other"'))
