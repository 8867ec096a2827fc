#include "sampling.h"

#include <math.h>

#include "array.h"
#include "memory.h"

/* ------------------------------------------------------------------------------------------ along one axis */

nd_array *nd_do_along(nd_scope *s, const nd_array *x, int axis, int64_t count, const double *values) {
    if (s->failed)
        return NULL;
    nd_spec spec = {.dtype = x->dtype, .ndim = x->ndim};
    for (int i = 0; i < x->ndim; i++)
        spec.shape[i] = i == axis ? count : 1;
    nd_array *constant = nd_scope_own(s, nd_array_new(&spec, x->context));
    for (int64_t i = 0; constant && i < count; i++)
        nd_array_set(constant, i, values[i]);
    return constant;
}

/* Elements below the positions, or one above; within the axis. */
static nd_array *neighbours(nd_scope *s, nd_array *x, int axis, int64_t count, const double *positions, int above) {
    if (s->failed)
        return NULL;
    nd_spec spec = {.dtype = ND_INT64, .ndim = 1, .shape = {count}};
    nd_array *at = nd_scope_own(s, nd_array_new(&spec, x->context));
    for (int64_t i = 0; at && i < count; i++)
        nd_array_set_int(at, i, (int64_t)floor(positions[i]) + above); /* take clips */
    nd_words words = nd_words_new(ND_OP_take);
    nd_words_int(&words, ND_OP_take, 0, axis);
    nd_array *in[] = {x, at};
    return nd_do(s, ND_OP_take, in, 2, &words);
}

nd_array *nd_do_interpolate(nd_scope *s, nd_array *x, int axis, int64_t count, const double *positions) {
    double *rest = s->failed ? NULL : nd_alloc((count + 1) * (int64_t)sizeof *rest);
    bool between = false;
    for (int64_t i = 0; rest && i < count; i++) {
        rest[i] = positions[i] - floor(positions[i]);
        between |= rest[i] > 0;
    }
    s->failed |= !rest;
    nd_array *below = neighbours(s, x, axis, count, positions, 0), *result = below;
    if (between) {
        nd_array *step = nd_do2(s, ND_OP_sub, neighbours(s, x, axis, count, positions, 1), below);
        nd_array *share = s->failed ? NULL : nd_do_along(s, x, axis, count, rest);
        result = nd_do2(s, ND_OP_add, below, nd_do2(s, ND_OP_mul, step, share));
    }
    nd_free(rest);
    return result;
}

double nd_position_of_ends(int64_t i, int64_t from, int64_t to) {
    return to > 1 ? (double)i * (double)(from - 1) / (double)(to - 1) : 0;
}

double nd_position_of_centres(int64_t i, int64_t from, int64_t to) {
    double position = ((double)i + 0.5) * (double)from / (double)to - 0.5;
    return position < 0 ? 0 : position < (double)(from - 1) ? position : (double)(from - 1);
}

nd_array *nd_do_resize(nd_scope *s, nd_array *x, int axis, int64_t to, nd_position *position) {
    double *positions = s->failed ? NULL : nd_alloc((to + 1) * (int64_t)sizeof *positions);
    s->failed |= !positions;
    for (int64_t i = 0; positions && i < to; i++)
        positions[i] = position(i, x->shape[axis], to);
    nd_array *result = s->failed ? NULL : nd_do_interpolate(s, x, axis, to, positions);
    nd_free(positions);
    return result;
}

/* ----------------------------------------------------------------------------------------- at points */

static nd_array *limited(nd_scope *s, nd_array *x, double low, double high) {
    nd_words words = nd_words_new(ND_OP_clip);
    words.at[0].f = low;
    words.at[1].f = high;
    return nd_do_with(s, ND_OP_clip, x, &words);
}

