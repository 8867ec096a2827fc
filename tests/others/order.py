"""Ordering: sort, argsort, topk."""

from __future__ import annotations

from rows import Row

TABLE: dict[str, Row] = {}
