"""nbgrader preprocessor: takes from a graded notebook what could run in somebody's browser."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from convgrade import pictures
from convgrade.cells import is_test

__all__ = ["Harmless"]

PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}  # how they begin
# HTML that a text may hold: tags that only shape it, and the comment that names an answer cell.
PLAIN = re.compile(
    r"</?(?:b|strong|i|em|u|s|sub|sup|br|hr|p|code|kbd)\s*/?>|<!-- ?grade_id ?: ?\w[\w-]* ?-->",
    re.IGNORECASE,
)
LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
# A picture that lies beside the notebook. Any other address is asked for as soon as a page opens.
FILE = re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*\.(?:png|jpe?g|gif)", re.IGNORECASE)
MAX_MARKDOWN = 20_000  # characters of a text that is rendered
MAX_TEXTS = 200_000  # of all of them in a notebook
MAX_TYPED = 100_000  # characters of a text that is shown as it was typed
MAX_ALL_TYPED = 1_000_000  # of all of them in a notebook
TYPED_LINE = 200  # characters of one of its lines
MAX_SCAN = 2_000_000  # brackets of a text times its longest line: for each bracket, nbconvert's
# filter strip_files_prefix goes through the rest of the line
MAX_FORMULAS, MAX_FORMULA = 300, 1000  # in a text; characters of one: a browser sets them slowly
# What defines or repeats in a formula; a few characters can stand for millions.
MACRO = re.compile(
    r"\\(?:def|let|gdef|edef|newcommand|renewcommand|newenvironment|require|Newextarrow)\b"
)
MAX_SIDE = 5000  # pixels of a page that a picture may take in a direction
MAX_LINE = 20_000  # characters of a line of output
MAX_COLOURS = 2000  # changes of colour in an output: a page needs a tag for each
MAX_PIXELS = 200_000_000  # of a notebook's pictures: a browser unpacks them to four bytes each
AS_TYPED = (
    "*Shown as it was typed: it holds something that a page cannot show safely, such as HTML, a "
    "picture or a link that is no web address, or it is too long.*"
)


class Harmless(NbGraderPreprocessor):  # type: ignore[misc]
    """Keeps text and pictures of what a student's code shows, and text of what students write.

    Feedback pages and formgrader show outputs of type HTML, JavaScript, SVG,
    LaTeX and Markdown as they are, and HTML inside Markdown as well. Goes after
    `ExecuteTrusted` in ``Autograde.autograde_preprocessors``. Texts of the course
    and outputs of test cells, which the grader's process made, are left alone.
    """

    _pixels, _texts, _typed = MAX_PIXELS, MAX_TEXTS, MAX_ALL_TYPED  # left for this notebook

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Treat a notebook; called by nbgrader's exporter."""
        self._pixels, self._texts, self._typed = MAX_PIXELS, MAX_TEXTS, MAX_ALL_TYPED
        nb, resources = super().preprocess(nb, resources)
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, cell_index: int
    ) -> tuple[NotebookNode, Any]:
        """Treat one cell; called by nbgrader's exporter."""
        if cell.cell_type == "code":
            tested = is_test(cell)
            outputs = cell.outputs if tested else map(self._output, cell.outputs)
            cell.outputs = [writable(output) for output in outputs if output is not None]
        elif cell.cell_type == "markdown" and _is_students(cell):
            self._texts -= len(cell.source)
            most = min(MAX_TYPED, self._typed)
            shown = harmless_markdown(cell.source, render=self._texts >= 0, most=most)
            if shown != cell.source:
                self._typed -= min(most, len(cell.source))
            cell.source = shown
        return cell, resources

    def _output(self, output: NotebookNode) -> NotebookNode | None:
        for mime in PICTURES:
            value = output.get("data", {}).get(mime)
            pixels = pictures.pixels(value) if isinstance(value, str) else 0
            self._pixels -= pixels
            if pixels > pictures.MAX_PIXELS or self._pixels < 0:
                self._pixels += pixels
                del output.data[mime]
                output.data["text/plain"] = (
                    f"[A picture of {pixels:,} pixels is left out: one may have "
                    f"{pictures.MAX_PIXELS:,}, and all in a notebook {MAX_PIXELS:,}.]"
                )
        return harmless_output(output)


def _is_students(cell: NotebookNode) -> bool:
    mark = cell.metadata.get("nbgrader", {})
    if utils.is_solution(cell) or (utils.is_task(cell) and not mark.get("locked")):
        return bool(mark.get("checksum") != utils.compute_checksum(cell))
    return str(cell.id).startswith("extra_")


# ------------------------------------------------------------------------ outputs


