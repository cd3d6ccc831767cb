/* IEEE 754, the lowest byte first. */
#include "core/forecast/packed.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Hours are kept by their logarithms; what is further out than this is no time (e^40 hours: 10^13
 * years). */
static const float farthest_ln = 40;

static unsigned char *put(unsigned char *at, uint64_t bits, int bytes)
{
    for (int i = 0; i < bytes; i++)
        *at++ = (unsigned char)(bits >> (8 * i) & 0xff);
    return at;
}

static const unsigned char *take(const unsigned char *at, uint64_t *bits, int bytes)
{
    *bits = 0;
    for (int i = 0; i < bytes; i++)
        *bits |= (uint64_t)*at++ << (8 * i);
    return at;
}

static unsigned char *put_float(unsigned char *at, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return put(at, bits, sizeof bits);
}

static const unsigned char *take_float(const unsigned char *at, float *value)
{
    uint64_t bits;
    at = take(at, &bits, sizeof *value);
    uint32_t narrow = (uint32_t)bits;
    memcpy(value, &narrow, sizeof narrow);
    return at;
}

void curve_pack(const struct curve *c, unsigned char ret[CURVE_BYTES])
{
    uint64_t unit;
    memcpy(&unit, &c->unit_nano, sizeof unit);
    unsigned char *at = put(ret, unit, sizeof unit);
    for (int i = 0; i < CURVE_AMOUNTS; i++) {
        for (int l = 0; l < LEVELS_ASKED; l++)
            at = put_float(at, c->ln_hours[i][l]);
        at = put_float(put_float(at, c->ln_alarm[i]), c->ln_relief[i]);
    }
}

static bool is_time(float ln_hours)
{
    return isfinite(ln_hours) && fabsf(ln_hours) <= farthest_ln;
}

static bool rises(const struct curve *c, int i)
{
    bool ok =
        is_time(c->ln_alarm[i]) && is_time(c->ln_relief[i]) && c->ln_relief[i] <= c->ln_alarm[i];
    for (int l = 0; ok && l < LEVELS_ASKED; l++)
        ok = is_time(c->ln_hours[i][l]) && (l == 0 || c->ln_hours[i][l] >= c->ln_hours[i][l - 1])
            && (i == 0 || c->ln_hours[i][l] >= c->ln_hours[i - 1][l]);
    return ok
        && (i == 0
            || (c->ln_alarm[i] >= c->ln_alarm[i - 1] && c->ln_relief[i] >= c->ln_relief[i - 1]));
}

bool curve_unpack(struct span bytes, struct curve *ret)
{
    struct curve c = *ret;
    uint64_t unit;
    if (bytes.len != CURVE_BYTES)
        return false;
    const unsigned char *at = take((const unsigned char *)bytes.at, &unit, sizeof unit);
    memcpy(&c.unit_nano, &unit, sizeof unit);
    bool ok = isfinite(c.unit_nano) && c.unit_nano > 0;
    for (int i = 0; ok && i < CURVE_AMOUNTS; i++) {
        for (int l = 0; l < LEVELS_ASKED; l++)
            at = take_float(at, &c.ln_hours[i][l]);
        at = take_float(take_float(at, &c.ln_alarm[i]), &c.ln_relief[i]);
        ok = rises(&c, i);
    }
    if (ok)
        *ret = c;
    return ok;
}
