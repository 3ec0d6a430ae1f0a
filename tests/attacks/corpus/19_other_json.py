"""Hand in JSON that is no notebook."""

CLASS = "malformed"
STOCK = "not graded"


def tamper(notebook, places):
    notebook.write_text(
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": [], "cells": {"a": null}}'
    )
