// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/meet/slot.h"

#include <inttypes.h>
#include <string.h>

#include "index/audit/audit.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/meet/meet_own.h"
#include "index/place.h"
#include "index/segment/seal.h"

#define COLUMNS                                                                                    \
    "s.id, s.dept, s.official, s.place, s.topics, s.start_us, s.end_us, s.created_us,"             \
    " coalesce(s.withdrawn_us, 0), m.session"
#define FROM " FROM meeting_slot s LEFT JOIN meeting m ON m.id = s.meeting_id"

static const char SQL_ADD[] =
    "INSERT INTO meeting_slot (dept, official, place, topics, start_us, end_us, created_us,"
    " link_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_GET[] = "SELECT " COLUMNS FROM " WHERE s.id = ?";
static const char SQL_LIST[] = "SELECT " COLUMNS FROM " WHERE s.start_us >= ?1 AND s.start_us < ?2"
                               " AND (?3 IS NULL OR s.dept = ?3) ORDER BY s.start_us, s.id";
static const char SQL_OVERLAPS[] = // at the place, or of the official
    "SELECT id, place, official FROM meeting_slot WHERE withdrawn_us IS NULL AND start_us < ?2"
    " AND end_us > ?1 AND start_us > ?1 - ?5 AND (place = ?3 OR official = ?4) LIMIT 1";
/* What another system planned at the place: a session of a slot is found by that. */
static const char SQL_PLANNED[] =
    "SELECT session FROM meeting m WHERE place = ?3 AND ended_us IS NULL AND slot_start_us < ?2"
    " AND slot_end_us > ?1 AND NOT EXISTS (SELECT 1 FROM meeting_slot WHERE meeting_id = m.id)"
    " LIMIT 1";
static const char SQL_WITHDRAW[] = "UPDATE meeting_slot SET withdrawn_us = ?2 WHERE id = ?1";
static const char SQL_LINK[] = "SELECT id FROM meeting_slot WHERE id = ?1 AND link_sha256 = ?2";

void idx_slot_free(IdxSlot *slot)
{
    if (!slot)
        return;
    g_free(slot->dept);
    g_free(slot->official);
    g_free(slot->place);
    json_decref(slot->topics);
    g_free(slot->session);
    g_free(slot);
}

static void free_slot(void *slot)
{
    idx_slot_free(slot);
}

static IdxSlot *read_row(IdxQuery *q)
{
    IdxSlot *slot = g_new0(IdxSlot, 1);
    *slot = (IdxSlot){.id = idx_db_int(q, 0),
                      .dept = g_strdup(idx_db_text(q, 1)),
                      .official = g_strdup(idx_db_text(q, 2)),
                      .place = g_strdup(idx_db_text(q, 3)),
                      .topics = mj_json_parse(idx_db_text(q, 4)),
                      .start_us = idx_db_int(q, 5),
                      .end_us = idx_db_int(q, 6),
                      .created_us = idx_db_int(q, 7),
                      .withdrawn_us = idx_db_int(q, 8),
                      .session = g_strdup(idx_db_text(q, 9))};
    return slot;
}

IdxSlot *idx_slot_get(IdxCatalogue *cat, int64_t id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GET, error, "i", id);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "there is no slot %" PRId64, id);
    return row > 0 ? read_row(q) : NULL;
}

GPtrArray *idx_slot_list(IdxCatalogue *cat, int64_t from_us, int64_t to_us, const char *dept,
                         GError **error)
{
    g_autoptr(GPtrArray) slots = g_ptr_array_new_with_free_func(free_slot);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIST, error, "iit", from_us, to_us, dept);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(slots, read_row(q));
    return row == 0 ? g_steal_pointer(&slots) : NULL;
}

/* --- publishing -------------------------------------------------------------------------------- */

static bool check_topics(const json_t *topics, GError **error)
{
    if (topics && (!json_is_array(topics) || json_array_size(topics) > IDX_SLOT_TOPICS_MAX))
        return mj_error_set(error, MJ_ERROR_INVALID, "topics are a list of at most %d",
                            IDX_SLOT_TOPICS_MAX);
    for (size_t i = 0; i < json_array_size(topics); i++) {
        const char *topic = json_string_value(json_array_get(topics, i));
        if (!mj_text_check("a topic", topic ? topic : "", error))
            return false;
    }
    return true;
}

static bool check_times(const IdxSlotRequest *r, int64_t now_us, GError **error)
{
    if (r->end_us <= r->start_us)
        return mj_error_set(error, MJ_ERROR_INVALID, "the slot should end after it begins");
    if (r->end_us - r->start_us > IDX_SLOT_LONGEST_US)
        return mj_error_set(error, MJ_ERROR_INVALID, "a slot is of 8 hours at most");
    return r->end_us > now_us || mj_error_set(error, MJ_ERROR_INVALID, "the slot is past already");
}

