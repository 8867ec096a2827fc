/* Linear algebra on batches of matrices: mx.nd.linalg. */
