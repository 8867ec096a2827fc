/* RNN: layers of recurrent cells, unrolled over time. The products of a layer's inputs with its weights are one matrix
 * product for all steps; a step adds the product of the last state. */
#include <math.h>
#include <string.h>

#include "array.h"
#include "compose.h"
#include "memory.h"
#include "operators.h"
#include "random.h"
#include "spec.h"

/* The values of the mode parameter, and what cells of a mode have. */
enum { RNN_RELU, RNN_TANH, LSTM, GRU };
static const int64_t gates_of[] = {1, 1, 4, 3};
enum { MAX_CELLS = ND_MAX_OUTPUTS / 2 }; /* weights and biases are cut off the parameters at once */

/* A call, read. Its arrays are borrowed. */
typedef struct rnn {
    int mode, layers, directions;
    int64_t gates, units, width; /* width: of what a cell puts out, which a projection makes narrower */
    int64_t steps, batch, features;
    bool projects, states_wanted;
    double dropout, clip_low, clip_high;
    nd_array *data, *parameters, *state, *memory, *lengths;
} rnn;

/* What a cell has learnt, and its state. */
typedef struct cell {
    nd_array *from_input, *from_state, *projection, *input_bias, *state_bias;
    nd_array *state, *memory;
} cell;

/* ------------------------------------------------------------------------------------------ reading a call */

static int64_t optional(int64_t value, int64_t otherwise) {
    return value == ND_NONE ? otherwise : value;
}

static int read_inputs(const nd_invocation *call, rnn *r) {
    bool memory = r->mode == LSTM, lengths = nd_int(call->op, call->words, 10);
    if (call->inputs != 3 + memory + lengths)
        return nd_fail(ND_ECALL, "RNN: this mode takes data, parameters, state%s%s: %d inputs, but got %d",
                       memory ? ", state_cell" : "", lengths ? ", sequence_length" : "", 3 + memory + lengths,
                       call->inputs);
    r->data = call->in[0], r->parameters = call->in[1], r->state = call->in[2];
    r->memory = memory ? call->in[3] : NULL;
    r->lengths = lengths ? call->in[call->inputs - 1] : NULL;
    for (int i = 0; i < 3 + memory; i++)
        if (call->in[i]->dtype != r->data->dtype || !nd_dtype_is_float(r->data->dtype))
            return nd_fail(ND_EDTYPE, "RNN: inputs must be floats of one dtype, but data is %s and input %d %s",
                           nd_dtype_name(r->data->dtype), i, nd_dtype_name(call->in[i]->dtype));
    return 0;
}

static int read_params(const nd_invocation *call, rnn *r) {
    const nd_op *op = call->op;
    const nd_word *words = call->words;
    int64_t units = nd_int(op, words, 0), layers = nd_int(op, words, 1), width = nd_int(op, words, 6);
    int64_t directions = nd_int(op, words, 2) ? 2 : 1, mode = nd_int(op, words, 3);
    double dropout = nd_float(op, words, 4), low = nd_float(op, words, 7), high = nd_float(op, words, 8);
    if (units < 1 || layers < 1 || layers > MAX_CELLS / directions || optional(width, 1) < 1)
        return nd_fail(ND_EARGUMENT,
                       "RNN: needs a state_size and a projection_size of at least 1 and up to %d layers times "
                       "directions; got state_size=%lld, num_layers=%lld",
                       MAX_CELLS, (long long)units, (long long)layers);
    if (width != ND_NONE && mode != LSTM)
        return nd_fail(ND_EARGUMENT, "RNN: projection_size is for mode lstm only");
    if (!(dropout >= 0 && dropout < 1))
        return nd_fail(ND_EARGUMENT, "RNN: p must be at least 0 and below 1, not %g", dropout);
    r->mode = (int)mode, r->layers = (int)layers, r->directions = (int)directions;
    r->gates = gates_of[mode], r->units = units, r->width = optional(width, units);
    r->projects = width != ND_NONE, r->states_wanted = nd_int(op, words, 5), r->dropout = dropout;
    r->clip_low = isnan(low) ? -INFINITY : low, r->clip_high = isnan(high) ? INFINITY : high;
    return 0;
}

