"""``python -m convgrade.kernels``: install the specification of a kernel that is forked."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager

from convgrade.kernels.provisioner import LAUNCHER, ForkProvisioner


def install(name: str, preload: list[str], prefix: str) -> str:
    """Write a kernel specification where Jupyter finds it.

    Parameters
    ----------
    name : str
        Under which a notebook, nbclient or papermill asks for the kernel.
    preload : list of str
        Modules that are imported before the fork.
    prefix : str
        An environment's folder, such as ``sys.prefix``.

    Returns
    -------
    str
        The folder of the specification.
    """
    spec = {
        "argv": [sys.executable, "-m", LAUNCHER, "-f", "{connection_file}"],
        "display_name": f"Python {sys.version_info.major} (forked)",
        "language": "python",
        "metadata": {
            "kernel_provisioner": {
                "provisioner_name": "convgrade-fork",
                "config": {"preload": preload},
            }
        },
    }
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "kernel.json").write_text(json.dumps(spec, indent=1) + "\n")
        return str(KernelSpecManager().install_kernel_spec(folder, name, prefix=prefix))


def main() -> None:
    """Read the command line."""
    usual = ",".join(ForkProvisioner().preload)
    parser = argparse.ArgumentParser(prog="python -m convgrade.kernels", description=__doc__)
    parser.add_argument("--name", default="python3-forked", help="default: %(default)s")
    parser.add_argument(
        "--preload", default=usual, help="modules to import once, default: %(default)s"
    )
    parser.add_argument("--prefix", default=sys.prefix, help="default: this environment")
    options = parser.parse_args()
    modules = [name for name in options.preload.split(",") if name]
    print(f"Installed {options.name} in {install(options.name, modules, options.prefix)}")


if __name__ == "__main__":
    main()
