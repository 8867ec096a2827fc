"""``nd.sparse``: matrices of which only the elements that are not zero are kept, or only some rows.

They are made of NDArrays.  Products, sums of equals and what keeps zero at zero are computed on the stored
elements; for anything else the dense array takes their place, as MXNet falls back to it.
"""

from __future__ import annotations

import itertools
import math
import operator
from builtins import slice as rows_slice  # an operator takes its name below
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, SupportsIndex

from ndgrad import _core
from ndgrad._core import NDArray
from ndgrad._core import array as dense_array
from ndgrad._core import empty as dense_empty
from ndgrad.base import ArgumentError, BoundsError, InputTypeError, MXNetError, ShapeError
from ndgrad.context import Context

Shape = tuple[int, ...]

_take = _core.operators["take"]
_arange = _core.operators["_arange"]
_stack = _core.operators["stack"]
_scatter = _core.operators["_gather_scatter"]
_mask = _core.operators["_contrib_boolean_mask"]
_zeros = _core.operators["_zeros"]


class NotSupportedForSparseNDArray(MXNetError):
    """A method that a sparse array does not have."""


def _whole(indices: NDArray) -> list[int]:
    return [int(index) for index in indices._values(0, indices.size)]


# ------------------------------------------------------------------------------------------- classes


class BaseSparseNDArray:
    """What csr and row_sparse arrays have in common: stored elements ``data``, and where they stand."""

    stype: ClassVar[str]

    def __init__(self, data: NDArray, indices: NDArray, shape: Sequence[int]) -> None:
        self.data = data
        self.indices = indices
        self.shape: Shape = tuple(map(operator.index, shape))

    @property
    def dtype(self) -> object:
        """The dtype of the elements."""
        return self.data.dtype

    @property
    def context(self) -> Context:
        """Where the elements live."""
        return self.data.context

    ctx = context

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many elements there are, zeros included."""
        return math.prod(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        extents = "x".join(map(str, self.shape))
        return f"\n<{type(self).__name__} {extents} @{self.context}>"

    def __getattr__(self, name: str) -> Any:
        if name in ("reshape", "reshape_like", "expand_dims", "asscalar"):
            raise NotSupportedForSparseNDArray(
                f"{type(self).__name__} has no {name}; tostype('default') gives the dense array, which has it"
            )
        if name.startswith("_") or not hasattr(NDArray, name):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return getattr(self.tostype("default"), name)

    def _places(self) -> NDArray:
        """Return where the stored elements, or rows, stand: a row of indices for each axis."""
        raise NotImplementedError

    def _dense(self) -> NDArray:
        if self.data.size == 0:
            return _zeros(self.shape, self.dtype, ctx=self.context)
        return _scatter(self.data, self._places(), shape=self.shape)

    def _with(self, data: NDArray) -> Any:
        """Return an array with other elements in the same places."""
        raise NotImplementedError

    def tostype(self, stype: str) -> Any:
        """Return the array in another storage type: itself, or dense.  ArgumentError for the third."""
        if stype == self.stype:
            return self
        if stype == "default":
            return self._dense()
        raise ArgumentError(f"cast_storage from {self.stype} to {stype} is not supported; go by 'default'")

    def asnumpy(self) -> Any:
        """Return the dense array as NumPy's."""
        return self._dense().asnumpy()

    def astype(self, dtype: object, copy: bool = True) -> Any:
        """Return the array in another dtype."""
        return self._with(self.data.astype(dtype, copy=copy))

    def copy(self) -> Any:
        """Return a copy."""
        return self._with(self.data.copy())

    def as_in_context(self, context: Context) -> Any:
        """Return the array in another context."""
        return self._with(self.data.as_in_context(context))

    def copyto(self, other: Any) -> Any:
        """Copy into an NDArray, or to a context."""
        return self.as_in_context(other) if isinstance(other, Context) else self._dense().copyto(other)

    def wait_to_read(self) -> None:
        """Do nothing: elements are there when an operator returns."""

    def __neg__(self) -> Any:
        return self._with(-self.data)

    def __add__(self, other: object) -> Any:
        return add(self, other)

    def __radd__(self, other: object) -> Any:
        return add(other, self)

    def __sub__(self, other: object) -> Any:
        return subtract(self, other)

    def __rsub__(self, other: object) -> Any:
        return subtract(other, self)

    def __mul__(self, other: object) -> Any:
        return multiply(self, other)

    def __rmul__(self, other: object) -> Any:
        return multiply(other, self)

    def __truediv__(self, other: object) -> Any:
        return divide(self, other)

    def __eq__(self, other: object) -> Any:
        return _to_dense(self) == _to_dense(other)

    def __ne__(self, other: object) -> Any:
        return _to_dense(self) != _to_dense(other)

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise ValueError("The truth value of an NDArray with multiple elements is ambiguous.")


