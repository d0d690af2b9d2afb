// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/find/facet_told.h"

#include "index/base/clock.h"
#include "index/base/json.h"
#include "index/base/json_put.h"
#include "index/base/text.h"

#include <string.h>

#define OFFICIALS_MAX 100 // of one event
#define TEXT_BYTES 512    // taken at a time
#define BACK_MAX 24       // sayings: as many as two events may have

static const struct {
    const char *field;
    IdxFacetKind kind;
} FIELDS[] = {
    {"staff_id", IDX_FACET_STAFF},        {"business_type", IDX_FACET_BUSINESS},
    {"session_type", IDX_FACET_BUSINESS}, {"item_code", IDX_FACET_MATTER},
    {"item_name", IDX_FACET_MATTER},      {"project_name", IDX_FACET_MATTER},
    {"project_no", IDX_FACET_MATTER},     {"topic", IDX_FACET_MATTER},
};

char *idx_facet_fold(const char *value)
{
    return g_ascii_strup(value, -1);
}

static void told_clear(gpointer data)
{
    g_free(((IdxTold *)data)->value);
    g_free(((IdxTold *)data)->spelling);
}

static GArray *told_new(void)
{
    GArray *told = g_array_new(FALSE, TRUE, sizeof(IdxTold));
    g_array_set_clear_func(told, told_clear);
    return told;
}

typedef struct Saying { // of one event
    IdxFacetKind kind;
    const char *value, *spelling; // of the telling; often the same as those of the event before
    size_t length;
    int64_t time_us;
} Saying;

typedef struct Telling {
    GArray *said; // Saying
    GStringChunk *texts;
} Telling;

static const Saying *said_before(const Telling *told, IdxFacetKind kind, const char *text,
                                 size_t length)
{
    guint last = told->said->len, back = MIN(last, BACK_MAX);
    for (guint i = 1; i <= back; i++) {
        const Saying *one = &g_array_index(told->said, Saying, last - i);
        if (one->kind == kind && one->length == length && memcmp(one->spelling, text, length) == 0)
            return one;
    }
    return NULL;
}

static const char *keep_folded(Telling *told, const char *spelling)
{
    g_autofree char *folded = idx_facet_fold(spelling);
    return strcmp(folded, spelling) == 0 ? spelling : g_string_chunk_insert(told->texts, folded);
}

/* One event says it. What types we do not know may carry anything: only text of a fair length counts. */
static void say(Telling *told, IdxFacetKind kind, const char *text, size_t length, int64_t time_us)
{
    if (!text || length == 0 || length > IDX_FACET_BYTES || memchr(text, '\0', length))
        return;
    const Saying *before = said_before(told, kind, text, length);
    if (!before && !g_utf8_validate(text, (gssize)length, NULL))
        return;
    Saying one = {.kind = kind, .length = length, .time_us = time_us};
    one.spelling =
        before ? before->spelling : g_string_chunk_insert_len(told->texts, text, (gssize)length);
    one.value = before ? before->value : keep_folded(told, one.spelling);
    g_array_append_val(told->said, one);
}

static void say_member(Telling *told, IdxFacetKind kind, const MjMember *member, int64_t time_us)
{
    bool quoted = member->bytes >= 2 && member->value[0] == '"';
    if (quoted && !memchr(member->value, '\\', member->bytes)) {
        say(told, kind, member->value + 1, member->bytes - 2, time_us);
        return;
    }
    size_t length = 0;
    g_autofree char *text = mj_json_text(member, &length);
    say(told, kind, text, length, time_us);
}

static void say_officials(Telling *told, const MjMember *member, int64_t time_us)
{
    g_autoptr(json_t) officials = json_loadb(member->value, member->bytes, 0, NULL);
    for (size_t i = 0; i < MIN(json_array_size(officials), OFFICIALS_MAX); i++) {
        const json_t *one = json_array_get(officials, i);
        const char *text = json_string_value(one);
        bool is_text = text && strlen(text) == json_string_length(one);
        g_autofree char *clean = is_text ? mj_identifier(text) : NULL;
        say(told, IDX_FACET_STAFF, clean, clean ? strlen(clean) : 0, time_us);
    }
}

