// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/hall/server.h"

#include "index/base/error.h"
#include "test/hall/mount.h"

#include <string.h>

#define ROLE "viewer"
#define REALM "hall"

struct HallServer {
    GstRTSPServer *rtsp;
    GPtrArray *mounts; // HallMount
    guint source;      // of the server on the main context
    guint sweep;       // timer that ends sessions whose client is gone
    int port;
    bool protect_all, tls;
};

static HallMount *find(HallServer *server, const char *id, GError **error)
{
    for (guint i = 0; i < server->mounts->len; i++) {
        HallMount *mount = g_ptr_array_index(server->mounts, i);
        if (strcmp(mount->camera->id, id) == 0)
            return mount;
    }
    mj_error_set(error, MJ_ERROR_NOT_FOUND, "no camera %s", id);
    return NULL;
}

static bool guarded(const HallServer *server, const HallMount *mount)
{
    return mount->camera->guarded || server->protect_all;
}

static char *path_of(const HallMount *mount)
{
    return g_strconcat("/", mount->camera->id, NULL);
}

static void put_up(HallServer *server, HallMount *mount)
{
    g_autoptr(GstRTSPMountPoints) points = gst_rtsp_server_get_mount_points(server->rtsp);
    g_autofree char *path = path_of(mount);
    gst_rtsp_mount_points_add_factory(points, path, g_object_ref(mount->factory));
    mount->stopped = false;
}

/* With credentials there is an "anonymous" role, which may look at everything but guarded mounts;
 * refusing it the construction, not the access, makes the answer 401 and not 404. */
static void set_roles(HallServer *server, HallMount *mount)
{
    gst_rtsp_media_factory_add_role(mount->factory, ROLE, GST_RTSP_PERM_MEDIA_FACTORY_ACCESS,
                                    G_TYPE_BOOLEAN, TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT,
                                    G_TYPE_BOOLEAN, TRUE, NULL);
    gst_rtsp_media_factory_add_role(mount->factory, "anonymous", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS,
                                    G_TYPE_BOOLEAN, TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT,
                                    G_TYPE_BOOLEAN, !guarded(server, mount), NULL);
}

static void set_credentials(HallServer *server, const HallOptions *options)
{
    g_autoptr(GstRTSPAuth) auth = gst_rtsp_auth_new();
    GstRTSPToken *viewer =
        gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, ROLE, NULL);
    GstRTSPToken *anonymous =
        gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "anonymous", NULL);
    gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
    gst_rtsp_auth_set_realm(auth, REALM);
    gst_rtsp_auth_add_digest(auth, options->user, options->password, viewer);
    gst_rtsp_auth_set_default_token(auth, anonymous);
    gst_rtsp_server_set_auth(server->rtsp, auth);
    gst_rtsp_token_unref(viewer);
    gst_rtsp_token_unref(anonymous);
}

static bool set_tls(HallServer *server, const char *file, GError **error)
{
    g_autoptr(GTlsCertificate) certificate = g_tls_certificate_new_from_file(file, error);
    g_autoptr(GstRTSPAuth) auth = gst_rtsp_server_get_auth(server->rtsp);
    if (certificate && !auth)
        return mj_error_set(error, MJ_ERROR_USAGE, "--tls wants --credentials");
    if (certificate)
        gst_rtsp_auth_set_tls_certificate(auth, certificate);
    server->tls = certificate != NULL;
    return server->tls;
}

static GstRTSPFilterResult end_session(GstRTSPClient *client, GstRTSPSession *session,
                                       gpointer data)
{
    g_autoptr(GstRTSPSessionPool) pool = data ? g_object_ref(data) : NULL;
    if (pool)
        gst_rtsp_session_pool_remove(pool, session);
    return GST_RTSP_FILTER_REMOVE;
}

/* A client that went without TEARDOWN: its session would live until it times out, and with it the
 * camera's pipeline. */
