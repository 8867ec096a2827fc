/* The words of the table's expressions on integers of type T (suffix S), which the includer defines. Arithmetic wraps,
 * so it is done in the unsigned type U. vocabulary_end.h forgets the words again.
 */
#define SUFFIX_(name, s) name##_##s
#define SUFFIX__(name, s) SUFFIX_(name, s)
#define WITH_SUFFIX(name) SUFFIX__(name, S)
#define K(number) ((T)(number))
#define ADD(u, v) ((T)((U)(u) + (U)(v)))
#define SUB(u, v) ((T)((U)(u) - (U)(v)))
#define MUL(u, v) ((T)((U)(u) * (U)(v)))
#define DIV(u, v) WITH_SUFFIX(nd_int_div)((u), (v), &status)
#define MOD(u, v) WITH_SUFFIX(nd_int_mod)((u), (v), &status)
#define NEG(u) ((T)(0 - (U)(u)))
#define GT(u, v) ((u) > (v))
#define GE(u, v) ((u) >= (v))
#define LT(u, v) ((u) < (v))
#define LE(u, v) ((u) <= (v))
#define EQ(u, v) ((u) == (v))
#define NE(u, v) ((u) != (v))
#define AND(m, n) ((m) & (n))
#define OR(m, n) ((m) | (n))
#define XOR(m, n) ((m) ^ (n))
#define SELECT(m, yes, no) ((m) ? (yes) : (no))
#define TRUTH(m) (m)
#define MAX(u, v) ((u) > (v) ? (u) : (v))
#define MIN(u, v) ((u) < (v) ? (u) : (v))
#define ABS(u) ((u) < 0 ? NEG(u) : (u))
#define SIGN(u) (((u) > 0) - ((u) < 0))

/* Truncates toward zero. Where C would trap or overflow: by zero is reported, and the least value by -1 wraps. */
ND_INLINE T WITH_SUFFIX(nd_int_div)(T u, T v, int *status) {
    if (v == 0)
        *status = -1;
    return v == 0 ? (T)0 : v == (T)-1 && (T)-1 < 0 ? NEG(u) : (T)(u / v);
}

/* Has the sign of v, as in Python. */
ND_INLINE T WITH_SUFFIX(nd_int_mod)(T u, T v, int *status) {
    if (v == 0)
        *status = -1;
    if (v == 0 || (v == (T)-1 && (T)-1 < 0))
        return 0;
    T rest = (T)(u % v);
    int signs_differ = (T)-1 < 0 && ((U)(rest ^ v) >> (8 * sizeof(T) - 1) & 1);
    return rest != 0 && signs_differ ? (T)(rest + v) : rest;
}

#define ND_LOWEST ((T) - 1 < 0 ? (T)((U)1 << (8 * sizeof(T) - 1)) : (T)0)
#define ND_HIGHEST ((T) ~(U)ND_LOWEST)
