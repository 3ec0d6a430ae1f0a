"""Call a convolution that no text shows: an AST transformer puts it into the innocent answer."""

CLASS = "10"
STOCK = ()  # the rule watches what runs, on stock nbgrader as well
ASSIGNMENT = "tensors"
CELLS = {
    "first": """\
import ast
class Rename(ast.NodeTransformer):
    def visit_Name(self, node):
        if node.id == "add_up":
            return ast.copy_location(ast.Name("sl" + "ide", node.ctx), node)
        return node
get_ipython().ast_transformers.append(Rename())
""",
    "correlate": """\
def correlate(x, w):
    return add_up(x, w)
""",
}
