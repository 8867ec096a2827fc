/* Convolution, its transpose (Deconvolution) and its gradient by the weight. Each is linear in both of its operands,
 * and its gradients are the other two, so that derivatives of every order exist.
 *
 * convolution.c reads the parameters and has the gradients; convolve.c and deconvolve.c compute.
 */
#ifndef ND_CONVOLUTION_H
#define ND_CONVOLUTION_H

#include "kernels.h"
#include "strips.h"
#include "window.h"

/* Images have groups x channels, and what the windows make of them, maps, groups x filters; the weight has
 * groups x filters kernels of `channels` each. */
typedef struct nd_convolution {
    nd_window window;
    int64_t images, groups, channels, filters;
} nd_convolution;

int nd_read_convolution(const nd_op *op, const nd_word *words, const nd_spec *image, nd_convolution *c);
int nd_read_deconvolution(const nd_op *op, const nd_word *words, const nd_spec *map, nd_convolution *c);
int nd_read_correlation(const nd_op *op, const nd_word *words, const nd_spec *image, const nd_spec *map,
                        nd_convolution *c);

/* In elements: one image, one map, one filter. */
int64_t nd_image_size(const nd_convolution *c);
int64_t nd_map_size(const nd_convolution *c);
int64_t nd_filter_size(const nd_convolution *c);

/* What all three run on: a batch of images and of their maps, and the weight. They are products of one band each. */
typedef struct nd_batch {
    nd_convolution c;
    nd_strips strips;
    nd_gemm product; /* of as large a band as there is */
    nd_gemm_kernel *kernel;
    int64_t item, work_bytes; /* of an element; of a thread's work */
    char *work;
    char *images, *maps, *weight;
} nd_batch;

/* Opens the strips; then the product's extents and tables are to be set, and room made for its work. */
int nd_batch_open(nd_batch *b, const char *who, nd_dtype dtype);
int nd_batch_work(nd_batch *b, nd_dtype dtype);
nd_batch nd_batch_of_thread(const nd_batch *b, int thread);
void nd_batch_close(nd_batch *b);

/* So many images that a thread is worth waking for them. */
int64_t nd_images_worth(const nd_convolution *c);
/* A group's weights, its part of a map, and its channels of a framed image. */
char *nd_weight_of(const nd_batch *b, int64_t group);
char *nd_map_of(const nd_batch *b, int64_t image, int64_t group);
char *nd_channels_of(const nd_batch *b, const char *framed, int64_t group);

/* Convolution of a batch that is yet to be opened; the bias may be NULL. */
int nd_convolve(const char *who, nd_batch batch, nd_dtype dtype, const nd_array *bias);

/* maps (channels, ...) of `each` elements += bias (channels,), which may be NULL */
void nd_add_bias(char *maps, int64_t channels, int64_t each, const nd_array *bias);

#endif
