/* Sorting keys that remember where they came from. */
#ifndef ND_SORTING_H
#define ND_SORTING_H

#include <stdint.h>

typedef struct nd_item {
    uint64_t key;
    int64_t at;
} nd_item;

/* The k smallest keys first, in order; what follows them is in none. Equal keys come in the order that MXNet 1.9.1
 * gives them, which follows from its algorithms: a heap of k items where k is an eighth of n or less, otherwise
 * introspective sorting (Musser, 1997). */
void nd_sort_first(nd_item *items, int64_t k, int64_t n);

#endif
