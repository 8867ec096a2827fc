/* Functions of doubles that no libm has: included with ND_FUNCTION saying what kind of function it is to be, by
 * vecmath_f64.h and by cuda/vocabulary.cuh.
 */
/* Winitzki's formula (2008), good to 1 in 500, and steps of Halley's method, each of which cubes the error: two, and
 * one more for the far tail. */
ND_FUNCTION double nd_erfinv_f64(double x) {
    double size = fabs(x);
    if (!(size < 1))
        return size == 1 ? x * INFINITY : NAN;
    double log = (log1p(-size) + log1p(size)) / 2, a = 0.147, b = 2 / (3.141592653589793 * a) + log;
    double y = sqrt(-2 * log / a / (sqrt(b * b - 2 * log / a) + b));
    for (int step = 0; step < 3; step++) {
        double miss = size < 0.5 ? erf(y) - size : (1 - size) - erfc(y);
        double newton = miss * exp(y * y) * 0.8862269254527580; /* sqrt(pi) / 2 */
        y -= newton / (1 + y * newton);
    }
    return size < 1e-9 ? x * 0.8862269254527580 : copysign(y, x);
}

/* The polygamma functions at x > 0: up to where x is large, by the sum that leads there, and then by the asymptotic
 * series, whose terms have Bernoulli's numbers; `factorial` is that of the order. */
ND_FUNCTION double nd_polygamma_of_positive_f64(double order, double factorial, double x) {
    static const double bernoulli[] = {1 / 6.0,       -1 / 30.0, 1 / 42.0,      -1 / 30.0,     5 / 66.0,
                                       -691 / 2730.0, 7 / 6.0,   -3617 / 510.0, 43867 / 798.0, -174611 / 330.0};
    double sum = 0, last = 0;
    for (; x < 16 + order; x++)
        sum += 1 / pow(x, order + 1);
    const double term = 1 / pow(x, order), square = 1 / (x * x);
    double power = term * square * (order + 1) / 2; /* times (order + 2k - 1)! / (order! (2k)!) */
    for (int k = 1; k <= 10; k++) {
        last += bernoulli[k - 1] * power;
        power *= square * (order + 2 * k) * (order + 2 * k + 1) / ((2 * k + 1) * (2 * k + 2));
    }
    if (order == 0)
        return log(x) - 0.5 / x - last - sum;
    double size = factorial * (sum + (term / order + 0.5 * term / x + last));
    return fmod(order, 2.0) == 0 ? -size : size;
}

/* Between -1/2 and 1/2 by a step to the right; further left by the reflection, in which the cotangent's derivative has
 * period 1 and so is got from around 0. */
ND_FUNCTION double nd_polygamma_f64(double order, double x) {
    if (!(order >= 0 && order <= 170) || floor(order) != order || isnan(x) || x == -INFINITY)
        return NAN;
    double factorial = tgamma(order + 1), sign = fmod(order, 2.0) == 0 ? 1 : -1, rest = x - floor(x + 0.5);
    if (x == INFINITY)
        return order == 0 ? x : 0;
    if (x >= 0.5)
        return nd_polygamma_of_positive_f64(order, factorial, x);
    if (rest == 0 && x != 0)
        return NAN;
    double near = nd_polygamma_of_positive_f64(order, factorial, rest + 1) - sign * factorial / pow(rest, order + 1);
    if (rest == x)
        return near;
    double there = nd_polygamma_of_positive_f64(order, factorial, 1 - rest);
    return sign * (nd_polygamma_of_positive_f64(order, factorial, 1 - x) - there) + near;
}