/* How many parameters the weights of a layer's cell are; as a double, for nothing is checked yet. */
static double weights_of(const rnn *r, int layer) {
    double inputs = layer ? (double)r->width * r->directions : (double)r->features, units = (double)r->units;
    return (double)r->gates * units * (inputs + (double)r->width) + (r->projects ? (double)r->width * units : 0);
}

static int check_state(const rnn *r, const nd_array *state, const char *name, int64_t width) {
    const int64_t wanted[] = {(int64_t)r->layers * r->directions, r->batch, width};
    if (nd_same_shape(state->ndim, state->shape, 3, wanted))
        return 0;
    return nd_fail(ND_ESHAPE, "RNN: %s must have shape %s (layers times directions, batch, units), not %s", name,
                   nd_shape_text(3, wanted).chars, nd_array_text(state).chars);
}

static int check_shapes(rnn *r) {
    if (r->data->ndim != 3 || r->data->shape[0] < 1)
        return nd_fail(ND_ESHAPE, "RNN: data must have shape (time, batch, features), not %s",
                       nd_array_text(r->data).chars);
    r->steps = r->data->shape[0], r->batch = r->data->shape[1], r->features = r->data->shape[2];
    if (check_state(r, r->state, "state", r->width) < 0 ||
        (r->memory && check_state(r, r->memory, "state_cell", r->units) < 0))
        return -1;
    if (r->lengths && (r->lengths->ndim != 1 || r->lengths->size != r->batch))
        return nd_fail(ND_ESHAPE, "RNN: sequence_length must have shape (%lld,), one for each sequence, not %s",
                       (long long)r->batch, nd_array_text(r->lengths).chars);
    double wanted = 0;
    for (int layer = 0; layer < r->layers; layer++)
        wanted += r->directions * (weights_of(r, layer) + 2 * (double)r->gates * (double)r->units);
    if (r->parameters->ndim != 1 || wanted != (double)r->parameters->size)
        return nd_fail(ND_ESHAPE, "RNN: data of shape %s needs parameters of shape (%.0f,), not %s",
                       nd_array_text(r->data).chars, wanted, nd_array_text(r->parameters).chars);
    return 0;
}

/* ---------------------------------------------------------------------------------------- taking arrays apart */

/* Calls an operator whose `count` outputs become the scope's. */
static void parts(nd_scope *s, nd_op_id op, nd_array *x, const nd_words *words, int count, nd_array **out) {
    memset(out, 0, (size_t)count * sizeof *out);
    s->failed = s->failed || nd_call(&nd_ops[op], &x, 1, words->at, nd_default_context(), out) < 0;
    for (int i = 0; i < count; i++)
        nd_scope_own(s, out[i]);
}

static void cut(nd_scope *s, nd_array *vector, const double *sizes, int count, nd_array **out) {
    nd_words words = nd_words_new(ND_OP__cut);
    words.at[0].i = count;
    for (int i = 0; i < count; i++)
        words.at[1 + i].f = sizes[i];
    parts(s, ND_OP__cut, vector, &words, count, out);
}

static void split(nd_scope *s, nd_array *x, int count, int64_t axis, bool squeeze, nd_array **out) {
    nd_words words = nd_words_new(ND_OP_split);
    nd_words_int(&words, ND_OP_split, 0, count);
    nd_words_int(&words, ND_OP_split, 1, axis);
    nd_words_int(&words, ND_OP_split, 2, squeeze);
    parts(s, ND_OP_split, x, &words, count, out);
}

