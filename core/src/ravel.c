/* Index tuples as flat indices into a shape, and back. */
#include "array.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* The shape parameter's extents; of the first one nothing depends, so it may be unknown. */
static int read_extents(const nd_invocation *call, int64_t *extent) {
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, 0, &values);
    for (int i = 0; i < count; i++) {
        extent[i] = values[i].i;
        if (i && extent[i] < 1)
            return nd_fail(ND_ESHAPE, "%s: extent %d of the shape must be at least 1", call->op->name, i);
    }
    if (count >= 1)
        return (int)count;
    return nd_fail(ND_EARGUMENT, "%s: needs the shape that is indexed", call->op->name);
}

/* ------------------------------------------------------------------------------------------------- ravel */

int ravel_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int64_t extent[ND_MAX_DIM];
    int count = read_extents(call, extent);
    if (count < 0)
        return -1;
    if (x->ndim == 0 || x->shape[0] != count)
        return nd_fail(ND_ESHAPE, "%s: a shape of %d axes needs data of shape (%d, ...), not %s", call->op->name, count,
                       count, nd_array_text(x).chars);
    call->spec[0] = (nd_spec){.dtype = x->dtype, .ndim = (uint8_t)(x->ndim - 1)};
    for (int i = 1; i < x->ndim; i++)
        call->spec[0].shape[i - 1] = x->shape[i];
    return 0;
}

/* What lies beyond the shape is counted all the same; numbers too large wrap around. */
int ravel_run(nd_invocation *call) {
    int64_t extent[ND_MAX_DIM], n = call->out[0]->size;
    int count = read_extents(call, extent);
    for (int64_t i = 0; i < n; i++) {
        uint64_t flat = 0;
        for (int k = 0; k < count; k++)
            flat = flat * (uint64_t)extent[k] + (uint64_t)nd_array_get_int(call->in[0], k * n + i);
        nd_array_set_int(call->out[0], i, (int64_t)flat);
    }
    return 0;
}

/* ----------------------------------------------------------------------------------------------- unravel */

int unravel_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int64_t extent[ND_MAX_DIM];
    int count = read_extents(call, extent);
    if (count < 0)
        return -1;
    if (x->ndim == ND_MAX_DIM)
        return nd_fail(ND_ESHAPE, "%s: %s has as many axes as an array can have", call->op->name,
                       nd_array_text(x).chars);
    call->spec[0] = (nd_spec){.dtype = x->dtype, .ndim = (uint8_t)(x->ndim + 1), .shape = {count}};
    for (int i = 0; i < x->ndim; i++)
        call->spec[0].shape[i + 1] = x->shape[i];
    return nd_checked_size(call->op->name, &call->spec[0]) < 0 ? -1 : 0;
}

int unravel_run(nd_invocation *call) {
    int64_t extent[ND_MAX_DIM], n = call->in[0]->size;
    int count = read_extents(call, extent);
    for (int64_t i = 0; i < n; i++) {
        int64_t flat = nd_array_get_int(call->in[0], i);
        for (int k = count - 1; k > 0; k--) {
            nd_array_set_int(call->out[0], k * n + i, flat % extent[k]);
            flat /= extent[k];
        }
        nd_array_set_int(call->out[0], i, flat);
    }
    return 0;
}
