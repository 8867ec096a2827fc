/* Recurrent networks and sequences. */
/* clang-format off */

COMPOSED(RNN, "", "data parameters state ?state_cell ?sequence_length", 5,
   !INT_OF(5) ? 1 : INT_OF(3) == 2 ? 3 : 2,
   PARAMS(NEEDED_INT("state_size"), NEEDED_INT("num_layers"), FLAG("bidirectional", 0), NEEDED_CHOICE("mode", "rnn_relu rnn_tanh lstm gru"),
          REAL("p", 0), FLAG("state_outputs", 0), OPT_INT("projection_size"), OPT_REAL("lstm_state_clip_min"), OPT_REAL("lstm_state_clip_max"),
          FLAG("lstm_state_clip_nan", 0), FLAG("use_sequence_length", 0)),
   rnn_compose,
   "Layers of recurrent cells over data (time, batch, features), their weights and then their biases packed in one vector of parameters; with state_outputs also the last states.")
OP(_rnn_param_concat, "", "*data", ND_VARIADIC, 1, PARAMS(INT("dim", 1)), concat_infer, concat_run, concat_gradient, 0, ALL,
   "As concat: packs the parameters of RNN.")
OP(_cut, "", "data", 1, (int)INT_OF(0), PARAMS(NEEDED_REALS("sizes")), vector_pieces_infer, vector_pieces_run, vector_pieces_gradient, 0, ALL,
   "The consecutive pieces of a vector, of the given sizes.")

/* clang-format on */
