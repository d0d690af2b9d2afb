// SPDX-License-Identifier: GPL-3.0-or-later
/* mingjing-test-queue: the queue and approval systems of a hall, serving citizens in real time.
 *
 *   mingjing-test-queue --api http://127.0.0.1:PORT --token-file FILE [--tickets N] …
 *   mingjing-test-queue --out FILE|- …            events as NDJSON instead, no api needed
 *
 * Standard output: a line of JSON for each ticket that was finished, the ground truth (queue.h);
 * with
 * `--out -` events are there, and the truth is on standard error.
 * With --tickets it ends when so many were finished and all their events were sent; else at SIGINT
 * or SIGTERM. --fast does not wait for time to pass (needs --tickets); --start sets where it
 * begins. */
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/log.h"
#include "test/hall/queue.h"
#include "test/hall/sender.h"

#include <curl/curl.h>
#include <errno.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>

/* Parcels waiting for the api at which the hall closes: what is kept in memory stays bounded. */
#define MAX_WAITING 20000
#define LONGEST_NAP_MS 1000

static struct {
    char *api, *token_file, *out, *visit, *hall, *windows, *start;
    int seed, tickets, first_number;
    gboolean fast;
} settings;

static const GOptionEntry ENTRIES[] = {
    {"api", 0, 0, G_OPTION_ARG_STRING, &settings.api, "Where to post events", "URL"},
    {"token-file", 0, 0, G_OPTION_ARG_FILENAME, &settings.token_file, "API token", "FILE"},
    {"out", 0, 0, G_OPTION_ARG_FILENAME, &settings.out, "Write NDJSON instead", "FILE|-"},
    {"visit-seconds", 0, 0, G_OPTION_ARG_STRING, &settings.visit, "From called to finished (20-45)",
     "MIN-MAX"},
    {"seed", 0, 0, G_OPTION_ARG_INT, &settings.seed, "The same seed gives the same day", "N"},
    {"tickets", 0, 0, G_OPTION_ARG_INT, &settings.tickets, "End after so many", "N"},
    {"first-number", 0, 0, G_OPTION_ARG_INT, &settings.first_number,
     "First ticket number (default: by the time of day)", "N"},
    {"hall", 0, 0, G_OPTION_ARG_STRING, &settings.hall, "Hall code (H01)", "CODE"},
    {"windows", 0, 0, G_OPTION_ARG_STRING, &settings.windows, "W01,W02,W03", "LIST"},
    {"start", 0, 0, G_OPTION_ARG_STRING, &settings.start, "RFC 3339; only with --fast", "TIME"},
    {"fast", 0, 0, G_OPTION_ARG_NONE, &settings.fast, "Do not wait for time to pass", NULL},
    {NULL},
};

typedef struct Run {
    HallQueue *queue;
    HallSender *sender; // or
    FILE *out;
    FILE *truth;
    GMainLoop *loop;
} Run;

static void print_line(FILE *file, const json_t *json)
{
    json_dumpf(json, file, JSON_COMPACT);
    fputc('\n', file);
    fflush(file);
}

static void send_parcel(Run *run, json_t *parcel, bool batch)
{
    if (run->sender) {
        hall_sender_push(run->sender, parcel, batch);
        return;
    }
    size_t i;
    json_t *event;
    json_array_foreach(parcel, i, event) print_line(run->out, event);
    json_decref(parcel);
}

static void step(Run *run, int64_t now_us)
{
    bool batch;
    if (run->sender && !settings.fast)
        hall_queue_set_open(run->queue, hall_sender_status(run->sender).waiting < MAX_WAITING);
    hall_queue_advance(run->queue, now_us);
    for (json_t *parcel; (parcel = hall_queue_take(run->queue, now_us, &batch));)
        send_parcel(run, parcel, batch);
    for (json_t *truth; (truth = hall_queue_truth(run->queue, now_us));) {
        print_line(run->truth, truth);
        json_decref(truth);
    }
}

static bool all_done(const Run *run)
{
    return hall_queue_next_us(run->queue) == INT64_MAX &&
           (!run->sender || !hall_sender_status(run->sender).waiting);
}

static gboolean on_time(gpointer data)
{
    Run *run = data;
    int64_t now = g_get_real_time();
    step(run, now);
    if (all_done(run)) {
        g_main_loop_quit(run->loop);
        return G_SOURCE_REMOVE;
    }
    int64_t next = hall_queue_next_us(run->queue);
    int64_t nap = next == INT64_MAX ? LONGEST_NAP_MS : (next - now) / 1000 + 1;
    g_timeout_add((guint)CLAMP(nap, 1, LONGEST_NAP_MS), on_time, run);
    return G_SOURCE_REMOVE;
}