static void on_closed(GstRTSPClient *client, gpointer data)
{
    g_autoptr(GstRTSPSessionPool) pool = gst_rtsp_client_get_session_pool(client);
    GList *gone = gst_rtsp_client_session_filter(client, end_session, pool);
    g_list_free_full(gone, g_object_unref);
}

static GstRTSPStatusCode on_request(GstRTSPClient *client, GstRTSPContext *context, gpointer data)
{
    if (context->uri)
        g_object_set_data_full(G_OBJECT(client), "hall-path", g_strdup(context->uri->abspath),
                               g_free);
    return GST_RTSP_STS_OK;
}

static void on_play(GstRTSPClient *client, GstRTSPContext *context, gpointer data)
{
    if (context->media)
        hall_mount_report_now(context->media);
}

static void on_connected(GstRTSPServer *rtsp, GstRTSPClient *client, gpointer data)
{
    g_signal_connect(client, "closed", G_CALLBACK(on_closed), NULL);
    g_signal_connect(client, "pre-describe-request", G_CALLBACK(on_request), NULL);
    g_signal_connect(client, "pre-setup-request", G_CALLBACK(on_request), NULL);
    g_signal_connect(client, "play-request", G_CALLBACK(on_play), NULL);
}

static gboolean on_sweep(gpointer data)
{
    HallServer *server = data;
    g_autoptr(GstRTSPSessionPool) pool = gst_rtsp_server_get_session_pool(server->rtsp);
    gst_rtsp_session_pool_cleanup(pool);
    return G_SOURCE_CONTINUE;
}

static bool wanted(const HallOptions *options, const HallCamera *camera)
{
    if (camera->guarded && !options->user)
        return false;
    return camera->extra || !options->cameras ||
           g_strv_contains((const char *const *)options->cameras, camera->id);
}

static bool add_mounts(HallServer *server, const HallOptions *options, GError **error)
{
    size_t count;
    const HallCamera *cameras = hall_cameras(&count);
    guint files = options->footage ? g_strv_length(options->footage) : 0, next = 0;
    for (size_t i = 0; i < count; i++) {
        if (!wanted(options, &cameras[i]))
            continue;
        bool plays = files && !cameras[i].extra;
        const char *file = plays ? options->footage[next++ % files] : NULL;
        HallMount *mount = hall_mount_new(&cameras[i], file, options->dump_dir, error);
        if (!mount)
            return false;
        g_ptr_array_add(server->mounts, mount);
        if (options->user)
            set_roles(server, mount);
        put_up(server, mount);
    }
    return true;
}

static bool check_cameras(char **cameras, GError **error)
{
    for (char **id = cameras; id && *id; id++)
        if (!hall_camera_by_id(*id))
            return mj_error_set(error, MJ_ERROR_USAGE, "no camera %s", *id);
    return true;
}

HallServer *hall_server_new(const HallOptions *options, GError **error)
{
    if (!check_cameras(options->cameras, error))
        return NULL;
    g_autoptr(HallServer) server = g_new0(HallServer, 1);
    server->rtsp = gst_rtsp_server_new();
    server->mounts = g_ptr_array_new_with_free_func((GDestroyNotify)hall_mount_free);
    server->protect_all = options->protect_all;
    if (!add_mounts(server, options, error))
        return NULL;
    if (options->user)
        set_credentials(server, options);
    if (options->tls && !set_tls(server, options->tls, error))
        return NULL;
    g_autofree char *service = g_strdup_printf("%d", options->port);
    gst_rtsp_server_set_address(server->rtsp, "127.0.0.1");
    gst_rtsp_server_set_service(server->rtsp, service);
    g_signal_connect(server->rtsp, "client-connected", G_CALLBACK(on_connected), NULL);
    server->source = gst_rtsp_server_attach(server->rtsp, NULL);
    if (!server->source) {
        mj_error_set(error, MJ_ERROR_IO, "cannot listen on 127.0.0.1:%d", options->port);
        return NULL;
    }
    server->port = gst_rtsp_server_get_bound_port(server->rtsp);
    server->sweep = g_timeout_add_seconds(2, on_sweep, server);
    return g_steal_pointer(&server);
}

