"""Pictures as a browser shows them and as a screen reader hears them."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from browser import TOKEN, chromium, jupyter
from conftest import ROOT
from nbconvert import HTMLExporter
from nbformat.sign import NotebookNotary
from PIL import Image
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait
from test_kit import lecture

pytestmark = pytest.mark.slow

NOTEBOOKS = sorted((ROOT / "source").glob("*/*.ipynb"))
NARROW = 560  # pixels of a small window


@pytest.fixture(scope="module")
def narrow() -> Iterator[WebDriver]:
    with chromium(NARROW, 1000) as page:
        yield page


def shown(path: Path, monkeypatch) -> list[nbformat.NotebookNode]:
    """Return the outputs of a notebook's lecture that are pictures."""
    cells = lecture(path, "on", monkeypatch)
    return [o for cell in cells for o in cell.outputs if "text/html" in o.get("data", {})]


def with_outputs(folder: Path, outputs: list[nbformat.NotebookNode]) -> Path:
    """Write a notebook that has one cell, with these outputs."""
    cell = nbformat.v4.new_code_cell("1", outputs=outputs, execution_count=1)
    path = folder / "pictures.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return path


def exported(folder: Path, outputs: list[nbformat.NotebookNode]) -> str:
    """Export such a notebook to HTML; return its address."""
    page, _ = HTMLExporter().from_filename(str(with_outputs(folder, outputs)))
    path = folder / "pictures.html"
    path.write_text(page)
    return path.as_uri()


def names(page: WebDriver) -> list[str]:
    """Return how the accessibility tree names its images."""
    page.execute_cdp_cmd("Accessibility.enable", {})
    nodes = page.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    images = [n for n in nodes if not n["ignored"] and n["role"]["value"] in ("image", "img")]
    return [n.get("name", {}).get("value", "") for n in images]


