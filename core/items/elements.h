/* Elements of any dtype, one at a time: nd_element and its like. */
#ifdef __cplusplus
#include "elements.cuh"
#else
#include "cast.h"
#endif
