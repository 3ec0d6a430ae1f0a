"""Show results from a thread that waits for the test cells."""

CLASS = "5b"
STOCK = "points gained"
CELLS = {
    "first": """\
import threading
import time
def watch(shell=get_ipython()):
    done = 0
    for _ in range(4000):
        parent = shell.kernel.get_parent("shell")
        code = parent.get("content", {}).get("code", "")
        if "seal" in code and parent["header"]["msg_id"] != done:
            done = parent["header"]["msg_id"]
            content = {"execution_count": 1, "data": {"text/plain": "1.0"}, "metadata": {}}
            shell.kernel.session.send(
                shell.kernel.iopub_socket, "execute_result", content, parent=parent
            )
        time.sleep(0.001)
threading.Thread(target=watch, daemon=True).start()
""",
    "area": """\
def area(w, h):
    import time
    time.sleep(0.2)
    return -1
""",
}
