"""`convgrade init` puts the plug-ins into a course's configuration, and takes them out again."""

from __future__ import annotations

import subprocess
from pathlib import Path

import programs
import pytest
from conftest import ROOT
from test_foreign_course import CONFIG as DOCUMENTED
from traitlets.config import Config

from convgrade.adopt import AdoptError, adopt, without
from convgrade.init import BEGIN, CONFIG, END, InitError, init, read_config, undo

NAMES = "nbgrader.preprocessors"
OWN = f"""\
c = get_config()
c.CourseDirectory.course_id = "stars-101"
c.Execute.timeout = 45
c.Autograde.autograde_preprocessors = [
    "{NAMES}.Execute", "mine.Count", "{NAMES}.SaveAutoGrades", "mine.Note",
    "{NAMES}.AssignLatePenalties",
]
c.GenerateAssignment.preprocessors.append("mine.Stamp")
"""
TEXTS = {
    "own": OWN.encode(),
    "without its last line end": OWN.rstrip().encode(),
    "of Windows": OWN.replace("\n", "\r\n").encode(),
    "empty": b"",
    "blank lines at its end": OWN.encode() + b"\n\n\n",
    "latin": '# -*- coding: latin-1 -*-\nc.NbGrader.x = "\xe9"\n'.encode("latin-1"),
}


def course(root: Path, text: bytes | None) -> Path:
    (root / "source" / "ps1").mkdir(parents=True)
    if text is not None:
        (root / CONFIG).write_bytes(text)
    return root / CONFIG


