// SPDX-License-Identifier: GPL-3.0-or-later
/* What the server does for every route: methods, limits, headers, the page, slow and many clients,
 * starting and stopping. */
#include "index/base/json.h"
#include "test/api/support/hall.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static Hall *hall;

static void assert_code(const Answer *answer, long status, const char *code)
{
    g_autoptr(json_t) json = answer_json(answer);
    g_test_message("%ld %.*s", answer->status, (int)MIN(answer->body->len, 300u),
                   (char *)answer->body->data);
    g_assert_cmpint(answer->status, ==, status);
    g_assert_cmpstr(json_string_value(json_object_get(json, "code")), ==, code);
}

static void assert_guarded(const Answer *answer)
{
    const char *policy = answer_header(answer, "Content-Security-Policy");
    g_assert_nonnull(policy);
    g_assert_nonnull(strstr(policy, "frame-ancestors 'none'"));
    g_assert_cmpstr(answer_header(answer, "X-Content-Type-Options"), ==, "nosniff");
    g_assert_nonnull(answer_header(answer, "Referrer-Policy"));
    g_assert_nonnull(answer_header(answer, "Cache-Control"));
}

static void test_methods(void)
{
    g_autoptr(Answer) options =
        client_send(hall->client, "OPTIONS", "/api/v1/streams", NULL, NULL, -1);
    g_assert_cmpint(options->status, ==, 204);
    g_assert_cmpstr(answer_header(options, "Allow"), ==, "GET, HEAD, OPTIONS");
    g_autoptr(Answer) wrong = client_send(hall->client, "DELETE", "/api/v1/events", NULL, NULL, -1);
    assert_code(wrong, 405, "method");
    g_assert_cmpstr(answer_header(wrong, "Allow"), ==, "POST, OPTIONS");
    g_autoptr(Answer) none = client_send(hall->client, "DELETE", "/api/v1/nothing", NULL, NULL, -1);
    assert_code(none, 404, "not-found");
    g_autoptr(Answer) health = client_get(hall->client, "/api/v1/health", NULL);
    g_autoptr(Answer) head = client_send(hall->client, "HEAD", "/api/v1/health", NULL, NULL, -1);
    g_assert_cmpint(head->status, ==, 200);
    g_assert_cmpint(head->body->len, ==, 0);
    g_assert_cmpstr(answer_header(head, "Content-Length"), ==,
                    answer_header(health, "Content-Length"));
    const Answer *all[] = {options, wrong, none, health, head};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        assert_guarded(all[i]);
}

static void test_page(void)
{
    g_autoptr(Answer) index = client_get(hall->client, "/", NULL);
    g_assert_cmpint(index->status, ==, 200);
    g_assert_cmpstr(answer_header(index, "Content-Type"), ==, "text/html; charset=utf-8");
    g_assert_nonnull(strstr(answer_header(index, "Cache-Control"), "no-cache"));
    assert_guarded(index);
    g_autofree char *etag = g_strconcat("If-None-Match: ", answer_header(index, "ETag"), NULL);
    g_autoptr(Answer) known = client_get(hall->client, "/index.html", etag);
    g_assert_cmpint(known->status, ==, 304);
    g_autoptr(Answer) deep = client_get(hall->client, "/find/2026-11-22/A012", NULL);
    g_assert_cmpmem(deep->body->data, deep->body->len, index->body->data, index->body->len);
    g_autoptr(Answer) script = client_get(hall->client, "/assets/app-0f3a.js", NULL);
    g_assert_cmpint(script->status, ==, 200);
    g_assert_nonnull(strstr(answer_header(script, "Cache-Control"), "immutable"));
}

