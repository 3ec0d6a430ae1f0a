"""Configurations of a trial: the course's own settings, in a throw-away copy of the course."""

from __future__ import annotations

import contextlib
from pathlib import Path

from traitlets.config import Config
from traitlets.config.loader import JSONFileConfigLoader, PyFileConfigLoader

from convgrade.adopt import adopt, without
from convgrade.new_gradebook import find_version_here

__all__ = ["settle"]

KEPT = ("course_id", "ignore", "max_file_size", "max_dir_size")  # of CourseDirectory
HOOKS = ("pre_convert_hook", "post_convert_hook")  # which may send mails


def settle(config: Config, root: str, stock: bool) -> None:
    """Fill the configuration of a trial; its ``nbgrader_config.py`` calls this.

    Parameters
    ----------
    config : Config
        Empty as yet.
    root : str
        The course's folder, whose configuration is read.
    stock : bool
        Without plug-ins of ours, else with them, whether or not the course has them yet.
    """
    with contextlib.chdir(root):
        for name, loader in (("py", PyFileConfigLoader), ("json", JSONFileConfigLoader)):
            if Path(f"nbgrader_config.{name}").exists():
                config.merge(loader(f"nbgrader_config.{name}", root).load_config())
    find_version_here()  # which changes no verdict, and spares stock's side seconds, too
    if stock:
        without(config)
    else:
        adopt(config)
    folder = config.CourseDirectory
    for name in [name for name in folder if name not in KEPT]:
        del folder[name]  # where things are, and above all the gradebook
    for section in ("BaseConverter", "Autograde", "GenerateAssignment"):
        for hook in HOOKS:
            config[section].pop(hook, None)
    config.Autograde.pop("create_student", None)
    for notebook in ("header", "footer"):
        if config.IncludeHeaderFooter.get(notebook):
            path = Path(root, config.IncludeHeaderFooter[notebook])
            config.IncludeHeaderFooter[notebook] = str(path)
    config.NbGrader.logfile = ""
