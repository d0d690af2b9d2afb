// SPDX-License-Identifier: GPL-3.0-or-later
/* Cameras and their streams: what should be recorded.
 *
 * A camera's code is a folder name and part of URLs: [A-Za-z0-9][A-Za-z0-9._-]{0,63}. Credentials
 * in a URL are cut off and stored sealed (keys/camera.key, ChaCha20-Poly1305); only
 * idx_stream_url() gives them back, and only capture calls it.
 *
 * URLs
 *   rtsp://user:password@host:port/path   RTP over the same TCP connection, or over UDP if the
 * camera
 *                                         refuses that
 *   rtsp://…#udp   rtsp://…#tcp           the one way alone; what stands behind # is not sent
 *   rtsps://…                             over TLS (capture/source.h says what of it is checked)
 *   pipeline:DESCRIPTION                  a GStreamer pipeline that ends in an appsink, see
 *                                         capture/source.h. Blanks are allowed; passwords are not,
 *                                         since it is stored and shown as it is. Here only its form
 *                                         is checked. No shell ever sees it.
 *   webrtc:SESSION/LEG                    the party of a meeting (meet/meet.h), which makes such
 *                                         cameras itself */
#pragma once

#include "index/catalogue.h"

#define IDX_URL_PIPELINE "pipeline:"
#define IDX_URL_LEG "webrtc:"
#define IDX_URL_MAX_BYTES 4096 // of a pipeline

typedef struct IdxStream {
    int64_t id;
    int64_t camera_id;
    char *camera; // the camera's code
    char *name;   // "main", "sub"
    char *
        url; // without credentials: may be shown; "" = not given again when its camera came back, or
             // not known since the catalogue was made anew (rebuild/rebuild.h)
    char *audio; // "aac", "original", "none": what becomes of sound no browser plays in MP4
    bool record; // false = live only
    bool has_credentials;
} IdxStream;

typedef struct IdxCamera {
    int64_t id;
    char *code;
    char *name;
    char *kind; // "window", "hall", "room", "session"
    int64_t created_us;
    int64_t removed_us; // 0 while in use
    GPtrArray *streams; // IdxStream *, main first
} IdxCamera;

void idx_stream_free(IdxStream *stream);
void idx_camera_free(IdxCamera *camera);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxStream, idx_stream_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxCamera, idx_camera_free)

/* MJ_ERROR_INVALID if @code cannot be a camera's. */
bool idx_camera_check_code(const char *code, GError **error);
/* MJ_ERROR_INVALID if camera @code's "name", "kind", "main", "sub", "audio" or "record" cannot be @value (NULL: may be), as
 * the calls below say it. Any other @field is not looked at. Pure. */
bool idx_camera_check(const char *code, const char *field, const char *value, GError **error);

/* Adds a camera, or gives one that was removed back its place; the time between is a gap
 * "not-recorded". @url is of the main stream, @sub_url (may be NULL) of the sub stream. @name NULL
 * = the code; @kind NULL = "window"; @audio NULL = "aac". MJ_ERROR_EXISTS if it is in use;
 * MJ_ERROR_INVALID for a bad code, kind or URL. */
bool idx_camera_add(IdxCatalogue *cat, const char *code, const char *url, const char *sub_url,
                    const char *name, const char *kind, const char *audio, int64_t now_us,
                    GError **error);

/* Changes what is not NULL. @url replaces the credentials too. A stream that is new is recorded,
 * one that was live only stays so. MJ_ERROR_NOT_FOUND. */
bool idx_camera_set(IdxCatalogue *cat, const char *code, const char *url, const char *sub_url,
                    const char *name, const char *kind, const char *audio, int64_t now_us,
                    GError **error);

/* Which of its streams are recorded: @which "main", "sub", "both" or "none"; the others are live
 * only, and until they are recorded again a gap "not-recorded" says so. MJ_ERROR_INVALID if there
 * is no such stream. */
bool idx_camera_record(IdxCatalogue *cat, const char *code, const char *which, int64_t now_us,
                       GError **error);

/* It has no sub stream any more: nothing of it is recorded or live; its footage stays. Nothing if it has
 * none. */
bool idx_camera_drop_sub(IdxCatalogue *cat, const char *code, int64_t now_us, GError **error);

/* Stops its recording; footage and history stay. */
bool idx_camera_remove(IdxCatalogue *cat, const char *code, int64_t now_us, GError **error);

/* One, removed ones too. MJ_ERROR_NOT_FOUND. */
IdxCamera *idx_camera_get(IdxCatalogue *cat, const char *code, GError **error);

/* All, by code; @with_removed adds those no longer in use. Element type IdxCamera *. */
GPtrArray *idx_camera_list(IdxCatalogue *cat, bool with_removed, GError **error);

/* Which camera in use has a stream of this address, whatever its password; *ret_code NULL: none. Caller frees. */
bool idx_camera_of_url(IdxCatalogue *cat, const char *url, char **ret_code, GError **error);

/* A number that changes whenever a camera or stream is added, changed or removed: cheap to poll. */
bool idx_camera_generation(IdxCatalogue *cat, int64_t *ret_generation, GError **error);

/* The code of the camera whose stream it is. Caller frees. MJ_ERROR_NOT_FOUND. */
char *idx_stream_camera(IdxCatalogue *cat, int64_t stream_id, GError **error);

/* The stream's URL with its credentials: a secret, for the source alone. Caller frees. */
char *idx_stream_url(IdxCatalogue *cat, int64_t stream_id, GError **error);
