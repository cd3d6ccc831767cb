/* Any bytes as an element of the token list and as an error body: no crash, and what was accepted
 * keeps the contract and can be sent. Seeds: tests/golden/wire-*.json. */
#include <stdint.h>
#include <stdlib.h>

#include "edge/wire.h"
#include "provider/eden_v2.h"
#include "provider/refusal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise)
        abort();
}

static bool is_utf8(struct span text)
{
    unsigned code_point;
    size_t step;
    while (text.len && (step = utf8_step(text, &code_point)))
        text = (struct span){ text.at + step, text.len - step };
    return text.len == 0;
}

static void send_token(struct decoded *d)
{
    char slug[SLUG_BYTES];
    struct token token = { .name = d->name, .slug = slug, .last = d->reading };
    struct text payload = { 0 };
    burn_init(&token.burn);
    naming_slug(span_of(d->name), slug);
    wire_encode_token("main", &token, 0, &payload);
    require(is_utf8((struct span){ payload.at, payload.len }));
    text_done(&payload);
}

/* As the answers of a command's calls. */
static void answer_with(struct span bytes)
{
    struct complaint complaints[COMPLAINTS_MAX];
    struct decoded d;
    struct fault why;
    char secret[SECRET_ROOM];

    size_t count = refusal_complaints(&eden_v2, bytes, complaints);
    require(count <= COMPLAINTS_MAX);
    for (size_t i = 0; i < count; i++)
        require(complaints[i].text[0] && is_utf8(span_of(complaints[i].text))
                && is_utf8(span_of(complaints[i].field)));
    if (provider_take_secret(&eden_v2, bytes, secret, &why))
        for (const char *c = secret; *c || c == secret; c++)
            require(*c > ' ' && *c < 0x7f);
    if (provider_decode_answer(&eden_v2, bytes, &d, &why))
        require(d.reading.name == d.name && is_utf8(span_of(d.name)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = { (const char *)data, size };
    struct decoded d;
    struct fault why;
    char line[256];

    if (eden_v2.decode_token(bytes, &d, &why)) {
        require(d.reading.name == d.name && d.name[0] && is_utf8(span_of(d.name))
                && is_utf8(span_of(d.reading.type)));
        send_token(&d);
    } else {
        require(why.kind == FAULT_REJECT && why.text[0]);
        if (provider_name_of(&eden_v2, bytes, d.name))
            require(d.name[0] && is_utf8(span_of(d.name)) && strlen(d.name) <= NAME_BYTES_MAX);
    }
    require(refusal_text(&eden_v2, bytes, line, sizeof line) == (line[0] != '\0'));
    require(strlen(line) <= 200 && is_utf8(span_of(line)));
    answer_with(bytes);
    return 0;
}