class CSRNDArray(BaseSparseNDArray):
    """A matrix by rows: those of row i are ``data[indptr[i]:indptr[i + 1]]``, in columns ``indices``."""

    stype = "csr"

    def __init__(self, data: NDArray, indices: NDArray, indptr: NDArray, shape: Sequence[int]) -> None:
        super().__init__(data, indices, shape)
        self.indptr = indptr

    def check_format(self, full_check: bool = True) -> None:
        """Raise ShapeError, ArgumentError or BoundsError unless the three parts fit together."""
        rows, columns = self.shape
        starts = _whole(self.indptr)
        if len(starts) != rows + 1 or self.data.shape != self.indices.shape or self.data.ndim != 1:
            raise ShapeError(
                f"csr: shape {self.shape} needs {rows + 1} indptr and as many data as indices, not "
                f"{self.indptr.shape}, {self.data.shape} and {self.indices.shape}"
            )
        if [*sorted(starts)] != starts or starts[0] != 0 or starts[-1] != self.data.size:
            raise ArgumentError(f"csr: indptr must rise from 0 to {self.data.size}, and is {starts[:8]}")
        if not all(0 <= column < columns for column in _whole(self.indices)):
            raise BoundsError(f"csr: indices must lie in 0 ... {columns - 1} for shape {self.shape}")

    def _rows(self) -> NDArray:
        starts = _whole(self.indptr)
        counts = (end - start for start, end in itertools.pairwise(starts))
        rows = [row for row, count in enumerate(counts) for _ in range(count)]
        return dense_array(rows, dtype="int64", ctx=self.context)

    def _places(self) -> NDArray:
        return _stack(self._rows(), self.indices)

    def _with(self, data: NDArray) -> CSRNDArray:
        return CSRNDArray(data, self.indices, self.indptr, self.shape)

    def __getitem__(self, key: int | rows_slice) -> CSRNDArray:
        """Return one row as a matrix, or a range of rows."""
        if isinstance(key, tuple):
            raise ArgumentError("CSRNDArray: only rows can be chosen: x[2], x[1:3]")
        rows = range(self.shape[0])[
            key if isinstance(key, rows_slice) else rows_slice(key, (key + 1) or None)
        ]
        if rows.step != 1:
            raise ArgumentError(f"CSRNDArray: rows are sliced with step 1, not {rows.step}")
        starts = _whole(self.indptr)
        first, last = starts[rows.start], starts[max(rows.start, rows.stop)]
        pointers = [start - first for start in starts[rows.start : max(rows.start, rows.stop) + 1]]
        return CSRNDArray(
            self.data[first:last],
            self.indices[first:last],
            dense_array(pointers, dtype="int64"),
            (len(rows), self.shape[1]),
        )

    def asscipy(self) -> Any:
        """Return SciPy's csr_matrix; ImportError without SciPy."""
        from scipy.sparse import csr_matrix as scipys  # type: ignore[import-untyped]

        parts = (self.data.asnumpy(), self.indices.asnumpy(), self.indptr.asnumpy())
        return scipys(parts, shape=self.shape)


