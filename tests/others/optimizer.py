"""Optimizer updates: the new weight, and what becomes of the states."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from formulas import cut, sign
from plain import Plain, broadcast, elementwise, reduce
from rows import FLOATS, Draw, Given, Input, Params, Row, entry, sample

from ndgrad import nd
from ndgrad.base import CallError, DTypeError, ShapeError

# From weight, gradient, states and the parameters: the new weight and the new states.
Step = Callable[..., tuple[float, ...]]


def limited(value: float, limit: float) -> float:
    return value if limit < 0 else cut(value, -limit, limit)


def rescaled(g: float, rescale_grad: float = 1, clip_gradient: float = -1, **_: object) -> float:
    return limited(rescale_grad * g, clip_gradient)


def decaying(w: float, g: float, rescale_grad: float = 1, clip_gradient: float = -1, wd: float = 0) -> float:
    return limited(rescale_grad * g + wd * w, clip_gradient)


def average(old: float, rate: float, new: float) -> float:
    return rate * old + (1 - rate) * new


def sgd(w: float, g: float, lr: float, wd: float = 0, **more: float) -> tuple[float, ...]:
    return (w - lr * (rescaled(g, **more) + wd * w),)


def sgd_mom(
    w: float, g: float, mom: float, lr: float, momentum: float = 0, wd: float = 0, **more: float
) -> tuple[float, ...]:
    mom = momentum * mom - lr * (rescaled(g, **more) + wd * w)
    return w + mom, mom


def nag_mom(
    w: float, g: float, mom: float, lr: float, momentum: float = 0, wd: float = 0, **more: float
) -> tuple[float, ...]:
    slope = rescaled(g, **more) + wd * w
    mom = momentum * mom - lr * slope
    return w + momentum * mom - lr * slope, mom


def signsgd(w: float, g: float, lr: float, wd: float = 0, **_: float) -> tuple[float, ...]:
    return (w - lr * (sign(g) + wd * w),)


def signum(
    w: float,
    g: float,
    mom: float,
    lr: float,
    momentum: float = 0,
    wd: float = 0,
    wd_lh: float = 0,
    **more: float,
) -> tuple[float, ...]:
    mom = average(mom, momentum, -(rescaled(g, **more) + wd * w))
    return w - lr * (wd_lh * w - sign(mom)), mom


def adagrad(
    w: float, g: float, history: float, lr: float, epsilon: float = 1e-7, wd: float = 0, **more: float
) -> tuple[float, ...]:
    slope = rescaled(g, **more)
    history += slope**2
    return w - lr * (slope / math.sqrt(history + epsilon) + wd * w), history


def moments(slope: float, mean: float, var: float, beta1: float, beta2: float) -> tuple[float, float]:
    return average(mean, beta1, slope), average(var, beta2, slope**2)


def adam(
    w: float,
    g: float,
    mean: float,
    var: float,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    **more: float,
) -> tuple[float, ...]:
    mean, var = moments(decaying(w, g, **more), mean, var, beta1, beta2)
    return w - lr * mean / (math.sqrt(var) + epsilon), mean, var


def adamw(
    w: float,
    g: float,
    mean: float,
    var: float,
    rescale_grad: float,
    lr: float,
    eta: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    wd: float = 0,
    clip_gradient: float = -1,
) -> tuple[float, ...]:
    if rescale_grad == 0 or not math.isfinite(rescale_grad):
        return w, mean, var
    mean, var = moments(limited(rescale_grad * g, clip_gradient), mean, var, beta1, beta2)
    return w - eta * (lr * mean / (math.sqrt(var) + epsilon) + wd * w), mean, var


def ftml(
    w: float,
    g: float,
    d: float,
    v: float,
    z: float,
    lr: float,
    t: int,
    beta1: float = 0.6,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    clip_grad: float = -1,
    **more: float,
) -> tuple[float, ...]:
    slope = decaying(w, g, clip_gradient=clip_grad, **more)
    v = average(v, beta2, slope**2)
    next_d = (1 - beta1**t) / lr * (math.sqrt(v / (1 - beta2**t)) + epsilon)
    z = average(z, beta1, slope) - (next_d - beta1 * d) * w
    return -z / next_d, next_d, v, z


def ftrl(
    w: float,
    g: float,
    z: float,
    n: float,
    lr: float,
    lamda1: float = 0.01,
    beta: float = 1,
    wd: float = 0,
    **more: float,
) -> tuple[float, ...]:
    slope = rescaled(g, **more)
    z += slope - (math.sqrt(n + slope**2) - math.sqrt(n)) * w / lr
    n += slope**2
    step = (beta + math.sqrt(n)) / lr + wd
    return (sign(z) * lamda1 - z) / step if abs(z) > lamda1 else 0.0, z, n


def rmsprop(
    w: float,
    g: float,
    n: float,
    lr: float,
    gamma1: float = 0.95,
    epsilon: float = 1e-8,
    clip_weights: float = -1,
    **more: float,
) -> tuple[float, ...]:
    slope = decaying(w, g, **more)
    n = average(n, gamma1, slope**2)
    return limited(w - lr * slope / math.sqrt(n + epsilon), clip_weights), n


def rmspropalex(
    w: float,
    g: float,
    n: float,
    mean: float,
    delta: float,
    lr: float,
    gamma1: float = 0.95,
    gamma2: float = 0.9,
    epsilon: float = 1e-8,
    clip_weights: float = -1,
    **more: float,
) -> tuple[float, ...]:
    slope = decaying(w, g, **more)
    n, mean = average(n, gamma1, slope**2), average(mean, gamma1, slope)
    delta = gamma2 * delta - lr * slope / math.sqrt(n - mean**2 + epsilon)
    return limited(w + delta, clip_weights), n, mean, delta


def lamb_direction(
    w: float,
    g: float,
    mean: float,
    var: float,
    t: int,
    wd: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-6,
    bias_correction: bool = True,
    **more: float,
) -> tuple[float, ...]:
    mean, var = moments(rescaled(g, **more), mean, var, beta1, beta2)
    steps = t if bias_correction else math.inf
    direction = mean / (1 - beta1**steps) / (math.sqrt(var / (1 - beta2**steps)) + epsilon)
    return direction + wd * w, mean, var


def lamb(
    w: float, g: float, r1: float, r2: float, lr: float, lower_bound: float = -1, upper_bound: float = -1
) -> tuple[float, ...]:
    r1 = max(r1, lower_bound)
    r1 = min(r1, upper_bound) if upper_bound >= 0 else r1
    return (w - lr * (r1 / r2 if r1 and r2 else 1) * g,)


# ------------------------------------------------------------------------------- from numbers to arrays


def stepped(step: Step, inputs: list[Plain], **params: object) -> list[Plain]:
    """The step with every element; an array of one number goes with them all."""
    size, shape = len(inputs[0].values), inputs[0].shape
    columns = [x.values if x.shape == shape else x.values * size for x in inputs]
    known = {name: value for name, value in params.items() if name != "lazy_update"}
    results = [step(*row, **known) for row in zip(*columns, strict=True)]
    if not results:
        return [Plain(shape, []) for x in inputs if x.shape == shape][1:]
    return [Plain(shape, column) for column in zip(*results, strict=True)]


def single(step: Step) -> Callable[..., list[Plain]]:
    return lambda *inputs, **params: stepped(step, list(inputs), **params)


def with_master(step: Step, place: int, is_direction: bool = False) -> Callable[..., list[Plain]]:
    """Of an operator whose input at `place` is the weight in float32, which is the one that changes."""

    def reference(*inputs: Plain, **params: object) -> list[Plain]:
        numbers = [*inputs[:place], *inputs[place + 1 :]]
        numbers[0] = inputs[place]
        weight, *states = stepped(step, numbers, **params)
        return [weight, *states, inputs[place] if is_direction else weight]

    return reference


def both_phases(
    *inputs: Plain,
    learning_rate: float,
    step_count: int,
    lower_bound: float = -1,
    upper_bound: float = -1,
    **params: object,
) -> list[Plain]:
    """The norm of the weight is that of its array."""
    bounds = {"lower_bound": lower_bound, "upper_bound": upper_bound}
    direction, mean, var = stepped(lamb_direction, list(inputs[:4]), t=step_count, **params)
    norms = [Plain((1,), [math.hypot(*x.values)]) for x in (inputs[0], direction)]
    weight = stepped(lamb, [inputs[0], direction, *norms], lr=learning_rate, **bounds)
    return [*weight, mean, var]


def master_of_both_phases(*inputs: Plain, **params: object) -> list[Plain]:
    weight, *states = both_phases(inputs[4], *inputs[1:4], **params)
    return [weight, *states, weight]


# What a list of numbers, or an array of them, is called for one weight.
SINGULAR = {
    "lrs": "lr",
    "wds": "wd",
    "etas": "eta",
    "learning_rates": "learning_rate",
    "step_count": "step_count",
}


def many(reference: Callable[..., list[Plain]], group: int, *tail: str) -> Callable[..., list[Plain]]:
    """The reference for each group of inputs, which arrays of rates follow, or an array for all of them."""

    def for_all(*inputs: Plain, **params: object) -> list[Plain]:
        count = int(params.pop("num_weights", None) or params.pop("num_tensors", 1))
        ends = dict(zip(tail, inputs[count * group :], strict=True))
        lists = {**params, **{name: end.values for name, end in ends.items() if name in SINGULAR}}
        shared = [end for name, end in ends.items() if name not in SINGULAR]
        weights, states = [], []
        for i in range(count):
            own = {SINGULAR.get(n, n): v[i] if n in SINGULAR else v for n, v in lists.items()}
            weight, *rest = reference(*inputs[i * group : (i + 1) * group], *shared, **own)
            weights.append(weight)
            states += rest
        return weights + states

    return for_all


# --------------------------------------------------------------------------------------------- samples

SHAPE = (2, 3)
LR: Params = {"lr": 0.3}
USUAL: Params = {"lr": 0.3, "wd": 0.1, "rescale_grad": 0.5, "clip_gradient": 0.4}
POSITIVE = Draw(SHAPE, 0.2, 2)
TINY = Draw(SHAPE, -0.3, 0.3)


def plain(*values: float) -> Plain:
    return Plain(SHAPE, values)


# Exact in half precision; of both signs, and some beyond the limit of the gradient.
WEIGHT = plain(1, -0.5, 0.25, 2, -1.5, 0.75)
GRAD = plain(0.5, -2, 0.125, 1, -0.25, 1.5)
STATES = [
    plain(0.5, -1, 0.25, 0.75, -0.5, 1),
    plain(0.25, 1, 2, 0.5, 0.75, 1.5),
    plain(1, 2, 0.5, 0.75, 1, 3),
]


def halves(*kinds: Plain | Given) -> list[Input]:
    """A weight and a gradient in half precision, and what is kept in float32."""
    single = [kind if isinstance(kind, Given) else Given(kind) for kind in kinds]
    return [Given(WEIGHT, "float16"), Given(GRAD, "float16"), *single]


def number(value: float) -> Given:
    return Given(Plain((1,), [value]))


def numbers(*values: float) -> Given:
    return Given(Plain((len(values),), values))


def doubles() -> nd.NDArray:
    return nd.ones(SHAPE, dtype="float64")


def whole() -> nd.NDArray:
    return nd.ones(SHAPE, dtype="int32")


def refusals(inputs: list[Input], **params: object) -> list[tuple]:
    """What every update of one weight refuses: what does not fit the weight, in shape, dtype or number."""
    rest = [i.shape if isinstance(i, Draw) else i.values.shape for i in inputs[2:]]
    return [
        ("grad_shape", ShapeError, ["(2, 3)", "(3, 2)"], [SHAPE, (3, 2), *rest], params),
        ("grad_dtype", DTypeError, ["float32", "float64"], [SHAPE, doubles, *rest], params),
        ("weight_dtype", DTypeError, ["int32"], [whole, whole, *rest], params),
        ("too_few", CallError, [f"{len(inputs)} inputs"], [SHAPE], params),
    ]


def row(step: Step, states: list[Draw], usual: Params, *others: Params, numbers: int = 0) -> Row:
    """An update of one weight. `numbers` arrays of one number come last."""
    inputs = [Draw(SHAPE), Draw(SHAPE), *states, *[Draw((1,), 0.5, 2)] * numbers]
    nothing = [i if i.shape == (1,) else Draw((0, 3)) for i in inputs]
    return entry(
        single(step),
        [sample(*inputs, **params) for params in (usual, *others)] + [sample(*nothing, **usual)],
        refusals(inputs, **usual),
        FLOATS,
        changes=tuple(range(2, 2 + len(states))),
        blocks=True,
    )


def master_row(
    reference: Callable[..., list[Plain]], inputs: list[Input], changes: tuple[int, ...], **usual: object
) -> Row:
    """An update of a weight in half precision, and of the same weight in float32."""
    return entry(
        reference,
        [sample(*inputs, **usual)],
        refusals(inputs, **usual),
        ("float16",),
        result_dtype="float16",
        changes=changes,
        blocks=True,
    )


def many_row(
    reference: Callable[..., list[Plain]],
    group: list[Input],
    *tail: Input,
    states: int,
    is_master: bool = False,
    **usual: object,
) -> Row:
    """An update of two weights, whose last arrays of each group change."""
    size = len(group)
    changes = [size * i + size - states + k for i in range(2) for k in range(states)]
    refused = [i.values.shape if isinstance(i, Given) else i.shape for i in group]
    return entry(
        reference,
        [sample(*group, *group, *tail, **usual)],
        [
            ("count", CallError, ["2 weights", f"{size} arrays each"], refused * 2 + [(1,)] * 3, usual),
            ("none", CallError, ["0 weights"], refused, {**usual, count_name(usual): 0}),
            ("many", CallError, ["65 weights"], refused, {**usual, count_name(usual): 65}),
        ],
        ("float16",) if is_master else FLOATS,
        result_dtype="float16" if is_master else None,
        changes=tuple(changes),
        blocks=True,
    )


def count_name(params: Params) -> str:
    return "num_tensors" if "num_tensors" in params else "num_weights"


MOMENT, AVERAGE, SQUARES = Draw(SHAPE), TINY, POSITIVE
ADAM: Params = {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}
PHASE: Params = {**ADAM, "t": 2, "wd": 0.1, "rescale_grad": 0.5}
TWO: Params = {"lrs": (0.3, 0.1), "wds": (0.1, 0.2), "rescale_grad": 0.5, "num_weights": 2}
LOADED: Params = {"clip_gradient": 0.4, "num_weights": 2}
TWO_ADAMW: Params = {**ADAM, "lrs": (0.3, 0.1), "wds": (0.1, 0.2), "etas": (0.5, 1.0), "num_weights": 2}
TWO_LAMB: Params = {
    **ADAM,
    "learning_rates": (0.3, 0.1),
    "wds": (0.1, 0.2),
    "step_count": (1, 3),
    "num_tensors": 2,
}
RATES = [numbers(0.5, 0.25), numbers(0.125, 0.25)]
ONE = [Draw(SHAPE), Draw(SHAPE)]
HALF = halves()
MASTER = Given(WEIGHT)
KEPT = [Given(state) for state in STATES]


def sum_of_squares(*arrays: Plain, num_arrays: int) -> Plain:
    return Plain((num_arrays,), [sum(v * v for v in x.values) for x in arrays])


def all_finite(*arrays: Plain, **_: object) -> Plain:
    return Plain((1,), [float(all(math.isfinite(v) for x in arrays for v in x.values))])


def lars(
    lrs: Plain, weights: Plain, grads: Plain, wds: Plain, eta: float, eps: float, rescale_grad: float = 1
) -> Plain:
    def rate(lr: float, weight: float, grad: float, wd: float) -> float:
        if not weight or not grad:
            return lr
        norm = math.sqrt(weight)
        return lr * eta * norm / (math.sqrt(grad) * rescale_grad + wd * norm + eps)

    return elementwise(rate, lrs, weights, grads, wds)


def group_adagrad(
    weight: Plain, grad: Plain, history: Plain, lr: float, epsilon: float = 1e-5, **more: float
) -> list[Plain]:
    slopes = grad.map(lambda g: rescaled(g, **more))
    means = reduce(lambda row: sum(g * g for g in row) / len(row), slopes, 1, keepdims=True)
    gathered = elementwise(lambda h, mean: h + mean, history, means)
    step = elementwise(lambda g, h: lr * g / math.sqrt(h + epsilon), slopes, broadcast(gathered, grad.shape))
    return [elementwise(lambda w, d: w - d, weight, step), gathered]


TABLE: dict[str, Row] = {
    "sgd_update": row(sgd, [], USUAL, LR, {**USUAL, "lazy_update": False}),
    "sgd_mom_update": row(sgd_mom, [MOMENT], {**USUAL, "momentum": 0.9}, LR),
    "nag_mom_update": row(nag_mom, [MOMENT], {**USUAL, "momentum": 0.9}, LR),
    "signsgd_update": row(signsgd, [], USUAL, LR),
    "signum_update": row(signum, [MOMENT], {**USUAL, "momentum": 0.9, "wd_lh": 0.2}, LR),
    "_sparse_adagrad_update": row(adagrad, [SQUARES], {**USUAL, "epsilon": 1e-3}, LR),
    "adam_update": row(adam, [AVERAGE, SQUARES], {**USUAL, **ADAM}, LR),
    "_adamw_update": row(
        adamw,
        [AVERAGE, SQUARES],
        {**LR, **ADAM, "eta": 0.5, "wd": 0.1, "clip_gradient": 0.4},
        {**LR, "eta": 1.0},
        numbers=1,
    ),
    "ftml_update": row(
        ftml,
        [SQUARES, SQUARES, MOMENT],
        {**LR, **ADAM, "t": 3, "wd": 0.1, "rescale_grad": 0.5, "clip_grad": 0.4},
        {**LR, "t": 1},
    ),
    "ftrl_update": row(ftrl, [MOMENT, SQUARES], {**USUAL, "lamda1": 0.6, "beta": 0.5}, LR),
    "rmsprop_update": row(
        rmsprop, [SQUARES], {**USUAL, "gamma1": 0.8, "epsilon": 1e-3, "clip_weights": 0.7}, LR
    ),
    "rmspropalex_update": row(
        rmspropalex,
        [SQUARES, TINY, MOMENT],
        {**USUAL, "gamma1": 0.9, "gamma2": 0.8, "epsilon": 1e-3, "clip_weights": 0.7},
        LR,
    ),
    "lamb_update_phase1": row(
        lamb_direction,
        [AVERAGE, SQUARES],
        {**PHASE, "clip_gradient": 0.4},
        {**PHASE, "bias_correction": False},
    ),
    "lamb_update_phase2": row(
        lamb,
        [],
        LR,
        {**LR, "lower_bound": 2.5},
        {**LR, "upper_bound": 0.1},
        {**LR, "upper_bound": 0.0},
        numbers=2,
    ),
    "mp_sgd_update": master_row(with_master(sgd, 2), [*HALF, MASTER], (2,), **USUAL),
    "mp_sgd_mom_update": master_row(
        with_master(sgd_mom, 3), [*HALF, KEPT[0], MASTER], (2, 3), momentum=0.9, **USUAL
    ),
    "mp_nag_mom_update": master_row(
        with_master(nag_mom, 3), [*HALF, KEPT[0], MASTER], (2, 3), momentum=0.9, **USUAL
    ),
    "_mp_adamw_update": master_row(
        with_master(adamw, 4), [*HALF, *KEPT[:2], MASTER, number(0.5)], (2, 3, 4), **LR, **ADAM, eta=0.5
    ),
    "mp_lamb_update_phase1": replace(
        master_row(
            with_master(lamb_direction, 4, is_direction=True), [*HALF, *KEPT[:2], MASTER], (2, 3, 4), **PHASE
        ),
        result_dtype="float32",
    ),
    "mp_lamb_update_phase2": master_row(
        with_master(lamb, 4),
        [Given(WEIGHT, "float16"), Given(GRAD), number(2), number(3), MASTER],
        (4,),
        **LR,
    ),
    "multi_sgd_update": many_row(many(single(sgd), 2), ONE, states=0, **TWO),
    "multi_sgd_mom_update": many_row(many(single(sgd_mom), 3), [*ONE, MOMENT], states=1, momentum=0.9, **TWO),
    "multi_mp_sgd_update": many_row(
        many(with_master(sgd, 2), 3), [*HALF, MASTER], states=1, is_master=True, **TWO
    ),
    "multi_mp_sgd_mom_update": many_row(
        many(with_master(sgd_mom, 3), 4),
        [*HALF, KEPT[0], MASTER],
        states=2,
        is_master=True,
        momentum=0.9,
        **TWO,
    ),
    "preloaded_multi_sgd_update": many_row(
        many(single(sgd), 2, "lrs", "wds"), ONE, *RATES, states=0, **LOADED
    ),
    "preloaded_multi_sgd_mom_update": many_row(
        many(single(sgd_mom), 3, "lrs", "wds"), [*ONE, MOMENT], *RATES, states=1, momentum=0.9, **LOADED
    ),
    "preloaded_multi_mp_sgd_update": many_row(
        many(with_master(sgd, 2), 3, "lrs", "wds"),
        [*HALF, MASTER],
        *RATES,
        states=1,
        is_master=True,
        **LOADED,
    ),
    "preloaded_multi_mp_sgd_mom_update": many_row(
        many(with_master(sgd_mom, 3), 4, "lrs", "wds"),
        [*HALF, KEPT[0], MASTER],
        *RATES,
        states=2,
        is_master=True,
        momentum=0.9,
        **LOADED,
    ),
    "_multi_adamw_update": many_row(
        many(single(adamw), 4, "rescale_grad"), [*ONE, AVERAGE, SQUARES], number(0.5), states=2, **TWO_ADAMW
    ),
    "_multi_mp_adamw_update": many_row(
        many(with_master(adamw, 4), 5, "rescale_grad"),
        [*HALF, *KEPT[:2], MASTER],
        number(0.5),
        states=3,
        is_master=True,
        **TWO_ADAMW,
    ),
    "_multi_lamb_update": many_row(
        many(both_phases, 4), [*ONE, AVERAGE, SQUARES], states=2, lower_bound=0.5, upper_bound=4.0, **TWO_LAMB
    ),
    "_multi_mp_lamb_update": many_row(
        many(master_of_both_phases, 5),
        [*HALF, *KEPT[:2], MASTER],
        states=3,
        is_master=True,
        bias_correction=False,
        **TWO_LAMB,
    ),
    "_contrib_group_adagrad_update": entry(
        group_adagrad,
        [sample((2, 3), (2, 3), Draw((2, 1), 0.2, 2), lr=0.3, rescale_grad=0.5, clip_gradient=0.4)],
        [
            ("history", ShapeError, ["(3, 1)", "(2, 3)"], [SHAPE, SHAPE, (3, 1)], LR),
            ("grad", ShapeError, ["(3, 2)", "(2, 3)"], [SHAPE, (3, 2), (2, 1)], LR),
            ("dtype", DTypeError, ["float64", "float32"], [SHAPE, doubles, (2, 1)], LR),
        ],
        FLOATS,
        changes=(2,),
        blocks=True,
    ),
    "multi_lars": entry(
        lars,
        [
            sample(
                Draw((4,), 0.1, 1),
                numbers(1, 0, 2, 3),
                numbers(1, 2, 0, 0.5),
                numbers(0.5, 0.1, 0.2, 0),
                eta=0.01,
                eps=1e-3,
                rescale_grad=0.5,
            )
        ],
        [
            ("size", ShapeError, ["(2,)", "(3,)"], [(2,), (3,), (2,), (2,)], {"eta": 1.0, "eps": 0.0}),
            ("eta", CallError, ["eta is required"], [(2,)] * 4, {"eps": 0.0}),
            ("few", CallError, ["4 inputs"], [(2,)], {"eta": 1.0, "eps": 0.0}),
        ],
        FLOATS,
        blocks=True,
    ),
    "multi_sum_sq": entry(
        sum_of_squares,
        [sample((2, 3), (4,), num_arrays=2), sample((2,), (0, 2), num_arrays=2), sample((), num_arrays=1)],
        [
            ("count", CallError, ["2", "1 array"], [(2,)], {"num_arrays": 2}),
            ("none", CallError, ["at least 1"], [], {"num_arrays": 0}),
            ("missing", CallError, ["num_arrays is required"], [(2,)], {}),
        ],
        FLOATS,
        result_dtype="float32",
    ),
    "all_finite": entry(
        all_finite,
        [
            sample((2, 3)),
            sample((0, 3)),
            *(sample(numbers(1, bad, 2)) for bad in (math.nan, math.inf, -math.inf)),
        ],
        [],
        FLOATS,
        result_dtype="float32",
    ),
    "multi_all_finite": entry(
        all_finite,
        [
            sample((2, 3), (4,), num_arrays=2),
            sample((2,), numbers(1, math.nan), num_arrays=2),
        ],
        [
            ("count", CallError, ["2", "1 array"], [(2,)], {"num_arrays": 2}),
            ("none", CallError, ["at least 1"], [], {}),
            ("list", CallError, ["num_arrays"], [(2,)], {"num_arrays": "a"}),
        ],
        FLOATS,
        result_dtype="float32",
    ),
}
