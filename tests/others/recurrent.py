"""Recurrent networks, cell by cell and number by number."""

from __future__ import annotations

import math
from collections.abc import Iterator

import moves
from plain import Plain
from rows import FLOATS, Draw, Row, Sample, entry, index, sample

from ndgrad.base import CallError, ShapeError

Vector = list[float]
GATES = {"rnn_relu": 1, "rnn_tanh": 1, "lstm": 4, "gru": 3}
LOW, HIGH = -0.5, 0.8  # of parameters and inputs: small, so that no gate is shut


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


class Cell:
    """One direction of one layer: its parameters, and the rule of a step."""

    def __init__(self, mode: str, units: int, width: int, clip: tuple[float, float]) -> None:
        self.mode, self.units, self.width, self.clip = mode, units, width, clip
        self.rows = GATES[mode] * units

    def read_weights(self, numbers: Iterator[float], inputs: int, projects: bool) -> None:
        def matrix(rows: int, columns: int) -> list[Vector]:
            return [[next(numbers) for _ in range(columns)] for _ in range(rows)]

        self.from_input, self.from_state = matrix(self.rows, inputs), matrix(self.rows, self.width)
        self.projection = matrix(self.width, self.units) if projects else None

    def read_biases(self, numbers: Iterator[float]) -> None:
        self.input_bias = [next(numbers) for _ in range(self.rows)]
        self.state_bias = [next(numbers) for _ in range(self.rows)]

    def step(self, x: Vector, state: Vector, memory: Vector) -> tuple[Vector, Vector]:
        i = gates(self.from_input, x, self.input_bias, self.units)
        s = gates(self.from_state, state, self.state_bias, self.units)
        return getattr(self, f"step_{self.mode}")(i, s, state, memory)

    def step_rnn_relu(self, i: list[Vector], s: list[Vector], *_: Vector) -> tuple[Vector, Vector]:
        return [max(a + b, 0.0) for a, b in zip(i[0], s[0], strict=True)], []

    def step_rnn_tanh(self, i: list[Vector], s: list[Vector], *_: Vector) -> tuple[Vector, Vector]:
        return [math.tanh(a + b) for a, b in zip(i[0], s[0], strict=True)], []

    def step_gru(self, i: list[Vector], s: list[Vector], state: Vector, _: Vector) -> tuple[Vector, Vector]:
        fresh = []
        for k in range(self.units):
            reset, update = sigmoid(i[0][k] + s[0][k]), sigmoid(i[1][k] + s[1][k])
            new = math.tanh(i[2][k] + reset * s[2][k])
            fresh.append((1 - update) * new + update * state[k])
        return fresh, []

    def step_lstm(self, i: list[Vector], s: list[Vector], _: Vector, memory: Vector) -> tuple[Vector, Vector]:
        out, kept = [], []
        for k in range(self.units):
            enter, forget, new, leave = (i[gate][k] + s[gate][k] for gate in range(4))
            value = sigmoid(forget) * memory[k] + sigmoid(enter) * math.tanh(new)
            kept.append(min(max(value, self.clip[0]), self.clip[1]))
            out.append(sigmoid(leave) * math.tanh(kept[k]))
        return (product(self.projection, out) if self.projection else out), kept


def product(matrix: list[Vector], x: Vector) -> Vector:
    return [sum(a * b for a, b in zip(row, x, strict=True)) for row in matrix]


def gates(matrix: list[Vector], x: Vector, bias: Vector, units: int) -> list[Vector]:
    sums = [a + b for a, b in zip(product(matrix, x), bias, strict=True)]
    return [sums[at : at + units] for at in range(0, len(sums), units)]


def rows_of(x: Plain) -> list[list[Vector]]:
    a, b, c = x.shape
    return [[x.values[(i * b + j) * c : (i * b + j + 1) * c] for j in range(b)] for i in range(a)]


def plain_of(rows: list[list[Vector]], width: int) -> Plain:
    return Plain((len(rows), len(rows[0]), width), [v for row in rows for vector in row for v in vector])


def rnn(
    data: Plain,
    parameters: Plain,
    state: Plain,
    *more: Plain,
    state_size: int,
    num_layers: int,
    mode: str,
    bidirectional: bool = False,
    state_outputs: bool = False,
    projection_size: int | None = None,
    use_sequence_length: bool = False,
    lstm_state_clip_min: float = -math.inf,
    lstm_state_clip_max: float = math.inf,
    **_: object,
) -> Plain | list[Plain]:
    steps, batch, features = data.shape
    directions, width = 1 + bidirectional, projection_size or state_size
    lengths = [int(v) for v in more[-1].values] if use_sequence_length else [steps] * batch
    cells = [
        Cell(mode, state_size, width, (lstm_state_clip_min, lstm_state_clip_max))
        for _ in range(num_layers * directions)
    ]
    numbers = iter(parameters.values)
    for place, cell in enumerate(cells):
        inputs = features if place < directions else width * directions
        cell.read_weights(numbers, inputs, projection_size is not None)
    for cell in cells:
        cell.read_biases(numbers)
    assert next(numbers, None) is None
    states = rows_of(state)
    memories = rows_of(more[0]) if mode == "lstm" else [[[]] * batch for _ in cells]
    x = rows_of(data)
    for layer in range(num_layers):
        outputs = [[[] for _ in range(batch)] for _ in range(steps)]
        for direction in range(directions):
            place = layer * directions + direction
            for n in range(batch):
                ran = range(lengths[n])
                for t in reversed(ran) if direction else ran:
                    fresh = cells[place].step(x[t][n], states[place][n], memories[place][n])
                    states[place][n], memories[place][n] = fresh
                    outputs[t][n] = outputs[t][n] + fresh[0]
                for t in range(lengths[n], steps):
                    outputs[t][n] = outputs[t][n] + [0.0] * width
        x = outputs
    result = [plain_of(x, width * directions), plain_of(states, width)]
    if mode == "lstm":
        result.append(plain_of(memories, state_size))
    return result if state_outputs else result[0]


