/* The kinds of work that fall into items: of each a structure nd_NAME_work and a function nd_NAME_item. */
#ifndef ITEM
#define ITEM(name)
#endif

/* boxes.h */
ITEM(box_iou)
ITEM(bipartite)
ITEM(box_encode)
ITEM(box_decode)
ITEM(nms)

/* multibox.h */
ITEM(target)
ITEM(detect)

/* proposals.h */
ITEM(propose)
ITEM(proposed)

/* regions.h */
ITEM(roi_argmax)
ITEM(roi_sample)
ITEM(roi_scatter)

/* ranking.h */
ITEM(order_key)
ITEM(order_merge)
ITEM(order_tie)
ITEM(order_again)
ITEM(order_place)

/* triangles.h */
ITEM(triangle)
ITEM(diagonal)
ITEM(substitute)
ITEM(lu_column)
ITEM(lu_product)

/* numbers.h */
ITEM(ravel)
ITEM(unravel)
ITEM(saturate)
ITEM(lars)
ITEM(group_adagrad)
ITEM(difference)
ITEM(histogram)
ITEM(sum_chunk)
ITEM(sum_totals)
ITEM(sum_shift)

#undef ITEM
