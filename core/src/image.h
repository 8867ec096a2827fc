/* What the operators on images share. */
#ifndef ND_IMAGE_H
#define ND_IMAGE_H

#include "compose.h"

/* Fails unless the input is an image (height, width, channels), or, where they are allowed, a batch of images. */
int nd_check_image(const nd_invocation *call, bool batches);

nd_array *nd_do_as_float(nd_scope *s, nd_array *x);
/* In the image's dtype again; what a byte cannot be becomes the nearest that it can. */
nd_array *nd_do_as_before(nd_scope *s, nd_array *x, const nd_array *image);

#endif
