// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/camera.h"

#include "index/audit/audit.h"
#include "index/base/error.h"
#include "index/base/redact.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/link/link.h"
#include "index/segment/gap.h"
#include "index/segment/seal.h"

#include <string.h>

static const char SQL_INSERT[] =
    "INSERT INTO camera (code, name, kind, created_us) VALUES (?, ?, ?, ?)";
static const char SQL_REVIVE[] =
    "UPDATE camera SET removed_us = NULL, name = ?2, kind = ?3 WHERE code = ?1";
/* Its old streams wait until they are given again: none is recorded that nobody asked for. */
static const char SQL_STREAMS_REST[] =
    "UPDATE stream SET record = 0, credentials = NULL, url = '' WHERE camera_id = ?";
static const char SQL_STREAM_REST[] =
    "UPDATE stream SET record = 0, credentials = NULL, url = '' WHERE id = ?";
static const char SQL_SET_NAME[] = "UPDATE camera SET name = ?2 WHERE id = ?1";
static const char SQL_SET_KIND[] = "UPDATE camera SET kind = ?2 WHERE id = ?1";
/* So that what was recorded meanwhile stays under the rules of that kind (retention/retention.h). */
static const char SQL_WAS[] =
    "INSERT INTO camera_was (camera_id, kind, from_us, until_us) SELECT id, kind,"
    " coalesce((SELECT max(until_us) FROM camera_was WHERE camera_id = ?1), 0), ?3 FROM camera"
    " WHERE id = ?1 AND kind <> ?2 ON CONFLICT (camera_id, until_us) DO NOTHING";
static const char SQL_REMOVE[] = "UPDATE camera SET removed_us = ?2 WHERE id = ?1";
static const char SQL_GET[] =
    "SELECT id, code, name, kind, created_us, removed_us FROM camera WHERE code = ?";
static const char SQL_LIST[] = "SELECT id, code, name, kind, created_us, removed_us FROM camera"
                               " WHERE ?1 OR removed_us IS NULL ORDER BY code";
static const char SQL_STREAMS[] =
    "SELECT s.id, s.camera_id, c.code, s.name, s.url, s.audio, s.record, s.credentials IS NOT NULL"
    " FROM stream s JOIN camera c ON c.id = s.camera_id WHERE s.camera_id = ? ORDER BY s.name";
/* A new one, and one that rested, are to be recorded; any other stays as it was. */
static const char SQL_STREAM_PUT[] =
    "INSERT INTO stream (camera_id, name, url, credentials, record, audio)"
    " VALUES (?1, ?2, ?3, ?4, 1, ?5) ON CONFLICT (camera_id, name)"
    " DO UPDATE SET url = ?3, credentials = ?4, audio = ?5,"
    " record = CASE WHEN url = '' THEN 1 ELSE record END";
static const char SQL_STREAM_RECORD[] = "UPDATE stream SET record = ?2 WHERE id = ?1";
static const char SQL_STREAM_AUDIO[] = "UPDATE stream SET audio = ?2 WHERE camera_id = ?1";
static const char SQL_STREAM_SECRET[] =
    "SELECT c.code || '/' || s.name, s.url, s.credentials FROM stream s"
    " JOIN camera c ON c.id = s.camera_id WHERE s.id = ?";
static const char SQL_STREAM_CAMERA[] =
    "SELECT c.code FROM stream s JOIN camera c ON c.id = s.camera_id WHERE s.id = ?";
static const char SQL_OF_URL[] =
    "SELECT c.code FROM stream s JOIN camera c ON c.id = s.camera_id WHERE s.url = ?"
    " AND c.removed_us IS NULL ORDER BY c.code LIMIT 1";
static const char SQL_GENERATION[] = "SELECT value FROM setting WHERE key = 'cameras_generation'";

void idx_stream_free(IdxStream *stream)
{
    if (!stream)
        return;
    g_free(stream->camera);
    g_free(stream->name);
    g_free(stream->url);
    g_free(stream->audio);
    g_free(stream);
}

void idx_camera_free(IdxCamera *camera)
{
    if (!camera)
        return;
    g_free(camera->code);
    g_free(camera->name);
    g_free(camera->kind);
    g_clear_pointer(&camera->streams, g_ptr_array_unref);
    g_free(camera);
}

