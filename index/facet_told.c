// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/facet_told.h"

#include "index/base/clock.h"
#include "index/base/json.h"
#include "index/base/json_put.h"

#include <string.h>

#define OFFICIALS_MAX 100 // of one event

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

/* One event says it. What types we do not know may carry anything: only text of a fair length counts. */
static void say(GArray *told, IdxFacetKind kind, const char *value, size_t length, int64_t time_us)
{
    if (!value || length == 0 || length > IDX_FACET_BYTES || strlen(value) != length)
        return;
    IdxTold one = {kind, idx_facet_fold(value), g_strdup(value), time_us, time_us};
    g_array_append_val(told, one);
}

static void say_member(GArray *told, IdxFacetKind kind, const MjMember *member, int64_t time_us)
{
    size_t length = 0;
    g_autofree char *text = mj_json_text(member, &length);
    say(told, kind, text, length, time_us);
}

static void say_officials(GArray *told, const MjMember *member, int64_t time_us)
{
    g_autoptr(json_t) officials = json_loadb(member->value, member->bytes, 0, NULL);
    for (size_t i = 0; i < MIN(json_array_size(officials), OFFICIALS_MAX); i++) {
        const json_t *one = json_array_get(officials, i);
        say(told, IDX_FACET_STAFF, json_string_value(one), json_string_length(one), time_us);
    }
}

/* From the text, as it is stored: an approval's events are all read again whenever one comes. */
static void read_event(GArray *told, const IdxToldEvent *event)
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
    const IdxTold *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    int order = strcmp(x->value, y->value);
    if (order == 0 && x->first_us != y->first_us)
        return x->first_us < y->first_us ? -1 : 1;
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
static void add_everywhere(GArray *out, const IdxTold *one, const GArray *times)
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
        const IdxTold *one = &g_array_index(said, IdxTold, i);
        IdxTold *last = out->len ? &g_array_index(out, IdxTold, out->len - 1) : NULL;
        bool same = last && last->kind == one->kind && strcmp(last->value, one->value) == 0;
        if (same &&
            (is_of_subject(one->kind) || goes_on(last->first_us, last->last_us, one->first_us))) {
            last->last_us = MAX(last->last_us, one->first_us);
        } else if (is_of_subject(one->kind)) {
            add_everywhere(out, one, times);
        } else {
            IdxTold copy = *one;
            copy.value = g_strdup(one->value);
            copy.spelling = g_strdup(one->spelling);
            g_array_append_val(out, copy);
        }
    }
    return out;
}

GArray *idx_facet_told(const IdxToldEvent *events, size_t n_events)
{
    g_autoptr(GArray) said = told_new();
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (size_t i = 0; i < n_events; i++) {
        if (g_str_has_prefix(events[i].type, "hall.alert."))
            continue;
        read_event(said, &events[i]);
        g_array_append_val(times, events[i].time_us);
    }
    g_array_sort(said, compare);
    g_array_sort(times, compare_times);
    return join(said, times);
}
