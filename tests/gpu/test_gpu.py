"""Arrays on a GPU: where they are made, how they move, and that results are those of the CPU.

They run on a GPU or on its rehearsal (make test-gpu); where there is neither they are skipped.
"""

from __future__ import annotations

import gc
import math

import pytest
from support import leaf

import ndgrad as mx
from ndgrad import _core, autograd, nd
from ndgrad.base import ArgumentError, ContextError

pytestmark = pytest.mark.skipif(mx.num_gpus() == 0, reason="there is no GPU")

GPU, CPU = mx.gpu(0), mx.cpu()
DTYPES = ["float32", "float64", "float16", "uint8", "int32", "int8", "int64", "bool"]


def both(function, *sources, dtype="float32"):
    """What a function gives on the GPU and on the CPU, as lists."""
    found = []
    for context in (GPU, CPU):
        result = function(*(nd.array(source, ctx=context, dtype=dtype) for source in sources))
        assert result.context == context
        found.append(result._values())
    return found


def assert_close(found, wanted, tolerance=1e-5):
    assert len(found) == len(wanted)
    for f, w in zip(found, wanted, strict=True):
        assert math.isclose(f, w, rel_tol=tolerance, abs_tol=tolerance), (f, w)


@pytest.mark.parametrize("dtype", DTYPES)
def test_to_and_fro(dtype):
    source = nd.array([[0, 1, 2], [3, 4, 5]], ctx=CPU, dtype=dtype)
    there = source.as_in_context(GPU)
    assert (there.context, _core.dtype_name(there.dtype), there.shape) == (GPU, dtype, (2, 3))
    assert there._values() == source._values()
    assert there.as_in_context(GPU) is there
    assert there.as_in_context(CPU)._values() == source._values()
    assert there.copyto(nd.zeros((2, 3), ctx=CPU, dtype=dtype))._values() == source._values()
    assert repr(there) == repr(source).replace("cpu", "gpu")