/* Where each image's group of channels starts, in elements of one channel: (n, groups, 1). */
static nd_array *starts(nd_scope *s, const nd_array *points, int64_t size) {
    nd_spec spec = {.dtype = ND_FLOAT64, .ndim = 3, .shape = {points->shape[0], points->shape[1], 1}};
    nd_array *start = s->failed ? NULL : nd_scope_own(s, nd_array_new(&spec, points->context));
    for (int64_t i = 0; start && i < start->size; i++)
        nd_array_set(start, i, (double)(i * size));
    return start;
}

/* Channels last, so that each point reads a row: (n * groups * height * width, channels of a group). */
static nd_array *rows_of(nd_scope *s, nd_array *data, int64_t groups) {
    int64_t size = data->shape[2] * data->shape[3], channels = data->shape[1] / groups;
    int64_t split[] = {data->shape[0], groups, channels, size};
    int64_t rows[] = {data->shape[0] * groups * size, channels};
    nd_array *last = nd_do_transpose(s, nd_do_reshape(s, data, 4, split), 4, (int64_t[]){0, 1, 3, 2});
    return nd_do_reshape(s, last, 2, rows);
}

/* Is the element there? */
static nd_array *inside(nd_scope *s, nd_array *at, int64_t extent) {
    return nd_do2(s, ND_OP_mul, nd_do_scalar(s, ND_OP_greater_equal_scalar, at, 0),
                  nd_do_scalar(s, ND_OP_lesser_equal_scalar, at, (double)(extent - 1)));
}

/* One axis of the four neighbours of each point: which element, and its share. */
typedef struct neighbour {
    nd_array *at, *share;
} neighbour;

static void find_neighbours(nd_scope *s, nd_array *points, int64_t extent, neighbour *both) {
    nd_array *floors = nd_do1(s, ND_OP_floor, points), *rest = nd_do2(s, ND_OP_sub, points, floors);
    for (int above = 0; above < 2; above++) {
        nd_array *at = nd_do_scalar(s, ND_OP_add_scalar, floors, above);
        nd_array *share = above ? rest : nd_do_scalar(s, ND_OP_sub_reversed, rest, 1);
        nd_array *in[] = {inside(s, at, extent), share, nd_do1(s, ND_OP_zeros_like, points)};
        /* In float64, places in images of any size are exact. */
        both[above].at = nd_do_cast(s, limited(s, at, 0, (double)(extent - 1)), ND_FLOAT64);
        both[above].share = nd_do(s, ND_OP_where, in, 3, NULL);
    }
}

nd_array *nd_do_sample(nd_scope *s, nd_array *data, nd_array *y, nd_array *x) {
    if (s->failed)
        return NULL;
    int64_t height = data->shape[2], width = data->shape[3];
    int64_t weights[] = {y->shape[0], y->shape[1], y->shape[2], 1}, out[] = {y->shape[0], data->shape[1], y->shape[2]};
    nd_array *rows = rows_of(s, data, y->shape[1]), *start = starts(s, y, height * width), *sum = NULL;
    neighbour ys[2], xs[2];
    find_neighbours(s, y, height, ys);
    find_neighbours(s, x, width, xs);
    for (int i = 0; i < 4; i++) {
        nd_array *row = nd_do_scalar(s, ND_OP_mul_scalar, ys[i / 2].at, (double)width);
        nd_array *in[] = {rows, nd_do2(s, ND_OP_add, nd_do2(s, ND_OP_add, row, xs[i % 2].at), start)};
        nd_array *share = nd_do2(s, ND_OP_mul, ys[i / 2].share, xs[i % 2].share);
        nd_array *part = nd_do2(s, ND_OP_mul, nd_do(s, ND_OP_take, in, 2, NULL), nd_do_reshape(s, share, 4, weights));
        sum = sum ? nd_do2(s, ND_OP_add, sum, part) : part;
    }
    return nd_do_reshape(s, nd_do_transpose(s, sum, 4, (int64_t[]){0, 1, 3, 2}), 3, out);
}
