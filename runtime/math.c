/* Mathematical functions under the names that generated code calls. */
#include "rt.h"

#include <math.h>
#include <string.h>

#define UNARY(name, function) \
    double sigil_math_##name(double x) { return function(x); }
#define BINARY(name, function) \
    double sigil_math_##name(double x, double y) { return function(x, y); }

UNARY(sqrt, sqrt)
UNARY(floor, floor)
UNARY(ceil, ceil)
UNARY(round, round)
UNARY(trunc, trunc)
UNARY(sin, sin)
UNARY(cos, cos)
UNARY(tan, tan)
UNARY(asin, asin)
UNARY(acos, acos)
UNARY(atan, atan)
UNARY(sinh, sinh)
UNARY(cosh, cosh)
UNARY(tanh, tanh)
UNARY(exp, exp)
UNARY(exp2, exp2)
UNARY(ln, log)
UNARY(log2, log2)
UNARY(log10, log10)
UNARY(cbrt, cbrt)
BINARY(pow, pow)
BINARY(atan2, atan2)
BINARY(hypot, hypot)
BINARY(fmod, fmod)
BINARY(copysign, copysign)
UNARY(rint, rint)
UNARY(fabs, fabs)
UNARY(expm1, expm1)
UNARY(log1p, log1p)
UNARY(asinh, asinh)
UNARY(acosh, acosh)
UNARY(atanh, atanh)

double sigil_math_fma(double x, double y, double z) {
    return fma(x, y, z);
}

/* ---- Bits ---- */

#define REINTERPRET(name, from, to)   \
    to sigil_##name(from value) {     \
        to result;                    \
        memcpy(&result, &value, sizeof result); \
        return result;                \
    }

REINTERPRET(f64_to_bits, double, uint64_t)
REINTERPRET(f64_from_bits, uint64_t, double)
REINTERPRET(f32_to_bits, float, uint32_t)
REINTERPRET(f32_from_bits, uint32_t, float)
