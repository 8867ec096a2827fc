/* Optimizer updates: they write their weight and their states. */
