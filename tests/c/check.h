/* The whole test framework of the C tests. A test is a program: it CHECKs, and ends with
 *     return check_report("name");
 * A failed check prints where it is and what it saw, and the program goes on. Each argument is evaluated once.
 */
#ifndef ND_CHECK_H
#define ND_CHECK_H

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

static int64_t checks_made, checks_failed;

#define CHECK(cond) check_true((cond), #cond, __FILE__, __LINE__)
#define CHECK_EQ_I64(actual, expected) check_eq_i64((actual), (expected), #actual, __FILE__, __LINE__)
/* |actual - expected| <= tolerance; a tolerance of 0 asks for equality. Infinities and NaNs match their like. */
#define CHECK_CLOSE(actual, expected, tolerance) \
    check_close((actual), (expected), (tolerance), #actual, __FILE__, __LINE__)

static inline bool check_count(bool good, const char *what, const char *file, int line) {
    checks_made++;
    if (good)
        return true;
    checks_failed++;
    printf("%s:%d: %s", file, line, what);
    return false;
}

static inline void check_true(bool good, const char *what, const char *file, int line) {
    if (!check_count(good, what, file, line))
        printf(" is false\n");
}

static inline void check_eq_i64(int64_t actual, int64_t expected, const char *what, const char *file, int line) {
    if (!check_count(actual == expected, what, file, line))
        printf(" is %" PRId64 ", not %" PRId64 "\n", actual, expected);
}

static inline void check_close(double actual, double expected, double tolerance, const char *what, const char *file,
                               int line) {
    bool good = actual == expected || (isnan(actual) && isnan(expected)) || fabs(actual - expected) <= tolerance;
    if (!check_count(good, what, file, line))
        printf(" is %.17g, not %.17g within %g\n", actual, expected, tolerance);
}

static inline int check_report(const char *name) {
    printf("%s: %" PRId64 " checks, %" PRId64 " failed\n", name, checks_made, checks_failed);
    return checks_failed != 0;
}

#endif