def convgrade(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return programs.run("convgrade", *args, cwd=folder)


def names(config: Config, section: str, trait: str) -> list[str]:
    return [item.rpartition(".")[2] for item in config[section][trait]]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_undo_gives_the_file_back_byte_for_byte(tmp_path: Path, text: bytes) -> None:
    path = course(tmp_path, text)
    init(tmp_path)
    once = path.read_bytes()
    assert once != text
    assert "Nothing to do" in init(tmp_path)
    assert path.read_bytes() == once
    assert undo(tmp_path) == f"{CONFIG} is as it was."
    assert path.read_bytes() == text


def test_a_course_without_a_configuration_gets_one_and_loses_it(tmp_path: Path) -> None:
    path = course(tmp_path, None)
    assert f"{CONFIG} is new" in init(tmp_path)
    assert "ExecuteTrusted" in names(read_config(path), "Autograde", "autograde_preprocessors")
    undo(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["source"]


def test_what_was_written_since_stays(tmp_path: Path) -> None:
    """Also below our lines; a second run then puts them at the end again."""
    path = course(tmp_path, b"c.A.b = 1")
    init(tmp_path)
    path.write_bytes(path.read_bytes() + b"c.A.d = 2\n")
    init(tmp_path)
    assert path.read_bytes().startswith(b"c.A.b = 1\nc.A.d = 2\n\n" + BEGIN.encode())
    undo(tmp_path)
    assert path.read_bytes() == b"c.A.b = 1\nc.A.d = 2\n"
    made = course(tmp_path / "made", None)
    init(tmp_path / "made")
    made.write_bytes(made.read_bytes() + b"c.A.d = 2\n")
    undo(tmp_path / "made")
    assert made.read_bytes() == b"c = get_config()\nc.A.d = 2\n"


def test_the_courses_own_preprocessors_stay_in_their_order(tmp_path: Path) -> None:
    path = course(tmp_path, OWN.encode())
    told = init(tmp_path)
    config = read_config(path)
    assert names(config, "Autograde", "autograde_preprocessors") == [
        "ExecuteTrusted", "Harmless", "Count", "SaveVerdicts", "Note", "AssignLatePenalties",
    ]  # fmt: skip
    assert names(config, "Autograde", "sanitize_preprocessors") == [
        "Rebuild", "CheckCellMetadata"
    ]  # fmt: skip
    assert config.CourseDirectory.course_id == "stars-101"
    assert config.Execute.timeout == 45
    assert "Rebuild in place of ClearOutput, DeduplicateIds, OverwriteKernelspec" in told
    assert "ExecuteTrusted, Harmless, Count, SaveVerdicts, Note, AssignLatePenalties" in told


def test_an_appended_preprocessor_and_classes_instead_of_names_are_kept() -> None:
    from nbgrader.preprocessors import Execute, SaveAutoGrades

    config = Config()
    config.Autograde.sanitize_preprocessors.append("mine.Look")
    config.Autograde.autograde_preprocessors = [Execute, SaveAutoGrades]
    config.HTMLExporter.preprocessors = ["mine.Show"]
    adopt(config)
    assert names(config, "Autograde", "sanitize_preprocessors")[-1] == "Look"
    assert names(config, "Autograde", "autograde_preprocessors") == [
        "ExecuteTrusted", "Harmless", "SaveVerdicts"
    ]  # fmt: skip
    assert names(config, "HTMLExporter", "preprocessors") == ["ByHandFirst", "Show"]
    once = str(config)
    adopt(config)
    assert str(config) == once


def test_feedback_pages_of_the_courses_own_stay() -> None:
    config = Config()
    config.GenerateFeedback.exporter_class = "mine.Pages"
    adopt(config)
    assert dict(config.GenerateFeedback) == {"exporter_class": "mine.Pages"}


def test_without_is_nbgrader_as_it_was() -> None:
    """Of a configuration of ours nothing is left that names this package."""
    for text in (OWN, (ROOT / CONFIG).read_text()):
        config = Config()
        exec(text, {"c": config, "get_config": lambda config=config: config})
        adopt(config)
        without(config)
        assert "convgrade" not in str(config)
        assert names(config, "Autograde", "autograde_preprocessors")[0] == "Execute"
        assert "SaveAutoGrades" in names(config, "Autograde", "autograde_preprocessors")
        assert names(config, "Autograde", "sanitize_preprocessors")[:4] == [
            "ClearOutput", "DeduplicateIds", "OverwriteKernelspec", "OverwriteCells"
        ]  # fmt: skip


def test_lines_written_by_hand_are_left_as_they_are(tmp_path: Path) -> None:
    lines = DOCUMENTED.encode()
    path = course(tmp_path, lines)
    assert "Nothing to do" in init(tmp_path)
    assert path.read_bytes() == lines
    with pytest.raises(InitError, match="take out by hand"):
        undo(tmp_path)


REFUSED = {
    "c.A.b = (": "line 1 is not Python",
    "c.A.b = 1 / 0": "ends in ZeroDivisionError",
    "import sys\nsys.exit(3)": "ends in SystemExit: 3",
    'c.Autograde.autograde_preprocessors = ["mine.Run"]': "names no Execute, whose place",
    'c.Autograde.exporter_class = "mine.Exporter"': "Autograde.exporter_class is Exporter",
    f"x = 1\n{BEGIN}\n": "without the other one",
    f"x = 1\n{END}\n": "without the other one",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_edited_is_refused_and_not_touched(tmp_path: Path, text: str) -> None:
    path = course(tmp_path, text.encode())
    with pytest.raises(InitError, match=REFUSED[text]):
        init(tmp_path)
    assert path.read_bytes() == text.encode()


def test_a_configuration_in_json_is_refused(tmp_path: Path) -> None:
    course(tmp_path, None)
    (tmp_path / "nbgrader_config.json").write_text("{}")
    with pytest.raises(InitError, match="holds settings as well"):
        init(tmp_path)
    assert not (tmp_path / CONFIG).exists()


def test_a_link_stays_one(tmp_path: Path) -> None:
    path = course(tmp_path / "course", None)
    (tmp_path / "shared.py").write_bytes(OWN.encode())
    path.symlink_to(tmp_path / "shared.py")
    init(tmp_path / "course")
    assert path.is_symlink()
    assert BEGIN in (tmp_path / "shared.py").read_text()


def test_the_command(tmp_path: Path) -> None:
    """Wrong use is one line, and status 2."""
    nowhere = convgrade(tmp_path, "init")
    assert nowhere.returncode == 2
    assert "holds neither nbgrader_config.py nor source/" in nowhere.stderr
    path = course(tmp_path, b"c.A.b = (")
    for args in (("init",), ("init", "ps1"), ("init", "--undoo"), ("init", "--undo")):
        run = convgrade(tmp_path, *args)
        assert run.returncode == 2, run.stderr
        assert len(run.stderr.splitlines()) == 1
    path.write_text("")
    for args in (("init",), ("init",), ("init", "--undo")):
        run = convgrade(tmp_path, *args)
        assert (run.returncode, run.stderr) == (0, "")
    assert path.read_text() == ""


def test_the_documents_write_out_what_it_sets() -> None:
    """But for the plug-ins that collect downloads, which the page names below."""
    by_hand, ours = Config(), Config()
    exec(DOCUMENTED, {"get_config": lambda: by_hand})
    adopt(ours)
    by_hand.CourseDirectory.clear()
    after = ours.Autograde.autograde_preprocessors
    after.remove("nbconvert.preprocessors.ClearMetadataPreprocessor")  # switched off by nbconvert
    collecting = ours.pop("ZipCollectApp")
    assert {k: v for k, v in by_hand.items() if v} == dict(ours)
    words = (ROOT / "docs" / "other-courses.md").read_text()
    assert all(f'c.ZipCollectApp.{k} = "{v}"' in words for k, v in collecting.items())


def test_adopt_says_what_is_in_its_way() -> None:
    config = Config()
    config.Autograde.autograde_preprocessors = ["nbgrader.preprocessors.Execute"]
    with pytest.raises(AdoptError, match="names no SaveAutoGrades"):
        adopt(config)
