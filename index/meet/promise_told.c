// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/meet/promise_told.h"

#include <string.h>

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"

#define PROMISED "hall.session.promised"
#define FULFILLED "hall.session.fulfilled"
#define VERSIONS_MAX "100" // that are looked at for what the newest does not say
#define CODE_OF(body) "json_extract(" body ", '$.data.promise_id')"

/* An event, its other versions, what it corrects and what corrects it: it may change what holds of these. ?1 source,
 * ?2 event_id, ?3 correction_of. */
#define CHAIN                                                                                      \
    "chain(id) AS (SELECT id FROM event WHERE source = ?1 AND event_id = ?2"                       \
    " UNION SELECT id FROM event WHERE source = ?1 AND event_id = ?3"                              \
    " UNION SELECT id FROM event WHERE source = ?1 AND correction_of = ?2)"
static const char SQL_CODES[] =
    "WITH " CHAIN
    " SELECT DISTINCT " CODE_OF("e.body") " AS code FROM chain c JOIN event e"
                                          " ON e.id = c.id WHERE e.type IN ('" PROMISED
                                          "', '" FULFILLED "') AND code IS NOT NULL";

/* What names the promise ?4 in the sessions of "told". "stays": it was corrected, so what the correction does not say is still
 * so; what was corrected to be cancelled, or was cancelled, was never said. */
#define NAMED(type)                                                                                \
    "named AS MATERIALIZED (SELECT e.id, e.source, e.event_id, e.data_ver, e.time_us, e.body,"     \
    " s.key AS session, e.superseded_by IS NULL AND e.cancelled = 0 AS holds,"                     \
    " e.cancelled = 0 AND n.cancelled = 0 AS stays FROM told CROSS JOIN"                           \
    " subject s ON s.key = told.key AND s.kind = 'session' CROSS JOIN subject_event t"             \
    " ON t.subject_id = s.id CROSS JOIN event e ON e.id = t.event_id"                              \
    " LEFT JOIN event n ON n.id = e.superseded_by WHERE e.type = '" type                           \
    "' AND " CODE_OF("e.body") " = ?4)"
#define TOLD                                                                                       \
    "told(key) AS (SELECT session FROM promise WHERE code = ?4 UNION SELECT s.key FROM chain c"    \
    " JOIN subject_event t ON t.event_id = c.id JOIN subject s ON s.id = t.subject_id"             \
    " AND s.kind = 'session')"
#define TELLER                                                                                     \
    "(SELECT m.source FROM named m WHERE EXISTS (SELECT 1 FROM named h WHERE h.holds"              \
    " AND h.source = m.source) ORDER BY m.id LIMIT 1)"
/* If none holds one that does not; behind it those that say what it may leave unsaid. */
static const char SQL_PROMISED[] =
    "WITH " CHAIN ", " TOLD
    ", " NAMED(PROMISED) " SELECT holds, body, time_us, session FROM named"
                         " WHERE CASE WHEN " TELLER
                         " IS NULL THEN TRUE ELSE (holds OR stays) AND source = " TELLER " END"
                         " ORDER BY holds DESC, data_ver DESC, id LIMIT " VERSIONS_MAX;
static const char SQL_FULFILLED[] =
    "WITH " CHAIN ", " TOLD ", " NAMED(FULFILLED) " SELECT source, event_id, time_us, body"
                                                  " FROM named WHERE holds ORDER BY id LIMIT 1";
static const char SQL_TELLER[] =
    "WITH told(key) AS (SELECT session FROM promise WHERE code = ?4), " NAMED(
        PROMISED) " SELECT " TELLER;

static const char SQL_PUT[] =
    "INSERT INTO promise (code, session, dept, owner, text, due_us, made_us)"
    " VALUES (?1, ?2, coalesce(?3, (SELECT b.dept FROM meeting_booking b JOIN meeting m"
    " ON m.id = b.meeting_id WHERE m.session = ?2)), coalesce(?4, ''), coalesce(?5, ''), ?6, ?7)"
    " ON CONFLICT (code) DO UPDATE SET session = ?2, dept = coalesce(?3, dept, excluded.dept),"
    " owner = coalesce(?4, owner), text = coalesce(?5, text), due_us = ?6, made_us = ?7";
static const char SQL_KEEP_DAY[] = // a correction without a day
    "UPDATE promise SET session = ?2, dept = coalesce(?3, dept), owner = coalesce(?4, owner),"
    " text = coalesce(?5, text), made_us = ?6 WHERE code = ?1";
static const char SQL_DROP[] = "DELETE FROM promise WHERE code = ?1";
static const char SQL_DONE[] = "UPDATE promise SET done_us = ?2, done_by = ?3, proof = ?4,"
                               " proof_sha256 = ?5 WHERE code = ?1";
static const char SQL_NOT_DONE[] = "UPDATE promise SET done_us = NULL, done_by = NULL,"
                                   " proof = NULL, proof_sha256 = NULL WHERE code = ?1";

static const char *text_of(const json_t *data, const char *name)
{
    return json_string_value(json_object_get(data, name));
}

static IdxQuery *query(IdxCatalogue *cat, const char *sql, const IdxEvent *event, const char *code,
                       GError **error)
{
    return idx_db_query(cat, sql, error, "tttt", event->source, event->event_id,
                        event->correction_of, code);
}

