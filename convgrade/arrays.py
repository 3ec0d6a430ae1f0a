"""What `convgrade.wire` does not send of NumPy, PyTorch and SciPy: texts, times, objects, types.

Sent, as text, to the student's kernel as well.
"""

from __future__ import annotations

import importlib
import re
import sys
from typing import Any

from convgrade.plain import ARRAY_TYPES, ints, text

__all__ = ["build", "take_apart"]

ARRAY_CODES = re.compile(r"[<>|=]?(U\d{1,7}|S\d{1,7}|[Mm]8(\[[1-9]?\d{0,3}[A-Za-zµ]{1,7}\])?)")
MAX_TEXT = 40  # characters of a type's name
SPARSE = frozenset(
    f"{kind}_{what}" for kind in ("csr", "csc", "coo") for what in ("array", "matrix")
)

# What functions of SciPy's find, by where these classes are.
RESULTS = {
    "OptimizeResult": "scipy.optimize._optimize",
    "RootResults": "scipy.optimize._zeros_py",
    "OdeResult": "scipy.integrate._ivp.ivp",
    "Chi2ContingencyResult": "scipy.stats.contingency",
    "WilcoxonResult": "scipy.stats._morestats",
    **dict.fromkeys(
        ("TtestResult", "PearsonRResult", "SignificanceResult", "LinregressResult",
         "KstestResult"), "scipy.stats._stats_py"
    ),
}  # fmt: skip


def take_apart(value: Any) -> tuple[str, Any] | None:
    """Return the name of a value's form and its content; None for what has no form."""
    type_ = type(value)
    np = sys.modules.get("numpy")
    if np is not None and (type_ in (np.ndarray, np.matrix) or issubclass(type_, np.generic)):
        return _array(np, value, type_)
    if np is not None and type_ is np.ma.MaskedArray:
        mask = np.ma.getmaskarray(value)
        return "array.masked", [value.data, mask, np.asarray(value.fill_value)]
    if np is not None and issubclass(type_, np.dtype):
        fields = _fields(np, value)
        if fields:
            return "array.dtype.fields", [[name, part.str] for name, part in fields]
        return None if value.fields or value.subdtype else ("array.dtype", value.str)
    torch = sys.modules.get("torch")
    if torch is not None and type_ in (torch.Tensor, torch.nn.Parameter):
        return "array.torch.leaf", [
            type_ is torch.nn.Parameter, value.detach(), value.requires_grad,
            value.grad if value.is_leaf else None,
        ]  # fmt: skip
    if torch is not None and type_ is torch.dtype:
        return "array.torch.dtype", str(value).removeprefix("torch.")
    if torch is not None and type_ is torch.device:
        return "array.torch.device", str(value)
    if torch is not None and type_ is torch.Size:
        return "array.torch.Size", list(value)
    found = _result(value, type_)
    if found is not None:
        return found
    sparse = sys.modules.get("scipy.sparse")
    if sparse is not None and type_.__name__ in SPARSE and sparse.issparse(value):
        return _sparse(sparse, value, type_)
    return None


def build(name: str, content: Any) -> Any:
    """Build a value of a form from content that somebody untrusted wrote.

    Raises
    ------
    ValueError, TypeError, and others
        When the content is none of this form.
    """
    return _READERS[name](content)


def _array(np: Any, value: Any, type_: type) -> tuple[str, Any] | None:
    """Take apart what `convgrade.wire` does not: texts, times, objects, matrices."""
    if type_ is np.matrix:
        return "array.matrix", np.asarray(value)
    if _fields(np, value.dtype):
        kind = "array.fields" if type_ is np.ndarray else "array.record"
        parts = {name: np.array(np.asarray(value)[name]) for name in value.dtype.names}
        return (kind, [list(value.shape), parts]) if type_ in (np.ndarray, np.void) else None
    if issubclass(type_, np.generic):
        return ("array.scalar", np.asarray(value)) if _has_code(value.dtype) else None
    shape = list(value.shape)
    if value.dtype.kind == "O":
        return "array.objects", [shape, value.ravel().tolist()]
    if not _has_code(value.dtype):
        return None
    data = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
    return "array.codes", [data.dtype.str, shape, data.tobytes()]


def _fields(np: Any, dtype: Any) -> list[tuple[str, Any]]:
    """Return the fields of a structured array that has nothing but these."""
    fields = [(name, dtype.fields[name][0]) for name in dtype.names or ()]
    known = all(kind.name in ARRAY_TYPES or _has_code(kind) for _, kind in fields)
    return fields if known and fields and np.dtype(fields) == dtype else []


def _structured(content: Any) -> Any:
    import numpy as np

    shape, parts = content
    shape = ints(shape)
    for part in parts.values():
        if type(part) is not np.ndarray or list(part.shape) != shape or part.dtype.hasobject:
            raise ValueError("no field")
    if not parts:
        raise ValueError("no fields")
    array = np.empty(shape, [(text(name, 200), part.dtype) for name, part in parts.items()])
    for name, part in parts.items():
        array[name] = part
    return array


def _dtype_of_fields(content: Any) -> Any:
    import numpy as np

    dtype = np.dtype([(text(name, 200), _dtype(code)) for name, code in content])
    if dtype.hasobject:
        raise ValueError("no plain type of numbers")
    return dtype


def _has_code(dtype: Any) -> bool:
    return ARRAY_CODES.fullmatch(dtype.str) is not None


