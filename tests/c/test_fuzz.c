/* Any call at all of any operator, however wrong, with any gradients after it: a result or an error that says why, and
 * nothing changed or left behind. */
#include "samples.h"

static int64_t any_int(void) {
    static const int64_t huge[] = {INT64_MAX,           INT64_MIN,        INT64_MIN + 1,           (int64_t)1 << 62,
                                   -((int64_t)1 << 62), (int64_t)1 << 40, -1 - ((int64_t)1 << 40), (int64_t)1 << 57,
                                   INT64_MAX / 64,      INT32_MAX + 1LL};
    return one_in(8) ? huge[random_below(COUNT(huge))] : random_below(9) - 3;
}

static double any_float(void) {
    static const double odd[] = {0, -0.0, NAN, INFINITY, -INFINITY, 1e300, -1e300, 1e-300, 0x1p63, -0x1p63, 1e18};
    return one_in(3) ? odd[random_below(COUNT(odd))] : random_between(-4, 4);
}

static void any_list(nd_word *at, int most) {
    int64_t count = at->i = one_in(6) ? ND_NONE : random_below(one_in(4) ? most + 1 : 4);
    for (int i = 1; i <= count; i++)
        at[i].i = one_in(10) ? ND_NONE : any_int();
}

static void any_reals(nd_word *at) {
    int64_t count = at->i = one_in(6) ? ND_NONE : random_below(one_in(4) ? ND_MAX_ITEMS + 1 : 4);
    for (int i = 1; i <= count; i++)
        at[i].f = any_float();
}

/* Any value that a parameter of that kind may lie in memory as. */
static void any_param(const nd_param *param, nd_word *at) {
    switch (param->kind) {
    case ND_INT: at->i = any_int(); break;
    case ND_OPT_INT: at->i = one_in(3) ? ND_NONE : any_int(); break;
    case ND_FLOAT: at->f = any_float(); break;
    case ND_OPT_FLOAT: at->f = one_in(3) ? (double)NAN : any_float(); break;
    case ND_FLAG: at->i = random_below(2); break;
    case ND_CHOICE: at->i = random_below(count_words(param->choices)); break;
    case ND_TYPE: at->i = one_in(4) ? ND_NONE : random_below(ND_DTYPES); break;
    case ND_SHAPE:
    case ND_AXES: any_list(at, ND_MAX_DIM); break;
    case ND_INTS: any_list(at, ND_MAX_ITEMS); break;
    case ND_REALS: any_reals(at); break;
    case ND_TEXT: break;
    }
}

static void any_params(const nd_op *op, nd_word *words) {
    read_params(op, words, "");
    for (int i = 0; nd_op_params(op)[i].name; i++)
        if (nd_op_params(op)[i].required || one_in(2))
            any_param(&nd_op_params(op)[i], words + nd_op_word_of(op, i));
}

static void any_shape(nd_spec *spec) {
    spec->ndim = (uint8_t)random_below(one_in(4) ? ND_MAX_DIM + 1 : 4);
    for (int i = 0; i < spec->ndim; i++)
        spec->shape[i] = one_in(8) ? 0 : 1 + random_below(spec->ndim > 4 ? 2 : 4);
    if (spec->ndim > 1 && one_in(20)) { /* nothing, but a lot of it: loops over rows must not count them */
        int empty = (int)random_below(spec->ndim);
        spec->shape[empty] = 0;
        spec->shape[(empty + 1) % spec->ndim] = (int64_t)1 << 40;
    }
}

/* Like another shape, or nearly: axes of extent 1, axes left out, axes that do not fit. */
static void like_shape(nd_spec *spec, const nd_spec *other) {
    int skip = one_in(4) && other->ndim ? (int)random_below(other->ndim) : 0;
    spec->ndim = (uint8_t)(other->ndim - skip);
    for (int i = 0; i < spec->ndim; i++)
        spec->shape[i] = one_in(6) ? 1 : one_in(12) ? random_below(5) : other->shape[skip + i];
}

static void any_values(nd_array *array) {
    bool odd = one_in(4);
    for (int64_t i = 0; i < array->size; i++)
        odd ? nd_array_set(array, i, any_float()) : nd_array_set_int(array, i, random_below(7) - 2);
}

static int any_inputs(const nd_op *op, nd_array **in) {
    int count = nd_op_input_count(op) == ND_VARIADIC ? 1 + (int)random_below(4) : nd_op_input_count(op);
    count = one_in(30) ? (int)random_below(5) : count;
    nd_spec first = {.dtype = (uint8_t)(one_in(2) ? ND_FLOAT64 : random_below(ND_DTYPES))};
    any_shape(&first);
    for (int i = 0; i < count; i++) {
        nd_spec spec = {.dtype = (uint8_t)(one_in(6) ? random_below(ND_DTYPES) : first.dtype)};
        if (i == 0)
            spec = first;
        else if (one_in(4))
            any_shape(&spec);
        else
            like_shape(&spec, &first);
        in[i] = nd_array_new(&spec, CPU);
        in[i] = in[i] ? in[i] : shaped((nd_dtype)spec.dtype, "2x0");
        any_values(in[i]);
        if (one_in(2))
            nd_attach_grad(in[i], one_in(3) ? ND_GRAD_ADD : ND_GRAD_WRITE, NULL);
    }
    return count;
}

