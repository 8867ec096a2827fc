/* Rows of n elements that lie `stride` apart, of which the first k in order are wanted: sorted one by one, or on a GPU
 * all at once by merging runs of doubling length, and where equal ones count again one by one. */
#ifndef ND_RANKING_H
#define ND_RANKING_H

#include "elements.h"
#include "sorting.h"

typedef struct nd_ranking {
    const void *data;
    nd_dtype dtype, along_dtype;
    bool ascending;
    int64_t n, stride, k;
    int64_t *places; /* the results: in the array, */
    void *along;     /* and in the row */

    int64_t run;            /* of those that are merged */
    nd_item *items, *other; /* of all rows, one after another; from items to other they are merged */
    uint8_t *tied;          /* 1: a row where the order of equal keys counts */
} nd_ranking;
typedef nd_ranking nd_order_key_work, nd_order_merge_work, nd_order_tie_work, nd_order_again_work, nd_order_place_work;

/* A number with the order of the elements, or the opposite one; nan comes last either way. */
ND_SHARED uint64_t nd_key_of(const void *data, nd_dtype dtype, int64_t index, bool ascending) {
    const uint64_t sign = (uint64_t)1 << 63;
    uint64_t key;
    if (dtype == ND_FLOAT32 || dtype == ND_FLOAT64 || dtype == ND_FLOAT16) {
        double value = nd_element(data, dtype, index) + 0.0; /* -0 and 0 are equal */
        if (value != value)
            return ~(uint64_t)0;
        memcpy(&key, &value, sizeof key);
        key = key & sign ? ~key : key | sign;
    } else {
        key = (uint64_t)nd_element_int(data, dtype, index) ^ sign;
    }
    return ascending ? key : ~key;
}

/* Where element `at` of a row lies in the array. */
ND_SHARED int64_t nd_place_in_row(const nd_ranking *r, int64_t row, int64_t at) {
    return row / r->stride * r->n * r->stride + row % r->stride + at * r->stride;
}

ND_SHARED nd_item nd_item_of(const nd_ranking *r, int64_t row, int64_t at) {
    nd_item item;
    item.key = nd_key_of(r->data, r->dtype, nd_place_in_row(r, row, at), r->ascending);
    item.at = at;
    return item;
}

/* The result: what comes at that rank of a row is its element `at`. */
ND_SHARED void nd_write_rank(const nd_ranking *r, int64_t row, int64_t rank, int64_t at) {
    const int64_t to = (row / r->stride * r->k + rank) * r->stride + row % r->stride;
    r->places[to] = nd_place_in_row(r, row, at);
    nd_set_element_int(r->along, r->along_dtype, to, at);
}

ND_SHARED void nd_order_key_item(const nd_order_key_work *r, int64_t i) {
    r->items[i] = nd_item_of(r, i / r->n, i % r->n);
}

/* A whole row, with room for its items. */
ND_SHARED void nd_order_row(const nd_ranking *r, int64_t row, nd_item *items) {
    for (int64_t i = 0; i < r->n; i++)
        items[i] = nd_item_of(r, row, i);
    nd_sort_first(items, r->k, r->n);
    for (int64_t i = 0; i < r->k; i++)
        nd_write_rank(r, row, i, items[i].at);
}

/* -------------------------------------------------------------------------------------------- by merging */

/* How many of n sorted keys come before `key`, or (with equals) not after it. */
ND_SHARED int64_t nd_rank_in(const nd_item *items, int64_t n, uint64_t key, bool with_equals) {
    int64_t low = 0, high = n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (items[middle].key < key || (with_equals && items[middle].key == key))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

ND_SHARED int64_t nd_at_most(int64_t x, int64_t most) {
    return x < most ? x : most;
}

/* An item moves to where it lies among those of its own run and of the one beside it. */
ND_SHARED void nd_order_merge_item(const nd_order_merge_work *r, int64_t i) {
    const int64_t row = i - i % r->n, at = i % r->n, begin = at / (2 * r->run) * 2 * r->run;
    const int64_t middle = nd_at_most(begin + r->run, r->n), end = nd_at_most(middle + r->run, r->n);
    const nd_item item = r->items[i], *first = r->items + row + begin, *second = r->items + row + middle;
    const bool in_second = at >= middle;
    const int64_t others = in_second ? nd_rank_in(first, middle - begin, item.key, true)
                                     : nd_rank_in(second, end - middle, item.key, false);
    r->other[row + begin + (in_second ? at - middle : at - begin) + others] = item;
}

/* So many items of a row are to be compared with the next one: the wanted ones, if there is a next one. */
ND_SHARED int64_t nd_neighbours(const nd_ranking *r) {
    return nd_at_most(r->k, r->n - 1);
}

ND_SHARED void nd_order_tie_item(const nd_order_tie_work *r, int64_t i) {
    const int64_t row = i / nd_neighbours(r), at = row * r->n + i % nd_neighbours(r);
    if (r->items[at].key == r->items[at + 1].key)
        r->tied[row] = 1;
}

ND_SHARED void nd_order_place_item(const nd_order_place_work *r, int64_t i) {
    const int64_t row = i / r->k, rank = i % r->k;
    nd_write_rank(r, row, rank, r->items[row * r->n + rank].at);
}

ND_SHARED void nd_order_again_item(const nd_order_again_work *r, int64_t row) {
    if (r->tied[row])
        nd_order_row(r, row, r->items + row * r->n);
}

#endif
