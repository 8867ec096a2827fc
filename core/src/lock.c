#include "lock.h"

#include "ndgrad.h"

#if defined(__EMSCRIPTEN__)

void nd_set_outer_lock(nd_outer_lock lock) {
    (void)lock;
}

void nd_walk_begin(void) {
}

void nd_walk_end(void) {
}

#else

#include <pthread.h>
#include <stddef.h>

static nd_outer_lock outer;
static _Thread_local bool away; /* this thread is without the lock */

void nd_set_outer_lock(nd_outer_lock lock) {
    outer = lock;
}

bool nd_let_go(void **held) {
    if (away || !outer.let_go)
        return false;
    away = true;
    *held = outer.let_go();
    return true;
}

void nd_take_back(void *held) {
    outer.take_back(held);
    away = false;
}

void nd_has_no_lock(void) {
    away = true;
}

static pthread_mutex_t walking = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local int walks; /* of this thread, one inside another */

/* In a child of fork there is no other thread, so nobody else walks. */
static void forget_walkers(void) {
    pthread_mutex_init(&walking, NULL);
    if (walks)
        pthread_mutex_lock(&walking);
}

static void watch_forks(void) {
    pthread_atfork(NULL, NULL, forget_walkers);
}

void nd_walk_begin(void) {
    static pthread_once_t watched = PTHREAD_ONCE_INIT;
    void *held;
    if (walks++)
        return;
    pthread_once(&watched, watch_forks);
    if (pthread_mutex_trylock(&walking) == 0)
        return;
    /* Whoever walks needs the outer lock to go on. */
    bool gone = nd_let_go(&held);
    pthread_mutex_lock(&walking);
    if (gone)
        nd_take_back(held);
}

void nd_walk_end(void) {
    if (--walks == 0)
        pthread_mutex_unlock(&walking);
}

#endif
