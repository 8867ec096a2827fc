#include "relaxed.h"

#if defined(__EMSCRIPTEN__)

#include <dlfcn.h>
#include <string.h>

#include "relaxed/tables.h"

extern const nd_kernels ND_BASE_KERNELS;

static nd_relaxed_tables tables;
nd_kernels nd_kernels_relaxed = {.name = "relaxed"};

static char file[256];

/* A path that is too long is no reason to fail: there are other kernels. */
void nd_set_relaxed_file(const char *path) {
    if (strlen(path) < sizeof file)
        strcpy(file, path);
}

static nd_relax_function *open_module(void) {
    void *module = file[0] ? dlopen(file, RTLD_NOW) : NULL;
    return module ? (nd_relax_function *)dlsym(module, "nd_relax") : NULL;
}

static bool load(void) {
    nd_relax_function *relax = open_module();
    nd_kernels *relaxed = &nd_kernels_relaxed;
    if (!relax)
        return false;
    *relaxed = ND_BASE_KERNELS;
#define OWN(table) relaxed->table = memcpy(tables.table, relaxed->table, sizeof tables.table)
    OWN(maps);
    OWN(gemm);
    OWN(softmax);
    OWN(log_softmax);
#undef OWN
    relaxed->name = "relaxed";
    return relax(&tables);
}

bool nd_has_relaxed(void) {
    static enum { UNKNOWN, NO, YES } has = UNKNOWN;
    if (has == UNKNOWN)
        has = load() ? YES : NO;
    return has == YES;
}

#else

void nd_set_relaxed_file(const char *path) {
    (void)path;
}

#endif