/* One of the operator's samples with a thing or two about it changed: closer to a good call than chance would come. */
static int altered_sample(const nd_op *op, const sample *sample, nd_array **in, nd_word *words) {
    trial t = trial_open(op, sample, one_in(2) ? ND_FLOAT64 : (nd_dtype)random_below(ND_DTYPES));
    for (int i = 0; i < t.count; i++) {
        nd_spec spec = nd_array_spec(t.in[i]), altered = spec;
        in[i] = nd_array_retain(t.in[i]);
        if (one_in(5)) {
            like_shape(&altered, &spec);
            nd_array_release(in[i]);
            in[i] = nd_array_new(&altered, CPU);
            any_values(in[i]);
        }
        if (one_in(2))
            nd_attach_grad(in[i], one_in(3) ? ND_GRAD_ADD : ND_GRAD_WRITE, NULL);
    }
    for (int i = 0; nd_op_params(op)[i].name; i++)
        if (one_in(5))
            any_param(&nd_op_params(op)[i], t.words + nd_op_word_of(op, i));
    memcpy(words, t.words, sizeof t.words);
    trial_close(&t);
    return t.count;
}

/* An array to write into: one that fits, one that does not, or an input. */
static nd_array *any_out(const nd_op *op, nd_array **in, int count, const nd_word *words) {
    if (one_in(3) && count)
        return nd_array_retain(in[random_below(count)]);
    nd_array *fitting[ND_MAX_OUTPUTS] = {0};
    int outputs = nd_call(op, in, count, words, CPU, fitting);
    nd_array *out =
        outputs > 0 && !one_in(4) ? nd_array_retain(fitting[0]) : shaped((nd_dtype)random_below(ND_DTYPES), "2x3");
    release_all(fitting, outputs);
    return out;
}

/* Gradients of whatever came out, and gradients of those: results or errors. */
static void any_backward(nd_array **out, int outputs, nd_array **in, int count) {
    nd_backward_options options = {.create_graph = one_in(2), .retain_graph = one_in(2)};
    nd_array *first[MAX_INPUTS] = {0}, *second[MAX_INPUTS] = {0}, *variables[MAX_INPUTS];
    int marked = 0;
    for (int i = 0; i < count; i++)
        if (nd_in_graph(in[i]))
            variables[marked++] = in[i];
    if (one_in(2)) {
        nd_backward(out, NULL, outputs, options, NULL, 0, NULL);
    } else if (nd_backward(out, NULL, outputs, options, variables, marked, first) == 0) {
        if (nd_backward(first, NULL, 1, (nd_backward_options){.retain_graph = one_in(2)}, variables, marked, second) ==
            0)
            release_all(second, marked);
        release_all(first, marked);
    }
}

/* A call that fails says why, and leaves its inputs and outputs alone. */
static void fuzz(const nd_op *op, const sample *sample) {
    nd_array *in[MAX_INPUTS], *kept[MAX_INPUTS], *out[ND_MAX_OUTPUTS] = {0};
    nd_word words[ND_MAX_WORDS];
    ledger before = ledger_now();
    int count;
    if (one_in(2))
        count = altered_sample(op, sample, in, words);
    else
        count = any_inputs(op, in), any_params(op, words);
    nd_array *given = one_in(4) ? any_out(op, in, count, words) : NULL, *kept_given = given ? copy_of(given) : NULL;
    out[0] = given;
    for (int i = 0; i < count; i++)
        kept[i] = copy_of(in[i]);
    bool recording = nd_set_recording(one_in(2));
    int outputs = nd_call(op, in, count, words, CPU, out);
    if (outputs > 0)
        any_backward(out, outputs, in, count);
    nd_set_recording(recording);
    if (outputs < 0) {
        CHECK_FOR(nd_error_kind() != ND_OK && *nd_error_message(), "%s", nd_op_name(op));
        CHECK_FOR(out[0] == given && (!given || same_array(given, kept_given)), "%s", nd_op_name(op));
        for (int i = 0; i < count; i++)
            CHECK_FOR(same_array(in[i], kept[i]), "%s", nd_op_name(op));
    }
    release_all(out, outputs > 0 ? outputs : given ? 1 : 0);
    nd_array_release(kept_given);
    release_all(in, count);
    release_all(kept, count);
    CHECK_FOR(nothing_left(before), "%s", nd_op_name(op));
}

enum { FUZZ = 2000 };

static void test_anything(void) {
    const char *sets[4];
    int set_count = instruction_sets(sets);
    for (int i = 0; i < nd_op_count(); i++) {
        const sample *first;
        int count = samples_for(nd_op_at(i), &first);
        for (int k = 0; k < FUZZ; k++) {
            nd_use_instruction_set(sets[k % set_count]);
            fuzz(nd_op_at(i), first + k % count);
        }
    }
}

int main(void) {
    ledger before = ledger_now();
    test_anything();
    CHECK_NOTHING_LEFT(before);
    return check_report("fuzz");
}
