// SPDX-License-Identifier: GPL-3.0-or-later
/* The other end of the queue: what is sent next, and what became of it. */
#include "index/alarm/webhook.h"
#include "index/base/error.h"
#include "index/base/redact.h"
#include "index/crypto.h"
#include "index/db.h"
#include "index/segment/seal.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <string.h>

#define KEY_FILE "webhook.key"
#define FAILURE_MAX 256 // bytes of its words

static const char SQL_OLD[] = // with how many it is of each
    "SELECT webhook_id, count(*) FROM webhook_delivery WHERE made_us < ?1 GROUP BY webhook_id";
static const char SQL_FORGET[] =
    "DELETE FROM webhook_delivery WHERE webhook_id = ?1 AND made_us < ?2";
static const char SQL_DROPPED[] = "UPDATE webhook SET dropped = dropped + ?2 WHERE id = ?1";
static const char SQL_NEXT[] =
    "SELECT d.id, w.id, w.url, d.body, w.secret, length(w.secret) FROM webhook w JOIN"
    " webhook_delivery d ON d.id = (SELECT min(id) FROM webhook_delivery WHERE webhook_id = w.id)"
    " WHERE w.next_us <= ?1 ORDER BY w.next_us, d.id LIMIT 1";
static const char SQL_DONE[] = "DELETE FROM webhook_delivery WHERE id = ?";
/* The next one of this receiver comes behind all that are due of the others. */
static const char SQL_TAKEN[] =
    "UPDATE webhook SET delivered = delivered + 1, tries = 0, next_us = ?2 WHERE id = ?1";
static const char SQL_FAILED[] =
    "UPDATE webhook SET tries = tries + 1, next_us = ?2 + min(?4, ?3 << min(tries, 20)),"
    " failed_us = ?2, failure = ?5 WHERE id = ?1";

void idx_delivery_free(IdxDelivery *d)
{
    if (!d)
        return;
    if (d->url)
        OPENSSL_cleanse(d->url, strlen(d->url));
    g_free(d->url);
    g_free(d->body);
    if (d->secret)
        OPENSSL_cleanse(d->secret, strlen(d->secret));
    g_free(d->secret);
    g_free(d);
}

static bool drop_old(IdxCatalogue *cat, int64_t before_us, GError **error)
{
    g_autoptr(GArray) old = g_array_new(FALSE, FALSE, sizeof(int64_t));
    {
        g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_OLD, error, "i", before_us);
        int row = 0;
        while ((row = idx_db_step(cat, q, error)) > 0) {
            const int64_t pair[] = {idx_db_int(q, 0), idx_db_int(q, 1)};
            g_array_append_vals(old, pair, 2);
        }
        if (row < 0)
            return false;
    }
    for (guint i = 0; i < old->len; i += 2) {
        int64_t id = g_array_index(old, int64_t, i), n = g_array_index(old, int64_t, i + 1);
        if (!idx_db_scope_begin(cat, error))
            return false;
        bool ok = idx_db_run(cat, SQL_FORGET, error, "ii", id, before_us) &&
                  idx_db_run(cat, SQL_DROPPED, error, "ii", id, n);
        if (!idx_db_scope_end(cat, ok, error))
            return false;
    }
    return true;
}

/* What is sent says its own id, which it got when it was queued. */
static char *with_id(int64_t id, const char *body, GError **error)
{
    g_autoptr(json_t) queued = json_loads(body, 0, NULL);
    g_autoptr(json_t) sent = json_pack("{s:I}", "id", (json_int_t)id);
    if (queued && json_object_update(sent, queued) == 0)
        return mj_json_dump(sent);
    mj_error_set(error, MJ_ERROR_CORRUPT, "webhook delivery %" PRId64 " is no JSON", id);
    return NULL;
}

