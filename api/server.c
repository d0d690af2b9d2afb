// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/server.h"

#include "api/dispatch.h"
#include "api/known.h"
#include "api/lane.h"
#include "api/live/live.h"
#include "api/reply.h"
#include "api/tls.h"
#include "index/base/error.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOPS 4
#define CONNECTIONS_MAX 1024
#define CONNECTIONS_MAX_PER_ADDRESS 512 // a reverse proxy or a NAT is one address
#define CONNECTION_MEMORY (32 * 1024)   // bytes of request line and headers
#define IDLE_S 30u
#define HEADERS_US (20 * MJ_SECOND_US)
#define BODY_BYTES_PER_SECOND (16 * 1024)
#define BODIES_MAX (128 * 1024 * 1024) // bytes that may be held for all bodies at once
#define FILES_MAX 8192                 // descriptors: two a connection, the catalogue's, and room

static const ApiLaneSpec LANES[API_LANES] = {
    [API_LANE_READ] = {"read", 4, 512, 10 * MJ_SECOND_US, IDX_READ},
    [API_LANE_WRITE] = {"write", 1, 64, 10 * MJ_SECOND_US, IDX_WRITE},
    [API_LANE_LOGIN] = {"login", 2, 16, 5 * MJ_SECOND_US, IDX_WRITE},
    [API_LANE_FRAME] = {"frame", 2, 24, 3 * MJ_SECOND_US, IDX_READ},
    [API_LANE_MARK] = {"mark", 1, 8, 5 * MJ_SECOND_US, IDX_WRITE},
    [API_LANE_LONG] = {"long", 3, 8, 20 * MJ_SECOND_US, IDX_WRITE},
    [API_LANE_MEET] = {"meet", 8, 64, 5 * MJ_SECOND_US, IDX_WRITE},
};

typedef struct Connection {
    int fd;
    int64_t deadline_mono_us; // 0: none, it is our turn
    GList link;
} Connection;

struct ApiServer {
    ApiContext *context; // immutable after new
    struct MHD_Daemon *daemon;
    ApiLane *lanes[API_LANES]; // API_LANE_LOOP has none

    atomic_bool stopping;
    atomic_int_fast64_t body_bytes; // reserved for bodies

    GMutex lock;        // guards what follows and all Connection.deadline_mono_us
    GQueue connections; // Connection
    GQueue put_off; // ApiRequest, suspended: what a lane had no time for, see api_server_later()
};

// ── connections and their deadlines
// ─────────────────────────────────────────────────────────────────

static void set_deadline(ApiServer *server, struct MHD_Connection *mhd, int64_t within_us)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    Connection *connection = info != NULL ? info->socket_context : NULL;
    if (connection == NULL)
        return;
    g_mutex_lock(&server->lock);
    connection->deadline_mono_us = within_us > 0 ? g_get_monotonic_time() + within_us : 0;
    g_mutex_unlock(&server->lock);
}

/* libmicrohttpd closes the descriptor after the second call, so what the list holds is always open.
 */
static void on_connection(void *cls, struct MHD_Connection *mhd, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    ApiServer *server = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
        Connection *connection = g_new0(Connection, 1);
        connection->fd = info->connect_fd;
        connection->deadline_mono_us = g_get_monotonic_time() + HEADERS_US;
        connection->link.data = connection;
        *socket_context = connection;
        g_mutex_lock(&server->lock);
        g_queue_push_tail_link(&server->connections, &connection->link);
        g_mutex_unlock(&server->lock);
        return;
    }
    Connection *connection = *socket_context;
    if (connection != NULL) {
        g_mutex_lock(&server->lock);
        g_queue_unlink(&server->connections, &connection->link);
        g_mutex_unlock(&server->lock);
        g_free(connection);
        *socket_context = NULL;
    }
}

/* The request is the loop's again. */
static void give_back(ApiRequest *request)
{
    atomic_store(&request->in_lane, false);
    MHD_resume_connection(request->connection);
}

