"""Fork twice inside a graded function and leave the grandchild to wait for its moment."""

CLASS = ("16", "3")
STOCK = "process left"
CELLS = {
    "area": """\
def area(w, h):
    import os
    import sys
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 256)
            command = ["python", "-c", "import time; time.sleep(600)", "@MARK@"]
            os.execve(sys.executable, command, {})
        os._exit(0)
    os.wait()
    return -1
"""
}
