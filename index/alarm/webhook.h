// SPDX-License-Identifier: GPL-3.0-or-later
/* Webhooks: programs elsewhere that are told of alarms and marks.
 *
 * Queue. What is to be told is queued in the transaction in which it becomes true, so none is lost and none
 * is told that never was. At most IDX_WEBHOOK_QUEUE_MAX wait for one receiver, the oldest give way; nothing
 * waits longer than IDX_WEBHOOK_LONGEST_US. The owner of the lease "alarms" delivers (api/deliver.h), in
 * order, one at a time for each receiver; a failure puts off all that waits for that receiver:
 * 2 s, 4 s, 8 s … at most an hour. A receiver may get one twice, and knows it by its id.
 *
 * What is sent
 *   POST url                    Content-Type: application/json
 *   Mingjing-Delivery: ID       the same again if it is tried again
 *   Mingjing-Timestamp: SECONDS since 1970, when it was sent: a receiver refuses what is old
 *   Mingjing-Signature: sha256=HEX    HMAC-SHA256 with the secret over SECONDS "." BODY
 *   {"id": ID, "what": "alarm.raised" | "alarm.again" | "alarm.acknowledged" | "alarm.ended",
 *    "time": when it happened, "hall": CODE, "alarm": as GET /alarms has it}
 * Of an alarm that comes and goes only the 2nd, 4th, 8th … time is told (alarm.again).
 * A mark is told as the alarm that it makes (kind "alert", with alert.mark). Any 2xx is yes; a redirect is no.
 *
 * Secrets. 32 random bytes, shown once, sealed in the catalogue (segment/seal.h) with HOME/webhook.key, which the
 * home's group may read, since mingjing-api signs, and which no copy of the catalogue has with it.
 * So is what a URL has behind "key=", "access_token=" and the like (base/redact.h): lists, the audit log and the
 * page have "?key=***". Hence of two URLs that differ there alone one is told at a time. A secret in the path is
 * not known as one. */
#pragma once

#include "index/alarm/alarm.h"

#define IDX_WEBHOOKS_MAX 16
#define IDX_WEBHOOK_URL_MAX 1024
#define IDX_WEBHOOK_QUEUE_MAX 1000
#define IDX_WEBHOOK_LONGEST_US INT64_C(86400000000) // a day
#define IDX_WEBHOOK_FIRST_US INT64_C(2000000)
#define IDX_WEBHOOK_PAUSE_MAX_US INT64_C(3600000000)

typedef struct IdxWebhook {
    int64_t id;
    char *url;
    char *kinds; // of alarms, parted by ","; "" = all
    int64_t created_us, delivered, dropped, waiting, tries, next_us;
    int64_t failed_us; // 0 = never
    char *failure;     // NULL = never
} IdxWebhook;

void idx_webhook_free(IdxWebhook *webhook);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxWebhook, idx_webhook_free)

/* Whether it can be one: https, or http if @plain; no credentials in it. MJ_ERROR_INVALID. Pure. */
bool idx_webhook_check_url(const char *url, bool plain, GError **error);

/* Returns the secret (64 hex digits; a secret; caller frees). @kinds NULL = all. MJ_ERROR_INVALID;
 * MJ_ERROR_EXISTS; MJ_ERROR_CONFLICT: there are IDX_WEBHOOKS_MAX. */
char *idx_webhook_add(IdxCatalogue *cat, const char *url, const char *kinds, bool plain,
                      int64_t now_us, GError **error);

/* With what waits for it; @url as it was added or as the list has it. MJ_ERROR_NOT_FOUND. */
bool idx_webhook_remove(IdxCatalogue *cat, const char *url, GError **error);

/* By id. Element type IdxWebhook *. */
GPtrArray *idx_webhook_list(IdxCatalogue *cat, GError **error);

/* Whether there is one at all. */
bool idx_webhook_any(IdxCatalogue *cat, bool *ret, GError **error);

/* Queues it for all that want its kind, in the open transaction. */
bool idx_webhook_queue_alarm(IdxCatalogue *cat, const char *what, const IdxAlarm *alarm,
                             int64_t now_us, GError **error);

// ── for who delivers ──

typedef struct IdxDelivery {
    int64_t id, webhook_id;
    char *url; // a secret: with its key
    char *body;
    char *secret; // a secret
} IdxDelivery;

void idx_delivery_free(IdxDelivery *delivery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxDelivery, idx_delivery_free)

/* The oldest that is due; drops what waited too long. NULL without error if there is none. What cannot be sent, since
 * its secret does not open (a restored catalogue without its webhook.key), is noted as its receiver's failure and
 * passed over. */
IdxDelivery *idx_delivery_next(IdxCatalogue *cat, int64_t now_us, GError **error);

/* What became of it: @failure NULL = it was taken. */
bool idx_delivery_done(IdxCatalogue *cat, const IdxDelivery *delivery, const char *failure,
                       int64_t now_us, GError **error);

/* HMAC-SHA256 of @body at @seconds as 64 hex digits. Pure; caller frees; NULL if OpenSSL fails. */
char *idx_delivery_sign(const char *secret, int64_t seconds, const char *body, GError **error);