/* Nothing but the page's own files and the catalogue's segments ever comes back. */
static void test_traversal(void)
{
    static const char *const paths[] = {
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/../../catalogue.db",
        "/assets/..%2f..%2findex.html",
        "//etc/passwd",
        "/passwd.txt",
        "/api/v1/segments/..%2f..%2fcatalogue.db.mp4",
        "/api/v1/segments/..%2f..%2fkeys%2fcamera.key",
        "/api/v1/segments/-1.mp4",
        "/api/v1/segments/1e3.mp4",
        "/api/v1/segments/99999999999999999999.mp4",
        "/api/v1/cameras/..%2f..%2f/frame.jpg?at=now",
        "/%5c..%5c..%5cetc%5cpasswd",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(Answer) answer = client_get(hall->client, paths[i], hall->cookie);
        g_test_message("%s → %ld", paths[i], answer->status);
        bool page = answer->status == 200 && g_strcmp0(answer_header(answer, "Content-Type"),
                                                       "text/html; charset=utf-8") == 0;
        g_assert_true(page || answer->status == 404 || answer->status == 400);
        g_assert_null(g_strstr_len((char *)answer->body->data, answer->body->len, "root:"));
        g_assert_null(g_strstr_len((char *)answer->body->data, answer->body->len, "SQLite"));
    }
}

static void test_limits(void)
{
    g_autofree char *fill = g_strnfill(3000, 'x');
    g_autofree char *address = g_strconcat("/api/v1/search?q=", fill, NULL);
    g_autoptr(Answer) lengthy = client_get(hall->client, address, NULL);
    assert_code(lengthy, 414, "too-large");
    g_autoptr(Answer) broken = client_get(hall->client, "/api/v1/approvals/%zz", NULL);
    assert_code(broken, 400, "invalid");
    g_autofree char *wide = g_strnfill(5000, 'x');
    g_autofree char *cookie = g_strconcat("Cookie: mingjing=", wide, NULL);
    g_autoptr(Answer) header = client_get(hall->client, "/api/v1/me", cookie);
    assert_code(header, 431, "too-large");
    g_autofree char *more = g_strnfill(60000, 'x');
    g_autofree char *flood = g_strconcat("X-Fill: ", more, NULL);
    g_autoptr(Answer) flooded = client_get(hall->client, "/api/v1/health", flood);
    g_assert_cmpint(flooded->status, !=, 200);
    const char *body_on_get[] = {"Content-Type: application/json", NULL};
    g_autoptr(Answer) body =
        client_send(hall->client, "GET", "/api/v1/health", body_on_get, "{}", 2);
    assert_code(body, 413, "too-large");
}

/* Password of the camera, tokens and hashes are in no answer. */
static void test_secrets(void)
{
    static const char *const paths[] = {"/api/v1/cameras", "/api/v1/status", "/metrics",
                                        "/api/v1/me"};
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(Answer) answer = client_get(hall->client, paths[i], hall->cookie);
        g_assert_cmpint(answer->status, ==, 200);
        const char *secrets[] = {"hush-hush",
                                 "viewer:",
                                 hall->events_token,
                                 hall->read_token,
                                 strchr(hall->cookie, '=') + 1,
                                 "$y$"};
        for (size_t j = 0; j < G_N_ELEMENTS(secrets); j++)
            g_assert_null(g_strstr_len((char *)answer->body->data, answer->body->len, secrets[j]));
    }
}

static void test_status(void)
{
    g_autoptr(Answer) answer = client_get(hall->client, "/api/v1/status", hall->cookie);
    g_autoptr(json_t) json = answer_json(answer);
    g_assert_cmpint(json_integer_value(json_object_get(json, "expected")), ==, 2);
    g_assert_cmpint(json_integer_value(json_object_get(json, "recording")), ==, 1);
    const json_t *down = json_array_get(json_object_get(json, "down"), 0);
    g_assert_cmpstr(json_string_value(json_object_get(down, "camera")), ==, "W07");
    g_assert_cmpstr(json_string_value(json_object_get(down, "state")), ==, "offline");
    g_assert_cmpstr(json_string_value(json_array_get(json_object_get(down, "places"), 0)), ==,
                    "W07");
    g_assert_true(json_is_true(json_object_get(json_object_get(json, "capture"), "running")));
    g_assert_cmpfloat(
        json_number_value(json_object_get(json_object_get(json, "disk"), "days_left")), >, 0);
    g_autoptr(Answer) metrics = client_get(hall->client, "/metrics", hall->cookie);
    g_autofree char *text = g_strndup((char *)metrics->body->data, metrics->body->len);
    g_assert_nonnull(strstr(text, "mingjing_stream_recording{camera=\"W07\",stream=\"main\"} 0\n"));
    g_assert_nonnull(strstr(text, "mingjing_stream_recording{camera=\"W08\",stream=\"main\"} 1\n"));
    g_assert_nonnull(strstr(
        text,
        "mingjing_http_requests_total{method=\"GET\",route=\"/api/v1/status\",status=\"200\"}"));
}

