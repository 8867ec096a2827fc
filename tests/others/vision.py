"""Boxes and regions of interest."""

from __future__ import annotations

from rows import Row

TABLE: dict[str, Row] = {}
