/* Backward: from the heads through the tape to the leaves.
 *
 *     collect   every node reachable from the heads, by an explicit stack
 *     sort      by sequence number: a node's inputs are older than it, so that is a topological order
 *     prune     from old to new, mark what leads to a wanted leaf
 *     walk      from new to old, turn the gradients of outputs into gradients of inputs, summing where paths meet
 *     deliver   write the leaves' buffers, or hand the variables' gradients over; then free the graph
 *
 * Leaves are written and the graph is freed only after the walk succeeded: a failed backward changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "cast.h"
#include "lock.h"
#include "map.h"
#include "memory.h"
#include "op.h"
#include "pool.h"
#include "shape.h"
#include "spec.h"

typedef struct stop {
    nd_node *node;
    uint32_t slot;     /* of the node's first output in the list of gradients */
    uint32_t old_mark; /* what an outer backward, if any, had put there */
    bool needed;       /* leads to a wanted leaf */
} stop;

typedef struct trip {
    nd_backward_options options;
    nd_array *const *variables; /* NULL: the leaves' own buffers */
    int variable_count;
    stop *stops;
    int64_t count, room;
    nd_array **gradients; /* one for each output of each stop; NULL: zero so far */
    int64_t slots;
} trip;

/* --------------------------------------------------------------------------------------------- collect */

static stop *stop_of(const trip *t, const nd_node *node) {
    return node->mark && node->mark <= t->count && t->stops[node->mark - 1].node == node ? &t->stops[node->mark - 1]
                                                                                         : NULL;
}

static int add_stop(trip *t, nd_node *node) {
    if (t->count == t->room) {
        int64_t room = t->room ? 4 * t->room : 8;
        stop *more = nd_pool_alloc(room * (int64_t)sizeof *more);
        if (!more)
            return -1;
        if (t->count)
            memcpy(more, t->stops, (size_t)t->count * sizeof *more);
        nd_pool_free(t->stops, t->room * (int64_t)sizeof *more);
        t->stops = more;
        t->room = room;
    }
    nd_node_retain(node); /* a custom operator's backward may let go of it while we are on our way */
    t->stops[t->count++] = (stop){.node = node, .old_mark = node->mark};
    node->mark = (uint32_t)t->count;
    return 0;
}

static const char *const freed_message = "backward: this part of the graph was freed by an earlier backward(). Call "
                                         "that one with retain_graph=True to go through it again, "
                                         "or compute the result again under autograd.record()";

