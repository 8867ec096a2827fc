/* Boxes compared, matched, encoded and decoded: box_iou, bipartite_matching, box_encode, box_decode. */
#include "box.h"

#include <math.h>
#include <string.h>

#include "array.h"
#include "memory.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

enum { CORNER, CENTER }; /* box_iou's formats, in the table's order */

static double extent(double low, double high) {
    return high > low ? high - low : 0;
}

static double area(nd_box box) {
    return (box.right - box.left) * (box.bottom - box.top);
}

double nd_box_overlap(nd_box a, nd_box b) {
    double both =
        extent(fmax(a.left, b.left), fmin(a.right, b.right)) * extent(fmax(a.top, b.top), fmin(a.bottom, b.bottom));
    return both > 0 ? both / (area(a) + area(b) - both) : 0;
}

void nd_box_encode(nd_box anchor, nd_box box, double *at) {
    double width = anchor.right - anchor.left, height = anchor.bottom - anchor.top;
    at[0] = (box.left + box.right - anchor.left - anchor.right) / 2 / width;
    at[1] = (box.top + box.bottom - anchor.top - anchor.bottom) / 2 / height;
    at[2] = log((box.right - box.left) / width);
    at[3] = log((box.bottom - box.top) / height);
}

nd_box nd_box_decode(nd_box anchor, const double *at) {
    double width = anchor.right - anchor.left, height = anchor.bottom - anchor.top;
    const double middle[] = {at[0] * width + (anchor.left + anchor.right) / 2,
                             at[1] * height + (anchor.top + anchor.bottom) / 2, exp(at[2]) * width,
                             exp(at[3]) * height};
    return nd_box_read(middle, true);
}

/* Merges runs of doubling length: stable, and in n log n steps whatever the scores. A nan comes last. */
void nd_sort_places(int64_t *order, int64_t *scratch, int64_t n, const double *scores, bool ascending) {
    for (int64_t run = 1; run < n; run *= 2) {
        for (int64_t start = 0; start < n; start += 2 * run) {
            int64_t middle = start + run < n ? start + run : n, end = middle + run < n ? middle + run : n;
            for (int64_t at = start, i = start, j = middle; at < end; at++) {
                bool second = i == middle || (j < end && (ascending ? scores[order[j]] < scores[order[i]]
                                                                    : scores[order[j]] > scores[order[i]]));
                scratch[at] = second ? order[j++] : order[i++];
            }
        }
        memcpy(order, scratch, (size_t)n * sizeof *order);
    }
}

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

int box_iou_run(nd_invocation *call) {
    bool center = nd_int(call->op, call->words, 0) == CENTER;
    const double *a = nd_data(call->in[0]), *b = nd_data(call->in[1]);
    double *out = nd_data(call->out[0]);
    int64_t columns = call->in[1]->size / 4;
    for (int64_t i = 0; i < call->out[0]->size; i++)
        out[i] = nd_box_overlap(nd_box_read(a + i / columns * 4, center), nd_box_read(b + i % columns * 4, center));
    return 0;
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

typedef struct matching {
    int64_t rows, columns, most;
    bool ascending;
    double threshold;
    int64_t *order; /* and as many places of scratch */
} matching;

static void fill(double *x, int64_t n, double value) {
    for (int64_t i = 0; i < n; i++)
        x[i] = value;
}

/* The best pair that is still free, again and again. MXNet counts one pair more than topk says. */
static void match(const matching *m, const double *scores, double *of_row, double *of_column) {
    int64_t n = m->rows * m->columns, count = 0;
    fill(of_row, m->rows, -1), fill(of_column, m->columns, -1);
    for (int64_t i = 0; i < n; i++)
        m->order[i] = i;
    nd_sort_places(m->order, m->order + n, n, scores, m->ascending);
    for (int64_t i = 0; i < n; i++) {
        int64_t place = m->order[i], row = place / m->columns, column = place % m->columns;
        if (of_row[row] >= 0 || of_column[column] >= 0)
            continue;
        if (m->ascending ? scores[place] >= m->threshold : scores[place] <= m->threshold)
            return;
        of_row[row] = (double)column;
        of_column[column] = (double)row;
        if (++count > m->most && m->most > 0)
            return;
    }
}

int bipartite_run(nd_invocation *call) {
    const nd_array *x = call->in[0];
    const nd_op *op = call->op;
    matching m = {.rows = x->shape[x->ndim - 2], .columns = x->shape[x->ndim - 1]};
    m.ascending = nd_int(op, call->words, 0);
    m.threshold = nd_threshold(op, call->words, 1);
    m.most = nd_int(op, call->words, 2);
    int64_t n = m.rows * m.columns;
    if (x->size == 0)
        return fill(nd_data(call->out[0]), call->out[0]->size, -1), fill(nd_data(call->out[1]), call->out[1]->size, -1),
               0;
    if (!(m.order = nd_alloc(2 * n * (int64_t)sizeof *m.order)))
        return -1;
    for (int64_t i = 0; i < x->size / n; i++)
        match(&m, (double *)nd_data(x) + i * n, (double *)nd_data(call->out[0]) + i * m.rows,
              (double *)nd_data(call->out[1]) + i * m.columns);
    nd_free(m.order);
    return 0;
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

/* One anchor's target: what its box looks like from it, less the means, in units of the deviations. */
static int encode(const nd_invocation *call, int64_t i, double *target) {
    nd_array *const *in = call->in;
    const double *anchors = nd_data(in[2]), *boxes = nd_data(in[3]), *means = nd_data(in[4]), *stds = nd_data(in[5]);
    double match = nd_array_get(in[1], i); /* of any dtype */
    int64_t count = in[3]->shape[1], batch = i / in[0]->shape[1];
    if (!(match >= 0 && match < (double)count))
        return nd_fail(ND_EINDEX, "%s: match %g is no index of boxes of shape %s", call->op->name, match,
                       nd_array_text(in[3]).chars);
    nd_box box = nd_box_read(boxes + (batch * count + (int64_t)match) * 4, false);
    nd_box_encode(nd_box_read(anchors + i * 4, false), box, target);
    for (int k = 0; k < 4; k++)
        target[k] = (target[k] - means[k]) / stds[k];
    return 0;
}

int box_encode_run(nd_invocation *call) {
    const double *samples = nd_data(call->in[0]);
    double *targets = nd_data(call->out[0]), *masks = nd_data(call->out[1]);
    for (int64_t i = 0; i < call->in[0]->size; i++) {
        bool sampled = samples[i] > 0.5;
        fill(targets + i * 4, 4, 0), fill(masks + i * 4, 4, sampled);
        if (sampled && encode(call, i, targets + i * 4) < 0)
            return -1;
    }
    return 0;
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

int box_decode_run(nd_invocation *call) {
    const nd_op *op = call->op;
    const double *x = nd_data(call->in[0]), *anchors = nd_data(call->in[1]);
    double *out = nd_data(call->out[0]), clip = nd_float(op, call->words, 4);
    bool center = nd_int(op, call->words, 5) == 0;
    int64_t count = call->in[0]->shape[1];
    for (int64_t i = 0; i < call->in[0]->size / 4; i++) {
        double scaled[4];
        for (int k = 0; k < 4; k++) {
            scaled[k] = x[i * 4 + k] * nd_float(op, call->words, k);
            if (k >= 2 && clip > 0 && scaled[k] > clip)
                scaled[k] = clip;
        }
        nd_box_write(out + i * 4, nd_box_decode(nd_box_read(anchors + i % count * 4, center), scaled));
    }
    return 0;
}
