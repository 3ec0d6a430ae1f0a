"""Answer every error of later cells with a result, in IPython's custom exception handler."""

CLASS = ("5", "5b")
STOCK = "points gained"
CELLS = {
    "first": """\
shell = get_ipython()
shell.set_custom_exc((BaseException,), lambda *args, **options: shell.displayhook(1.0))
"""
}
