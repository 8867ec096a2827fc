/* Index tuples as flat indices into a shape, and back. */
#include "array.h"
#include "each.h"
#include "items/indices.h"
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

ND_EACH(ravel)

static nd_raveling raveling_of(const nd_invocation *call, int64_t n) {
    nd_raveling work = {.from = nd_data(call->in[0]), .to = nd_data(call->out[0]), .dtype = call->in[0]->dtype};
    work.n = n;
    work.count = read_extents(call, work.extent);
    return work;
}

int ravel_run(nd_invocation *call) {
    nd_ravel_work work = raveling_of(call, call->out[0]->size);
    return each_ravel(call->context, &work, work.n);
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

ND_EACH(unravel)

int unravel_run(nd_invocation *call) {
    nd_unravel_work work = raveling_of(call, call->in[0]->size);
    return each_unravel(call->context, &work, work.n);
}
