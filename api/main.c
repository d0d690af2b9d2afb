// SPDX-License-Identifier: GPL-3.0-or-later
/* mingjing-api: serves the catalogue, the footage and the web page over HTTP. */
#include "api/audit.h"
#include "api/auth.h"
#include "api/clips.h"
#include "api/keeper.h"
#include "api/known.h"
#include "api/listen.h"
#include "api/live/live.h"
#include "api/run.h"
#include "api/server.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/base/options.h"
#include "index/crypto.h"
#include "index/tls_cert.h"

#include <libavutil/log.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Options {
    char *home, *listen, *ui, *tls_cert, *tls_key;
    bool plain, routes, help, version;
} Options;

#define AT(field) offsetof(Options, field)
// clang-format off
static const MjOption OPTIONS[] = {
    {"home", MJ_OPTION_STRING, AT(home), .text = MJ_HOME_DEFAULT, .value = "DIR", .help = "where everything is kept"},
    {"listen", MJ_OPTION_STRING, AT(listen), .text = "127.0.0.1:8787", .value = "ADDR:PORT", .help = "port 0 = any free one"},
    {"tls-cert", MJ_OPTION_STRING, AT(tls_cert), .value = "FILE", .help = "speak TLS, with this certificate (PEM, with those above it); SIGHUP reads it anew"},
    {"tls-key", MJ_OPTION_STRING, AT(tls_key), .value = "FILE", .help = "and its key; both default to those in HOME/web/ where others than this machine may call"},
    {"plain", MJ_OPTION_FLAG, AT(plain), .help = "without TLS also where others may call: passwords and footage can be read on the way"},
    {"ui", MJ_OPTION_STRING, AT(ui), .value = "DIR", .help = "the web page (default: the built or installed one)"},
    {"routes", MJ_OPTION_FLAG, AT(routes), .help = "print the route table as JSON"},
    {"help", MJ_OPTION_FLAG, AT(help), .help = "print this"},
    {"version", MJ_OPTION_FLAG, AT(version), .help = "print the version"},
    {0},
};
// clang-format on

/* *ret_tls NULL: none, on this machine or since it was told so. */
static bool find_tls(const Options *options, bool local, ApiTls **ret_tls, GError **error)
{
    if ((options->tls_cert == NULL) != (options->tls_key == NULL))
        return mj_error_set(error, MJ_ERROR_USAGE, "--tls-cert and --tls-key go together");
    if (options->plain && options->tls_cert != NULL)
        return mj_error_set(error, MJ_ERROR_USAGE, "--plain and --tls-cert contradict each other");
    if (options->plain || (local && options->tls_cert == NULL))
        return true;
    g_autofree char *cert = mj_home_web(options->home, IDX_TLS_CERT);
    g_autofree char *key = mj_home_web(options->home, IDX_TLS_KEY);
    *ret_tls = options->tls_cert != NULL ? api_tls_new(options->tls_cert, options->tls_key, error)
                                         : api_tls_new(cert, key, error);
    if (*ret_tls == NULL && options->tls_cert == NULL)
        g_prefix_error(error,
                       "%s is reached by others and so needs TLS (make a certificate by `mingjing "
                       "keys`, give --tls-cert, or say --plain): ",
                       options->listen);
    return *ret_tls != NULL;
}

static bool serve(const Options *options, GError **error)
{
    if (!idx_crypto_init(error))
        return false;
    g_autoptr(ApiAuth) auth = api_auth_new(options->home, error);
    g_autoptr(ApiPage) page = NULL;
    if (auth == NULL || !api_page_find_dir(options->ui, &page, error))
        return false;
    g_autoptr(ApiMetrics) metrics = api_metrics_new(api_routes_count());
    g_autoptr(ApiAudit) audit = api_audit_new(options->home, mj_clock_system(), error);
    g_autoptr(ApiClips) clips = audit != NULL ? api_clips_new(options->home, error) : NULL;
    if (clips == NULL)
        return false;
    g_autoptr(ApiLive) live = api_live_new(options->home, mj_clock_system(), error);
    if (live == NULL)
        return false;
    g_autoptr(ApiKeeper) keeper = api_keeper_new(options->home, mj_clock_system(), error);
    if (keeper == NULL)
        return false;
    g_autoptr(ApiLimit) limit = api_limit_new();
    g_autoptr(ApiKnown) known = api_known_new();
    ApiContext context = {.home = options->home,
                          .clock = mj_clock_system(),
                          .started_us = mj_clock_utc_us(mj_clock_system()),
                          .auth = auth,
                          .page = page,
                          .metrics = metrics,
                          .audit = audit,
                          .clips = clips,
                          .live = live,
                          .limit = limit,
                          .known = known};
    g_autoptr(ApiTls) tls = NULL;
    g_autofree char *authority = NULL;
    int fd = api_listen(options->listen, &authority, error);
    if (fd < 0 || !find_tls(options, api_listen_is_local(fd), &tls, error)) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    context.secure = tls != NULL;
    g_autoptr(ApiServer) server = api_server_new(&context, fd, error);
    if (server == NULL)
        return false;
    api_server_run(server, tls, authority);
    return true;
}

int main(int argc, char **argv)
{
    Options options = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rest = g_ptr_array_new_with_free_func(g_free);
    umask(0027);                                 // catalogue and footage are nobody else's business
    mallopt(M_TRIM_THRESHOLD, 32 * 1024 * 1024); // what a transaction took serves the next one
    mj_log_init();
    signal(SIGPIPE, SIG_IGN);
    av_log_set_level(AV_LOG_FATAL); // what fails comes back as an error and is logged once
    bool ok = mj_options_parse(OPTIONS, &options, argc, argv, rest, &error);
    if (ok && rest->len > 0) {
        ok = mj_error_set(&error, MJ_ERROR_USAGE, "what is '%s'?", (char *)rest->pdata[0]);
    } else if (ok && options.help) {
        g_autofree char *help = mj_options_help(OPTIONS);
        printf("mingjing-api serves the recorder over HTTP.\n\n%s", help);
    } else if (ok && options.version) {
        puts("mingjing-api " MJ_VERSION);
    } else if (ok && options.routes) {
        g_autofree char *routes = api_routes_json(API_ROUTES);
        puts(routes);
    } else if (ok) {
        ok = serve(&options, &error);
    }
    if (!ok)
        fprintf(stderr, "mingjing-api: %s\n", error->message);
    mj_options_clear(OPTIONS, &options);
    return ok ? 0 : mj_error_is(error, MJ_ERROR_USAGE) ? 2 : 1;
}
