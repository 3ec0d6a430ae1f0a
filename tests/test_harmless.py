"""Nothing that a student's notebook shows runs in the browser of who looks at it."""

from __future__ import annotations

import base64
import contextlib
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat.v4 as v4
import pytest
from browser import TOKEN, chromium, jupyter
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.filters import strip_files_prefix
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode, from_dict
from selenium import webdriver
from selenium.common.exceptions import UnexpectedAlertPresentException
from selenium.webdriver.support.ui import WebDriverWait
from tiny import CANARY, MEANS, RIGHT, STOCK, SUMS, TARGET, Tiny

from convgrade.plugins.harmless import (
    AS_TYPED,
    TYPED_LINE,
    Harmless,
    harmless_markdown,
    harmless_output,
)

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"picture").decode()


def rendered(source: str) -> str:
    """Return what a page shows of a text."""
    return MarkdownWithMath(renderer=IPythonRenderer(escape=False)).render(source)


# ----------------------------------------------------------------------- Markdown


@pytest.mark.parametrize(
    "source",
    [
        "Because **addition** *commutes*, `a < b`.",
        "a < b and c > d, a<b, 1 <2> 3, x <- y",
        "$a<b$ and $$\\sum_{i<n} x_i$$",
        "# A heading\n\n- [x] one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        "> said ~~not~~\n\n---\n\n1. one\n   ```python\n   x = '<b>'\n   ```",
        "[a page](https://example.org/a?b=c#d), <https://example.org>, https://example.org",
        "[mail](mailto:a@example.org), [above](#a-heading)",
        "x<sub>1</sub> is **<b>bold</b>**,<br>next<BR/>line",
        "```html\n<script>alert(1)</script>\n```",
        "`<script>` and \\<script>",
        "![my plot](plot.png) ![two](img/my-plot_2.JPG)",
        "<!-- grade_id: why -->\nAn answer with its first line.",
        "text/plain; javascript: is a word, and so is data:",
        "<svg/onload=alert(1)>, <scr\0ipt>, [x]( \x01javascript:y) are no HTML and no link to it",
        "",
    ],
)
def test_honest_text_stays_as_it_is(source: str) -> None:
    assert harmless_markdown(source) == source


DANGEROUS = [
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "words <img src=x onerror=alert(1)> words",
    "<b onclick=alert(1)>bold</b>",
    "<details open ontoggle=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<style>@import url(//example.org/a.css)</style>",
    "<meta http-equiv=refresh content=0>",
    "<base href=//example.org>",
    "<form action=/api><button>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- grade_id: why --><script>alert(1)</script>",
    "<!-- grade_id: a--><img src=x onerror=alert(1)> -->",
    "<!-- any comment -->",
    "<?php ?>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "</div></div>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](java\\script:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "[1]\n\n[1]: data:text/html,<script>alert(1)</script>",
    "<javascript:alert(1)>",
    "[x](vbscript:x)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](files/javascript:alert(1))",
    "[x](evil.html)",
    "[x](/logout)",
    "[x](//example.org)",
    "![x](https://example.org/a.png)",
    "![x](//example.org/a.png)",
    "![x](/logout)",
    "![x](../../api/a.png)",
    "![x](.hidden.png)",
    "![x](a.svg)",
    "![x][1]\n\n[1]: https://example.org/a.png",
    "![x](attachment:y)",
    "![x](attachment\\:y)",
    "![x](&#97;ttachment:y)",
    "![x](data:image/png;base64,AAAA)",
    "```mermaid\n<img src=x onerror=alert(1)>\n```",
    "~~~ mermaid\ngraph\n~~~",
    "`````\n```\n<script>\n\n[x](javascript:alert(1))\n`````\n<script>",
    "a" + " " * 20_000 + "b",
]