/* x[0], x[1], ...: one split has at most ND_MAX_OUTPUTS outputs. */
static void unstack(nd_scope *s, nd_array *x, int64_t count, nd_array **out) {
    for (int64_t begin = 0; begin < count && !s->failed; begin += ND_MAX_OUTPUTS) {
        int64_t end = count - begin > ND_MAX_OUTPUTS ? begin + ND_MAX_OUTPUTS : count;
        nd_array *some = count > ND_MAX_OUTPUTS ? nd_do_slice_axis(s, x, 0, begin, end) : x;
        split(s, some, (int)(end - begin), 0, true, out + begin);
    }
}

static nd_array *join(nd_scope *s, nd_op_id op, nd_array *const *arrays, int64_t count, int64_t axis) {
    nd_words words = nd_words_new(op);
    nd_words_int(&words, op, 0, axis);
    return nd_do(s, op, arrays, (int)count, &words);
}

static nd_array *matrix(nd_scope *s, nd_array *vector, int64_t rows, int64_t columns) {
    const int64_t shape[] = {rows, columns};
    return nd_do_reshape(s, vector, 2, shape);
}

/* The sequences' lengths as a column, to be compared with steps. */
static void read_lengths(nd_scope *s, rnn *r) {
    const int64_t column[] = {r->batch, 1};
    if (r->lengths)
        r->lengths = nd_do_reshape(s, nd_do_cast(s, r->lengths, r->data->dtype), 2, column);
}

/* MXNet's packing: the weights of all cells, layer by layer, then the biases of all. */
static void read_cells(nd_scope *s, const rnn *r, cell *cells) {
    int count = r->layers * r->directions;
    int64_t rows = r->gates * r->units;
    double sizes[2 * MAX_CELLS] = {0};
    nd_array *pieces[2 * MAX_CELLS], *states[MAX_CELLS], *memories[MAX_CELLS] = {NULL};
    for (int i = 0; i < count; i++)
        sizes[i] = weights_of(r, i / r->directions), sizes[count + i] = 2 * (double)rows;
    cut(s, r->parameters, sizes, 2 * count, pieces);
    unstack(s, r->state, count, states);
    if (r->memory)
        unstack(s, r->memory, count, memories);
    for (int i = 0; i < count && !s->failed; i++) {
        int64_t inputs = i < r->directions ? r->features : r->width * r->directions;
        const double of[] = {(double)(rows * inputs), (double)(rows * r->width), (double)(r->width * r->units)};
        nd_array *weights[3], *biases[2];
        cut(s, pieces[i], of, r->projects ? 3 : 2, weights);
        split(s, pieces[count + i], 2, 0, false, biases);
        cells[i] = (cell){.from_input = matrix(s, weights[0], rows, inputs),
                          .from_state = matrix(s, weights[1], rows, r->width),
                          .projection = r->projects ? matrix(s, weights[2], r->width, r->units) : NULL,
                          .input_bias = biases[0],
                          .state_bias = biases[1],
                          .state = states[i],
                          .memory = memories[i]};
    }
}

/* ------------------------------------------------------------------------------------------------ one step */

/* x times the transposed weights. */
static nd_array *product(nd_scope *s, nd_array *x, nd_array *weights) {
    nd_words words = nd_words_new(ND_OP_dot);
    nd_words_int(&words, ND_OP_dot, 1, true);
    return nd_do(s, ND_OP_dot, (nd_array *[]){x, weights}, 2, &words);
}

static nd_array *sum(nd_scope *s, nd_array *a, nd_array *b) {
    return nd_do2(s, ND_OP_add, a, b);
}

static nd_array *times(nd_scope *s, nd_array *a, nd_array *b) {
    return nd_do2(s, ND_OP_mul, a, b);
}

static nd_array *clipped(nd_scope *s, const rnn *r, nd_array *memory) {
    if (r->clip_low == -INFINITY && r->clip_high == INFINITY)
        return memory;
    nd_words words = nd_words_new(ND_OP_clip);
    words.at[0].f = r->clip_low, words.at[1].f = r->clip_high;
    return nd_do_with(s, ND_OP_clip, memory, &words);
}

