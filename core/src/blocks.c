/* depth_to_space and space_to_depth: blocks of pixels as channels, and back. */
#include "array.h"
#include "compose.h"
#include "operators.h"
#include "spec.h"

static int check_blocks(const nd_invocation *call, bool divides, const char *what) {
    const nd_array *x = call->in[0];
    long long size = nd_int(call->op, call->words, 0);
    if (x->ndim != 4)
        return nd_fail(ND_ESHAPE, "%s: needs an array of shape (batch, channels, height, width), not %s",
                       call->op->name, nd_array_text(x).chars);
    if (size >= 1 && size <= INT32_MAX && divides)
        return 0;
    return nd_fail(ND_ESHAPE, "%s: blocks of %lld x %lld do not divide the %s of shape %s", call->op->name, size, size,
                   what, nd_array_text(x).chars);
}

/* The elements of x, seen under six axes, in another order of these and then under the shape of the result. */
static int rearrange(nd_invocation *call, const int64_t *six, const int64_t *axes, const nd_spec *result) {
    if (nd_checked_size(call->op->name, result) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *y = nd_do_transpose(&s, nd_do_reshape(&s, call->in[0], 6, six), 6, axes);
    y = nd_do_like(&s, y, result);
    return nd_scope_results(&s, &y, 1, call->out);
}

int depth_to_space_compose(nd_invocation *call) {
    static const int64_t axes[] = {0, 3, 4, 1, 5, 2};
    const int64_t b = nd_int(call->op, call->words, 0), *d = call->in[0]->shape;
    bool square = call->in[0]->ndim == 4 && b >= 1 && d[1] % b == 0 && d[1] / b % b == 0;
    if (check_blocks(call, square, "channels") < 0)
        return -1;
    nd_spec spec = {.ndim = 4, .shape = {d[0], d[1] / b / b}};
    if (__builtin_mul_overflow(d[2], b, &spec.shape[2]) || __builtin_mul_overflow(d[3], b, &spec.shape[3]))
        return check_blocks(call, false, "channels");
    return rearrange(call, (int64_t[]){d[0], b, b, spec.shape[1], d[2], d[3]}, axes, &spec);
}

int space_to_depth_compose(nd_invocation *call) {
    static const int64_t axes[] = {0, 3, 5, 1, 2, 4};
    const int64_t b = nd_int(call->op, call->words, 0), *d = call->in[0]->shape;
    bool even = call->in[0]->ndim == 4 && b >= 1 && d[2] % b == 0 && d[3] % b == 0;
    if (check_blocks(call, even, "height and width") < 0)
        return -1;
    nd_spec spec = {.ndim = 4, .shape = {d[0], 0, d[2] / b, d[3] / b}};
    if (__builtin_mul_overflow(d[1], b * b, &spec.shape[1]))
        return check_blocks(call, false, "height and width");
    return rearrange(call, (int64_t[]){d[0], d[1], spec.shape[2], b, spec.shape[3], b}, axes, &spec);
}
