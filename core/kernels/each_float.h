/* Includes ND_BODY for float32 and for float64, with T the element, V its vector, M the vector's mask, S a suffix for
 * names and LANES the elements in a vector. The body includes vocabulary_end.h last, which forgets them. */
#define T float
#define V vf32
#define M vi32
#define S f32
#define LANES ND_LANES_F32
#include ND_BODY

#define T double
#define V vf64
#define M vi64
#define S f64
#define LANES ND_LANES_F64
#include ND_BODY

#undef ND_BODY
