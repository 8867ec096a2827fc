/* Threads that share a kernel's work: the same bits however many they are, every element done once, children of fork
 * and callers on several threads served. Run under ThreadSanitizer too. */
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"
#include "threads.h"

/* -------------------------------------------------------------------------------------------- the pool itself */

typedef struct tally {
    int64_t least;
    int *times;      /* each place was done */
    _Atomic int bad; /* pieces that are no multiples, or threads that there are not */
} tally;

static void count(void *shared, int thread, int64_t begin, int64_t end) {
    tally *t = shared;
    if (begin % t->least || begin >= end || thread < 0 || thread >= nd_threads())
        t->bad++;
    for (int64_t i = begin; i < end; i++)
        t->times[i]++;
}

static bool every_place_once(int64_t n, int64_t least) {
    tally t = {.least = least, .times = calloc((size_t)n, sizeof(int))};
    nd_share(n, least, count, &t);
    bool good = t.bad == 0;
    for (int64_t i = 0; i < n; i++)
        good = good && t.times[i] == 1;
    free(t.times);
    return good;
}

static void test_every_place_is_done_once(void) {
    for (int threads = 1; threads <= 5; threads++) {
        nd_use_threads(threads);
        for (int64_t n = 1; n < 3000; n = n * 2 + 1)
            for (int64_t least = 1; least <= 64; least *= 4)
                CHECK_FOR(every_place_once(n, least), "%d in pieces of %d on %d threads", (int)n, (int)least, threads);
    }
}

static void *share_often(void *good) {
    for (int i = 0; i < 200; i++)
        *(bool *)good = *(bool *)good && every_place_once(100 + i, 1);
    return NULL;
}

static void test_callers_do_not_disturb_each_other(void) {
    enum { CALLERS = 4 };
    pthread_t callers[CALLERS];
    bool good[CALLERS];
    nd_use_threads(3);
    for (int i = 0; i < CALLERS; i++) {
        good[i] = true;
        pthread_create(&callers[i], NULL, share_often, &good[i]);
    }
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(callers[i], NULL);
        CHECK(good[i]);
    }
}

static void test_a_child_starts_its_own_threads(void) {
    int status = -1;
    nd_use_threads(3);
    CHECK(every_place_once(1000, 1));
    pid_t child = fork();
    if (child == 0)
        _exit(every_place_once(1000, 1) && every_place_once(5000, 7) ? 0 : 1);
    waitpid(child, &status, 0);
    CHECK_EQ_I64(status, 0);
}

/* ------------------------------------------------------------------------------------------------ operators */

typedef struct sample {
    const char *op, *params, *shapes[3];
} sample;

/* Large enough to be shared. */
static const sample samples[] = {
    {"exp", "", {"300001"}},
    {"broadcast_add", "", {"300001", "300001"}},
    {"broadcast_mul", "", {"600x501", "1x501"}},
    {"broadcast_sub", "", {"600x1", "1x501"}},
    {"sum", "", {"700001"}},
    {"norm", "", {"700001"}},
    {"sum", "axis=0", {"600x1200"}},
    {"max", "axis=1", {"600x1200"}},
    {"mean", "axis=0,2", {"40x30x300"}},
    {"sum", "axis=1", {"40x30x300"}},
    {"dot", "", {"301x170", "170x222"}},
    {"dot", "transpose_a=1 transpose_b=1", {"170x301", "222x170"}},
    {"dot", "transpose_b=1", {"900x170", "65x170"}},
    {"batch_dot", "", {"7x90x101", "7x101x110"}},
    {"softmax", "", {"300x333"}},
    {"softmax", "axis=1", {"10x33x300"}},
    {"log_softmax", "", {"300x333"}},
    {"Convolution", "kernel=3,3 pad=1,1 num_filter=9", {"6x5x20x21", "9x5x3x3", "9"}},
    {"Convolution", "kernel=3,3 stride=2,2 num_filter=8 num_group=2 no_bias=1", {"5x6x33x33", "8x3x3x3"}},
    {"Deconvolution", "kernel=3,3 stride=2,2 num_filter=6", {"5x8x16x15", "8x6x3x3"}},
    {"_conv_weight_gradient", "kernel=3,3 pad=1,1", {"6x5x40x41", "6x9x40x41"}},
    {"Pooling", "kernel=2,2 stride=2,2", {"6x16x64x63"}},
    {"Pooling", "kernel=3,3 stride=2,2 pool_type=avg", {"6x16x64x63"}},
    {"LayerNorm", "", {"600x501", "501", "501"}},
    {"InstanceNorm", "", {"6x50x1001", "50", "50"}},
};

/* Result, gradients of all inputs. */
static void evaluate(const sample *s, nd_array **in, int count, nd_array **out) {
    const nd_op *op = nd_op_find(s->op);
    nd_word words[ND_MAX_WORDS];
    read_params(op, words, s->params);
    bool before = nd_set_recording(true);
    out[0] = nd_apply(op, in, count, words);
    nd_set_recording(before);
    CHECK_FOR(out[0], "%s: %s", s->op, nd_error_message());
    if (out[0])
        CHECK_FOR(gradients(out[0], in, count, false, out + 1) == 0, "%s: %s", s->op, nd_error_message());
}

