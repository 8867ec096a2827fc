/* Spatial transformers (Jaderberg and others, 2015): grids of points, and images sampled at them. */
#include "array.h"
#include "operators.h"
#include "sampling.h"
#include "shape.h"
#include "spec.h"
#include "window.h"

enum { AFFINE, WARP }; /* the choices of transform_type */

/* ------------------------------------------------------------------------------------------------- grids */

static nd_array *new_constant(nd_scope *s, const nd_array *like, int ndim, const int64_t *shape) {
    nd_spec spec = {.dtype = like->dtype, .ndim = (uint8_t)ndim};
    for (int i = 0; i < ndim; i++)
        spec.shape[i] = shape[i];
    return s->failed || nd_checked_size("GridGenerator", &spec) < 0 ? NULL : nd_do_table(s, &spec, like->context);
}

/* The i-th of n points spread evenly from -1 to 1; a single one lies in the middle. */
static double spread(int64_t i, int64_t n) {
    return n > 1 ? 2 * (double)i / (double)(n - 1) - 1 : 0;
}

/* x, y and 1 of each point of the target: (3, height * width). */
static nd_array *target_points(nd_scope *s, const nd_array *like, int64_t height, int64_t width) {
    int64_t n = height * width;
    nd_array *points = new_constant(s, like, 2, (int64_t[]){3, n});
    for (int64_t i = 0; points && i < n; i++) {
        nd_array_set(points, i, spread(i % width, width));
        nd_array_set(points, n + i, spread(i / width, height));
        nd_array_set(points, 2 * n + i, 1);
    }
    return nd_do_there(s, points, like->context);
}

/* Each point's place in elements: (1, 2, height, width). */
static nd_array *places(nd_scope *s, const nd_array *like, int64_t height, int64_t width) {
    int64_t n = height * width;
    nd_array *grid = new_constant(s, like, 4, (int64_t[]){1, 2, height, width});
    for (int64_t i = 0; grid && i < n; i++) {
        nd_array_set(grid, i, (double)(i % width));
        nd_array_set(grid, n + i, (double)(i / width));
    }
    return nd_do_there(s, grid, like->context);
}

static nd_array *affine_grid(nd_scope *s, nd_array *data, int64_t height, int64_t width) {
    int64_t matrices[] = {2 * data->shape[0], 3}, out[] = {data->shape[0], 2, height, width};
    nd_array *points = target_points(s, data, height, width);
    return nd_do_reshape(s, nd_do2(s, ND_OP_dot, nd_do_reshape(s, data, 2, matrices), points), 4, out);
}

static nd_array *warped_grid(nd_scope *s, nd_array *flow) {
    int64_t height = flow->shape[2], width = flow->shape[3];
    const double halves[] = {(double)(width - 1) / 2, (double)(height - 1) / 2};
    nd_array *at = nd_do2(s, ND_OP_add, flow, places(s, flow, height, width));
    nd_array *half = s->failed ? NULL : nd_do_along(s, flow, 1, 2, halves);
    return nd_do_scalar(s, ND_OP_sub_scalar, nd_do2(s, ND_OP_div, at, half), 1);
}

/* Reads the height and the width of a target_shape parameter. */
static int read_target(const nd_invocation *call, int parameter, int64_t *target) {
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, parameter, &values);
    for (int i = 0; i < 2; i++)
        target[i] = count == 2 ? values[i].i : 0;
    if (target[0] >= 1 && target[1] >= 1 && target[0] <= (int64_t)1 << 30 && target[1] <= (int64_t)1 << 30)
        return 0;
    return nd_fail(ND_EARGUMENT, "%s: target_shape must be a positive height and width", call->op->name);
}

static int check_affine(const nd_invocation *call, const nd_array *matrices) {
    if (matrices->ndim == 2 && matrices->shape[1] == 6)
        return 0;
    return nd_fail(ND_ESHAPE, "%s: affine transformations have shape (n, 6), not %s", call->op->name,
                   nd_array_text(matrices).chars);
}

static int check_flow(const nd_invocation *call, const nd_array *flow) {
    if (flow->ndim == 4 && flow->shape[1] == 2)
        return 0;
    return nd_fail(ND_ESHAPE, "%s: a warp has shape (n, 2, height, width), not %s", call->op->name,
                   nd_array_text(flow).chars);
}

int grid_generator_compose(nd_invocation *call) {
    nd_array *data = call->in[0];
    bool affine = nd_int(call->op, call->words, 0) == AFFINE;
    int64_t target[2];
    if ((affine ? check_affine(call, data) : check_flow(call, data)) < 0 || nd_window_floats(call, call->inputs) < 0 ||
        (affine && read_target(call, 1, target) < 0))
        return -1;
    nd_scope s = {0};
    nd_array *out = affine ? affine_grid(&s, data, target[0], target[1]) : warped_grid(&s, data);
    return nd_scope_results(&s, &out, 1, call->out);
}

/* ----------------------------------------------------------------------------------------------- sampling */

/* One coordinate of a grid from -1 ... 1, in elements of an axis: (n, 1, points). */
static nd_array *coordinate(nd_scope *s, nd_array *grid, int which, int64_t extent) {
    nd_array *values = nd_do_slice_axis(s, grid, 1, which, which + 1);
    int64_t flat[] = {grid->shape[0], 1, grid->shape[2] * grid->shape[3]};
    nd_array *shifted = nd_do_scalar(s, ND_OP_add_scalar, nd_do_reshape(s, values, 3, flat), 1);
    return nd_do_scalar(s, ND_OP_mul_scalar, shifted, (double)(extent - 1) / 2);
}

static nd_array *sample(nd_scope *s, nd_array *data, nd_array *grid) {
    if (s->failed)
        return NULL;
    int64_t out[] = {data->shape[0], data->shape[1], grid->shape[2], grid->shape[3]};
    nd_array *x = coordinate(s, grid, 0, data->shape[3]), *y = coordinate(s, grid, 1, data->shape[2]);
    return nd_do_reshape(s, nd_do_sample(s, data, y, x), 4, out);
}

static int check_data(const nd_invocation *call) {
    const nd_array *data = call->in[0], *other = call->in[1];
    if (data->ndim != 4 || data->size == 0)
        return nd_fail(ND_ESHAPE, "%s: data must be images (n, channels, height, width) with elements, not shape %s",
                       call->op->name, nd_array_text(data).chars);
    if (other->ndim && other->shape[0] == data->shape[0])
        return nd_window_floats(call, call->inputs);
    return nd_fail(ND_ESHAPE, "%s: shapes %s and %s are not of the same number of images", call->op->name,
                   nd_array_text(data).chars, nd_array_text(other).chars);
}

int bilinear_sampler_compose(nd_invocation *call) {
    if (check_data(call) < 0 || check_flow(call, call->in[1]) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *out = sample(&s, call->in[0], call->in[1]);
    return nd_scope_results(&s, &out, 1, call->out);
}

int spatial_transformer_compose(nd_invocation *call) {
    int64_t target[2];
    if (check_data(call) < 0 || check_affine(call, call->in[1]) < 0 || read_target(call, 0, target) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *out = sample(&s, call->in[0], affine_grid(&s, call->in[1], target[0], target[1]));
    return nd_scope_results(&s, &out, 1, call->out);
}
