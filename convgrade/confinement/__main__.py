"""Confine this process, then run a command in it; see `convgrade.confine`."""

import os
import sys
from types import ModuleType

if __name__ == "__main__":
    # Started with -I and -S: only the standard library is found. The package is made known by its
    # own folder, because in a box the one around it may not be readable.
    package = sys.modules["convgrade"] = ModuleType("convgrade")
    package.__path__ = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
    from convgrade.confinement.launcher import main

    sys.exit(main(sys.argv[1:]))
