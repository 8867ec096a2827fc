/* Random numbers: MXNet 1.9.1's, bit for bit. */
/* clang-format off */

OP(_random_uniform, "random_uniform uniform", "", 0, 1, PARAMS(REAL("low", 0), REAL("high", 1), SHAPE("shape", ND_NONE), TYPE("dtype")),
   random_infer, uniform_run, zero_gradient, 0, ALL, "Uniform on [low, high): MXNet 1.9.1's numbers, bit for bit.")
OP(_random_normal, "random_normal normal", "", 0, 1, PARAMS(REAL("loc", 0), REAL("scale", 1), SHAPE("shape", ND_NONE), TYPE("dtype")),
   random_infer, normal_run, zero_gradient, 0, ALL, "Normal with mean loc and deviation scale: MXNet 1.9.1's numbers, bit for bit.")
OP(_random_exponential, "random_exponential exponential", "", 0, 1, PARAMS(REAL("lam", 1), SHAPE("shape", ND_NONE), TYPE("dtype")),
   random_infer, exponential_run, zero_gradient, 0, ALL, "Exponential with rate lam: MXNet 1.9.1's numbers, bit for bit.")
OP(_random_randint, "random_randint randint", "", 0, 1, PARAMS(NEEDED_INT("low"), NEEDED_INT("high"), SHAPE("shape", ND_NONE), TYPE("dtype")),
   randint_infer, randint_run, zero_gradient, 0, ALL, "Integers on [low, high): MXNet 1.9.1's numbers, bit for bit.")

/* clang-format on */
