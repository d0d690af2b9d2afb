// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/alarm/webhook.h"

#include "index/audit/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/redact.h"
#include "index/db.h"
#include "index/segment/seal.h"

#include <inttypes.h>
#include <string.h>

#define KEY_FILE "webhook.key"
#define SECRET_BYTES 32

static const char SQL_COUNT[] = "SELECT count(*) FROM webhook";
static const char SQL_KNOWN[] = "SELECT count(*) FROM webhook WHERE url IN (?1, ?2)";
static const char SQL_ADD[] =
    "INSERT INTO webhook (url, kinds, secret, created_us, delivered, dropped, tries, next_us)"
    " VALUES (?1, ?2, ?3, ?4, 0, 0, 0, 0)";
static const char SQL_FORGET[] =
    "DELETE FROM webhook_delivery WHERE webhook_id IN (SELECT id FROM webhook WHERE url"
    " IN (?1, ?2))";
static const char SQL_REMOVE[] =
    "DELETE FROM webhook WHERE url IN (?1, ?2)"; // ?2: as old rows have it
static const char SQL_LIST[] =
    "SELECT id, url, kinds, created_us, delivered, dropped, tries, next_us, failed_us, failure,"
    " (SELECT count(*) FROM webhook_delivery d WHERE d.webhook_id = w.id) FROM webhook w ORDER BY "
    "id";
static const char SQL_WANT[] =
    "SELECT id FROM webhook WHERE kinds = '' OR instr(',' || kinds || ',', ',' || ?1 || ',') > 0"
    " ORDER BY id";
static const char SQL_QUEUE[] =
    "INSERT INTO webhook_delivery (webhook_id, made_us, body) VALUES (?1, ?2, ?3)";
/* The oldest give way. */
static const char SQL_TRIM[] =
    "DELETE FROM webhook_delivery WHERE webhook_id = ?1 AND id <= (SELECT id FROM webhook_delivery"
    " WHERE webhook_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
static const char SQL_DROPPED[] = "UPDATE webhook SET dropped = dropped + ?2 WHERE id = ?1";

void idx_webhook_free(IdxWebhook *w)
{
    if (!w)
        return;
    g_free(w->url);
    g_free(w->kinds);
    g_free(w->failure);
    g_free(w);
}

// ── what is configured ──

bool idx_webhook_check_url(const char *url, bool plain, GError **error)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_HAS_PASSWORD, NULL);
    const char *scheme = uri ? g_uri_get_scheme(uri) : "";
    const char *host = uri ? g_uri_get_host(uri) : NULL;
    bool https = strcmp(scheme, "https") == 0, http = strcmp(scheme, "http") == 0;
    if (!uri || !host || !*host || !(https || http) || strlen(url) > IDX_WEBHOOK_URL_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "a webhook's URL is like https://alarms.example.org/mingjing");
    if (g_uri_get_userinfo(uri) || g_uri_get_fragment(uri))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "a webhook's URL has no user, password or fragment: what is sent is "
                            "signed with a secret instead");
    return https || plain ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "over http whoever is on the way reads what is told; say --plain if that "
                        "is meant");
}

static bool check_kinds(const char *kinds, GError **error)
{
    g_auto(GStrv) list = g_strsplit(kinds, ",", -1);
    for (int i = 0; list[i]; i++) {
        if (g_strv_contains(IDX_ALARM_KINDS, list[i]))
            continue;
        g_autofree char *all = g_strjoinv(", ", (char **)(uintptr_t)IDX_ALARM_KINDS);
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "no kind of alarm is called \"%.64s\"; they are %s", list[i], all);
    }
    return true;
}

static bool check_new(IdxCatalogue *cat, const char *url, const char *shown, const char *kinds,
                      bool plain, GError **error)
{
    int64_t n = 0, known = 0;
    if (!idx_webhook_check_url(url, plain, error) || (*kinds && !check_kinds(kinds, error)) ||
        !idx_db_get_int(cat, &n, SQL_COUNT, error, "") ||
        !idx_db_get_int(cat, &known, SQL_KNOWN, error, "tt", shown, url))
        return false;
    if (known > 0)
        return mj_error_set(error, MJ_ERROR_EXISTS, "%s is told already; remove it first", shown);
    return n < IDX_WEBHOOKS_MAX ||
           mj_error_set(error, MJ_ERROR_CONFLICT, "there are %d webhooks, and no more are served",
                        IDX_WEBHOOKS_MAX);
}

static char *key_path(const IdxCatalogue *cat)
{
    return g_build_filename(idx_catalogue_home(cat), KEY_FILE, NULL);
}

