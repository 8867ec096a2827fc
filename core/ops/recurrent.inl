/* Recurrent networks and sequences. */
/* clang-format off */

COMPOSED(RNN, "", "data parameters state ?state_cell ?sequence_length", 5,
   !INT_OF(5) ? 1 : INT_OF(3) == 2 ? 3 : 2,
   PARAMS(NEEDED_INT("state_size"), NEEDED_INT("num_layers"), FLAG("bidirectional", 0), NEEDED_CHOICE("mode", "rnn_relu rnn_tanh lstm gru"),
          REAL("p", 0), FLAG("state_outputs", 0), OPT_INT("projection_size"), OPT_REAL("lstm_state_clip_min"), OPT_REAL("lstm_state_clip_max"),
          FLAG("lstm_state_clip_nan", 0), FLAG("use_sequence_length", 0)),
   rnn_compose,
   "Layers of recurrent cells over data (Elman, 1990; LSTM: Hochreiter and Schmidhuber, 1997; GRU: Cho and others, 2014; projection: Sak and"
   " others, 2014). The parameters lie in one vector: of each layer and direction the weights from the input, from the state and of the "
   "projection, then in the same order the biases of the input and of the state. Gates are i f g o (lstm) and r z n (gru)."
   SHAPES("data (t, n, features), parameters (all of them), state (layers d, n, h), state_cell (layers d, n, state_size) for lstm, sequence_length "
   "(n) -> (t, n, d h); with state_outputs the last state too, and the last state_cell; d is 2 if bidirectional, h is projection_size or "
   "else state_size")
   DTYPES("float16, float32, float64, but one for all (else DTypeError); sequence_length has its own")
   ERRORS("ShapeError if the shapes do not fit; ArgumentError unless sizes are above 0, layers d at most 32, p in [0, 1) and a projection of lstm")
   SAYS("state_size", "units of a cell") SAYS("num_layers", "one over the other") SAYS("bidirectional", "a second cell in each layer runs backwards")
   SAYS("mode", "the cells") SAYS("p", "the part of the outputs between layers that is dropped out while training")
   SAYS("state_outputs", "give the last states too") SAYS("projection_size", "of the state, which a matrix makes of the output")
   SAYS("lstm_state_clip_min", "limits state_cell") SAYS("lstm_state_clip_max", "limits state_cell")
   SAYS("lstm_state_clip_nan", "accepted; nan stays nan, as in MXNet on a CPU"))
OP(_rnn_param_concat, "", "*data", ND_VARIADIC, 1, PARAMS(INT("dim", 1)), concat_infer, concat_run, concat_gradient, 0, ALL,
   "As concat: packs the parameters of RNN." SHAPES("arrays (a, b_i, c), alike but for the axis dim -> (a, the sum of b_i, c)") ALIKE
   ERRORS("ShapeError if other extents differ; AxisError if there is no such axis") SAYS("dim", "the axis"))
OP(_cut, "", "data", 1, (int)INT_OF(0), PARAMS(NEEDED_REALS("sizes")), vector_pieces_infer, vector_pieces_run, vector_pieces_gradient, 0, ALL,
   "The consecutive pieces of a vector, of the given sizes.")

/* clang-format on */
