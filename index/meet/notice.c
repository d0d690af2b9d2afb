// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/meet/notice.h"

#include <string.h>

#include "index/audit/audit.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/meet/meet.h"
#include "index/meet/meet_own.h"

#define COLUMNS "SELECT version, zh, en, sha256, made_us FROM meeting_notice"

static const char SQL_ADD[] = "INSERT INTO meeting_notice (version, zh, en, sha256, made_us) VALUES"
                              " (?1, ?2, ?3, ?4, max(?5, 1 + coalesce((SELECT max(made_us) FROM"
                              " meeting_notice), 0)))"; // what is set later is the newer one
static const char SQL_ONE[] =
    COLUMNS " WHERE ?1 IS NULL OR version = ?1 ORDER BY made_us DESC LIMIT 1";
static const char SQL_LIST[] = COLUMNS " ORDER BY made_us DESC";

static json_t *row_json(IdxCatalogue *cat, IdxQuery *q)
{
    return json_pack("{s:s, s:s, s:o, s:s, s:o}", "version", idx_db_text(q, 0), "zh",
                     idx_db_text(q, 1), "en", mj_json_string(idx_db_text(q, 2)), "sha256",
                     idx_db_text(q, 3), "since",
                     mj_json_time(idx_db_int(q, 4), idx_catalogue_timezone(cat)));
}

bool idx_notice_json(IdxCatalogue *cat, const char *version, json_t **ret, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_ONE, error, "t", version);
    int row = idx_db_step(cat, q, error);
    if (row >= 0)
        *ret = row > 0 ? row_json(cat, q) : json_null();
    return row >= 0;
}

json_t *idx_notice_list_json(IdxCatalogue *cat, GError **error)
{
    g_autoptr(json_t) list = json_array();
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIST, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        json_array_append_new(list, row_json(cat, q));
    return row == 0 ? json_pack("{s:O}", "notices", list) : NULL;
}

/* --- setting ----------------------------------------------------------------------------------- */

static bool check_words(const char *words, GError **error)
{
    size_t size = strlen(words);
    if (size > IDX_NOTICE_BYTES_MAX || !g_utf8_validate(words, (gssize)size, NULL))
        return mj_error_set(error, MJ_ERROR_INVALID, "a notice is text (UTF-8) of at most %d bytes",
                            IDX_NOTICE_BYTES_MAX);
    for (const char *p = words; *p; p = g_utf8_next_char(p))
        if (*p != '\n' && g_unichar_iscntrl(g_utf8_get_char(p)))
            return mj_error_set(error, MJ_ERROR_INVALID,
                                "a notice has no control characters but line ends");
    g_autofree char *bare = g_strstrip(g_strdup(words));
    return *bare || mj_error_set(error, MJ_ERROR_INVALID, "the notice says nothing");
}

/* Caller frees. */
static char *hash_of(const IdxNotice *n)
{
    g_autofree char *words = g_strconcat(n->zh, "\n", n->en ? n->en : "", NULL);
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, words, -1);
}

static bool tell(IdxCatalogue *cat, const IdxNotice *n, const char *hash, GError **error)
{
    g_autoptr(json_t) detail = json_pack("{s:s}", "sha256", hash);
    return idx_audit(cat,
                     &(IdxAudit){.what = "session.notice",
                                 .object_kind = "notice",
                                 .object = n->version,
                                 .detail = detail},
                     error);
}

static bool set(IdxCatalogue *cat, const IdxNotice *n, int64_t now_us, GError **error)
{
    g_autoptr(json_t) known = NULL;
    g_autofree char *hash = hash_of(n);
    if (!idx_notice_json(cat, n->version, &known, error))
        return false;
    const char *theirs = json_string_value(json_object_get(known, "sha256"));
    if (theirs)
        return strcmp(theirs, hash) == 0 ||
               mj_error_set(error, MJ_ERROR_EXISTS,
                            "version %s of the notice has other words, which parties agreed to: "
                            "give these a version of their own",
                            n->version);
    return idx_db_run(cat, SQL_ADD, error, "tttti", n->version, n->zh, n->en, hash, now_us) &&
           tell(cat, n, hash, error);
}

static bool check_version(const char *version, GError **error)
{
    if (!idx_meet_check_code("the version of a notice", version, IDX_MEET_CODE_MAX, error))
        return false;
    return strcmp(version, IDX_NOTICE_OF_PAGE) != 0 ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "version %s is of the words that the page comes with, which parties agreed "
                        "to: give the hall's own words a version of their own",
                        version);
}

bool idx_notice_check(const IdxNotice *notice, GError **error)
{
    return check_version(notice->version, error) && check_words(notice->zh, error) &&
           (!notice->en || check_words(notice->en, error));
}

bool idx_notice_set(IdxCatalogue *cat, const IdxNotice *notice, int64_t now_us, GError **error)
{
    return idx_notice_check(notice, error) && idx_db_scope_begin(cat, error) &&
           idx_db_scope_end(cat, set(cat, notice, now_us, error), error);
}
