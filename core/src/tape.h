/* The tape: what was recorded, packed so that a million operators fit.
 *
 * A node is one recorded operator, or a leaf that gathers a gradient. It is one block of memory: the header below, then
 *
 *     edges[inputs]            what produced each input (nothing: a constant)
 *     saved[saved_count]       the data that the gradient needs
 *     words[words]             the operator's parameters
 *     specs[inputs + outputs]  dtype and shape of every input and output
 *     dims[]                   the extents that specs point into, equal shapes stored once
 *
 * Nodes point to older nodes only, never to arrays that carry a node: there are no cycles, and the sequence number
 * orders them topologically. Freeing is iterative however long the chain (see nd_node_release).
 */
#ifndef ND_TAPE_H
#define ND_TAPE_H

#include "ndgrad.h"

typedef struct nd_edge {
    nd_node *node;   /* NULL: a constant */
    uint32_t output; /* which of its outputs */
} nd_edge;

typedef struct nd_saved {
    nd_storage *storage;
    int64_t offset;
    uint64_t version; /* of the storage when it was saved */
} nd_saved;

typedef struct nd_packed_spec {
    uint8_t dtype;
    uint8_t ndim;
    uint16_t at; /* of its first extent in dims */
} nd_packed_spec;

/* Which operands a gradient needs: bits 0 to 15 the inputs, bits 16 to 19 the first outputs. */
#define ND_KEPT_INPUTS 16
#define ND_KEPT_OUTPUTS 4
typedef uint32_t nd_keeps;
#define KEEP_INPUT(i) (1u << (i))
#define KEEP_OUTPUT_AT(i) (1u << (ND_KEPT_INPUTS + (i)))
#define KEEP_OUTPUT KEEP_OUTPUT_AT(0)

/* The lowest operand of a set, and the set without it. */
static inline int nd_first_kept(nd_keeps keeps) {
    return __builtin_ctz(keeps);
}
static inline nd_keeps nd_other_kept(nd_keeps keeps) {
    return keeps & (keeps - 1);
}

typedef enum nd_node_kind { ND_NODE_OP, ND_NODE_LEAF, ND_NODE_CUSTOM, ND_NODE_FREED } nd_node_kind;

struct nd_node {
    int32_t references;
    uint32_t keeps : 20; /* nd_keeps: which operands are saved, in the order of their bits */
    uint32_t saved_count : 5;
    uint32_t kind : 2; /* nd_node_kind */
    uint8_t outputs;
    uint16_t inputs;
    uint16_t words;
    uint16_t op; /* index into the table */
    nd_context context;
    uint32_t mark; /* backward's: 1 + the node's place in its list, 0 outside */
    uint32_t bytes;
    union {
        uint64_t sequence;
        nd_node *next_dead; /* while it waits to be freed */
    };
};

/* A leaf is a node without inputs and with this after its header. */
typedef struct nd_leaf {
    nd_node node;
    nd_array *gradient; /* a handle of its own on the buffer, without a node */
    uint8_t request;    /* nd_grad_req */
    bool fresh;
} nd_leaf;

/* A custom node keeps these two as its words. */
typedef struct nd_custom_words {
    const nd_custom *custom;
    void *self;
} nd_custom_words;

static inline nd_edge *nd_edges(nd_node *node) {
    return (nd_edge *)(node + 1);
}
static inline nd_saved *nd_saved_of(nd_node *node) {
    return (nd_saved *)(nd_edges(node) + node->inputs);
}
static inline nd_word *nd_words_of(nd_node *node) {
    return (nd_word *)(nd_saved_of(node) + node->saved_count);
}
static inline nd_packed_spec *nd_specs_of(nd_node *node) {
    return (nd_packed_spec *)(nd_words_of(node) + node->words);
}

/* Records that `op` made `outputs`, if recording is on and an input is on the tape. */
int nd_record(const nd_op *op, nd_array *const *inputs, int count, const nd_word *words, nd_array *const *outputs,
              int output_count);

/* The same in two steps around the computation. The first is what can fail, and saves the inputs as they are before
 * anything is written; it sets *node to NULL if there is nothing to record. A computation that fails releases the node
 * instead. */
int nd_record_begin(const nd_op *op, nd_array *const *inputs, int count, const nd_word *words, nd_array *const *outputs,
                    int output_count, nd_node **node);
void nd_record_end(nd_node *node, nd_array *const *outputs);

void nd_node_retain(nd_node *node);
void nd_node_release(nd_node *node); /* NULL is allowed */

/* Drops edges and saved data after backward has used them; the shell stays for whoever holds it. */
void nd_node_free_graph(nd_node *node);

#endif
