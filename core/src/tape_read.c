/* The tape for readers: what its steps are, and what they keep. */
#include "array.h"
#include "op.h"
#include "tape.h"

nd_step nd_step_read(nd_node *node) {
    nd_step step = {.number = node->sequence, .inputs = node->inputs, .outputs = node->outputs};
    if (node->kind == ND_NODE_OP) {
        step.op = &nd_ops[node->op];
        step.words = nd_words_of(node);
    } else if (node->kind == ND_NODE_CUSTOM) {
        nd_custom_words words = *(nd_custom_words *)nd_words_of(node);
        step.custom = words.custom;
        step.self = words.self;
    }
    return step;
}

nd_node *nd_step_source(nd_node *node, int input, uint32_t *output) {
    nd_edge edge = nd_edges(node)[input];
    *output = edge.output;
    return edge.node;
}

static nd_array *kept(nd_node *node, nd_keeps bit, nd_spec spec) {
    if (!(node->keeps & bit))
        return NULL;
    const nd_saved *saved = nd_saved_of(node);
    for (nd_keeps before = node->keeps & (bit - 1); before; before = nd_other_kept(before))
        saved++;
    return saved->version == saved->storage->version ? nd_array_on(saved->storage, saved->offset, &spec, node->context)
                                                     : NULL;
}

nd_array *nd_kept_input(nd_node *node, int input) {
    return input < ND_KEPT_INPUTS ? kept(node, KEEP_INPUT(input), nd_input_spec(node, input)) : NULL;
}

nd_array *nd_kept_output(nd_node *node, int output) {
    return output < ND_KEPT_OUTPUTS ? kept(node, KEEP_OUTPUT_AT(output), nd_output_spec(node, output)) : NULL;
}
