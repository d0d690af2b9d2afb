// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/watch.h"

#include "capture/live.h"
#include "index/state.h"

typedef struct Seen {
    json_int_t bytes;
    int64_t since_us; // monotonic: when they were first so many
    bool present;
} Seen;

struct CapWatch {
    GHashTable *seen; // "camera/stream" → Seen *
};

CapWatch *cap_watch_new(void)
{
    CapWatch *watch = g_new0(CapWatch, 1);
    watch->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return watch;
}

void cap_watch_free(CapWatch *watch)
{
    if (!watch)
        return;
    g_hash_table_unref(watch->seen);
    g_free(watch);
}

static const char *text_of(const json_t *stream, const char *member)
{
    const char *text = json_string_value(json_object_get(stream, member));
    return text ? text : "";
}

static bool gets_pictures(const json_t *stream)
{
    const char *state = text_of(stream, "state");
    return g_str_equal(state, IDX_STATE_RECORDING) || g_str_equal(state, CAP_STATE_LIVE);
}

static char *name_of(const json_t *stream)
{
    return g_strdup_printf("%s/%s", text_of(stream, "camera"), text_of(stream, "stream"));
}

/* True if it hangs. */
static bool look_at(CapWatch *watch, const json_t *stream, const char *name, int64_t mono_us)
{
    json_int_t bytes = json_integer_value(json_object_get(stream, "received_bytes"));
    Seen *seen = g_hash_table_lookup(watch->seen, name);
    if (!seen) {
        seen = g_new0(Seen, 1);
        seen->bytes = -1;
        g_hash_table_insert(watch->seen, g_strdup(name), seen);
    }
    seen->present = true;
    if (seen->bytes != bytes || !gets_pictures(stream)) {
        seen->bytes = bytes;
        seen->since_us = mono_us;
    }
    return mono_us - seen->since_us >= CAP_WATCH_HANG_US;
}

static gboolean forget_absent(void *key, void *value, void *data)
{
    Seen *seen = value;
    bool present = seen->present;
    seen->present = false;
    return !present;
}

char *cap_watch_look(CapWatch *watch, const json_t *streams, int64_t mono_us)
{
    char *hangs = NULL;
    for (size_t i = 0; i < json_array_size(streams); i++) {
        const json_t *stream = json_array_get(streams, i);
        g_autofree char *name = name_of(stream);
        if (look_at(watch, stream, name, mono_us) && !hangs)
            hangs = g_steal_pointer(&name);
    }
    g_hash_table_foreach_remove(watch->seen, forget_absent, NULL);
    return hangs;
}

char *cap_watch_describe(const json_t *streams)
{
    int recorded = 0, wanted = 0;
    const json_t *bad = NULL;
    for (size_t i = 0; i < json_array_size(streams); i++) {
        const json_t *stream = json_array_get(streams, i);
        if (!json_is_true(json_object_get(stream, "record")))
            continue;
        wanted++;
        recorded += gets_pictures(stream);
        if (!gets_pictures(stream) && !bad)
            bad = stream;
    }
    if (wanted == 0)
        return g_strdup("no stream to record yet");
    g_autofree char *name = bad ? name_of(bad) : NULL;
    return g_strdup_printf("recording %d of %d streams%s%s%s%s", recorded, wanted, bad ? "; " : "",
                           bad ? name : "", bad ? " is " : "", bad ? text_of(bad, "state") : "");
}