static gboolean check_done(gpointer data)
{
    if (all_done(data))
        g_main_loop_quit(((Run *)data)->loop);
    return G_SOURCE_REMOVE;
}

/* On the sender's thread. */
static void on_idle(void *data)
{
    g_idle_add(check_done, data);
}

static gboolean on_signal(gpointer data)
{
    g_main_loop_quit(data);
    return G_SOURCE_CONTINUE;
}

static void run_in_time(Run *run)
{
    g_idle_add(on_time, run);
    g_main_loop_run(run->loop);
}

static void run_fast(Run *run)
{
    for (int64_t next; (next = hall_queue_next_us(run->queue)) != INT64_MAX;)
        step(run, next);
    if (run->sender && !all_done(run))
        g_main_loop_run(run->loop);
}

static bool parse_visit(HallQueueConfig *config, GError **error)
{
    char rest;
    config->visit_min_s = 20;
    config->visit_max_s = 45;
    if (settings.visit && (sscanf(settings.visit, "%d-%d%c", &config->visit_min_s,
                                  &config->visit_max_s, &rest) != 2 ||
                           config->visit_min_s < 1 || config->visit_max_s < config->visit_min_s))
        return mj_error_set(error, MJ_ERROR_USAGE, "--visit-seconds %s: expected MIN-MAX",
                            settings.visit);
    return true;
}

static bool check_options(GError **error)
{
    if ((settings.api != NULL) == (settings.out != NULL))
        return mj_error_set(error, MJ_ERROR_USAGE, "expected either --api or --out");
    if (settings.fast && settings.tickets < 1)
        return mj_error_set(error, MJ_ERROR_USAGE, "--fast needs --tickets");
    if (settings.start && !settings.fast)
        return mj_error_set(error, MJ_ERROR_USAGE, "--start needs --fast");
    return true;
}

static bool open_target(Run *run, GError **error)
{
    run->truth = stdout;
    if (settings.out && strcmp(settings.out, "-") == 0) {
        run->out = stdout;
        run->truth = stderr;
    } else if (settings.out) {
        run->out = fopen(settings.out, "we");
        if (!run->out)
            return mj_error_errno(error, errno, "cannot write %s", settings.out);
    } else {
        g_autofree char *token = NULL;
        if (settings.token_file && !g_file_get_contents(settings.token_file, &token, NULL, error))
            return false;
        if (token)
            token[strcspn(token, "\r\n")] = 0;
        run->sender = hall_sender_new(settings.api, token, on_idle, run);
    }
    return true;
}

static void close_target(Run *run)
{
    if (run->sender) {
        HallSent sent = hall_sender_status(run->sender);
        g_printerr("{\"accepted\":%u,\"duplicates\":%u,\"refused\":%u,\"retries\":%u,"
                   "\"not_sent\":%u}\n",
                   sent.accepted, sent.duplicates, sent.refused, sent.retries, sent.waiting);
    }
    hall_sender_free(run->sender);
    if (run->out && run->out != stdout)
        fclose(run->out);
}

static bool run(GError **error)
{
    HallQueueConfig config = {.hall = settings.hall ? settings.hall : "H01",
                              .seed = settings.seed ? (guint32)settings.seed : g_random_int(),
                              .tickets = settings.tickets,
                              .first_number = settings.first_number};
    int64_t start_us = g_get_real_time();
    if (!check_options(error) || !parse_visit(&config, error))
        return false;
    if (settings.start && !mj_time_parse_rfc3339(settings.start, &start_us, error))
        return false;
    g_auto(GStrv) windows =
        g_strsplit(settings.windows ? settings.windows : "W01,W02,W03", ",", -1);
    config.windows = (const char *const *)windows;
    Run run = {.loop = g_main_loop_new(NULL, FALSE)};
    bool opened = open_target(&run, error);
    if (opened) {
        run.queue = hall_queue_new(&config, start_us);
        g_unix_signal_add(SIGINT, on_signal, run.loop);
        g_unix_signal_add(SIGTERM, on_signal, run.loop);
        if (settings.fast)
            run_fast(&run);
        else
            run_in_time(&run);
        close_target(&run);
        hall_queue_free(run.queue);
    }
    g_main_loop_unref(run.loop);
    return opened;
}

int main(int argc, char **argv)
{
    mj_log_init();
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new("— citizens at the windows");
    g_option_context_add_main_entries(context, ENTRIES, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1) {
        g_printerr("%s\n", error ? error->message : "unexpected argument");
        return 2;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    bool done = run(&error);
    if (!done)
        g_printerr("mingjing-test-queue: %s\n", error->message);
    curl_global_cleanup();
    char *texts[] = {settings.api,  settings.token_file, settings.out,  settings.visit,
                     settings.hall, settings.windows,    settings.start};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    return done ? 0 : mj_error_is(error, MJ_ERROR_USAGE) ? 2 : 1;
}
