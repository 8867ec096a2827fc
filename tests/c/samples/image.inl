/* Image preprocessing: mx.nd.image. */