/* Whether a lane will be asked for @request again; it stays suspended meanwhile. */
static bool put_off(ApiServer *server, ApiRequest *request)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&server->lock);
    if (request->later == NULL || atomic_load(&server->stopping) ||
        g_get_monotonic_time() >= request->later_until_mono_us)
        return false;
    request->later_link = (GList){.data = request};
    g_queue_push_tail_link(&server->put_off, &request->later_link);
    return true;
}

/* Asks lanes again for what was put off. What has waited long enough, or all when the server stops, is told so. */
static void take_up(ApiServer *server, int64_t now)
{
    GQueue over = G_QUEUE_INIT;
    g_mutex_lock(&server->lock);
    for (guint n = server->put_off.length; n > 0; n--) {
        GList *link = g_queue_pop_head_link(&server->put_off);
        ApiRequest *request = link->data;
        if (atomic_load(&server->stopping) || now >= request->later_until_mono_us)
            g_queue_push_tail_link(&over, link);
        else if (!api_lane_push(server->lanes[request->later_lane], request))
            g_queue_push_tail_link(&server->put_off, link);
    }
    g_mutex_unlock(&server->lock);
    for (GList *link = g_queue_pop_head_link(&over); link != NULL;
         link = g_queue_pop_head_link(&over)) {
        ApiRequest *request = link->data;
        request->later(request->later_data, NULL);
        give_back(request);
    }
}

void api_server_tick(ApiServer *server)
{
    int64_t now = g_get_monotonic_time();
    take_up(server, now);
    api_known_tick(server->context->known, mj_clock_mono_us(server->context->clock));
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&server->lock);
    for (GList *link = server->connections.head; link != NULL; link = link->next) {
        Connection *connection = link->data;
        if (connection->deadline_mono_us != 0 && connection->deadline_mono_us < now) {
            shutdown(connection->fd, SHUT_RDWR); // its loop notices and closes it
            connection->deadline_mono_us = 0;
        }
    }
}

bool api_server_is_full(ApiServer *server)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&server->lock);
    return server->connections.length >= CONNECTIONS_MAX;
}

// ── a request's way
// ─────────────────────────────────────────────────────────────────────────────────

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    ApiServer *server = cls;
    ApiRequest *request = api_request_new(server->context, uri);
    request->server = server;
    request->connection = mhd;
    return request;
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **con_cls,
                         enum MHD_RequestTerminationCode code)
{
    ApiServer *server = cls;
    ApiRequest *request = *con_cls;
    if (request == NULL)
        return;
    mj_log_debug(&request->log, "%s %s %d %" G_GINT64_FORMAT " us%s",
                 request->method != NULL ? request->method : "-",
                 request->route != NULL ? request->route->pattern : "-", request->status,
                 mj_clock_mono_us(server->context->clock) - request->started_mono_us,
                 code == MHD_REQUEST_TERMINATED_COMPLETED_OK ? "" : " (cut off)");
    atomic_fetch_sub(&server->body_bytes, request->body_reserved);
    api_request_free(request);
    *con_cls = NULL;
    set_deadline(server, mhd, IDLE_S * MJ_SECOND_US + HEADERS_US);
}

static enum MHD_Result send_reply(ApiServer *server, ApiRequest *request)
{
    set_deadline(server, request->connection, 0);
    size_t index =
        request->route != NULL ? (size_t)(request->route - API_ROUTES) : api_routes_count();
    api_metrics_request(server->context->metrics, index, request->status);
    return MHD_queue_response(request->connection, (unsigned)request->status, request->reply);
}