def harmless_output(output: NotebookNode) -> NotebookNode | None:
    """Return an output with nothing in it but text and pictures; None if nothing is left."""
    kind = output.get("output_type")
    if kind == "stream":
        output.name = "stderr" if output.name == "stderr" else "stdout"
        output.text = _text(output.text)
        return output
    if kind == "error":
        output.ename, output.evalue = _text(output.ename), _text(output.evalue)
        output.traceback = [_text(line) for line in output.traceback]
        return output
    if kind not in ("display_data", "execute_result"):
        return None
    data = {}
    for mime, value in output.data.items():
        if mime == "text/plain":
            data[mime] = _text(value)
        elif mime in PICTURES:
            picture = _picture(value, PICTURES[mime])
            data |= {mime: picture} if picture else {}
    output.data = NotebookNode(data)
    output.metadata = NotebookNode(_sizes(output.metadata))
    return output if data else None


def writable(value: Any) -> Any:
    """Replace half surrogate pairs, which no file in UTF-8 can hold, everywhere in an output."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        for key in value:
            value[key] = writable(value[key])
    elif isinstance(value, list):
        value[:] = map(writable, value)
    return value


def _text(value: Any) -> str:
    """Return a text that a page shows quickly."""
    text = "".join(map(str, value)) if isinstance(value, list) else str(value)
    if text.count("\x1b") > MAX_COLOURS:
        text = strip_ansi(text)
    if len(text) <= MAX_LINE:
        return text
    return "\n".join(
        line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]} [... {len(line):,} characters]"
        for line in text.split("\n")
    )


def _picture(value: Any, beginning: bytes) -> str:
    """Return a picture's base64 text on one line; "" if it is no picture."""
    try:
        data = "".join(value.split())
        good = base64.b64decode(data, validate=True).startswith(beginning)
    except (AttributeError, binascii.Error, ValueError):
        return ""
    return data if good else ""


def _sizes(metadata: Any) -> dict[str, Any]:
    """Keep the width, height and description of pictures."""
    kept: dict[str, Any] = {}
    for mime in PICTURES:
        about = metadata.get(mime, {}) if isinstance(metadata, dict) else {}
        if isinstance(about, dict):
            sizes = {
                name: about[name]
                for name in ("width", "height")
                if type(about.get(name)) is int and 0 < about[name] <= MAX_SIDE
            }
            if isinstance(about.get("alt"), str):
                sizes["alt"] = re.sub(r"[<>&\"'`]", " ", about["alt"])[:4000]
            if sizes:
                kept[mime] = NotebookNode(sizes)
    return kept


# ----------------------------------------------------------------------- Markdown


def harmless_markdown(source: str, render: bool = True, most: int = MAX_TYPED) -> str:
    """Return Markdown as it is, or as a code block if a page could not show it safely.

    Parameters
    ----------
    source : str
    render : bool
        Whether a page may have it rendered at all.
    most : int
        Characters that are shown of one that is not rendered.
    """
    if render and _renders(source):
        return source
    if len(source) > most:
        source = f"{source[:most]}\n[... {len(source):,} characters]"
    source = re.sub(f"(.{{{TYPED_LINE}}})(?=.)", r"\1\n", source)
    longest = max(map(len, re.findall("`+", source)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{AS_TYPED}\n\n{fence}\n{source}\n{fence}"


def _renders(source: str) -> bool:
    """Tell whether nbconvert makes of Markdown nothing but text, safe links and pictures."""
    longest = max(map(len, source.split("\n")))
    if len(source) > MAX_MARKDOWN or source.count("[") * longest > MAX_SCAN:
        return False
    try:
        MarkdownWithMath(renderer=_Strict(escape=False)).render(source)
    except Exception:  # _UnsafeError, and whatever nbconvert stumbles over: feedback would too
        return False
    return True


class _UnsafeError(Exception):
    """Raised where Markdown would put something into a page that is not plain text."""


class _Strict(IPythonRenderer):  # type: ignore[misc]
    """nbconvert's renderer, except that it refuses what `Harmless` must not let through."""

    _formulas = 0

    def block_html(self, html: str) -> str:
        return str(super().block_html(_plain(html)))

    def inline_html(self, html: str) -> str:
        return str(super().inline_html(_plain(html)))

    def block_mermaidjs(self, code: str) -> str:
        raise _UnsafeError

    def inline_math(self, content: str) -> str:
        return str(super().inline_math(self._set(content)))

    def block_math(self, content: str) -> str:
        return str(super().block_math(self._set(content)))

    def latex_environment(self, name: str, body: str) -> str:
        return str(super().latex_environment(name, self._set(body)))

    def _set(self, formula: str) -> str:
        self._formulas += 1
        if self._formulas > MAX_FORMULAS or len(formula) > MAX_FORMULA or MACRO.search(formula):
            raise _UnsafeError
        return formula

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if not LINK.match(url):
            raise _UnsafeError
        return str(super().link(text, url, title))

    def image(self, text: str, url: str, title: str | None = None) -> str:
        if not FILE.fullmatch(url):
            raise _UnsafeError
        return str(super().image(text, url, title))


def _plain(html: str) -> str:
    if "<" in PLAIN.sub("", html):
        raise _UnsafeError
    return html
