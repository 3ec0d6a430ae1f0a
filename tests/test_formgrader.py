"""Formgrader, served by Jupyter and opened in a browser, shows a graded submission."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from browser import TOKEN, chromium, jupyter
from conftest import ROOT, make_course, run_nbgrader
from nbgrader.api import Gradebook
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as shown
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = pytest.mark.slow

NOTEBOOK = "2_shift_equivariance"  # it has a written answer


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_course(tmp_path_factory.mktemp("formgrader"), f"{NOTEBOOK}.ipynb")
    run_nbgrader(root, "generate_assignment", "toeplitz")
    folder = root / "submitted" / "perfect" / "toeplitz"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "submitted" / "perfect" / "toeplitz" / f"{NOTEBOOK}.ipynb", folder)
    run_nbgrader(root, "autograde", "toeplitz")
    return root


PLACE = "return document.getElementById(arguments[0]).getBoundingClientRect().top + scrollY"


def points(root: Path) -> float | None:
    """Return what a person gave for the written answer."""
    with Gradebook(f"sqlite:///{root}/gradebook.db", "convolution-is-a-matrix") as gradebook:
        grade = gradebook.find_grade("explain_break", NOTEBOOK, "toeplitz", "perfect")
        return grade.manual_score


def test_formgrader_lists_the_assignment_and_opens_a_submission(graded: Path) -> None:
    with jupyter(graded) as address, chromium() as page:
        wait = WebDriverWait(page, 30)
        page.get(f"{address}/formgrader/manage_assignments?token={TOKEN}")
        wait.until(shown.text_to_be_present_in_element((By.TAG_NAME, "table"), "toeplitz"))
        page.get(f"{address}/formgrader/gradebook/toeplitz/{NOTEBOOK}")
        row = wait.until(shown.element_to_be_clickable((By.CSS_SELECTOR, "td.name a")))
        row.click()
        wait.until(shown.presence_of_element_located((By.CSS_SELECTOR, "input.score")))
        text = page.find_element(By.TAG_NAME, "body").text
        # The first written answer stands in the first screen, its score can be filled in.
        height = page.execute_script("return innerHeight")
        assert page.execute_script(PLACE, "explain_break") < height / 2
        assert page.execute_script(PLACE, "shift_matrix_test") > height
        score = page.find_element(By.ID, "explain_break")
        wait.until(lambda _: page.execute_script("return formgrader.grades.loaded"))
        score.clear()
        score.send_keys("1.5\t")
        wait.until(lambda _: points(graded) == 1.5)
        # The marking guide stands below the written answer that it is for, before all else.
        assert text.index("To grade by hand") < text.index("MARK SCHEME")
        assert text.index("MARK SCHEME") < text.index("The whole notebook")
        # The lecture's pictures are described, not drawn.
        assert "Picture: " in text
