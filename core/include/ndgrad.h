/* ndgrad: arrays, operators and a tape, in C.
 *
 * This is the only public header. Everything the Python skin does, and everything a C program can do,
 * goes through the functions below; none of them needs Python.
 *
 * Rules that hold for every function:
 *   - A function that can fail returns -1 or NULL and leaves a message and a kind (nd_error_message,
 *     nd_error_kind) for its thread. Nothing aborts, nothing asserts on what a caller passed, and a failed
 *     call leaves arrays and tape as they were.
 *   - A returned nd_array* is a new reference which the caller releases. An nd_array* argument is borrowed.
 *   - Calls are serialised by the caller (in Python: by the interpreter lock). The recording flags, the
 *     default context and the error are per thread.
 */
#ifndef NDGRAD_H
#define NDGRAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---------------------------------------------------------------------------------------------- errors */

/* What went wrong, so that a language binding can choose its own exception class. */
typedef enum nd_error {
    ND_OK = 0,
    ND_ECALL,     /* the wrong number of inputs */
    ND_EARGUMENT, /* a value that the operator does not take */
    ND_ESHAPE,    /* shapes that do not fit together */
    ND_EDTYPE,    /* dtypes that do not fit together, or that the operator does not know */
    ND_EAXIS,     /* an axis that the array does not have */
    ND_EINDEX,    /* an index out of bounds */
    ND_EGRAPH,    /* backward or a write that the tape does not allow */
    ND_ECONTEXT,  /* a device that is not there, or a mixture of devices */
    ND_EMEMORY,   /* an allocation failed */
    ND_ECALLBACK  /* the binding's own callback failed; the binding knows why */
} nd_error;

nd_error nd_error_kind(void);
const char *nd_error_message(void); /* never NULL; valid until the thread's next failing call */
int nd_fail(nd_error kind, const char *format, ...) __attribute__((format(printf, 2, 3))); /* returns -1 */

/* ---------------------------------------------------------------------------------------------- arrays */

#define ND_MAX_DIM 8

/* The numbers are MXNet's type flags, as its files store them. */
typedef enum nd_dtype {
    ND_FLOAT32 = 0,
    ND_FLOAT64 = 1,
    ND_FLOAT16 = 2,
    ND_UINT8 = 3,
    ND_INT32 = 4,
    ND_INT8 = 5,
    ND_INT64 = 6,
    ND_BOOL = 7,
    ND_DTYPES
} nd_dtype;

const char *nd_dtype_name(nd_dtype dtype); /* "float32" ... */
int nd_dtype_size(nd_dtype dtype);         /* bytes of an element */
int nd_dtype_find(const char *name);       /* the dtype of that name, or -1 without an error */
bool nd_dtype_is_float(nd_dtype dtype);

typedef enum nd_device { ND_CPU = 1, ND_GPU = 2, ND_CPU_PINNED = 3 } nd_device; /* MXNet's numbers */
typedef struct nd_context {
    uint8_t device; /* nd_device */
    uint8_t id;
} nd_context;
static inline bool nd_same_context(nd_context a, nd_context b) {
    return a.device == b.device && a.id == b.id;
}

int nd_gpu_count(void); /* how many GPUs can be used: 0 without the library that has their kernels */
int nd_gpu_memory_info(int id, int64_t *available, int64_t *total); /* in bytes */
int nd_wait(void); /* until all that was asked of GPUs is done; fails if some of it did */
/* Makes a stream of CUDA's (a cudaStream_t) wait for what was asked of that GPU so far. */
int nd_gpu_precede(int id, void *stream);

nd_context nd_default_context(void);
void nd_set_default_context(nd_context context);

/* What an array is apart from its data: up to ND_MAX_DIM extents and a dtype. */
typedef struct nd_spec {
    uint8_t dtype; /* nd_dtype */
    uint8_t ndim;
    int64_t shape[ND_MAX_DIM];
} nd_spec;

int64_t nd_spec_size(const nd_spec *spec); /* number of elements; 1 for zero dimensions */

typedef struct nd_storage nd_storage; /* reference-counted bytes, shared by views */
typedef struct nd_node nd_node;       /* a step on the tape, or a leaf */

/* A handle: contiguous elements in row-major order somewhere inside a storage, and the place on the tape that
 * produced them. Handles are cheap; several may share one storage, and a write through one is seen by all. */
typedef struct nd_array {
    int32_t references;
    uint8_t dtype;
    uint8_t ndim;
    nd_context context;
    nd_storage *storage;
    int64_t offset;  /* of the first element, in bytes */
    int64_t size;    /* in elements */
    nd_node *node;   /* NULL: a constant */
    uint32_t output; /* which of the node's outputs */
    int64_t shape[]; /* ndim extents */
} nd_array;

