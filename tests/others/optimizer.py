"""Optimizer updates: they write their weight and their states."""

from __future__ import annotations

from rows import Row

TABLE: dict[str, Row] = {}