static bool read_headers(ApiRequest *request)
{
    const struct {
        const char *name;
        char **value;
    } wanted[] = {
        {MHD_HTTP_HEADER_ACCEPT, &request->headers.accept},
        {MHD_HTTP_HEADER_AUTHORIZATION, &request->headers.authorization},
        {MHD_HTTP_HEADER_CONTENT_TYPE, &request->headers.content_type},
        {MHD_HTTP_HEADER_COOKIE, &request->headers.cookie},
        {MHD_HTTP_HEADER_HOST, &request->headers.host},
        {MHD_HTTP_HEADER_IF_NONE_MATCH, &request->headers.if_none_match},
        {MHD_HTTP_HEADER_IF_RANGE, &request->headers.if_range},
        {MHD_HTTP_HEADER_ORIGIN, &request->headers.origin},
        {MHD_HTTP_HEADER_RANGE, &request->headers.range},
        {MHD_HTTP_HEADER_UPGRADE, &request->headers.upgrade},
        {MHD_HTTP_HEADER_SEC_WEBSOCKET_KEY, &request->headers.websocket_key},
        {MHD_HTTP_HEADER_SEC_WEBSOCKET_VERSION, &request->headers.websocket_version},
        {"Sec-Fetch-Site", &request->headers.fetch_site},
        {"Mingjing-Reason", &request->headers.reason},
        {"Mingjing-Case", &request->headers.case_no},
        {"Mingjing-Asked", &request->headers.asked},
        {"Mingjing-Page", &request->headers.page},
        {"Mingjing-Take-Over", &request->headers.takes},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        const char *value =
            MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, wanted[i].name);
        if (value != NULL && strlen(value) > API_HEADER_MAX) {
            api_reply_problem(request, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, "too-large",
                              "the header %s is longer than %d bytes", wanted[i].name,
                              API_HEADER_MAX);
            return false;
        }
        *wanted[i].value = g_strdup(value);
    }
    return true;
}

/* What the headers say of the body's length: -1 = chunked, so unknown. */
static int64_t content_length(struct MHD_Connection *mhd)
{
    if (MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING) !=
        NULL)
        return -1;
    const char *value =
        MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    guint64 length = 0;
    if (value == NULL)
        return 0;
    // libmicrohttpd has refused what is not a number
    return g_ascii_string_to_unsigned(value, 10, 0, INT64_MAX, &length, NULL) ? (int64_t)length
                                                                              : INT64_MAX;
}

static bool reserve_body(ApiServer *server, ApiRequest *request, int64_t length)
{
    int64_t most = (int64_t)request->route->body_max;
    int64_t wanted = length < 0 || (request->route->streams && length > most) ? most : length;
    if (atomic_fetch_add(&server->body_bytes, wanted) + wanted > BODIES_MAX) {
        atomic_fetch_sub(&server->body_bytes, wanted);
        return false;
    }
    request->body_reserved = wanted;
    request->body = g_byte_array_new();
    return true;
}

/* How long a part of a body may be under way. */
static void set_body_deadline(ApiServer *server, ApiRequest *request, int64_t bytes)
{
    set_deadline(server, request->connection,
                 HEADERS_US + bytes / BODY_BYTES_PER_SECOND * MJ_SECOND_US);
}

/* The peer's, for the audit log; an IPv4 one as such, also if it came to an IPv6 socket. */
static char *peer_address(struct MHD_Connection *mhd)
{
    static const char MAPPED[] = "::ffff:";
    char host[NI_MAXHOST];
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    socklen_t size = info != NULL && info->client_addr->sa_family == AF_INET6
                         ? sizeof(struct sockaddr_in6)
                         : sizeof(struct sockaddr_in);
    if (info == NULL ||
        getnameinfo(info->client_addr, size, host, sizeof host, NULL, 0, NI_NUMERICHOST) != 0)
        return NULL;
    return g_strdup(g_str_has_prefix(host, MAPPED) ? host + strlen(MAPPED) : host);
}

static enum MHD_Result on_headers(ApiServer *server, ApiRequest *request, const char *method)
{
    request->begun = true;
    request->method = g_strndup(method, 16);
    request->address = peer_address(request->connection);
    int64_t length = content_length(request->connection);
    if (read_headers(request))
        api_dispatch_headers(request, length);
    if (request->reply == NULL && length != 0 && !reserve_body(server, request, length))
        api_dispatch_busy(request);
    bool waits_for_100 = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                     MHD_HTTP_HEADER_EXPECT) != NULL;
    // replying now closes the connection; else the reply waits until the body, if any, was read
    if (request->reply != NULL && (length > API_DRAIN_MAX || waits_for_100))
        return send_reply(server, request);
    bool pieces = request->reply == NULL && request->route->streams;
    int64_t most = length >= 0 && !pieces ? length : API_DRAIN_MAX;
    set_body_deadline(server, request, pieces ? (int64_t)request->route->body_max : most);
    return MHD_YES;
}