static GstRTSPFilterResult close_client(GstRTSPServer *rtsp, GstRTSPClient *client, gpointer data)
{
    const char *path = data, *watched = g_object_get_data(G_OBJECT(client), "hall-path");
    bool hit = !path || (watched && g_str_has_prefix(watched, path) &&
                         (watched[strlen(path)] == '/' || !watched[strlen(path)]));
    return hit ? GST_RTSP_FILTER_REMOVE : GST_RTSP_FILTER_KEEP;
}

/* @path NULL = everybody. */
static void close_clients(HallServer *server, char *path)
{
    GList *none = gst_rtsp_server_client_filter(server->rtsp, close_client, path);
    g_list_free_full(none, g_object_unref);
}

static GstRTSPFilterResult close_session(GstRTSPSessionPool *pool, GstRTSPSession *session,
                                         gpointer data)
{
    return GST_RTSP_FILTER_REMOVE;
}

void hall_server_free(HallServer *server)
{
    if (!server)
        return;
    if (server->source) {
        close_clients(server, NULL);
        g_autoptr(GstRTSPSessionPool) pool = gst_rtsp_server_get_session_pool(server->rtsp);
        g_list_free_full(gst_rtsp_session_pool_filter(pool, close_session, NULL), g_object_unref);
        g_source_remove(server->source);
        g_source_remove(server->sweep);
    }
    g_clear_object(&server->rtsp);
    g_ptr_array_unref(server->mounts);
    g_free(server);
}

static json_t *describe_mount(const HallServer *server, const HallMount *mount)
{
    const HallCamera *camera = mount->camera;
    json_t *places = json_array();
    g_auto(GStrv) codes = g_strsplit(camera->places, ",", -1);
    for (char **code = codes; *code; code++)
        json_array_append_new(places, json_string(*code));
    g_autofree char *url = g_strdup_printf("rtsp%s://127.0.0.1:%d/%s", server->tls ? "s" : "",
                                           server->port, camera->id);
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s?, s:s?, s:f, s:i, s:i, s:i, s:b}", "id",
                     camera->id, "name", camera->name, "url", url, "kind", camera->kind, "places",
                     places, "video", mount->info.video, "audio", camera->audio, "fps",
                     mount->info.fps, "width", mount->info.width, "height", mount->info.height,
                     "number", camera->number, "guarded", guarded(server, mount));
}

json_t *hall_server_describe(HallServer *server)
{
    json_t *cameras = json_array(), *extra = json_array();
    for (guint i = 0; i < server->mounts->len; i++) {
        const HallMount *mount = g_ptr_array_index(server->mounts, i);
        json_array_append_new(mount->camera->extra ? extra : cameras,
                              describe_mount(server, mount));
    }
    return json_pack("{s:b, s:i, s:o, s:o}", "ready", true, "port", server->port, "cameras",
                     cameras, "extra", extra);
}

bool hall_server_stop(HallServer *server, const char *camera, GError **error)
{
    HallMount *mount = find(server, camera, error);
    if (!mount)
        return false;
    g_autoptr(GstRTSPMountPoints) points = gst_rtsp_server_get_mount_points(server->rtsp);
    g_autofree char *path = path_of(mount);
    gst_rtsp_mount_points_remove_factory(points, path);
    mount->stopped = true;
    close_clients(server, path);
    return true;
}

bool hall_server_start(HallServer *server, const char *camera, GError **error)
{
    HallMount *mount = find(server, camera, error);
    if (mount && mount->stopped)
        put_up(server, mount);
    return mount != NULL;
}

bool hall_server_freeze(HallServer *server, const char *camera, bool frozen, GError **error)
{
    HallMount *mount = find(server, camera, error);
    if (mount)
        g_atomic_int_set(&mount->frozen, frozen);
    return mount != NULL;
}

bool hall_server_drop(HallServer *server, const char *camera, GError **error)
{
    HallMount *mount = find(server, camera, error);
    if (!mount)
        return false;
    g_autofree char *path = path_of(mount);
    close_clients(server, path);
    return true;
}
