"""Tell the grader that the test cell is done while it still runs."""

CLASS = ("12", "5b")
STOCK = "points gained"
CELLS = {
    "total": """\
def speak(kind, content):
    kernel = get_ipython().kernel
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent("shell"))
def total(numbers):
    parent = get_ipython().kernel.get_parent("shell")
    speak("execute_result", {"execution_count": 1, "data": {"text/plain": "4.0"}, "metadata": {}})
    speak("status", {"execution_state": "idle"})
    return 6
""",
}
