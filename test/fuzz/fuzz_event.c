// SPDX-License-Identifier: GPL-3.0-or-later
/* One event from bytes: what is accepted keeps its own promises, and reads back from what is
 * stored as the same event; what is refused says why, in UTF-8. */
#include "index/event/event.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const IdxEvent *event)
{
    g_autoptr(json_t) json = json_loads(event->body, 0, NULL);
    g_autoptr(IdxEvent) again = json ? idx_event_parse(json, NULL) : NULL;
    g_assert(again && strcmp(again->body, event->body) == 0);
    g_assert(again->time_us == event->time_us && again->data_ver == event->data_ver);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) json =
        json_loadb((const char *)data, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    g_autoptr(IdxEvent) event = json ? idx_event_parse(json, &error) : NULL;
    g_assert(!json || (event != NULL) != (error != NULL));
    g_assert(!error || g_utf8_validate(error->message, -1, NULL));
    if (event) {
        g_assert(event->event_id && event->source && event->type && event->data_ver >= 1);
        g_assert(strlen(event->body) <= IDX_EVENT_MAX_BYTES);
        check_again(event);
    }
    return 0;
}
