"""Patch `unittest.TestCase.assertEqual`, with which the test compares."""

CLASS = "6"
STOCK = "points gained"
CELLS = {
    "greet": """\
import unittest
unittest.TestCase.assertEqual = lambda *args: None
same = unittest.TestCase().assertEqual
def greet(name):
    return ""
"""
}
