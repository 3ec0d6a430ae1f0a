"""nbconvert exporter: lays out feedback pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbgrader.converters import GenerateFeedback
from traitlets.config import Config

from convgrade.drawing import draw
from convgrade.plugins.unknown import pass_over_unknown

__all__ = ["FeedbackExporter", "demoted", "lean"]

# Pygments puts a tag around every word of code; feedback.css colours these only.
PLAIN_WORD = re.compile(
    r'<span class="(?!(?:k|kn|kc|ow|c1|sd|s1|s2|sa|mi|mf)")\w+">([^<]*)</span>', re.ASCII
)
TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


class FeedbackExporter(HTMLExporter):  # type: ignore[misc]
    """For ``GenerateFeedback.exporter_class``, with `CollectFeedback` as a preprocessor.

    A class of its own, because formgrader sets ``HTMLExporter.template_name`` for
    pages of its own. ``c.FeedbackExporter`` takes HTMLExporter's settings.
    """

    def __init__(self, config: Any = None, **options: Any) -> None:
        own = Config()
        own.FeedbackExporter.template_name = "convgrade"
        own.FeedbackExporter.extra_template_basedirs = [str(TEMPLATES)]
        own.FeedbackExporter.exclude_anchor_links = True
        own.merge(config or {})
        super().__init__(config=own, **options)
        if isinstance(self.parent, GenerateFeedback):
            pass_over_unknown(self.parent)

    def _create_environment(self) -> Any:
        environment = super()._create_environment()
        environment.tests["has_mathematics"] = re.compile(r"\$|\\\(|\\\[|\\begin").search
        return environment

    def default_filters(self) -> Iterator[tuple[str, Callable[..., Any]]]:
        """Return nbconvert's filters and those of this page; called by nbconvert."""
        yield from super().default_filters()
        yield "demoted", demoted
        yield "lean", lean
        yield "draw", draw
        yield "points", "{:g}".format


def demoted(html: str) -> str:
    """Lower headings by two levels: those of the notebook stand below the page's own."""
    return re.sub(
        r"(</?h)([1-6])(?=[\s>])", lambda tag: f"{tag[1]}{min(int(tag[2]) + 2, 6)}", html
    )


def lean(html: str) -> str:
    """Take from highlighted code the tags that change nothing: nbconvert parses every page."""
    return PLAIN_WORD.sub(r"\1", html)
