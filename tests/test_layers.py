"""Layers that do other things while training, and output layers that state their gradient."""

from __future__ import annotations

import math

import gradcheck
import moves
import pytest
from gradcheck import to_array
from others.normalization import along, normalize
from plain import Plain, elementwise
from rows import Draw

import ndgrad as mx
from ndgrad import _core, autograd, nd


def close(found: nd.NDArray, wanted: Plain | list[float], tolerance: float = 1e-6) -> bool:
    values = wanted.values if isinstance(wanted, Plain) else wanted
    pairs = zip(found._values(), values, strict=True)
    return all(abs(f - w) <= tolerance * (1 + abs(w)) for f, w in pairs)


def gradient_of(x: nd.NDArray, function, head: nd.NDArray | None = None) -> nd.NDArray:
    x.attach_grad()
    with autograd.record():
        y = function(x)
    y.backward(head)
    return x.grad


# ---------------------------------------------------------------------------------------------- dropout

# What MXNet 1.9.1 prints for ones(12) after mx.random.seed(1), while training.
MASKS = [
    ({"p": 0.5}, "float32", [0, 2, 2, 0, 2, 0, 0, 0, 0, 2, 2, 2]),
    ({"p": 0.3}, "float32", [1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1]),
    ({"p": 0.3}, "float64", [1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1]),
    ({"p": 0.3}, "float16", [1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1]),
]


@pytest.mark.parametrize(("params", "dtype", "mask"), MASKS)
def test_dropout_draws_as_mxnet(params, dtype, mask):
    mx.random.seed(1)
    with autograd.train_mode():
        found = nd.Dropout(nd.ones(12, dtype=dtype), **params)
    scale = 1 / (1 - params["p"])
    assert found.dtype == nd.ones(1, dtype=dtype).dtype
    assert close(found, [scale if kept else 0 for kept in mask], 1e-3 if dtype == "float16" else 1e-7)


@pytest.mark.parametrize("axes", [(0,), (1, 2), (-1,)])
def test_dropout_shares_its_mask_along_axes(axes):
    with autograd.train_mode():
        mask = nd.Dropout(nd.ones((4, 5, 6)), p=0.5, axes=axes)
    assert mask.max(axis=axes)._values() == mask.min(axis=axes)._values()
    assert set(mask._values()) == {0, 2}


def test_dropout_is_the_identity_outside_training():
    x = nd.array([1.0, 2.0])
    for scope in (autograd.pause(), autograd.predict_mode()):
        with scope:
            assert nd.Dropout(x, p=0.9)._values() == [1, 2]
    mx.random.seed(1)
    assert nd.Dropout(nd.ones(12), p=0.5, mode="always")._values() == MASKS[0][2]


@pytest.mark.parametrize(("p", "wanted"), [(0, 1), (1, 0)])
def test_dropout_of_nothing_and_of_everything(p, wanted):
    mx.random.seed(1)
    first = nd.random.uniform(shape=1)._values()
    mx.random.seed(1)
    with autograd.train_mode():
        assert set(nd.Dropout(nd.ones(100), p=p)._values()) == {wanted}
    assert nd.random.uniform(shape=1)._values() == first  # neither draws


def test_gradients_of_dropout_use_the_mask():
    x = nd.array([1.0, 2.0, 3.0, 4.0])
    x.attach_grad()
    with autograd.record():
        y = nd.Dropout(x, p=0.5)
        [first] = autograd.grad((y * y).sum(), [x], create_graph=True)
    mask = (y / x)._values()
    assert first._values() == [2 * v * m * m for v, m in zip(x._values(), mask, strict=True)]
    first.backward()
    assert x.grad._values() == [2 * m * m for m in mask]


def test_random_leaky_relu():
    """MXNet has no numbers to compare with: its own crashes while training."""
    x = nd.array([-1.0] * 1000 + [1.0] * 1000)
    with autograd.record():
        y = nd.LeakyReLU(x, act_type="rrelu", lower_bound=0.25, upper_bound=0.5)
    below, above = -y[:1000], y[1000:]
    assert 0.25 <= below.min().asscalar() < 0.3 and 0.45 < below.max().asscalar() <= 0.5
    assert set(above._values()) == {1}
    slopes = gradient_of(
        x, lambda x: nd.LeakyReLU(x, act_type="rrelu", lower_bound=0.25, upper_bound=0.5)
    )._values()
    assert len(set(slopes[:1000])) > 900 and set(slopes[1000:]) == {1}


