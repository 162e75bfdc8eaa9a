/* Mathematical functions under the names that generated code calls. */
#include "rt.h"

#include <math.h>

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
