"""The form of the source notebooks: what keeps them readable, diffable and gradable."""

from __future__ import annotations

import re

import nbformat
import pytest
from gate import ROOT, assignments, notebooks

from convgrade.canonical import canonical, main

NAMES = [f"{assignment}/{name}" for assignment, name in notebooks()]
HIDDEN = "### BEGIN HIDDEN TESTS"


def source(name: str) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "source" / f"{name}.ipynb", 4)


def graded(name: str) -> list[nbformat.NotebookNode]:
    return [c for c in source(name).cells if "nbgrader" in c.metadata]


def visible(cell: nbformat.NotebookNode) -> str:
    """Return what a student sees of a cell."""
    text = re.sub(r"### BEGIN HIDDEN.*?### END HIDDEN TESTS", "", cell.source, flags=re.DOTALL)
    return re.sub(r"### BEGIN SOLUTION.*?### END SOLUTION", "", text, flags=re.DOTALL).strip()


def test_the_notebooks_are_those_of_the_course() -> None:
    assert NAMES == [
        "layers/1_im2col",
        "layers/2_conv_layer",
        "layers/3_adjoint",
        "layers/4_fourier",
        "toeplitz/1_toeplitz_1d",
        "toeplitz/2_shift_equivariance",
        "toeplitz/3_padding",
        "toeplitz/4_block_toeplitz_2d",
        "toeplitz/5_parameter_counts",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_is_canonical(name: str) -> None:
    text = (ROOT / "source" / f"{name}.ipynb").read_text()
    assert canonical(text) == text, "run: make fix"


@pytest.mark.parametrize("assignment", assignments())
def test_points_add_up_to_a_hundred(assignment: str) -> None:
    """And every notebook of an assignment is worth the same."""
    points = [
        sum(c.metadata.nbgrader.get("points", 0) for c in graded(name))
        for name in NAMES
        if name.startswith(f"{assignment}/")
    ]
    assert sum(points) == 100
    assert len(set(points)) == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_cell_carries_its_grade_id(name: str) -> None:
    """The first line finds an answer again when all metadata is lost."""
    for cell in graded(name):
        grade_id = cell.metadata.nbgrader.grade_id
        if cell.metadata.nbgrader.solution and cell.cell_type == "code":
            assert cell.source.startswith(f"# grade_id: {grade_id}\n")
        elif cell.metadata.nbgrader.solution:
            assert cell.source.startswith(f"<!-- grade_id: {grade_id} -->\n")


@pytest.mark.parametrize("name", NAMES)
def test_every_automatic_exercise_has_answer_and_test_in_this_order(name: str) -> None:
    ids = [c.metadata.nbgrader.grade_id for c in graded(name)]
    for cell in graded(name):
        if cell.metadata.nbgrader.solution and not cell.metadata.nbgrader.grade:
            place = ids.index(cell.metadata.nbgrader.grade_id)
            assert ids[place + 1] == f"{ids[place]}_test"
            test = graded(name)[place + 1]
            assert test.source.count(HIDDEN) == 1
            assert test.metadata.nbgrader.locked


@pytest.mark.parametrize("name", NAMES)
def test_cells_are_short_and_notebooks_too(name: str) -> None:
    """Code cells up to 15 lines as a student sees them, notebooks up to 60 cells."""
    cells = source(name).cells
    assert len(cells) <= 60
    for cell in cells:
        if cell.cell_type == "code" and cell.id != "kit":
            lines = [line for line in visible(cell).split("\n") if line.strip()]
            limit = 15
            assert len(lines) <= limit, f"{cell.id}: {len(lines)} lines"


@pytest.mark.parametrize("name", NAMES)
def test_every_exercise_has_three_hints_and_says_what_it_buys(name: str) -> None:
    cells = source(name).cells
    tests = [c for c in graded(name) if c.metadata.nbgrader.grade and c.cell_type == "code"]
    text = "\n".join(c.source for c in cells if c.cell_type == "markdown")
    for number in (1, 2, 3):
        assert text.count(f"<summary>Hint {number}</summary>") >= len(tests)
    assert text.count("**What this buys you.**") >= len(tests)
    assert text.count("<details>") == text.count("</details>")


@pytest.mark.parametrize("name", NAMES)
def test_markdown_renders_in_jupyter(name: str) -> None:
    r"""No \( \) maths, which Jupyter shows as text, and no picture from elsewhere."""
    for cell in source(name).cells:
        if cell.cell_type == "markdown":
            assert r"\(" not in cell.source
            assert not re.search(r"!\[[^\]]*\]\(https?:|<img", cell.source)
            assert cell.source.count("$") % 2 == 0
            assert cell.source.count("`") % 2 == 0, cell.id


@pytest.mark.parametrize("name", NAMES)
def test_no_global_switch_and_no_unseeded_randomness(name: str) -> None:
    for cell in source(name).cells:
        if cell.cell_type == "code":
            assert "set_grad_enabled" not in cell.source
            if "torch.rand" in cell.source:
                assert "generator=" in cell.source, cell.id
            assert "np.random.rand" not in cell.source


@pytest.mark.parametrize("name", NAMES)
def test_setup_cells_are_the_same_everywhere(name: str) -> None:
    """The first code cell, which fetches the kit in Colab, is one text in all notebooks."""
    first = next(c for c in source(name).cells if c.cell_type == "code")
    other = next(c for c in source(NAMES[0]).cells if c.cell_type == "code")
    assert first.id == "kit"
    assert first.source == other.source


def test_fixer_names_and_repairs_what_is_not_canonical(
    tmp_path, capsys: pytest.CaptureFixture[str]
) -> None:
    nb = source(NAMES[0])
    nb.cells[1].outputs = [nbformat.v4.new_output("stream", text="hello\n")]
    nb.cells[1].metadata["scrolled"] = True
    path = tmp_path / "n.ipynb"
    nbformat.write(nb, path)
    assert main([str(tmp_path)]) == 1
    assert "not canonical" in capsys.readouterr().out
    assert main(["--fix", str(tmp_path)]) == 0
    assert main([str(tmp_path)]) == 0
    assert path.read_text() == (ROOT / "source" / f"{NAMES[0]}.ipynb").read_text()


def test_fixer_says_what_is_no_notebook(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.ipynb").write_text("{")
    assert main([str(tmp_path)]) == 1
    assert "not a notebook that nbformat can read" in capsys.readouterr().out
