/* Layers of neural networks. */
{"FullyConnected", "2x3 4x3 4", "num_hidden=4"},
{"FullyConnected", "2x3x2 4x6", "num_hidden=4 no_bias=1"},
{"FullyConnected", "2x3x2 4x2 4", "num_hidden=4 flatten=0"},
