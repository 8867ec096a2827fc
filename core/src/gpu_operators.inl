/* Operators of OP rows on a GPU. What is not named here is refused there.
 *
 *   ON_GPU(name)         its run asks where the arrays are
 *   MADE_ON_HOST(name)   numbers that are made one after another, in host memory, and copied: random ones are so the
 *                        same on every device
 *   HOST_ONLY(name)      a composed operator that looks at elements itself
 */
#ifndef ON_GPU
#define ON_GPU(name)
#endif
#ifndef MADE_ON_HOST
#define MADE_ON_HOST(name)
#endif
#ifndef HOST_ONLY
#define HOST_ONLY(name)
#endif

/* reductions, products, softmax */
ON_GPU(norm)
ON_GPU(argmax)
ON_GPU(argmin)
ON_GPU(dot)
ON_GPU(batch_dot)
ON_GPU(softmax)
ON_GPU(log_softmax)

/* the same elements, elsewhere or otherwise */
ON_GPU(_copy)
ON_GPU(BlockGrad)
ON_GPU(Cast)
ON_GPU(reshape)
ON_GPU(reshape_like)
ON_GPU(Flatten)
ON_GPU(expand_dims)
ON_GPU(squeeze)
ON_GPU(transpose)
ON_GPU(SwapAxis)
ON_GPU(broadcast_to)
ON_GPU(_broadcast_exactly)
ON_GPU(broadcast_like)
ON_GPU(broadcast_axis)
ON_GPU(concat)
ON_GPU(stack)
ON_GPU(split)
ON_GPU(_split_v2)
ON_GPU(_rnn_param_concat)
ON_GPU(slice)
ON_GPU(slice_axis)
ON_GPU(_slice_scatter)
ON_GPU(_slice_assign)
ON_GPU(_slice_assign_scalar)
ON_GPU(_identity_with_attr_like_rhs)
ON_GPU(cast_storage)
ON_GPU(make_loss)
ON_GPU(MakeLoss)
ON_GPU(_contrib_gradientmultiplier)
ON_GPU(_contrib_round_ste)
ON_GPU(_contrib_sign_ste)
ON_GPU(add_n)

/* constants */
ON_GPU(zeros_like)
ON_GPU(ones_like)
ON_GPU(_zeros)
ON_GPU(_ones)
ON_GPU(_full)
ON_GPU(_zeros_without_dtype)
MADE_ON_HOST(_eye)
MADE_ON_HOST(_arange)
MADE_ON_HOST(_linspace)

/* elements by their indices */
ON_GPU(take)
ON_GPU(_take_scatter)
ON_GPU(gather_nd)
ON_GPU(_gather_scatter)
ON_GPU(scatter_nd)
ON_GPU(_scatter_set_nd)
ON_GPU(pick)
ON_GPU(_pick_scatter)
ON_GPU(one_hot)

/* what falls into items */
ON_GPU(_order)
ON_GPU(_ravel_multi_index)
ON_GPU(_unravel_index)
ON_GPU(_histogram)
ON_GPU(cumsum)
ON_GPU(_triangle)
ON_GPU(_linalg_extractdiag)
ON_GPU(_linalg_extracttrian)
ON_GPU(_linalg_makediag)
ON_GPU(_linalg_maketrian)
ON_GPU(_contrib_box_iou)
ON_GPU(_contrib_bipartite_matching)
ON_GPU(_contrib_box_encode)
ON_GPU(_contrib_box_decode)
ON_GPU(_box_nms_choice)
ON_GPU(_contrib_MultiBoxTarget)
ON_GPU(_contrib_MultiBoxDetection)
ON_GPU(_contrib_MultiProposal)
ON_GPU(_roi_argmax)
ON_GPU(_roi_sample)
ON_GPU(_roi_scatter)
ON_GPU(_saturate)
ON_GPU(_contrib_allclose)
ON_GPU(multi_lars)
ON_GPU(_contrib_group_adagrad_update)

/* factorizations, by halves */
ON_GPU(_linalg_trsm)
ON_GPU(_linalg_potrf)
ON_GPU(_linalg_inverse)
ON_GPU(_inverse_or_zeros)
ON_GPU(_linalg_det)
ON_GPU(_linalg_slogdet)

/* layers */
ON_GPU(_normalize)
ON_GPU(Convolution)
ON_GPU(Deconvolution)
ON_GPU(_conv_weight_gradient)
ON_GPU(im2col)
ON_GPU(col2im)
ON_GPU(_pool_sum)
ON_GPU(_pool_spread)
ON_GPU(_pool_choose)
ON_GPU(_pool_return)
ON_GPU(_attach_gradient)
ON_GPU(_class_gradient)
ON_GPU(_cut)

/* places, from labels that are checked */
MADE_ON_HOST(_ctc_states)

/* of the shape alone */
MADE_ON_HOST(shape_array)
MADE_ON_HOST(size_array)
MADE_ON_HOST(_contrib_index_array)
MADE_ON_HOST(_contrib_arange_like)
MADE_ON_HOST(_contrib_MultiBoxPrior)

/* random numbers */
MADE_ON_HOST(_random_dropout_mask)
MADE_ON_HOST(_random_randint)
MADE_ON_HOST(_sample_unique_zipfian)
MADE_ON_HOST(_random_uniform)
MADE_ON_HOST(_random_normal)
MADE_ON_HOST(_random_exponential)
MADE_ON_HOST(_random_gamma)
MADE_ON_HOST(_random_poisson)
MADE_ON_HOST(_random_negative_binomial)
MADE_ON_HOST(_random_generalized_negative_binomial)
MADE_ON_HOST(_random_uniform_like)
MADE_ON_HOST(_random_normal_like)
MADE_ON_HOST(_random_exponential_like)
MADE_ON_HOST(_random_gamma_like)
MADE_ON_HOST(_random_poisson_like)
MADE_ON_HOST(_random_negative_binomial_like)
MADE_ON_HOST(_random_generalized_negative_binomial_like)
MADE_ON_HOST(_sample_uniform)
MADE_ON_HOST(_sample_normal)
MADE_ON_HOST(_sample_exponential)
MADE_ON_HOST(_sample_gamma)
MADE_ON_HOST(_sample_poisson)
MADE_ON_HOST(_sample_negative_binomial)
MADE_ON_HOST(_sample_generalized_negative_binomial)

/* composed of others, and of a look at the elements */
HOST_ONLY(_contrib_hawkesll)
HOST_ONLY(_contrib_DeformablePSROIPooling)

#undef ON_GPU
#undef MADE_ON_HOST
#undef HOST_ONLY
