// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/camera.h"
#include "index/declare/declare_own.h"
#include "index/declare/yaml_tree.h"
#include "index/find/story.h"
#include "index/hall.h"
#include "index/mark/kind.h"
#include "index/meet/notice.h"
#include "index/place.h"
#include "index/retention/retention.h"

#include <string.h>

static void put(GString *out, int indent, const char *name, const char *value)
{
    g_autofree char *text = idx_yaml_quote(value);
    g_string_append_printf(out, "%*s%s: %s\n", indent, "", name, text);
}

static void put_head(GString *out, int indent, const char *name)
{
    g_autofree char *text = idx_yaml_quote(name);
    g_string_append_printf(out, "%*s%s:\n", indent, "", text);
}

static void put_time(GString *out, const char *name, int64_t us, GTimeZone *zone)
{
    g_autofree char *text = decl_time_text(us, zone);
    g_string_append_printf(out, ", %s: \"%s\"", name, text);
}

static void put_coverage(GString *out, const IdxPlace *place, GTimeZone *zone)
{
    g_string_append(out, place->coverage->len ? "        coverage:\n" : "        coverage: []\n");
    for (guint i = 0; i < place->coverage->len; i++) {
        const IdxCoverage *v = place->coverage->pdata[i];
        g_autofree char *camera = idx_yaml_quote(v->camera);
        bool open = v->from_us == INT64_MIN && v->to_us == INT64_MAX;
        g_string_append_printf(out, "          - %s%s", open ? "" : "{camera: ", camera);
        if (v->from_us != INT64_MIN)
            put_time(out, "from", v->from_us, zone);
        if (v->to_us != INT64_MAX)
            put_time(out, "to", v->to_us, zone);
        g_string_append(out, open ? "\n" : "}\n");
    }
}

static void put_hall(GString *out, const IdxHall *hall, const GPtrArray *places)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(hall->timezone);
    put_head(out, 2, hall->code);
    put(out, 4, "name", hall->name);
    put(out, 4, "timezone", hall->timezone);
    guint count = 0;
    for (guint i = 0; i < places->len; i++) {
        const IdxPlace *place = places->pdata[i];
        if (place->hall_id != hall->id)
            continue;
        if (count++ == 0)
            g_string_append(out, "    places:\n");
        put_head(out, 6, place->code);
        if (strcmp(place->name, place->code) != 0)
            put(out, 8, "name", place->name);
        put_coverage(out, place, zone);
    }
    if (count == 0)
        g_string_append(out, "    places: {}\n");
}

static bool put_halls(GString *out, IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) halls = idx_hall_list(cat, error);
    g_autoptr(GPtrArray) places = halls ? idx_place_list(cat, error) : NULL;
    g_string_append(out, "halls:\n");
    for (guint i = 0; places && i < halls->len; i++)
        put_hall(out, halls->pdata[i], places);
    return places != NULL;
}

static void put_camera(GString *out, const IdxCamera *camera)
{
    bool has_password = false;
    guint streams = 0;
    put_head(out, 2, camera->code);
    if (strcmp(camera->name, camera->code) != 0)
        put(out, 4, "name", camera->name);
    put(out, 4, "kind", camera->kind);
    for (guint i = 0; i < camera->streams->len; i++) {
        const IdxStream *stream = camera->streams->pdata[i];
        if (!stream->url[0])
            continue;
        put(out, 4, stream->name, stream->url);
        has_password |= stream->has_credentials;
        streams++;
    }
    put(out, 4, "record", decl_recorded(camera));
    if (camera->streams->len)
        put(out, 4, "audio", ((const IdxStream *)camera->streams->pdata[0])->audio);
    if (has_password)
        g_string_append(out, "    # its password is stored and stays, unless user and "
                             "password_file are given here\n");
    if (streams == 0)
        g_string_append(out, "    # its address is not known; give it as main:\n");
}

static bool put_cameras(GString *out, IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) cameras = idx_camera_list(cat, false, error);
    if (!cameras)
        return false;
    g_string_append(out, cameras->len ? "\ncameras:\n" : "\ncameras: {}\n");
    for (guint i = 0; i < cameras->len; i++)
        put_camera(out, cameras->pdata[i]);
    return true;
}

static bool put_links(GString *out, IdxCatalogue *cat, GError **error)
{
    IdxLinkRule rules[IDX_METHODS];
    if (!idx_story_rules(cat, rules, error))
        return false;
    g_string_append(out, "\nlinks:\n");
    for (int i = 0; i < IDX_METHODS; i++) {
        g_autofree char *before = decl_length(rules[i].before_us);
        g_autofree char *after = decl_length(rules[i].after_us);
        g_autofree char *max = decl_length(rules[i].max_us);
        g_string_append_printf(out, "  %s: {before: %s, after: %s, max: %s}\n",
                               idx_method_name((IdxMethod)i), before, after, max);
    }
    return true;
}

static bool put_rules(GString *out, IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) rules = idx_rule_list(cat, error);
    const char *kind = "";
    g_string_append(out, "\nretention:\n");
    for (guint i = 0; rules && i < rules->len; i++) {
        const IdxRule *rule = rules->pdata[i];
        g_autofree char *purpose = idx_yaml_quote(rule->purpose);
        if (strcmp(rule->kind, kind) != 0)
            put_head(out, 2, rule->kind);
        kind = rule->kind;
        g_string_append_printf(out, "    %s: {min: %dd", purpose, rule->min_days);
        if (rule->max_days)
            g_string_append_printf(out, ", max: %dd", rule->max_days);
        g_string_append(out, "}\n");
    }
    return rules != NULL;
}

static bool put_marks(GString *out, IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) kinds = idx_mark_kind_list(cat, error);
    g_string_append(out, "\nmarks:\n");
    for (guint i = 0; kinds && i < kinds->len; i++) {
        const IdxMarkKind *kind = kinds->pdata[i];
        put_head(out, 2, kind->code);
        put(out, 4, "zh", kind->zh);
        put(out, 4, "en", kind->en);
        put(out, 4, "level", kind->level);
        if (kind->ended_us)
            g_string_append(out, "    ended: true\n");
    }
    return kinds != NULL;
}

/* A hall that has none of its own has no such section. */
static bool put_notice(GString *out, IdxCatalogue *cat, GError **error)
{
    static const char *const MEMBERS[] = {"version", "zh", "en"};
    g_autoptr(json_t) notice = NULL;
    if (!idx_notice_json(cat, NULL, &notice, error))
        return false;
    if (!json_is_null(notice))
        g_string_append(out, "\nnotice:\n");
    for (size_t i = 0; i < G_N_ELEMENTS(MEMBERS); i++) {
        const char *text = json_string_value(json_object_get(notice, MEMBERS[i]));
        if (text)
            put(out, 2, MEMBERS[i], text);
    }
    return true;
}

char *idx_declare_print(IdxCatalogue *cat, GError **error)
{
    GString *out = g_string_new("# What `mingjing apply` makes so; see index/declare/declare.h.\n");
    bool ok = put_halls(out, cat, error) && put_cameras(out, cat, error) &&
              put_links(out, cat, error) && put_rules(out, cat, error) &&
              put_marks(out, cat, error) && put_notice(out, cat, error) &&
              decl_put_workdays(out, cat, error);
    return g_string_free(out, !ok);
}
