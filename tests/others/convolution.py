"""Convolution, pooling, sampling and resizing of images."""

from __future__ import annotations

from rows import Row

TABLE: dict[str, Row] = {}
