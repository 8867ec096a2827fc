/* Numbers as small integers: level = real * (levels / reach), where a range reaches as far as its farther end. */
#ifndef ND_QUANTIZATION_H
#define ND_QUANTIZATION_H

#include "compose.h"

/* The real numbers that an integer array stands for. */
typedef struct nd_range {
    double low, high;
} nd_range;

/* The ranges that `count` pairs of inputs from `first` on hold, each input one number. Fails on other inputs. */
int nd_read_ranges(const nd_invocation *call, int first, int count, nd_range *ranges);
/* Fails unless `count` inputs from `first` on are arrays of int8 or uint8, or of int8 alone. */
int nd_check_quantized(const nd_invocation *call, int first, int count, bool signed_only);
/* The range between two parameters, if both are given. */
bool nd_calibrated(const nd_invocation *call, int low, int high, nd_range *range);

double nd_reach(nd_range range);
nd_range nd_both_sides(double reach);

/* MXNet counts levels in two ways: whole ones, 127, and with the half that rounds to the last one, 127.5. */
double nd_levels(nd_dtype dtype);
double nd_half_levels(nd_dtype dtype);
/* From real numbers to levels, in float32; finite, also of a range that reaches nowhere. */
double nd_scale_to(double levels, double reach);

/* x * scale in float32, rounded to the nearest integer (halves to the even one) that the dtype has. */
nd_array *nd_do_saturate(nd_scope *s, nd_array *x, double scale, nd_dtype dtype);
/* Ends the scope with an array and the two ends of its range. */
int nd_give_quantized(nd_scope *s, nd_invocation *call, nd_array *made, nd_range range);

#endif
