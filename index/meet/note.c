// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/meet/note.h"

#include "index/base/clock.h"
#include "index/db.h"
#include "index/event/event.h"
#include "index/event/source.h"
#include "index/find/story.h"
#include "index/segment/seal.h"

static const char SQL_ROLE[] =
    "SELECT l.role FROM meeting_leg l JOIN meeting m ON m.id = l.meeting_id"
    " WHERE m.session = ?1 AND l.code = ?2";

static bool add_role(IdxCatalogue *cat, const IdxMeetNote *note, json_t *data, GError **error)
{
    if (!note->leg)
        return true;
    json_object_set_new(data, "leg_id", json_string(note->leg));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_ROLE, error, "tt", note->session, note->leg);
    int row = idx_db_step(cat, q, error);
    if (row > 0)
        json_object_set_new(data, "role", json_string(idx_db_text(q, 0)));
    return row >= 0;
}

static char *make_id(GError **error)
{
    uint8_t random[12];
    if (!idx_seal_random(random, sizeof random, error))
        return NULL;
    g_autoptr(GString) id = g_string_new("session-");
    for (size_t i = 0; i < sizeof random; i++)
        g_string_append_printf(id, "%02x", random[i]);
    return g_string_free(g_steal_pointer(&id), FALSE);
}

static json_t *make_event(IdxCatalogue *cat, const IdxMeetNote *note, GError **error)
{
    g_autofree char *id = make_id(error);
    g_autofree char *type = g_strconcat("hall.session.", note->kind, NULL);
    g_autofree char *source =
        g_strdup_printf(IDX_SOURCE_OURS "%s/sessions", idx_catalogue_hall_code(cat));
    g_autoptr(json_t) data = json_pack("{s:s}", "session_id", note->session);
    if (note->detail)
        json_object_update(data, (json_t *)(uintptr_t)note->detail);
    if (!id || !add_role(cat, note, data, error))
        return NULL;
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:O}", "specversion", "1.0", "id", id, "source",
                     source, "type", type, "time",
                     mj_json_time(note->at_us, idx_catalogue_timezone(cat)), "data", data);
}

static bool store(IdxCatalogue *cat, const IdxMeetNote *note, GError **error)
{
    g_autoptr(json_t) json = make_event(cat, note, error);
    g_autoptr(IdxEvent) event = json ? idx_event_parse(json, error) : NULL;
    g_autoptr(GArray) subjects = g_array_new(FALSE, FALSE, sizeof(int64_t));
    bool duplicate = false;
    int64_t now_us = mj_clock_utc_us(mj_clock_system());
    return event && idx_event_store(cat, event, now_us, subjects, &duplicate, error) &&
           idx_story_relink_all(cat, subjects, now_us, error);
}

bool idx_meet_note(IdxCatalogue *cat, const IdxMeetNote *note, GError **error)
{
    return idx_db_scope_begin(cat, error) && idx_db_scope_end(cat, store(cat, note, error), error);
}