bool idx_camera_check_code(const char *code, GError **error)
{
    size_t length = strlen(code);
    bool ok = length >= 1 && length <= 64 && g_ascii_isalnum(code[0]);
    for (size_t i = 0; ok && i < length; i++)
        ok = g_ascii_isalnum(code[i]) || strchr("._-", code[i]);
    return ok || mj_error_set(error, MJ_ERROR_INVALID,
                              "\"%.80s\" cannot be a camera's ID: use up to 64 letters, digits, "
                              "\".\", \"_\" and \"-\", beginning with a letter or digit",
                              code);
}

static bool check_one_of(const char *what, const char *value, const char *const *allowed,
                         GError **error)
{
    if (!value || g_strv_contains(allowed, value))
        return true;
    g_autofree char *list = g_strjoinv(", ", (char **)allowed);
    return mj_error_set(error, MJ_ERROR_INVALID, "%s \"%.40s\" is none of: %s", what, value, list);
}

static bool is_pipeline(const char *url)
{
    return g_str_has_prefix(url, IDX_URL_PIPELINE);
}

/* Syntax alone: whether its elements exist is found out by who runs it. */
static bool check_pipeline(const char *code, const char *url, GError **error)
{
    static const char *const SECRETS[] = {"password=", "passphrase=", "-pw=", "-pass=", NULL};
    const char *last = strrchr(url, '!');
    if (strlen(url) > IDX_URL_MAX_BYTES || !last || !strstr(last, "appsink"))
        return mj_error_set(
            error, MJ_ERROR_INVALID,
            "camera %s: a pipeline is written like pipeline:v4l2src device=/dev/video0 ! … ! "
            "h264parse ! appsink name=video, ends in an appsink and has at most %d bytes",
            code, IDX_URL_MAX_BYTES);
    g_autofree char *redacted = mj_redact(url);
    bool secret = strcmp(redacted, url) != 0;
    for (const char *const *word = SECRETS; *word; word++)
        secret |= strstr(url, *word) != NULL;
    return !secret ||
           mj_error_set(
               error, MJ_ERROR_INVALID,
               "camera %s: a pipeline is stored and shown as it is, so no password may stand in "
               "it; give cameras that have one as rtsp://",
               code);
}

/* "#tcp" or "#udp" behind the URL: how RTP travels. */
static bool check_transport(const char *code, const char *public_url, GError **error)
{
    const char *fragment = strchr(public_url, '#');
    bool tls = g_str_has_prefix(public_url, "rtsps:");
    if (!fragment || strcmp(fragment, "#tcp") == 0 || (!tls && strcmp(fragment, "#udp") == 0))
        return true;
    return mj_error_set(
        error, MJ_ERROR_INVALID,
        "camera %s: behind # may stand tcp%s, the way its packets are to come; write a # that is "
        "part of the path as %%23",
        code, tls ? " (rtsps:// has no UDP)" : " or udp");
}

static bool check_characters(const char *code, const char *url, GError **error)
{
    unsigned char least = is_pipeline(url) ? ' ' : ' ' + 1;
    for (const char *p = url; *p; p++)
        if ((unsigned char)*p < least || (unsigned char)*p > '~')
            return mj_error_set(error, MJ_ERROR_INVALID,
                                "camera %s: the URL has a blank or a character beyond ASCII in it; "
                                "percent-encode it",
                                code);
    return true;
}

/* @host: "192.0.2.7:554/path", "[2001:db8::7]:554", "camera". */
static bool is_port_right(const char *host)
{
    const char *colon = host[0] == '[' ? strstr(host, "]:") : NULL;
    size_t length = strcspn(host, "/?#");
    colon = colon ? colon + 1 : host[0] == '[' ? NULL : memchr(host, ':', length);
    char *end = NULL;
    guint64 port = colon ? g_ascii_strtoull(colon + 1, &end, 10) : 554;
    return !colon ||
           (end == host + length && g_ascii_isdigit(colon[1]) && port >= 1 && port <= 65535);
}

