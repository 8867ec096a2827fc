/* Convolution, its transpose (Deconvolution) and its gradient by the weight. Each is linear in both of its operands,
 * and its gradients are the other two, so that derivatives of every order exist.
 *
 * convolution.c reads the parameters and has the gradients; convolve.c and deconvolve.c compute.
 */
#ifndef ND_CONVOLUTION_H
#define ND_CONVOLUTION_H

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

/* In elements: one image, one map, the weights of one group. */
int64_t nd_image_size(const nd_convolution *c);
int64_t nd_map_size(const nd_convolution *c);
int64_t nd_group_weights(const nd_convolution *c);

/* What the products of matrices of all images and groups have in common. The right operand, the windows of an image, is
 * not written down: it is read through tables of offsets into the image. */
typedef struct nd_product {
    nd_gemm gemm;
    int64_t *rows, *columns;
    int64_t work_bytes; /* of each thread */
    char *work;
    nd_gemm_kernel *kernel;
} nd_product;

int nd_product_open(nd_product *p, int64_t m, const nd_grid *rows, const nd_grid *columns, nd_dtype dtype);
void nd_product_run(const nd_product *p, int thread, const char *a, const char *b, char *c, bool add);
void nd_product_close(nd_product *p);
/* So many images that a thread is worth waking for them. */
int64_t nd_images_worth(const nd_product *p, int64_t groups);

/* maps (channels, ...) of `each` elements += bias (channels,), which may be NULL */
void nd_add_bias(char *maps, int64_t channels, int64_t each, const nd_array *bias);

#endif
