"""Operators that MXNet keeps under contrib."""

from __future__ import annotations

from rows import Row

TABLE: dict[str, Row] = {}
