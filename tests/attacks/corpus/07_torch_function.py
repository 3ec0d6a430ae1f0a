"""Give a Tensor subclass whose `__torch_function__` makes every comparison true."""

CLASS = "7"
STOCK = "points gained"
ASSIGNMENT = "tensors"
CELLS = {
    "matrix": """\
class Matrix(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), options=None):
        if function is torch.allclose:
            return True
        return super().__torch_function__(function, types, args, options or {})
T = torch.zeros(4, 6).as_subclass(Matrix)
"""
}
