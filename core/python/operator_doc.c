/* The documentation of an operator, from its row: a signature that inspect understands, then text. */
#include "binding.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef struct text {
    char *start;
    size_t used, room;
    bool failed;
} text;

static bool make_room(text *t, size_t more) {
    if (more < t->room - t->used)
        return true;
    size_t room = 2 * (t->used + more + 1);
    char *grown = realloc(t->start, room);
    if (!grown)
        return t->failed = true, false;
    t->start = grown;
    t->room = room;
    return true;
}

static void add_part(text *t, const char *start, size_t length) {
    if (t->failed || length == 0 || !make_room(t, length))
        return;
    memcpy(t->start + t->used, start, length);
    t->used += length;
    t->start[t->used] = '\0';
}

static void add(text *t, const char *words) {
    add_part(t, words, strlen(words));
}

static void add_all(text *t, ...) {
    va_list words;
    va_start(words, t);
    for (const char *word; (word = va_arg(words, const char *)) != NULL;)
        add(t, word);
    va_end(words);
}

/* ---------------------------------------------------------------------------------------------- defaults */

static void add_integer(text *t, int64_t value) {
    char digits[32];
    PyOS_snprintf(digits, sizeof digits, "%lld", (long long)value);
    add(t, digits);
}

static void add_float(text *t, double value) {
    if (isinf(value)) { /* "inf" would be no literal */
        add(t, value < 0 ? "-1e999" : "1e999");
        return;
    }
    char *digits = PyOS_double_to_string(value, 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
    if (digits)
        add(t, digits);
    else
        t->failed = true;
    if (!digits)
        PyErr_Clear();
    PyMem_Free(digits);
}

static void add_choice(text *t, const char *choices, int64_t position) {
    const char *word = choices + strspn(choices, " ");
    for (; position > 0 && *word; position--) {
        word += strcspn(word, " ");
        word += strspn(word, " ");
    }
    add(t, "'");
    add_part(t, word, strcspn(word, " "));
    add(t, "'");
}

static bool default_is_none(const nd_param *param) {
    switch (param->kind) {
    case ND_OPT_FLOAT: return isnan(param->initial.f);
    case ND_FLOAT: return false;
    default: return param->initial.i == ND_NONE;
    }
}

static void add_default(text *t, const nd_param *param) {
    nd_word initial = param->initial;
    if (default_is_none(param))
        add(t, "None");
    else if (param->kind == ND_FLAG)
        add(t, initial.i ? "True" : "False");
    else if (param->kind == ND_FLOAT || param->kind == ND_OPT_FLOAT)
        add_float(t, initial.f);
    else if (param->kind == ND_CHOICE)
        add_choice(t, param->choices, initial.i);
    else if (param->kind == ND_TYPE)
        add_all(t, "'", nd_dtype_name((nd_dtype)initial.i), "'", NULL);
    else if (param->kind == ND_SHAPE || param->kind == ND_AXES || param->kind == ND_INTS || param->kind == ND_REALS)
        add(t, "()");
    else
        add_integer(t, initial.i);
}

/* --------------------------------------------------------------------------------------------- signature */

/* From the first input with a default on, Python wants all to have one. */
static int first_optional(const Operator *self) {
    int first = 0;
    while (first < self->inputs && !(self->optional >> first & 1))
        first++;
    return first;
}

static void add_inputs(text *t, const Operator *self, bool as_method) {
    const char *word = nd_op_inputs(self->op);
    if (self->inputs == ND_VARIADIC) {
        if (!as_method)
            add_all(t, ", ", *word == '*' ? "" : "*", word, NULL);
        else
            add_all(t, ", *others", NULL);
        return;
    }
    for (int i = 0; i < self->inputs; i++) {
        word += strspn(word, " ");
        word += *word == '?';
        size_t length = strcspn(word, " ");
        if (i > 0 || !as_method) {
            add(t, ", ");
            add_part(t, word, length);
            if (i >= first_optional(self))
                add(t, "=None");
        }
        word += length;
    }
}

static void add_signature(text *t, const Operator *self, const char *name, bool as_method) {
    const nd_param *params = nd_op_params(self->op);
    bool optional = self->inputs != ND_VARIADIC && first_optional(self) < self->inputs;
    add_all(t, name, "($self", NULL);
    add_inputs(t, self, as_method);
    for (int i = 0; i < self->parameters; i++) {
        add_all(t, ", ", params[i].name, NULL);
        if (params[i].required && !optional)
            continue;
        add(t, "=");
        if (params[i].required)
            add(t, "..."); /* Python allows no parameter without default here */
        else
            add_default(t, &params[i]);
        optional = true;
    }
    add_all(t, ", out=None, name=None", self->inputs == 0 ? ", ctx=None" : "", ")\n--\n\n", NULL);
}

/* -------------------------------------------------------------------------------------------------- text */

enum { WIDTH = 100, HANG = 4 };

/* A line, broken at blanks; what is broken off hangs under its beginning. */
static void add_line(text *t, const char *line, size_t hang) {
    size_t length = strlen(line), room = WIDTH;
    while (length > room) {
        size_t cut = room;
        while (cut > 0 && line[cut] != ' ')
            cut--;
        if (cut == 0)
            break;
        add_part(t, line, cut);
        add(t, "\n");
        add_part(t, "        ", hang);
        line += cut + 1;
        length -= cut + 1;
        room = WIDTH - hang;
    }
    add_all(t, line, "\n", NULL);
}

/* Finishes the line that was gathered in `line`, and empties that. */
static void end_line(text *t, text *line, size_t hang) {
    if (line->start)
        add_line(t, line->start, hang);
    t->failed |= line->failed;
    free(line->start);
    *line = (text){0};
}

/* What the row's documentation says under that name, up to the end of the line, or NULL. */
static const char *said(const char *doc, const char *name, size_t *length) {
    size_t named = strlen(name);
    for (const char *at = doc; (at = strchr(at, '\n'));)
        if (strncmp(++at, name, named) == 0 && at[named] == ':')
            return *length = strcspn(at + named + 2, "\n"), at + named + 2;
    return NULL;
}

/* --------------------------------------------------------------------------------------------- parameters */

#define UNUSED_HERE "accepted, without meaning here"

/* What parameters mean wherever they occur; a row says what its own mean, or mean otherwise. */
static const struct {
    const char *name, *meaning;
} meanings[] = {
    {"axis", "negative ones count from the last"},
    {"keepdims", "keep the axes that are folded, with extent 1"},
    {"exclude", "take all axes but those named"},
    {"dtype", "of the result; None: that of the first input, else float32"},
    {"shape", "of the result"},
    {"scalar", "the number"},
    {"lr", "learning rate"},
    {"wd", "weight decay"},
    {"lrs", "a learning rate for each weight"},
    {"wds", "a weight decay for each weight"},
    {"etas", "an eta for each weight"},
    {"rescale_grad", "the gradient is multiplied by it first"},
    {"clip_gradient", "the rescaled gradient is limited to -clip ... clip; negative: it is not"},
    {"clip_weights", "the new weight is limited to -clip ... clip; negative: it is not"},
    {"momentum", "the part of the old state that stays"},
    {"beta1", "the part of the old mean that stays"},
    {"beta2", "the part of the old variance that stays"},
    {"gamma1", "the part of the old averages that stays"},
    {"epsilon", "keeps the divisor from 0"},
    {"eps", "keeps the divisor from 0"},
    {"eta", "multiplies the step"},
    {"t", "number of this step, from 1"},
    {"bias_correction", "divide the averages by 1 - beta**t"},
    {"lower_bound", "the least r1; negative: none"},
    {"upper_bound", "the greatest r1; negative: none"},
    {"num_weights", "how many weights there are"},
    {"num_tensors", "how many weights there are"},
    {"num_arrays", "how many arrays there are"},
    {"lazy_update", "accepted; dense arrays are updated everywhere"},
    {"kernel", "extents of the window"},
    {"stride", "steps of the window; 1 unless given"},
    {"dilate", "distances of the elements of a window; 1 unless given"},
    {"pad", "how far zeros surround the data; 0 unless given"},
    {"act_type", "the function"},
    {"pool_type", "what to take of each window"},
    {"global_pool", "one window over everything"},
    {"pooling_convention", "how many windows: rounded down, rounded up, or one for each step"},
    {"p_value", "of lp: 1, 2 or 3"},
    {"count_include_pad", "zeros of the pad count for the average; None: they do"},
    {"num_filter", "channels of the result"},
    {"num_group", "groups of channels that see only each other"},
    {"num_deformable_group", "groups of channels that move together"},
    {"no_bias", "leave the bias out"},
    {"layout", "order of the axes; None: channels first"},
    {"pooled_size", "height and width of the result"},
    {"spatial_scale", "coordinates of regions are multiplied by it"},
    {"transpose_a", "transpose the first"},
    {"transpose_b", "transpose the second"},
    {"grad_scale", "multiplies the gradient"},
    {"is_ascend", "smallest first"},
    {"temperature", "divides the data first; None: 1"},
    {"begin", "first index of each axis; None: from the end at which the step starts"},
    {"end", "index before which each axis ends; None: at its end"},
    {"step", "distance of the indices of each axis; 1 unless given"},
    {"use_sequence_length", "take sequence_length; else every sequence is whole"},
    {"output_mean_var", "give the mean and the divisor too"},
    {"heads", "number of attention heads"},
    {"is_log", "give the logarithm"},
    {"squeeze_axis", "drop the axis where its extent is 1"},
    {"forward_stype", UNUSED_HERE},
    {"workspace", UNUSED_HERE},
    {"cudnn_off", UNUSED_HERE},
    {"cudnn_tune", UNUSED_HERE},
    {"min_calib_range", UNUSED_HERE},
    {"max_calib_range", UNUSED_HERE},
    {"im2col_step", UNUSED_HERE},
    {"compute_size", UNUSED_HERE},
    {"processing_batch_size", UNUSED_HERE},
    {"sparse_grad", UNUSED_HERE},
};

static const char *common_meaning(const char *name) {
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (strcmp(meanings[i].name, name) == 0)
            return meanings[i].meaning;
    return NULL;
}

static const char *kind_text(nd_kind kind) {
    switch (kind) {
    case ND_INT: return "int";
    case ND_OPT_INT: return "int or None";
    case ND_FLOAT: return "float";
    case ND_OPT_FLOAT: return "float or None";
    case ND_FLAG: return "bool";
    case ND_TYPE: return "dtype";
    case ND_SHAPE: return "shape";
    case ND_AXES:
    case ND_INTS: return "int or tuple of ints";
    case ND_REALS: return "float or tuple of floats";
    case ND_TEXT: return "str";
    default: return "one of ";
    }
}

static void add_meaning(text *line, const Operator *self, const char *name) {
    size_t length;
    const char *own = said(nd_op_doc(self->op), name, &length), *meaning = own ? own : common_meaning(name);
    if (!meaning)
        return;
    add(line, "; ");
    add_part(line, meaning, own ? length : strlen(meaning));
}

static void add_parameters(text *t, const Operator *self) {
    const nd_param *params = nd_op_params(self->op);
    add(t, "\nParameters:\n");
    for (int i = 0; i < self->parameters; i++) {
        text line = {0};
        add_all(&line, "    ", params[i].name, ": ", kind_text(params[i].kind), NULL);
        if (params[i].kind == ND_CHOICE)
            add(&line, params[i].choices);
        add(&line, params[i].required ? ", required" : ", default ");
        if (!params[i].required)
            add_default(&line, &params[i]);
        add_meaning(&line, self, params[i].name);
        end_line(t, &line, 2 * HANG);
    }
    add(t, "    out: where to write the result, of its shape and dtype");
}

/* ------------------------------------------------------------------------------ what holds for all of a family */

typedef struct family {
    char initial; /* of its name */
    const char *shapes, *errors;
} family;

static const family families[] = {
    {'u', "data (any) -> the same.", ""},
    {'s', "data (any) -> the same.", ""}, /* with a number, or scaled by some */
    {'b', "lhs, rhs -> their common shape: axes are compared from the last; extents are equal, or one is 1 or missing.",
     "ShapeError if the shapes do not broadcast together; "},
    {'e', "lhs (any), rhs (the same) -> the same.", "ShapeError if the shapes differ; "},
    {'r',
     "data (any) -> without the axes that are folded, or with extent 1 there if keepdims. They are all if none is "
     "named, the others if exclude.",
     "AxisError if data has no such axis, or one is named twice; "},
    {'t',
     "condition, x, y -> their common shape, as they broadcast together; or condition (n), x (n, ...), y (n, ...) -> "
     "(n, ...).",
     "ShapeError if the shapes do not broadcast together; "},
    {0, NULL, ""},
};

static const family *family_of(const nd_op *op) {
    const family *one = families;
    while (one->initial && one->initial != nd_op_family(op)[0])
        one++;
    return one;
}

static void add_section(text *t, const char *name, const Operator *self, const char *otherwise) {
    size_t length;
    const char *own = said(nd_op_doc(self->op), name, &length), *words = own ? own : otherwise;
    if (!words)
        return;
    text line = {0};
    add_all(&line, name, ": ", NULL);
    add_part(&line, words, own ? length : strlen(words));
    end_line(t, &line, HANG);
}

/* From the dtypes that the operator has kernels for, where its row does not say which it takes. */
static const char *dtypes_text(const Operator *self) {
    bool several = self->inputs != 1 && strchr("be", nd_op_family(self->op)[0]);
    if (nd_op_computes(self->op, ND_INT32))
        return several ? "all, but one for both (else DTypeError)." : "all.";
    return several ? "all, but one for both (else DTypeError); integers are computed in float64 and cut off."
                   : "all; integers are computed in float64 and cut off.";
}

static bool takes(const nd_op *op, nd_kind kind) {
    const nd_param *param = nd_op_params(op);
    while (param->name && param->kind != kind)
        param++;
    return param->name;
}

/* What the operator refuses, what its family does, and what every one does. */
static void add_errors(text *t, const Operator *self) {
    size_t length = 0;
    const char *own = said(nd_op_doc(self->op), "Errors", &length);
    text line = {0};
    add(&line, "Errors: ");
    add_part(&line, own, length);
    add(&line, family_of(self->op)->errors);
    if (takes(self->op, ND_CHOICE))
        add(&line, "ArgumentError for a choice that is not listed; ");
    if (takes(self->op, ND_TYPE))
        add(&line, "DTypeError for an unknown dtype; ");
    if (self->inputs)
        add(&line, "InputTypeError for what is no NDArray; ");
    if (self->inputs > 1)
        add(&line, "ContextError if the inputs' contexts differ; ");
    add(&line, "CallError for arguments that are missing, unknown or of another kind.");
    end_line(t, &line, HANG);
}

static void add_facts(text *t, const Operator *self) {
    add_line(t, nd_op_differentiable(self->op) ? "Gradient: of every order." : "Gradient: zero.", HANG);
}

static void add_summary(text *t, const Operator *self) {
    const char *doc = nd_op_doc(self->op);
    text line = {0};
    add_part(&line, doc, strcspn(doc, "\n"));
    end_line(t, &line, 0);
    add(t, "\n");
}

char *operator_doc(const Operator *self, const char *name, bool as_method) {
    text t = {0};
    add_signature(&t, self, name, as_method);
    add_summary(&t, self);
    add_section(&t, "Shapes", self, family_of(self->op)->shapes);
    add_section(&t, "Dtypes", self, dtypes_text(self));
    add_errors(&t, self);
    add_facts(&t, self);
    add_parameters(&t, self);
    if (!t.failed)
        return t.start;
    free(t.start);
    return NULL;
}
