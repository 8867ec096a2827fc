"""Linear algebra on batches of matrices: mx.nd.linalg."""

from __future__ import annotations

from rows import Row

TABLE: dict[str, Row] = {}
