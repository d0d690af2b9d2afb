// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/meet/slot.h"

#define FORM "an object with dept, place, start and end"

static bool read_time(const json_t *body, const char *name, int64_t *ret_us, GError **error)
{
    const char *text = json_string_value(json_object_get(body, name));
    return (text != NULL && mj_time_parse_rfc3339(text, ret_us, NULL)) ||
           mj_error_set(error, MJ_ERROR_INVALID, "%s is a moment (RFC 3339)", name);
}

static bool reply(ApiRequest *request, const IdxSlot *slot, const char *link)
{
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, slot->id);
    api_audit_object(request, "slot", id, 0);
    g_autoptr(json_t) json =
        idx_slot_json(slot, request->now_us, idx_catalogue_timezone(request->cat));
    if (link != NULL)
        json_object_set_new(json, "link", json_string(link));
    api_reply_json(request, link != NULL ? MHD_HTTP_CREATED : MHD_HTTP_OK, json);
    return true;
}

bool api_post_slots(ApiRequest *request, GError **error)
{
    IdxSlotRequest ask = {0};
    g_autofree char *link = NULL;
    g_autoptr(json_t) body = api_json_body(request, FORM, error);
    if (body == NULL || !read_time(body, "start", &ask.start_us, error) ||
        !read_time(body, "end", &ask.end_us, error))
        return false;
    ask.dept = json_string_value(json_object_get(body, "dept"));
    ask.official = json_string_value(json_object_get(body, "official"));
    ask.place = json_string_value(json_object_get(body, "place"));
    ask.topics = json_object_get(body, "topics");
    g_autoptr(IdxSlot) slot = idx_slot_add(request->cat, &ask, request->now_us, &link, error);
    return slot != NULL && reply(request, slot, link);
}

bool api_slot_id(const ApiRequest *request, int64_t *ret_id, GError **error)
{
    guint64 id = 0;
    if (!g_ascii_string_to_unsigned(request->values[0], 10, 1, INT64_MAX, &id, NULL))
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "there is no slot %.64s",
                            request->values[0]);
    *ret_id = (int64_t)id;
    return true;
}

bool api_post_slot_withdraw(ApiRequest *request, GError **error)
{
    int64_t id = 0;
    if (!api_slot_id(request, &id, error) ||
        !idx_slot_withdraw(request->cat, id, request->now_us, error))
        return false;
    g_autoptr(IdxSlot) slot = idx_slot_get(request->cat, id, error);
    return slot != NULL && reply(request, slot, NULL);
}
