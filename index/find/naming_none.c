// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/scope.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/find/naming.h"

#include <stdint.h>
#include <string.h>

#define NAMERS_MAX 3
#define DAYS_MAX 3  // besides the newest
#define ALIKE_MAX 3 // names that begin alike
#define ALIKE_AMONG 20
#define SHORTER_MAX 8 // characters that are taken off to find some

#define HOLDS_OF(id)                                                                               \
    "EXISTS (SELECT 1 FROM subject_event t CROSS JOIN event o ON o.id = t.event_id WHERE"          \
    " t.subject_id = " id " AND o.superseded_by IS NULL AND NOT o.cancelled)"

/* Of a kind, and of the one asked for: what begins as it does for longest is beside it in the order of an index. ?1 what
 * was asked for, ?2 and ?3 between which, ?4 how many to each side, ?5 the kind. */
#define BELOW(column) column " <= ?1 AND " column " >= ?2"
#define ABOVE(column) column " > ?1 AND " column " < ?3"
#define OF_HALL(beside, order)                                                                     \
    "SELECT id FROM (SELECT x.id FROM subject x WHERE x.kind = ?5 AND x.hall_id = h.id "           \
    "AND " beside " AND " HOLDS_OF("x.id") " ORDER BY x.key" order " LIMIT ?4)"
static const char SQL_KEYS[] =
    "SELECT s.key, s.id FROM hall h CROSS JOIN subject s ON s.id IN (" OF_HALL(
        BELOW("x.key"), " DESC") " UNION ALL " OF_HALL(ABOVE("x.key"), "") ")";
#define OF_ID(beside, order)                                                                       \
    "SELECT * FROM (SELECT e.ticket_id, t.subject_id FROM event e INDEXED BY event_ticket_id"      \
    " CROSS JOIN subject_event t ON t.event_id = e.id CROSS JOIN subject s ON s.id = t.subject_id" \
    " WHERE s.kind = ?5 AND e.superseded_by IS NULL AND NOT e.cancelled AND " beside               \
    " ORDER BY e.ticket_id" order " LIMIT ?4)"
static const char SQL_IDS[] = // of tickets
    OF_ID(BELOW("e.ticket_id"), " DESC") " UNION ALL " OF_ID(ABOVE("e.ticket_id"), "");
#define PLAN_WORDS_MIN 2 // characters, as subject_search.c
#define HAS(column) "instr(lower(" column "), lower(substr(?1, 1, n.i))) > 0"
static const char SQL_PLANS[] = // of sessions, of which few are planned: with ?2 to ?3 characters
    "WITH RECURSIVE n(i) AS (SELECT ?3 UNION ALL SELECT i - 1 FROM n WHERE i > ?2)"
    " SELECT substr(?1, 1, n.i), s.id FROM n CROSS JOIN meeting m LEFT JOIN meeting_booking b"
    " ON b.meeting_id = m.id CROSS JOIN subject s ON s.kind = 'session' AND s.key = m.session"
    " WHERE n.i >= ?2 AND (" HAS("m.session") " OR " HAS("m.topic") " OR " HAS(
        "b.dept") " OR instr(char(10) || lower(b.official) || char(10), char(10) || "
                  "lower(substr(?1, 1,"
                  " n.i)) || char(10)) > 0) ORDER BY n.i DESC LIMIT ?4";

/* Approvals that name a ticket of which no queue spoke: "approval SP1, SP2" or "something else". Caller frees. */
static char *namers(IdxCatalogue *cat, const IdxSubject *named)
{
    guint n = 0;
    g_autoptr(GString) text = g_string_new("approval ");
    g_autoptr(GPtrArray) ids = idx_subject_named_by(cat, named->id, NULL);
    for (; ids && n < MIN(ids->len, NAMERS_MAX); n++)
        g_string_append_printf(text, "%s%.64s", n ? ", " : "", (const char *)ids->pdata[n]);
    return n ? g_strdup(text->str) : g_strdup("something else");
}

/* Something that was said of it stands; what was corrected to be another, or cancelled, is offered to nobody. */
static bool holds(IdxCatalogue *cat, const IdxSubject *subject)
{
    bool some = false, spoken = false;
    return idx_subject_stands(cat, subject, &some, &spoken, NULL) && some;
}

/* It does, and of a ticket something that a queue said. */
static bool is_spoken(IdxCatalogue *cat, const IdxSubject *subject)
{
    bool some = false, spoken = false;
    return idx_subject_stands(cat, subject, &some, &spoken, NULL) && some && spoken;
}

/* ", before that 2026-11-21, 2026-11-20" or "". Caller frees. */
static char *days_before(IdxCatalogue *cat, const IdxSubject *newest)
{
    bool more = false;
    int last = newest->day, n = 0;
    GString *text = g_string_new(NULL);
    g_autoptr(GPtrArray) also = idx_name_also(cat, newest, &more, NULL);
    for (guint i = 0; also != NULL && i < also->len && n < DAYS_MAX; i++) {
        const IdxSubject *other = also->pdata[i];
        if (strcmp(other->kind, newest->kind) != 0 || other->hall_id != newest->hall_id ||
            other->day >= last || !is_spoken(cat, other))
            continue;
        g_autofree char *day = mj_day_format(last = other->day);
        g_string_append_printf(text, "%s%s", n++ == 0 ? ", before that " : ", ", day);
    }
    return g_string_free(text, FALSE);
}

