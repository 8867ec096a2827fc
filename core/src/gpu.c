#define _GNU_SOURCE /* dladdr */
#include "gpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if ND_WITH_GPU
#include <dlfcn.h>
#include <limits.h>

enum { MOST_DEVICES = 64 };

static struct {
    const nd_gpu_driver *driver; /* NULL: none was found */
    bool looked;
    int count;
    bool broken[MOST_DEVICES];
    char why[256]; /* there is no driver */
} gpus;

/* ------------------------------------------------------------------------------------------- the library */

/* Beside the extension that this code is in. */
static bool library_beside(char *path, size_t room) {
    Dl_info here;
    const char *slash = dladdr((void *)&gpus, &here) && here.dli_fname ? strrchr(here.dli_fname, '/') : NULL;
    size_t folder = slash ? (size_t)(slash + 1 - here.dli_fname) : 0;
    static const char name[] = "libndgrad_cuda.so";
    if (!slash || folder + sizeof name > room)
        return false;
    memcpy(path, here.dli_fname, folder);
    memcpy(path + folder, name, sizeof name);
    return true;
}

/* A library that is there but cannot be loaded says why: it misses CUDA's runtime, perhaps. */
static void *load(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    fclose(file);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        snprintf(gpus.why, sizeof gpus.why, "%s", dlerror());
    return library;
}

static const nd_gpu_driver *open_library(void) {
    char path[PATH_MAX];
    const char *chosen = getenv("NDGRAD_GPU_LIBRARY");
    snprintf(gpus.why, sizeof gpus.why, "the library of GPU kernels is not installed");
    if (!chosen && library_beside(path, sizeof path))
        chosen = path;
    void *library = chosen ? load(chosen) : NULL;
    nd_gpu_entry *entry = NULL;
    if (library) /* a pointer to data becomes one to a function, as POSIX allows */
        *(void **)&entry = dlsym(library, ND_GPU_ENTRY_NAME);
    const nd_gpu_driver *driver = entry ? entry() : NULL;
    if (driver && driver->version == ND_GPU_VERSION)
        return driver;
    if (library)
        snprintf(gpus.why, sizeof gpus.why, "%.160s is of another version", chosen);
    return NULL;
}

static void count_devices(void) {
    gpus.looked = true;
    gpus.count = 0;
    if (gpus.driver && gpus.driver->count(&gpus.count) != ND_GPU_DONE)
        gpus.count = 0;
    if (gpus.count > MOST_DEVICES)
        gpus.count = MOST_DEVICES;
}

void nd_gpu_use(const nd_gpu_driver *driver) {
    nd_gpu_release_kept();
    memset(&gpus, 0, sizeof gpus);
    gpus.driver = driver;
    snprintf(gpus.why, sizeof gpus.why, "there is no driver");
    count_devices();
}

static void look(void) {
    if (gpus.looked)
        return;
    gpus.driver = open_library();
    count_devices();
}

int nd_gpu_count(void) {
    look();
    return gpus.count;
}

/* ------------------------------------------------------------------------------------------------ errors */

int nd_gpu_is_absent(int id) {
    if (!gpus.driver)
        return nd_fail(ND_ECONTEXT, "GPU is not enabled: gpu(%d) cannot be used (%s); use mx.cpu()", id, gpus.why);
    if (gpus.count == 0)
        return nd_fail(ND_ECONTEXT, "GPU is not enabled: %s finds no device (%s); use mx.cpu()", gpus.driver->name,
                       gpus.driver->message());
    return nd_fail(ND_ECONTEXT, "there is no gpu(%d): this machine has %d, from gpu(0) on; use one of them or mx.cpu()",
                   id, gpus.count);
}

static int is_broken(int id, const char *why) {
    return nd_fail(
        ND_ECONTEXT,
        "gpu(%d): %s. Nothing works on this device any more until the process ends; mx.cpu() goes on working", id, why);
}

const nd_gpu_driver *nd_gpu_driver_for(int id) {
    look();
    if (id < 0 || id >= gpus.count)
        return nd_gpu_is_absent(id), NULL;
    if (gpus.broken[id])
        return is_broken(id, "an earlier error broke it"), NULL;
    return gpus.driver;
}

void nd_gpu_give_back(int id, void *block) {
    if (gpus.driver)
        gpus.driver->release(id, block); /* of a broken device in vain */
}

int nd_gpu_check(int id, int status) {
    switch (status) {
    case ND_GPU_DONE: return 0;
    case ND_GPU_FULL: return nd_fail(ND_EMEMORY, "gpu(%d): out of memory (%s)", id, gpus.driver->message());
    case ND_GPU_ABSENT: return nd_fail(ND_ECONTEXT, "gpu(%d) cannot be used: %s", id, gpus.driver->message());
    case ND_GPU_BROKEN: gpus.broken[id] = true; return is_broken(id, gpus.driver->message());
    default: return nd_fail(ND_ECONTEXT, "gpu(%d) refused a request: %s", id, gpus.driver->message());
    }
}

/* ------------------------------------------------------------------------------------------------- asked */

int nd_gpu_memory_info(int id, int64_t *available, int64_t *total) {
    const nd_gpu_driver *driver = nd_gpu_driver_for(id);
    return driver ? nd_gpu_check(id, driver->memory(id, available, total)) : -1;
}

int nd_wait(void) {
    int status = 0;
    for (int id = 0; id < gpus.count; id++)
        if (!gpus.broken[id] && nd_gpu_check(id, gpus.driver->wait(id)) < 0)
            status = -1;
    return status;
}

int nd_gpu_precede(int id, void *stream) {
    const nd_gpu_driver *driver = nd_gpu_driver_for(id);
    return driver ? nd_gpu_check(id, driver->precede(id, stream)) : -1;
}

#else

int nd_gpu_count(void) {
    return 0;
}

int nd_gpu_is_absent(int id) {
    return nd_fail(ND_ECONTEXT,
                   "GPU is not enabled: gpu(%d) cannot be used (this build knows the CPU only); use mx.cpu()", id);
}

int nd_gpu_memory_info(int id, int64_t *available, int64_t *total) {
    (void)available, (void)total;
    return nd_gpu_is_absent(id);
}

int nd_wait(void) {
    return 0;
}

int nd_gpu_precede(int id, void *stream) {
    (void)stream;
    return nd_gpu_is_absent(id);
}

#endif
