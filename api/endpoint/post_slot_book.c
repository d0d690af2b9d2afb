// SPDX-License-Identifier: GPL-3.0-or-later
/* Booking, by a clerk who is signed in, or by a citizen who has the slot's link. */
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/meeting.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/meet/book.h"
#include "index/meet/slot.h"

#define FORM                                                                                       \
    "an object; topic, citizen_ref, ticket_no, approval_id and node_code where there are any"

static const char *text_of(const json_t *body, const char *name)
{
    return json_string_value(json_object_get(body, name));
}

/* @all: whose links are told; else the citizen's alone. */
static bool reply(ApiRequest *request, const char *session, const GPtrArray *tokens, bool all,
                  GError **error)
{
    api_audit_object(request, "session", session, 0);
    g_autoptr(json_t) json = idx_book_json(request->cat, session, error);
    if (json == NULL)
        return false;
    for (guint i = 0; i < (all ? tokens->len : 1); i++)
        json_object_set_new(json_array_get(json_object_get(json, "legs"), i), "token",
                            json_string(tokens->pdata[i]));
    api_reply_json(request, MHD_HTTP_CREATED, json);
    return true;
}

static bool book(ApiRequest *request, int64_t slot, bool all, GError **error)
{
    g_autofree char *session = NULL;
    g_autoptr(json_t) body = api_json_body(request, FORM, error);
    if (body == NULL)
        return false;
    IdxBookRequest ask = {.slot_id = slot,
                          .topic = text_of(body, "topic"),
                          .citizen_ref = text_of(body, "citizen_ref"),
                          .ticket_no = text_of(body, "ticket_no"),
                          .approval_id = text_of(body, "approval_id"),
                          .node_code = text_of(body, "node_code"),
                          .observer = all && json_is_true(json_object_get(body, "observer")),
                          .terminals = all ? json_object_get(body, "terminals") : NULL};
    g_autoptr(GPtrArray) tokens = idx_book(request->cat, &ask, request->now_us, &session, error);
    return tokens != NULL && reply(request, session, tokens, all, error);
}

bool api_post_slot_book(ApiRequest *request, GError **error)
{
    int64_t id = 0;
    return api_slot_id(request, &id, error) && book(request, id, true, error);
}

/* What follows is reached with the slot's own link only: api_auth_slot_link(). */

bool api_get_slot_link(ApiRequest *request, GError **error)
{
    int64_t id = 0;
    g_autoptr(IdxSlot) slot =
        api_slot_id(request, &id, error) ? idx_slot_get(request->cat, id, error) : NULL;
    if (slot == NULL)
        return false;
    g_autoptr(json_t) json =
        idx_slot_json(slot, request->now_us, idx_catalogue_timezone(request->cat));
    json_object_set_new(json, "session", json_null()); // whose it is does not concern them
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}

bool api_post_slot_link(ApiRequest *request, GError **error)
{
    int64_t id = 0;
    return api_slot_id(request, &id, error) && book(request, id, false, error);
}