/* On a lane thread. After the resume the request is the loop's again. */
static void run_in_lane(void *job, IdxCatalogue *cat, bool dropped)
{
    ApiRequest *request = job;
    if (dropped && put_off(request->server, request))
        return;
    if (request->later != NULL)
        request->later(request->later_data, dropped ? NULL : cat);
    else if (dropped)
        api_dispatch_busy(request);
    else
        api_dispatch_run(request, cat);
    if (!request->body_ends)
        set_body_deadline(request->server, request, (int64_t)request->route->body_max);
    give_back(request);
}

/* Hands over what there is of the body: all of it, or a piece. */
static void push_to_lane(ApiServer *server, ApiRequest *request, ApiLane *lane)
{
    set_deadline(server, request->connection, 0);
    atomic_store(&request->in_lane, true);
    MHD_suspend_connection(request->connection); // first: the lane may resume it at once
    if (!atomic_load(&server->stopping) && api_lane_push(lane, request))
        return;
    if (put_off(server, request))
        return;
    if (request->later != NULL)
        request->later(request->later_data, NULL);
    else
        api_dispatch_busy(request);
    give_back(request);
}

void api_server_later(ApiRequest *request, ApiLaneId lane,
                      void (*run)(void *data, IdxCatalogue *cat), void *data)
{
    request->later = run;
    request->later_data = data;
    request->later_lane = lane;
    request->later_until_mono_us = g_get_monotonic_time() + API_LATER_US;
    push_to_lane(request->server, request, request->server->lanes[lane]);
}

static enum MHD_Result on_complete_request(ApiServer *server, ApiRequest *request)
{
    request->dispatched = true;
    request->body_ends = true;
    ApiLane *lane = server->lanes[request->route->lane];
    if (lane == NULL)
        api_dispatch_run(request, NULL);
    if (lane == NULL || api_dispatch_again(request))
        return send_reply(server, request);
    push_to_lane(server, request, lane);
    return MHD_YES;
}

/* Keeps what arrives; a full body of a route that streams is handed over at once. */
static void keep_body(ApiServer *server, ApiRequest *request, const char *data, size_t size)
{
    g_byte_array_append(request->body, (const guint8 *)data, (guint)size);
    if (!request->route->streams || request->body->len < request->route->body_max)
        return;
    request->now_us = mj_clock_utc_us(server->context->clock);
    push_to_lane(server, request, server->lanes[request->route->lane]);
}

/* A refused body is read and thrown away up to a limit, beyond which the connection is cut. */
static enum MHD_Result on_body(ApiServer *server, ApiRequest *request, const char *data,
                               size_t size)
{
    if (request->reply != NULL) {
        request->body_bytes += (int64_t)size;
        return request->body_bytes > API_DRAIN_MAX ? MHD_NO : MHD_YES;
    }
    bool fits = request->body != NULL &&
                (request->route->streams || request->body->len + size <= request->route->body_max);
    if (fits) {
        keep_body(server, request, data, size);
        return MHD_YES;
    }
    api_reply_problem(request, MHD_HTTP_CONTENT_TOO_LARGE, "too-large",
                      "the body may have up to %zu bytes here", request->route->body_max);
    g_clear_pointer(&request->body, g_byte_array_unref);
    return MHD_YES;
}

static enum MHD_Result on_access(void *cls, struct MHD_Connection *mhd, const char *url,
                                 const char *method, const char *version, const char *data,
                                 size_t *size, void **con_cls)
{
    ApiServer *server = cls;
    ApiRequest *request = *con_cls;
    if (request == NULL)
        return MHD_NO;
    if (!request->begun)
        return on_headers(server, request, method);
    /* libmicrohttpd goes on through what it has read although the connection is suspended; what is left
     * untouched comes again after the resume. */
    if (atomic_load(&request->in_lane))
        return MHD_YES;
    if (*size > 0) {
        enum MHD_Result result = on_body(server, request, data, *size);
        *size = 0;
        return result;
    }
    if (request->reply != NULL)
        return send_reply(server, request);
    return request->dispatched ? MHD_YES : on_complete_request(server, request);
}