static char *make_secret(GError **error)
{
    uint8_t bytes[SECRET_BYTES];
    if (!idx_seal_random(bytes, sizeof bytes, error))
        return NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < sizeof bytes; i++)
        g_string_append_printf(text, "%02x", bytes[i]);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static bool insert(IdxCatalogue *cat, const char *url, const char *kinds, const char *secret,
                   int64_t now_us, GError **error)
{
    g_autofree char *path = key_path(cat);
    g_autoptr(GBytes) sealed =
        idx_seal_make_key(path, 0640, error) ? idx_seal_by(path, url, secret, error) : NULL;
    if (!sealed)
        return false;
    gsize size = 0;
    const void *bytes = g_bytes_get_data(sealed, &size);
    g_autoptr(json_t) detail = json_pack("{s:s}", "kinds", kinds);
    const IdxAudit row = {
        .what = "webhook.add", .object_kind = "webhook", .object = url, .detail = detail};
    return idx_db_run(cat, SQL_ADD, error, "ttbi", url, kinds, bytes, size, now_us) &&
           idx_audit(cat, &row, error);
}

char *idx_webhook_add(IdxCatalogue *cat, const char *url, const char *kinds, bool plain,
                      int64_t now_us, GError **error)
{
    const char *list = kinds ? kinds : "";
    g_autofree char *shown = NULL, *hidden = NULL;
    mj_url_split(url, &shown, &hidden);
    if (!idx_db_scope_begin(cat, error))
        return NULL;
    g_autofree char *secret =
        check_new(cat, url, shown, list, plain, error) ? make_secret(error) : NULL;
    g_autofree char *both = hidden ? g_strconcat(secret, "\n", hidden, NULL) : g_strdup(secret);
    bool ok = secret && insert(cat, shown, list, both, now_us, error);
    return idx_db_scope_end(cat, ok, error) ? g_steal_pointer(&secret) : NULL;
}

bool idx_webhook_remove(IdxCatalogue *cat, const char *url, GError **error)
{
    g_autofree char *shown = NULL, *hidden = NULL;
    mj_url_split(url, &shown, &hidden);
    const IdxAudit row = {.what = "webhook.remove", .object_kind = "webhook", .object = shown};
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_FORGET, error, "tt", shown, url) &&
              idx_db_run(cat, SQL_REMOVE, error, "tt", shown, url);
    if (ok && idx_db_changes(cat) == 0)
        ok = mj_error_set(error, MJ_ERROR_NOT_FOUND, "no webhook %.256s", shown);
    return idx_db_scope_end(cat, ok && idx_audit(cat, &row, error), error);
}

bool idx_webhook_any(IdxCatalogue *cat, bool *ret, GError **error)
{
    int64_t n = 0;
    if (!idx_db_get_int(cat, &n, SQL_COUNT, error, ""))
        return false;
    *ret = n > 0;
    return true;
}

GPtrArray *idx_webhook_list(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_webhook_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIST, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxWebhook *w = g_new0(IdxWebhook, 1);
        w->id = idx_db_int(q, 0);
        w->url = g_strdup(idx_db_text(q, 1));
        w->kinds = g_strdup(idx_db_text(q, 2));
        w->created_us = idx_db_int(q, 3);
        w->delivered = idx_db_int(q, 4);
        w->dropped = idx_db_int(q, 5);
        w->tries = idx_db_int(q, 6);
        w->next_us = idx_db_int(q, 7);
        w->failed_us = idx_db_int(q, 8);
        w->failure = g_strdup(idx_db_text(q, 9));
        w->waiting = idx_db_int(q, 10);
        g_ptr_array_add(list, w);
    }
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

// ── the queue ──

static GArray *find_wanting(IdxCatalogue *cat, const char *kind, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_WANT, error, "t", kind);
    return idx_db_append_ints(cat, q, ids, error) ? g_steal_pointer(&ids) : NULL;
}

static char *make_body(IdxCatalogue *cat, const char *what, const IdxAlarm *alarm, int64_t now_us,
                       GError **error)
{
    json_t *told = idx_alarm_json(cat, alarm, error);
    if (!told)
        return NULL;
    g_autoptr(json_t) body = json_pack("{s:s, s:o, s:s, s:o}", "what", what, "time",
                                       mj_json_time(now_us, idx_catalogue_timezone(cat)), "hall",
                                       idx_catalogue_hall_code(cat), "alarm", told);
    return mj_json_dump(body);
}

static bool queue_one(IdxCatalogue *cat, int64_t webhook_id, const char *body, int64_t now_us,
                      GError **error)
{
    if (!idx_db_run(cat, SQL_QUEUE, error, "iit", webhook_id, now_us, body) ||
        !idx_db_run(cat, SQL_TRIM, error, "ii", webhook_id, (int64_t)IDX_WEBHOOK_QUEUE_MAX))
        return false;
    int64_t dropped = idx_db_changes(cat);
    return dropped == 0 || idx_db_run(cat, SQL_DROPPED, error, "ii", webhook_id, dropped);
}

bool idx_webhook_queue_alarm(IdxCatalogue *cat, const char *what, const IdxAlarm *alarm,
                             int64_t now_us, GError **error)
{
    g_autoptr(GArray) ids = find_wanting(cat, alarm->kind, error);
    if (!ids || ids->len == 0)
        return ids != NULL;
    g_autofree char *body = make_body(cat, what, alarm, now_us, error);
    for (guint i = 0; body && i < ids->len; i++)
        if (!queue_one(cat, g_array_index(ids, int64_t, i), body, now_us, error))
            return false;
    return body != NULL;
}