static void check_sample(const sample *s) {
    nd_array *in[3], *alone[4] = {0}, *together[4] = {0};
    int count = 0;
    for (; count < 3 && s->shapes[count]; count++) {
        in[count] = shaped(ND_FLOAT32, s->shapes[count]);
        fill_random(in[count], -1, 1);
        nd_attach_grad(in[count], ND_GRAD_WRITE, NULL);
    }
    nd_use_threads(1);
    evaluate(s, in, count, alone);
    for (int threads = 2; threads <= 5; threads++) {
        nd_use_threads(threads);
        evaluate(s, in, count, together);
        for (int i = 0; i <= count; i++)
            CHECK_FOR(together[i] && same_array(alone[i], together[i]), "%s %s on %d threads: result %d", s->op,
                      s->params, threads, i);
        release_all(together, count + 1);
    }
    release_all(alone, count + 1);
    release_all(in, count);
}

/* An integer division by zero is found on whichever thread. */
static void test_a_failure_is_seen(void) {
    nd_array *a = NEW(ND_INT32, 600000), *b = NEW(ND_INT32, 600000);
    nd_use_threads(3);
    fill_whole(a, 0, 100);
    fill_whole(b, 1, 100);
    nd_array_set_int(b, 555555, 0);
    CHECK_FAILS(apply("broadcast_div", "", a, b, NULL) == NULL, ND_EARGUMENT);
    nd_array_release(a), nd_array_release(b);
}

/* ------------------------------------------------------------------------------------------ callers on threads */

/* In the place of Python's lock. */
static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static int let_go_count;

static void *let_go(void) {
    let_go_count++;
    pthread_mutex_unlock(&outer);
    return &outer;
}

static void take_back(void *held) {
    pthread_mutex_lock(held);
}

typedef struct trainer {
    nd_array *weight, *data, *expected; /* the weight is shared by all */
    bool good;
} trainer;

/* The gradient by the shared weight of a loss of its own, again and again. */
static void *train(void *self) {
    trainer *t = self;
    pthread_mutex_lock(&outer);
    for (int i = 0; i < 20; i++) {
        nd_array *in[] = {t->data, t->weight}, *gradient = NULL;
        nd_set_recording(true);
        nd_array *out = apply("dot", "", in[0], in[1], NULL);
        nd_array *exp = out ? apply("exp", "", out, NULL, NULL) : NULL;
        nd_set_recording(false);
        bool done = exp && gradients(exp, &t->weight, 1, false, &gradient) == 0;
        t->good = t->good && done && same_array(gradient, t->expected);
        nd_array_release(gradient), nd_array_release(exp), nd_array_release(out);
    }
    pthread_mutex_unlock(&outer);
    return NULL;
}

static nd_array *filled_at_random(const char *shape) {
    nd_array *array = shaped(ND_FLOAT32, shape);
    fill_random(array, -0.1, 0.1);
    return array;
}

static nd_array *gradient_alone(trainer *t) {
    nd_array *gradient = NULL;
    nd_set_recording(true);
    nd_array *out = apply("dot", "", t->data, t->weight, NULL), *exp = apply("exp", "", out, NULL, NULL);
    nd_set_recording(false);
    CHECK(gradients(exp, &t->weight, 1, false, &gradient) == 0);
    nd_array_release(exp), nd_array_release(out);
    return gradient;
}

static void test_others_call_while_a_kernel_runs(void) {
    enum { TRAINERS = 4 };
    pthread_t threads[TRAINERS];
    trainer trainers[TRAINERS];
    nd_array *weight = filled_at_random("170x222");
    nd_attach_grad(weight, ND_GRAD_WRITE, NULL);
    nd_use_threads(2);
    for (int i = 0; i < TRAINERS; i++) {
        trainers[i] = (trainer){.weight = weight, .data = filled_at_random("1301x170"), .good = true};
        trainers[i].expected = gradient_alone(&trainers[i]);
    }
    nd_set_outer_lock((nd_outer_lock){let_go, take_back});
    for (int i = 0; i < TRAINERS; i++)
        pthread_create(&threads[i], NULL, train, &trainers[i]);
    for (int i = 0; i < TRAINERS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < TRAINERS; i++) {
        CHECK(trainers[i].good);
        nd_array_release(trainers[i].data), nd_array_release(trainers[i].expected);
    }
    nd_set_outer_lock((nd_outer_lock){NULL, NULL});
    CHECK(let_go_count > TRAINERS * 20);
    nd_array_release(weight);
}

int main(void) {
    test_every_place_is_done_once();
    test_callers_do_not_disturb_each_other();
    test_a_child_starts_its_own_threads();
    test_a_failure_is_seen();
    test_others_call_while_a_kernel_runs();
    for (int i = 0; i < COUNT(samples); i++)
        check_sample(&samples[i]);
    return check_report("threads");
}