class RowSparseNDArray(BaseSparseNDArray):
    """An array of which only the rows ``indices`` are kept, in ``data``; the others are zero."""

    stype = "row_sparse"

    def check_format(self, full_check: bool = True) -> None:
        """Raise ShapeError or BoundsError unless the two parts fit together."""
        wanted = (*self.indices.shape, *self.shape[1:])
        if self.data.shape != wanted or self.indices.ndim != 1:
            raise ShapeError(
                f"row_sparse: shape {self.shape} needs data of shape {wanted}, not {self.data.shape}"
            )
        rows = _whole(self.indices)
        if any(a >= b for a, b in itertools.pairwise(rows)) or not all(0 <= r < self.shape[0] for r in rows):
            raise BoundsError(
                f"row_sparse: indices must rise within 0 ... {self.shape[0] - 1}, not {rows[:8]}"
            )

    def _places(self) -> NDArray:
        return self.indices.reshape((1, -1))

    def _with(self, data: NDArray) -> RowSparseNDArray:
        return RowSparseNDArray(data, self.indices, self.shape)

    def __getitem__(self, key: rows_slice) -> RowSparseNDArray:
        """Return a copy; only ``x[:]`` is possible."""
        if key != rows_slice(None):
            raise ArgumentError("RowSparseNDArray: only x[:] is possible; retain(x, rows) chooses rows")
        return self.copy()  # type: ignore[no-any-return]

    def retain(self, rows: NDArray) -> RowSparseNDArray:
        """Return those of the rows that are kept here."""
        return retain(self, rows)


# ------------------------------------------------------------------------------------ between storages


def _to_dense(value: Any) -> Any:
    return value._dense() if isinstance(value, BaseSparseNDArray) else value


def _nonzero(mask: NDArray) -> NDArray:
    """Return where a flat array is not zero."""
    return _mask(_arange(0, mask.size, dtype="int64"), mask)


def _to_csr(x: NDArray) -> CSRNDArray:
    if x.ndim != 2:
        raise ShapeError(f"cast_storage: csr is for matrices, not for shape {x.shape}")
    rows, columns = x.shape
    stored = x != 0
    places = _nonzero(stored.reshape((-1,)))
    counts = _whole(stored.astype("int64").sum(axis=1)) if rows and columns else [0] * rows
    pointers = [0, *itertools.accumulate(counts)]
    return CSRNDArray(
        _take(x.reshape((-1,)), places),
        places % max(columns, 1),
        dense_array(pointers, dtype="int64"),
        x.shape,
    )


def _to_row_sparse(x: NDArray) -> RowSparseNDArray:
    if x.ndim == 0:
        raise ShapeError("cast_storage: row_sparse needs an axis of rows, not shape ()")
    stored = (x != 0).reshape((x.shape[0], -1)).astype("float32").sum(axis=1) if x.size else x.reshape((0,))
    rows = _nonzero(stored)
    return RowSparseNDArray(_take(x, rows), rows, x.shape)


def cast_storage(data: Any, stype: str) -> Any:
    """Return the array in a storage type: 'default', 'csr' (matrices) or 'row_sparse'."""
    if isinstance(data, BaseSparseNDArray):
        return data.tostype(stype)
    if stype == "default":
        return data
    if stype not in ("csr", "row_sparse"):
        raise ArgumentError(f"cast_storage: stype {stype!r} is none of 'default', 'csr' and 'row_sparse'")
    return _to_csr(data) if stype == "csr" else _to_row_sparse(data)


# ----------------------------------------------------------------------------------------- making them


def _given(values: Any, dtype: object, ctx: Context | None) -> NDArray:
    if isinstance(values, NDArray):
        return values if dtype is None else values.astype(dtype, copy=False)
    return dense_array(values, ctx=ctx, dtype=dtype)


def _checked(made: Any) -> Any:
    made.check_format()
    return made


