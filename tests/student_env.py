"""A clean environment as a student has it: torch, NumPy, matplotlib, ipykernel, nothing else."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import venv
from pathlib import Path

import nbformat
from conftest import ROOT
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbformat import NotebookNode

NEEDED = ("torch", "numpy", "matplotlib", "ipykernel")


def python() -> Path:
    """Return the environment's Python; made once for each set of pins, then kept in .cache."""
    pins = [
        line
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if re.match(rf"({'|'.join(NEEDED)})==", line)
    ]
    assert len(pins) == len(NEEDED)
    key = hashlib.sha256(f"{sys.version}{pins}".encode()).hexdigest()[:12]
    folder = ROOT / ".cache" / f"student-{key}"
    program = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, clear=True, with_pip=True)
        subprocess.run(
            [program, "-m", "pip", "install", "--quiet", "--no-compile", *pins],
            check=True,
            timeout=1200,
        )
        (folder / "ready").touch()
    return program


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
