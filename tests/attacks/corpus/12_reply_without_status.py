"""Leave the status out of the kernel's replies."""

CLASS = "12"
STOCK = "submission lost"
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "total": """\
def total(numbers):
    session = get_ipython().kernel.session
    send = session.send
    def altered(stream, kind, content=None, *args, **options):
        if kind == "execute_reply":
            content = {}
        return send(stream, kind, content, *args, **options)
    session.send = altered
    return -1.0
""",
}
