// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/error.h"
#include "index/base/redact.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/declare/declare_own.h"

#include <string.h>

#define PASSWORD_MAX 1024 // bytes

/* What is to be done to one camera. Strings that hold a password are wiped. */
typedef struct Plan {
    const DeclCamera *wanted;
    const IdxCamera *present;        // NULL: to be added
    char *main, *sub;                // to be stored, with their passwords; NULL = as they are
    const char *record;              // static or the declaration's, likewise below
    const char *name, *kind, *audio; // NULL = as they are
    bool drop_sub;
} Plan;

static void wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

static void plan_clear(Plan *plan)
{
    wipe(plan->main);
    wipe(plan->sub);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Plan, plan_clear)

/* --- passwords --------------------------------------------------------------------------------- */

static char *read_password_file(const DeclRun *run, const DeclCamera *c, GError **error)
{
    g_autofree char *path = g_path_is_absolute(c->password_file)
                                ? g_strdup(c->password_file)
                                : g_build_filename(run->how->folder, c->password_file, NULL);
    g_autoptr(GError) failed = NULL;
    char *text = NULL;
    gsize size = 0;
    if (!g_file_get_contents(path, &text, &size, &failed)) {
        mj_error_set(error, MJ_ERROR_INVALID, "camera %s: password_file: %s", c->code,
                     failed->message);
        return NULL;
    }
    text[strcspn(text, "\r\n")] = '\0';
    if (text[0] && strlen(text) <= PASSWORD_MAX)
        return text;
    mj_error_set(error, MJ_ERROR_INVALID, "camera %s: password_file %s: the first line is %s",
                 c->code, path, text[0] ? "too long" : "empty");
    wipe(text);
    return NULL;
}

static char *read_password(const DeclRun *run, const DeclCamera *c, GError **error)
{
    const char *value = c->password_env ? g_getenv(c->password_env) : c->password;
    if (c->password_file)
        return read_password_file(run, c, error);
    if (!value || !value[0])
        mj_error_set(error, MJ_ERROR_INVALID,
                     "camera %s: password_env: the environment has no %.64s", c->code,
                     c->password_env ? c->password_env : "password");
    return value && value[0] ? g_strdup(value) : NULL;
}

/* "user:password" as in a URL. NULL without error if the file gives none. */
static char *read_userinfo(const DeclRun *run, const DeclCamera *c, GError **error)
{
    char *password = c->user ? read_password(run, c, error) : NULL;
    if (!password)
        return NULL;
    g_autofree char *user = g_uri_escape_string(c->user, NULL, FALSE);
    char *escaped = g_uri_escape_string(password, NULL, FALSE);
    char *info = g_strconcat(user, ":", escaped, NULL);
    wipe(escaped);
    wipe(password);
    return info;
}

/* --- one stream --------------------------------------------------------------------------------- */

static bool same_host(const char *a, const char *b)
{
    const char *end_a = strstr(a, "://"), *end_b = strstr(b, "://");
    if (!end_a || !end_b)
        return false;
    size_t size_a = (size_t)(end_a - a) + 3 + strcspn(end_a + 3, "/?#");
    size_t size_b = (size_t)(end_b - b) + 3 + strcspn(end_b + 3, "/?#");
    return size_a == size_b && strncmp(a, b, size_a) == 0;
}

static const IdxStream *stream_of(const IdxCamera *camera, const char *name)
{
    for (guint i = 0; camera && i < camera->streams->len; i++) {
        const IdxStream *stream = camera->streams->pdata[i];
        if (strcmp(stream->name, name) == 0 && stream->url[0])
            return stream;
    }
    return NULL;
}

/* As stored; NULL if there are none, or if they cannot be read any more (another key). */
static char *stored_credentials(DeclRun *run, const IdxStream *stream)
{
    char *full = stream->has_credentials ? idx_stream_url(run->cat, stream->id, NULL) : NULL;
    char *credentials = NULL;
    g_autofree char *shown = NULL;
    if (full)
        mj_url_split(full, &shown, &credentials);
    wipe(full);
    return credentials;
}