static bool check(const IdxSlotRequest *r, int64_t now_us, GError **error)
{
    return mj_text_check("a department", r->dept ? r->dept : "", error) &&
           (!r->official || mj_text_check("an official", r->official, error)) &&
           idx_place_check(r->place ? r->place : "", NULL, error) &&
           check_topics(r->topics, error) && check_times(r, now_us, error);
}

static bool must_be_unplanned(IdxCatalogue *cat, const IdxSlotRequest *r, GError **error)
{
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_PLANNED, error, "iit", r->start_us, r->end_us, r->place);
    int row = idx_db_step(cat, q, error);
    return row == 0 ||
           (row > 0 && mj_error_set(error, MJ_ERROR_CONFLICT,
                                    "it overlaps session %s, which is planned at place %s then",
                                    idx_db_text(q, 0), r->place));
}

static bool must_fit(IdxCatalogue *cat, const IdxSlotRequest *r, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_OVERLAPS, error, "iitti", r->start_us, r->end_us,
                                         r->place, r->official, IDX_SLOT_LONGEST_US);
    int row = idx_db_step(cat, q, error);
    if (row <= 0)
        return row == 0 && must_be_unplanned(cat, r, error);
    bool place = strcmp(idx_db_text(q, 1), r->place) == 0;
    return mj_error_set(error, MJ_ERROR_CONFLICT,
                        "it overlaps slot %" PRId64 ", which %s %s has then", idx_db_int(q, 0),
                        place ? "place" : "official", idx_db_text(q, place ? 1 : 2));
}

static bool tell(IdxCatalogue *cat, const char *what, int64_t id, GError **error)
{
    g_autofree char *object = g_strdup_printf("%" PRId64, id);
    return idx_audit(cat, &(IdxAudit){.what = what, .object_kind = "slot", .object = object},
                     error);
}

static int64_t add(IdxCatalogue *cat, const IdxSlotRequest *r, const char *link, int64_t now_us,
                   GError **error)
{
    uint8_t digest[32];
    idx_seal_sha256(link, digest);
    g_autofree char *topics = r->topics ? mj_json_dump(r->topics) : g_strdup("[]");
    if (!must_fit(cat, r, error) || !idx_meet_make_place(cat, r->place, error) ||
        !idx_db_run(cat, SQL_ADD, error, "ttttiiib", r->dept, r->official, r->place, topics,
                    r->start_us, r->end_us, now_us, digest, sizeof digest))
        return 0;
    int64_t id = idx_db_last_id(cat);
    return tell(cat, "slot.add", id, error) ? id : 0;
}

IdxSlot *idx_slot_add(IdxCatalogue *cat, const IdxSlotRequest *request, int64_t now_us,
                      char **ret_link, GError **error)
{
    g_autofree char *link = check(request, now_us, error) ? idx_meet_make_token(error) : NULL;
    if (!link || !idx_db_scope_begin(cat, error))
        return NULL;
    int64_t id = add(cat, request, link, now_us, error);
    if (!idx_db_scope_end(cat, id != 0, error))
        return NULL;
    *ret_link = g_steal_pointer(&link);
    return idx_slot_get(cat, id, error);
}

static bool withdraw(IdxCatalogue *cat, int64_t id, int64_t now_us, GError **error)
{
    g_autoptr(IdxSlot) slot = idx_slot_get(cat, id, error);
    if (!slot || slot->withdrawn_us)
        return slot != NULL;
    if (slot->session)
        return mj_error_set(error, MJ_ERROR_CONFLICT,
                            "session %s has the slot: cancel or move that first", slot->session);
    return idx_db_run(cat, SQL_WITHDRAW, error, "ii", id, now_us) &&
           tell(cat, "slot.withdraw", id, error);
}

bool idx_slot_withdraw(IdxCatalogue *cat, int64_t id, int64_t now_us, GError **error)
{
    return idx_db_scope_begin(cat, error) &&
           idx_db_scope_end(cat, withdraw(cat, id, now_us, error), error);
}

bool idx_slot_check_link(IdxCatalogue *cat, int64_t id, const char *token, GError **error)
{
    uint8_t digest[32];
    idx_seal_sha256(token && strlen(token) <= IDX_MEET_TOKEN_MAX ? token : "", digest);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LINK, error, "ib", id, digest, sizeof digest);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_DENIED, "this link books no slot; ask for another one");
    return row > 0;
}

json_t *idx_slot_json(const IdxSlot *slot, int64_t now_us, GTimeZone *zone)
{
    const char *state = slot->withdrawn_us       ? "withdrawn"
                        : slot->session          ? "booked"
                        : slot->end_us <= now_us ? "past"
                                                 : "free";
    return json_pack("{s:I, s:s, s:o, s:s, s:O, s:o, s:o, s:s, s:o}", "id", (json_int_t)slot->id,
                     "dept", slot->dept, "official", mj_json_string(slot->official), "place",
                     slot->place, "topics", slot->topics, "start",
                     mj_json_time(slot->start_us, zone), "end", mj_json_time(slot->end_us, zone),
                     "state", state, "session", mj_json_string(slot->session));
}
