"""Leave a process behind that has its own session and outlives the kernel."""

CLASS = "16"
STOCK = "process left"
CELLS = {
    "first": """\
import subprocess
import sys
subprocess.Popen(
    [sys.executable, "-c", "import time; time.sleep(600)", "@MARK@"],
    start_new_session=True,
    stdin=subprocess.DEVNULL,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
)
"""
}
