/* THE table of operators. Each row says once what an operator computes and what its gradient is.
 *
 * The rows lie in ops/, a file for each kind of work. A row is expanded by whoever includes this file after defining the
 * row macros it wants (the others are empty by default). The expressions are written in a small vocabulary - ADD SUB MUL DIV NEG, EXP LOG SIN ..., K(constant),
 * SELECT(condition, yes, no) with conditions GT GE LT LE EQ NE AND OR NOT - which each expansion defines for itself:
 *
 *   kernels/elementwise.c   on SIMD vectors and on integers: the forward kernel, and the gradient fused in one pass
 *   src/op.c                the operator's entry: name, inputs, parameters, documentation, domain
 *   src/gradient.c          on arrays: the gradient as calls of other operators, so that every order of it exists
 *   src/gradient.c          on bit sets: which of its operands a gradient uses, so that nothing else is kept alive
 *
 * Names in expressions: x or a, b, c the inputs; p, q the parameters; y the output; g the gradient that comes in.
 *
 *   UNARY(kind, name, aliases, forward, gradient, low, high, doc)
 *   BINARY(kind, order, name, scalar, Scalar, aliases, forward, gradient of a, of b, alow, ahigh, blow, bhigh, doc)
 *       makes broadcast_<name>, _<scalar>_scalar and, if the order of its operands matters, _r<scalar>_scalar; these are
 *       also called _<Scalar>Scalar and _R<Scalar>Scalar
 *   ELEMWISE(kind, name, text, aliases)      the strict form of a BINARY row, for equal shapes only, under the name in text
 *   TERNARY(kind, name, aliases, forward, doc)      a condition and two arrays
 *   SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc)   one array, up to two numbers p, q
 *   FUSED(name, count, forward)      no operator, but a kernel of `count` operands a, b, ... for what src/ does in one pass
 *   REDUCE(kind, name, aliases, start, load, combine, finish, gradient, low, high, doc)
 *       folds load(x) into acc over the axes; then finish(acc, n); in the gradient N is the number folded
 *   OP(name, aliases, inputs, count, outputs, parameters, infer, run, gradient, keeps, dtypes, doc)
 *       everything else: three functions in src/; `keeps` says what the gradient needs of the inputs and outputs
 *   COMPOSED(name, aliases, inputs, count, outputs, parameters, compose, doc)
 *       calls of other operators, made by a function in src/: its gradients are theirs
 *   CONSTANT(name, ... as COMPOSED)      the same with a gradient of zero, whatever it calls
 *   RULE(name, states, step)     one step of an optimizer: see ops/optimizer.inl
 *   UPDATE(name, rule, inputs, count, parameters, doc)      an operator that makes it with one weight
 *   MULTI_UPDATE(name, rule, group, tail, number, parameters, doc)      one that makes it with as many weights as the
 *       parameter at `number` says: the group of inputs is repeated for each, and those of the tail follow
 *
 * inputs, count: their names, separated by blanks, those that may be left out with a ? before them, and how many there
 * are at most; "*data" and ND_VARIADIC for any number. outputs: how many, perhaps by the parameters: INT_OF(i) is the
 * value of the i-th.
 *
 * kind: ANY computes on integers in their own arithmetic, FLOAT in float64 and casts back.
 * order: ORDERED if op(a, b) differs from op(b, a), else SYMMETRIC.
 * doc: what it computes, in a sentence or two, and then what its family does not say already: SHAPES("inputs -> outputs"),
 *      DTYPES(...) or FLOATS_ONLY, FLOATS_ALIKE, ALIKE, ERRORS("ShapeError if ...; ..."), and SAYS("axis", ...) of a
 *      parameter that core/python/operator_doc.c does not explain, or otherwise.
 * low, high: where a test draws inputs from, so that values and derivatives are finite.
 */

#ifndef ND_IF_ORDERED
#define ND_IF_ORDERED(...) __VA_ARGS__
#define ND_IF_SYMMETRIC(...)
#define ND_IF_ANY(...) __VA_ARGS__
#define ND_IF_FLOAT(...)
#endif

#ifndef UNARY
#define UNARY(kind, name, aliases, forward, gradient, low, high, doc)
#endif
#ifndef BINARY
#define BINARY(kind, order, name, scalar, Scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc)
#endif
#ifndef ELEMWISE
#define ELEMWISE(kind, name, text, aliases)
#endif
#ifndef TERNARY
#define TERNARY(kind, name, aliases, forward, doc)
#endif
#ifndef SCALED
#define SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc)
#endif
#ifndef FUSED
#define FUSED(name, count, forward)
#endif
#ifndef REDUCE
#define REDUCE(kind, name, aliases, start, load, combine, finish, gradient, low, high, doc)
#endif
#ifndef COMPOSED
#define COMPOSED(name, aliases, inputs, count, outputs, parameters, compose, doc)
#endif
#ifndef CONSTANT
#define CONSTANT(...) COMPOSED(__VA_ARGS__)
#endif
#ifndef RULE
#define RULE(name, states, ...)
#endif
#ifndef UPDATE
#define UPDATE(name, rule, inputs, count, parameters, doc)
#endif
#ifndef MULTI_UPDATE
#define MULTI_UPDATE(name, rule, group, tail, number, parameters, doc)
#endif
#ifndef OP
#define OP(name, aliases, inputs, count, outputs, parameters, infer, run, gradient, keeps, dtypes, doc)
#endif

#include "ops/elementwise.inl"
#include "ops/reduce.inl"
#include "ops/shape.inl"
#include "ops/index.inl"
#include "ops/linear.inl"
#include "ops/neural.inl"
#include "ops/create.inl"
#include "ops/random.inl"
#include "ops/order.inl"
#include "ops/optimizer.inl"
#include "ops/contrib.inl"
#include "ops/convolution.inl"
#include "ops/image.inl"
#include "ops/linalg.inl"
#include "ops/vision.inl"
#include "ops/recurrent.inl"
#include "ops/quantization.inl"

#undef UNARY
#undef BINARY
#undef ELEMWISE
#undef TERNARY
#undef SCALED
#undef FUSED
#undef REDUCE
#undef OP
#undef COMPOSED
#undef CONSTANT
#undef RULE
#undef UPDATE
#undef MULTI_UPDATE