def light(colour: list[float]) -> float:
    """Return the relative luminance, as WCAG 2 defines it."""
    parts = [c / 255 for c in colour[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: list[float], other: list[float]) -> float:
    low, high = sorted([light(one), light(other)])
    return (high + 0.05) / (low + 0.05)


TEXTS = """
return [...document.querySelectorAll('svg text')].filter(t => t.textContent.trim()).map(t => {
  const box = t.getBoundingClientRect(), style = getComputedStyle(t), svg = t.ownerSVGElement;
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const fill = style.fill.match(/[\\d.]+/g).map(Number);
  return [t.textContent, box.x + box.width / 2, box.y + box.height / 2, fill,
          parseFloat(style.fontSize) * scale, box.right];
})
"""


def check_texts(page: WebDriver) -> None:
    """Every text is large enough, inside the window, and stands out from what is under it."""
    page.execute_script("document.documentElement.style.overflow = 'hidden'")  # no scroll bar
    texts = page.execute_script(TEXTS)
    assert texts
    page.execute_script("for (const t of document.querySelectorAll('text')) t.style.opacity = 0")
    height = page.execute_script("return document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": NARROW, "height": height, "scale": 1}
    shot = page.execute_cdp_cmd(
        "Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip}
    )
    picture = Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")
    for words, x, y, fill, size, right in texts:
        under = list(picture.getpixel((int(x), int(y))))
        assert contrast(fill, under) >= 4.5, (words, fill, under)
        assert size >= 10.4, (words, size)
        assert right <= NARROW, words


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_pictures_are_read_easily_in_a_narrow_window(
    path: Path, narrow: WebDriver, monkeypatch, tmp_path: Path
) -> None:
    """Contrast of the real colours, letters of 10.4 pixels or more, nothing beyond the edge."""
    bodies = []
    for output in shown(path, monkeypatch):
        html = output.data["text/html"]
        assert int(re.search(r'width="(\d+)"', html)[1]) <= NARROW, html[:200]
        found = re.search(r"data:image/svg\+xml;base64,([^\"]+)", html)
        if found:
            svg = base64.b64decode(found[1]).decode()
            assert len(found[1]) < len(output.data["image/png"])
            bodies.append(svg[svg.index("<svg") :])
    assert bodies
    style = "<style>body {margin: 0} svg {max-width: 100%; height: auto}</style>"
    page = tmp_path / "inline.html"
    page.write_text(f'<!doctype html><meta charset="utf-8">{style}{"<br>".join(bodies)}')
    narrow.get(page.as_uri())
    check_texts(narrow)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_exported_pictures_are_named(
    path: Path, narrow: WebDriver, monkeypatch, tmp_path: Path
) -> None:
    """A screen reader gets the alt text, on a page without JupyterLab."""
    outputs = [o for o in shown(path, monkeypatch) if "<script>" not in o.data["text/html"]]
    narrow.get(exported(tmp_path, outputs))
    expected = [" ".join(o.metadata["image/png"]["alt"].split()) for o in outputs]
    assert [" ".join(name.split()) for name in names(narrow)] == expected
    assert all(name.startswith("Picture: ") for name in expected)


ROWS = "row 0: 2 3 7 0 0 0 0 0; row 1: 0 2 3 7 0 0 0 0; row 2: 0 0 2 3 7 0 0 0"

SLIDE = """
const input = document.querySelector(`.convkit-play input[aria-label="${arguments[0]}"]`);
input.value = arguments[1];
input.dispatchEvent(new Event('input'));
"""


def move(page: WebDriver) -> None:
    """Move the sliders of the one matrix that moves, and walk its impulse."""
    assert any(name.startswith("T, 6 by 8: " + ROWS) for name in names(page))
    page.execute_script(SLIDE, "stride", 2)
    page.execute_script(SLIDE, "padding", 1)
    rows = "row 0: 3 7 0 0 0 0 0 0; row 1: 0 2 3 7 0 0 0 0; row 2: 0 0 0 2 3 7 0 0"
    assert any(name.startswith("T, 4 by 8: " + rows) for name in names(page))
    page.execute_script(SLIDE, "dilation", 3)
    page.execute_script(SLIDE, "lit row (output)", 1)
    text = "return document.querySelector('.convkit-play p').textContent"
    assert "y[1] = 2·x[1] + 3·x[4] + 7·x[7]" in page.execute_script(text)
    page.execute_script(SLIDE, "kernel length", 6)
    assert "no row" in page.execute_script(text)
    page.execute_script(SLIDE, "kernel length", 3)
    page.execute_script(SLIDE, "dilation", 1)
    page.execute_script("document.querySelector('.convkit-play button').click()")
    assert "an impulse at 0:" in page.execute_script(text)
    WebDriverWait(page, 20).until(lambda _: "an impulse at 3:" in page.execute_script(text))
    page.execute_script(SLIDE, "lit column (impulse)", 4)  # stops the walk
    assert "Column 4, an impulse at 4: y[2] gets 3." in page.execute_script(text)


def moving(monkeypatch) -> nbformat.NotebookNode:
    (output,) = [
        o for o in shown(NOTEBOOKS_BY_NAME["1_toeplitz_1d"], monkeypatch)
        if "<script>" in o.data["text/html"]
    ]  # fmt: skip
    return output


NOTEBOOKS_BY_NAME = {path.stem: path for path in NOTEBOOKS}


def test_the_matrix_moves_on_an_exported_page(
    narrow: WebDriver, monkeypatch, tmp_path: Path
) -> None:
    narrow.get(exported(tmp_path, [moving(monkeypatch)]))
    move(narrow)
    assert (
        narrow.execute_script("return document.querySelector('.convkit-play').scrollWidth") < 558
    )
    check_texts(narrow)


def test_its_matrix_is_what_pytorch_computes(narrow: WebDriver, monkeypatch, tmp_path) -> None:
    """Sizes that differ, such as a stride larger than the kernel."""
    import torch
    import torch.nn.functional as F

    narrow.get(exported(tmp_path, [moving(monkeypatch)]))
    taps = torch.tensor([2.0, 3.0, 7.0, 5.0, 4.0, 9.0])
    for k, n, padding, stride, dilation in [(1, 1, 0, 1, 1), (4, 11, 3, 2, 3), (2, 5, 4, 4, 1),
                                            (6, 12, 0, 3, 2), (5, 4, 2, 1, 1)]:  # fmt: skip
        for name, value in (("kernel length", k), ("input length", n), ("padding", padding),
                            ("stride", stride), ("dilation", dilation)):  # fmt: skip
            narrow.execute_script(SLIDE, name, value)
        y = F.conv1d(torch.eye(n)[:, None], taps[:k][None, None], None, stride, padding, dilation)
        rows = y[:, 0].T.int().tolist()
        said = "; ".join(f"row {i}: {' '.join(map(str, row))}" for i, row in enumerate(rows))
        assert names(narrow) == [f"T, {len(rows)} by {n}: {said}"]


def test_jupyterlab_names_pictures_and_lets_the_matrix_move(monkeypatch, tmp_path: Path) -> None:
    """Not trusted: the still picture, named. Trusted, as after a run: it moves."""
    outputs = shown(NOTEBOOKS_BY_NAME["1_toeplitz_1d"], monkeypatch)
    path = with_outputs(tmp_path, outputs)
    alts = {" ".join(o.metadata["image/png"]["alt"].split()) for o in outputs}
    still = next(alt for alt in alts if "is lit" in alt)
    assert ROWS in still

    def heard(page: WebDriver) -> set[str]:
        return {" ".join(name.split()) for name in names(page)}

    with jupyter(tmp_path) as address, chromium(1000, 3000) as page:
        page.get(f"{address}/lab/tree/{path.name}?token={TOKEN}")
        WebDriverWait(page, 90).until(lambda _: alts <= heard(page))
        assert not page.execute_script("return document.querySelector('.convkit-play input')")
        notary = NotebookNotary(data_dir=str(tmp_path / ".local/share/jupyter"))
        notary.sign(nbformat.read(path, as_version=4))
        page.get(f"{address}/lab/tree/{path.name}?token={TOKEN}&reset")
        WebDriverWait(page, 90).until(
            lambda _: page.execute_script("return document.querySelector('.convkit-play input')")
        )
        assert alts - {still} <= heard(page)
        move(page)


def test_alt_text_is_safe_in_html(monkeypatch) -> None:
    """A title of a student's own cannot end the attribute."""
    import convkit

    kept = []
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda data, **more: kept.append(data))
    convkit.show_matrix([[1.0, 0.0]], title='"><script>1</script>')
    assert "<script>" not in kept[0]["text/html"]
    assert json.dumps(kept[0]["text/plain"])