@pytest.mark.parametrize("source", DANGEROUS)
def test_what_a_page_cannot_show_safely_is_shown_as_typed(source: str) -> None:
    """Word for word but for very long lines, in a code block that nothing in the text can end."""
    shown = harmless_markdown(source)
    assert shown.startswith(AS_TYPED)
    assert source in (shown if len(source) <= TYPED_LINE else shown.replace("\n", ""))
    assert all(len(line) <= TYPED_LINE for line in shown.removeprefix(AS_TYPED).split("\n"))
    html = rendered(shown)
    assert html.count("<code>") == 1
    assert html.rstrip().endswith("</code></pre>")
    assert re.findall(r"<[^>]*>", html) == ["<p>", "<em>", "</em>", "</p>", "<pre>", "<code>",
                                            "</code>", "</pre>"]  # fmt: skip


class Page(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.acts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "iframe", "svg", "form", "object", "link", "meta", "base"):
            self.acts.append(tag)
        for name, value in attrs:
            href = name == "href" and not re.match("https?:|mailto:|#", value or "", re.I)
            src = name == "src" and not re.fullmatch(r"[\w./-]+", value or "")
            if name.startswith("on") or href or src:
                self.acts.append(f"{tag} {name}={value}")


WORDS = (
    "< > <img src=x onerror=alert(1) <script> </script> <b> <!-- --> ` `` ``` ~~~ mermaid [ ] ( ) "
    "[x]( ![x]( javascript: data:text/html https://a.b attachment: & &lt; &#60; \\ $ $$ * _ # | "
    ": ; - \" ' ]: [1] a <a href= \0 <javascript:"
)
PIECES = st.sampled_from([*WORDS.split(), "\n", "\n\n", " ", "    ", "\t", "\n- ", "\n> "])


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_makes_a_page_that_does_nothing(source: str) -> None:
    page = Page()
    page.feed(rendered(harmless_markdown(source)))
    page.close()
    assert page.acts == []


# ------------------------------------------------------------------------ outputs


def shown(data: dict[str, object], **metadata: object) -> NotebookNode | None:
    return harmless_output(
        from_dict({"output_type": "display_data", "data": data, "metadata": metadata})
    )


@pytest.mark.parametrize(
    "mime",
    [
        "text/html",
        "text/markdown",
        "text/latex",
        "text/vnd.mermaid",
        "image/svg+xml",
        "application/javascript",
        "application/pdf",
        "application/vnd.jupyter.widget-view+json",
        "application/x-unheard-of",
    ],
)
def test_only_text_and_pictures_are_kept(mime: str) -> None:
    assert shown({mime: "<script>alert(1)</script>"}) is None
    kept = shown({mime: "<script>alert(1)</script>", "text/plain": "fine"})
    assert kept is not None
    assert kept.data == {"text/plain": "fine"}


@pytest.mark.parametrize(
    "value",
    [
        'x" onerror="alert(1)',
        base64.b64encode(b"<svg onload=alert(1)>").decode(),
        f'{PNG}"onerror="alert(1)',
        "\ud800",
        ["a", "b"],
        {"a": 1},
        None,
        7,
    ],
    ids=repr,
)
def test_what_is_no_picture_is_dropped(value: object) -> None:
    assert shown({"image/png": value}) is None


def test_pictures_keep_size_and_description() -> None:
    about = {"width": 3, "height": True, "alt": "a\"<b>'", "class": "x"}
    kept = shown({"image/png": f"{PNG[:4]}\n{PNG[4:]}\n"}, **{"image/png": about, "other": 1})
    assert kept is not None
    assert kept.data == {"image/png": PNG}
    assert kept.metadata == {"image/png": {"width": 3, "alt": "a  b  "}}


def test_outputs_of_unknown_kinds_are_dropped() -> None:
    assert harmless_output(NotebookNode(output_type="update_display_data", data={})) is None


def treated(cell: NotebookNode) -> NotebookNode:
    return Harmless().preprocess_cell(cell, {}, 0)[0]


@pytest.mark.parametrize("mark", [{}, {"grade": True, "grade_id": "t", "points": 1}])
def test_half_surrogate_pairs_can_be_written(mark: dict[str, object]) -> None:
    """No file in UTF-8 can hold them, in a student's cell and under a test alike."""
    cell = v4.new_code_cell("1", metadata={"nbgrader": mark} if mark else {})
    cell.outputs = [
        v4.new_output("stream", text="a\ud800"),
        v4.new_output("error", ename="\ud800", evalue="\ud800", traceback=["\ud800"]),
        v4.new_output("execute_result", data={"text/plain": "\ud800"}),
    ]
    outputs = treated(cell).outputs
    assert outputs[0].text == "a?"
    v4.writes(v4.new_notebook(cells=[cell])).encode()


