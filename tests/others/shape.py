"""Shapes, indices and what follows from them."""

from __future__ import annotations

from rows import Row

TABLE: dict[str, Row] = {}