static bool check_leg(const char *code, const char *leg, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(leg, "/", 3);
    return (g_strv_length(parts) == 2 && idx_camera_check_code(parts[0], NULL) &&
            idx_camera_check_code(parts[1], NULL)) ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "camera %s: the address of a meeting's leg is webrtc:SESSION/LEG", code);
}

static bool check_url(const char *code, const char *url, GError **error)
{
    if (!url)
        return true;
    /* First, since a password with a blank cannot be cut out. */
    if (!check_characters(code, url, error))
        return false;
    if (is_pipeline(url))
        return check_pipeline(code, url, error);
    if (g_str_has_prefix(url, IDX_URL_LEG))
        return check_leg(code, url + strlen(IDX_URL_LEG), error);
    g_autofree char *public_url = NULL;
    g_autofree char *credentials = NULL;
    mj_url_split(url, &public_url, &credentials);
    bool known = g_str_has_prefix(url, "rtsp://") || g_str_has_prefix(url, "rtsps://");
    const char *host = known ? strstr(public_url, "://") + 3 : "";
    if (host[0] == '\0' || strchr("/:#", host[0]))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "camera %s: the URL is not an address like "
                            "rtsp://user:password@192.0.2.7:554/path",
                            code);
    if (!is_port_right(host))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "camera %s: the port in the URL is not a number from 1 to 65535", code);
    if (credentials && strcspn(credentials, "/?#") < strcspn(credentials, "\n"))
        return mj_error_set(
            error, MJ_ERROR_INVALID,
            "camera %s: write \"/\", \"?\" and \"#\" in a password as %%2F, %%3F and %%23", code);
    return check_transport(code, public_url, error);
}

bool idx_camera_check(const char *code, const char *field, const char *value, GError **error)
{
    static const char *const KINDS[] = {"window", "hall", "room", "session", NULL};
    static const char *const AUDIOS[] = {"aac", "original", "none", NULL};
    static const char *const RECORDS[] = {"main", "sub", "both", "none", NULL};
    if (!value)
        return true;
    if (strcmp(field, "name") == 0)
        return mj_text_check("a camera's name", value, error);
    if (strcmp(field, "kind") == 0)
        return check_one_of("the kind", value, KINDS, error);
    if (strcmp(field, "audio") == 0)
        return check_one_of("the sound", value, AUDIOS, error);
    if (strcmp(field, "record") == 0)
        return check_one_of("what to record", value, RECORDS, error);
    return (strcmp(field, "main") != 0 && strcmp(field, "sub") != 0) ||
           check_url(code, value, error);
}

static bool check_all(const char *code, const char *url, const char *sub_url, const char *name,
                      const char *kind, const char *audio, GError **error)
{
    return idx_camera_check_code(code, error) && idx_camera_check(code, "name", name, error) &&
           idx_camera_check(code, "kind", kind, error) &&
           idx_camera_check(code, "audio", audio, error) &&
           idx_camera_check(code, "main", url, error) &&
           idx_camera_check(code, "sub", sub_url, error);
}

/* By a recorder where this process may not read the key. */
static GBytes *seal(const char *home, const char *context, const char *secret, GError **error)
{
    g_autoptr(GError) failed = NULL;
    GBytes *sealed = idx_seal(home, context, secret, &failed);
    bool refused = !sealed && !mj_error_is(failed, MJ_ERROR_NOT_FOUND) &&
                   !mj_error_is(failed, MJ_ERROR_CORRUPT);
    if (refused)
        return idx_link_seal(home, context, secret, error);
    if (!sealed)
        g_propagate_error(error, g_steal_pointer(&failed));
    return sealed;
}

static bool store_stream(IdxCatalogue *cat, int64_t camera_id, const char *code, const char *name,
                         const char *url, const char *audio, GError **error)
{
    g_autofree char *public_url = NULL;
    g_autofree char *credentials = NULL;
    g_autofree char *context = g_strconcat(code, "/", name, NULL);
    mj_url_split(url, &public_url, &credentials);
    if (!credentials)
        return idx_db_run(cat, SQL_STREAM_PUT, error, "ittnt", camera_id, name, public_url, audio);
    g_autoptr(GBytes) sealed = seal(cat->home, context, credentials, error);
    gsize size = 0;
    const void *data = sealed ? g_bytes_get_data(sealed, &size) : NULL;
    return data && idx_db_run(cat, SQL_STREAM_PUT, error, "ittbt", camera_id, name, public_url,
                              data, (size_t)size, audio);
}

