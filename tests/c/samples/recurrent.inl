/* Recurrent networks. */
{"RNN", "2x2x3 24 1x2x3", "state_size=3 num_layers=1 mode=rnn_tanh state_outputs=1"},
{"RNN", "2x1x1 20 2x1x2", "state_size=2 num_layers=1 mode=rnn_relu bidirectional=1"},
{"RNN", "2x2x1 88 2x2x2 2x2x2", "state_size=2 num_layers=2 mode=lstm state_outputs=1 lstm_state_clip_min=-0.9 lstm_state_clip_max=0.9"},
{"RNN", "2x2x1 34 1x2x1 1x2x2", "state_size=2 num_layers=1 mode=lstm projection_size=1"},
{"RNN", "3x2x1 30 1x2x2 2<4", "state_size=2 num_layers=1 mode=gru use_sequence_length=1 p=0.5"},
{"_rnn_param_concat", "2x3 2x1", ""},
{"_cut", "6", "sizes=1,0,5"},
