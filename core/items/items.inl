/* The kinds of work that fall into items: of each a structure nd_NAME_work and a function nd_NAME_item. */

/* indices.h */
ITEM(ravel)
ITEM(unravel)

/* counts.h */
ITEM(histogram)

/* sums.h */
ITEM(sum_chunk)
ITEM(sum_totals)
ITEM(sum_shift)

/* ranking.h */
ITEM(order_key)
ITEM(order_merge)
ITEM(order_tie)
ITEM(order_place)
ITEM(order_again)

/* triangles.h */
ITEM(triangle)
ITEM(diagonal)

#undef ITEM