static const IdxStream *stream_named(const IdxCamera *camera, const char *name)
{
    for (guint i = 0; i < camera->streams->len; i++) {
        const IdxStream *stream = camera->streams->pdata[i];
        if (strcmp(stream->name, name) == 0)
            return stream;
    }
    return NULL;
}

/* Stores the stream. What it was not recorded for until now is said: a new stream of an old camera
 * since the camera came, one that rested since the gap that rest() opened. */
static bool put_stream(IdxCatalogue *cat, const char *code, const char *name, const char *url,
                       const char *audio, int64_t now_us, GError **error)
{
    if (!url)
        return true;
    g_autoptr(IdxCamera) before = idx_camera_get(cat, code, error);
    if (!before || !store_stream(cat, before->id, code, name, url, audio, error))
        return false;
    const IdxStream *old = stream_named(before, name);
    if (old)
        return old->url[0] || idx_gap_close(cat, old->id, now_us, error);
    return idx_gap_add(cat, idx_db_last_id(cat), before->created_us, now_us,
                       IDX_REASON_NOT_RECORDED, "the stream was not there yet", error);
}

static bool rest(IdxCatalogue *cat, const IdxCamera *camera, GError **error)
{
    for (guint i = 0; i < camera->streams->len; i++)
        if (!idx_gap_open(cat, ((const IdxStream *)camera->streams->pdata[i])->id,
                          camera->removed_us, IDX_REASON_NOT_RECORDED,
                          "the camera had been removed", error))
            return false;
    return idx_db_run(cat, SQL_STREAMS_REST, error, "i", camera->id);
}

static bool insert_or_revive(IdxCatalogue *cat, const char *code, const char *name,
                             const char *kind, int64_t now_us, GError **error)
{
    g_autoptr(GError) missing = NULL;
    g_autoptr(IdxCamera) old = idx_camera_get(cat, code, &missing);
    if (old && old->removed_us == 0)
        return mj_error_set(error, MJ_ERROR_EXISTS,
                            "camera %s is there already; change it with: mingjing camera set %s",
                            code, code);
    if (!old && !mj_error_is(missing, MJ_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&missing));
        return false;
    }
    return old ? idx_db_run(cat, SQL_WAS, error, "iti", old->id, kind, now_us) &&
                     idx_db_run(cat, SQL_REVIVE, error, "ttt", code, name, kind) &&
                     rest(cat, old, error)
               : idx_db_run(cat, SQL_INSERT, error, "ttti", code, name, kind, now_us);
}

static void add_url(json_t *detail, const char *key, const char *url)
{
    g_autofree char *shown = NULL, *credentials = NULL;
    if (!url)
        return;
    mj_url_split(url, &shown, &credentials);
    json_object_set_new(detail, key, json_string(shown));
}

/* What was told of the camera: what is NULL stayed as it was. */
static bool tell(IdxCatalogue *cat, const char *what, const char *code, json_t *words,
                 const char *url, const char *sub_url, GError **error)
{
    g_autoptr(json_t) detail = words ? words : json_object();
    add_url(detail, "url", url);
    add_url(detail, "sub", sub_url);
    return idx_audit(cat,
                     &(IdxAudit){.what = what,
                                 .object_kind = "camera",
                                 .object = code,
                                 .camera = code,
                                 .detail = detail},
                     error);
}

static json_t *settings(const char *name, const char *kind, const char *audio)
{
    return json_pack("{s:s*, s:s*, s:s*}", "name", name, "kind", kind, "audio", audio);
}

