/* The table of operators: that it is sound, and that every operator computes in every dtype, on every instruction set
 * alike, and into given arrays. */
#include "samples.h"

static const char *sets[4];
static int set_count;

/* ----------------------------------------------------------------------------------------------- the table */

typedef struct word {
    const char *at;
    int length;
} word;

/* Cuts the first of the blank-separated words off; false at the end. */
static bool next_word(const char **text, word *word) {
    *text += strspn(*text, " ");
    *word = (struct word){*text, (int)strcspn(*text, " ")};
    *text += word->length;
    return word->length > 0;
}

/* A name finds its operator, so no two operators share it, and an operator does not list one twice. */
static void check_names(const nd_op *op) {
    CHECK_FOR(nd_op_find(nd_op_name(op)) == op, "%s", nd_op_name(op));
    const char *aliases = nd_op_aliases(op);
    for (word w; next_word(&aliases, &w);) {
        char name[100];
        snprintf(name, sizeof name, "%.*s", w.length, w.at);
        CHECK_FOR(nd_op_find(name) == op, "%s, alias of %s", name, nd_op_name(op));
        CHECK_FOR(strcmp(name, nd_op_name(op)) != 0, "%s is its own alias", name);
        const char *rest = aliases;
        for (word other; next_word(&rest, &other);)
            CHECK_FOR(other.length != w.length || strncmp(other.at, w.at, (size_t)w.length) != 0, "%s is listed twice",
                      name);
    }
}

/* The tape keeps the number of inputs in 16 bits, the words too, and what gradients need of the first 16 inputs. */
static void check_limits(const nd_op *op) {
    int count = nd_op_input_count(op);
    CHECK_FOR(count <= 16 || count == ND_VARIADIC, "%s", nd_op_name(op));
    CHECK_FOR(nd_op_words(op) <= ND_MAX_WORDS, "%s", nd_op_name(op));
    if (count == ND_VARIADIC)
        CHECK_FOR(nd_op_inputs(op)[0] == '*', "%s", nd_op_name(op));
    else
        CHECK_FOR(count_words(nd_op_inputs(op)) == count, "%s", nd_op_name(op));
    for (int i = 0; i < count && i < 2; i++) {
        double low, high;
        nd_op_domain(op, i, &low, &high);
        CHECK_FOR(low < high, "%s, input %d", nd_op_name(op), i);
    }
}

static void check_params(const nd_op *op) {
    const nd_param *params = nd_op_params(op);
    int words = 0, i = 0;
    for (; params[i].name; i++) {
        bool list = params[i].kind == ND_SHAPE || params[i].kind == ND_AXES;
        bool items = params[i].kind == ND_INTS || params[i].kind == ND_REALS;
        CHECK_EQ_I64(nd_op_word_of(op, i), words);
        words += list ? 1 + ND_MAX_DIM : items ? 1 + ND_MAX_ITEMS : 1;
        CHECK_FOR((params[i].kind == ND_CHOICE) == (params[i].choices != NULL), "%s %s", nd_op_name(op),
                  params[i].name);
        if (params[i].choices && params[i].initial.i != ND_NONE)
            CHECK_FOR(params[i].initial.i >= 0 && params[i].initial.i < count_words(params[i].choices), "%s",
                      nd_op_name(op));
        for (int k = 0; k < i; k++)
            CHECK_FOR(strcmp(params[i].name, params[k].name) != 0, "%s has two %s", nd_op_name(op), params[i].name);
    }
    CHECK_EQ_I64(nd_op_words(op), words);
}

static void check_texts(const nd_op *op) {
    static const char *const families[] = {"unary",   "binary", "elemwise", "scalar",
                                           "ternary", "scaled", "reduce",   "other"};
    const char *doc = nd_op_doc(op);
    bool known = false;
    for (int i = 0; i < COUNT(families); i++)
        known = known || strcmp(nd_op_family(op), families[i]) == 0;
    CHECK_FOR(known, "%s: %s", nd_op_name(op), nd_op_family(op));
    CHECK_FOR(doc && strcspn(doc, "\n") >= 3 && doc[strcspn(doc, "\n") - 1] == '.', "%s", nd_op_name(op));
}

