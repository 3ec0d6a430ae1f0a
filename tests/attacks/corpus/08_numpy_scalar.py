"""Give half an answer as a NumPy number, so that the score prints as `np.float64(...)`."""

CLASS = "8"
STOCK = "points gained"
HONEST = 0.4967
CELLS = {"golden": "golden = np.float64(1.613)"}
