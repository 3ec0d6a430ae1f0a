"""Write an `execute_result` message of one's own to the kernel's iopub socket."""

CLASS = "5b"
STOCK = "points gained"
CELLS = {
    "area": """\
def area(w, h):
    kernel = get_ipython().kernel
    content = {"execution_count": 1, "data": {"text/plain": "2.0"}, "metadata": {}}
    kernel.session.send(
        kernel.iopub_socket, "execute_result", content, parent=kernel.get_parent("shell")
    )
    return -1
"""
}
