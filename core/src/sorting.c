#include "sorting.h"

static void swap(nd_item *a, nd_item *b) {
    nd_item kept = *a;
    *a = *b;
    *b = kept;
}

enum { SHORT = 16 }; /* runs of this length are sorted by insertion */

static void sort_by_insertion(nd_item *items, int64_t n) {
    for (int64_t i = 1; i < n; i++) {
        nd_item item = items[i];
        int64_t hole = i;
        for (; hole > 0 && item.key < items[hole - 1].key; hole--)
            items[hole] = items[hole - 1];
        items[hole] = item;
    }
}

/* ------------------------------------------------------------------------------------ a heap, largest on top */

/* Fills the hole with `item`: the larger children move up until a leaf is free, from where the item rises. */
static void fill_hole(nd_item *heap, int64_t hole, int64_t n, nd_item item) {
    const int64_t top = hole;
    for (int64_t child; (child = 2 * hole + 2) <= n; hole = child) {
        if (child == n || heap[child].key < heap[child - 1].key)
            child--;
        heap[hole] = heap[child];
    }
    for (int64_t parent; hole > top && heap[parent = (hole - 1) / 2].key < item.key; hole = parent)
        heap[hole] = heap[parent];
    heap[hole] = item;
}

/* The top goes to `place`, and what was there into the heap. */
static void exchange_top(nd_item *heap, int64_t n, nd_item *place) {
    nd_item item = *place;
    *place = heap[0];
    fill_hole(heap, 0, n, item);
}

static void sort_by_heap(nd_item *items, int64_t k, int64_t n) {
    for (int64_t i = k / 2 - 1; i >= 0; i--)
        fill_hole(items, i, k, items[i]);
    for (int64_t i = k; i < n; i++)
        if (items[i].key < items[0].key)
            exchange_top(items, k, items + i);
    for (int64_t last = k - 1; last > 0; last--)
        exchange_top(items, last, items + last);
}

/* ------------------------------------------------------------------------------------------ partitioning */

static nd_item *middle_of(nd_item *a, nd_item *b, nd_item *c) {
    if (a->key < b->key)
        return b->key < c->key ? b : a->key < c->key ? c : a;
    return a->key < c->key ? a : b->key < c->key ? c : b;
}

/* Moves what is below the pivot before what is above it and returns the count of the former. The pivot, first in
 * place, is the middle one of three, so that both scans find an end. */
static int64_t partition(nd_item *items, int64_t n) {
    swap(items, middle_of(items + 1, items + n / 2, items + n - 1));
    const uint64_t pivot = items[0].key;
    for (int64_t low = 1, high = n;; low++) {
        while (items[low].key < pivot)
            low++;
        do
            high--;
        while (pivot < items[high].key);
        if (low >= high)
            return low;
        swap(items + low, items + high);
    }
}

/* Leaves short stretches unsorted; where the pivots turn out badly `depth` times, the heap takes over. */
static void sort_roughly(nd_item *items, int64_t n, int depth) {
    for (; n > SHORT; depth--) {
        if (depth == 0) {
            sort_by_heap(items, n, n);
            return;
        }
        int64_t cut = partition(items, n);
        sort_roughly(items + cut, n - cut, depth - 1);
        n = cut;
    }
}

static int twice_log2(int64_t n) {
    int depth = 0;
    for (; n > 1; n /= 2)
        depth += 2;
    return depth;
}

void nd_sort_first(nd_item *items, int64_t k, int64_t n) {
    if (k <= n / 8) {
        sort_by_heap(items, k, n);
    } else {
        sort_roughly(items, n, twice_log2(n));
        sort_by_insertion(items, n);
    }
}
