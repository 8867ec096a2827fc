/* Which table of kernels this machine gets. */
#include <string.h>

#include "kernels.h"

extern const nd_kernels ND_BASE_KERNELS;
#ifdef ND_WITH_AVX2
extern const nd_kernels nd_kernels_avx2;
#endif

#ifdef ND_WITH_AVX2
static int has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

static const nd_kernels *in_use = NULL;

static const nd_kernels *best(void) {
#ifdef ND_WITH_AVX2
    if (has_avx2())
        return &nd_kernels_avx2;
#endif
    return &ND_BASE_KERNELS;
}

const nd_kernels *nd_kernels_in_use(void) {
    if (!in_use)
        in_use = best();
    return in_use;
}

const char *nd_instruction_set(void) {
    return nd_kernels_in_use()->name;
}

int nd_use_instruction_set(const char *name) {
    const nd_kernels *wanted = NULL;
    if (strcmp(name, ND_BASE_KERNELS.name) == 0)
        wanted = &ND_BASE_KERNELS;
#ifdef ND_WITH_AVX2
    if (strcmp(name, nd_kernels_avx2.name) == 0 && has_avx2())
        wanted = &nd_kernels_avx2;
#endif
    if (!wanted)
        return nd_fail(ND_EARGUMENT, "this build or this machine has no kernels for the instruction set '%s'", name);
    in_use = wanted;
    return 0;
}
