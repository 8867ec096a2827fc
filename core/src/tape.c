#include "tape.h"

#include <string.h>

#include "array.h"
#include "memory.h"
#include "op.h"
#include "pool.h"
#include "spec.h"
#include "uses.h"

/* ------------------------------------------------------------------------------- the flags of a thread */

static _Thread_local bool recording = false;
static _Thread_local bool training = false;

bool nd_is_recording(void) {
    return recording;
}

bool nd_is_training(void) {
    return training;
}

bool nd_set_recording(bool on) {
    bool before = recording;
    recording = on;
    return before;
}

bool nd_set_training(bool on) {
    bool before = training;
    training = on;
    return before;
}

/* -------------------------------------------------------------------------------------- making a node */

static uint64_t next_sequence = 1;
static int64_t nodes_in_use = 0;
static int64_t tape_bytes = 0;

int64_t nd_nodes_in_use(void) {
    return nodes_in_use;
}

int64_t nd_tape_bytes_in_use(void) {
    return tape_bytes;
}

static nd_node *node_new(int64_t bytes) {
    nd_node *node = nd_pool_alloc(bytes);
    if (!node)
        return NULL;
    *node = (nd_node){.references = 1, .bytes = (uint32_t)bytes, .sequence = next_sequence++};
    nodes_in_use++;
    tape_bytes += bytes;
    return node;
}

static bool on_tape(const nd_array *array) {
    return array->node && array->node->kind != ND_NODE_FREED;
}

bool nd_in_graph(const nd_array *array) {
    return on_tape(array);
}

static bool would_record(nd_array *const *inputs, int count) {
    if (recording)
        for (int i = 0; i < count; i++)
            if (on_tape(inputs[i]))
                return true;
    return false;
}

/* Lays the extents of the arrays out one after another, an array of the shape of the one before it sharing its place.
 * Without `specs` and `dims` it only counts. */
typedef struct dims_layout {
    nd_packed_spec *specs;
    int64_t *dims;
    int64_t count;
    const nd_array *last;
    int64_t last_at;
} dims_layout;

static void lay_dims(dims_layout *layout, nd_array *const *arrays, int count) {
    for (int i = 0; i < count; i++) {
        const nd_array *array = arrays[i], *last = layout->last;
        if (!last || !nd_same_shape(last->ndim, last->shape, array->ndim, array->shape)) {
            layout->last_at = layout->count;
            layout->count += array->ndim;
            if (layout->dims)
                memcpy(layout->dims + layout->last_at, array->shape, array->ndim * sizeof array->shape[0]);
        }
        if (layout->specs)
            *layout->specs++ = (nd_packed_spec){array->dtype, array->ndim, (uint16_t)layout->last_at};
        layout->last = array;
    }
}

static int64_t *dims_of(nd_node *node) {
    uintptr_t end = (uintptr_t)(nd_specs_of(node) + node->inputs + node->outputs);
    return (int64_t *)((end + 7) & ~(uintptr_t)7);
}

static nd_spec unpack(nd_node *node, nd_packed_spec packed) {
    nd_spec spec;
    nd_read_spec(&spec, packed.dtype, packed.ndim, dims_of(node) + packed.at);
    return spec;
}

nd_spec nd_input_spec(nd_node *node, int input) {
    return unpack(node, nd_specs_of(node)[input]);
}

nd_spec nd_output_spec(nd_node *node, int output) {
    if (node->kind == ND_NODE_LEAF)
        return nd_array_spec(((nd_leaf *)node)->gradient);
    return unpack(node, nd_specs_of(node)[node->inputs + output]);
}

static nd_node *node_for(nd_array *const *inputs, int count, nd_array *const *outputs, int output_count, int saved,
                         int words) {
    dims_layout layout = {0};
    lay_dims(&layout, inputs, count);
    lay_dims(&layout, outputs, output_count);
    int64_t specs = (int64_t)sizeof(nd_packed_spec) * (count + output_count);
    if (count > UINT16_MAX || layout.count > UINT16_MAX)
        return nd_fail(ND_EARGUMENT,
                       "a step of the tape has at most %d inputs with %d extents, not %d with %lld; join them in parts",
                       UINT16_MAX, UINT16_MAX, count, (long long)layout.count),
               NULL;
    int64_t bytes = (int64_t)sizeof(nd_node) + count * (int64_t)sizeof(nd_edge) + saved * (int64_t)sizeof(nd_saved) +
                    words * (int64_t)sizeof(nd_word) + ((specs + 7) & ~(int64_t)7) +
                    layout.count * (int64_t)sizeof(int64_t);
    nd_node *node = node_new(bytes);
    if (!node)
        return NULL;
    node->inputs = (uint16_t)count;
    node->outputs = (uint8_t)output_count;
    node->saved_count = (uint32_t)saved;
    node->words = (uint16_t)words;
    node->context = outputs[0]->context;
    layout = (dims_layout){.specs = nd_specs_of(node), .dims = dims_of(node)};
    lay_dims(&layout, inputs, count);
    lay_dims(&layout, outputs, output_count);
    return node;
}

