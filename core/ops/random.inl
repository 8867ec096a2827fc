/* Random numbers: MXNet 1.9.1's, bit for bit. */
/* clang-format off */

/* The three forms of a distribution: its parameters (the last arguments) as numbers; likewise, in the shape and dtype
 * of an array; and as arrays, named by `arrays`, for as many numbers each as the shape says. */
#define SAMPLER(distribution, aliases, arrays, count, run, doc, refused, ...)                                                  \
    OP(_random_##distribution, "random_" #distribution aliases, "", 0, 1,                                                      \
       PARAMS(__VA_ARGS__, SHAPE("shape", ND_NONE), TYPE("dtype")), random_infer, run, zero_gradient, 0, ALL,                  \
       doc SHAPES("-> shape, (1) unless given") RANDOM_DTYPES ERRORS(REFUSED(refused)))                                        \
    OP(_random_##distribution##_like, "", "data", 1, 1, PARAMS(__VA_ARGS__), random_like_infer, run, zero_gradient, 0, ALL,    \
       "In the shape and dtype of data. " doc SHAPES("data (any) -> the same") FLOATS_ONLY ERRORS("ArgumentError " refused))   \
    OP(_sample_##distribution, "sample_" #distribution, arrays, count, 1, PARAMS(SHAPE("shape", 0), TYPE("dtype")),            \
       sample_infer, run, zero_gradient, 0, ALL,                                                                               \
       "A draw of the shape for each element of the arrays of parameters. " doc                                                \
       SHAPES("parameters (a, b, ...), all the same -> (a, b, ..., shape)")                                                    \
       DTYPES("all, but one for all parameters; dtype is float16, float32 or float64 (else DTypeError)")                       \
       ERRORS("ShapeError if the parameters differ, for a negative extent or more than 8 axes")                                \
       SAYS("shape", "draws for each element; (): one"))
#define RANDOM_DTYPES DTYPES("float16, float32, float64 (else DTypeError); float32 unless given")
#define REFUSED(refused) "ArgumentError " refused "; ShapeError for a negative extent"

SAMPLER(uniform, " uniform", "low high", 2, uniform_run, "Uniform on [low, high).", "if low is above high", REAL("low", 0), REAL("high", 1))
SAMPLER(normal, " normal", "mu sigma", 2, normal_run, "Normal, with a mean (loc, mu) and a standard deviation (scale, sigma).",
        "unless the deviation is above 0", REAL("loc", 0), REAL("scale", 1))
SAMPLER(exponential, "", "lam", 1, exponential_run, "Exponential with rate lam.", "unless lam is above 0", REAL("lam", 1))
SAMPLER(gamma, "", "alpha beta", 2, gamma_run, "Gamma with shape alpha and scale beta.", "unless both are above 0",
        REAL("alpha", 1), REAL("beta", 1))
SAMPLER(poisson, "", "lam", 1, poisson_run, "Poisson with mean lam.", "if lam is below 0", REAL("lam", 1))
SAMPLER(negative_binomial, "", "k p", 2, negative_binomial_run, "How many failures come before k successes of probability p.",
        "unless k is at least 0 and p in (0, 1]", INT("k", 1), REAL("p", 1))
SAMPLER(generalized_negative_binomial, "", "mu alpha", 2, generalized_negative_binomial_run,
        "Negative binomial with mean mu and dispersion alpha.", "if mu or alpha is below 0", REAL("mu", 1), REAL("alpha", 1))
#undef SAMPLER
#undef RANDOM_DTYPES
#undef REFUSED

OP(_random_randint, "random_randint", "", 0, 1, PARAMS(NEEDED_INT("low"), NEEDED_INT("high"), SHAPE("shape", ND_NONE), TYPE("dtype")),
   randint_infer, randint_run, zero_gradient, 0, ALL,
   "Integers on [low, high)." SHAPES("-> shape, (1) unless given") DTYPES("int32 and int64 (else DTypeError), int32 unless given")
   ERRORS("ArgumentError unless low is below high; ShapeError for a negative extent") SAYS("low", "the least") SAYS("high", "above the greatest")
   SAYS("dtype", "of the result; None: int32"))