bool idx_camera_add(IdxCatalogue *cat, const char *code, const char *url, const char *sub_url,
                    const char *name, const char *kind, const char *audio, int64_t now_us,
                    GError **error)
{
    const char *sound = audio ? audio : "aac";
    if (!check_all(code, url, sub_url, name, kind, audio, error) || !idx_db_scope_begin(cat, error))
        return false;
    bool ok =
        insert_or_revive(cat, code, name ? name : code, kind ? kind : "window", now_us, error) &&
        put_stream(cat, code, "main", url, sound, now_us, error) &&
        put_stream(cat, code, "sub", sub_url, sound, now_us, error) &&
        tell(cat, "camera.add", code, settings(name, kind, audio), url, sub_url, error);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_camera_set(IdxCatalogue *cat, const char *code, const char *url, const char *sub_url,
                    const char *name, const char *kind, const char *audio, int64_t now_us,
                    GError **error)
{
    if (!check_all(code, url, sub_url, name, kind, audio, error))
        return false;
    g_autoptr(IdxCamera) old = idx_camera_get(cat, code, error);
    if (!old || !idx_db_scope_begin(cat, error))
        return false;
    const IdxStream *main_stream = old->streams->len ? old->streams->pdata[0] : NULL;
    const char *sound = audio ? audio : main_stream ? main_stream->audio : "aac";
    bool ok = (!name || idx_db_run(cat, SQL_SET_NAME, error, "it", old->id, name)) &&
              (!kind || (idx_db_run(cat, SQL_WAS, error, "iti", old->id, kind, now_us) &&
                         idx_db_run(cat, SQL_SET_KIND, error, "it", old->id, kind))) &&
              (!audio || idx_db_run(cat, SQL_STREAM_AUDIO, error, "it", old->id, audio)) &&
              put_stream(cat, code, "main", url, sound, now_us, error) &&
              put_stream(cat, code, "sub", sub_url, sound, now_us, error) &&
              tell(cat, "camera.change", code, settings(name, kind, audio), url, sub_url, error);
    return idx_db_scope_end(cat, ok, error);
}

static bool set_record(IdxCatalogue *cat, const IdxStream *stream, bool record, int64_t now_us,
                       GError **error)
{
    if (stream->record == record)
        return true;
    return idx_db_run(cat, SQL_STREAM_RECORD, error, "ii", stream->id, (int64_t)record) &&
           (record ? idx_gap_close(cat, stream->id, now_us, error)
                   : idx_gap_open(cat, stream->id, now_us, IDX_REASON_NOT_RECORDED,
                                  "the stream was set to be live only", error));
}

bool idx_camera_record(IdxCatalogue *cat, const char *code, const char *which, int64_t now_us,
                       GError **error)
{
    if (!idx_camera_check(code, "record", which, error))
        return false;
    g_autoptr(IdxCamera) camera = idx_camera_get(cat, code, error);
    if (!camera)
        return false;
    bool both = strcmp(which, "both") == 0;
    bool wants_sub = both || strcmp(which, "sub") == 0;
    const IdxStream *sub = stream_named(camera, "sub");
    if (wants_sub && (!sub || !sub->url[0]))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "camera %s has no sub stream; give its address with --sub URL", code);
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = true;
    for (guint i = 0; ok && i < camera->streams->len; i++) {
        const IdxStream *stream = camera->streams->pdata[i];
        bool wanted = stream->url[0] && (both || strcmp(which, stream->name) == 0);
        ok = set_record(cat, stream, wanted, now_us, error);
    }
    ok = ok &&
         tell(cat, "camera.record", code, json_pack("{s:s}", "streams", which), NULL, NULL, error);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_camera_drop_sub(IdxCatalogue *cat, const char *code, int64_t now_us, GError **error)
{
    g_autoptr(IdxCamera) camera = idx_camera_get(cat, code, error);
    const IdxStream *sub = camera ? stream_named(camera, "sub") : NULL;
    if (!sub || !sub->url[0])
        return camera != NULL;
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_STREAM_REST, error, "i", sub->id) &&
              idx_gap_open(cat, sub->id, now_us, IDX_REASON_NOT_RECORDED,
                           "the camera had no sub stream any more", error) &&
              tell(cat, "camera.change", code, json_pack("{s:n}", "sub"), NULL, NULL, error);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_camera_remove(IdxCatalogue *cat, const char *code, int64_t now_us, GError **error)
{
    g_autoptr(IdxCamera) camera = idx_camera_get(cat, code, error);
    if (!camera)
        return false;
    if (camera->removed_us)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "camera %s was removed already", code);
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_REMOVE, error, "ii", camera->id, now_us) &&
              tell(cat, "camera.remove", code, NULL, NULL, NULL, error);
    return idx_db_scope_end(cat, ok, error);
}