static bool write_done(IdxCatalogue *cat, const IdxDelivery *d, const char *failure, int64_t now_us,
                       GError **error)
{
    if (!failure)
        return idx_db_run(cat, SQL_DONE, error, "i", d->id) &&
               idx_db_run(cat, SQL_TAKEN, error, "ii", d->webhook_id, now_us);
    g_autofree char *words = g_strndup(failure, FAILURE_MAX);
    g_autofree char *valid = g_utf8_make_valid(words, -1);
    return idx_db_run(cat, SQL_FAILED, error, "iiiit", d->webhook_id, now_us, IDX_WEBHOOK_FIRST_US,
                      IDX_WEBHOOK_PAUSE_MAX_US, valid);
}

bool idx_delivery_done(IdxCatalogue *cat, const IdxDelivery *delivery, const char *failure,
                       int64_t now_us, GError **error)
{
    return idx_db_scope_begin(cat, error) &&
           idx_db_scope_end(cat, write_done(cat, delivery, failure, now_us, error), error);
}

/* What of the URL is secret is sealed behind the secret, after a newline; old rows have it in the URL. */
static void join_url(IdxDelivery *d)
{
    char *hidden = d->secret ? strchr(d->secret, '\n') : NULL;
    if (!hidden)
        return;
    g_autofree char *shown = d->url;
    d->url = mj_url_join(shown, hidden + 1);
    OPENSSL_cleanse(hidden, strlen(hidden));
}

/* False with @error when it cannot be sent as it is stored. */
static bool read_delivery(IdxCatalogue *cat, IdxQuery *q, IdxDelivery *d, GError **error)
{
    d->id = idx_db_int(q, 0);
    d->webhook_id = idx_db_int(q, 1);
    d->url = g_strdup(idx_db_text(q, 2));
    d->body = with_id(d->id, idx_db_text(q, 3), error);
    g_autofree char *key = g_build_filename(idx_catalogue_home(cat), KEY_FILE, NULL);
    d->secret = d->body ? idx_unseal_by(key, d->url, sqlite3_column_blob(q, 4),
                                        (size_t)idx_db_int(q, 5), error)
                        : NULL;
    join_url(d);
    return d->secret != NULL;
}

/* The first that is due; *ret_unfit, if it is why that one cannot be sent. NULL without error: none is due. */
static IdxDelivery *find_due(IdxCatalogue *cat, int64_t now_us, GError **ret_unfit, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_NEXT, error, "i", now_us);
    if (idx_db_step(cat, q, error) <= 0)
        return NULL;
    IdxDelivery *d = g_new0(IdxDelivery, 1);
    read_delivery(cat, q, d, ret_unfit);
    return d;
}

/* One that cannot be sent is that receiver's failure and keeps nobody else waiting. It ends: each failure puts
 * its receiver off beyond @now_us. */
IdxDelivery *idx_delivery_next(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    if (!drop_old(cat, now_us - IDX_WEBHOOK_LONGEST_US, error))
        return NULL;
    for (;;) {
        g_autoptr(GError) unfit = NULL;
        g_autoptr(IdxDelivery) d = find_due(cat, now_us, &unfit, error);
        if (!d || !unfit)
            return g_steal_pointer(&d);
        if (!idx_delivery_done(cat, d, unfit->message, now_us, error))
            return NULL;
    }
}

char *idx_delivery_sign(const char *secret, int64_t seconds, const char *body, GError **error)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    g_autofree char *text = g_strdup_printf("%" PRId64 ".%s", seconds, body);
    if (!HMAC(idx_crypto_sha256(), secret, (int)strlen(secret), (const uint8_t *)text, strlen(text),
              digest, &size)) {
        idx_crypto_fail(error, "a webhook could not be signed");
        return NULL;
    }
    g_autoptr(GString) hex = g_string_new(NULL);
    for (unsigned i = 0; i < size; i++)
        g_string_append_printf(hex, "%02x", digest[i]);
    return g_string_free(g_steal_pointer(&hex), FALSE);
}
