/* Ordering: sort, argsort, topk. */
