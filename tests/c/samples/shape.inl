/* Shapes, indices and what follows from them. */