def _is_shape(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(hasattr(item, "__index__") for item in value)


def csr_matrix(
    arg1: Any, shape: Sequence[int] | None = None, ctx: Context | None = None, dtype: object = None
) -> CSRNDArray:
    """Return a csr matrix from (data, indices, indptr), (data, (rows, columns)), a shape, or a dense matrix.

    ``shape`` may be left out if every row and column has an element.  Element (i, j) that is given twice is
    added up.
    """
    if _is_shape(arg1):
        return zeros("csr", arg1, ctx, dtype)  # type: ignore[no-any-return]
    if isinstance(arg1, tuple) and len(arg1) == 2:
        return _from_pairs(arg1[0], arg1[1][0], arg1[1][1], shape, ctx, dtype)
    if isinstance(arg1, tuple) and len(arg1) == 3:
        data, indices, indptr = _given(arg1[0], dtype, ctx), *(_given(a, "int64", ctx) for a in arg1[1:])
        extents = shape or (indptr.size - 1, max(_whole(indices), default=-1) + 1)
        return _checked(CSRNDArray(data, indices, indptr, extents))  # type: ignore[no-any-return]
    return cast_storage(_from_dense(arg1, shape, ctx, dtype), "csr")  # type: ignore[no-any-return]


def _from_dense(values: Any, shape: Sequence[int] | None, ctx: Context | None, dtype: object) -> Any:
    if hasattr(values, "indptr") and not isinstance(values, BaseSparseNDArray):  # SciPy's
        return csr_matrix((values.data, values.indices, values.indptr), values.shape, ctx, dtype)
    source = _to_dense(values)
    x = dense_array(source, ctx=ctx, dtype=dtype)
    if shape is not None and x.shape != tuple(shape):
        raise ShapeError(f"the values have shape {x.shape}, not {tuple(shape)}")
    return x


def _from_pairs(
    data: Any, rows: Any, columns: Any, shape: Sequence[int] | None, ctx: Context | None, dtype: object
) -> CSRNDArray:
    values, row, column = _given(data, dtype, ctx), _given(rows, "int64", ctx), _given(columns, "int64", ctx)
    extents = shape or [max(_whole(part), default=-1) + 1 for part in (row, column)]
    return _to_csr(_scatter(values, _stack(row, column), shape=tuple(extents)))


def row_sparse_array(
    arg1: Any, shape: Sequence[int] | None = None, ctx: Context | None = None, dtype: object = None
) -> RowSparseNDArray:
    """Return a row_sparse array from (data, indices), a shape, or a dense array.

    ``shape`` may be left out if the last row is kept.
    """
    if isinstance(arg1, tuple) and all(hasattr(extent, "__index__") for extent in arg1):
        return zeros("row_sparse", arg1, ctx, dtype)  # type: ignore[no-any-return]
    if not isinstance(arg1, tuple):
        return cast_storage(_from_dense(arg1, shape, ctx, dtype), "row_sparse")  # type: ignore[no-any-return]
    data, indices = _given(arg1[0], dtype, ctx), _given(arg1[1], "int64", ctx)
    extents = shape or (max(_whole(indices), default=-1) + 1, *data.shape[1:])
    return _checked(RowSparseNDArray(data, indices, extents))  # type: ignore[no-any-return]


def zeros(
    stype: str,
    shape: SupportsIndex | Sequence[SupportsIndex],
    ctx: Context | None = None,
    dtype: object = None,
    **_: object,
) -> Any:
    """Return zeros, of which none are stored; dense for stype 'default'."""
    extents = tuple(map(operator.index, shape if isinstance(shape, Sequence) else (shape,)))
    if stype == "default":
        return _zeros(extents, dtype, ctx=ctx)
    none, dtype = dense_empty((0,), ctx, "int64"), dtype or "float32"
    if stype == "csr" and len(extents) == 2:
        starts = _zeros((extents[0] + 1,), "int64", ctx=ctx)
        return CSRNDArray(dense_empty((0,), ctx, dtype), none, starts, extents)
    if stype == "row_sparse" and extents:
        return RowSparseNDArray(dense_empty((0, *extents[1:]), ctx, dtype), none, extents)
    raise ArgumentError(f"zeros: stype {stype!r} does not go with shape {extents}")


def empty(
    stype: str,
    shape: SupportsIndex | Sequence[SupportsIndex],
    ctx: Context | None = None,
    dtype: object = None,
) -> Any:
    """Return zeros: there is nothing to leave undefined."""
    return zeros(stype, shape, ctx, dtype)


def array(source_array: Any, ctx: Context | None = None, dtype: object = None) -> Any:
    """Return a copy of a sparse array, of this package or of SciPy."""
    if isinstance(source_array, NDArray):
        raise InputTypeError("sparse.array: a dense array becomes sparse by its tostype('csr')")
    if isinstance(source_array, BaseSparseNDArray):
        copied = source_array.copy() if dtype is None else source_array.astype(dtype)
        return copied if ctx is None else copied.as_in_context(ctx)
    return csr_matrix(source_array, ctx=ctx, dtype=dtype)


# ------------------------------------------------------------------------------------------- computing


def retain(data: RowSparseNDArray, indices: NDArray) -> RowSparseNDArray:
    """Return the array with only those of its rows; InputTypeError unless it is row_sparse."""
    if not isinstance(data, RowSparseNDArray):
        raise InputTypeError(f"retain: data must be a RowSparseNDArray, not {type(data).__name__}")
    wanted = set(_whole(indices))
    places = [place for place, row in enumerate(_whole(data.indices)) if row in wanted]
    chosen = dense_array(places, dtype="int64")
    return RowSparseNDArray(_take(data.data, chosen), _take(data.indices, chosen), data.shape)


def dot(lhs: Any, rhs: Any, transpose_a: bool = False, transpose_b: bool = False, **_: object) -> Any:
    """Return a matrix product in which ``lhs`` or ``rhs`` may be csr; its gradients are those of ``nd.dot``.

    The product of a transposed csr matrix is row_sparse, of two dense arrays dense.  ShapeError if the shapes
    do not fit.
    """
    left, right = (_to_dense(x) if isinstance(x, RowSparseNDArray) else x for x in (lhs, rhs))
    if isinstance(left, CSRNDArray):
        product = _csr_dot(left, _turned(_to_dense(right), transpose_b), transpose_a)
        return _to_row_sparse(product) if transpose_a else product
    if isinstance(right, CSRNDArray):
        return _csr_dot(right, _turned(left, not transpose_a), not transpose_b).T
    return _core.operators["dot"](left, right, transpose_a=transpose_a, transpose_b=transpose_b)


def _turned(x: NDArray, turn: bool) -> NDArray:
    return x.T if turn else x


def _csr_dot(left: CSRNDArray, right: NDArray, transposed: bool) -> NDArray:
    rows, columns = left.shape
    depth, extent = (rows, columns) if transposed else (columns, rows)
    if right.ndim != 2 or right.shape[0] != depth:
        raise ShapeError(
            f"dot: a csr matrix of shape {left.shape}{', transposed,' * transposed} and an array of shape "
            f"{right.shape} do not fit: the latter must have shape ({depth}, n)"
        )
    if left.data.size == 0:
        return _zeros((extent, right.shape[1]), right.dtype, ctx=right.context)
    source, target = (left._rows(), left.indices) if transposed else (left.indices, left._rows())
    terms = _take(right, source) * left.data.reshape((-1, 1))
    return _scatter(terms, target.reshape((1, -1)), shape=(extent, right.shape[1]))


_Binary = Callable[[Any, Any], Any]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float))