OP(_sample_unique_zipfian, "", "", 0, 2, PARAMS(NEEDED_INT("range_max"), SHAPE("shape", ND_NONE)),
   zipfian_infer, zipfian_run, zero_gradient, 0, ALL,
   "Distinct classes below range_max, drawn with probability log((k + 2) / (k + 1)) / log(range_max + 1), in each row of the shape; and how "
   "many tries each row took."
   SHAPES("-> (rows, classes) and (rows), both int64")
   ERRORS("ArgumentError for more classes than range_max; ShapeError unless shape has two extents") SAYS("range_max", "above the greatest class")
   SAYS("shape", "(rows, classes of a row)"))
COMPOSED(_sample_multinomial, "sample_multinomial", "data", 1, INT_OF(1) ? 2 : 1,
   PARAMS(SHAPE("shape", 0), FLAG("get_prob", 0), CHOICE("dtype", "float16 float32 float64 int32 uint8", 3)), multinomial_compose,
   "Outcomes by the probabilities along the last axis; with get_prob their log-likelihood too."
   SHAPES("data (..., k) -> (..., shape); with get_prob twice that") ERRORS("ShapeError unless the last axis holds probabilities")
   SAYS("shape", "draws for each row of probabilities; (): one") SAYS("get_prob", "give log-likelihoods, which have a gradient, too")
   SAYS("dtype", "of the outcomes"))
COMPOSED(_shuffle, "shuffle", "data", 1, 1, NO_PARAMS, shuffle_compose,
   "The elements, or rows, in a random order." SHAPES("data (n, ...) -> the same") ERRORS("ShapeError for data without axes"))

#define DENSITY_ROW(distribution, inputs, count, shapes, doc)                                                                  \
    COMPOSED(_random_pdf_##distribution, "random_pdf_" #distribution, inputs, count, 1, PARAMS(FLAG("is_log", 0)),             \
             pdf_##distribution##_compose, doc " Parameters broadcast to the sample's further axes; with is_log its logarithm." \
             SHAPES(shapes) FLOATS_ALIKE ERRORS("ShapeError unless the sample's shape begins with the parameters'"))
#define DENSITY(distribution, inputs, count, doc) \
    DENSITY_ROW(distribution, inputs, count, "sample (a, ..., b, ...), parameters (a, ...) -> that of the sample", doc)
DENSITY(uniform, "sample low high", 3, "1 / (high - low), the uniform density.")
DENSITY(normal, "sample mu sigma", 3, "exp(-((x - mu) / sigma)**2 / 2) / (sigma sqrt(2 pi)), the normal density.")
DENSITY(exponential, "sample lam", 2, "lam exp(-lam x), the exponential density.")
DENSITY(gamma, "sample alpha beta", 3, "beta**alpha x**(alpha - 1) exp(-beta x) / gamma(alpha), the gamma density with shape alpha and rate beta.")
DENSITY(poisson, "sample lam", 2, "lam**x exp(-lam) / x!, the Poisson probability.")
DENSITY(negative_binomial, "sample k p", 3, "gamma(x + k) / (x! gamma(k)) p**k (1 - p)**x, the probability of x failures before k successes of probability p.")
DENSITY(generalized_negative_binomial, "sample mu alpha", 3, "random_pdf_negative_binomial with k = 1 / alpha and p = 1 / (1 + mu alpha).")
DENSITY_ROW(dirichlet, "sample alpha", 2, "sample (a, ..., b, ..., k), alpha (a, ..., k) -> (a, ..., b, ...)",
            "The Dirichlet density of the points in the last axis, gamma(sum of alpha) times the product of x**(alpha - 1) / gamma(alpha).")
#undef DENSITY
#undef DENSITY_ROW

/* clang-format on */
