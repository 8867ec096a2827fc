/* Boxes compared, matched, encoded and decoded: box_iou, bipartite_matching, box_encode, box_decode. */
#include "box.h"

#include <string.h>

#include "array.h"
#include "compose.h"
#include "each.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

enum { CORNER, CENTER }; /* box_iou's formats, in the table's order */

int nd_check_axes(const nd_invocation *call, int i, int ndim, bool more, int64_t width, const char *needed) {
    const nd_array *x = call->in[i];
    if (!nd_dtype_is_float(x->dtype))
        return nd_fail(ND_EDTYPE, "%s: float arrays only, not %s; cast with astype('float32')", call->op->name,
                       nd_dtype_name(x->dtype));
    if (nd_same_dtype(call, 0, i) < 0)
        return -1;
    if ((more ? x->ndim >= ndim : x->ndim == ndim) && (width == 0 || x->shape[x->ndim - 1] == width))
        return 0;
    return nd_fail(ND_ESHAPE, "%s: input %d has shape %s, but %s is needed", call->op->name, i, nd_array_text(x).chars,
                   needed);
}

/* ------------------------------------------------------------------------------------------------ box_iou */

int box_iou_infer(nd_invocation *call) {
    const nd_array *a = call->in[0], *b = call->in[1];
    if (nd_check_axes(call, 0, 2, true, 4, "(..., 4)") < 0 || nd_check_axes(call, 1, 2, true, 4, "(..., 4)") < 0)
        return -1;
    if (a->ndim + b->ndim - 2 > ND_MAX_DIM)
        return nd_fail(ND_ESHAPE, "%s: shapes %s and %s would give more than %d axes", call->op->name,
                       nd_array_text(a).chars, nd_array_text(b).chars, ND_MAX_DIM);
    nd_like(call, 0);
    nd_spec *spec = &call->spec[0];
    memcpy(spec->shape + a->ndim - 1, b->shape, (size_t)(b->ndim - 1) * sizeof spec->shape[0]);
    spec->ndim = (uint8_t)(a->ndim + b->ndim - 2);
    return nd_checked_size(call->op->name, spec) < 0 ? -1 : 0;
}

ND_EACH(box_iou)

int box_iou_run(nd_invocation *call) {
    nd_box_iou_work work = {.a = nd_data(call->in[0]), .b = nd_data(call->in[1]), .out = nd_data(call->out[0])};
    work.columns = call->in[1]->size / 4;
    work.center = nd_int(call->op, call->words, 0) == CENTER;
    return each_box_iou(call->context, &work, call->out[0]->size);
}

/* ------------------------------------------------------------------------------------- bipartite_matching */

int bipartite_infer(nd_invocation *call) {
    if (nd_check_axes(call, 0, 2, true, 0, "(..., rows, columns)") < 0)
        return -1;
    nd_like(call, 0);
    call->outputs = 2;
    call->spec[1] = call->spec[0];
    int last = --call->spec[0].ndim;
    call->spec[1].ndim--;
    call->spec[1].shape[last - 1] = call->in[0]->shape[last];
    return 0;
}

ND_EACH(bipartite)

static int match_none(nd_invocation *call) {
    return nd_array_fill(call->out[0], -1) < 0 ? -1 : nd_array_fill(call->out[1], -1);
}

int bipartite_run(nd_invocation *call) {
    const nd_array *x = call->in[0];
    const nd_op *op = call->op;
    nd_bipartite_work work = {
        .scores = nd_data(x), .of_row = nd_data(call->out[0]), .of_column = nd_data(call->out[1])};
    const nd_spec room = {.dtype = ND_INT64, .ndim = 2, .shape = {2, x->size}};
    work.rows = x->shape[x->ndim - 2], work.columns = x->shape[x->ndim - 1];
    work.ascending = nd_int(op, call->words, 0);
    work.threshold = nd_threshold(op, call->words, 1);
    work.most = nd_int(op, call->words, 2);
    if (x->size == 0)
        return match_none(call);
    nd_array *order = nd_array_new(&room, call->context);
    if (!order)
        return -1;
    work.order = nd_data(order);
    int status = each_bipartite(call->context, &work, x->size / (work.rows * work.columns));
    nd_array_release(order);
    return status;
}

