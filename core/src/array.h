/* Arrays and the storage that they share. */
#ifndef ND_ARRAY_H
#define ND_ARRAY_H

#include "ndgrad.h"

struct nd_storage {
    int64_t references;
    int64_t bytes;
    uint64_t version; /* bumped by every write after the first filling; backward compares it */
    uint64_t unused;  /* the data follows this header in the same block, aligned as malloc aligns */
};

static inline char *nd_storage_data(nd_storage *storage) {
    return (char *)(storage + 1);
}

void nd_storage_release(nd_storage *storage);

/* A handle on given storage (which gains a reference), without a tape entry. */
nd_array *nd_array_on(nd_storage *storage, int64_t offset, const nd_spec *spec, nd_context context);

/* True if the two may share a byte. */
bool nd_overlap(const nd_array *a, const nd_array *b);

static inline void *nd_data(const nd_array *array) {
    return nd_storage_data(array->storage) + array->offset;
}

static inline int64_t nd_bytes(const nd_array *array) {
    return array->size * nd_dtype_size(array->dtype);
}

#endif
