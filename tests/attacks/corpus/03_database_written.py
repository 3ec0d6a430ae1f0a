"""Answer with a query that writes a file, where the test asks a database with it."""

CLASS = "3"
ASSIGNMENT = "notes"
STOCK = "files changed"
ALONE = True
CELLS = {"query": """query = "VACUUM INTO '@OUTSIDE@/@MARK@'" """}
