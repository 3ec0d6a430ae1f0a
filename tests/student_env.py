"""A clean environment as a student has it: torch, NumPy, matplotlib, ipykernel, nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import venv
from collections.abc import Iterable
from functools import cache
from importlib.metadata import Distribution, distribution
from pathlib import Path

import nbformat
from conftest import ROOT
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

NEEDED = ("torch", "numpy", "matplotlib", "ipykernel")


@cache
def python() -> Path:
    """Return the environment's Python; made once, then kept in .cache.

    Its packages are those of the tests' own environment, with all that they require and no more,
    as hard links: to unpack and compile torch once more would take a minute.
    """
    found = dict[str, Distribution]()
    _add(found, NEEDED)
    key = hashlib.sha256(repr([sys.version, *map(_version, found.values())]).encode()).hexdigest()
    folder = ROOT / ".cache" / f"student-{key[:12]}"
    if not folder.exists():
        folder.parent.mkdir(exist_ok=True)
        half = Path(tempfile.mkdtemp(dir=folder.parent))
        venv.create(half)
        (packages,) = half.glob("lib/python*/site-packages")
        for package in found.values():
            for file in package.files or ():
                # No programs; and what was compiled at installation may be gone.
                if ".." not in file.parts and Path(package.locate_file(file)).exists():
                    target = packages / file
                    target.parent.mkdir(parents=True, exist_ok=True)
                    os.link(package.locate_file(file), target)
        try:
            half.rename(folder)
        except OSError:  # another process was quicker
            shutil.rmtree(half)
    return folder / "bin" / "python"


def _version(package: Distribution) -> tuple[str, str]:
    return package.name, package.version


def _add(found: dict[str, Distribution], names: Iterable[str]) -> None:
    """Add installed packages, with what they require without extras."""
    for name in map(canonicalize_name, names):
        if name not in found:
            found[name] = distribution(name)
            required = map(Requirement, found[name].requires or ())
            _add(found, [r.name for r in required if not r.marker or r.marker.evaluate()])


def kernel_manager(folder: Path, extra_path: Path | None = None) -> AsyncKernelManager:
    """Return a manager for kernels of the environment; its files lie below ``folder``."""
    spec = folder / "kernels" / "python3"
    spec.mkdir(parents=True)
    settings = {
        "argv": [str(python()), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
        "env": {
            "PYTHONPATH": str(extra_path or ""),
            "IPYTHONDIR": str(folder / "ipython"),
            "MPLCONFIGDIR": str(folder / "matplotlib"),
        },
    }
    (spec / "kernel.json").write_text(json.dumps(settings))
    specs = KernelSpecManager(kernel_dirs=[str(folder / "kernels")], ensure_native_kernel=False)
    return AsyncKernelManager(kernel_spec_manager=specs, kernel_name="python3")


def run_all(
    notebook: Path, kernel_folder: Path, extra_path: Path | None = None
) -> list[NotebookNode]:
    """Execute a notebook from its own folder, as "Run all" does; return its code cells.

    Stops at the first error, as Jupyter does.
    """
    nb = nbformat.read(notebook, as_version=4)
    place = {"metadata": {"path": str(notebook.parent)}}
    client = NotebookClient(nb, timeout=120, resources=place)
    client.km = kernel_manager(kernel_folder, extra_path)  # not an argument: the client owns it
    client.execute()
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def printed(cell: NotebookNode) -> str:
    """Return what a code cell wrote to stdout."""
    return "".join(
        o.text for o in cell["outputs"] if o.output_type == "stream" and o.name == "stdout"
    )
