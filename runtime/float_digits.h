/* The shortest decimal digits of a float. */
#ifndef RT_FLOAT_DIGITS_H
#define RT_FLOAT_DIGITS_H

#include <stdint.h>

/* `digits` without zeros at the end, times ten to the `exponent`. */
typedef struct rt_decimal {
    uint64_t digits;
    int exponent;
} rt_decimal;

/* Of finite values that are positive and not zero. */
rt_decimal rt_shortest_f64(double value);
rt_decimal rt_shortest_f32(float value);

#endif
