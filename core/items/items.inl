/* The kinds of work that fall into items: of each a structure nd_NAME_work and a function nd_NAME_item. */

/* indices.h */
ITEM(ravel)
ITEM(unravel)

/* picking.h */
ITEM(pick)

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

/* columns.h */
ITEM(columns)
ITEM(columns_added)

/* boxes.h, nms.h, rivals.h */
ITEM(box_iou)
ITEM(bipartite)
ITEM(box_encode)
ITEM(box_decode)
ITEM(nms)
ITEM(rivals)
ITEM(rivals_settle)
ITEM(rivals_suppress)
ITEM(rivals_gather)

/* multibox.h */
ITEM(multibox_target)
ITEM(multibox_detection)
ITEM(multibox_drop)

/* proposals.h */
ITEM(propose)
ITEM(propose_order)
ITEM(proposed)

/* regions.h */
ITEM(roi_argmax)
ITEM(roi_sample)
ITEM(roi_scatter)

/* deformable.h, divergence.h */
ITEM(deformed_bin)
ITEM(divergence)

/* triangles.h */
ITEM(triangle)
ITEM(diagonal)

/* factors.h */
ITEM(scale)
ITEM(substitute)
ITEM(cholesky)
ITEM(panel_search)
ITEM(panel_pivot)
ITEM(panel_eliminate)
ITEM(exchange)
ITEM(singular)
ITEM(clear_singular)
ITEM(identity)
ITEM(determinant)

/* reflections.h */
ITEM(reflect_row)
ITEM(lq_reduce)
ITEM(lq_expand)

/* rotations.h */
ITEM(row_length)
ITEM(matrix_scale)
ITEM(scaled_rows)
ITEM(square)
ITEM(rotate_pair)
ITEM(row_order)
ITEM(singular_value)
ITEM(free_directions)
ITEM(eigenvalue)
ITEM(settle_sign)

/* rounding.h, closeness.h, training.h */
ITEM(saturate)
ITEM(differ)
ITEM(lars)
ITEM(group_adagrad)

#undef ITEM