/* The list is its own stack: nodes behind `next` still have to show their edges. */
static int collect(trip *t, nd_array *const *heads, int count) {
    for (int i = 0; i < count; i++)
        if (!stop_of(t, heads[i]->node) && add_stop(t, heads[i]->node) < 0)
            return -1;
    for (int64_t next = 0; next < t->count; next++) {
        nd_node *node = t->stops[next].node;
        if (node->kind == ND_NODE_FREED)
            return nd_fail(ND_EGRAPH, "%s", freed_message);
        for (int i = 0; i < node->inputs; i++) {
            nd_node *older = nd_edges(node)[i].node;
            if (older && !stop_of(t, older) && add_stop(t, older) < 0)
                return -1;
        }
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------ sort */

static int by_age(const void *a, const void *b) {
    uint64_t u = ((const stop *)a)->node->sequence, v = ((const stop *)b)->node->sequence;
    return u < v ? 1 : u > v ? -1 : 0;
}

/* New to old. A chain is found in that order already. */
static void sort(trip *t) {
    bool sorted = true;
    for (int64_t i = 1; i < t->count && sorted; i++)
        sorted = t->stops[i - 1].node->sequence > t->stops[i].node->sequence;
    if (!sorted)
        qsort(t->stops, (size_t)t->count, sizeof *t->stops, by_age);
    for (int64_t i = 0; i < t->count; i++) {
        t->stops[i].node->mark = (uint32_t)i + 1;
        t->stops[i].slot = (uint32_t)t->slots;
        t->slots += t->stops[i].node->outputs;
    }
}

/* ----------------------------------------------------------------------------------------------- prune */

static bool is_wanted_leaf(const trip *t, const nd_node *node) {
    if (node->kind != ND_NODE_LEAF)
        return false;
    if (!t->variables)
        return ((const nd_leaf *)node)->request != ND_GRAD_NULL;
    for (int i = 0; i < t->variable_count; i++)
        if (t->variables[i]->node == node)
            return true;
    return false;
}

static int prune(trip *t) {
    bool any = false;
    for (int64_t i = t->count - 1; i >= 0; i--) {
        nd_node *node = t->stops[i].node;
        bool needed = is_wanted_leaf(t, node);
        any = any || needed;
        for (int k = 0; k < node->inputs && !needed; k++)
            needed = nd_edges(node)[k].node && stop_of(t, nd_edges(node)[k].node)->needed;
        t->stops[i].needed = needed;
    }
    if (any)
        return 0;
    return nd_fail(
        ND_EGRAPH,
        "There are no inputs in computation graph that require gradients: call attach_grad() on an array before "
        "autograd.record(), with a grad_req other than 'null'");
}

static int check_reached(const trip *t) {
    for (int i = 0; i < t->variable_count; i++) {
        const nd_array *variable = t->variables[i];
        if (!variable->node || variable->node->kind != ND_NODE_LEAF)
            return nd_fail(
                ND_EGRAPH,
                "grad: variable %d of shape %s is not marked; call attach_grad() on it before autograd.record()", i,
                nd_array_text(variable).chars);
        if (!stop_of(t, variable->node))
            return nd_fail(ND_EGRAPH,
                           "Cannot differentiate with respect to the %d-th variable, of shape %s, because it is "
                           "unreachable from the heads",
                           i + 1, nd_array_text(variable).chars);
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------ walk */

/* True if adding in place needs no call: a kernel has the dtype, and nobody sees the sum grow. */
static bool adds_in_place(const trip *t, const nd_array *sum) {
    return !t->options.create_graph && nd_is_private(sum) && nd_ops[ND_OP_add].dtypes & ND_DTYPE_BIT(sum->dtype);
}

/* Adds a new reference, which it consumes, to a slot. */
static int accumulate(trip *t, nd_array **slot, nd_array *gradient) {
    if (!*slot)
        return *slot = gradient, 0;
    nd_array *sum = *slot;
    if (adds_in_place(t, sum))
        nd_add_into(nd_data(sum), nd_data(gradient), sum->dtype, sum->size);
    else
        sum = nd_apply2(ND_OP_add, *slot, gradient, NULL);
    nd_array_release(gradient);
    if (!sum)
        return -1;
    if (sum != *slot)
        nd_array_release(*slot);
    *slot = sum;
    return 0;
}

static nd_array *filled(const nd_spec *spec, nd_context context, double value) {
    nd_array *array = nd_array_new(spec, context);
    if (array)
        nd_array_fill(array, value);
    return array;
}

/* What a node saved, as an array again. To be differentiated once more it has to stand where it stood on the tape. */
static nd_array *restore(const trip *t, nd_node *node, int saved, const nd_spec *spec, nd_node *producer,
                         uint32_t output) {
    nd_saved s = nd_saved_of(node)[saved];
    if (s.version != s.storage->version)
        return nd_fail(ND_EGRAPH,
                       "backward: %s needs a value of shape %s that was overwritten after it was recorded. Make a new "
                       "array instead "
                       "of writing into it, or call backward() before writing",
                       nd_ops[node->op].name, nd_spec_text(spec).chars),
               NULL;
    nd_array *array = nd_array_on(s.storage, s.offset, spec, node->context);
    if (array && t->options.create_graph && producer && producer->kind != ND_NODE_FREED) {
        nd_node_retain(producer);
        array->node = producer;
        array->output = output;
    }
    return array;
}

static nd_array *restore_input(const trip *t, nd_node *node, int saved, int i) {
    nd_spec spec = nd_input_spec(node, i);
    nd_edge edge = nd_edges(node)[i];
    return restore(t, node, saved, &spec, edge.node, edge.output);
}

static nd_array *restore_output(const trip *t, nd_node *node, int saved, int i) {
    nd_spec spec = nd_output_spec(node, i);
    return restore(t, node, saved, &spec, node, (uint32_t)i);
}

static int restore_all(const trip *t, nd_backprop *b) {
    int saved = 0;
    for (nd_keeps left = b->node->keeps; left; left = nd_other_kept(left), saved++) {
        int i = nd_first_kept(left), k = i - ND_KEPT_INPUTS;
        nd_array *array = k < 0 ? restore_input(t, b->node, saved, i) : restore_output(t, b->node, saved, k);
        if (!array)
            return -1;
        *(k < 0 ? &b->in[i] : &b->out[k]) = array;
    }
    return 0;
}

static nd_array *zeros_for(nd_node *node, int output) {
    nd_spec spec = nd_output_spec(node, output);
    return filled(&spec, node->context, 0);
}

/* Gradients of all outputs: the slots' own, and zeros for outputs that nothing used. They leave the slots, so that one
 * which nobody else has may become the gradient of an input. An observer still wants to see it as it was. */
static int gather(const trip *t, nd_backprop *b, nd_array **slots) {
    for (int i = 0; i < b->node->outputs; i++) {
        b->g[i] = slots[i] ? slots[i] : zeros_for(b->node, i);
        if (!b->g[i])
            return -1;
        slots[i] = t->options.observer ? nd_array_retain(b->g[i]) : NULL;
    }
    return 0;
}

static int check_custom(nd_node *node, nd_array *const *into) {
    for (int i = 0; i < node->inputs; i++) {
        nd_spec spec = nd_input_spec(node, i);
        if (!into[i])
            continue;
        if (!nd_same_shape(into[i]->ndim, into[i]->shape, spec.ndim, spec.shape) || into[i]->dtype != spec.dtype)
            return nd_fail(ND_ESHAPE,
                           "Function.backward: the gradient of input %d has shape %s and dtype %s, the input %s and %s",
                           i, nd_array_text(into[i]).chars, nd_dtype_name(into[i]->dtype), nd_spec_text(&spec).chars,
                           nd_dtype_name(spec.dtype));
    }
    return 0;
}

static int differentiate(const trip *t, nd_backprop *b, nd_array **slots) {
    nd_node *node = b->node;
    if (gather(t, b, slots) < 0)
        return -1;
    if (node->kind == ND_NODE_CUSTOM) {
        nd_custom_words words = *(nd_custom_words *)nd_words_of(node);
        int status = words.custom->backward(words.self, b->g, node->outputs, b->into, node->inputs);
        return status < 0 ? -1 : check_custom(node, b->into);
    }
    b->op = &nd_ops[node->op];
    b->words = nd_words_of(node);
    return restore_all(t, b) < 0 ? -1 : b->op->gradient(b);
}

/* A gradient beside what it is one of: as_in_context leads from one device to another, and so does its way back.
 * Consumes the reference. */
static nd_array *brought_to(nd_array *gradient, nd_context where) {
    nd_array *there = nd_to_context(gradient, where);
    nd_array_release(gradient);
    return there;
}

static int pass_to(trip *t, nd_edge edge, nd_array *gradient) {
    nd_context where = edge.node->context;
    if (!nd_same_context(gradient->context, where) && !(gradient = brought_to(gradient, where)))
        return -1;
    return accumulate(t, &t->gradients[stop_of(t, edge.node)->slot + edge.output], gradient);
}

/* Hands a node's input gradients on to the slots of what produced them. */
static int pass_on(trip *t, nd_node *node, nd_array **into, const bool *wanted) {
    int status = 0;
    for (int i = 0; i < node->inputs; i++) {
        if (into[i] && wanted[i] && status == 0)
            status = pass_to(t, nd_edges(node)[i], into[i]);
        else
            nd_array_release(into[i]);
    }
    return status;
}

static void release_backprop(nd_backprop *b) {
    for (int i = 0; i < b->node->outputs; i++)
        nd_array_release(b->g[i]);
    for (nd_keeps left = b->node->keeps; left; left = nd_other_kept(left)) {
        int i = nd_first_kept(left), k = i - ND_KEPT_INPUTS;
        nd_array_release(k < 0 ? b->in[i] : b->out[k]);
    }
}

static void clear_slots(nd_array **slots, int count) {
    for (int i = 0; i < count; i++) {
        nd_array_release(slots[i]);
        slots[i] = NULL;
    }
}

/* To the observer, without gradients that nobody wants. */
static int show(const trip *t, nd_backprop *b) {
    for (int i = 0; i < b->node->inputs; i++)
        if (!b->wanted[i])
            clear_slots(&b->into[i], 1);
    return t->options.observer->see(t->options.observer->self, b->node, b->g, b->into);
}

/* One step: the gradients of a node's outputs become gradients of its inputs, and are let go. */
static int step(trip *t, stop *s, nd_array **into, bool *wanted) {
    nd_node *node = s->node;
    nd_backprop b;
    b.node = node;
    b.create_graph = t->options.create_graph;
    b.into = into;
    b.wanted = wanted;
    memset(b.g, 0, node->outputs * sizeof b.g[0]);
    memset(b.in, 0, sizeof b.in);
    memset(b.out, 0, sizeof b.out);
    for (int i = 0; i < node->inputs; i++) {
        nd_node *older = nd_edges(node)[i].node;
        into[i] = NULL;
        wanted[i] = older && stop_of(t, older)->needed;
    }
    int status = differentiate(t, &b, t->gradients + s->slot);
    if (status == 0 && t->options.observer)
        status = show(t, &b);
    release_backprop(&b);
    clear_slots(t->gradients + s->slot, node->outputs);
    if (status == 0)
        return pass_on(t, node, into, wanted);
    clear_slots(into, node->inputs);
    return -1;
}

static bool has_gradient(const trip *t, const stop *s) {
    for (int i = 0; i < s->node->outputs; i++)
        if (t->gradients[s->slot + (uint32_t)i])
            return true;
    return false;
}

static int walk(trip *t) {
    enum { USUAL = 16 };
    nd_array *usual_into[USUAL];
    bool usual_wanted[USUAL];
    for (int64_t i = 0; i < t->count; i++) {
        stop *s = &t->stops[i];
        int inputs = s->node->inputs, status = 0;
        if (!s->needed || !has_gradient(t, s))
            continue;
        if (s->node->kind == ND_NODE_FREED)
            return nd_fail(ND_EGRAPH, "%s", freed_message);
        if (s->node->kind == ND_NODE_LEAF) {
            const nd_observer *observer = t->options.observer;
            status = observer ? observer->see(observer->self, s->node, t->gradients + s->slot, NULL) : 0;
        } else if (inputs <= USUAL) {
            status = step(t, s, usual_into, usual_wanted);
        } else {
            nd_array **into = nd_alloc(inputs * (int64_t)(sizeof *into + sizeof(bool)));
            status = into ? step(t, s, into, (bool *)(into + inputs)) : -1;
            nd_free(into);
        }
        if (status < 0)
            return -1;
    }
    return 0;
}

/* --------------------------------------------------------------------------------------------- deliver */

/* The caller may write into what it gets, so it gets an array of its own: a gradient that passed through unchanged is
 * still shared. */
static nd_array *gradient_of(trip *t, const nd_array *variable) {
    const stop *s = stop_of(t, variable->node);
    if (!s)
        return nd_fail(ND_EGRAPH, "grad: the variable of shape %s was marked anew while its gradient was computed",
                       nd_array_text(variable).chars),
               NULL;
    nd_array *gradient = t->gradients[s->slot];
    nd_spec spec = nd_array_spec(variable);
    if (!gradient)
        return filled(&spec, variable->context, 0);
    bool shared = gradient->references > 1 || nd_storage_shared(gradient->storage);
    return shared ? nd_apply1(ND_OP__copy, gradient, NULL) : nd_array_retain(gradient);
}

static int hand_over(trip *t, nd_array **gradients) {
    for (int i = 0; i < t->variable_count; i++)
        if (!(gradients[i] = gradient_of(t, t->variables[i])))
            return clear_slots(gradients, i), -1;
    return 0;
}

/* The buffer's own content joins the gradient of a leaf that adds. */
static int add_up(trip *t, const nd_leaf *leaf, nd_array **gradient) {
    return leaf->request == ND_GRAD_ADD && *gradient ? accumulate(t, gradient, nd_array_retain(leaf->gradient)) : 0;
}

static int write_leaf(nd_leaf *leaf, const nd_array *gradient) {
    nd_array *buffer = leaf->gradient;
    leaf->fresh = true;
    if (!gradient && leaf->request == ND_GRAD_ADD)
        return 0;
    buffer->storage->version++;
    return gradient ? nd_convert(buffer, gradient) : nd_clear(buffer);
}

/* What can fail, but for a device, comes before the first leaf is written, and is not recorded: buffers stay outside
 * the graph. */
static int write_leaves(trip *t) {
    nd_set_recording(false);
    for (int pass = 0; pass < 2; pass++)
        for (int64_t i = 0; i < t->count; i++) {
            stop *s = &t->stops[i];
            nd_leaf *leaf = (nd_leaf *)s->node;
            if (s->node->kind != ND_NODE_LEAF || !s->needed)
                continue;
            nd_array **gradient = &t->gradients[s->slot];
            if ((pass ? write_leaf(leaf, *gradient) : add_up(t, leaf, gradient)) < 0)
                return -1;
        }
    return 0;
}

/* --------------------------------------------------------------------------------------------- the trip */

static int check_head(nd_array *head, nd_array *gradient) {
    if (!head->node)
        return nd_fail(ND_EGRAPH,
                       "Cannot differentiate node because it is not in a computational graph. You need to set "
                       "is_recording to true or use "
                       "autograd.record() to save computational graphs for backward (array of shape %s)",
                       nd_array_text(head).chars);
    if (head->node->kind == ND_NODE_FREED)
        return nd_fail(ND_EGRAPH, "%s (array of shape %s)", freed_message, nd_array_text(head).chars);
    if (!gradient)
        return 0;
    nd_array *both[] = {head, gradient};
    if (nd_check_contexts("backward", both, 2) < 0)
        return -1;
    if (!nd_same_shape(head->ndim, head->shape, gradient->ndim, gradient->shape))
        return nd_fail(ND_ESHAPE, "backward: the head gradient has shape %s, the array %s; they must be equal",
                       nd_array_text(gradient).chars, nd_array_text(head).chars);
    if (head->dtype != gradient->dtype)
        return nd_fail(ND_EDTYPE, "backward: the head gradient has dtype %s, the array %s; use astype",
                       nd_dtype_name(gradient->dtype), nd_dtype_name(head->dtype));
    return 0;
}

static int seed(trip *t, nd_array *head, nd_array *gradient) {
    nd_spec spec = nd_array_spec(head);
    nd_array *first = gradient ? nd_array_retain(gradient) : filled(&spec, head->context, 1);
    return first ? accumulate(t, &t->gradients[stop_of(t, head->node)->slot + head->output], first) : -1;
}

static int find_steps(trip *t, nd_array *const *heads, nd_array *const *head_grads, int count) {
    for (int i = 0; i < count; i++)
        if (check_head(heads[i], head_grads ? head_grads[i] : NULL) < 0)
            return -1;
    if (collect(t, heads, count) < 0)
        return -1;
    sort(t);
    return 0;
}

static int prepare(trip *t, nd_array *const *heads, nd_array *const *head_grads, int count) {
    if (find_steps(t, heads, head_grads, count) < 0)
        return -1;
    if (check_reached(t) < 0 || prune(t) < 0)
        return -1;
    t->gradients = nd_pool_alloc(t->slots * (int64_t)sizeof *t->gradients);
    if (!t->gradients)
        return -1;
    memset(t->gradients, 0, (size_t)t->slots * sizeof *t->gradients);
    return 0;
}

static void free_graph(trip *t) {
    for (int64_t i = 0; i < t->count; i++)
        nd_node_free_graph(t->stops[i].node);
}

static void release_stops(trip *t) {
    for (int64_t i = 0; i < t->count; i++)
        nd_node_release(t->stops[i].node);
    nd_pool_free(t->stops, t->room * (int64_t)sizeof *t->stops);
}

static void finish(trip *t) {
    for (int64_t i = 0; i < t->count; i++)
        t->stops[i].node->mark = t->stops[i].old_mark;
    if (t->gradients)
        clear_slots(t->gradients, (int)t->slots);
    nd_pool_free(t->gradients, t->slots * (int64_t)sizeof *t->gradients);
}

static int run(trip *t, nd_array *const *heads, nd_array *const *head_grads, int count, nd_array **gradients) {
    if (prepare(t, heads, head_grads, count) < 0)
        return -1;
    for (int i = 0; i < count; i++)
        if (seed(t, heads[i], head_grads ? head_grads[i] : NULL) < 0)
            return -1;
    if (walk(t) < 0)
        return -1;
    if (t->options.observer)
        return 0;
    return t->variables ? hand_over(t, gradients) : write_leaves(t);
}

int nd_backward(nd_array *const *heads, nd_array *const *head_grads, int count, nd_backward_options options,
                nd_array *const *variables, int variable_count, nd_array **gradients) {
    trip t = {.options = options, .variables = variables, .variable_count = variable_count};
    if (count < 1)
        return nd_fail(ND_EARGUMENT, "backward: needs at least one head");
    bool recording = nd_set_recording(options.create_graph), training = nd_set_training(options.train_mode);
    nd_walk_begin();
    int status = run(&t, heads, head_grads, count, gradients);
    nd_set_recording(recording);
    nd_set_training(training);
    finish(&t);
    if (status == 0 && !options.retain_graph && !options.create_graph && !options.observer)
        free_graph(&t);
    nd_walk_end();
    release_stops(&t);
    return status;
}

/* ------------------------------------------------------------------------------------------------ reading */

static nd_node **list_steps(const trip *t) {
    nd_node **steps = nd_alloc(t->count * (int64_t)sizeof *steps);
    for (int64_t i = 0; steps && i < t->count; i++) {
        steps[i] = t->stops[t->count - 1 - i].node;
        nd_node_retain(steps[i]);
    }
    return steps;
}

int64_t nd_tape_read(nd_array *const *heads, int count, nd_node ***steps) {
    trip t = {.count = 0};
    int64_t found = -1;
    if (find_steps(&t, heads, NULL, count) == 0 && (*steps = list_steps(&t)))
        found = t.count;
    finish(&t);
    release_stops(&t);
    return found;
}

void nd_tape_release(nd_node **steps, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        nd_node_release(steps[i]);
    nd_free(steps);
}
