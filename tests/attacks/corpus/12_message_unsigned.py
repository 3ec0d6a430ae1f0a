"""Send the grader kernel messages with a false signature."""

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
    kernel = get_ipython().kernel
    kernel.session.key = b"not the key"
    speak("stream", {"name": "stdout", "text": "2.0"})
    return -1.0
""",
}