nd_array *nd_array_new(const nd_spec *spec, nd_context context); /* elements undefined */

/* Memory of another library: as many elements as the spec says, in row-major order, aligned for the dtype.
 * release(owner) is called once, when nothing uses them any more; a failed call leaves the owner to the caller. */
typedef struct nd_memory {
    void *data;
    bool read_only;
    void (*release)(void *owner);
    void *owner;
} nd_memory;
nd_array *nd_array_on_memory(const nd_spec *spec, nd_context context, const nd_memory *memory);
bool nd_array_writable(const nd_array *array); /* false: on read-only memory */

nd_array *nd_array_retain(nd_array *array);
void nd_array_release(nd_array *array); /* NULL is allowed */
nd_spec nd_array_spec(const nd_array *array);
void *nd_array_data(const nd_array *array); /* valid while the array lives; NULL for a null size */

/* The same elements, or those from `offset` bytes after its first one, under another shape; no tape. */
nd_array *nd_array_view(const nd_array *array, int64_t offset, const nd_spec *spec);
nd_array *nd_array_detach(const nd_array *array); /* a view of all of it */

/* To be called before elements are changed from outside (nd_call with given outputs does it itself): fails while
 * recording if the array is part of the graph; otherwise bumps the version that backward compares. */
int nd_array_begin_write(nd_array *array);
int nd_array_fill(nd_array *array, double value);              /* casts value to the dtype; begins the write */
int nd_array_assign(nd_array *target, const nd_array *source); /* casts and broadcasts; begins the write */
/* On a GPU each of these waits and copies; nd_on_host copies once. */
double nd_array_get(const nd_array *array, int64_t index);       /* flat index, not checked */
int64_t nd_array_get_int(const nd_array *array, int64_t index);  /* as above, exact for integers */
void nd_array_set(nd_array *array, int64_t index, double value); /* as above; no begin_write */
void nd_array_set_int(nd_array *array, int64_t index, int64_t value);

/* ------------------------------------------------------------------------------------------- operators */

/* The kinds of parameter an operator takes, and how a value of each lies in words. */
typedef enum nd_kind {
    ND_INT,       /* 1 word .i */
    ND_OPT_INT,   /* 1 word .i, ND_NONE for None */
    ND_FLOAT,     /* 1 word .f */
    ND_OPT_FLOAT, /* 1 word .f, NaN for None */
    ND_FLAG,      /* 1 word .i, 0 or 1 */
    ND_CHOICE,    /* 1 word .i, the position in `choices` */
    ND_TYPE,      /* 1 word .i, an nd_dtype; ND_NONE for None */
    ND_SHAPE,     /* 1 + ND_MAX_DIM words .i: the count (ND_NONE for None), then the values (each may be ND_NONE) */
    ND_AXES,      /* as ND_SHAPE; a single int is taken too */
    ND_INTS,      /* 1 + ND_MAX_ITEMS words .i: as ND_AXES, with room for more */
    ND_REALS,     /* 1 + ND_MAX_ITEMS words: .i the count, then .f the values */
    ND_TEXT       /* 1 word that is not used: characters that an operator takes and has no use for */
} nd_kind;

#define ND_NONE INT64_MIN
#define ND_MAX_ITEMS 64
#define ND_MAX_WORDS 300 /* of one operator's parameters together */

typedef union nd_word {
    int64_t i;
    double f;
} nd_word;

typedef struct nd_param {
    const char *name; /* NULL ends a list */
    nd_kind kind;
    bool required;       /* has no default */
    nd_word initial;     /* the default (of lists: the count, 0 or ND_NONE) */
    const char *choices; /* names separated by blanks, for ND_CHOICE, which is ND_NONE for None */
} nd_param;

#define ND_VARIADIC 255

typedef struct nd_op nd_op;

int nd_op_count(void);
const nd_op *nd_op_at(int index);
const nd_op *nd_op_find(const char *name); /* also by alias; NULL without an error */
int nd_op_index(const nd_op *op);
const char *nd_op_name(const nd_op *op);
const char *nd_op_aliases(const nd_op *op); /* other names, separated by blanks; may be "" */
/* What it computes, in a sentence or two; then lines "Shapes: ...", "Dtypes: ...", "Errors: ..." and "<parameter>:
 * ...", as far as its family and its dtypes do not say it. */