/* The gates: input, forget, new memory, output. */
static nd_array *lstm_step(nd_scope *s, const rnn *r, const cell *c, nd_array *input, nd_array **memory) {
    nd_array *gate[4], *all = sum(s, input, product(s, c->state, c->from_state));
    split(s, all, 4, 1, false, gate);
    nd_array *kept = times(s, nd_do1(s, ND_OP_sigmoid, gate[1]), c->memory);
    nd_array *added = times(s, nd_do1(s, ND_OP_sigmoid, gate[0]), nd_do1(s, ND_OP_tanh, gate[2]));
    *memory = clipped(s, r, sum(s, kept, added));
    nd_array *state = times(s, nd_do1(s, ND_OP_sigmoid, gate[3]), nd_do1(s, ND_OP_tanh, *memory));
    return c->projection ? product(s, state, c->projection) : state;
}

/* The gates: reset, update, new state. The reset gate acts on the product and its bias. */
static nd_array *gru_step(nd_scope *s, const cell *c, nd_array *input) {
    nd_array *of_input[3], *of_state[3];
    split(s, input, 3, 1, false, of_input);
    split(s, sum(s, product(s, c->state, c->from_state), c->state_bias), 3, 1, false, of_state);
    nd_array *reset = nd_do1(s, ND_OP_sigmoid, sum(s, of_input[0], of_state[0]));
    nd_array *update = nd_do1(s, ND_OP_sigmoid, sum(s, of_input[1], of_state[1]));
    nd_array *fresh = nd_do1(s, ND_OP_tanh, sum(s, of_input[2], times(s, reset, of_state[2])));
    return sum(s, fresh, times(s, update, nd_do2(s, ND_OP_sub, c->state, fresh)));
}

static nd_array *plain_step(nd_scope *s, const rnn *r, const cell *c, nd_array *input) {
    nd_op_id activation = r->mode == RNN_RELU ? ND_OP_relu : ND_OP_tanh;
    return nd_do1(s, activation, sum(s, input, product(s, c->state, c->from_state)));
}

/* Where a sequence has ended its state stays, and its output is 0. */
static nd_array *hold(nd_scope *s, nd_array *mask, nd_array *fresh, nd_array *old) {
    return nd_do(s, ND_OP_where, (nd_array *[]){mask, fresh, old}, 3, NULL);
}

/* A scope of its own, so that without a tape what a step made is gone after it. made: output, state, memory. */
static int step(const rnn *r, const cell *c, nd_array *input, int64_t at, nd_array *made[3]) {
    nd_scope s = {0};
    nd_array *memory = c->memory, *state = r->mode == LSTM  ? lstm_step(&s, r, c, input, &memory)
                                           : r->mode == GRU ? gru_step(&s, c, input)
                                                            : plain_step(&s, r, c, input);
    nd_array *output = state;
    if (r->lengths) {
        nd_array *mask = nd_do_scalar(&s, ND_OP_greater_scalar, r->lengths, (double)at);
        output = hold(&s, mask, state, nd_do1(&s, ND_OP_zeros_like, state));
        state = hold(&s, mask, state, c->state);
        memory = memory ? hold(&s, mask, memory, c->memory) : NULL;
    }
    return nd_scope_results(&s, (nd_array *[]){output, state, memory}, memory ? 3 : 2, made);
}

/* ------------------------------------------------------------------------------------------------ layers */

/* The gates' part that comes from the inputs, for all steps at once; as (time, batch, gates). */
static nd_array *from_inputs(nd_scope *s, const rnn *r, const cell *c, nd_array *x) {
    const int64_t shape[] = {r->steps, r->batch, r->gates * r->units};
    nd_array *bias = r->mode == GRU ? c->input_bias : sum(s, c->input_bias, c->state_bias);
    nd_array *rows = matrix(s, x, r->steps * r->batch, x ? x->shape[2] : 0);
    return nd_do_reshape(s, sum(s, product(s, rows, c->from_input), bias), 3, shape);
}

