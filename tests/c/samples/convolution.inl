/* Convolution, pooling, sampling and resizing of images. */
