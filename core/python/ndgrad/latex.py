"""The expressions of the operator table in LaTeX.

A row says what its gradient is in words such as ``MUL(g, SUB(K(1), MUL(y, y)))``, which happen to be a Python
expression; here it is read as one and written as a formula in the names of the arrays that took part.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ndgrad import _core

if TYPE_CHECKING:
    from ndgrad.tape import Step

__all__ = ["chain_rule"]

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)  # how tightly an expression holds together
_INFIX = {"ADD": ("+", _SUM), "SUB": ("-", _SUM), "MUL": (r"\,", _PRODUCT)}
_RELATIONS = {"GT": ">", "GE": r"\ge", "LT": "<", "LE": r"\le", "EQ": "=", "NE": r"\ne"}
_RELATIONS |= {"AND": r"\wedge", "OR": r"\vee"}
_FUNCTIONS = {
    word: rf"\{word.lower()}" for word in ("EXP", "LOG", "SIN", "COS", "SINH", "COSH", "TANH", "MAX", "MIN")
}
_FUNCTIONS |= {"SIGMOID": r"\sigma", "POLYGAMMA": r"\psi"}


def _is_never_nan(condition: ast.expr) -> bool:
    """Whether this is u == u, which sorts out nan: no matter for a formula."""
    match condition:
        case ast.Call(ast.Name("EQ"), [left, right]):
            return ast.dump(left) == ast.dump(right)
    return False


class _Writer:
    """Writes an expression with each of its letters replaced by a name."""

    def __init__(self, letters: dict[str, str]) -> None:
        self._letters = letters

    def write(self, node: ast.expr, outer: int = _SUM) -> str:
        text, inner = self._write(node)
        return rf"\left({text}\right)" if inner < outer else text

    def _write(self, node: ast.expr) -> tuple[str, int]:
        if isinstance(node, ast.Name):
            return self._letters.get(node.id, node.id), _ATOM
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._call(node.func.id, node.args)
        value = eval(compile(ast.Expression(node), "row", "eval"), {"__builtins__": {}})  # numbers alone
        return f"{value:.6g}", _SUM if value < 0 else _ATOM

    def _call(self, word: str, args: list[ast.expr]) -> tuple[str, int]:
        if word == "K":
            return self._write(args[0])
        if word == "MUL" and ast.dump(args[0]) == ast.dump(args[1]):
            return self.write(args[0], _ATOM) + "^2", _POWER
        if word in _INFIX:
            sign, level = _INFIX[word]
            right = level + 1 if word == "SUB" else level
            return f"{self.write(args[0], level)} {sign} {self.write(args[1], right)}", level
        if word in _RELATIONS:
            return f"{self.write(args[0])} {_RELATIONS[word]} {self.write(args[1])}", _SUM
        if word in _SPECIAL:
            return _SPECIAL[word](self, *args)
        name = _FUNCTIONS.get(word, rf"\operatorname{{{word.lower()}}}")
        return rf"{name}\left({', '.join(self.write(arg) for arg in args)}\right)", _ATOM

    def _neg(self, u: ast.expr) -> tuple[str, int]:
        return "-" + self.write(u, _SIGN), _SUM

    def _div(self, u: ast.expr, v: ast.expr) -> tuple[str, int]:
        return rf"\frac{{{self.write(u)}}}{{{self.write(v)}}}", _ATOM

    def _pow(self, u: ast.expr, v: ast.expr) -> tuple[str, int]:
        return f"{self.write(u, _ATOM)}^{{{self.write(v)}}}", _POWER

    def _sqrt(self, u: ast.expr) -> tuple[str, int]:
        return rf"\sqrt{{{self.write(u)}}}", _ATOM

    def _abs(self, u: ast.expr) -> tuple[str, int]:
        return rf"\left|{self.write(u)}\right|", _ATOM

    def _select(self, condition: ast.expr, yes: ast.expr, no: ast.expr) -> tuple[str, int]:
        if _is_never_nan(condition):
            return self._write(yes)
        cases = (
            rf"{self.write(yes)} & \text{{if }} {self.write(condition)} \\ {self.write(no)} & \text{{else}}"
        )
        return rf"\begin{{cases}} {cases} \end{{cases}}", _ATOM


_SPECIAL: dict[str, Callable[..., tuple[str, int]]] = {
    "NEG": _Writer._neg,
    "DIV": _Writer._div,
    "POW": _Writer._pow,
    "SQRT": _Writer._sqrt,
    "ABS": _Writer._abs,
    "SELECT": _Writer._select,
}


def _symbol(name: str) -> str:
    """Write a variable's name: x1 as x_1, loss upright."""
    match = re.fullmatch(r"([A-Za-z])_?(\d*)", name)
    if match:
        return f"{match[1]}_{{{match[2]}}}" if match[2] else match[1]
    return name if re.fullmatch(r"[-+.\de]+", name) else rf"\mathrm{{{name.replace('_', chr(92) + '_')}}}"


def _letters(step: Step, row: dict[str, Any], out: str) -> dict[str, str]:
    inputs = [_symbol(entry.value.name) for entry in step.inputs]
    numbers = [f"{value:g}" for value in step.parameters.values() if isinstance(value, float)]
    letters = {"g": rf"\bar{{{out}}}", "y": out, "x": inputs[0]}
    if row["family"] == "scalar":
        pair = [*numbers, *inputs] if row["name"].startswith("_r") else [*inputs, *numbers]
        return letters | dict(zip("ab", pair, strict=True))
    if row["family"] == "reduce":
        return letters | {"N": r"N"}
    return letters | dict(zip("ab", inputs, strict=False)) | dict(zip("pq", numbers, strict=False))


def chain_rule(step: Step, position: int) -> str:
    """Do what :meth:`ndgrad.tape.Step.chain_rule` says."""
    target = _symbol(step.inputs[position].value.name)
    out = _symbol(step.outputs[0].name)
    formula = rf"\bar{{{out}}} \cdot \frac{{\partial {out}}}{{\partial {target}}}"
    row = _core.describe(step.operator) if step.operator in _core.operators else {}
    text = row.get("expressions", ())[1 + position : 2 + position]
    if text and text[0]:
        formula = _Writer(_letters(step, row, out)).write(ast.parse(text[0], mode="eval").body)
    return rf"\bar{{{target}}} \mathrel{{+}}= {formula}"
