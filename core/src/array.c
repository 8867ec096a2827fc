#include "array.h"

#include <string.h>

#include "gpu.h"
#include "pool.h"
#include "spec.h"
#include "tape.h"

static int64_t bytes_in_use = 0, peak_bytes = 0;

int64_t nd_bytes_in_use(void) {
    return bytes_in_use;
}

int64_t nd_peak_bytes(void) {
    int64_t peak = peak_bytes;
    peak_bytes = bytes_in_use;
    return peak;
}

static void count(int64_t bytes) {
    bytes_in_use += bytes;
    if (bytes_in_use > peak_bytes)
        peak_bytes = bytes_in_use;
}

/* Bytes that another library owns. */
typedef struct foreign {
    nd_storage header;
    void (*release)(void *owner);
    void *owner;
    bool read_only;
} foreign;

/* Small data are aligned as malloc aligns. Large ones begin a cache line: vectors then do not straddle two, and
 * libraries that ask for that, as JAX does, share instead of copying. */
enum { LARGE = 4096, CACHE_LINE = 64 };

static int64_t block_bytes(int64_t bytes) {
    return (int64_t)sizeof(nd_storage) + bytes + (bytes >= LARGE ? CACHE_LINE - 1 : 0);
}

static nd_storage *storage_new(int64_t bytes) {
    nd_storage *storage = nd_pool_alloc(block_bytes(bytes));
    if (!storage)
        return NULL;
    char *data = (char *)(storage + 1);
    if (bytes >= LARGE)
        data += -(uintptr_t)data % CACHE_LINE;
    *storage = (nd_storage){.references = 1, .bytes = bytes, .data = data};
    count(block_bytes(bytes));
    return storage;
}

static nd_storage *foreign_new(int64_t bytes, const nd_memory *memory) {
    foreign *made = nd_pool_alloc(sizeof *made);
    if (!made)
        return NULL;
    made->header = (nd_storage){.references = 1, .foreign = 1, .bytes = bytes, .data = memory->data};
    made->release = memory->release;
    made->owner = memory->owner;
    made->read_only = memory->read_only;
    count((int64_t)sizeof *made);
    return &made->header;
}

void nd_storage_release(nd_storage *storage) {
    if (--storage->references > 0)
        return;
    int64_t bytes = storage->foreign ? (int64_t)sizeof(foreign) : block_bytes(storage->bytes);
    bytes_in_use -= bytes;
    if (storage->foreign)
        ((foreign *)storage)->release(((foreign *)storage)->owner);
    nd_pool_free(storage, bytes);
}

static int64_t handle_bytes(int ndim) {
    return (int64_t)(sizeof(nd_array) + (size_t)ndim * sizeof(int64_t));
}

static nd_array *handle_new(const nd_spec *spec, int64_t size, nd_context context) {
    nd_array *array = nd_pool_alloc(handle_bytes(spec->ndim));
    if (!array)
        return NULL;
    *array = (nd_array){.references = 1, .dtype = spec->dtype, .ndim = spec->ndim, .context = context};
    array->size = size;
    memcpy(array->shape, spec->shape, spec->ndim * sizeof array->shape[0]);
    return array;
}

/* Where the array is, of our own or the given memory, which must be there. */
static nd_storage *storage_in(nd_context context, int64_t bytes, const nd_memory *memory) {
    nd_memory there;
    if (!nd_on_gpu(context))
        return memory ? foreign_new(bytes, memory) : storage_new(bytes);
    if (memory)
        return nd_gpu_driver_for(context.id) ? foreign_new(bytes, memory) : NULL;
    if (nd_gpu_alloc(context.id, bytes, &there) < 0)
        return NULL;
    nd_storage *storage = foreign_new(bytes, &there);
    if (!storage)
        there.release(there.owner);
    return storage;
}

