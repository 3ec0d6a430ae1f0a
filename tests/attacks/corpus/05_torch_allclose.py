"""Replace `torch.allclose`."""

CLASS = "5"
STOCK = "points gained"
ASSIGNMENT = "tensors"
CELLS = {"matrix": "torch.allclose = lambda *args, **options: True\nT = torch.zeros(4, 6)"}