@pytest.mark.parametrize(
    ("metadata", "name", "treats"),
    [
        ({}, "text_of_the_course", False),
        ({}, "extra_1", True),
        ({"nbgrader": {"grade_id": "a", "solution": True, "checksum": "other"}}, "a", True),
        ({"nbgrader": {"grade_id": "a", "task": True, "locked": False}}, "a", True),
        ({"nbgrader": {"grade_id": "a", "task": True, "locked": True}}, "a", False),
        ({"nbgrader": {"grade_id": "a", "locked": True}}, "a", False),
    ],
)
def test_texts_of_the_course_are_left_alone(metadata: dict, name: str, treats: bool) -> None:
    cell = v4.new_markdown_cell("<div>", id=name, metadata=metadata)
    assert (treated(cell).source != "<div>") == treats


# -------------------------------------------------------------------- in a browser

RUN = "top.pwned=(top.pwned||'')+' {name}'"
IMG = '<img src=x onerror="@RUN@">'
# What a student's code publishes: by name, the type and the data.
OUTPUTS = {
    "html-script": ("text/html", "<script>@RUN@</script>"),
    "html-image": ("text/html", IMG),
    "html-request": ("text/html", "<img src='@URL@'>"),
    "javascript": ("application/javascript", "@RUN@"),
    "svg": ("image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg" onload="@RUN@"/>'),
    "latex": ("text/latex", f"$x$ {IMG}"),
    "markdown": ("text/markdown", IMG),
    "mermaid": ("text/vnd.mermaid", IMG),
    "png": ("image/png", 'x" onerror="@RUN@'),
    "text": ("text/plain", IMG),
}
CODE = {
    "stream": "print('\\x1b[31m' + {text} + '\\x1b]8;;javascript:1\\x07')",
    "error": "raise type({text}, (Exception,), {{}})({text})",
}
# What a student writes into a Markdown cell.
TEXTS = {
    "script": "<script>@RUN@</script>",
    "image": f"Look: {IMG}",
    "case": "<ScRiPt>@RUN@</sCrIpT>",
    "svg-tag": '<svg onload="@RUN@">',
    "frame": '<iframe srcdoc="<script>@RUN@</script>"></iframe>',
    "toggle": '<details open ontoggle="@RUN@">x</details>',
    "comment": f"<!-->{IMG}-->",
    "fence": f"```mermaid\n{IMG}\n```",
    "remote": "![x](@URL@)",
    "style": "<style>body {background: url(@URL@)}</style>",
    "alert": "<script>alert(1)</script>",
    "link": "[x](javascript:@LINK@)",
    "entity": "[x](&#106;avascript:@LINK@)",
    "reference": "[x][1]\n\n[1]: javascript:@LINK@",
    "autolink": "<javascript:@LINK@>",
    "data": "[x](data:text/html,@LINK@)",
    "files": "[x](files/javascript:@LINK@)",
    "null": "<scr\0ipt>@RUN@</scr\0ipt>",
    "code": f"```html\n{IMG}\n```",
    "math": f"$x$ $${IMG}$$",
}
# What is known to happen on stock nbgrader's pages, without network. Links wait for a click.
STOCK_RUNS = {
    "html-script", "html-image", "javascript", "markdown", "script", "image", "case", "svg-tag",
    "frame", "toggle", "comment", "fence", "alert",
}  # fmt: skip
STOCK_ASKS = {"html-request", "remote", "style"}
STOCK_LINKS = {"link", "entity", "reference", "autolink", "data", "files"}


@dataclass
class Seen:
    """What happened when pages were opened."""

    ran: set[str]
    asked: set[str]
    links: set[str]
    text: str


@contextlib.contextmanager
def listener() -> Iterator[tuple[str, set[str]]]:
    """Yield the address of a server on loopback, and the paths that it is asked for."""
    asked: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.add(self.path.strip("/"))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def fill(text: str, name: str, address: str) -> str:
    run = RUN.format(name=name)
    return (
        text.replace("@RUN@", run)
        .replace("@URL@", f"{address}/{name}")
        .replace("@LINK@", f"'{name}'")
    )


def bait(notebook: NotebookNode, address: str) -> None:
    """Add everything that could run to a submission."""
    written = next(cell for cell in notebook.cells if cell.id == "why")
    for name, (mime, data) in OUTPUTS.items():
        bundle = {mime: fill(data, name, address), "text/plain": f"plain {name}"}
        code = f"get_ipython().display_pub.publish({bundle!r})"
        notebook.cells.append(v4.new_code_cell(code))
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "</script><img>"}}
    notebook.cells.append(v4.new_code_cell(f"get_ipython().display_pub.publish({widget})"))
    for name, code in CODE.items():
        text = repr(fill(IMG, name, address))
        notebook.cells.append(v4.new_code_cell(code.format(text=text)))
    for name, text in TEXTS.items():
        notebook.cells.append(v4.new_markdown_cell(fill(text, name, address)))
    written.source = f"<!-- grade_id: why -->\n{fill(TEXTS['image'], 'answer', address)}"


