#include "gpu.h"

#if ND_WITH_GPU

#include <string.h>

#include "array.h"
#include "memory.h"
#include "shape.h"
#include "spec.h"

/* ----------------------------------------------------------------------------------------------- elementwise */

static void add_operand(nd_gpu_map_work *work, int k, const nd_operands *operands, const nd_array *out) {
    const nd_array *array = operands->array[k];
    if (!array) {
        work->number[k] = operands->number[k];
        return;
    }
    work->in[k] = nd_data(array);
    for (int axis = 0; axis < out->ndim; axis++)
        work->stride[axis][k] = nd_step_along(array, out, axis);
}

static bool merges(const nd_gpu_map_work *work, int axis) {
    for (int k = 0; k < work->operands; k++)
        if (work->in[k] && work->stride[work->ndim - 1][k] != work->extent[axis] * work->stride[axis][k])
            return false;
    return true;
}

/* Leaves out axes of extent 1, and merges those that every operand walks alike. */
static void simplify(nd_gpu_map_work *work, int ndim) {
    for (int axis = 0; axis < ndim; axis++) {
        if (work->extent[axis] == 1)
            continue;
        bool one = work->ndim && merges(work, axis);
        int at = one ? work->ndim - 1 : work->ndim++;
        work->extent[at] = one ? work->extent[at] * work->extent[axis] : work->extent[axis];
        memmove(work->stride[at], work->stride[axis], sizeof work->stride[at]);
    }
    if (work->ndim == 0) {
        work->ndim = 1;
        work->extent[0] = 1;
    }
}

static nd_gpu_map_work map_of(nd_map_id row, int which, const nd_operands *operands, const nd_array *out) {
    nd_gpu_map_work work = {.row = row, .which = which, .dtype = out->dtype, .operands = operands->count};
    work.size = out->size;
    work.out = nd_data(out);
    memcpy(work.extent, out->shape, out->ndim * sizeof *work.extent);
    for (int k = 0; k < operands->count; k++)
        add_operand(&work, k, operands, out);
    simplify(&work, out->ndim);
    return work;
}

/* Integers are divided under a flag that the device sets, which has to be waited for. */
static int map_and_ask(const nd_gpu_driver *driver, const nd_op *op, const nd_gpu_map_work *work, const nd_array *out) {
    int id = out->context.id, failed = 0;
    nd_memory flag;
    if (nd_gpu_alloc(id, sizeof failed, &flag) < 0)
        return -1;
    int status = driver->upload(id, flag.data, &failed, sizeof failed);
    if (status == ND_GPU_DONE)
        status = driver->map(id, work, flag.data);
    if (status == ND_GPU_DONE)
        status = driver->download(id, &failed, flag.data, sizeof failed);
    flag.release(flag.owner);
    if (nd_gpu_check(id, status) < 0)
        return -1;
    return failed ? nd_divided_by_zero(op, out) : 0;
}

int nd_gpu_map(const nd_op *op, nd_map_id row, int which, const nd_operands *operands, const nd_array *out) {
    const nd_gpu_driver *driver = nd_gpu_driver_for(out->context.id);
    if (!driver || out->size == 0)
        return driver ? 0 : -1;
    nd_gpu_map_work work = map_of(row, which, operands, out);
    bool divides = (row == ND_MAP_div || row == ND_MAP_mod) && !nd_dtype_is_float(out->dtype);
    if (divides)
        return map_and_ask(driver, op, &work, out);
    return nd_gpu_check(out->context.id, driver->map(out->context.id, &work, NULL));
}

/* ---------------------------------------------------------------------------------------------- arrangements */

int nd_gpu_copy(nd_context where, int ndim, const int64_t *extent, void *to, nd_strides to_strides, const void *from,
                nd_strides from_strides, int item) {
    const nd_gpu_driver *driver = nd_gpu_driver_for(where.id);
    nd_gpu_copy_work work = {.to = to, .from = from, .item = item, .ndim = ndim, .size = nd_count(ndim, extent)};
    if (!driver || work.size == 0)
        return driver ? 0 : -1;
    memcpy(work.extent, extent, (size_t)ndim * sizeof *extent);
    memcpy(work.to_stride, to_strides.of, sizeof work.to_stride);
    memcpy(work.from_stride, from_strides.of, sizeof work.from_stride);
    return nd_gpu_check(where.id, driver->copy(where.id, &work));
}

/* ------------------------------------------------------------------------------------------------ reductions */

/* So many threads keep a device busy, and a part of fewer elements is not worth one. */
enum { BLOCKS = 1024, ALONG_LEAST = 4096, THREADS = 1 << 16, ACROSS_LEAST = 64, MOST_PARTS = 1024 };

static int64_t parts_for(const nd_gpu_reduce_work *work) {
    int64_t wanted = (work->across ? THREADS : BLOCKS) / (work->results ? work->results : 1);
    int64_t possible = work->folded / (work->across ? ACROSS_LEAST : ALONG_LEAST);
    int64_t parts = wanted < possible ? wanted : possible;
    return parts < 1 ? 1 : parts < MOST_PARTS ? parts : MOST_PARTS;
}

