/* Arrays and the storage that they share. */
#ifndef ND_ARRAY_H
#define ND_ARRAY_H

#include "ndgrad.h"

/* A header. Storage of our own has its data behind it in the same block; foreign storage has there what it needs to let
 * the data go, which lie elsewhere. */
struct nd_storage {
    uint64_t references : 63, foreign : 1;
    int64_t bytes;
    uint64_t version; /* bumped by every write after the first filling; backward compares it */
    union {
        char *data;
        uint64_t room; /* so that the header has the same 32 bytes everywhere */
    };
};

/* True if somebody else than the one who asks, be it another library, can see the bytes. */
static inline bool nd_storage_shared(const nd_storage *storage) {
    return storage->references > 1 || storage->foreign;
}

/* True if nobody else can see the array's elements, so that they may be overwritten. */
static inline bool nd_is_private(const nd_array *array) {
    return array->references == 1 && !nd_storage_shared(array->storage) && !array->node;
}

/* Room for what takes an array's place, of its shape, dtype and context: a new reference to the array itself where it
 * is private, else a new array. */
nd_array *nd_room_of(nd_array *array);

void nd_storage_release(nd_storage *storage);

/* What nd_array_begin_write refuses, without the beginning: 0, or -1 and the reason. */
int nd_check_write(const nd_array *array);

/* A handle on given storage (which gains a reference), without a tape entry. */
nd_array *nd_array_on(nd_storage *storage, int64_t offset, const nd_spec *spec, nd_context context);

/* True if the two may share a byte. */
bool nd_overlap(const nd_array *a, const nd_array *b);

static inline void *nd_data(const nd_array *array) {
    return array->storage->data + array->offset;
}

static inline int64_t nd_bytes(const nd_array *array) {
    return array->size * nd_dtype_size(array->dtype);
}

#endif
