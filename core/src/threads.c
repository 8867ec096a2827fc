#define _GNU_SOURCE /* sched_getaffinity */
#include "threads.h"

#include <stdbool.h>
#include <stddef.h>

#if defined(__EMSCRIPTEN__)

int nd_threads(void) {
    return 1;
}

void nd_use_threads(int count) {
    (void)count;
}

void nd_share(int64_t n, int64_t least, nd_task *task, void *shared) {
    (void)least;
    task(shared, 0, 0, n);
}

#else

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "lock.h"

enum { MOST_THREADS = 16, PIECES = 4 /* for each thread, so that one which is held up leaves work to the others */ };

/* What is being done. */
typedef struct job {
    nd_task *task;
    void *shared;
    int threads; /* may take part: there may be more, from when more were asked for */
    int64_t n, least, piece;
    _Atomic int64_t next; /* where the first piece begins that nobody has taken */
} job;

/* Everything but `next` is read and written under `lock`; `owner` is held by the caller whose job it is. */
static struct {
    pthread_mutex_t owner, lock;
    pthread_cond_t posted, left;
    job *job;        /* NULL: there is none, or all of its pieces are taken */
    uint64_t number; /* of the jobs posted so far */
    int workers;     /* threads started */
    int inside;      /* how many of them are at the job */
} pool = {PTHREAD_MUTEX_INITIALIZER,
          PTHREAD_MUTEX_INITIALIZER,
          PTHREAD_COND_INITIALIZER,
          PTHREAD_COND_INITIALIZER,
          NULL,
          0,
          0,
          0};

static _Atomic int chosen; /* 0: not yet */

/* ------------------------------------------------------------------------------------------- how many */

static int processors(void) {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
#endif
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

static int wanted(void) {
    const char *text = getenv("NDGRAD_THREADS");
    int count = text ? atoi(text) : 0;
    return count > 0 ? count : processors();
}

void nd_use_threads(int count) {
    if (count <= 0)
        count = wanted();
    chosen = count < 1 ? 1 : count < MOST_THREADS ? count : MOST_THREADS;
}

int nd_threads(void) {
    if (!chosen)
        nd_use_threads(0);
    return chosen;
}

/* --------------------------------------------------------------------------------------------- the work */

/* The last piece has what is left over of a whole multiple. */
static void take_pieces(job *job, int thread) {
    for (;;) {
        int64_t begin = atomic_fetch_add(&job->next, job->piece), end = begin + job->piece;
        if (job->n - begin < job->least)
            return;
        job->task(job->shared, thread, begin, job->n - end < job->least ? job->n : end);
    }
}

/* A worker waits for jobs that it has not seen, for ever. */
static void *work(void *which) {
    uint64_t seen = 0;
    int thread = (int)(intptr_t)which;
    nd_has_no_lock();
    pthread_mutex_lock(&pool.lock);
    for (;;) {
        while (!pool.job || pool.number == seen || thread >= pool.job->threads)
            pthread_cond_wait(&pool.posted, &pool.lock);
        job *job = pool.job;
        seen = pool.number;
        pool.inside++;
        pthread_mutex_unlock(&pool.lock);
        take_pieces(job, thread);
        pthread_mutex_lock(&pool.lock);
        if (--pool.inside == 0)
            pthread_cond_signal(&pool.left);
    }
    return NULL;
}

/* A child of fork has none of its parent's threads, and starts its own when it needs them. */
static void forget_workers(void) {
    pthread_mutex_init(&pool.owner, NULL);
    pthread_mutex_init(&pool.lock, NULL);
    pthread_cond_init(&pool.posted, NULL);
    pthread_cond_init(&pool.left, NULL);
    pool.job = NULL;
    pool.workers = pool.inside = 0;
}

/* Signals are the caller's business. If a thread cannot be had, there are fewer. */
static void start_workers(int count) {
    static bool watching = false;
    sigset_t all, before;
    pthread_t thread;
    if (!watching)
        watching = pthread_atfork(NULL, NULL, forget_workers) == 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool.workers < count && pthread_create(&thread, NULL, work, (void *)(intptr_t)(pool.workers + 1)) == 0) {
        pthread_detach(thread);
        pool.workers++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void post(job *job) {
    pthread_mutex_lock(&pool.lock);
    pool.job = job;
    pool.number++;
    pthread_cond_broadcast(&pool.posted);
    pthread_mutex_unlock(&pool.lock);
}

/* No worker enters any more, and those inside finish their pieces. */
static void close_job(void) {
    pthread_mutex_lock(&pool.lock);
    pool.job = NULL;
    while (pool.inside)
        pthread_cond_wait(&pool.left, &pool.lock);
    pthread_mutex_unlock(&pool.lock);
}

/* While another caller has the workers, this one does it all. */
static void share(int64_t n, int64_t least, nd_task *task, void *shared) {
    int threads = nd_threads();
    int64_t each = n / least / ((int64_t)threads * PIECES);
    if (threads == 1 || pthread_mutex_trylock(&pool.owner) != 0) {
        task(shared, 0, 0, n);
        return;
    }
    job job = {
        .task = task, .shared = shared, .threads = threads, .n = n, .least = least, .piece = (each ? each : 1) * least};
    start_workers(threads - 1);
    post(&job);
    take_pieces(&job, 0);
    close_job();
    pthread_mutex_unlock(&pool.owner);
}

void nd_share(int64_t n, int64_t least, nd_task *task, void *shared) {
    void *held;
    if (n / least < 2) {
        task(shared, 0, 0, n);
        return;
    }
    bool gone = nd_let_go(&held);
    share(n, least, task, shared);
    if (gone)
        nd_take_back(held);
}

#endif
