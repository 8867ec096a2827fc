/* Triangles and diagonals of matrices: cut out, and made. */
#ifndef ND_TRIANGLES_H
#define ND_TRIANGLES_H

#include "item.h"

/* An item is a row, of which a triangle stays; the others of its elements, of `bytes` each, become zeros. */
typedef struct nd_triangle_work {
    char *data;
    int64_t rows, columns, offset;
    int bytes;
    bool lower;
} nd_triangle_work;

ND_SHARED int64_t nd_limited_to(int64_t x, int64_t least, int64_t most) {
    return x < least ? least : x > most ? most : x;
}

ND_SHARED void nd_triangle_item(const nd_triangle_work *w, int64_t i) {
    const int64_t diagonal = i % w->rows + w->offset, row = i * w->columns * w->bytes;
    const int64_t first = nd_limited_to(w->lower ? 0 : diagonal, 0, w->columns) * w->bytes;
    const int64_t end = nd_limited_to(w->lower ? diagonal + 1 : w->columns, 0, w->columns) * w->bytes;
    memset(w->data + row, 0, (size_t)first);
    memset(w->data + row + end, 0, (size_t)(w->columns * w->bytes - end));
}

/* What of an n x n matrix a vector holds: `side` elements of the diagonal that lies `far` off, and of a triangle all
 * beyond it. An item is one of the `side` rows of a matrix. */
typedef struct nd_diagonal_work {
    char *vectors, *matrices;
    int64_t n, side, far, length;
    int bytes;
    bool triangle, lower, extract;
} nd_diagonal_work;

/* The elements in order: row by row of the lower triangle, and the upper one is its mirror image. */
ND_SHARED void nd_diagonal_item(const nd_diagonal_work *w, int64_t at) {
    const int64_t matrix = at / w->side, i = at % w->side, first = w->triangle ? i * (i + 1) / 2 : i;
    for (int64_t j = w->triangle ? 0 : i; j <= i; j++) {
        char *vector = w->vectors + (matrix * w->length + first + (w->triangle ? j : 0)) * w->bytes;
        const int64_t row = w->lower ? i + w->far : j, column = w->lower ? j : i + w->far;
        char *place = w->matrices + ((matrix * w->n + row) * w->n + column) * w->bytes;
        memcpy(w->extract ? vector : place, w->extract ? place : vector, (size_t)w->bytes);
    }
}

#endif
