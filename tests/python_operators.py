"""MXNet's registered operators that are Python here: what does their work, and the file that tests it."""

from __future__ import annotations

BACKED_BY_PYTHON: dict[str, tuple[str, str]] = {
    "_CustomFunction": ("autograd.Function", "test_function.py"),
    "Custom": ("nd.Custom", "test_custom_operator.py"),
    "_foreach": ("nd.contrib.foreach", "test_control_flow.py"),
    "_while_loop": ("nd.contrib.while_loop", "test_control_flow.py"),
    "_cond": ("nd.contrib.cond", "test_control_flow.py"),
    "_sparse_retain": ("nd.sparse.retain", "test_sparse.py"),
    "_set_value": ("NDArray.__setitem__", "test_indexing.py"),
    "reset_arrays": ("nd.reset_arrays", "test_creation.py"),
    "_CrossDeviceCopy": ("NDArray.as_in_context", "test_python_api.py"),
    "_copyto": ("NDArray.copyto", "test_python_api.py"),
}

# Those that are left out, and why: core/decisions/0013-operators-left-out.md.
LEFT_OUT: dict[str, str] = {
    name: reason
    for reason, names in (
        ("a part of symbols", "_CachedOp _CachedOpThreadSafe _NDArray _Native _NoGradient"),
        (
            "stands for a fused subgraph",
            "_sg_mkldnn_conv _sg_mkldnn_fully_connected _sg_mkldnn_selfatt_qk _sg_mkldnn_selfatt_valatt",
        ),
        ("ends the process in MXNet", "_contrib_quantize_asym _contrib_quantized_rnn"),
        (
            "samples sparse graphs",
            "_contrib_dgl_adjacency _contrib_dgl_csr_neighbor_non_uniform_sample"
            " _contrib_dgl_csr_neighbor_uniform_sample _contrib_dgl_graph_compact _contrib_dgl_subgraph"
            " _contrib_edge_id",
        ),
        ("decodes pictures", "_cvimdecode _cvimread _imdecode"),
    )
    for name in names.split()
}