static void test_table(void) {
    for (int i = 0; i < nd_op_count(); i++) {
        const nd_op *op = nd_op_at(i);
        CHECK_EQ_I64(nd_op_index(op), i);
        check_names(op);
        check_limits(op);
        check_params(op);
        check_texts(op);
        const sample *first;
        CHECK_FOR(samples_for(op, &first) > 0, "%s needs a row in samples.h", nd_op_name(op));
    }
    static const char *const nobody[] = {
        "", " ", "no such operator", "broadcast_", "plus", "_Plus _Minus", "random_uniform uniform"};
    for (int i = 0; i < COUNT(nobody); i++)
        CHECK(nd_op_find(nobody[i]) == NULL);
    for (int i = 1; i < COUNT(samples); i++) {
        const sample *first;
        int count = samples_named(samples[i].name, &first);
        CHECK_FOR(&samples[i] < first + count, "the rows of %s do not lie together", samples[i].name);
    }
}

/* -------------------------------------------------------------------------------- every operator, every dtype */

/* In float32 and float64 every sample is a good call; in other dtypes it may be refused. */
static void call_sample(trial *t) {
    ledger before = ledger_now();
    nd_array *out[ND_MAX_OUTPUTS];
    int count = trial_call(t, out);
    bool real = !t->count || t->in[0]->dtype <= ND_FLOAT64;
    CHECK_FOR(count > 0 || !real, "%s, %s, %s: %s", nd_op_name(t->op), t->sample->inputs, t->sample->params,
              nd_error_message());
    CHECK_FOR(count < 0 || nd_op_output_count(t->op, t->words) == count, "%s", nd_op_name(t->op));
    if (count < 0)
        CHECK_FOR(nd_error_kind() == ND_EDTYPE || nd_error_kind() == ND_EARGUMENT || nd_error_kind() == ND_EINDEX,
                  "%s in %s: %s", nd_op_name(t->op), nd_dtype_name(t->in[0]->dtype), nd_error_message());
    release_all(out, count);
    /* The defaults alone: whatever comes of it. */
    memset(out, 0, sizeof out);
    nd_op_defaults(t->op, t->words);
    release_all(out, nd_call(t->op, t->in, t->count, t->words, CPU, out));
    CHECK_NOTHING_LEFT(before);
}

static void test_every_dtype(void) {
    for (int set = 0; set < set_count; set++) {
        CHECK(nd_use_instruction_set(sets[set]) == 0);
        for (int dtype = 0; dtype < ND_DTYPES; dtype++)
            for_each_trial((nd_dtype)dtype, call_sample);
    }
}

/* ------------------------------------------------------------------- the instruction sets against each other */

/* A float's place among all floats of its dtype. */
static int64_t place_of(const nd_array *array, int64_t i) {
    uint64_t bits = 0;
    int size = nd_dtype_size(array->dtype);
    memcpy(&bits, (char *)nd_array_data(array) + i * size, (size_t)size);
    uint64_t sign = (uint64_t)1 << (8 * size - 1);
    int64_t magnitude = (int64_t)(bits & (sign - 1));
    return bits & sign ? -magnitude : magnitude;
}

static bool close_in_ulps(const nd_array *a, const nd_array *b, int64_t ulps) {
    for (int64_t i = 0; i < a->size; i++) {
        double u = nd_array_get(a, i), v = nd_array_get(b, i);
        if (nd_array_get_int(a, i) != nd_array_get_int(b, i) && !nd_dtype_is_float(a->dtype))
            return false;
        if (nd_dtype_is_float(a->dtype) && !(isnan(u) && isnan(v)) && llabs(place_of(a, i) - place_of(b, i)) > ulps)
            return printf("%.17g against %.17g: ", u, v), false;
    }
    return true;
}

/* Sums are added up in different orders: close in proportion to the largest value, or to the 1 that the inputs are
 * about. */
static bool close_in_size(const nd_array *a, const nd_array *b) {
    double largest = 1, unit = a->dtype == ND_FLOAT64 ? 0x1p-46 : a->dtype == ND_FLOAT32 ? 0x1p-17 : 0x1p-8;
    for (int64_t i = 0; i < a->size; i++)
        if (isfinite(nd_array_get(a, i)))
            largest = fmax(largest, fabs(nd_array_get(a, i)));
    for (int64_t i = 0; i < a->size; i++) {
        double u = nd_array_get(a, i), v = nd_array_get(b, i);
        if (u != v && !(isnan(u) && isnan(v)) && !(fabs(u - v) <= unit * largest))
            return printf("%.17g against %.17g: ", u, v), false;
    }
    return true;
}