/* Compares address and password of a stream that is there. What is to be stored, or NULL. */
static char *compare_stream(DeclRun *run, IdxChange *change, const IdxStream *old, const char *full)
{
    g_autofree char *shown = NULL;
    g_autofree char *label = g_strconcat(old->name, " password", NULL);
    char *credentials = NULL, *before = stored_credentials(run, old);
    mj_url_split(full, &shown, &credentials);
    bool moved = decl_differs(change, old->name, old->url, shown), other = false;
    if (!credentials && same_host(old->url, shown)) {
        credentials = g_strdup(before); // not said: stays
    } else if (g_strcmp0(credentials, before) != 0 || (!before && old->has_credentials)) {
        other = true;
        decl_field(change, label, old->has_credentials ? "(is set)" : NULL,
                   credentials ? "(another)" : NULL);
    }
    char *stored = moved || other ? mj_url_join(shown, credentials) : NULL;
    wipe(credentials);
    wipe(before);
    return stored;
}

static void show_new_stream(IdxChange *change, const char *name, const char *full)
{
    g_autofree char *shown = NULL;
    g_autofree char *label = g_strconcat(name, " password", NULL);
    char *credentials = NULL;
    mj_url_split(full, &shown, &credentials);
    decl_field(change, name, NULL, shown);
    if (credentials)
        decl_field(change, label, NULL, "(is set)");
    wipe(credentials);
}

/* What the stream @name is to be stored as; NULL if that need not be. */
static char *plan_stream(DeclRun *run, const Plan *plan, IdxChange *change, const char *name,
                         const char *url, const char *userinfo)
{
    const IdxStream *old = stream_of(plan->present, name);
    char *full = NULL, *own = NULL;
    g_autofree char *shown = NULL;
    mj_url_split(url, &shown, &own);
    if (own && userinfo)
        decl_wrong(&run->errors, plan->wanted->line,
                   "camera %s: a password stands in the address and apart from it",
                   plan->wanted->code);
    full = own || !userinfo ? g_strdup(url) : mj_url_join(url, userinfo);
    wipe(own);
    if (old) {
        char *stored = compare_stream(run, change, old, full);
        wipe(full);
        return stored;
    }
    show_new_stream(change, name, full);
    return full;
}

/* --- one camera ---------------------------------------------------------------------------------- */

const char *decl_recorded(const IdxCamera *camera)
{
    const IdxStream *main_stream = stream_of(camera, "main"), *sub = stream_of(camera, "sub");
    bool records_main = main_stream && main_stream->record, records_sub = sub && sub->record;
    return records_main ? records_sub ? "both" : "main" : records_sub ? "sub" : "none";
}

static void plan_streams(DeclRun *run, Plan *plan, IdxChange *change, const char *userinfo)
{
    const DeclCamera *c = plan->wanted;
    const IdxStream *sub = stream_of(plan->present, "sub");
    if (c->main)
        plan->main = plan_stream(run, plan, change, "main", c->main, userinfo);
    else if (!plan->present || stream_of(plan->present, "main"))
        decl_wrong(&run->errors, c->line, "camera %s: main: its address is missing", c->code);
    if (c->sub)
        plan->sub = plan_stream(run, plan, change, "sub", c->sub, userinfo);
    plan->drop_sub = !c->sub && sub;
    if (plan->drop_sub)
        decl_field(change, "sub", sub->url, NULL);
    plan->record = c->record ? c->record : c->sub && c->main ? "both" : c->main ? "main" : "none";
}

/* @to if it differs from @from, else NULL. */
static const char *compare(IdxChange *change, const char *name, const char *from, const char *to)
{
    return decl_differs(change, name, from, to) ? to : NULL;
}

static void plan_rest(Plan *plan, IdxChange *change)
{
    const DeclCamera *c = plan->wanted;
    const IdxCamera *old = plan->present;
    const IdxStream *stream = old && old->streams->len ? old->streams->pdata[0] : NULL;
    plan->name = compare(change, "name", old ? old->name : NULL, c->name ? c->name : c->code);
    plan->kind = compare(change, "kind", old ? old->kind : NULL, c->kind ? c->kind : "window");
    decl_differs(change, "record", old ? decl_recorded(old) : NULL, plan->record);
    plan->audio =
        compare(change, "audio", stream ? stream->audio : NULL, c->audio ? c->audio : "aac");
}

