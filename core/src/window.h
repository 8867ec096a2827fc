/* Windows that slide (items/windows.h), as operators' parameters say, and the offsets that they lead to. */
#ifndef ND_WINDOW_H
#define ND_WINDOW_H

#include "items/windows.h"
#include "op.h"

/* Reads a list parameter of one value, at least `least`, for each axis; an empty list means `otherwise`. */
int nd_window_list(const nd_op *op, const nd_word *words, int parameter, int axes, int64_t least, int64_t otherwise,
                   int64_t *into);
/* Reads kernel, stride, dilate and pad, which follow one another from the parameter on, for arrays of that many axes
 * of which the first two are no window's. */
int nd_window_read(const nd_op *op, const nd_word *words, int kernel, int ndim, nd_window *window);
/* Takes the extents of the input, and finds those of the output; fails if a window has no room. */
int nd_window_fit(const nd_op *op, nd_window *window, const int64_t *extents);
/* How far one window reaches along an axis. */
int64_t nd_window_reach(const nd_window *window, int axis);
/* Sets kernel, stride, dilate and pad, from the parameter on, for a call of another operator. */
void nd_window_write(const nd_window *window, nd_op_id op, int kernel, nd_words *words);
/* Fails unless the first `count` inputs are of one float dtype. */
int nd_window_floats(const nd_invocation *call, int count);

/* A grid of elements: the sums of the strides' multiples, the last axis fastest. */
enum { ND_GRID_AXES = 1 + ND_WINDOW_AXES };
typedef struct nd_grid {
    int64_t count[ND_GRID_AXES], stride[ND_GRID_AXES];
} nd_grid;

int64_t nd_grid_size(const nd_grid *grid);
int64_t *nd_grid_offsets(const nd_grid *grid); /* to be freed; NULL after nd_fail */

/* An image, channels before the axes, inside a frame of zeros; one for each thread. */
typedef struct nd_frame {
    int64_t inner[ND_GRID_AXES], before[ND_GRID_AXES], stride[ND_GRID_AXES]; /* channels and axes */
    int64_t bytes;
    nd_dtype dtype;
    int item;
    char *room; /* NULL: there are no zeros to be added, and images stay where they are */
} nd_frame;

int nd_frame_open(const char *who, nd_frame *frame, int64_t channels, const int64_t *inner, const int64_t *before,
                  const int64_t *after, nd_dtype dtype);
nd_frame nd_frame_of_thread(const nd_frame *frame, int thread);
const char *nd_frame_around(const nd_frame *frame, const char *image); /* the framed image's first element */
/* A framed image of zeros to be added to, and what was added without the frame. `image` holds zeros before. */
char *nd_frame_room(const nd_frame *frame, char *image);
void nd_frame_take_out(const nd_frame *frame, char *image);
void nd_frame_close(nd_frame *frame);

/* The taps of all channels, and the positions of windows, as offsets into an image framed by the window's pad. */
nd_grid nd_window_taps(const nd_window *window, const nd_frame *frame, int64_t channels);
nd_grid nd_window_places(const nd_window *window, const nd_frame *frame);

#endif