const char *nd_op_doc(const nd_op *op);
bool nd_op_computes(const nd_op *op, nd_dtype dtype); /* has it a kernel for that, or does it cast to a wider one? */
const char *nd_op_family(const nd_op *op);            /* "unary" "binary" "scalar" "reduce" "other" ... */
const char *nd_op_inputs(const nd_op *op); /* names separated by blanks; "?bias" may be left out; "*data": any number */
int nd_op_input_count(const nd_op *op);    /* at most; or ND_VARIADIC */
const nd_param *nd_op_params(const nd_op *op);
int nd_op_output_count(const nd_op *op, const nd_word *words); /* of a call with these parameters */
int nd_op_words(const nd_op *op);                              /* how many words its parameters take */
int nd_op_word_of(const nd_op *op, int parameter);             /* where that parameter's words start */
void nd_op_defaults(const nd_op *op, nd_word *words);
/* The text of the row's expression for the value (0), or for the gradient by its first (1) or second input (2), in the
 * words of the table; NULL if the row has none. */
const char *nd_op_expression(const nd_op *op, int which);
bool nd_op_differentiable(const nd_op *op); /* false: its gradient is zero by definition */
/* Where an elementwise operator's input may be drawn from in a test: finite values and derivatives. */
void nd_op_domain(const nd_op *op, int input, double *low, double *high);

/* Calls an operator: checks, infers, computes, and records if recording is on and an input is on the tape.
 * `words` holds nd_op_words(op) words, each what its nd_kind says. `outputs` holds room for the operator's outputs; an
 * entry that is not NULL on entry is written into (its shape and dtype must fit) and stays the caller's; a NULL entry
 * is set to a new reference. Returns the number of outputs or -1. On failure no entry has changed. */
#define ND_MAX_OUTPUTS 64
int nd_call(const nd_op *op, nd_array *const *inputs, int count, const nd_word *words, nd_context context,
            nd_array **outputs);
/* The same for an operator of one output into a new array. Context: the first input's, else the default. */
nd_array *nd_apply(const nd_op *op, nd_array *const *inputs, int count, const nd_word *words);

/* A copy in that context, recorded like any operator's output. */
nd_array *nd_to_context(nd_array *array, nd_context context);
/* The array itself, or of one on a GPU a copy in host memory, which is not recorded. */
nd_array *nd_on_host(nd_array *array);

/* What MXNet's reshape codes make of the array's shape: 0 keeps an extent, -1 infers one, -2 takes all the rest, -3
 * merges two, -4 splits one into the two that follow; with from_right they are read from the right. Returns the size of
 * that shape, which may differ from the array's, or -1 if the codes do not fit. */
#define ND_MAX_CODES (3 * ND_MAX_DIM) /* -4 takes three codes for two axes */
int64_t nd_reshape_spec(const nd_array *array, const int64_t *codes, int count, bool from_right, nd_spec *spec);

/* Views that are recorded: the result shares the storage whenever its elements are contiguous. */
nd_array *nd_reshape_view(nd_array *array, const int64_t *shape, int ndim); /* exact extents, same size */
/* Slices every axis i to start[i], start[i]+step[i], ... (count[i] elements); a copy if not contiguous. */
nd_array *nd_slice_view(nd_array *array, const int64_t *start, const int64_t *step, const int64_t *count);

/* Writes into such a slice, or into target[indices[0][j], indices[1][j], ...] for every column j of `indices` (any
 * dtype, shape (m, ...), m <= ndim). The source is cast and broadcast. Begins the write; nothing is recorded. */
int nd_slice_assign(nd_array *target, const int64_t *start, const int64_t *step, const int64_t *count,
                    const nd_array *source);
int nd_scatter_assign(nd_array *target, const nd_array *indices, const nd_array *source);

/* ----------------------------------------------------------------------------------------- random numbers */

int nd_seed(int32_t seed);
int nd_seed_context(int32_t seed);

/* -------------------------------------------------------------------------------------------- autograd */

typedef enum nd_grad_req { ND_GRAD_NULL = 0, ND_GRAD_WRITE = 1, ND_GRAD_ADD = 3 } nd_grad_req; /* MXNet's */

bool nd_is_recording(void);
bool nd_is_training(void);
bool nd_set_recording(bool on); /* returns what it was */
bool nd_set_training(bool on);

/* Makes `array` a leaf whose gradient is gathered in `grad` (NULL: a new array of zeros). It is cut from whatever
 * produced it. */
int nd_attach_grad(nd_array *array, nd_grad_req request, nd_array *grad);
nd_array *nd_grad(const nd_array *array);  /* a handle on the leaf's gradient; NULL if none, no error */
bool nd_grad_fresh(const nd_array *array); /* has backward written it since the flag was cleared? */
void nd_set_grad_fresh(nd_array *array, bool fresh);
bool nd_in_graph(const nd_array *array); /* produced by a recorded operator, or a leaf */