static void connect(nd_node *node, nd_array *const *inputs) {
    for (int i = 0; i < node->inputs; i++) {
        bool live = on_tape(inputs[i]);
        nd_edges(node)[i] = (nd_edge){live ? inputs[i]->node : NULL, live ? inputs[i]->output : 0};
        if (live)
            nd_node_retain(inputs[i]->node);
    }
}

/* Outputs that were given (out=) may have been part of an older graph; they leave it. */
static void adopt(nd_node *node, nd_array *const *outputs) {
    for (int i = 0; i < node->outputs; i++) {
        nd_node *older = outputs[i]->node;
        nd_node_retain(node);
        outputs[i]->node = node;
        outputs[i]->output = (uint32_t)i;
        nd_node_release(older);
    }
    nd_node_release(node);
}

static nd_saved save(const nd_array *array) {
    array->storage->references++;
    return (nd_saved){array->storage, array->offset, array->storage->version};
}

static int count_kept(nd_keeps keeps) {
    int count = 0;
    for (; keeps; keeps = nd_other_kept(keeps))
        count++;
    return count;
}

/* Outputs are saved at the end, when they are there. */
static void save_inputs(nd_node *node, nd_array *const *inputs) {
    nd_saved *saved = nd_saved_of(node);
    for (nd_keeps left = node->keeps; left; left = nd_other_kept(left)) {
        int i = nd_first_kept(left);
        *saved++ = i < ND_KEPT_INPUTS ? save(inputs[i]) : (nd_saved){.storage = NULL};
    }
}

static void save_outputs(nd_node *node, nd_array *const *outputs) {
    nd_keeps left = node->keeps & ~(KEEP_OUTPUT - 1);
    nd_saved *saved = nd_saved_of(node) + count_kept(node->keeps & (KEEP_OUTPUT - 1));
    for (; left; left = nd_other_kept(left))
        *saved++ = save(outputs[nd_first_kept(left) - ND_KEPT_INPUTS]);
}

int nd_record_begin(const nd_op *op, nd_array *const *inputs, int count, const nd_word *words, nd_array *const *outputs,
                    int output_count, nd_node **recorded) {
    *recorded = NULL;
    if (!would_record(inputs, count))
        return 0;
    uint32_t traced = 0;
    for (int i = 0; i < count && i < ND_KEPT_INPUTS; i++)
        traced |= on_tape(inputs[i]) ? 1u << i : 0;
    nd_keeps keeps = nd_keeps_of(op, traced);
    nd_node *node = node_for(inputs, count, outputs, output_count, count_kept(keeps), nd_op_words(op));
    if (!node)
        return -1;
    node->op = (uint16_t)nd_op_index(op);
    node->keeps = keeps & ((1u << (ND_KEPT_INPUTS + ND_KEPT_OUTPUTS)) - 1);
    connect(node, inputs);
    if (node->words)
        memcpy(nd_words_of(node), words, node->words * sizeof *words);
    save_inputs(node, inputs);
    *recorded = node;
    return 0;
}

void nd_record_end(nd_node *node, nd_array *const *outputs) {
    if (!node)
        return;
    save_outputs(node, outputs);
    adopt(node, outputs);
}

int nd_record(const nd_op *op, nd_array *const *inputs, int count, const nd_word *words, nd_array *const *outputs,
              int output_count) {
    nd_node *node;
    if (nd_record_begin(op, inputs, count, words, outputs, output_count, &node) < 0)
        return -1;
    nd_record_end(node, outputs);
    return 0;
}

int nd_record_custom(const nd_custom *custom, void *self, nd_array *const *inputs, int count, nd_array *const *outputs,
                     int output_count) {
    enum { WORDS = sizeof(nd_custom_words) / sizeof(nd_word) + (sizeof(nd_custom_words) % sizeof(nd_word) != 0) };
    if (output_count < 1 || output_count > ND_MAX_OUTPUTS || count > UINT16_MAX)
        return nd_fail(ND_EARGUMENT, "Function: 1 to %d outputs, not %d", ND_MAX_OUTPUTS, output_count);
    if (!would_record(inputs, count))
        return custom->release(self), 0;
    nd_node *node = node_for(inputs, count, outputs, output_count, 0, WORDS);
    if (!node)
        return -1;
    node->kind = ND_NODE_CUSTOM;
    connect(node, inputs);
    *(nd_custom_words *)nd_words_of(node) = (nd_custom_words){custom, self};
    adopt(node, outputs);
    return 0;
}