static void test_dossier(void)
{
    g_autofree char *id = g_uri_escape_string(HALL_APPROVAL, NULL, FALSE);
    g_autofree char *path = g_strconcat("/api/v1/approvals/", id, NULL);
    g_autoptr(Answer) answer = client_get(hall->client, path, hall->cookie);
    g_autoptr(json_t) json = answer_json(answer);
    g_assert_cmpint(answer->status, ==, 200);
    g_assert_cmpstr(json_string_value(json_object_get(json_object_get(json, "subject"), "key")), ==,
                    HALL_APPROVAL);
    g_autoptr(Answer) ticket =
        client_get(hall->client, "/api/v1/tickets/latest/A012", hall->cookie);
    g_autoptr(json_t) dossier = answer_json(ticket);
    g_assert_cmpint(ticket->status, ==, 200);
    const json_t *camera = json_array_get(json_object_get(dossier, "cameras"), 0);
    g_assert_cmpstr(json_string_value(json_object_get(camera, "camera")), ==, "W07");
    g_assert_cmpuint(json_array_size(json_object_get(
                         json_array_get(json_object_get(camera, "spans"), 0), "segments")),
                     ==, 3);
    g_autoptr(Answer) unknown =
        client_get(hall->client, "/api/v1/tickets/latest/%E7%94%B2999", hall->cookie);
    assert_code(unknown, 404, "not-found");
    g_assert_nonnull(g_strstr_len((char *)unknown->body->data, unknown->body->len, "甲999"));
}

static int connect_raw(void)
{
    const char *port = strrchr(hall->url, ':') + 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)atoi(port)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    return fd;
}

/* Seconds until the server hung up on a client that sends a byte a second of @text; at most 60. */
static double drip(const char *text)
{
    int fd = connect_raw();
    int64_t since = g_get_monotonic_time();
    size_t length = strlen(text);
    g_assert_cmpint(send(fd, text, length, MSG_NOSIGNAL), ==, (ssize_t)length);
    for (int i = 0; i < 60; i++) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN | POLLRDHUP};
        char byte = 'x';
        if (poll(&poll_fd, 1, 1000) > 0 || send(fd, &byte, 1, MSG_NOSIGNAL) < 0)
            break;
    }
    close(fd);
    return (double)(g_get_monotonic_time() - since) / 1e6;
}

static void *drip_thread(void *text)
{
    double *seconds = g_new(double, 1);
    *seconds = drip(text);
    return seconds;
}

static void test_slow_clients(void)
{
    static const char *const texts[] = {"GET /api/v1/",
                                        "GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX-Slow: ",
                                        "POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: "
                                        "application/json\r\nContent-Length: 4000\r\n\r\n"};
    GThread *threads[G_N_ELEMENTS(texts)];
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        threads[i] = g_thread_new("drip", drip_thread, (void *)(uintptr_t)texts[i]);
    // others are served meanwhile
    g_autoptr(Answer) answer = client_get(hall->client, "/api/v1/health", NULL);
    g_assert_cmpint(answer->status, ==, 200);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree double *seconds = g_thread_join(threads[i]);
        g_test_message("client %zu was cut off after %.1f s", i, *seconds);
        g_assert_cmpfloat(*seconds, >, 10);
        g_assert_cmpfloat(*seconds, <, 40);
    }
}

static void *login_flood(void *client)
{
    const char *headers[] = {"Content-Type: application/json", NULL};
    int *busy = g_new0(int, 1);
    for (int i = 0; i < 6; i++) {
        g_autofree char *body = g_strdup_printf(
            "{\"name\":\"flood%p%d\",\"password\":\"no such password\"}", client, i);
        g_autoptr(Answer) answer =
            client_send(client, "POST", "/api/v1/login", headers, body, (gssize)strlen(body));
        // 0: the server was stopped meanwhile
        bool later = answer->status == 503 || answer->status == 429;
        g_assert_true(answer->status == 401 || later || answer->status == 0);
        *busy += later ? 1 : 0;
    }
    client_free(client);
    return busy;
}