# ---------------------------------------------------------------------------------------- normalization

SCALES = ([1.5, -0.5, 2.0], [0.5, 1.0, -1.0])


def batch_norm_inputs(x: Plain, dtype: str = "float64") -> list[nd.NDArray]:
    lines = (*SCALES, [10.0, 10.0, 10.0], [4.0, 4.0, 4.0])
    return [to_array(x, dtype), *(nd.array(line, dtype=dtype) for line in lines)]


@pytest.mark.parametrize(("shape", "axis"), [((4, 3), 1), ((2, 3, 5), 1), ((2, 5, 3), -1), ((3, 4), 0)])
def test_batch_norm_while_training(shape, axis, instruction_set):
    x, at = Draw(shape).plain(), axis % len(shape)
    inputs = batch_norm_inputs(x)
    rest = [a for a in range(len(shape)) if a != at]
    gamma, beta = (along(Plain((3,), line), at, x.ndim) for line in SCALES)
    wanted, mean, variance = normalize(x, gamma, beta, rest, 0.1)
    params = {"fix_gamma": False, "eps": 0.1, "axis": axis}
    with autograd.train_mode():
        found = nd.BatchNorm(*inputs, output_mean_var=True, **params)
    assert found[0].shape == shape
    assert close(found[0], wanted, 1e-12)
    assert close(found[1], mean, 1e-12)
    assert close(found[2], variance.map(lambda v: 1 / math.sqrt(v + 0.1)), 1e-12)
    assert inputs[3]._values() == [10, 10, 10]

    def by_batch(*points: nd.NDArray) -> nd.NDArray:
        with autograd.train_mode():
            return nd.BatchNorm(*points, *inputs[3:], **params)

    gradcheck.check("BatchNorm", by_batch, [x, *(Plain((3,), line) for line in SCALES)])


def test_batch_norm_moves_its_averages_in_backward():
    x = Plain((4, 3), range(12))
    inputs = batch_norm_inputs(x, "float32")
    inputs[0].attach_grad()
    with autograd.record():
        y = nd.BatchNorm(*inputs, fix_gamma=False, momentum=0.75)
    assert inputs[3]._values() == [10, 10, 10]
    y.backward(retain_graph=True)
    assert close(inputs[3], [0.75 * 10 + 0.25 * mean for mean in (4.5, 5.5, 6.5)])
    assert close(inputs[4], [0.75 * 4 + 0.25 * 11.25] * 3)
    y.backward(retain_graph=True, train_mode=False)
    assert close(inputs[4], [0.75 * 4 + 0.25 * 11.25] * 3)
    y.backward()
    assert close(inputs[4], [0.75 * (0.75 * 4 + 0.25 * 11.25) + 0.25 * 11.25] * 3)


def test_batch_norm_that_was_used_twice_moves_twice():
    inputs = batch_norm_inputs(Plain((2, 3), range(6)), "float32")
    inputs[0].attach_grad()
    with autograd.record():
        y = nd.BatchNorm(*inputs, momentum=0.5) + nd.BatchNorm(inputs[0] * 2, *inputs[1:], momentum=0.5)
    y.backward()
    # The later use comes first: its mean is twice that of the earlier one.
    assert close(inputs[3], [10 / 4 + 2 * mean / 4 + mean / 2 for mean in (1.5, 2.5, 3.5)])


@pytest.mark.parametrize("params", [{"use_global_stats": True}, {}])
def test_batch_norm_by_its_averages(params):
    inputs = batch_norm_inputs(Plain((4, 3), range(12)))
    for array in inputs[:3]:
        array.attach_grad()
    with autograd.record(train_mode=bool(params)):
        y = nd.BatchNorm(*inputs, fix_gamma=False, eps=0, **params)
    y.backward()
    assert inputs[3]._values() == [10, 10, 10]
    assert close(y, [(v - 10) / 2 * SCALES[0][v % 3] + SCALES[1][v % 3] for v in range(12)])
    assert close(inputs[0].grad, [SCALES[0][k % 3] / 2 for k in range(12)])
    assert close(inputs[1].grad, [(18 + 4 * k - 40) / 2 for k in range(3)])
    assert inputs[2].grad._values() == [4, 4, 4]


