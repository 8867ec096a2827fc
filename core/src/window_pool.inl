/* Included by window_pool.c for float32 and float64: T the element, NAMED(name) a name of its own. */

/* For the spans d, h, w of each window of a plane: `base` is its first element's place, o that of its output. */
#define EACH_WINDOW(in, o)                                                                                           \
    for (int64_t plane = begin; plane < end; plane++)                                                                \
        for (int64_t in = plane_start(p, p->in, plane), o = plane_start(p, p->out, plane), once = 1; once; once = 0) \
            for (const span *d = p->spans[0]; d < p->spans[0] + p->out[0]; d++)                                      \
                for (const span *h = p->spans[1]; h < p->spans[1] + p->out[1]; h++)                                  \
                    for (const span *w = p->spans[2]; w < p->spans[2] + p->out[2]; w++, o += p->step)

/* The places of a window's elements from its first one on: `rows` of `columns`, in `slices`. */
#define EACH_ELEMENT(k)                                                                           \
    for (int64_t slice = 0; slice < box.slices; slice++)                                          \
        for (int64_t row = 0; row < box.rows; row++)                                              \
            for (int64_t k = slice * box.slice + row * box.row, column = 0; column < box.columns; \
                 column++, k += box.column)

/* The first of the largest; a nan only where there is nothing else. Which it is cannot be foreseen, so there is no
 * branch. */
static inline int64_t NAMED(largest)(const T *x, box box) {
    int64_t place = 0;
    EACH_ELEMENT(k) {
        T best = x[place];
        int64_t better = (x[k] > best) | (best != best);
        place += (k - place) & -better;
    }
    return place;
}

/* The usual windows, their loops unrolled. */
static inline int64_t NAMED(place_of_largest)(const T *x, box b) {
    if (b.slices == 1 && b.column == 1 && b.rows == 2 && b.columns == 2)
        return NAMED(largest)(x, (box){1, 2, 2, 0, b.row, 1});
    if (b.slices == 1 && b.column == 1 && b.rows == 3 && b.columns == 3)
        return NAMED(largest)(x, (box){1, 3, 3, 0, b.row, 1});
    return NAMED(largest)(x, b);
}

static inline T NAMED(total)(const T *x, box box) {
    T sum = 0;
    EACH_ELEMENT(k)
    sum += x[k];
    return sum;
}

static inline void NAMED(add)(T *x, T g, box box) {
    EACH_ELEMENT(k)
    x[k] += g;
}

static void NAMED(sum)(void *shared, int thread, int64_t begin, int64_t end) {
    const pool *p = shared;
    const T *x = p->first;
    T *to = p->result;
    (void)thread;
    EACH_WINDOW(in, o) {
        int64_t place;
        box box = box_of(p, d, h, w, &place);
        to[o] = NAMED(total)(x + in + place, box) * (T)weight(p, d, h, w);
    }
}

static void NAMED(spread)(void *shared, int thread, int64_t begin, int64_t end) {
    const pool *p = shared;
    const T *g = p->first;
    T *to = p->result;
    (void)thread;
    EACH_WINDOW(in, o) {
        int64_t place;
        box box = box_of(p, d, h, w, &place);
        NAMED(add)(to + in + place, g[o] * (T)weight(p, d, h, w), box);
    }
}

/* For the spans d and h of each row of windows, of planes whose neighbours are 1 apart: `in` is the plane's first
 * element's place, o that of the row's first output. */
#define EACH_ROW(in, o)                                                                   \
    for (int64_t plane = begin, o = begin * nd_count(AXES, p->out); plane < end; plane++) \
        for (int64_t in = plane * nd_count(AXES, p->in), once = 1; once; once = 0)        \
            for (const span *d = p->spans[0]; d < p->spans[0] + p->out[0]; d++)           \
                for (const span *h = p->spans[1]; h < p->spans[1] + p->out[1]; h++, o += p->out[2])

/* The rows of a plane that the spans d and h see: their first elements' places. */
#define EACH_SEEN(at)                                       \
    for (int64_t slice = d->begin; slice < d->end; slice++) \
        for (int64_t row = h->begin, at = (slice * p->in[1] + row) * p->in[2]; row < h->end; row++, at += p->in[2])

/* The first element of all windows of a row, then the second ones: each window's in order, but no sum waits for the one
 * before. */
