// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/meeting.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/meet/note.h"

#define FORM "an object with kind (muted, unmuted, picture_off, picture_on or marked)"
#define WORDS_MAX 500

static bool check_mark(const json_t *body, json_t *detail, GError **error)
{
    static const char *const MARKS[] = {"question", "complaint", "cut", NULL};
    const char *mark = json_string_value(json_object_get(body, "mark"));
    const json_t *text = json_object_get(body, "text");
    if (mark == NULL || !g_strv_contains(MARKS, mark))
        return mj_error_set(error, MJ_ERROR_INVALID, "mark: question, complaint or cut");
    json_object_set_new(detail, "mark", json_string(mark));
    const char *words = text != NULL ? api_json_text(body, "text", WORDS_MAX, error) : NULL;
    if (words != NULL)
        json_object_set_new(detail, "text", json_string(words));
    return text == NULL || words != NULL;
}

/* What a party says of itself: one of these. NULL if @kind is none. */
static const char *find_own(const char *kind)
{
    static const char *const OWN[] = {"muted", "unmuted", "picture_off", "picture_on"};
    for (size_t i = 0; i < G_N_ELEMENTS(OWN); i++)
        if (g_strcmp0(kind, OWN[i]) == 0)
            return OWN[i];
    return NULL;
}

/* What a party says of itself, and what the official or the clerk marks. */
bool api_post_notes(ApiRequest *request, GError **error)
{
    const char *leg = api_meeting_own(request, error);
    g_autoptr(json_t) body = leg != NULL ? api_json_body(request, FORM, error) : NULL;
    g_autoptr(json_t) detail = json_object();
    if (body == NULL)
        return false;
    const char *kind = json_string_value(json_object_get(body, "kind"));
    bool marks = g_strcmp0(kind, "marked") == 0;
    const char *own = find_own(kind);
    if (!marks && own == NULL)
        return mj_error_set(error, MJ_ERROR_INVALID, "the body should be " FORM);
    if (marks && (api_meeting_staff(request, error) == NULL || !check_mark(body, detail, error)))
        return false;
    IdxMeetNote note = {.session = request->values[0],
                        .leg = leg,
                        .kind = marks ? "marked" : own,
                        .detail = detail,
                        .at_us = request->now_us};
    if (!idx_meet_note(request->cat, &note, error))
        return false;
    api_reply_empty(request, MHD_HTTP_NO_CONTENT);
    return true;
}