static IdxStream *read_stream(IdxQuery *q)
{
    IdxStream *stream = g_new0(IdxStream, 1);
    stream->id = idx_db_int(q, 0);
    stream->camera_id = idx_db_int(q, 1);
    stream->camera = g_strdup(idx_db_text(q, 2));
    stream->name = g_strdup(idx_db_text(q, 3));
    stream->url = g_strdup(idx_db_text(q, 4));
    stream->audio = g_strdup(idx_db_text(q, 5));
    stream->record = idx_db_int(q, 6) != 0;
    stream->has_credentials = idx_db_int(q, 7) != 0;
    return stream;
}

static bool load_streams(IdxCatalogue *cat, IdxCamera *camera, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_STREAMS, error, "i", camera->id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(camera->streams, read_stream(q));
    return row == 0;
}

static IdxCamera *read_camera(IdxQuery *q)
{
    IdxCamera *camera = g_new0(IdxCamera, 1);
    camera->id = idx_db_int(q, 0);
    camera->code = g_strdup(idx_db_text(q, 1));
    camera->name = g_strdup(idx_db_text(q, 2));
    camera->kind = g_strdup(idx_db_text(q, 3));
    camera->created_us = idx_db_int(q, 4);
    camera->removed_us = idx_db_int(q, 5);
    camera->streams = g_ptr_array_new_with_free_func((GDestroyNotify)idx_stream_free);
    return camera;
}

IdxCamera *idx_camera_get(IdxCatalogue *cat, const char *code, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GET, error, "t", code);
    int row = idx_db_step(cat, q, error);
    if (row < 0)
        return NULL;
    if (row == 0) {
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no camera %.80s", code);
        return NULL;
    }
    g_autoptr(IdxCamera) camera = read_camera(q);
    return load_streams(cat, camera, error) ? g_steal_pointer(&camera) : NULL;
}

GPtrArray *idx_camera_list(IdxCatalogue *cat, bool with_removed, GError **error)
{
    g_autoptr(GPtrArray) cameras = g_ptr_array_new_with_free_func((GDestroyNotify)idx_camera_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIST, error, "i", (int64_t)with_removed);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(cameras, read_camera(q));
    for (guint i = 0; row == 0 && i < cameras->len; i++)
        if (!load_streams(cat, cameras->pdata[i], error))
            return NULL;
    return row == 0 ? g_steal_pointer(&cameras) : NULL;
}

bool idx_camera_generation(IdxCatalogue *cat, int64_t *ret_generation, GError **error)
{
    return idx_db_get_int(cat, ret_generation, SQL_GENERATION, error, "");
}

char *idx_stream_camera(IdxCatalogue *cat, int64_t stream_id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_STREAM_CAMERA, error, "i", stream_id);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no stream %" G_GINT64_FORMAT, stream_id);
    return row > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
}

char *idx_stream_url(IdxCatalogue *cat, int64_t stream_id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_STREAM_SECRET, error, "i", stream_id);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no stream %" G_GINT64_FORMAT, stream_id);
    if (row <= 0)
        return NULL;
    if (idx_db_is_null(q, 2))
        return g_strdup(idx_db_text(q, 1));
    g_autofree char *credentials =
        idx_unseal(cat->home, idx_db_text(q, 0), sqlite3_column_blob(q, 2),
                   (size_t)sqlite3_column_bytes(q, 2), error);
    return credentials ? mj_url_join(idx_db_text(q, 1), credentials) : NULL;
}

bool idx_camera_of_url(IdxCatalogue *cat, const char *url, char **ret_code, GError **error)
{
    g_autofree char *shown = NULL, *credentials = NULL;
    mj_url_split(url, &shown, &credentials);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_OF_URL, error, "t", shown);
    int row = idx_db_step(cat, q, error);
    if (row >= 0)
        *ret_code = row > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
    return row >= 0;
}
