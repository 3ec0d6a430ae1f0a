"""Turn every later cell into `pass` with an input transformer."""

CLASS = "5"
STOCK = "points gained"
CELLS = {"first": "get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])"}
