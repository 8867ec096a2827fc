/* Elements of any dtype, one at a time: nd_element and its like; and ND_COUNT_ONE, by which items count together. */
#ifdef __cplusplus
#include "elements.cuh"
#else
#include "cast.h"
#define ND_COUNT_ONE(count) ++*(count)
#endif
