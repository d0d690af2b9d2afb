// SPDX-License-Identifier: GPL-3.0-or-later
/* How RTP comes to us: TCP, UDP, TLS, with and without a password. RTSP and HALL in the environment
 * are the paths of two servers; TLS and its certificate are the hall's. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "capture/source.h"
#include "index/base/clock.h"
#include "index/segment/gap.h"
#include "test/rtsp/watch.h"

#define USER "viewer"
#define PASSWORD "Wx7/never-shown"
#define PASSWORD_CODED "Wx7%2Fnever-shown"
#define PICTURES 60

static const CapSourceKind *kind = &cap_source_rtsp;

static CapSource *open_url(const char *url, GError **error)
{
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    return kind->open(url, cancel, error);
}

/* How many UDP sockets we have: each of them stands in /proc/net/udp under its inode. */
static int udp_sockets(void)
{
    g_autofree char *table = NULL;
    g_assert_true(g_file_get_contents("/proc/net/udp", &table, NULL, NULL));
    g_autoptr(GDir) folder = g_dir_open("/proc/self/fd", 0, NULL);
    int count = 0;
    for (const char *name; (name = g_dir_read_name(folder));) {
        g_autofree char *path = g_build_filename("/proc/self/fd", name, NULL);
        g_autofree char *target = g_file_read_link(path, NULL);
        if (!target || !g_str_has_prefix(target, "socket:["))
            continue;
        g_autofree char *inode = g_strdup_printf(" %d ", atoi(target + 8));
        count += strstr(table, inode) != NULL;
    }
    return count;
}

/* Reads pictures, whole and in order. */
static void read_pictures(CapSource *source)
{
    int64_t last_us = -1;
    for (int count = 0; count < PICTURES;) {
        g_autoptr(GError) error = NULL;
        g_auto(CapPacket) packet = {0};
        CapRead got = kind->read(source, &packet, &error);
        g_assert_no_error(error);
        g_assert_cmpint(got, ==, CAP_READ_PACKET);
        if (packet.kind != CAP_VIDEO)
            continue;
        if (last_us >= 0) // none is missing
            g_assert_cmpint(packet.pts_us - last_us, <, 100000);
        if (count > 1) // the first two may come together, before the first report
            g_assert_cmpint(packet.pts_us, >, last_us);
        last_us = packet.pts_us;
        count++;
    }
}

static void check_plays(const char *url, bool by_udp)
{
    int before = udp_sockets();
    g_autoptr(GError) error = NULL;
    CapSource *source = open_url(url, &error);
    g_assert_no_error(error);
    read_pictures(source);
    g_assert_true((udp_sockets() > before) == by_udp);
    kind->close(source);
    g_assert_cmpint(udp_sockets(), ==, before);
}

static void check_refused(const char *url, const char *reason, const char *says)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(open_url(url, &error));
    g_assert_nonnull(error);
    g_test_message("%s", error->message);
    g_assert_cmpstr(idx_gap_reason(error), ==, reason);
    g_assert_nonnull(strstr(error->message, says));
    g_assert_null(strstr(error->message, "never-shown"));
    g_assert_null(strchr(error->message, '#'));
}

static char *with(const Server *server, const char *fragment)
{
    g_autofree char *url = server_url(server, 0, "");
    return g_strconcat(url, fragment, NULL);
}

static void test_transports(void)
{
    Server *server = server_start((const char *const[]){NULL});
    g_autofree char *plain = with(server, ""), *tcp = with(server, "#tcp"),
                    *udp = with(server, "#udp");
    check_plays(plain, false);
    check_plays(tcp, false);
    check_plays(udp, true);
    server_end(server);
}

/* A camera that can only do one of them. */
static void test_transport_refused(void)
{
    Server *server = server_start((const char *const[]){"--transport", "udp", NULL});
    g_autofree char *plain = with(server, ""), *tcp = with(server, "#tcp"),
                    *udp = with(server, "#udp");
    check_plays(plain, true);
    check_plays(udp, true);
    check_refused(tcp, IDX_REASON_REFUSED, "127.0.0.1");
    server_end(server);
    server = server_start((const char *const[]){"--transport", "tcp", NULL});
    g_autofree char *wrong = with(server, "#udp");
    check_refused(wrong, IDX_REASON_REFUSED, "127.0.0.1");
    server_end(server);
}

