/* Random orders of an array's elements or rows. */
#include "array.h"
#include "compose.h"
#include "operators.h"
#include "random.h"

/* A whole number below n, without bias. This is libstdc++'s rule before GCC 11, whose replacement takes other draws. */
static uint32_t below(nd_engine *e, uint32_t n) {
    uint32_t scaling = UINT32_MAX / n, number;
    do
        number = nd_draw(e);
    while (number >= n * scaling);
    return number / scaling;
}

static void swap_with_earlier(int64_t *order, int64_t i) {
    uint32_t j = below(nd_random_source_b(), (uint32_t)i + 1);
    int64_t kept = order[i];
    order[i] = order[j];
    order[j] = kept;
}

int nd_random_shuffle_order(int64_t *order, int64_t n, int rows) {
    if (n > (int64_t)UINT32_MAX)
        return nd_fail(ND_EARGUMENT, "shuffle: %lld are more than a draw of 32 bits can choose from", (long long)n);
    for (int64_t i = 0; i < n; i++)
        order[i] = i;
    if (rows) {
        for (int64_t i = n - 1; i > 0; i--)
            swap_with_earlier(order, i);
    } else {
        for (int64_t i = 1; i < n; i++)
            swap_with_earlier(order, i);
    }
    return 0;
}

/* The elements or rows in that order: composed, and so differentiable, which MXNet's is not. */
int shuffle_compose(nd_invocation *call) {
    nd_array *data = call->in[0];
    if (data->ndim == 0)
        return nd_fail(ND_ESHAPE, "%s: data of shape () has no axis to shuffle", call->op->name);
    nd_spec spec = {.dtype = ND_INT64, .ndim = 1, .shape = {data->shape[0]}};
    nd_scope s = {0};
    nd_array *order = nd_do_table(&s, &spec, call->context);
    nd_engine before = *nd_random_source_b();
    if (order && nd_random_shuffle_order(nd_data(order), order->size, data->ndim > 1) < 0)
        s.failed = true;
    nd_array *y = nd_do2(&s, ND_OP_take, data, nd_do_there(&s, order, call->context));
    int status = nd_scope_results(&s, &y, 1, call->out);
    if (status < 0)
        *nd_random_source_b() = before; /* a failed call has drawn nothing */
    return status;
}
