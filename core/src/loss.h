/* What output layers share. */
#ifndef ND_LOSS_H
#define ND_LOSS_H

#include "compose.h"

/* `shown`, with a gradient that goes to data alone and is `gradient`, times the head's if asked for. */
nd_array *nd_do_attach(nd_scope *scope, nd_array *shown, nd_array *data, nd_array *gradient, bool times_head);

/* The label with the dtype and the shape of data, which has as many elements. */
nd_array *nd_do_label(nd_scope *scope, nd_array *label, const nd_array *data);

/* `on` at the class that a label names, `off` elsewhere, along a new last axis. */
nd_array *nd_do_one_hot(nd_scope *scope, nd_array *label, int64_t classes, nd_dtype dtype, double on, double off);

#endif