def test_moving_averages_have_gradients_of_zero():
    x = nd.array([[1, 2], [3, 4]])
    x.attach_grad()
    with autograd.record(train_mode=False):
        found = nd.BatchNorm(x, nd.ones(2), nd.zeros(2), nd.zeros(2), nd.ones(2), output_mean_var=True)
    for statistic in found[1:]:
        x.grad[:] = 1
        statistic.backward(retain_graph=True)
        assert x.grad._values() == [0] * 4


@pytest.mark.parametrize(("name", "key"), [("BatchNorm_v1", {}), ("_contrib_SyncBatchNorm", {"key": "bn"})])
def test_other_forms_of_batch_norm_while_training(name, key):
    params, function = {"fix_gamma": False, "eps": 0.1}, _core.operators[name]
    parts = {}
    for each, more in ((nd.BatchNorm, {}), (function, key)):
        inputs = batch_norm_inputs(Draw((2, 3, 2, 2)).plain())
        for array in inputs[:3]:
            array.attach_grad()
        with autograd.record():
            out, mean, spread = each(*inputs, output_mean_var=True, **params, **more)
        out.backward(out * 0.5)
        parts[each] = [out, mean, *(x.grad for x in inputs[:3]), *inputs[3:]], spread
    (usual, deviation), (found, variance) = parts[nd.BatchNorm], parts[function]
    assert all(close(f, w._values(), 1e-12) for f, w in zip(found, usual, strict=True))
    assert close(deviation, [1 / math.sqrt(v + 0.1) for v in variance._values()], 1e-12)


def test_sparse_activations_are_rewarded_in_backward():
    """MXNet's numbers: the average moves first, and the penalty's slope is by the moved one."""
    x, average = nd.array([[0.2, 0.7, 0.1], [0.3, 0.1, 0.9]]), nd.array([0.5, 0.6, 0.7])
    regularize = _core.operators["IdentityAttachKLSparseReg"]
    x.attach_grad()
    with autograd.record():
        y = regularize(x, average, sparseness_target=0.2, penalty=0.1, momentum=0.8)
    assert y._values() == x._values() and close(average, [0.5, 0.6, 0.7])
    y.backward()
    assert close(average, [0.45, 0.56, 0.66])
    assert close(x.grad, [1.1010100841522217, 1.146103858947754, 1.204991102218628] * 2)
    with autograd.record():
        z = regularize(x * x, average, sparseness_target=0.2, penalty=0.1, momentum=0.8)
        (first,) = autograd.grad(z, [x], create_graph=True)
    first.backward()  # the penalty's slope is a constant there
    extra = [1 + 0.1 * (0.8 / (1 - a) - 0.2 / a) for a in average._values()]
    assert close(x.grad, [2 * e for e in extra] * 2)


def test_fixed_gamma_has_no_gradient():
    inputs = batch_norm_inputs(Plain((4, 3), range(12)))
    inputs[1].attach_grad()
    inputs[1].grad[:] = 7
    with autograd.record():
        y = nd.BatchNorm(*inputs)
    y.backward()
    assert inputs[1].grad._values() == [0, 0, 0]
    assert inputs[1]._values() == SCALES[0]


def test_batch_norm_of_halves_takes_single_scales():
    x = Draw((4, 3)).plain()
    halves, singles = batch_norm_inputs(x, "float16")[0], batch_norm_inputs(x, "float32")
    with autograd.train_mode():
        y = nd.BatchNorm(halves, *singles[1:], output_mean_var=True)
        wanted = nd.BatchNorm(halves.astype("float32"), *singles[1:])
    assert [v.dtype for v in y] == [halves.dtype, singles[0].dtype, singles[0].dtype]
    assert close(y[0], wanted._values(), 1e-3)


@pytest.mark.parametrize("shape", [(3, 2500), (2500, 3), (2, 1100, 3)])
def test_normalizing_many_elements(shape, instruction_set):
    """Whole blocks of sums, along the rows and across them, far from zero."""
    axis = shape.index(max(shape))
    x = Draw(shape, 999, 1001).plain()
    line = [1] * len(shape)
    gamma = beta = Plain(line, [1])
    wanted = normalize(x, gamma, beta, [axis])
    arrays = [to_array(part, "float32") for part in (x, gamma, beta)]
    found = nd._internal._normalize(*arrays, axis=(axis,))
    assert close(found[0], wanted[0], 2e-3)
    assert close(found[1], wanted[1], 1e-6)
    assert close(found[2], wanted[2], 2e-3)
    x = x.map(lambda v: v - 1000)
    points = [to_array(part) for part in (x, gamma, beta)]
    for array in points:
        array.attach_grad()
    head = to_array(Draw(shape).plain(salt=1))
    gradients = []
    for create_graph in (False, True):
        with autograd.record():
            y, *_ = nd._internal._normalize(*points, axis=(axis,))
        gradients.append(autograd.grad(y, points, head, create_graph=create_graph, retain_graph=True))
    for fused, recorded in zip(*gradients, strict=True):
        assert close(fused, recorded._values(), 1e-9)


