/* What the machine can do at best: copies, sums and functions of floats, each a loop for the compiler to vectorize with
 * its own mathematics library. */
#include <math.h>
#include <stddef.h>
#include <string.h>

void limit_add(float *restrict out, const float *restrict a, const float *restrict b, size_t count) {
    for (size_t i = 0; i < count; i++)
        out[i] = a[i] + b[i];
}

void limit_copy(float *restrict out, const float *restrict a, size_t count) {
    memcpy(out, a, count * sizeof *a);
}

float limit_sum(const float *a, size_t count) {
    float sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i];
    return sum;
}

#define MAPPED(name, formula)                                                       \
    void limit_##name(float *restrict out, const float *restrict a, size_t count) { \
        for (size_t i = 0; i < count; i++)                                          \
            out[i] = formula;                                                       \
    }
MAPPED(exp, expf(a[i]))
MAPPED(log, logf(a[i]))
MAPPED(sigmoid, 1 / (1 + expf(-a[i])))
MAPPED(tanh, 1 - 2 / (expf(2 * a[i]) + 1))