/* The parts of each result lie in a row. */
static nd_gpu_reduce_work second_pass(const nd_gpu_reduce_work *first) {
    nd_gpu_reduce_work work = *first;
    work.loads = work.across = false;
    work.finishes = true;
    work.in = first->out;
    work.folded = first->parts;
    work.parts = work.kept_ndim = work.folded_ndim = 1;
    work.kept_extent[0] = first->results;
    work.kept_stride[0] = work.folded_extent[0] = first->parts;
    work.folded_stride[0] = 1;
    return work;
}

int nd_gpu_reduce(nd_context where, nd_gpu_reduce_work work) {
    int id = where.id;
    const nd_gpu_driver *driver = nd_gpu_driver_for(id);
    if (!driver || work.results == 0)
        return driver ? 0 : -1;
    work.parts = parts_for(&work);
    work.loads = true;
    work.finishes = work.parts == 1;
    if (work.parts == 1)
        return nd_gpu_check(id, driver->reduce(id, &work));
    nd_memory room;
    void *out = work.out;
    if (nd_gpu_alloc(id, work.results * work.parts * (int64_t)sizeof(double), &room) < 0)
        return -1;
    work.out = room.data;
    int status = driver->reduce(id, &work);
    work = second_pass(&work);
    work.out = out;
    if (status == ND_GPU_DONE)
        status = driver->reduce(id, &work);
    room.release(room.owner); /* whoever gets it uses it after these */
    return nd_gpu_check(id, status);
}

/* -------------------------------------------------------------------------------------------------- products */

int nd_gpu_multiply(nd_context where, const nd_gemm *problem, nd_dtype dtype, int64_t count) {
    const nd_gpu_driver *driver = nd_gpu_driver_for(where.id);
    return driver ? nd_gpu_check(where.id, driver->multiply(where.id, problem, dtype, count)) : -1;
}

/* ------------------------------------------------------------------------------------------------------ rows */

/* Places, where the rows of each begin, and which they are. */
typedef struct groups {
    int64_t count;
    int64_t *place, *first, *source; /* in one block, one after another */
} groups;

/* Rows of the same place follow one another in their old order: sorted by counting, `whole` places in all. */
static int group_rows(const int64_t *places, int64_t count, int64_t whole, groups *g) {
    int64_t *ends = nd_alloc((whole + 1) * (int64_t)sizeof *ends);
    if (!ends)
        return -1;
    memset(ends, 0, (size_t)(whole + 1) * sizeof *ends);
    for (int64_t i = 0; i < count; i++)
        ends[places[i] + 1]++;
    for (int64_t i = 0; i < whole; i++) {
        if (ends[i + 1]) {
            g->place[g->count] = i;
            g->first[g->count++] = ends[i];
        }
        ends[i + 1] += ends[i];
    }
    g->first[g->count] = count;
    for (int64_t i = 0; i < count; i++)
        g->source[ends[places[i]]++] = i;
    nd_free(ends);
    return 0;
}

static int start_rows(nd_gpu_rows_work *work, int id, const int64_t *table, int64_t length) {
    const nd_gpu_driver *driver = nd_gpu_driver_for(id);
    nd_memory there;
    if (!driver || nd_gpu_alloc(id, length * (int64_t)sizeof *table, &there) < 0)
        return -1;
    int status = driver->upload(id, there.data, table, length * (int64_t)sizeof *table);
    const int64_t *at = there.data;
    work->place = at;
    work->first = at + work->count;
    work->source = work->first + work->count + 1;
    if (status == ND_GPU_DONE)
        status = driver->rows(id, work);
    there.release(there.owner);
    return nd_gpu_check(id, status);
}

static int start_groups(nd_gpu_rows_work *work, const nd_array *to, const int64_t *places, int64_t count) {
    int64_t *room = nd_alloc((3 * count + 1) * (int64_t)sizeof *room);
    if (!room)
        return -1;
    groups g = {0, room, room + count, room + 2 * count + 1};
    int status = group_rows(places, count, work->row ? to->size / work->row : 0, &g);
    if (status == 0) { /* close ranks, so that one copy takes all */
        memmove(room + g.count, g.first, (size_t)(g.count + 1) * sizeof *room);
        memmove(room + 2 * g.count + 1, g.source, (size_t)count * sizeof *room);
        work->count = g.count;
        status = start_rows(work, to->context.id, room, 2 * g.count + 1 + count);
    }
    nd_free(room);
    return status;
}

int nd_gpu_choose(nd_gpu_choice choice, const nd_array *to, const nd_array *from, const int64_t *places, int64_t count,
                  int64_t row) {
    nd_gpu_rows_work work = {.choice = choice, .dtype = to->dtype, .item = nd_dtype_size(to->dtype), .count = count};
    work.row = row;
    work.to = nd_data(to);
    work.from = nd_data(from);
    if (count == 0 || row == 0)
        return 0;
    if (choice == ND_GPU_GATHER)
        return start_rows(&work, to->context.id, places, count);
    return start_groups(&work, to, places, count);
}

/* ----------------------------------------------------------------------------------------------------- items */

int nd_gpu_each(nd_context where, nd_item_id item, const void *work, int64_t count) {
    const nd_gpu_driver *driver = nd_gpu_driver_for(where.id);
    if (!driver || count == 0)
        return driver ? 0 : -1;
    return nd_gpu_check(where.id, driver->each(where.id, item, work, count));
}

#endif
