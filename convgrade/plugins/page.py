"""nbconvert exporter: lays out feedback pages."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback
from traitlets.config import Config

from convgrade.drawing import draw
from convgrade.exercises import Model
from convgrade.plugins.balanced import balanced
from convgrade.plugins.model_answers import ModelAnswers
from convgrade.plugins.renew import made_of, renew_what_changed
from convgrade.plugins.shared_gradebook import share_for
from convgrade.plugins.unknown import pass_over_unknown

__all__ = ["FeedbackExporter", "beside", "demoted", "lean"]

# Pygments puts a tag around every word of code; feedback.css colours these only.
PLAIN_WORD = re.compile(
    r'<span class="(?!(?:k|kn|kc|ow|c1|sd|s1|s2|sa|mi|mf)")\w+">([^<]*)</span>', re.ASCII
)
SOURCE = re.compile(r"""(<img\b[^>]*?\ssrc=["'])([^"'>]+)""", re.IGNORECASE)
UNDESCRIBED = re.compile(r"<img\b(?![^>]*\salt\s*=)", re.IGNORECASE)
MAX_PICTURES = 10 * 2**20  # bytes of pictures' files that one page holds; others stay outside
MAX_HIGHLIGHTED = 2000  # cells whose code is kept as it is shown
MAX_SOURCE = 10_000  # characters of one
TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


class _Rendered(TemplateExporter):  # type: ignore[misc]
    """Keeps a page from `HTMLExporter`, below which it stands.

    That parses and writes all of a page anew, which takes half of the time, to describe pictures.
    """

    rendered = ""

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **options: Any
    ) -> tuple[str, Any]:
        self.rendered, resources = super().from_notebook_node(nb, resources, **options)
        return "", resources


class FeedbackExporter(HTMLExporter, _Rendered):  # type: ignore[misc]
    """For ``GenerateFeedback.exporter_class``, with `CollectFeedback` as a preprocessor.

    Pages are made anew when the graded notebook or its points have changed since.
    A class of its own, because formgrader sets ``HTMLExporter.template_name`` for
    pages of its own. ``c.FeedbackExporter`` takes HTMLExporter's settings.

    A page stands by itself: pictures of the graded folder are put into it, and of that
    folder's other files nbgrader copies none beside it.
    """

    def __init__(self, config: Any = None, **options: Any) -> None:
        own = Config()
        own.FeedbackExporter.template_name = "convgrade"
        own.FeedbackExporter.extra_template_basedirs = [str(TEMPLATES)]
        own.FeedbackExporter.exclude_anchor_links = True
        own.merge(config or {})
        self._highlighted: dict[tuple[str, Any, str], str] = {}
        super().__init__(config=own, **options)
        if isinstance(self.parent, GenerateFeedback):
            renew_what_changed(self.parent)
            self.parent.init_assignment = _copy_nothing
            pass_over_unknown(self.parent)
            share_for(self.parent)
            ModelAnswers(parent=self.parent).announce(self.parent.coursedir.assignment_id)

    def _create_environment(self) -> Any:
        environment = super()._create_environment()
        environment.tests["has_mathematics"] = re.compile(r"\$|\\\(|\\\[|\\begin").search
        return environment

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **options: Any
    ) -> tuple[str, Any]:
        """Make a page of a graded notebook; called by nbconvert."""
        self.room, end = MAX_PICTURES, ""
        if isinstance(self.parent, GenerateFeedback):
            names = resources["nbgrader"]
            end = made_of(self.parent, names["assignment"], names["student"], names["notebook"])
        _, resources = super().from_notebook_node(nb, resources, **options)
        # Without quotes: it may stand in a text of a script.
        page = UNDESCRIBED.sub("<img alt=picture", self.rendered)
        return f"{page}\n{end}" if end else page, resources

    def register_filter(self, name: str, jinja_filter: Any) -> Any:
        """Let nbconvert highlight a cell's code once; called by nbconvert.

        Most cells of a class are the course's, and highlighting was a third of a page's time.
        """
        if not isinstance(jinja_filter, Highlight2HTML):
            return super().register_filter(name, jinja_filter)

        def highlight(source: str, language: str | None = None, metadata: Any = None) -> str:
            magic = (metadata or {}).get("magics_language")
            key = language or jinja_filter.pygments_lexer, magic, source
            shown = self._highlighted.get(key)
            if shown is None:
                shown = jinja_filter(source, language, metadata)
                if len(self._highlighted) < MAX_HIGHLIGHTED and len(source) < MAX_SOURCE:
                    self._highlighted[key] = shown
            return shown

        return super().register_filter(name, highlight)

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Stand for nbconvert's filter of this name, whose pictures stay outside the page."""
        renderer = _Renderer(
            self,
            escape=False,
            attachments=context.get("cell", {}).get("attachments", {}),
            embed_images=True,
            path=context.get("resources", {}).get("metadata", {}).get("path", ""),
            anchor_link_text=self.anchor_link_text,
            exclude_anchor_links=self.exclude_anchor_links,
            **self.lexer_options,
        )
        return balanced(str(MarkdownWithMath(renderer=renderer).render(source)))

    def default_filters(self) -> Iterator[tuple[str, Callable[..., Any]]]:
        """Return nbconvert's filters and those of this page; called by nbconvert."""
        yield from super().default_filters()
        yield "balanced", balanced
        yield "demoted", demoted
        yield "lean", lean
        yield "draw", draw
        yield "beside", beside
        yield "points", "{:g}".format


class _Renderer(IPythonRenderer):  # type: ignore[misc]
    """nbconvert's renderer, except that it does not rewrite HTML when it embeds pictures.

    nbconvert's parses each piece of HTML alone, and loses a closing tag that stands alone.
    """

    def __init__(self, page: FeedbackExporter, **options: Any) -> None:
        super().__init__(**options)
        self._page = page

    def _src_to_base64(self, src: str) -> str | None:
        """Read a picture, unless the page has no room for it: a student may name one often."""
        path = os.path.join(self.path, src)
        size = os.path.getsize(path) if os.path.isfile(path) else 0
        if size > self._page.room:
            return None
        self._page.room -= size
        data: str | None = super()._src_to_base64(src)
        return data

    def _html_embed_images(self, html: str) -> str:
        def embedded(tag: re.Match[str]) -> str:
            return tag[1] + (self._src_to_base64(tag[2]) or tag[2])

        return SOURCE.sub(embedded, html)


def _copy_nothing(assignment: str, student: str) -> None:
    """Stand for ``GenerateFeedback.init_assignment``."""


def demoted(html: str) -> str:
    """Lower headings by two levels: those of the notebook stand below the page's own."""
    return re.sub(
        r"(</?h)([1-6])(?=[\s>])", lambda tag: f"{tag[1]}{min(int(tag[2]) + 2, 6)}", html
    )


def beside(model: Model) -> tuple[str, tuple[NotebookNode, ...]]:
    """Return the heading and the cells of a model answer, as they stand beside a student's."""
    return (f"Another: {model.style}" if model.style else "A model answer"), model.cells


def lean(html: str) -> str:
    """Take from highlighted code the tags that change nothing."""
    return PLAIN_WORD.sub(r"\1", html)