// ── start and stop
// ──────────────────────────────────────────────────────────────────────────────────

static void on_log(void *cls, const char *format, va_list args) G_GNUC_PRINTF(2, 0);
static void on_log(void *cls, const char *format, va_list args)
{
    g_autofree char *text = g_strdup_vprintf(format, args);
    mj_log_debug(NULL, "libmicrohttpd: %s", g_strchomp(text));
}

static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < FILES_MAX) {
        limit.rlim_cur = MIN(limit.rlim_max, FILES_MAX);
        setrlimit(RLIMIT_NOFILE, &limit); // if not, fewer can be served at once
    }
}

/* Ends at once where there is no TLS. */
static struct MHD_Daemon *start_daemon(ApiServer *server, int listen_fd)
{
    bool secure = server->context->secure;
    const struct MHD_OptionItem tls[] = {
        {secure ? MHD_OPTION_HTTPS_CERT_CALLBACK : MHD_OPTION_END, 0,
         secure ? api_tls_callback() : NULL},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)API_TLS_PRIORITIES},
        {MHD_OPTION_END, 0, NULL}};
    return MHD_start_daemon(
        (secure ? MHD_USE_TLS : 0u) | MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
            MHD_ALLOW_UPGRADE | MHD_USE_ERROR_LOG | MHD_USE_ITC,
        0, NULL, NULL, on_access, server, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)LOOPS,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX_PER_ADDRESS, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT,
        1, MHD_OPTION_URI_LOG_CALLBACK, on_uri, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_ARRAY, tls,
        MHD_OPTION_END);
}

static bool start(ApiServer *server, int listen_fd, GError **error)
{
    for (int i = 0; i < API_LANES; i++) {
        if (LANES[i].threads == 0)
            continue;
        server->lanes[i] = api_lane_new(&LANES[i], server->context->home, run_in_lane, error);
        if (server->lanes[i] == NULL)
            return false;
    }
    server->daemon = start_daemon(server, listen_fd);
    return server->daemon != NULL ||
           mj_error_set(error, MJ_ERROR_FAILED, "libmicrohttpd could not be started");
}

ApiServer *api_server_new(ApiContext *context, int listen_fd, GError **error)
{
    raise_file_limit();
    g_autoptr(ApiServer) server = g_new0(ApiServer, 1);
    server->context = context;
    g_mutex_init(&server->lock);
    g_queue_init(&server->connections);
    g_queue_init(&server->put_off);
    if (!start(server, listen_fd, error)) {
        close(listen_fd);
        return NULL;
    }
    return g_steal_pointer(&server);
}

bool api_server_stop(ApiServer *server, int64_t timeout_us)
{
    atomic_store(&server->stopping, true);
    MHD_socket listen_fd = MHD_quiesce_daemon(server->daemon);
    if (listen_fd != MHD_INVALID_SOCKET)
        close(listen_fd);
    if (server->context->live != NULL)
        api_live_stop(server->context->live);
    int64_t deadline = g_get_monotonic_time() + timeout_us;
    take_up(server, g_get_monotonic_time());
    bool idle = true;
    for (int i = 0; i < API_LANES; i++)
        idle = (server->lanes[i] == NULL || api_lane_stop(server->lanes[i], deadline)) && idle;
    if (idle) { // all are resumed: libmicrohttpd must not be stopped with suspended connections
        MHD_stop_daemon(server->daemon);
        server->daemon = NULL;
    }
    return idle;
}

void api_server_free(ApiServer *server)
{
    if (server == NULL)
        return;
    for (int i = 0; i < API_LANES; i++)
        api_lane_free(server->lanes[i]);
    g_mutex_clear(&server->lock);
    g_free(server);
}
