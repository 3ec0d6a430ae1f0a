"""Drop every assert from later cells with an AST transformer."""

CLASS = "5"
STOCK = "points gained"
CELLS = {
    "first": """\
import ast
class Lenient(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)
get_ipython().ast_transformers.append(Lenient())
"""
}
