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
    if (t->used + more + 1 <= t->room)
        return true;
    size_t room = 2 * (t->used + more + 1);
    char *grown = realloc(t->start, room);
    if (!grown)
        return t->failed = true, false;
    t->start = grown;
    t->room = room;
    return true;
}

static void add(text *t, const char *words) {
    size_t length = strlen(words);
    if (t->failed || !make_room(t, length))
        return;
    memcpy(t->start + t->used, words, length + 1);
    t->used += length;
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
    char name[64];
    size_t length = strcspn(word, " ");
    if (length >= sizeof name)
        length = sizeof name - 1;
    memcpy(name, word, length);
    name[length] = '\0';
    add_all(t, "'", name, "'", NULL);
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
            for (size_t k = 0; k < length; k++)
                add(t, (char[]){word[k], '\0'});
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
    default: return "one of ";
    }
}

static void add_parameters(text *t, const Operator *self) {
    const nd_param *params = nd_op_params(self->op);
    if (self->parameters)
        add(t, "\n\nParameters:\n");
    for (int i = 0; i < self->parameters; i++) {
        add_all(t, "    ", params[i].name, ": ", kind_text(params[i].kind), NULL);
        if (params[i].kind == ND_CHOICE)
            add(t, params[i].choices);
        if (params[i].required) {
            add(t, "; required\n");
        } else {
            add(t, "; default ");
            add_default(t, &params[i]);
            add(t, "\n");
        }
    }
}

/* What holds for all rows of a family. */
static const char *family_text(const nd_op *op) {
    switch (nd_op_family(op)[0]) {
    case 'b': return "\n\nShapes broadcast together (else ShapeError); dtypes are equal (else DTypeError).";
    case 'e': return "\n\nShapes are equal (else ShapeError), and dtypes (else DTypeError).";
    case 'u': return "\n\nThe result has the shape and dtype of data.";
    case 'r':
        return "\n\nThe result has the shape of data without the axes, or with extent 1 there if keepdims; all axes if "
               "none is\nnamed, the others if exclude. AxisError if data has no such axis.";
    default: return "";
    }
}

static void add_facts(text *t, const Operator *self) {
    add(t, family_text(self->op));
    add(t, nd_op_differentiable(self->op) ? "\n\nIt has derivatives of every order." : "\n\nIts gradient is zero.");
    if (self->optional)
        add(t, "\n\nInputs with the default None may be left out; the parameters say which are expected.");
}

char *operator_doc(const Operator *self, const char *name, bool as_method) {
    text t = {NULL, 0, 0, false};
    add_signature(&t, self, name, as_method);
    add(&t, nd_op_doc(self->op));
    add_parameters(&t, self);
    add_facts(&t, self);
    if (!t.failed)
        return t.start;
    free(t.start);
    return NULL;
}