/* Watches backward: see() gets each step that backward takes, from new to old, with the gradients by its outputs and by
 * its inputs (NULL: none is wanted, or zero), then each leaf with its gradient alone. It returns 0, or -1 after nd_fail
 * to end the pass. Under an observer no leaf is written and the graph stays. */
typedef struct nd_observer {
    int (*see)(void *self, nd_node *step, nd_array *const *output_grads, nd_array *const *input_grads);
    void *self;
} nd_observer;

typedef struct nd_backward_options {
    bool retain_graph;
    bool create_graph; /* record the gradient itself, so that it can be differentiated again */
    bool train_mode;
    const nd_observer *observer; /* NULL: nobody watches */
} nd_backward_options;

/* Sends the head gradients (entries may be NULL: ones; the array itself may be NULL: all ones) back through the
 * tape. With `variables`, their gradients come back in `gradients` (new references) and no leaf is touched;
 * without, every leaf reached gets its gradient by its request. */
int nd_backward(nd_array *const *heads, nd_array *const *head_grads, int count, nd_backward_options options,
                nd_array *const *variables, int variable_count, nd_array **gradients);

/* An operator made by the binding (autograd.Function). backward gets one gradient per output and sets one new
 * reference per input (NULL: zero); it returns 0, or -1 after nd_fail. release is called once, when the
 * step leaves the tape, or at once if nothing is to be recorded; a failed call leaves `self` to the caller. */
typedef struct nd_custom {
    int (*backward)(void *self, nd_array *const *output_grads, int outputs, nd_array **input_grads, int inputs);
    void (*release)(void *self);
    const char *name; /* for who reads the tape; NULL: it is the binding's, which knows */
} nd_custom;
int nd_record_custom(const nd_custom *custom, void *self, nd_array *const *inputs, int count, nd_array *const *outputs,
                     int output_count);

/* --------------------------------------------------------------------------------------- reading the tape */

/* What was recorded: an operator of the table with its parameters, a custom one, or a leaf. */
typedef struct nd_step {
    uint64_t number; /* steps have them in the order in which they were recorded */
    const nd_op *op; /* NULL: a leaf, or custom */
    const nd_word *words;
    const nd_custom *custom; /* NULL: a leaf, or an operator of the table */
    void *self;              /* of the custom operator */
    int inputs, outputs;
} nd_step;

nd_step nd_step_read(nd_node *step);
nd_node *nd_step_source(nd_node *step, int input, uint32_t *output); /* what made an input; NULL: a constant */
nd_spec nd_input_spec(nd_node *step, int input);
nd_spec nd_output_spec(nd_node *step, int output);
/* The data that the step keeps for backward, a new reference; NULL, without an error, if it keeps none, or if they were
 * overwritten. */
nd_array *nd_kept_input(nd_node *step, int input);
nd_array *nd_kept_output(nd_node *step, int output);

/* All steps behind the heads, from old to new. Returns how many, and the list with a reference on each of them, for
 * nd_tape_release; or -1. */
int64_t nd_tape_read(nd_array *const *heads, int count, nd_node ***steps);
void nd_tape_release(nd_node **steps, int64_t count);

/* ------------------------------------------------------------------------------------ what it runs on */

const char *nd_instruction_set(void);         /* "baseline" "avx2" "avx512" "wasm128" "relaxed" ... */
int nd_use_instruction_set(const char *name); /* for tests and measurements; -1 if this machine lacks it */
/* In WebAssembly: where the module of kernels/relaxed/ lies. To be said before the first kernel runs. */
void nd_set_relaxed_file(const char *path);
int64_t nd_bytes_in_use(void);      /* array storage alive, headers included */
int64_t nd_peak_bytes(void);        /* the most there was of it since the last such call */
int64_t nd_nodes_in_use(void);      /* tape nodes alive */
int64_t nd_tape_bytes_in_use(void); /* their memory */
/* Gives memory that is kept for the next arrays back to the system. */
void nd_release_memory(void);

/* Who calls the core from several threads does so under one lock, Python's say. Told how, the core lets go of it while
 * a large kernel runs: `let_go` gives what `take_back` then gets. */
typedef struct nd_outer_lock {
    void *(*let_go)(void);
    void (*take_back)(void *held);
} nd_outer_lock;
void nd_set_outer_lock(nd_outer_lock lock);
/* Makes the n-th allocation from now fail (0: never again), so that tests reach every failure path. */
void nd_fail_allocation(int64_t n);

#endif