static bool store_record(DeclRun *run, const Plan *plan, GError **error)
{
    g_autoptr(IdxCamera) now = idx_camera_get(run->cat, plan->wanted->code, error);
    return now && (strcmp(decl_recorded(now), plan->record) == 0 ||
                   idx_camera_record(run->cat, now->code, plan->record, run->how->now_us, error));
}

static bool carry_out(DeclRun *run, const Plan *plan, GError **error)
{
    const DeclCamera *c = plan->wanted;
    int64_t now_us = run->how->now_us;
    bool sets = plan->main || plan->sub || plan->name || plan->kind || plan->audio;
    if (!idx_db_scope_begin(run->cat, error))
        return false;
    bool ok = !plan->present ? idx_camera_add(run->cat, c->code, plan->main, plan->sub, plan->name,
                                              plan->kind, plan->audio, now_us, error)
              : sets         ? idx_camera_set(run->cat, c->code, plan->main, plan->sub, plan->name,
                                              plan->kind, plan->audio, now_us, error)
                             : true;
    ok = ok && (!plan->drop_sub || idx_camera_drop_sub(run->cat, c->code, now_us, error)) &&
         store_record(run, plan, error);
    return idx_db_scope_end(run->cat, ok, error);
}

/* The camera that is in use; NULL without error if there is none. */
static bool find_present(DeclRun *run, const char *code, IdxCamera **ret, GError **error)
{
    GError *failed = NULL;
    *ret = idx_camera_get(run->cat, code, &failed);
    if (*ret && (*ret)->removed_us)
        g_clear_pointer(ret, idx_camera_free);
    if (!failed || mj_error_is(failed, MJ_ERROR_NOT_FOUND)) {
        g_clear_error(&failed);
        return true;
    }
    g_propagate_error(error, failed);
    return false;
}

static bool apply_camera(DeclRun *run, const DeclCamera *c, GError **error)
{
    g_autoptr(IdxCamera) present = NULL;
    g_autoptr(GError) no_password = NULL;
    g_hash_table_add(run->wrong_cameras, c->code); // until it is seen to be right
    if (c->wrong)
        return true;
    if (!find_present(run, c->code, &present, error))
        return false;
    g_auto(Plan) plan = {.wanted = c, .present = present};
    guint wrong = run->errors.count;
    IdxChange *change =
        decl_change(run, present ? IDX_CHANGE_SET : IDX_CHANGE_ADD, "camera", c->code, c->line);
    char *userinfo = read_userinfo(run, c, &no_password);
    if (no_password) { // all else of it can be tried
        decl_wrong(&run->errors, c->line, "%s", no_password->message);
        wrong++;
    }
    plan_streams(run, &plan, change, userinfo);
    wipe(userinfo);
    plan_rest(&plan, change);
    if (run->errors.count > wrong)
        return true;
    GError *failed = NULL;
    bool ok = !decl_keep(run, change) || carry_out(run, &plan, &failed);
    if (ok)
        g_hash_table_remove(run->wrong_cameras, c->code);
    return decl_outcome(run, ok, failed, c->line, error);
}

bool decl_apply_cameras(DeclRun *run, const GPtrArray *cameras, GError **error)
{
    for (guint i = 0; i < cameras->len; i++)
        if (!apply_camera(run, cameras->pdata[i], error))
            return false;
    return true;
}

static bool is_wanted(const GPtrArray *cameras, const char *code)
{
    for (guint i = 0; i < cameras->len; i++)
        if (strcmp(((const DeclCamera *)cameras->pdata[i])->code, code) == 0)
            return true;
    return false;
}

bool decl_retire_cameras(DeclRun *run, const GPtrArray *cameras, GError **error)
{
    g_autoptr(GPtrArray) present = idx_camera_list(run->cat, false, error);
    for (guint i = 0; present && i < present->len; i++) {
        const IdxCamera *camera = present->pdata[i];
        if (is_wanted(cameras, camera->code))
            continue;
        decl_change(run, run->how->prune ? IDX_CHANGE_REMOVE : IDX_CHANGE_KEPT, "camera",
                    camera->code, 0);
        if (run->how->prune && !idx_camera_remove(run->cat, camera->code, run->how->now_us, error))
            return false;
    }
    return present != NULL;
}