/* The numbers where formulas change hands, then any bits at all, then the domain. */
static void fill_widely(const nd_op *op, int input, nd_array *array) {
    static const double special[] = {0,    -0.0, 1,        -1,        0.5,  -0.5, 1.5,   -2.5,
                                     3,    NAN,  INFINITY, -INFINITY, 1e4,  -1e4, 1e-4,  1e10,
                                     88.5, -104, 0x1p-149, -0x1p-126, 1e30, 1e38, -1e38, 710};
    for (int64_t i = 0; i < array->size; i++) {
        double low, high;
        nd_op_domain(op, input, &low, &high);
        if (i < COUNT(special) * COUNT(special)) /* every pair, for operators of two inputs */
            nd_array_set(array, i, special[input ? i / COUNT(special) : i % COUNT(special)]);
        else if (nd_dtype_is_float(array->dtype) && i % 2)
            nd_array_set(array, i, ldexp(random_between(-1, 1), (int)random_below(64) - 32));
        else
            nd_array_set(array, i,
                         nd_dtype_is_float(array->dtype) ? random_between(low, high) : (double)random_below(300) - 100);
    }
}

static bool is_family(const nd_op *op, const char *names) {
    const char *found = strstr(names, nd_op_family(op));
    return found && (found == names || found[-1] == ' ');
}

/* One elementwise operator on one instruction set. */
static nd_array *on_set(int set, const nd_op *op, nd_array **in) {
    nd_word words[ND_MAX_WORDS];
    const sample *first;
    samples_for(op, &first);
    read_params(op, words, first->params);
    nd_use_instruction_set(sets[set]);
    return nd_apply(op, in, nd_op_input_count(op), words);
}

static void compare_elementwise(const nd_op *op, nd_dtype dtype) {
    nd_array *in[3] = {0};
    int count = nd_op_input_count(op);
    for (int i = 0; i < count; i++) {
        in[i] = NEW(dtype, 1237);
        fill_widely(op, i, in[i]);
        for (int64_t k = 0; k < in[i]->size && !nd_dtype_is_float(dtype) && i; k++) /* no integer division by zero */
            if (nd_array_get(in[i], k) == 0)
                nd_array_set_int(in[i], k, 3);
    }
    nd_array *expected = on_set(0, op, in);
    for (int set = 1; set < set_count; set++) {
        nd_array *got = on_set(set, op, in);
        CHECK_FOR((got == NULL) == (expected == NULL), "%s in %s", nd_op_name(op), nd_dtype_name(dtype));
        bool cancels = strcmp(nd_op_name(op), "_gelu") == 0; /* 1 + erf(x) below 0 */
        if (got && expected)
            CHECK_FOR(cancels ? close_in_size(expected, got) : close_in_ulps(expected, got, 2), "%s in %s",
                      nd_op_name(op), nd_dtype_name(dtype));
        nd_array_release(got);
    }
    nd_array_release(expected);
    release_all(in, count);
}

static void test_elementwise_alike(void) {
    for (int i = 0; i < nd_op_count(); i++)
        for (int dtype = 0; dtype < ND_DTYPES; dtype++)
            if (is_family(nd_op_at(i), "unary binary elemwise scalar ternary scaled"))
                compare_elementwise(nd_op_at(i), (nd_dtype)dtype);
}

/* The gradient of the sum of all outputs at the first input, and the first output: both new references. */
static void compute_both(trial *t, nd_array **output, nd_array **gradient) {
    nd_array *out[ND_MAX_OUTPUTS];
    *output = *gradient = NULL;
    if (t->count)
        nd_attach_grad(t->in[0], ND_GRAD_WRITE, NULL);
    nd_set_recording(true);
    int count = trial_call(t, out);
    nd_set_recording(false);
    if (count < 0)
        return;
    *output = copy_of(out[0]);
    if (t->count && nd_in_graph(out[0])) {
        int status = backward(out[0], NULL);
        CHECK_FOR(status == 0 || t->in[0]->dtype > ND_FLOAT16, "%s: %s", nd_op_name(t->op), nd_error_message());
        *gradient = status == 0 ? nd_grad(t->in[0]) : NULL;
    }
    release_all(out, count);
}

static void compare_trial(trial *t) {
    if (t->count && t->whole[0])
        return;
    nd_array *output, *gradient;
    nd_use_instruction_set(sets[0]);
    compute_both(t, &output, &gradient);
    for (int set = 1; set < set_count; set++) {
        nd_array *other_output, *other_gradient;
        nd_use_instruction_set(sets[set]);
        compute_both(t, &other_output, &other_gradient);
        CHECK_FOR((output == NULL) == (other_output == NULL), "%s", nd_op_name(t->op));
        if (output && other_output)
            CHECK_FOR(close_in_size(output, other_output), "%s", nd_op_name(t->op));
        if (gradient && other_gradient)
            CHECK_FOR(close_in_size(gradient, other_gradient), "gradient of %s", nd_op_name(t->op));
        nd_array_release(other_output);
        nd_array_release(other_gradient);
    }
    nd_array_release(output);
    nd_array_release(gradient);
}

