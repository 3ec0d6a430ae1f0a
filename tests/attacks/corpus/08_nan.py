"""Give NaN: the score becomes NaN, for which stock nbgrader gives full marks."""

CLASS = "8"
STOCK = "points gained"
CELLS = {"golden": 'golden = float("nan")'}