def rnn_sample(
    mode: str,
    shape: tuple[int, int, int],
    units: int,
    layers: int = 1,
    lengths: tuple[int, ...] | None = None,
    **params: object,
) -> Sample:
    """Inputs that fit: the parameters are counted here by the book's formula for each cell."""
    _, batch, features = shape
    directions, width = 1 + bool(params.get("bidirectional")), params.get("projection_size") or units
    count = 0
    for layer in range(layers):
        inputs = width * directions if layer else features
        rows = GATES[mode] * units
        projection = width * units if "projection_size" in params else 0
        count += directions * (rows * (inputs + width + 2) + projection)
    inputs = [shape, (count,), (layers * directions, batch, width)]
    inputs += [(layers * directions, batch, units)] if mode == "lstm" else []
    draws = [Draw(extents, LOW, HIGH) for extents in inputs]
    given = [index(*lengths)] if lengths else []
    more = {"use_sequence_length": True} if lengths else {}
    return sample(*draws, *given, state_size=units, num_layers=layers, mode=mode, **params, **more)


GOOD = {"state_size": 2, "num_layers": 1, "mode": "gru"}
FITS = [(3, 2, 1), (30,), (1, 2, 2)]

TABLE: dict[str, Row] = {
    "RNN": entry(
        rnn,
        [
            rnn_sample("rnn_relu", (2, 2, 1), 2),
            rnn_sample("rnn_tanh", (3, 2, 2), 1, layers=2, bidirectional=True, state_outputs=True),
            rnn_sample("lstm", (2, 2, 1), 2, state_outputs=True),
            rnn_sample("lstm", (2, 1, 1), 1, layers=2, bidirectional=True),
            rnn_sample("lstm", (2, 1, 2), 2, layers=2, projection_size=1, state_outputs=True),
            rnn_sample("lstm", (2, 1, 1), 2, lstm_state_clip_min=-0.1, lstm_state_clip_max=0.15),
            rnn_sample("lstm", (3, 2, 1), 1, lengths=(2, 3), bidirectional=True, state_outputs=True),
            rnn_sample("gru", (2, 2, 1), 2, state_outputs=True),
            rnn_sample("gru", (3, 2, 1), 1, layers=2, lengths=(3, 1), bidirectional=True),
        ],
        [
            ("size", ShapeError, ["(3, 2, 1)", "(30,)", "(29,)"], [(3, 2, 1), (29,), (1, 2, 2)], GOOD),
            ("state", ShapeError, ["state", "(1, 2, 2)", "(1, 2, 3)"], [(3, 2, 1), (30,), (1, 2, 3)], GOOD),
            ("data", ShapeError, ["(3, 2)", "time, batch"], [(3, 2), (30,), (1, 2, 2)], GOOD),
            (
                "cell",
                CallError,
                ["state_cell", "4 inputs"],
                [(3, 2, 1), (30,), (1, 2, 2)],
                {**GOOD, "mode": "lstm"},
            ),
            (
                "mode",
                ValueError,
                ["mode", "'rnn'", "gru"],
                [(3, 2, 1), (30,), (1, 2, 2)],
                {**GOOD, "mode": "rnn"},
            ),
            (
                "layers",
                ValueError,
                ["num_layers=40"],
                [(3, 2, 1), (30,), (1, 2, 2)],
                {**GOOD, "num_layers": 40},
            ),
            ("p", ValueError, ["p must"], FITS, {**GOOD, "p": 1}),
            (
                "projection",
                ValueError,
                ["lstm only"],
                [(3, 2, 1), (30,), (1, 2, 2)],
                {**GOOD, "projection_size": 1},
            ),
            ("required", CallError, ["state_size is required"], FITS, {}),
        ],
        FLOATS,
    ),
    "_rnn_param_concat": entry(
        moves.concat,
        [sample((2, 3), (2, 1)), sample((3,), (4,), dim=0)],
        [
            ("shapes", ShapeError, ["(2, 3)", "(3, 3)"], [(2, 3), (3, 3)], {}),
            ("axis", ValueError, ["axis 2"], [(2, 3), (2, 3)], {"dim": 2}),
            ("nothing", CallError, ["1 input"], [], {}),
        ],
    ),
    "_cut": entry(
        lambda x, sizes: [
            Plain((size,), x.values[sum(sizes[:i]) : sum(sizes[: i + 1])]) for i, size in enumerate(sizes)
        ],
        [sample((6,), sizes=(1, 0, 5)), sample((6,), sizes=(6,)), sample((0,), sizes=(0, 0))],
        [
            ("sum", ShapeError, ["(6,)"], [(6,)], {"sizes": (2, 3)}),
            ("more", ShapeError, ["(6,)"], [(6,)], {"sizes": (2, 5)}),
            ("matrix", ShapeError, ["(2, 3)"], [(2, 3)], {"sizes": (6,)}),
            ("negative", ShapeError, ["(6,)"], [(6,)], {"sizes": (7, -1)}),
        ],
    ),
}