/* When the day on which it is due is over; 0: none is told. */
static int64_t due_of(IdxCatalogue *cat, const json_t *data, int64_t time_us)
{
    const char *due = text_of(data, "due");
    GTimeZone *zone = idx_catalogue_timezone(cat);
    int day = 0;
    int64_t from_us = 0, to_us = 0;
    bool is = due && mj_day_parse(due, zone, time_us, &day, NULL) &&
              mj_day_range(day, zone, &from_us, &to_us, NULL);
    return is ? to_us : 0;
}

typedef struct Said { // of a promise, each by the newest that says it
    char *dept, *owner, *text;
    int64_t due_us; // 0: none does
} Said;

static void said_clear(Said *said)
{
    g_free(said->dept);
    g_free(said->owner);
    g_free(said->text);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Said, said_clear)

static void fill(char **to, const char *text)
{
    if (!*to)
        *to = g_strdup(text);
}

static void add_said(IdxCatalogue *cat, Said *said, const char *body, int64_t time_us)
{
    g_autoptr(json_t) json = mj_json_parse(body);
    const json_t *data = json_object_get(json, "data");
    const char *dept = text_of(data, "dept");
    fill(&said->dept, dept ? dept : text_of(data, "dept_code"));
    fill(&said->owner, text_of(data, "owner"));
    fill(&said->text, text_of(data, "text"));
    if (!said->due_us)
        said->due_us = due_of(cat, data, time_us);
}

static bool put(IdxCatalogue *cat, const char *code, const Said *said, int64_t time_us,
                const char *session, GError **error)
{
    return said->due_us ? idx_db_run(cat, SQL_PUT, error, "tttttii", code, session, said->dept,
                                     said->owner, said->text, said->due_us, time_us)
                        : idx_db_run(cat, SQL_KEEP_DAY, error, "ttttti", code, session, said->dept,
                                     said->owner, said->text, time_us);
}

static bool settle_promised(IdxCatalogue *cat, const IdxEvent *event, const char *code,
                            GError **error)
{
    g_autoptr(IdxQuery) q = query(cat, SQL_PROMISED, event, code, error);
    int row = idx_db_step(cat, q, error);
    if (row <= 0)
        return row == 0;
    if (!idx_db_int(q, 0))
        return idx_db_run(cat, SQL_DROP, error, "t", code);
    g_auto(Said) said = {0};
    int64_t time_us = idx_db_int(q, 2);
    g_autofree char *session = g_strdup(idx_db_text(q, 3));
    for (; row > 0; row = idx_db_step(cat, q, error))
        add_said(cat, &said, idx_db_text(q, 1), idx_db_int(q, 2));
    return row == 0 && put(cat, code, &said, time_us, session, error);
}

static bool put_done(IdxCatalogue *cat, const char *code, IdxQuery *q, GError **error)
{
    g_autoptr(json_t) json = mj_json_parse(idx_db_text(q, 3));
    const json_t *data = json_object_get(json, "data");
    const char *by = text_of(data, "done_by"), *proof = text_of(data, "proof");
    return idx_db_run(cat, SQL_DONE, error, "tittt", code, idx_db_int(q, 2),
                      by ? by : idx_db_text(q, 0), proof ? proof : idx_db_text(q, 1),
                      text_of(data, "proof_sha256"));
}

static bool settle_done(IdxCatalogue *cat, const IdxEvent *event, const char *code, GError **error)
{
    g_autoptr(IdxQuery) q = query(cat, SQL_FULFILLED, event, code, error);
    int row = idx_db_step(cat, q, error);
    if (row > 0)
        return put_done(cat, code, q, error);
    return row == 0 &&
           (strcmp(event->type, FULFILLED) != 0 || idx_db_run(cat, SQL_NOT_DONE, error, "t", code));
}

bool idx_promise_told(IdxCatalogue *cat, const IdxEvent *event, GError **error)
{
    g_autoptr(GPtrArray) codes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(IdxQuery) q = query(cat, SQL_CODES, event, NULL, error);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(codes, g_strdup(idx_db_text(q, 0)));
    bool ok = row == 0;
    for (guint i = 0; ok && i < codes->len; i++)
        ok = settle_promised(cat, event, codes->pdata[i], error) &&
             settle_done(cat, event, codes->pdata[i], error);
    return ok;
}

bool idx_promise_may_tell(IdxCatalogue *cat, const IdxEvent *event, GError **error)
{
    if (event->cancelled || strcmp(event->type, PROMISED) != 0)
        return true;
    g_autoptr(json_t) json = mj_json_parse(event->body);
    const char *code = text_of(json_object_get(json, "data"), "promise_id");
    g_autoptr(IdxQuery) q = query(cat, SQL_TELLER, event, code, error);
    int row = idx_db_step(cat, q, error);
    if (row <= 0)
        return row == 0;
    return idx_db_is_null(q, 0) || strcmp(idx_db_text(q, 0), event->source) == 0 ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "data.promise_id: promise %.64s was told by %.200s, which alone corrects "
                        "it; another system's promise has another ID",
                        code, idx_db_text(q, 0));
}
