/* Included by window_pool.c for float32 and float64: T the element, NAMED(name) a name of its own. */

/* For the places k of a window's elements, counted from its plane's start. */
#define EACH_ELEMENT(k)                                                                                    \
    for (int64_t i = d->begin; i < d->end; i++)                                                            \
        for (int64_t j = h->begin; j < h->end; j++)                                                        \
            for (int64_t row = (i * p->in[1] + j) * p->in[2], k = (row + w->begin) * p->step,              \
                         end = (row + w->end) * p->step;                                                   \
                 k < end; k += p->step)

/* For the spans d, h, w of each window of each plane: `in` is where its plane starts, o the place of its output. */
#define EACH_WINDOW(in, o)                                                                                 \
    for (int64_t plane = 0; plane < p->planes; plane++)                                                    \
        for (int64_t in = plane_start(p, p->in, plane), o = plane_start(p, p->out, plane), once = 1; once; once = 0) \
            for (const span *d = p->spans[0]; d < p->spans[0] + p->out[0]; d++)                            \
                for (const span *h = p->spans[1]; h < p->spans[1] + p->out[1]; h++)                        \
                    for (const span *w = p->spans[2]; w < p->spans[2] + p->out[2]; w++, o += p->step)

/* The first of the largest; a nan only where there is nothing else. -1 if the window is empty. */
static inline int64_t NAMED(largest)(const pool *p, const T *x, const span *d, const span *h, const span *w) {
    T best = 0;
    int64_t place = -1;
    EACH_ELEMENT(k) {
        if (x[k] > best || place < 0 || best != best) {
            best = x[k];
            place = k;
        }
    }
    return place;
}

static inline T NAMED(total)(const pool *p, const T *x, const span *d, const span *h, const span *w) {
    T sum = 0;
    EACH_ELEMENT(k)
        sum += x[k];
    return sum;
}

static inline void NAMED(add)(const pool *p, T *x, T g, const span *d, const span *h, const span *w) {
    EACH_ELEMENT(k)
        x[k] += g;
}

static void NAMED(sum)(const pool *p, const T *x, T *to) {
    EACH_WINDOW(in, o)
        to[o] = NAMED(total)(p, x + in, d, h, w) * (T)weight(p, d, h, w);
}

static void NAMED(spread)(const pool *p, const T *g, T *to) {
    EACH_WINDOW(in, o)
        NAMED(add)(p, to + in, g[o] * (T)weight(p, d, h, w), d, h, w);
}

static void NAMED(choose)(const pool *p, const T *x, const T *from, T *to) {
    EACH_WINDOW(in, o) {
        int64_t k = NAMED(largest)(p, x + in, d, h, w);
        to[o] = k < 0 ? 0 : from[in + k];
    }
}

static void NAMED(give_back)(const pool *p, const T *x, const T *g, T *to) {
    EACH_WINDOW(in, o) {
        int64_t k = NAMED(largest)(p, x + in, d, h, w);
        if (k >= 0)
            to[in + k] += g[o];
    }
}

#undef EACH_ELEMENT
#undef EACH_WINDOW
#undef T
#undef NAMED