static void add_alike(IdxCatalogue *cat, const GPtrArray *found, const char *kind, GPtrArray *keys)
{
    for (guint i = 0; i < found->len && keys->len < ALIKE_MAX; i++) {
        const IdxSubject *subject = found->pdata[i];
        if (strcmp(subject->kind, kind) == 0 && is_spoken(cat, subject) &&
            !g_ptr_array_find_with_equal_func(keys, subject->key, g_str_equal, NULL))
            g_ptr_array_add(keys, g_strdup(subject->key));
    }
}

/* How many characters of @key @other begins with, without regard to ASCII case; of both UTF-8. */
static long common(const char *key, const char *other)
{
    size_t bytes = 0;
    while (key[bytes] != '\0' && g_ascii_tolower(key[bytes]) == g_ascii_tolower(other[bytes]))
        bytes++;
    while (bytes > 0 && ((uint8_t)key[bytes] & 0xc0) == 0x80) // within a character
        bytes--;
    return g_utf8_strlen(key, (gssize)bytes);
}

/* Raises *length to what one of @q (text, subject) that may be seen has in common with @key. */
static void longest(IdxCatalogue *cat, IdxQuery *q, const char *key, long *length)
{
    for (int looks = 0; looks < IDX_SUBJECT_LOOKS && idx_db_step(cat, q, NULL) > 0; looks++) {
        long n = common(key, idx_db_text(q, 0));
        bool sees = false;
        if (n > *length && idx_scope_subject(cat, idx_db_int(q, 1), &sees, NULL) && sees)
            *length = n;
    }
}

/* How many characters of the name, less the last at least, something of its kind begins with; below @least: none. */
static long begins_alike(IdxCatalogue *cat, const IdxName *name, long size, long least)
{
    g_autofree char *first = g_utf8_substring(name->key, 0, least);
    g_autofree char *beyond = g_strconcat(first, "\xf4\x8f\xbf\xbf", NULL); // U+10FFFF
    int64_t most = idx_scope_is_limited(cat) ? IDX_SUBJECT_LOOKS / 2 : 1;
    long length = 0;
    g_autoptr(IdxQuery) keys =
        idx_db_query(cat, SQL_KEYS, NULL, "tttit", name->key, first, beyond, most, name->kind);
    longest(cat, keys, name->key, &length);
    if (strcmp(name->kind, "ticket") == 0) {
        g_autoptr(IdxQuery) ids =
            idx_db_query(cat, SQL_IDS, NULL, "tttit", name->key, first, beyond, most, name->kind);
        longest(cat, ids, name->key, &length);
    }
    if (strcmp(name->kind, "session") == 0) {
        int64_t shortest = MAX(least, PLAN_WORDS_MIN);
        g_autoptr(IdxQuery) plans = idx_db_query(cat, SQL_PLANS, NULL, "tiii", name->key, shortest,
                                                 (int64_t)size - 1, most);
        longest(cat, plans, name->key, &length);
    }
    return MIN(length, size - 1);
}

/* "; there are A012, A013: search for how it begins" or "". Caller frees. */
static char *alike(IdxCatalogue *cat, const IdxName *name)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
    long size = g_utf8_validate(name->key, -1, NULL) ? g_utf8_strlen(name->key, -1) : 0;
    long least = MAX(1, size - SHORTER_MAX);
    long length = size > 1 ? begins_alike(cat, name, size, least) : 0;
    if (length >= least) {
        IdxSubjectAt next = {0};
        g_autofree char *prefix = g_utf8_substring(name->key, 0, length);
        g_autoptr(GPtrArray) found =
            idx_subject_search(cat, prefix, 0, NULL, ALIKE_AMONG, &next, NULL);
        if (found != NULL)
            add_alike(cat, found, name->kind, keys);
    }
    if (keys->len == 0)
        return g_strdup("");
    g_ptr_array_add(keys, NULL);
    g_autofree char *list = g_strjoinv(", ", (char **)keys->pdata);
    return g_strdup_printf("; there are %s: search for how it begins", list);
}

void idx_name_none(IdxCatalogue *cat, const IdxName *name, GError **error)
{
    IdxName any = *name;
    any.day = 0;
    const char *which = name->ticket_id ? " with that ticket_id"
                        : name->source  ? " of that source"
                                        : "";
    g_autoptr(GPtrArray) others = idx_name_candidates(cat, &any, NULL);
    const IdxSubject *newest = others && others->len ? others->pdata[0] : NULL;
    newest = newest && holds(cat, newest) ? newest : NULL;
    g_autofree char *hall =
        name->hall ? g_strdup_printf(" in hall %.64s", name->hall) : g_strdup("");
    g_autofree char *asked = name->day ? mj_day_format(name->day) : NULL;
    if (newest && newest->day && asked && !is_spoken(cat, newest)) {
        g_autofree char *other = mj_day_format(newest->day), *by = namers(cat, newest);
        mj_error_set(error, MJ_ERROR_NOT_FOUND,
                     "no ticket %.64s%s on %s%s; no queue ever spoke of it, but %s names it on %s",
                     name->key, which, asked, hall, by, other);
    } else if (newest && newest->day && asked) {
        g_autofree char *other = mj_day_format(newest->day), *before = days_before(cat, newest);
        mj_error_set(error, MJ_ERROR_NOT_FOUND,
                     "no ticket %.64s%s on %s%s; the newest day that has it is %s%s", name->key,
                     which, asked, hall, other, before);
    } else {
        g_autofree char *others_alike = alike(cat, name);
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no %s %.64s%s%s%s%s", name->kind, name->key, which,
                     strcmp(name->kind, "ticket") == 0 ? " on any day" : "", hall, others_alike);
    }
}
