"""foreach, while_loop, cond: MXNet's results, and gradients through them."""

from __future__ import annotations

import pytest
from support import leaf

from ndgrad import autograd, nd
from ndgrad.base import ArgumentError, InputTypeError, ShapeError

contrib = nd.contrib


def numbers(value: object) -> object:
    """The arrays inside as lists of numbers."""
    return value._values() if isinstance(value, nd.NDArray) else [numbers(item) for item in value]


X = [[0, 1], [2, 3], [4, 5]]


def test_foreach_stacks_outputs_and_hands_states_on():
    outputs, state = contrib.foreach(lambda d, s: (d + s, s + 1), nd.array(X), nd.zeros(2))
    assert (outputs.shape, numbers(outputs), numbers(state)) == ((3, 2), [0, 1, 3, 4, 6, 7], [3, 3])


def test_foreach_takes_and_gives_nested_lists():
    x = nd.array(X)

    def body(data, states):
        first, (second,) = data
        total, (last,) = states
        return [first, (second + 1, total)], [total + first, [last + 1]]

    outputs, states = contrib.foreach(body, [x, [x * 2]], [nd.zeros(2), [nd.zeros(1)]])
    assert numbers(outputs) == [[0, 1, 2, 3, 4, 5], [[1, 3, 5, 7, 9, 11], [0, 0, 0, 1, 2, 4]]]
    assert numbers(states) == [[6, 9], [[3]]]


def test_foreach_without_outputs_or_states():
    assert numbers(contrib.foreach(lambda d, s: ([], s + d.sum()), nd.array(X), nd.zeros(1))) == [[], [15]]
    assert numbers(contrib.foreach(lambda d, s: (d, s), nd.array(X), [])) == [[0, 1, 2, 3, 4, 5], []]


def test_gradient_of_foreach():
    """A running product: every factor's gradient is the product of the others."""
    x, start = leaf([2, 3, 4]), leaf([1])
    with autograd.record():
        _, product = contrib.foreach(lambda d, s: (s, s * d), x, start)
    product.backward()
    assert (x.grad._values(), start.grad._values()) == ([12, 8, 6], [24])


def double(i, a):
    return [a * 2, i], [i + 1, a + i]


@pytest.mark.parametrize(
    ("limit", "outputs", "variables"),
    [
        (3, [[2, 2, 4], [0, 1, 2]], [[3], [4]]),
        (2, [[2, 2], [0, 1]], [[2], [2]]),
        (5, [[2, 2, 4, 0, 0], [0, 1, 2, 0, 0]], [[3], [4]]),
        (0, [], [[0], [1]]),
    ],
)
def test_while_loop(limit, outputs, variables):
    found = contrib.while_loop(
        lambda i, a: i < 3, double, [nd.array([0]), nd.array([1])], max_iterations=limit
    )
    assert numbers(found) == [outputs, variables]


def test_while_loop_of_a_single_variable():
    found = contrib.while_loop(lambda i: i < 2, lambda i: (i * 2, i + 1), nd.array([0]), max_iterations=2)
    assert numbers(found) == [[0, 2], [2]]
    found = contrib.while_loop(lambda i: i.asscalar() < 2, lambda i: (None, [i + 1]), [nd.array([0])], 9)
    assert numbers(found) == [[], [[2]]]


def test_gradient_of_while_loop():
    x, i = leaf([3]), nd.array([0])
    with autograd.record():
        outputs, (_, power) = contrib.while_loop(
            lambda i, p: i < 2, lambda i, p: (p, [i + 1, p * x]), [i, x], max_iterations=4
        )
        total = outputs.sum() + power
    total.backward()
    assert outputs._values() == [3, 9, 0, 0]
    assert x.grad._values() == [1 + 2 * 3 + 3 * 9]


def test_cond_runs_one_branch():
    x = leaf([2])
    with autograd.record():
        y = contrib.cond(x > 1, lambda: x * x, lambda: pytest.fail("the other branch ran"))
    y.backward()
    assert (y._values(), x.grad._values()) == ([4], [4])
    assert numbers(contrib.cond(0, lambda: None, lambda: [x, [x]])) == [[2], [[2]]]


REFUSED = [
    (
        lambda: contrib.foreach(lambda d, s: (d, s), 3, nd.ones(1)),
        InputTypeError,
        "data must be an NDArray.*int",
    ),
    (lambda: contrib.foreach(lambda d, s: (d, s), nd.ones(3), 1), InputTypeError, "init_states"),
    (
        lambda: contrib.foreach(lambda d, s: (d, s), [nd.ones(3), nd.ones(2)], []),
        ShapeError,
        r"\(3,\), \(2,\)",
    ),
    (lambda: contrib.foreach(lambda d, s: (d, s), nd.ones(3)[3:], []), ShapeError, "at least 1"),
    (lambda: contrib.foreach(lambda d, s: (d, s), [], []), ShapeError, "none"),
    (lambda: contrib.foreach(lambda d, s: (d, s), nd.array(1), []), ShapeError, r"\(\)"),
    (lambda: contrib.foreach(lambda d, s: d, nd.ones((3, 2)), []), ArgumentError, "two things"),
    (lambda: contrib.foreach(lambda d, s: (None, s), nd.ones(3), []), InputTypeError, "output.*NoneType"),
    (lambda: contrib.while_loop(lambda i: i < 2, lambda i: (i, i), nd.ones(1)), ValueError, "max_iterations"),
    (lambda: contrib.while_loop(lambda: True, lambda: ([], []), [], 3), ValueError, "at least one"),
    (
        lambda: contrib.while_loop(lambda i: True, lambda i: (i, [i, i]), nd.ones(1), 3),
        ValueError,
        "consistent",
    ),
    (
        lambda: contrib.while_loop(lambda i: nd.ones(2), lambda i: (i, i), nd.ones(1), 3),
        ShapeError,
        r"\(2,\)",
    ),
    (lambda: contrib.while_loop(lambda i: True, lambda i: 5, nd.ones(1), 3), ArgumentError, "two things"),
    (
        lambda: contrib.while_loop(lambda i: True, lambda i: (i, nd.ones(2)), nd.ones(1), 3),
        ShapeError,
        r"\(1,\).*step 0.*\(2,\).*step 1",
    ),
    (lambda: contrib.cond(nd.ones(2), lambda: 1, lambda: 2), ShapeError, r"\(2,\)"),
]


@pytest.mark.parametrize(("call", "kind", "words"), REFUSED)
def test_refused(call, kind, words):
    with pytest.raises(kind, match=words):
        call()
