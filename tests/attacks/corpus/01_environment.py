"""Print the environment that the kernel inherits from the instructor's shell."""

CLASS = "1"
STOCK = "environment read"
CELLS = {
    "first": """\
import os
print({name: value for name, value in os.environ.items() if "SECRET" in name})
"""
}
