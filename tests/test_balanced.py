"""HTML of a student's stays within its place on a feedback page."""

from __future__ import annotations

import nbformat.v4 as v4
import pytest
from bs4 import BeautifulSoup
from test_feedback import notebook, page_of

from convgrade.plugins.balanced import balanced


@pytest.mark.parametrize(
    "html",
    [
        "", "1 < 2", "<p>a</p>", "<P>a</p>", "a<br>b<br/><img src=x>", "<!-- c --><b>x</b>",
        "<table><tr><td>1</td></tr></table>", "<script>if (a<b) {}</b></script>",
    ],
)  # fmt: skip
def test_what_is_closed_stays_as_it_is(html: str) -> None:
    assert balanced(html) == html


@pytest.mark.parametrize(
    ("html", "closed"),
    [
        ("<p><b>x</p>", "<p><b>x</b></p>"),
        ("<table><tr><td>1", "<table><tr><td>1</td></tr></table>"),
        ("x</div></div>y", "xy"),
        ("a <!-- b", "a &lt;!-- b"),
        ("<B><img src=x>", '<b><img src="x"/></b>'),
        ("<script>s = '<b>'</script>", "<script>s = '<b>'</script>"),
        ("<ul><li>one<li>two</ul>", "<ul><li>one<li>two</li></li></ul>"),
    ],
)
def test_what_is_open_is_closed(html: str, closed: str) -> None:
    assert balanced(html) == closed


OPEN = ("<b>", "<table><tr><td>", "<!--", "<script>", "<textarea>", "<style>", "</div></main>")


@pytest.mark.parametrize("html", OPEN)
@pytest.mark.parametrize("kind", ["output", "cell", "displayed markdown"])
def test_nothing_that_is_open_reaches_what_follows_on_the_page(html: str, kind: str) -> None:
    """The last cell stands where it stands without."""

    def page(text: str) -> BeautifulSoup:
        made = notebook()
        if kind == "cell":
            made.cells.append(v4.new_markdown_cell(f"so {text} there"))
        else:
            form = "text/html" if kind == "output" else "text/markdown"
            output = v4.new_output("display_data", data={form: f"so {text} there"})
            made.cells.append(v4.new_code_cell("1", outputs=[output]))
        made.cells.append(v4.new_markdown_cell("the *last* one"))
        return BeautifulSoup(page_of(made), "html.parser")

    def place(text: str) -> list[str]:
        (last,) = (e for e in page(text).select("em") if e.text == "last")
        return [parent.name for parent in last.parents]

    assert place(html) == place("")


def test_a_picture_without_a_description_gets_one_wherever_it_is_written() -> None:
    """Also in a script's text, whose quotes stay as they are."""
    data = {
        "text/html": "<img src='x'><IMG ALT='mine' src='y'><script>s = \"<img src='z'>\"</script>"
    }
    made = notebook()
    made.cells.append(v4.new_code_cell("1", outputs=[v4.new_output("display_data", data=data)]))
    page = page_of(made)
    assert "<img alt=picture src='x'><IMG ALT='mine' src='y'>" in page
    assert "s = \"<img alt=picture src='z'>\"" in page