/* ---------------------------------------------------------------------------------------------- leaves */

static nd_leaf *leaf_of(const nd_array *array) {
    return array->node && array->node->kind == ND_NODE_LEAF ? (nd_leaf *)array->node : NULL;
}

static nd_array *gradient_buffer(const nd_array *array, nd_array *given) {
    nd_spec spec = nd_array_spec(array);
    if (given)
        return nd_array_detach(given);
    nd_array *zeros = nd_array_new(&spec, array->context);
    if (zeros)
        memset(nd_data(zeros), 0, (size_t)nd_bytes(zeros));
    return zeros;
}

int nd_attach_grad(nd_array *array, nd_grad_req request, nd_array *grad) {
    if (grad && (grad->dtype != array->dtype || !nd_same_shape(grad->ndim, grad->shape, array->ndim, array->shape)))
        return nd_fail(ND_ESHAPE,
                       "mark_variables: the gradient buffer has shape %s and dtype %s, the variable %s and %s; they "
                       "must be equal",
                       nd_array_text(grad).chars, nd_dtype_name(grad->dtype), nd_array_text(array).chars,
                       nd_dtype_name(array->dtype));
    if (grad && !nd_array_writable(grad))
        return nd_check_write(grad);
    nd_array *buffer = gradient_buffer(array, grad);
    if (!buffer)
        return -1;
    nd_leaf *leaf = (nd_leaf *)node_new(sizeof *leaf);
    if (!leaf)
        return nd_array_release(buffer), -1;
    leaf->node.kind = ND_NODE_LEAF;
    leaf->node.outputs = 1;
    leaf->node.context = array->context;
    leaf->gradient = buffer;
    leaf->request = (uint8_t)request;
    leaf->fresh = false;
    adopt(&leaf->node, &array);
    return 0;
}

nd_array *nd_grad(const nd_array *array) {
    nd_leaf *leaf = leaf_of(array);
    return leaf ? nd_array_detach(leaf->gradient) : NULL;
}

bool nd_grad_fresh(const nd_array *array) {
    nd_leaf *leaf = leaf_of(array);
    return leaf && leaf->fresh;
}

void nd_set_grad_fresh(nd_array *array, bool fresh) {
    nd_leaf *leaf = leaf_of(array);
    if (leaf)
        leaf->fresh = fresh;
}

/* --------------------------------------------------------------------------------------------- freeing */

void nd_node_retain(nd_node *node) {
    node->references++;
}

/* Marks the node before anything is released, since releasing may run code that comes back to it. */
static void drop_content(nd_node *node) {
    bool custom = node->kind == ND_NODE_CUSTOM;
    node->kind = ND_NODE_FREED;
    for (int i = 0; i < node->inputs; i++)
        nd_node_release(nd_edges(node)[i].node);
    for (int i = 0; i < node->saved_count; i++)
        if (nd_saved_of(node)[i].storage)
            nd_storage_release(nd_saved_of(node)[i].storage);
    if (custom) {
        nd_custom_words words = *(nd_custom_words *)nd_words_of(node);
        words.custom->release(words.self);
    }
}

static bool holds_content(const nd_node *node) {
    return node->kind == ND_NODE_OP || node->kind == ND_NODE_CUSTOM;
}

void nd_node_free_graph(nd_node *node) {
    if (!holds_content(node))
        return;
    nd_node_retain(node);
    drop_content(node);
    nd_node_release(node);
}

static void destroy(nd_node *node) {
    if (node->kind == ND_NODE_LEAF)
        nd_array_release(((nd_leaf *)node)->gradient);
    else if (holds_content(node))
        drop_content(node);
    nodes_in_use--;
    tape_bytes -= node->bytes;
    nd_pool_free(node, node->bytes);
}

/* Destroying a node releases older nodes, perhaps through a binding's objects, to any depth. Only the outermost call
 * destroys; the ones inside it leave their node on the list, so the C stack stays flat. */
void nd_node_release(nd_node *node) {
    static _Thread_local nd_node *dead = NULL;
    static _Thread_local bool draining = false;
    if (!node || --node->references > 0)
        return;
    node->next_dead = dead;
    dead = node;
    if (draining)
        return;
    draining = true;
    while (dead) {
        nd_node *next = dead;
        dead = next->next_dead;
        destroy(next);
    }
    draining = false;
}