def _codes(content: Any) -> Any:
    import numpy as np

    code, shape, data = content
    if ARRAY_CODES.fullmatch(text(code, MAX_TEXT)) is None or type(data) is not bytes:
        raise ValueError("an array of a kind that cannot cross")
    dtype, sizes = np.dtype(code), ints(shape)
    if dtype.kind == "U" and data:
        letters = np.frombuffer(data, "<u4")
        if (letters > sys.maxunicode).any() or ((letters >= 0xD800) & (letters < 0xE000)).any():
            raise ValueError("letters that are none")
    if dtype.itemsize == 0:
        return np.zeros(sizes, dtype) if not data else None
    return np.frombuffer(data, dtype).reshape(sizes).copy()


def _objects(content: Any) -> Any:
    import numpy as np

    shape, items = content
    array = np.empty(len(items), dtype=object)
    for place, item in enumerate(items):  # not at once: NumPy would look into lists
        array[place] = item
    return array.reshape(ints(shape))


def _matrix(content: Any) -> Any:
    import numpy as np

    if type(content) is not np.ndarray:
        raise ValueError("no array")
    return np.asmatrix(content)


def _masked(content: Any) -> Any:
    import numpy as np

    data, mask, fill = content
    if not all(type(part) is np.ndarray for part in content) or fill.shape != ():
        raise ValueError("no array")
    return np.ma.MaskedArray(data, mask=mask, fill_value=fill[()])


def _scalar(content: Any) -> Any:
    import numpy as np

    if type(content) is not np.ndarray or content.shape != ():
        raise ValueError("no array")
    return content[()]


def _dtype(content: Any) -> Any:
    import numpy as np

    dtype = np.dtype(text(content, MAX_TEXT))
    if dtype.fields or dtype.subdtype:
        raise ValueError("no plain type of numbers")
    return dtype


def _torch_dtype(content: Any) -> Any:
    import torch

    found = getattr(torch, text(content, MAX_TEXT))
    if not isinstance(found, torch.dtype):
        raise ValueError("no type of numbers")
    return found


def _leaf(content: Any) -> Any:
    import torch

    parameter, data, requires, grad = content
    if type(data) is not torch.Tensor or type(grad) not in (torch.Tensor, type(None)):
        raise ValueError("no tensor")
    if parameter is True:
        made: Any = torch.nn.Parameter(data, requires_grad=requires is True)
    else:
        made = data.requires_grad_(requires is True)
    made.grad = grad
    return made


def _torch_device(content: Any) -> Any:
    import torch

    return torch.device(text(content, MAX_TEXT))


def _torch_size(content: Any) -> Any:
    import torch

    return torch.Size(ints(content))


def _result(value: Any, type_: type) -> tuple[str, Any] | None:
    """Take apart what a function of SciPy's finds: a dict, or a tuple with more attributes."""
    module = RESULTS.get(type_.__name__)
    if module is None or getattr(sys.modules.get(module), type_.__name__, None) is not type_:
        return None
    if issubclass(type_, dict):
        return "array.result", [type_.__name__, dict(dict.items(value)), []]
    more = {name: part for name, part in vars(value).items() if name != "_xp"}
    return "array.result", [type_.__name__, more, list(tuple.__iter__(value))]


def _read_result(content: Any) -> Any:
    name, more, values = content
    kind = getattr(importlib.import_module(RESULTS[text(name, MAX_TEXT)]), name)
    if type(more) is not dict or set(map(type, more)) - {str} or type(values) is not list:
        raise ValueError("no result")
    if issubclass(kind, dict):
        made = kind.__new__(kind)
        dict.update(made, more)
        return made
    if len(values) != len(kind._fields) or not all(key.isidentifier() for key in more):
        raise ValueError("no result")
    made = tuple.__new__(kind, values)
    vars(made).update(more, _xp=importlib.import_module("numpy"))
    return made


def _sparse(sparse: Any, value: Any, type_: type) -> tuple[str, Any] | None:
    name = type_.__name__
    if type_ is not getattr(sparse, name):
        return None
    places = ("row", "col") if name.startswith("coo") else ("indices", "indptr")
    if name.startswith("coo") and value.ndim != 2:
        return None
    parts = [getattr(value, part) for part in ("data", *places)]
    return "array.sparse", [name, list(value.shape), *parts]


def _read_sparse(content: Any) -> Any:
    name, shape, data, first, second = content
    if text(name, MAX_TEXT) not in SPARSE:
        raise ValueError("no sparse matrix")
    made = getattr(importlib.import_module("scipy.sparse"), name)
    parts = (data, (first, second)) if name.startswith("coo") else (data, first, second)
    value = made(parts, shape=tuple(ints(shape)))
    value.check_format() if not name.startswith("coo") else None
    return value


_READERS: dict[str, Any] = {
    "array.codes": _codes,
    "array.objects": _objects,
    "array.matrix": _matrix,
    "array.masked": _masked,
    "array.scalar": _scalar,
    "array.dtype": _dtype,
    "array.dtype.fields": _dtype_of_fields,
    "array.fields": _structured,
    "array.record": lambda content: _structured(content)[()],
    "array.torch.dtype": _torch_dtype,
    "array.torch.Size": _torch_size,
    "array.torch.device": _torch_device,
    "array.torch.leaf": _leaf,
    "array.sparse": _read_sparse,
    "array.result": _read_result,
}
