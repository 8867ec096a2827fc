/* Elements from one dtype to another. */
#ifndef ND_CAST_H
#define ND_CAST_H

#include "ndgrad.h"

/* Casts n contiguous elements. Floats become integers by truncation, then wrap; nan and what an int64 cannot hold
 * become its least value, as on x86. Anything but zero becomes True. */
void nd_cast(void *to, nd_dtype to_dtype, const void *from, nd_dtype from_dtype, int64_t n);

/* All elements of one array as those of another of the same size, wherever the two are. */
int nd_convert(const nd_array *to, const nd_array *from);

int nd_clear(const nd_array *array); /* all bytes zero */

/* One element as a double or an int64, and back. */
double nd_element(const void *data, nd_dtype dtype, int64_t index);
int64_t nd_element_int(const void *data, nd_dtype dtype, int64_t index);
void nd_set_element(void *data, nd_dtype dtype, int64_t index, double value);
void nd_set_element_int(void *data, nd_dtype dtype, int64_t index, int64_t value);

#endif
