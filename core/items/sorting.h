/* Sorting keys that remember where they came from. */
#ifndef ND_SORTING_H
#define ND_SORTING_H

#include "item.h"

typedef struct nd_item {
    uint64_t key;
    int64_t at;
} nd_item;

ND_SHARED void nd_swap_items(nd_item *a, nd_item *b) {
    nd_item kept = *a;
    *a = *b;
    *b = kept;
}

enum { ND_SHORT = 16 }; /* runs of this length are sorted by insertion */

ND_SHARED void nd_sort_by_insertion(nd_item *items, int64_t n) {
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
ND_SHARED void nd_fill_hole(nd_item *heap, int64_t hole, int64_t n, nd_item item) {
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
ND_SHARED void nd_exchange_top(nd_item *heap, int64_t n, nd_item *place) {
    nd_item item = *place;
    *place = heap[0];
    nd_fill_hole(heap, 0, n, item);
}

ND_SHARED void nd_sort_by_heap(nd_item *items, int64_t k, int64_t n) {
    for (int64_t i = k / 2 - 1; i >= 0; i--)
        nd_fill_hole(items, i, k, items[i]);
    for (int64_t i = k; i < n; i++)
        if (items[i].key < items[0].key)
            nd_exchange_top(items, k, items + i);
    for (int64_t last = k - 1; last > 0; last--)
        nd_exchange_top(items, last, items + last);
}

/* ------------------------------------------------------------------------------------------ partitioning */

ND_SHARED nd_item *nd_middle_of(nd_item *a, nd_item *b, nd_item *c) {
    if (a->key < b->key)
        return b->key < c->key ? b : a->key < c->key ? c : a;
    return a->key < c->key ? a : b->key < c->key ? c : b;
}

/* Moves what is below the pivot before what is above it and returns the count of the former. The pivot, first in
 * place, is the middle one of three, so that both scans find an end. */
ND_SHARED int64_t nd_partition(nd_item *items, int64_t n) {
    nd_swap_items(items, nd_middle_of(items + 1, items + n / 2, items + n - 1));
    const uint64_t pivot = items[0].key;
    for (int64_t low = 1, high = n;; low++) {
        while (items[low].key < pivot)
            low++;
        do
            high--;
        while (pivot < items[high].key);
        if (low >= high)
            return low;
        nd_swap_items(items + low, items + high);
    }
}

ND_SHARED int nd_twice_log2(int64_t n) {
    int depth = 0;
    for (; n > 1; n /= 2)
        depth += 2;
    return depth;
}

/* Leaves short stretches unsorted; where the pivots turn out badly too often, the heap takes over. What lies above a
 * pivot waits on a stack, which such a depth bounds. */
ND_SHARED void nd_sort_roughly(nd_item *items, int64_t n) {
    struct {
        int64_t begin, n;
        int depth;
    } waiting[128];
    int count = 1;
    waiting[0].begin = 0, waiting[0].n = n, waiting[0].depth = nd_twice_log2(n);
    while (count > 0) {
        int64_t begin = waiting[--count].begin;
        int depth = waiting[count].depth;
        for (n = waiting[count].n; n > ND_SHORT && depth > 0; depth--) {
            int64_t cut = nd_partition(items + begin, n);
            waiting[count].begin = begin + cut, waiting[count].n = n - cut, waiting[count++].depth = depth - 1;
            n = cut;
        }
        if (n > ND_SHORT)
            nd_sort_by_heap(items + begin, n, n);
    }
}

/* The k smallest keys first, in order; what follows them is in none. Equal keys come in the order that MXNet 1.9.1
 * gives them, which follows from its algorithms: a heap of k items where k is an eighth of n or less, otherwise
 * introspective sorting (Musser, 1997). */
ND_SHARED void nd_sort_first(nd_item *items, int64_t k, int64_t n) {
    if (k <= n / 8) {
        nd_sort_by_heap(items, k, n);
    } else {
        nd_sort_roughly(items, n);
        nd_sort_by_insertion(items, n);
    }
}

#endif