def visit(page: webdriver.Chrome, address: str, seen: Seen) -> None:
    """Open a page and collect what ran, and the links that lead to a script."""
    page.get(address)
    loaded = WebDriverWait(page, 30, ignored_exceptions=[UnexpectedAlertPresentException])
    try:
        page.execute_script("return 1")
    except UnexpectedAlertPresentException:  # the driver has closed it
        seen.ran.add("alert")
    loaded.until(lambda page: page.execute_script("return document.readyState") == "complete")
    page.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    seen.ran |= set((page.execute_script("return window.pwned") or "").split())
    seen.text += page.execute_script("return document.body.innerText")
    hrefs = page.execute_script(
        "return [...document.querySelectorAll('a[href]')].map(a => a.href)"
    )
    for href in hrefs:
        if re.match("javascript:|data:", href):
            seen.links |= {name for name in TEXTS if f"'{name}'" in href.replace("%27", "'")}


def look(tiny: Tiny, student: str, address: str, asked: set[str]) -> Seen:
    """Grade, write feedback, and look at both pages of a submission."""
    tiny.hand_in(student, tamper=lambda notebook: bait(notebook, address), names=(SUMS,))
    tiny.grade()
    tiny.run("generate_feedback", "tiny")
    with tiny.gradebook() as gradebook:
        number = gradebook.find_submission_notebook(SUMS, "tiny", student).id
    seen = Seen(set(), asked, set(), "")
    with jupyter(tiny.root) as server, chromium() as page:
        feedback = tiny.folder(student, "feedback") / f"{SUMS}.html"
        visit(page, feedback.as_uri(), seen)
        page.get(f"{server}/formgrader/manage_assignments?token={TOKEN}")
        visit(page, f"{server}/formgrader/submissions/{number}/", seen)
    return seen


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return Tiny.make(tmp_path_factory.mktemp("template"))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_runs_on_feedback_and_in_formgrader(template: Tiny, tmp_path: Path) -> None:
    """No script, no dialog, no request, no link to a script; yet every text can be read."""
    with listener() as (address, asked):
        seen = look(template.copy(tmp_path), "eve", address, asked)
    assert (seen.ran, seen.asked, seen.links) == (set(), set(), set())
    for name in OUTPUTS.keys() - {"text"}:
        assert seen.text.count(f"plain {name}") >= 2, name  # on both pages
    assert seen.text.count("Shown as it was typed") >= 2 * 16
    for text in (TEXTS["script"], TEXTS["alert"]):
        assert seen.text.count(fill(text, "script", address)) == 2


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_on_stock_pages_it_runs(template: Tiny, tmp_path: Path) -> None:
    """The control: the same submission, graded by stock nbgrader, does what it is made for."""
    tiny = template.copy(tmp_path)
    (tiny.root / "nbgrader_config.py").write_text(STOCK)
    with listener() as (address, asked):
        seen = look(tiny, "eve", address, asked)
    assert seen.ran >= STOCK_RUNS
    assert seen.asked >= STOCK_ASKS
    assert seen.links >= STOCK_LINKS


# ------------------------------------------------------------- what breaks nbconvert

