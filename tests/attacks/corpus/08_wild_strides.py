"""Give an array whose strides leave its memory: copying it ends the process."""

CLASS = ("8", "4")
STOCK = "submission lost"
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "table": "table = np.lib.stride_tricks.as_strided(np.zeros(1), (4, 4), (2**40, 2**40))",
}
