/* What matrices.h declares of vectors. */
#ifndef ND_VECTORS_H
#define ND_VECTORS_H

#include <float.h>

#include "matrices.h"

/* Four sums side by side, so that an addition need not wait for the one before. */
ND_VECTORS double nd_dot(const double *x, const double *y, int64_t n) {
    double sum[4] = {0};
    int64_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++)
            sum[k] += x[i + k] * y[i + k];
    for (; i < n; i++)
        sum[0] += x[i] * y[i];
    return sum[0] + sum[1] + (sum[2] + sum[3]);
}

ND_VECTORS double nd_length(const double *x, int64_t n) {
    double square = nd_dot(x, x, n), sum = 0, largest = 0;
    if (square > DBL_MIN / DBL_EPSILON && square <= DBL_MAX)
        return sqrt(square);
    for (int64_t i = 0; i < n; i++)
        largest = fabs(x[i]) > largest ? fabs(x[i]) : largest;
    if (largest == 0 || !isfinite(largest))
        return sqrt(square);
    for (int64_t i = 0; i < n; i++)
        sum += x[i] / largest * (x[i] / largest);
    return largest * sqrt(sum);
}

ND_VECTORS double nd_scale_near(double length) {
    int exponent;
    if (!isfinite(length))
        return NAN;
    frexp(length, &exponent);
    return length > 0 ? ldexp(0.5, exponent) : 1;
}

ND_VECTORS void nd_divide(double *x, int64_t n, double by) {
    for (int64_t i = 0; i < n; i++)
        x[i] /= by;
}

ND_VECTORS void nd_add_scaled(double *__restrict y, double scale, const double *__restrict x, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        y[i] += scale * x[i];
}

ND_VECTORS void nd_rotate(double *__restrict x, double *__restrict y, int64_t n, double c, double s) {
    for (int64_t i = 0; i < n; i++) {
        double first = c * x[i] - s * y[i], second = s * x[i] + c * y[i];
        x[i] = first;
        y[i] = second;
    }
}

ND_VECTORS nd_reflection nd_reflect(double *x, int64_t n) {
    double alpha = x[0], rest = nd_length(x + 1, n - 1);
    nd_reflection reflection = {0, alpha};
    x[0] = 1;
    if (rest == 0)
        return reflection;
    double beta = -copysign(hypot(alpha, rest), alpha);
    for (int64_t i = 1; i < n; i++)
        x[i] /= alpha - beta;
    reflection.tau = (beta - alpha) / beta;
    reflection.result = beta;
    return reflection;
}

#endif