# ------------------------------------------------------------------------------------------ output layers

X = Draw((3, 4)).plain()
LABEL = Plain((3,), [1, 3, 0])


def softmax_gradient(x: Plain, label: Plain, axis: int = -1, smoothing: float = 0.0) -> Plain:
    """softmax - one_hot, smoothed."""
    others = smoothing / (x.shape[axis] - 1)

    def element(place: tuple[int, ...], share: float) -> float:
        inside = place[axis] == label[moves.put(place, axis % x.ndim)]
        return share - (1 - smoothing if inside else others)

    shares = moves.softmax(x, axis)
    return Plain.build(x.shape, lambda place: element(place, shares[place]))


def output_gradient(x: Plain, label: Plain, head: nd.NDArray | None = None, **params: object) -> nd.NDArray:
    return gradient_of(to_array(x), lambda x: nd.SoftmaxOutput(x, to_array(label), **params), head)


def times(x: Plain, factor: float) -> Plain:
    return x.map(lambda v: v * factor)


def test_softmax_output_ignores_the_head():
    wanted = softmax_gradient(X, LABEL)
    assert close(output_gradient(X, LABEL), wanted)
    assert close(output_gradient(X, LABEL, nd.ones((3, 4), dtype="float64") * 3), wanted)


def test_softmax_output_takes_the_head_if_asked():
    head = Draw((3, 4)).plain(salt=1)
    wanted = elementwise(lambda g, h: g * h, softmax_gradient(X, LABEL), head)
    assert close(output_gradient(X, LABEL, to_array(head), out_grad=True), wanted)


@pytest.mark.parametrize(
    ("params", "factors"),
    [
        ({"grad_scale": 2.0}, [2, 2, 2]),
        ({"normalization": "batch"}, [1 / 3] * 3),
        ({"normalization": "valid"}, [1 / 3] * 3),
        ({"normalization": "valid", "ignore_label": 3.0}, [1 / 2] * 3),
        ({"use_ignore": True, "ignore_label": 3.0}, [1, 0, 1]),
        ({"use_ignore": True, "ignore_label": 3.0, "normalization": "valid"}, [1 / 2, 0, 1 / 2]),
        ({"use_ignore": True, "ignore_label": 3.0, "normalization": "batch"}, [1 / 3, 0, 1 / 3]),
    ],
)
def test_softmax_output_scales_its_gradient(params, factors):
    wanted = elementwise(lambda g, f: g * f, softmax_gradient(X, LABEL), Plain((3, 1), factors))
    assert close(output_gradient(X, LABEL, **params), wanted)


def test_softmax_output_smooths():
    wanted = softmax_gradient(X, LABEL, smoothing=0.3)
    assert close(output_gradient(X, LABEL, smooth_alpha=0.3), wanted)


def test_softmax_output_of_labels_that_are_no_class():
    wanted = moves.softmax(X)
    assert close(output_gradient(X, Plain((3,), [7, -1, 4])), wanted)


def test_softmax_output_takes_distributions():
    label = Draw((3, 4), 0, 1).plain(salt=1)
    wanted = elementwise(lambda p, q: p - q, moves.softmax(X), label)
    assert close(output_gradient(X, label, normalization="batch"), wanted)


@pytest.mark.parametrize(
    ("params", "factor"),
    [({}, 1 / 4), ({"normalization": "batch"}, 1 / 8), ({"normalization": "valid"}, 1 / 8)],
)
def test_softmax_output_at_many_positions(params, factor):
    x, label = Draw((2, 3, 4)).plain(), Plain((2, 4), [1, 2, 0, 1, 0, 1, 2, 1])
    wanted = times(softmax_gradient(x, label, axis=1), factor)
    assert close(output_gradient(x, label, multi_output=True, smooth_alpha=0.3, **params), wanted)


