// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/audit_entry.h"
#include "api/reply.h"
#include "index/account/reason.h"
#include "index/audit/audit.h"
#include "index/find/dossier.h"

#include <string.h>

static ApiNote *note_of(ApiRequest *request)
{
    if (request->note == NULL)
        request->note = g_new0(ApiNote, 1);
    return request->note;
}

void api_audit_object(ApiRequest *request, const char *kind, const char *object, int day)
{
    ApiNote *note = note_of(request);
    g_free(note->kind);
    g_free(note->object);
    note->kind = g_strdup(kind);
    note->object = g_strdup(object);
    note->day = day;
}

void api_audit_place(ApiRequest *request, const char *code, const char *hall)
{
    api_audit_object(request, "place", code, 0);
    if (hall != NULL && strlen(hall) <= 64)
        api_audit_detail(request, json_pack("{s:s}", "hall", hall));
}

void api_audit_span(ApiRequest *request, const char *camera, int64_t from_us, int64_t to_us)
{
    ApiNote *note = note_of(request);
    g_free(note->camera);
    note->camera = g_strdup(camera);
    note->from_us = from_us;
    note->to_us = to_us;
}

void api_audit_query(ApiRequest *request, const char *query)
{
    ApiNote *note = note_of(request);
    g_free(note->query);
    note->query = g_strdup(query);
}

void api_audit_counts(ApiRequest *request, int64_t accepted, int64_t duplicates, int64_t refused)
{
    ApiNote *note = note_of(request);
    note->counted = true;
    note->accepted = accepted;
    note->duplicates = duplicates;
    note->refused = refused;
}

void api_audit_detail(ApiRequest *request, json_t *detail)
{
    ApiNote *note = note_of(request);
    json_decref(note->detail);
    note->detail = detail;
}

static const char *role_of(const ApiIdentity *identity)
{
    switch (identity->kind) {
    case API_USER:
        return identity->role;
    case API_TOKEN:
        return IDX_AUDIT_TOKEN;
    case API_NOBODY:
        break;
    }
    return IDX_AUDIT_NOBODY;
}

/* "%E5%A4%8D…": headers are no place for other letters. NULL if it is none or broken. */
static char *decode(const char *header)
{
    return header != NULL ? g_uri_unescape_string(header, NULL) : NULL;
}

static void fill_actor(const ApiRequest *request, ApiNote *note)
{
    const ApiIdentity *identity = &request->identity;
    note->who = g_strdup(identity->kind == API_NOBODY ? IDX_AUDIT_NOBODY : identity->name);
    note->role = g_strdup(role_of(identity));
    note->address = g_strdup(request->address);
    const IdxReason *given = request->reason;
    note->reason = given != NULL ? g_strdup(given->reason) : decode(request->headers.reason);
    note->case_no = given != NULL ? g_strdup(given->case_no) : decode(request->headers.case_no);
}

void api_audit_begin(ApiRequest *request)
{
    ApiNote note = {0};
    fill_actor(request, &note);
    idx_audit_actor(request->cat, &(IdxActor){.who = note.who,
                                              .role = note.role,
                                              .address = note.address,
                                              .reason = note.reason,
                                              .case_no = note.case_no});
    api_note_clear(&note);
}

static IdxAuditResult result_of(int status)
{
    if (status < MHD_HTTP_BAD_REQUEST)
        return IDX_AUDIT_OK;
    return status == MHD_HTTP_UNAUTHORIZED || status == MHD_HTTP_FORBIDDEN ||
                   status == MHD_HTTP_TOO_MANY_REQUESTS
               ? IDX_AUDIT_DENIED
               : IDX_AUDIT_FAILED;
}

/* Something that was done, a sign-in for example; of events of a source it is told how many. */
static bool is_deed(const ApiRequest *request, const ApiNote *note)
{
    return note->result == IDX_AUDIT_OK && !note->counted && request->method != NULL &&
           strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0;
}

/* Whether there is something to tell. An address that leaves no row leaves one when somebody who is
 * known may not go there. */
static bool fill_note(ApiRequest *request, ApiNote *note)
{
    const char *what = request->route->audit.what;
    IdxAuditResult result = result_of(request->status);
    bool trespass = result == IDX_AUDIT_DENIED && request->identity.kind != API_NOBODY;
    if (what == NULL && !trespass)
        return false;
    fill_actor(request, note);
    note->what = what != NULL ? what : "access";
    note->result = result;
    note->alone = is_deed(request, note);
    g_free(note->words);
    note->words = g_strdup(request->problem);
    if (what == NULL) {
        note->kind = g_strdup("address");
        note->object = g_strdup(request->route->pattern);
    }
    return true;
}

void api_audit_end(ApiRequest *request, int64_t written)
{
    g_autoptr(GError) error = NULL;
    if (request->cat != NULL && idx_audit_written(request->cat) > written)
        return; // it was told with the change
    ApiNote *note = note_of(request);
    if (!fill_note(request, note) || api_audit_put(request->context->audit, note, true, &error))
        return;
    mj_log_warning(&request->log, "%s %s is not answered: %s", request->method,
                   request->route->pattern, error->message);
    api_reply_discard(request);
    api_reply_untold(request);
}

bool api_audit_again(ApiRequest *request, int status)
{
    request->status = status;
    bool told = fill_note(request, note_of(request)) &&
                api_audit_count(request->context->audit, request->note);
    request->status = 0;
    return told;
}

void api_audit_refused(ApiRequest *request)
{
    ApiNote *note = note_of(request);
    if (request->route != NULL && fill_note(request, note))
        api_audit_put(request->context->audit, note, false, NULL);
}
