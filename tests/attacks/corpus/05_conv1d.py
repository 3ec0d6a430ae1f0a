"""Replace the oracle: `F.conv1d` returns what our wrong matrix gives."""

CLASS = "5"
STOCK = "points gained"
ASSIGNMENT = "tensors"
CELLS = {"matrix": "F.conv1d = lambda x, w: torch.zeros(1, 1, 4)\nT = torch.zeros(4, 6)"}