/* A flood of logins waits for itself, and for nobody else. */
static void test_login_flood(void)
{
    enum { N = 40 };
    GThread *threads[N];
    for (int i = 0; i < N; i++)
        threads[i] = g_thread_new("flood", login_flood, hall_client(hall));
    double worst = 0;
    for (int i = 0; i < 50; i++) {
        int64_t since = g_get_monotonic_time();
        g_autoptr(Answer) answer = client_get(hall->client, "/api/v1/me", hall->cookie);
        g_assert_cmpint(answer->status, ==, 200);
        worst = MAX(worst, (double)(g_get_monotonic_time() - since) / 1e6);
    }
    int busy = 0;
    for (int i = 0; i < N; i++) {
        g_autofree int *n = g_thread_join(threads[i]);
        busy += *n;
    }
    g_test_message("slowest answer %.3f s; %d logins were told to come back", worst, busy);
    g_assert_cmpfloat(worst, <, 2);
    g_assert_cmpint(busy, >, 0);
}

static int count_threads(void)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)hall->pid);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return atoi(strstr(text, "Threads:") + strlen("Threads:"));
}

static void test_many_idle(void)
{
    enum { N = 400 };
    int fds[N], before = count_threads();
    for (int i = 0; i < N; i++)
        fds[i] = connect_raw();
    g_autoptr(Answer) answer = client_get(hall->client, "/api/v1/health", NULL);
    g_assert_cmpint(answer->status, ==, 200);
    int n_threads = count_threads();
    g_test_message("%d threads for %d connections, %d for none", n_threads, N, before);
    g_assert_cmpint(n_threads, <=, before);
    for (int i = 0; i < N; i++)
        close(fds[i]);
}

static void test_stop(void)
{
    int idle = connect_raw();
    int busy = connect_raw();
    const char *half = "POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: "
                       "application/json\r\nContent-Length: 50\r\n\r\n{";
    g_assert_cmpint(send(busy, half, strlen(half), MSG_NOSIGNAL), >, 0);
    g_autoptr(Answer) answer = client_get(hall->client, "/api/v1/health", NULL);
    double seconds = hall_stop(hall);
    g_test_message("stopped after %.3f s", seconds);
    g_assert_cmpfloat(seconds, <, 2);
    close(idle);
    close(busy);
    hall_start(hall);
}

/* Whoever stops it in the middle of work gets it stopped too. */
static void test_stop_busy(void)
{
    enum { N = 20 };
    GThread *threads[N];
    for (int i = 0; i < N; i++) {
        Client *client = hall_client(hall);
        threads[i] = g_thread_new("busy", login_flood, client);
    }
    g_autoptr(Answer) answer = client_get(hall->client, "/api/v1/health", NULL);
    g_assert_cmpint(answer->status, ==, 200);
    double seconds = hall_stop(hall);
    g_assert_cmpfloat(seconds, <, 2);
    for (int i = 0; i < N; i++)
        g_free(g_thread_join(threads[i]));
    hall_start(hall);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hall = hall_new();
    hall_start(hall);
    hall_sign_in(hall);
    g_test_add_func("/server/methods", test_methods);
    g_test_add_func("/server/page", test_page);
    g_test_add_func("/server/traversal", test_traversal);
    g_test_add_func("/server/limits", test_limits);
    g_test_add_func("/server/secrets", test_secrets);
    g_test_add_func("/server/status", test_status);
    g_test_add_func("/server/dossier", test_dossier);
    g_test_add_func("/server/login-flood", test_login_flood);
    g_test_add_func("/server/many-idle", test_many_idle);
    g_test_add_func("/server/slow-clients", test_slow_clients);
    g_test_add_func("/server/stop", test_stop);
    g_test_add_func("/server/stop-busy", test_stop_busy);
    int result = g_test_run();
    hall_free(hall);
    return result;
}
