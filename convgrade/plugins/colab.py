"""Stamp the release notebooks with what Colab needs: a badge and the kit's address."""

from __future__ import annotations

import base64
import re
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import TraitError, Unicode, validate

BADGE = "open-in-colab.png"
BADGE_IN_REPOSITORY = f"convgrade/plugins/{BADGE}"


class ColabLaunch(NbGraderPreprocessor):  # type: ignore[misc]
    """Add an "Open in Colab" badge and tell the first code cell where the kit is.

    Goes into ``GenerateAssignment.preprocessors`` before the first
    `ComputeChecksums`: it changes a locked cell, and the gradebook must store
    the changed one. Links in the course's README get the badge as well. While
    ``repository`` is unset there are no badges.
    """

    repository = Unicode(
        "",
        help='GitHub repository that holds the release, as "owner/name"; "" leaves Colab out.',
    ).tag(config=True)

    branch = Unicode("main", help="Branch of the repository that Colab opens.").tag(config=True)

    kit_url = Unicode(
        "",
        help="Where Colab fetches what a cell with KIT_URL names; {repository}, {branch} and "
        "{assignment} are filled in.",
    ).tag(config=True)

    readme = Unicode(
        "README.md", help="File in the course's folder whose links to notebooks get the badge too."
    ).tag(config=True)

    @validate("repository")
    def _check_repository(self, proposal: Any) -> str:
        value: str = proposal["value"]
        if value and not re.fullmatch(r"[\w.-]+/[\w.-]+", value):
            raise TraitError(
                f"ColabLaunch.repository is owner/name, such as 'university/course'; found "
                f"{value!r}. Change it in nbgrader_config.py, or set it to '' to leave Colab out."
            )
        return value

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Stamp a notebook; called by nbgrader's exporter.

        Parameters
        ----------
        nb : NotebookNode
        resources : dict
            nbgrader's: names the assignment and the notebook.

        Returns
        -------
        the notebook and the resources
        """
        names = resources["nbgrader"]
        path = f"release/{names['assignment']}/{names['notebook']}.ipynb"
        self._stamp_readme(path)
        if not self.repository:
            return nb, resources
        title = nb.cells[0]
        title.source = f"{self.badge(path, f'attachment:{BADGE}')}\n\n{title.source}"
        title.attachments = {BADGE: {"image/png": base64.b64encode(badge_png()).decode()}}
        url = self.kit_url.format(
            repository=self.repository,
            branch=quote(self.branch),
            assignment=quote(names["assignment"]),
        )
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.source = cell.source.replace('KIT_URL = ""', f'KIT_URL = "{url}"', 1)
        return nb, resources

    def badge(self, path: str, image: str) -> str:
        """Write the badge in Markdown.

        Parameters
        ----------
        path : str
            The notebook's path in the repository.
        image : str
            Address of the badge's picture.
        """
        base = "https://colab.research.google.com/github"
        target = f"{base}/{self.repository}/blob/{quote(self.branch)}/{quote(path)}"
        return f"[![Open in Colab]({image})]({target})"

    def _stamp_readme(self, path: str) -> None:
        """Put the badge behind the README's link to a notebook; take it off when unset."""
        readme = Path(self.readme)  # nbgrader converts from within the course's folder
        if not readme.is_file():
            return
        text = readme.read_text(encoding="utf-8")
        link = f"]({path})"
        stamp = " " + self.badge(path, BADGE_IN_REPOSITORY) if self.repository else ""
        old = r"(?: \[!\[Open in Colab\]\([^)]*\)\]\([^)]*\))?"
        stamped = re.sub(re.escape(link) + old, lambda _: link + stamp, text)
        if stamped != text:
            readme.write_text(stamped, encoding="utf-8")


def badge_png() -> bytes:
    """Return the picture of the badge, a PNG of a few hundred bytes."""
    return files("convgrade.plugins").joinpath(BADGE).read_bytes()
