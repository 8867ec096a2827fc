/* Includes ND_BODY for every integer type, with T the type, U the unsigned type that its arithmetic is done in and S a
 * suffix for names. The body includes vocabulary_end.h last, which forgets them. */
#define T int8_t
#define U uint32_t
#define S i8
#include ND_BODY

#define T uint8_t
#define U uint32_t
#define S u8
#include ND_BODY

#define T int32_t
#define U uint32_t
#define S i32
#include ND_BODY

#define T int64_t
#define U uint64_t
#define S i64
#include ND_BODY

#undef ND_BODY