static nd_array *array_new(const nd_spec *spec, nd_context context, const nd_memory *memory) {
    if (context.device == ND_GPU && !ND_WITH_GPU)
        return nd_gpu_is_absent(context.id), NULL;
    int64_t size = nd_checked_size("array", spec);
    if (size < 0)
        return NULL;
    nd_array *array = handle_new(spec, size, context);
    if (!array)
        return NULL;
    int64_t bytes = size * nd_dtype_size(spec->dtype);
    array->storage = storage_in(context, bytes, memory);
    if (!array->storage)
        return nd_pool_free(array, handle_bytes(array->ndim)), NULL;
    return array;
}

nd_array *nd_array_new(const nd_spec *spec, nd_context context) {
    return array_new(spec, context, NULL);
}

nd_array *nd_room_of(nd_array *array) {
    nd_spec spec = nd_array_spec(array);
    return nd_is_private(array) ? nd_array_retain(array) : nd_array_new(&spec, array->context);
}

nd_array *nd_array_on_memory(const nd_spec *spec, nd_context context, const nd_memory *memory) {
    return array_new(spec, context, memory);
}

nd_array *nd_array_on(nd_storage *storage, int64_t offset, const nd_spec *spec, nd_context context) {
    nd_array *array = handle_new(spec, nd_spec_size(spec), context);
    if (!array)
        return NULL;
    storage->references++;
    array->storage = storage;
    array->offset = offset;
    return array;
}

nd_array *nd_array_retain(nd_array *array) {
    array->references++;
    return array;
}

void nd_array_release(nd_array *array) {
    if (!array || --array->references > 0)
        return;
    nd_storage_release(array->storage);
    nd_node *node = array->node;
    nd_pool_free(array, handle_bytes(array->ndim));
    nd_node_release(node);
}

nd_spec nd_array_spec(const nd_array *array) {
    nd_spec spec;
    nd_read_spec(&spec, array->dtype, array->ndim, array->shape);
    return spec;
}

void *nd_array_data(const nd_array *array) {
    return array->size ? nd_data(array) : NULL;
}

nd_array *nd_array_view(const nd_array *array, int64_t offset, const nd_spec *spec) {
    int64_t size = nd_checked_size("view", spec);
    if (size < 0)
        return NULL;
    if (offset < 0 || size * nd_dtype_size(spec->dtype) > nd_bytes(array) - offset)
        return nd_fail(ND_ESHAPE, "a view of shape %s does not fit inside an array of shape %s",
                       nd_spec_text(spec).chars, nd_array_text(array).chars),
               NULL;
    return nd_array_on(array->storage, array->offset + offset, spec, array->context);
}

nd_array *nd_array_detach(const nd_array *array) {
    nd_spec spec = nd_array_spec(array);
    return nd_array_on(array->storage, array->offset, &spec, array->context);
}

bool nd_overlap(const nd_array *a, const nd_array *b) {
    return a->storage == b->storage && a->offset < b->offset + nd_bytes(b) && b->offset < a->offset + nd_bytes(a);
}

bool nd_array_writable(const nd_array *array) {
    return !array->storage->foreign || !((const foreign *)array->storage)->read_only;
}

int nd_check_write(const nd_array *array) {
    if (!nd_array_writable(array))
        return nd_fail(ND_EARGUMENT,
                       "cannot write into an array of shape %s: its memory belongs to another library, which gave it "
                       "for reading only. Its copy() can be written",
                       nd_array_text(array).chars);
    if (nd_is_recording() && nd_in_graph(array))
        return nd_fail(ND_EGRAPH,
                       "cannot write into an array of shape %s that is part of the recorded graph: its old values may "
                       "be needed by backward(). Make a new array (x = x + 1 instead of x += 1), or write outside "
                       "autograd.record()",
                       nd_array_text(array).chars);
    return 0;
}

int nd_array_begin_write(nd_array *array) {
    if (nd_check_write(array) < 0)
        return -1;
    array->storage->version++;
    return 0;
}