static void check_password(const char *method)
{
    g_autofree char *file = NULL;
    g_close(g_file_open_tmp("mingjing-XXXXXX", &file, NULL), NULL);
    g_assert_true(g_file_set_contents(file, USER ":" PASSWORD "\n", -1, NULL));
    Server *server =
        server_start((const char *const[]){"--credentials", file, "--auth", method, NULL});
    g_autofree char *right = server_url(server, 0, USER ":" PASSWORD_CODED);
    g_autofree char *by_udp = g_strconcat(right, "#udp", NULL);
    g_autofree char *wrong = server_url(server, 0, USER ":never-shown-either");
    g_autofree char *none = server_url(server, 0, "");
    check_plays(right, false);
    check_plays(by_udp, true);
    check_refused(wrong, IDX_REASON_UNAUTHORIZED, "password");
    check_refused(none, IDX_REASON_UNAUTHORIZED, "password");
    server_end(server);
    g_unlink(file);
}

static void test_digest(void)
{
    check_password("digest");
}

static void test_basic(void)
{
    check_password("basic");
}

/* --- TLS ------------------------------------------------------------------------------------- */

static void die_with_us(void *data)
{
    (void)data;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* A certificate as cameras have: signed by itself, for a name that is not the address. */
static void make_certificate(const char *file)
{
    const char *const command[] = {"openssl", "req",   "-x509", "-newkey", "rsa:2048",
                                   "-nodes",  "-days", "2",     "-subj",   "/CN=camera",
                                   "-keyout", file,    "-out",  file,      NULL};
    g_autoptr(GError) error = NULL;
    g_autofree char *key = NULL, *certificate = NULL, *both = NULL;
    int status = -1;
    g_autofree char *other = g_strconcat(file, ".crt", NULL);
    const char *arguments[G_N_ELEMENTS(command)];
    memcpy(arguments, command, sizeof command);
    arguments[13] = other;
    g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                 NULL, NULL, NULL, NULL, &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    g_assert_true(g_file_get_contents(file, &key, NULL, NULL));
    g_assert_true(g_file_get_contents(other, &certificate, NULL, NULL));
    both = g_strconcat(key, certificate, NULL);
    g_assert_true(g_file_set_contents(file, both, -1, NULL));
    g_unlink(other);
}

static void test_tls(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = g_dir_make_tmp("mingjing-XXXXXX", NULL);
    g_autofree char *pem = g_build_filename(dir, "camera.pem", NULL);
    g_autofree char *credentials = g_build_filename(dir, "credentials", NULL);
    make_certificate(pem);
    g_assert_true(g_file_set_contents(credentials, USER ":" PASSWORD "\n", -1, NULL));
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    g_subprocess_launcher_set_child_setup(launcher, die_with_us, NULL, NULL);
    g_autoptr(GSubprocess) hall = g_subprocess_launcher_spawn(
        launcher, &error, g_getenv("HALL"), "--exit-on-eof", "--credentials", credentials, "--tls",
        pem, "--cameras", "w01-face,secret", NULL);
    g_assert_no_error(error);
    g_autoptr(GDataInputStream) out = g_data_input_stream_new(g_subprocess_get_stdout_pipe(hall));
    g_autofree char *line = g_data_input_stream_read_line(out, NULL, NULL, &error);
    json_t *ready = json_loads(line, 0, NULL);
    int port = (int)json_integer_value(json_object_get(ready, "port"));
    json_decref(ready);
    g_autofree char *open = g_strdup_printf("rtsps://127.0.0.1:%d/w01-face", port);
    g_autofree char *guarded =
        g_strdup_printf("rtsps://%s@127.0.0.1:%d/secret", USER ":" PASSWORD_CODED, port);
    g_autofree char *wrong = g_strdup_printf("rtsps://" USER ":no@127.0.0.1:%d/secret", port);
    g_autofree char *plain = g_strdup_printf("rtsp://127.0.0.1:%d/w01-face", port);
    check_plays(open, false);
    check_plays(guarded, false);
    check_refused(wrong, IDX_REASON_UNAUTHORIZED, "password");
    g_autoptr(GError) unencrypted = NULL;
    g_assert_null(open_url(plain, &unencrypted)); // so it was TLS
    g_output_stream_close(g_subprocess_get_stdin_pipe(hall), NULL, NULL);
    g_subprocess_wait(hall, NULL, NULL);
    g_unlink(pem);
    g_unlink(credentials);
    g_rmdir(dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    g_test_add_func("/source/transports", test_transports);
    g_test_add_func("/source/transport-refused", test_transport_refused);
    g_test_add_func("/source/digest", test_digest);
    g_test_add_func("/source/basic", test_basic);
    g_test_add_func("/source/tls", test_tls);
    return g_test_run();
}