static void NAMED(sum_rows)(void *shared, int thread, int64_t begin, int64_t end) {
    const pool *p = shared;
    const span *w = p->spans[2];
    int64_t windows = p->out[2], widest = widest_of(p);
    T sums[ROW];
    (void)thread;
    EACH_ROW(in, o) {
        const T *x = (const T *)p->first + in;
        T *to = (T *)p->result + o;
        share share = {0};
        memset(sums, 0, (size_t)windows * sizeof *sums);
        EACH_SEEN(at)
        for (int64_t k = 0; k < widest; k++)
            for (int64_t i = 0; i < windows; i++)
                if (w[i].begin + k < w[i].end)
                    sums[i] += x[at + w[i].begin + k];
        for (int64_t i = 0; i < windows; i++)
            to[i] = sums[i] * (T)share_of(&share, p, d, h, w + i);
    }
}

/* What each column gets, the windows' first ones before their second ones, since those of neighbours are not the same;
 * and then its elements. */
static void NAMED(spread_rows)(void *shared, int thread, int64_t begin, int64_t end) {
    const pool *p = shared;
    T sums[ROW], parts[ROW];
    int64_t n = p->in[2], windows = p->out[2], widest = widest_of(p);
    (void)thread;
    EACH_ROW(in, o) {
        const T *g = (const T *)p->first + o;
        T *to = (T *)p->result + in;
        share share = {0};
        memset(sums, 0, (size_t)n * sizeof *sums);
        for (int64_t i = 0; i < windows; i++)
            parts[i] = g[i] * (T)share_of(&share, p, d, h, p->spans[2] + i);
        for (int64_t k = 0; k < widest; k++)
            for (int64_t i = 0; i < windows; i++)
                if (p->spans[2][i].begin + k < p->spans[2][i].end)
                    sums[p->spans[2][i].begin + k] += parts[i];
        EACH_SEEN(at)
        for (int64_t j = 0; j < n; j++)
            to[at + j] += sums[j];
    }
}

#undef EACH_SEEN
#undef EACH_ROW

static void NAMED(choose)(void *shared, int thread, int64_t begin, int64_t end) {
    const pool *p = shared;
    const T *x = p->first, *from = p->second;
    T *to = p->result;
    (void)thread;
    EACH_WINDOW(in, o) {
        int64_t place;
        box box = box_of(p, d, h, w, &place);
        to[o] = is_empty(box) ? 0 : from[in + place + NAMED(place_of_largest)(x + in + place, box)];
    }
}

/* Of the comparisons only the one with a nan is a branch, which is nearly never taken. */
static inline T NAMED(larger)(T best, T x) {
    T most = best > x ? best : x;
    return x != x ? best : most;
}

/* The larger of each column of the rows that windows of one row of results see. */
static void NAMED(columns)(const T *x, T *best, const span *h, int64_t n) {
    memcpy(best, x + h->begin * n, (size_t)n * sizeof *best);
    for (int64_t i = h->begin + 1; i < h->end; i++)
        for (int64_t j = 0; j < n; j++)
            best[j] = NAMED(larger)(best[j], x[i * n + j]);
}

/* The values alone, of one slice of neighbours: columns first, many at once, and then each window's. */
static void NAMED(values)(void *shared, int thread, int64_t begin, int64_t end) {
    const pool *p = shared;
    T *to = (T *)p->result + begin * p->out[1] * p->out[2], best[ROW];
    (void)thread;
    for (int64_t plane = begin; plane < end; plane++)
        for (const span *h = p->spans[1]; h < p->spans[1] + p->out[1]; h++) {
            const T *x = (const T *)p->first + plane * p->in[1] * p->in[2];
            bool empty = h->begin >= h->end;
            if (!empty)
                NAMED(columns)(x, best, h, p->in[2]);
            for (const span *w = p->spans[2]; w < p->spans[2] + p->out[2]; w++) {
                T value = empty || w->begin >= w->end ? 0 : best[w->begin];
                for (int64_t j = w->begin + 1; j < w->end && !empty; j++)
                    value = NAMED(larger)(value, best[j]);
                *to++ = value;
            }
        }
}

static void NAMED(give_back)(void *shared, int thread, int64_t begin, int64_t end) {
    const pool *p = shared;
    const T *x = p->first, *g = p->second;
    T *to = p->result;
    (void)thread;
    EACH_WINDOW(in, o) {
        int64_t place;
        box box = box_of(p, d, h, w, &place);
        if (!is_empty(box))
            to[in + place + NAMED(place_of_largest)(x + in + place, box)] += g[o];
    }
}

#undef EACH_ELEMENT
#undef EACH_WINDOW
#undef T
#undef NAMED
