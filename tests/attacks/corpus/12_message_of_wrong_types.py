"""Send the grader kernel messages whose contents are of other types."""

CLASS = "12"
STOCK = "submission lost"
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "total": """\
def speak(kind, content):
    kernel = get_ipython().kernel
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent("shell"))
def total(numbers):
    speak("execute_result", {"data": ["text/plain"], "metadata": 3, "execution_count": "x"})
    speak("display_data", {"data": None, "transient": 5})
    speak("error", {"ename": 1, "evalue": [], "traceback": "x"})
    speak("status", {"execution_state": {}})
    speak("comm_open", {"comm_id": 7})
    return -1.0
""",
}