/* From the text, as it is stored: an approval's events are all read again whenever one comes. */
static void read_event(Telling *told, const IdxToldEvent *event)
{
    size_t size = 0;
    MjMember member;
    const char *data = mj_json_member(event->body, "data", &size);
    while (data && mj_json_next(&data, &member)) {
        for (size_t i = 0; i < G_N_ELEMENTS(FIELDS); i++)
            if (mj_json_is_named(&member, FIELDS[i].field))
                say_member(told, FIELDS[i].kind, &member, event->time_us);
        if (mj_json_is_named(&member, "official_ids"))
            say_officials(told, &member, event->time_us);
    }
    if (event->place)
        say(told, IDX_FACET_PLACE, event->place, strlen(event->place), event->time_us);
}

static int compare(gconstpointer a, gconstpointer b)
{
    const Saying *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    int order = x->value == y->value ? 0 : strcmp(x->value, y->value);
    if (order == 0 && x->time_us != y->time_us)
        return x->time_us < y->time_us ? -1 : 1;
    return order ? order : strcmp(x->spelling, y->spelling);
}

static int compare_times(gconstpointer a, gconstpointer b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Whether what happens at @time_us goes on with a sitting. */
static bool goes_on(int64_t first_us, int64_t last_us, int64_t time_us)
{
    return time_us - last_us < IDX_SITTING_BREAK_US && time_us - first_us <= IDX_SITTING_MAX_US;
}

static bool is_of_subject(IdxFacetKind kind)
{
    return kind == IDX_FACET_BUSINESS || kind == IDX_FACET_MATTER;
}

/* Appends @one for every sitting of the subject. */
static void add_everywhere(GArray *out, const Saying *one, const GArray *times)
{
    for (guint i = 0; i < times->len;) {
        IdxTold sitting = {one->kind, g_strdup(one->value), g_strdup(one->spelling),
                           g_array_index(times, int64_t, i), 0};
        sitting.last_us = sitting.first_us;
        for (; i < times->len &&
               goes_on(sitting.first_us, sitting.last_us, g_array_index(times, int64_t, i));
             i++)
            sitting.last_us = g_array_index(times, int64_t, i);
        g_array_append_val(out, sitting);
    }
}

/* @said sorted: one entry for each sitting of each value. */
static GArray *join(const GArray *said, const GArray *times)
{
    GArray *out = told_new();
    for (guint i = 0; i < said->len; i++) {
        const Saying *one = &g_array_index(said, Saying, i);
        IdxTold *last = out->len ? &g_array_index(out, IdxTold, out->len - 1) : NULL;
        bool same = last && last->kind == one->kind && strcmp(last->value, one->value) == 0;
        if (same &&
            (is_of_subject(one->kind) || goes_on(last->first_us, last->last_us, one->time_us))) {
            last->last_us = MAX(last->last_us, one->time_us);
        } else if (is_of_subject(one->kind)) {
            add_everywhere(out, one, times);
        } else {
            IdxTold first = {one->kind, g_strdup(one->value), g_strdup(one->spelling), one->time_us,
                             one->time_us};
            g_array_append_val(out, first);
        }
    }
    return out;
}

GArray *idx_facet_told(const IdxToldEvent *events, size_t n_events)
{
    g_autoptr(GArray) said = g_array_new(FALSE, FALSE, sizeof(Saying));
    Telling told = {said, g_string_chunk_new(TEXT_BYTES)};
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (size_t i = 0; i < n_events; i++) {
        if (g_str_has_prefix(events[i].type, "hall.alert."))
            continue;
        read_event(&told, &events[i]);
        g_array_append_val(times, events[i].time_us);
    }
    g_array_sort(said, compare);
    g_array_sort(times, compare_times);
    GArray *out = join(said, times);
    g_string_chunk_free(told.texts);
    return out;
}