def test_softmax_output_keeping_the_shape():
    x, label = Draw((2, 3, 4)).plain(), Plain((2, 3), [1, 2, 0, 1, 0, 3])
    wanted = times(softmax_gradient(x, label), 1 / 6)
    assert close(output_gradient(x, label, preserve_shape=True, normalization="batch"), wanted)


PREDICTION, TARGET = Draw((3, 4)).plain(), Draw((3, 4)).plain(salt=5)
REGRESSIONS = {
    "LinearRegressionOutput": lambda x, t: x - t,
    "LogisticRegressionOutput": lambda x, t: 1 / (1 + math.exp(-x)) - t,
    "MAERegressionOutput": lambda x, t: 1 if x > t else -1,
}


@pytest.mark.parametrize("name", REGRESSIONS)
def test_regression_states_its_gradient(name):
    operator, target = getattr(nd, name), to_array(TARGET)
    head = nd.ones((3, 4), dtype="float64") * 5
    wanted = times(elementwise(REGRESSIONS[name], PREDICTION, TARGET), 2 / 4)
    for label in (target, target.reshape((3, 2, 2))):
        found = gradient_of(to_array(PREDICTION), lambda x, t=label: operator(x, t, grad_scale=2), head)
        assert close(found, wanted)


def hinge(linear: bool, margin: float, weight: float) -> Plain:
    def slope(place: tuple[int, int]) -> float:
        side = 1 if place[1] == LABEL[place[:1]] else -1
        gap = max(0.0, margin - side * X[place])
        return -side * weight * ((gap > 0) if linear else 2 * gap)

    return Plain.build(X.shape, slope)


@pytest.mark.parametrize("linear", [False, True])
def test_svm_output_states_its_gradient(linear):
    params = {"margin": 0.7, "regularization_coefficient": 0.5, "use_linear": linear}
    found = gradient_of(to_array(X), lambda x: nd.SVMOutput(x, to_array(LABEL), **params))
    assert close(found, hinge(linear, 0.7, 0.5))


def test_stated_gradients_are_differentiated():
    """The second order is the derivative of the gradient that was stated."""
    x, label = to_array(X), to_array(LABEL)
    x.attach_grad()
    with autograd.record():
        [first] = autograd.grad(nd.SoftmaxOutput(x, label), [x], create_graph=True)
        total = (first * first).sum()
    total.backward()
    assert close(first, softmax_gradient(X, LABEL))
    numeric = gradcheck.differences(
        lambda moved: sum(v * v for v in softmax_gradient(moved[0], LABEL).values), [X]
    )
    assert close(x.grad, numeric[0], 1e-6)


def test_softmax_cross_entropy_of_small_probabilities_and_odd_labels():
    """At least 1e-8, as in MXNet; a label beyond the classes counts from the other end."""
    x = nd.array([[0.0, -200.0]])
    assert close(nd.softmax_cross_entropy(x, nd.array([1])), [-math.log(1e-8)])
    wanted = gradient_of(x, lambda x: nd.softmax_cross_entropy(x, nd.array([1])))
    assert close(wanted, [1, -1])
    x = to_array(X)
    beyond, inside = (nd.softmax_cross_entropy(x, nd.array(k)) for k in ([7, -1, 1], [3, 3, 1]))
    assert beyond._values() == inside._values()
    beyond, inside = (
        gradient_of(x, lambda x, k=k: nd.softmax_cross_entropy(x, nd.array(k)))
        for k in ([7, -1, 9], [3, 3, 1])
    )
    assert beyond._values() == inside._values()


def test_ctc_loss_of_long_sequences():
    """Where the probabilities themselves would underflow."""
    x = nd.zeros((2000, 1, 3))
    loss = nd.CTCLoss(x, nd.array([[1.0]]))
    assert close(loss, [2000 * math.log(3) - math.log(2000 * 2001 / 2)])
    assert all(math.isfinite(v) for v in gradient_of(x, lambda x: nd.CTCLoss(x, nd.array([[1.0]])))._values())


def test_ctc_loss_of_a_label_that_no_path_gives():
    x = nd.ones((3, 2, 2))
    gradient = gradient_of(x, lambda x: nd.CTCLoss(x, nd.array([[1, 1, 1], [1, 0, 0]])))
    assert set(gradient[:, 0]._values()) == {0}
    assert set(gradient[:, 1]._values()) != {0}
