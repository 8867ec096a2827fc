/* Images read between their elements. All of it is composed of operators, so that derivatives of every order exist. */
#ifndef ND_SAMPLING_H
#define ND_SAMPLING_H

#include "compose.h"

/* A constant of x's dtype with the values along one of x's axes and extent 1 along the others. */
nd_array *nd_do_along(nd_scope *s, const nd_array *x, int axis, int64_t count, const double *values);

/* x at `count` positions along an axis, in elements; between two elements it is interpolated, beyond the ends it stays
 * as there. */
nd_array *nd_do_interpolate(nd_scope *s, nd_array *x, int axis, int64_t count, const double *positions);

/* Where the elements of a resized axis lie in the original: its ends on the ends, or centres on centres. */
double nd_position_of_ends(int64_t i, int64_t from, int64_t to);
double nd_position_of_centres(int64_t i, int64_t from, int64_t to);
typedef double nd_position(int64_t i, int64_t from, int64_t to);
nd_array *nd_do_resize(nd_scope *s, nd_array *x, int axis, int64_t to, nd_position *position);

/* The images data (n, channels, height, width) at the points y and x (n, groups, points), in elements, each group of
 * points for its share of the channels: (n, channels, points). Outside there are zeros. */
nd_array *nd_do_sample(nd_scope *s, nd_array *data, nd_array *y, nd_array *x);

#endif
