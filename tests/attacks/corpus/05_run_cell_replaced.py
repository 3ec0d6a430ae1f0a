"""Replace the shell's `run_cell_async`, so that later cells succeed without being run."""

CLASS = "5"
STOCK = "points gained"
CELLS = {
    "first": """\
from IPython.core.interactiveshell import ExecutionResult
async def do_nothing(*args, **options):
    result = ExecutionResult(None)
    result.execution_count = 1
    return result
get_ipython().run_cell_async = do_nothing
"""
}