static void test_samples_alike(void) {
    for (int dtype = 0; dtype < ND_DTYPES; dtype++)
        for_each_trial((nd_dtype)dtype, compare_trial);
}

static void test_instruction_sets(void) {
    CHECK(set_count >= 1);
    CHECK_FAILS(nd_use_instruction_set("mmx") < 0, ND_EARGUMENT);
    CHECK_FAILS(nd_use_instruction_set("") < 0, ND_EARGUMENT);
    for (int set = 0; set < set_count; set++) {
        CHECK(nd_use_instruction_set(sets[set]) == 0);
        CHECK(strcmp(nd_instruction_set(), sets[set]) == 0);
    }
}

/* ------------------------------------------------------------------------------------------- writing into out= */

/* Into an array elsewhere, into an input, and into views that overlap one: always what a new array gets. */
static void check_out(trial *t) {
    nd_array *out[ND_MAX_OUTPUTS];
    int count = trial_call(t, out);
    for (int mode = 0; mode < 2 && count == 1; mode++) {
        nd_array *input = t->count ? t->in[0] : NULL, *kept = input ? copy_of(input) : NULL;
        bool fits = input && same_shape(input, out[0]) && input->dtype == out[0]->dtype;
        nd_array *given = mode && fits ? nd_array_retain(input) : copy_of(out[0]), *returned = given;
        trial_restore(t);
        nd_seed(5);
        CHECK_FOR(nd_call(t->op, t->in, t->count, t->words, CPU, &returned) == 1, "%s: %s", nd_op_name(t->op),
                  nd_error_message());
        CHECK(returned == given);
        CHECK_FOR(same_array(given, out[0]), "%s into %s", nd_op_name(t->op), mode ? "its input" : "another array");
        if (mode && fits)
            nd_array_assign(input, kept);
        nd_array_release(given);
        nd_array_release(kept);
    }
    release_all(out, count);
}

/* out is x[1:] where the input is x[:-1]: what is read late must not be what was written early. */
static void test_overlapping_out(void) {
    static const char *const names[] = {"exp", "negative", "cumulative", "_copy", "softmax"};
    for (int n = 0; n < COUNT(names); n++)
        for (int dtype = 0; dtype < ND_DTYPES; dtype++) {
            if (!nd_op_find(names[n]))
                continue;
            nd_array *whole = NEW((nd_dtype)dtype, 40);
            fill_whole(whole, 0, 5);
            nd_spec part = {.dtype = (uint8_t)dtype, .ndim = 1, .shape = {39}};
            nd_array *in = nd_array_view(whole, 0, &part),
                     *given = nd_array_view(whole, nd_dtype_size((nd_dtype)dtype), &part);
            nd_array *expected = apply(names[n], "", in, NULL, NULL), *out = given;
            nd_word words[ND_MAX_WORDS];
            read_params(nd_op_find(names[n]), words, "");
            CHECK(nd_call(nd_op_find(names[n]), &in, 1, words, CPU, &out) == 1);
            CHECK_FOR(same_array(given, expected), "%s in %s", names[n], nd_dtype_name((nd_dtype)dtype));
            nd_array_release(whole), nd_array_release(in), nd_array_release(given), nd_array_release(expected);
        }
}

static void test_out(void) {
    for (int dtype = 0; dtype < ND_DTYPES; dtype++)
        for_each_trial((nd_dtype)dtype, check_out);
    test_overlapping_out();
    nd_array *x = NEW(ND_FLOAT32, 2, 3),
             *bad[] = {NEW(ND_FLOAT32, 3, 2), NEW(ND_FLOAT64, 2, 3), NEW(ND_FLOAT32, 6), NEW(ND_FLOAT32, 2)};
    static const nd_error kinds[] = {ND_ESHAPE, ND_EDTYPE, ND_ESHAPE, ND_ESHAPE};
    fill_random(x, 0, 1);
    for (int i = 0; i < COUNT(bad); i++) {
        nd_array_fill(bad[i], 7);
        nd_array *out = bad[i], *before = copy_of(out);
        CHECK_FAILS(nd_call(nd_op_find("exp"), &x, 1, NULL, CPU, &out) < 0, kinds[i]);
        CHECK(out == bad[i] && same_array(out, before));
        nd_array_release(before);
    }
    release_all(bad, COUNT(bad));
    nd_array_release(x);
}

int main(void) {
    ledger before = ledger_now();
    set_count = instruction_sets(sets);
    test_table();
    test_instruction_sets();
    test_every_dtype();
    test_elementwise_alike();
    test_samples_alike();
    test_out();
    CHECK_NOTHING_LEFT(before);
    return check_report("ops");
}
