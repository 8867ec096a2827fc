/* Which table of kernels this machine gets: the best that it can run, or the one that NDGRAD_INSTRUCTION_SET names. */
#include <stdlib.h>
#include <string.h>

#include "kernels.h"
#include "relaxed.h"

extern const nd_kernels ND_BASE_KERNELS;
#ifdef ND_WITH_X86
extern const nd_kernels nd_kernels_avx2, nd_kernels_avx512;
#endif

typedef struct choice {
    const nd_kernels *kernels;
    bool (*possible)(void);
} choice;

static bool always(void) {
    return true;
}

#ifdef ND_WITH_X86
static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#endif

/* From the best to the one that every machine has. */
static const choice choices[] = {
#ifdef ND_WITH_X86
    {&nd_kernels_avx512, has_avx512},
    {&nd_kernels_avx2, has_avx2},
#elif defined(__EMSCRIPTEN__)
    {&nd_kernels_relaxed, nd_has_relaxed},
#endif
    {&ND_BASE_KERNELS, always},
};
enum { CHOICES = sizeof choices / sizeof choices[0] };

const nd_kernels *nd_chosen_kernels = NULL;

/* The first that can run here and has that name (NULL: any). */
static const nd_kernels *find(const char *name) {
    for (int i = 0; i < CHOICES; i++)
        if ((!name || strcmp(choices[i].kernels->name, name) == 0) && choices[i].possible())
            return choices[i].kernels;
    return NULL;
}

const nd_kernels *nd_choose_kernels(void) {
    const char *wanted = getenv("NDGRAD_INSTRUCTION_SET");
    nd_chosen_kernels = wanted ? find(wanted) : NULL;
    return nd_chosen_kernels ? nd_chosen_kernels : (nd_chosen_kernels = find(NULL));
}

const char *nd_instruction_set(void) {
    return nd_kernels_in_use()->name;
}

int nd_use_instruction_set(const char *name) {
    const nd_kernels *wanted = find(name);
    if (!wanted)
        return nd_fail(ND_EARGUMENT, "this build or this machine has no kernels for the instruction set '%s'", name);
    nd_chosen_kernels = wanted;
    return 0;
}