/* --------------------------------------------------------------------------------------- encode, decode */

static int differ(const nd_invocation *call, int i, int j) {
    return nd_fail(ND_ESHAPE, "%s: inputs %d and %d have shapes %s and %s, which do not fit together", call->op->name,
                   i, j, nd_array_text(call->in[i]).chars, nd_array_text(call->in[j]).chars);
}

int box_encode_infer(nd_invocation *call) {
    nd_array *const *in = call->in;
    if (nd_check_axes(call, 0, 2, false, 0, "(batch, anchors)") < 0 ||
        nd_check_axes(call, 2, 3, false, 4, "(batch, anchors, 4)") < 0 ||
        nd_check_axes(call, 3, 3, false, 4, "(batch, boxes, 4)") < 0 ||
        nd_check_axes(call, 4, 1, false, 4, "(4,)") < 0 || nd_check_axes(call, 5, 1, false, 4, "(4,)") < 0)
        return -1;
    if (!nd_same_shape(2, in[0]->shape, in[1]->ndim, in[1]->shape))
        return differ(call, 0, 1);
    if (!nd_same_shape(2, in[0]->shape, 2, in[2]->shape))
        return differ(call, 0, 2);
    if (in[3]->shape[0] != in[0]->shape[0])
        return differ(call, 0, 3);
    call->outputs = 2;
    call->spec[0] = call->spec[1] = nd_array_spec(in[2]);
    return 0;
}

static int check_matches(const nd_invocation *call, const nd_array *samples, const nd_array *matches) {
    const nd_array *boxes = call->in[3];
    for (int64_t i = 0; i < samples->size; i++) {
        double match = nd_array_get(matches, i);
        if (nd_array_get(samples, i) > 0.5 && !(match >= 0 && match < (double)boxes->shape[1]))
            return nd_fail(ND_EINDEX, "%s: match %g is no index of boxes of shape %s", call->op->name, match,
                           nd_array_text(boxes).chars);
    }
    return 0;
}

static int read_and_check(const nd_invocation *call) {
    nd_array *samples = nd_on_host(call->in[0]), *matches = nd_on_host(call->in[1]);
    int status = samples && matches ? check_matches(call, samples, matches) : -1;
    nd_array_release(samples), nd_array_release(matches);
    return status;
}

ND_EACH(box_encode)

int box_encode_run(nd_invocation *call) {
    nd_array *const *in = call->in;
    nd_box_encode_work work = {.samples = nd_data(in[0]), .matches = nd_data(in[1]), .anchors = nd_data(in[2])};
    work.boxes = nd_data(in[3]), work.means = nd_data(in[4]), work.stds = nd_data(in[5]);
    work.dtype = in[1]->dtype;
    work.per_image = in[0]->shape[1], work.boxes_per_image = in[3]->shape[1];
    work.targets = nd_data(call->out[0]), work.masks = nd_data(call->out[1]);
    return read_and_check(call) < 0 ? -1 : each_box_encode(call->context, &work, in[0]->size);
}

int box_decode_infer(nd_invocation *call) {
    const nd_array *x = call->in[0], *anchors = call->in[1];
    if (nd_check_axes(call, 0, 3, false, 4, "(batch, anchors, 4)") < 0 ||
        nd_check_axes(call, 1, 3, false, 4, "(1, anchors, 4)") < 0)
        return -1;
    if (anchors->shape[0] != 1 || anchors->shape[1] != x->shape[1])
        return differ(call, 0, 1);
    nd_like(call, 0);
    return 0;
}

ND_EACH(box_decode)

int box_decode_run(nd_invocation *call) {
    const nd_op *op = call->op;
    nd_box_decode_work work = {.x = nd_data(call->in[0]), .anchors = nd_data(call->in[1])};
    for (int k = 0; k < 4; k++)
        work.std[k] = nd_float(op, call->words, k);
    work.out = nd_data(call->out[0]);
    work.clip = nd_float(op, call->words, 4);
    work.center = nd_int(op, call->words, 5) == 0;
    work.count = call->in[0]->shape[1];
    return each_box_decode(call->context, &work, call->in[0]->size / 4);
}