static void run_steps(nd_scope *s, const rnn *r, cell *c, nd_array **inputs, bool backwards, nd_array **outputs) {
    for (int64_t i = 0; i < r->steps && !s->failed; i++) {
        int64_t at = backwards ? r->steps - 1 - i : i;
        nd_array *made[3] = {NULL};
        s->failed = step(r, c, inputs[at], at, made) < 0;
        outputs[at] = nd_scope_own(s, made[0]);
        c->state = nd_scope_own(s, made[1]);
        c->memory = c->memory ? nd_scope_own(s, made[2]) : NULL;
    }
}

/* One direction of one layer, and its last states in the cell. */
static nd_array *run_cell(nd_scope *s, const rnn *r, cell *c, nd_array *x, bool backwards) {
    nd_array **inputs = s->failed ? NULL : nd_alloc(2 * r->steps * (int64_t)sizeof *inputs), *output = NULL;
    if (!inputs)
        return s->failed = true, NULL;
    unstack(s, from_inputs(s, r, c, x), r->steps, inputs);
    run_steps(s, r, c, inputs, backwards, inputs + r->steps);
    if (!s->failed)
        output = join(s, ND_OP_stack, inputs + r->steps, r->steps, 0);
    nd_free(inputs);
    return output;
}

/* In training what goes from layer to layer is thinned out. */
static nd_array *dropped_out(nd_scope *s, const rnn *r, nd_array *x) {
    if (s->failed || r->dropout == 0 || !nd_is_training())
        return x;
    nd_spec spec = nd_array_spec(x);
    spec.dtype = ND_FLOAT32;
    nd_array *mask = nd_do_table(s, &spec, x->context);
    if (mask && nd_random_dropout_mask_f32(nd_data(mask), mask->size, (float)(1 - r->dropout)) < 0)
        s->failed = true;
    return times(s, x, nd_do_cast(s, nd_do_there(s, mask, x->context), x->dtype));
}

static nd_array *run_layers(nd_scope *s, const rnn *r, cell *cells) {
    nd_array *x = r->data;
    for (int layer = 0; layer < r->layers; layer++) {
        nd_array *outputs[2];
        x = layer ? dropped_out(s, r, x) : x;
        for (int d = 0; d < r->directions; d++)
            outputs[d] = run_cell(s, r, &cells[layer * r->directions + d], x, d == 1);
        x = r->directions == 2 ? join(s, ND_OP_concat, outputs, 2, 2) : outputs[0];
    }
    return x;
}

static nd_array *last_states(nd_scope *s, const rnn *r, const cell *cells, bool memories) {
    nd_array *states[MAX_CELLS];
    for (int i = 0; i < r->layers * r->directions; i++)
        states[i] = memories ? cells[i].memory : cells[i].state;
    return join(s, ND_OP_stack, states, (int64_t)r->layers * r->directions, 0);
}

int rnn_compose(nd_invocation *call) {
    rnn r = {0};
    cell cells[MAX_CELLS] = {0};
    if (read_params(call, &r) < 0 || read_inputs(call, &r) < 0 || check_shapes(&r) < 0)
        return -1;
    nd_scope s = {0};
    read_lengths(&s, &r);
    read_cells(&s, &r, cells);
    nd_array *made[3] = {run_layers(&s, &r, cells)};
    call->outputs = !r.states_wanted ? 1 : r.mode == LSTM ? 3 : 2;
    if (r.states_wanted)
        made[1] = last_states(&s, &r, cells, false);
    if (call->outputs == 3)
        made[2] = last_states(&s, &r, cells, true);
    return nd_scope_results(&s, made, call->outputs, call->out);
}