def _binary(compute: _Binary, keeps_zero_by: tuple[bool, bool]) -> _Binary:
    """Return the operator for sparse arrays.

    The flags: with a number on the right, on the left, is zero still zero?
    """

    def binary(lhs: Any, rhs: Any) -> Any:
        right, left = keeps_zero_by
        if right and _is_number(rhs) and isinstance(lhs, BaseSparseNDArray):
            return lhs._with(compute(lhs.data, rhs))
        if left and _is_number(lhs) and isinstance(rhs, BaseSparseNDArray):
            return rhs._with(compute(lhs, rhs.data))
        result = compute(_to_dense(lhs), _to_dense(rhs))
        same = isinstance(lhs, BaseSparseNDArray) and type(lhs) is type(rhs)
        return cast_storage(result, lhs.stype) if same and compute is not operator.truediv else result

    return binary


add = elemwise_add = broadcast_add = _binary(operator.add, (False, False))
subtract = elemwise_sub = broadcast_sub = _binary(operator.sub, (False, False))
multiply = elemwise_mul = broadcast_mul = _binary(operator.mul, (True, True))
divide = elemwise_div = broadcast_div = _binary(operator.truediv, (True, False))

_KEEP_ZERO = (
    "abs arcsin arcsinh arctan arctanh cbrt ceil degrees expm1 fix floor log1p negative radians "
    "relu rint round sign sin sinh sqrt square tan tanh trunc"
)
_FALL_BACK = (
    "arccos arccosh clip concat cos cosh exp gamma gammaln log log10 log2 make_loss mean norm "
    "rsqrt sigmoid slice stop_gradient sum where zeros_like add_n"
)


def _unary(name: str) -> Callable[..., Any]:
    function = _core.operators[name]

    def unary(data: Any, **options: Any) -> Any:
        if isinstance(data, BaseSparseNDArray):
            return data._with(function(data.data))
        return function(data, **options)

    return unary


def _fall_back(name: str) -> Callable[..., Any]:
    function = _core.operators[name]

    def dense(*arrays: Any, **options: Any) -> Any:
        return function(*map(_to_dense, arrays), **options)

    return dense


globals().update({name: _unary(name) for name in _KEEP_ZERO.split()})
globals().update({name: _fall_back(name) for name in _FALL_BACK.split()})
