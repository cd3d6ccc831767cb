/* Numbers with the lowest byte first; the unit as IEEE 754. */
#include "core/forecast/packed.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "core/forecast/estimate.h"

/* What older versions kept: the unit, and the whole ladder in floats. */
enum { LADDER_BYTES = 8 + CURVE_RUNGS * (LEVELS_ASKED + 2) * 4 };

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

static unsigned char *put_all(unsigned char *at, const int16_t *values, int count)
{
    for (int i = 0; i < count; i++)
        at = put(at, (uint16_t)values[i], 2);
    return at;
}

static const unsigned char *take_all(const unsigned char *at, int16_t *values, int count)
{
    for (int i = 0; i < count; i++) {
        uint64_t bits;
        at = take(at, &bits, 2);
        values[i] = (int16_t)(uint16_t)bits;
    }
    return at;
}

static const unsigned char *take_float(const unsigned char *at, float *value)
{
    uint64_t bits;
    at = take(at, &bits, sizeof *value);
    uint32_t narrow = (uint32_t)bits;
    memcpy(value, &narrow, sizeof narrow);
    return at;
}

static const unsigned char *take_unit(const unsigned char *at, double *unit_nano)
{
    uint64_t bits;
    at = take(at, &bits, sizeof *unit_nano);
    memcpy(unit_nano, &bits, sizeof *unit_nano);
    return at;
}

void curve_pack(const struct curve *c, unsigned char ret[CURVE_BYTES])
{
    uint64_t unit;
    memcpy(&unit, &c->unit_nano, sizeof unit);
    unsigned char *at = put(ret, unit, sizeof unit);
    at = put(at, (uint8_t)c->rung, 1);
    at = put_all(at, c->ln_hours[0], CURVE_POINTS * LEVELS_ASKED);
    at = put_all(at, c->ln_alarm, CURVE_NEAR_POINTS);
    at = put_all(at, c->ln_relief, CURVE_NEAR_POINTS);
    at = put(at, (uint64_t)c->reset.at, 8);
    at = put_all(at, c->reset.ln_odds, CURVE_NEAR_POINTS);
    at = put_all(at, &c->reset.ln_bound, 1);
    put(at, c->reset.dry, 1);
}

static bool is_unit(double unit_nano)
{
    return isfinite(unit_nano) && unit_nano > 0;
}

static bool is_curve(const struct curve *c)
{
    bool ok = is_unit(c->unit_nano) && c->rung >= CURVE_LEAST_RUNG && c->rung < CURVE_RUNGS;
    for (int i = 0; ok && i < CURVE_POINTS; i++)
        for (int l = 0; ok && l < LEVELS_ASKED; l++)
            ok = (l == 0 || c->ln_hours[i][l] >= c->ln_hours[i][l - 1])
                && (i == 0 || c->ln_hours[i][l] >= c->ln_hours[i - 1][l]);
    for (int i = 0; ok && i < CURVE_NEAR_POINTS; i++)
        ok = c->ln_relief[i] <= c->ln_alarm[i]
            && (i == 0
                || (c->ln_alarm[i] >= c->ln_alarm[i - 1]
                    && c->ln_relief[i] >= c->ln_relief[i - 1]));
    for (int i = 1; ok && i < CURVE_NEAR_POINTS; i++)
        ok = c->reset.ln_odds[i] <= c->reset.ln_odds[i - 1];
    return ok;
}

static bool take_reset(const unsigned char *at, struct reset_odds *ret)
{
    uint64_t reset;
    at = take(at, &reset, sizeof reset);
    ret->at = (unix_s)reset;
    at = take_all(at, ret->ln_odds, CURVE_NEAR_POINTS);
    at = take_all(at, &ret->ln_bound, 1);
    ret->dry = *at == 1;
    return *at <= 1;
}

static bool is_time(float ln_hours)
{
    return isfinite(ln_hours) && fabsf(ln_hours) <= farthest_ln;
}

static bool unpack_ladder(const unsigned char *at, double nano, struct curve *ret)
{
    struct estimate ladder[CURVE_RUNGS];
    bool ok = true;
    at = take_unit(at, &ret->unit_nano);
    for (int i = 0; ok && i < CURVE_RUNGS; i++) {
        struct estimate *e = &ladder[i];
        for (int l = 0; l < LEVELS_ASKED; l++) {
            at = take_float(at, &e->ln_hours[l]);
            ok = ok && is_time(e->ln_hours[l]);
        }
        at = take_float(take_float(at, &e->ln_alarm), &e->ln_relief);
        ok = ok && is_time(e->ln_alarm) && is_time(e->ln_relief);
    }
    if (!ok || !is_unit(ret->unit_nano))
        return false;
    curve_of_ladder(ladder, nano, ret);
    return true;
}

bool curve_unpack(struct span bytes, double nano, struct curve *ret)
{
    struct curve c = *ret;
    c.reset = (struct reset_odds){ .at = TIME_NONE };
    const unsigned char *at = (const unsigned char *)bytes.at;
    if (bytes.len == LADDER_BYTES) {
        if (!unpack_ladder(at, nano, &c))
            return false;
    } else if (bytes.len == CURVE_BYTES || bytes.len == CURVE_OF_TIMES_BYTES) {
        at = take_unit(at, &c.unit_nano);
        c.rung = (int8_t)*at++;
        at = take_all(at, c.ln_hours[0], CURVE_POINTS * LEVELS_ASKED);
        at = take_all(at, c.ln_alarm, CURVE_NEAR_POINTS);
        at = take_all(at, c.ln_relief, CURVE_NEAR_POINTS);
        if (bytes.len == CURVE_BYTES && !take_reset(at, &c.reset))
            return false;
    } else {
        return false;
    }
    if (!is_curve(&c))
        return false;
    *ret = c;
    return true;
}
