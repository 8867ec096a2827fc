/* What a basic key (ints, slices, Ellipsis, None) selects of an array. */
#ifndef NDGRAD_SELECTION_H
#define NDGRAD_SELECTION_H

#include "binding.h"

#define NEW_AXIS (-1)

typedef struct selection {
    int64_t start[ND_MAX_DIM], step[ND_MAX_DIM], count[ND_MAX_DIM]; /* of every axis of the array */
    int ndim;                                                       /* of the result ... */
    int64_t shape[ND_MAX_DIM];
    int axis[ND_MAX_DIM]; /* ... and which axis of the array each of its axes shows, or NEW_AXIS */
    bool dropped;         /* an axis was taken by an int */
} selection;

/* 0; 1 if the key needs advanced indexing; -1. */
int selection_parse(PyObject *key, const nd_array *array, selection *result);

#endif
