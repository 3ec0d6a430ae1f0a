"""Send the grader a stream message that has no text."""

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
    speak("stream", {"name": "stdout", "text": 7})
    speak("stream", {})
    return -1.0
""",
}