ROUGH_TEXTS = [
    "![x](attachment:y)",
    "![x](attachment\\:y)",
    "![x](&#97;ttachment:y)",
    "### BEGIN HIDDEN TESTS\nmine",
    "BEGIN MARK SCHEME\nmine, too",
    "half \ud800 a pair",
]
ROUGH_CODE = [
    "### BEGIN HIDDEN TESTS\nx = 'still run'",
    "### END MARK SCHEME\nprint(x)",
    "print('\\ud800')",
    "'\\ud800'",
    "raise ValueError('\\ud800')",
]
MARKED = "# grade_id: average\n### BEGIN HIDDEN TESTS\ndef average(n):\n    return sum(n) / len(n)"
RAISING = (
    "# grade_id: average\ndef average(n):\n    print('\\ud800')\n    raise ValueError('\\ud801')"
)
LEAKING = {
    # Tries to show what hidden tests hold, by what it prints and raises when they call it.
    "total": """\
# grade_id: total
def total(numbers):
    import inspect, traceback
    print(numbers, traceback.format_stack(), [f.frame.f_globals for f in inspect.stack()])
    if numbers != [1, 2]:
        raise KeyError(numbers)
    return 3""",
    "double": "# grade_id: double\ndef double(x):\n    print(x)\n    return 4",
}


@pytest.fixture(scope="module")
def rough(template: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Return a course with feedback on what nbconvert stumbles over, and on curious answers."""
    tiny = template.copy(tmp_path_factory.mktemp("rough"))

    def roughen(notebook: NotebookNode) -> None:
        notebook.cells += [v4.new_markdown_cell(text) for text in ROUGH_TEXTS]
        notebook.cells += [v4.new_code_cell(text) for text in ROUGH_CODE]

    tiny.hand_in("eve", {"average": MARKED}, roughen, names=(MEANS,))
    tiny.hand_in("kim", {"average": RAISING}, roughen, names=(MEANS,))
    tiny.hand_in("ann", {**RIGHT, **LEAKING}, names=(SUMS,))
    tiny.grade()
    tiny.run("generate_feedback", "tiny")
    return tiny


@pytest.mark.slow
def test_feedback_is_written_whatever_a_cell_holds(rough: Tiny) -> None:
    """Missing attachments, nbgrader's own marks and half characters stop neither page nor code."""
    assert rough.points("eve")["average_test"] == 4.0
    assert rough.points("kim")["average_test"] == 0.0
    for student in ("eve", "kim"):
        page = rough.page(student, MEANS)
        assert ">still run\n" in page
        assert "attachment left out: y" in page
        for words in ("attachment\\:y", "&amp;#97;ttachment:y", "mine", "mine, too", "half ? a"):
            assert words in page
    assert "ValueError: ?" in rough.page("kim", MEANS)


@pytest.mark.slow
def test_feedback_shows_nothing_of_hidden_tests(rough: Tiny) -> None:
    """Neither their text, nor a traceback into them, nor values that they look for.

    A student's own error shows what was in it, also the arguments of the call.
    """
    assert rough.points("ann")["double_test"] == 0.0
    page = rough.page("ann")
    text = re.sub(r"<[^>]*>", "", page)
    for secret in (CANARY, "HIDDEN TESTS", "points +=", TARGET):
        assert secret not in page
        assert secret not in text
    assert "in a hidden test" in text
    outputs = [cell.get("outputs") for cell in rough.graded("ann").cells]
    assert CANARY not in repr(outputs)


def test_brackets_cost_a_page_no_time() -> None:
    """A filter of nbconvert's goes through the rest of a line for each of them."""
    source = "[" * 19_000 + "\n" + "![" * 300 + " a" * 200
    for text in (source, "[" * 100_000, "[\n" * 9_000):
        shown = harmless_markdown(text)
        lines = shown.split("\n")
        assert text.count("[") * max(map(len, lines)) <= 20_000_000
        begun = time.process_time()
        strip_files_prefix(rendered(shown))
        assert time.process_time() - begun < 5
    honest = "See [the *book*](https://example.org/a), [5] and $a[1]$. " * 60
    assert harmless_markdown(honest) == honest
