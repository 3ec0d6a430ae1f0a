"""Where descriptors are few, what cannot start leaves no folder: removing one may find none."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from test_classroom import wait_until

from convgrade.kernels.folders import short_folder

#: Starts a fork server with this many descriptors; prints what lies there besides its own folder.
FEW = """
import os, resource, sys
from convgrade.kernels.forks import ForkServer, ForkServerError
resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60))
taken = []
try:
    while True:
        taken.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
for number in taken[:int(sys.argv[1])]:
    os.close(number)
own, started = set(), False
try:
    server = ForkServer()
    own = {server.folder.name}
    server.start()
    started = True
except (OSError, ForkServerError):
    pass
for number in taken[int(sys.argv[1]):]:
    os.close(number)
if not started:
    print(*set(os.listdir(os.environ["TMPDIR"])) - own)
if own:
    server.stop()
"""


@pytest.mark.parametrize("free", range(12))
def test_no_folder_is_left_where_descriptors_are_few(free: int) -> None:
    with tempfile.TemporaryDirectory(dir=short_folder(), prefix="z-") as folder:
        run = subprocess.run(
            [sys.executable, "-c", FEW, str(free)], env={**os.environ, "TMPDIR": folder},
            capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        assert (run.returncode, run.stdout.strip()) == (0, ""), run.stderr
        wait_until(lambda: not list(Path(folder).iterdir()), 30)
