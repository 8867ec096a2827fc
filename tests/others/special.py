"""Operators of single elements and of lists of arrays."""

from __future__ import annotations

from rows import Row

TABLE: dict[str, Row] = {}