@pytest.mark.parametrize("to", DTYPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_casts_are_those_of_the_cpu(dtype, to):
    values = [0, 1, 100.75, -3.5, 300] if dtype.startswith("float") else [0, 1, 100, 3, 44]
    here = nd.array(values, ctx=CPU, dtype=dtype)
    assert here.as_in_context(GPU).astype(to)._values() == here.astype(to)._values()


def test_single_elements():
    x = nd.array([[1, 2], [3, 4]], ctx=GPU)
    assert (x[1, 0].asscalar(), bool(x[0, 0]), x[1]._values()) == (3, True, [3, 4])
    x[0] = 7
    x[:, 1] = nd.array([8, 9], ctx=CPU)
    assert x._values() == [7, 8, 3, 9]
    assert x[nd.array([1, 0], ctx=GPU), nd.array([0, 0], ctx=GPU)]._values() == [3, 7]


def test_buffers_are_of_host_memory():
    with pytest.raises(BufferError, match="GPU"):
        memoryview(nd.ones(2, ctx=GPU))


# ------------------------------------------------------------------------------------------- refused


def test_contexts_do_not_mix():
    with pytest.raises(ContextError, match=r"gpu\(0\).*cpu\(0\).*as_in_context"):
        nd.ones(2, ctx=GPU) + nd.ones(2, ctx=CPU)


def test_there_is_no_such_device():
    with pytest.raises(ContextError, match=r"gpu\(200\)"):
        nd.ones(2, ctx=mx.gpu(200))
    with pytest.raises(ContextError, match=r"gpu\(200\)"):
        mx.context.gpu_memory_info(200)


def test_integers_divided_by_zero():
    x = nd.array([4, 2], ctx=GPU, dtype="int32")
    with pytest.raises(ArgumentError, match="division by zero"):
        x / nd.array([2, 0], ctx=GPU, dtype="int32")
    assert (x / 2)._values() == [2, 1]


def test_out_of_memory_and_on():
    with pytest.raises(MemoryError, match=r"gpu\(0\)"):
        nd.zeros((1 << 20, 1 << 20), ctx=GPU)
    assert nd.ones(2, ctx=GPU)._values() == [1, 1]


# -------------------------------------------------------------------------------------------- memory


def test_memory_is_given_back():
    GPU.empty_cache()
    free, total = mx.context.gpu_memory_info(0)
    x = nd.zeros(1 << 20, ctx=GPU)
    nd.waitall()
    assert mx.context.gpu_memory_info(0) <= (free - (4 << 20), total)
    del x
    gc.collect()
    GPU.empty_cache()
    assert mx.context.gpu_memory_info(0)[0] >= free


def test_steps_do_not_grow():
    def step():
        x = leaf([[1, 2], [3, 4]]).as_in_context(GPU)
        x.attach_grad()
        with autograd.record():
            y = nd.dot(x, x).sum()
        y.backward()

    step()
    free = mx.context.gpu_memory_info(0)[0]
    for _ in range(50):
        step()
    assert mx.context.gpu_memory_info(0)[0] == free


# ------------------------------------------------------------------------------------------- results


@pytest.mark.parametrize("shape", [(300_000,), (2, 70_000), (70_000, 2), (30, 40, 50)])
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_reductions_in_parts(shape, axis):
    x = (nd.arange(math.prod(shape), ctx=CPU) % 1000).reshape(shape)
    for reduce in (nd.sum, nd.max, nd.mean, nd.norm):
        arguments = {} if axis is None else {"axis": axis}
        wanted = reduce(x.astype("float64"), **arguments)._values()
        assert_close(reduce(x.as_in_context(GPU), **arguments)._values(), wanted)


def test_broadcast_over_many_axes():
    a = nd.arange(2 * 3 * 5 * 7, ctx=CPU).reshape((2, 1, 3, 5, 1, 7))
    b = nd.arange(4 * 5 * 6, ctx=CPU).reshape((4, 1, 5, 6, 1))
    assert (a.as_in_context(GPU) * b.as_in_context(GPU))._values() == (a * b)._values()


@pytest.mark.parametrize("shape", [(7, 40), (5000,), (4, 3000)])
@pytest.mark.parametrize("several", [4, 1000000])
@pytest.mark.parametrize("arguments", [{"axis": 0, "k": 3}, {"axis": -1, "k": 0}, {"axis": None, "k": 5}])
def test_equal_ones_come_in_the_same_order(shape, several, arguments):
    mx.random.seed(2)
    x = nd.random.randint(0, several, shape=shape, ctx=CPU)
    found = [nd.topk(x.as_in_context(context), ret_typ="both", **arguments) for context in (GPU, CPU)]
    assert [part._values() for part in found[0]] == [part._values() for part in found[1]]


@pytest.mark.parametrize("start", [[], [math.nan], [5, math.nan]])
@pytest.mark.parametrize("find", [nd.argmax, nd.argmin])
def test_the_first_of_long_rows(find, start):
    rows = [(start + [j * 7 % 300 for j in range(700)])[:700], [math.nan] * 700, [1] * 700]
    for axis, source in ((1, rows), (0, [list(column) for column in zip(*rows, strict=True)]), (None, rows)):
        found, wanted = both(lambda x, axis=axis: find(x, axis=axis), source)
        assert found == wanted


@pytest.mark.parametrize("axis", [0, 1, None])
def test_running_sums(axis):
    mx.random.seed(2)
    x = nd.random.uniform(shape=(40, 100), ctx=CPU)
    found, wanted = (nd.cumsum(x.as_in_context(context), axis=axis) for context in (GPU, CPU))
    assert_close(found._values(), wanted._values())


def test_rows_chosen_several_times():
    x = [float(i) for i in range(15)]
    found, wanted = both(
        lambda w, i: nd.Embedding(i, w.reshape((5, 3)), input_dim=5, output_dim=3), x, [4, 0, 4, 4]
    )
    assert found == wanted
    for context in (GPU, CPU):
        w = nd.array(x, ctx=context).reshape((5, 3))
        w.attach_grad()
        with autograd.record():
            y = nd.take(w, nd.array([4, 0, 4, 4], ctx=context)) * 2
        y.backward()
        assert w.grad._values() == [2] * 3 + [0] * 9 + [6] * 3
    last = nd.scatter_nd(nd.array([1, 2], ctx=GPU), nd.array([[1, 1]], ctx=GPU), shape=(3,))
    assert last._values() == [0, 2, 0]


@pytest.mark.parametrize("draw", [nd.random.normal, nd.random.uniform, nd.random.exponential])
def test_random_numbers_are_the_same_everywhere(draw):
    found = []
    for context in (GPU, CPU):
        mx.random.seed(5)
        found.append(draw(shape=(3, 4), ctx=context)._values())
    assert found[0] == found[1]


def with_gradients(function, *shapes):
    """What a function of small whole numbers and its gradients come to, on the GPU and on the CPU."""
    found = []
    for context in (GPU, CPU):
        leaves = [(nd.arange(math.prod(shape), ctx=context) * 7 % 11 - 5).reshape(shape) for shape in shapes]
        for x in leaves:
            x.attach_grad()
        with autograd.record():
            y = function(*leaves)
        y.backward(nd.arange(y.size, ctx=context).reshape(y.shape) % 3)
        found.append([value for array in (y, *(x.grad for x in leaves)) for value in array._values()])
    return found


@pytest.mark.parametrize("kernel", [(1, 1), (3, 2)])
def test_sums_over_many_windows(kernel):
    arguments = {"kernel": kernel, "num_filter": 4}
    found = with_gradients(
        lambda x, w, b: nd.Convolution(x, w, b, **arguments), (9, 3, 16, 17), (4, 3, *kernel), (4,)
    )
    assert_close(*found)


def test_depthwise_convolution():
    arguments = {"kernel": (3, 3), "pad": (1, 1), "stride": (2, 1), "num_filter": 6, "num_group": 3}
    assert_close(
        *with_gradients(
            lambda x, w, b: nd.Convolution(x, w, b, **arguments), (4, 3, 20, 19), (6, 1, 3, 3), (6,)
        )
    )


@pytest.mark.parametrize("pool_type", ["max", "avg", "sum"])
@pytest.mark.parametrize(
    "arguments", [{"global_pool": True}, {"kernel": (17, 16), "stride": (3, 4), "pad": (2, 0)}]
)
def test_large_windows(pool_type, arguments):
    assert_close(*with_gradients(lambda x: nd.Pooling(x, pool_type=pool_type, **arguments), (2, 3, 20, 19)))


def test_the_largest_of_what_is_no_number():
    nan = math.nan
    for some in ([nan, 1, nan, 2, 2, 0], [nan, nan], [0, nan], [3, 3, nan]):
        rows = [some + [some[-1]] * (400 - len(some)), [nan] * 399 + some[:1]]
        ends = []
        for context in (GPU, CPU):
            x = nd.array(rows, ctx=context).reshape((2, 1, 20, 20))
            x.attach_grad()
            with autograd.record():
                y = nd.Pooling(x, pool_type="max", global_pool=True)
            y.backward()
            ends.append((repr(y._values()), x.grad._values()))
        assert ends[0] == ends[1]


def test_gradients_cross_devices():
    x = leaf([1, 2, 3]).as_in_context(CPU)
    x.attach_grad()
    with autograd.record():
        y = (x.as_in_context(GPU) ** 2).sum()
        z = (y.as_in_context(CPU) * x).sum()
    z.backward()
    assert x.grad.context == CPU
    assert x.grad._values() == [14 + 2 * k * 6 for k in (1, 2, 3)]


def test_training():
    """A few steps of a small network, in both places from the same numbers."""
    ends = []
    for context in (GPU, CPU):
        mx.random.seed(3)
        with context:
            data, label = nd.random.normal(shape=(16, 8)), nd.arange(16) % 4
            weights = [nd.random.normal(scale=0.3, shape=shape) for shape in ((12, 8), (4, 12))]
            biases, momenta = [nd.zeros(12), nd.zeros(4)], [nd.zeros_like(w) for w in weights]
            for parameter in (*weights, *biases):
                parameter.attach_grad()
            for _ in range(5):
                with autograd.record():
                    hidden = nd.FullyConnected(data, weights[0], biases[0], num_hidden=12)
                    hidden = nd.Dropout(nd.LeakyReLU(hidden, act_type="elu"), p=0.3)
                    scores = nd.FullyConnected(hidden, weights[1], biases[1], num_hidden=4)
                    loss = -nd.pick(nd.log_softmax(scores), label).mean()
                loss.backward()
                for weight, momentum in zip(weights, momenta, strict=True):
                    nd.sgd_mom_update(weight, weight.grad, momentum, lr=0.2, momentum=0.9, out=weight)
                for bias in biases:
                    nd.sgd_update(bias, bias.grad, lr=0.2, out=bias)
            ends.append([*loss._values(), *weights[0]._values(), *biases[1]._values()])
    assert_close(*ends, tolerance=1e-4)


BOXES = [
    (100, {}),
    (100, {"topk": 40}),
    (33, {"id_index": 5}),
    (32, {}),
    (65, {"in_format": "center"}),
    (1, {}),
]


@pytest.mark.parametrize(("count", "arguments"), BOXES)
def test_the_same_boxes_stay(count, arguments):
    mx.random.seed(2)
    corners = nd.random.uniform(0, 10, shape=(3, count, 2), ctx=CPU)
    ends = corners + nd.random.uniform(1, 4, shape=(3, count, 2), ctx=CPU)
    scores = nd.random.uniform(shape=(3, count, 1), ctx=CPU)
    kinds = nd.random.randint(0, 3, shape=(3, count, 1), ctx=CPU).astype("float32")
    boxes = nd.concat(corners, ends, scores, kinds, dim=2)
    arguments = {"coord_start": 0, "score_index": 4, "overlap_thresh": 0.3, **arguments}
    found, wanted = (nd.contrib.box_nms(boxes.as_in_context(c), **arguments)._values() for c in (GPU, CPU))
    assert found == wanted


def definite(context, n=70):
    """Three symmetric matrices with eigenvalues above 0 and apart, large enough for several blocks."""
    mx.random.seed(2)
    x = nd.random.uniform(-1, 1, shape=(3, n, n), ctx=CPU, dtype="float64")
    return (x + x.swapaxes(1, 2) + nd.diag(4 * nd.arange(n, ctx=CPU, dtype="float64") + 2 * n)).as_in_context(
        context
    )


FACTORIZATIONS = ["potrf", "potri", "inverse", "det", "slogdet", "gelqf", "syevd", "svd"]


@pytest.mark.parametrize("name", FACTORIZATIONS)
def test_factorizations(name):
    found, wanted = (getattr(nd.linalg, name)(definite(context)) for context in (GPU, CPU))
    for f, w in zip(*(x if isinstance(x, list) else [x] for x in (found, wanted)), strict=True):
        assert f.context == GPU
        assert_close(f._values(), w._values(), tolerance=1e-8)


@pytest.mark.parametrize(
    "arguments", [{}, {"transpose": True}, {"rightside": True}, {"lower": False, "alpha": 2}]
)
def test_triangular_solves(arguments):
    found, wanted = (nd.linalg.trsm(definite(c), definite(c) + 1, **arguments) for c in (GPU, CPU))
    assert_close(found._values(), wanted._values(), tolerance=1e-8)


def test_factorizations_refuse_what_the_cpu_does():
    x = definite(GPU, 40)
    x[2, :, 3] = x[2, 3, :] = 0
    with pytest.raises(ArgumentError, match=r"singular .matrix 2 of the batch"):
        nd.linalg.inverse(x)
    with pytest.raises(ArgumentError, match="not positive definite"):
        nd.linalg.potrf(x)


def test_a_matrix_that_is_not_finite_spoils_no_other():
    x = definite(GPU, 5)
    x[1, 3, 2] = math.inf
    for result in (*nd.linalg.svd(x), *nd.linalg.syevd(x)):
        first, second, third = (result[i]._values() for i in range(3))
        assert all(map(math.isnan, second)) and not any(map(math.isnan, [*first, *third]))


@pytest.mark.skipif(mx.num_gpus() < 2, reason="there is one GPU only")
def test_from_one_gpu_to_another():
    x = nd.array([1, 2, 3], ctx=GPU)
    y = x.as_in_context(mx.gpu(1))
    assert (y.context, (y * 2)._values()) == (mx.gpu(1), [2, 4, 6])
    with pytest.raises(ContextError, match=r"gpu\(0\).*gpu\(1\)"):
        x + y
