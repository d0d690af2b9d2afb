// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/hall/sender.h"

#include "index/base/log.h"

#include <curl/curl.h>
#include <string.h>

#define FIRST_PAUSE_US (G_USEC_PER_SEC / 4)
#define LONGEST_PAUSE_US (5 * G_USEC_PER_SEC)
#define REQUEST_TIMEOUT_S 20L
#define MAX_ANSWER (4u << 20)

struct HallSender {
    CURL *curl;
    struct curl_slist *headers[2]; // single, batch
    GThread *thread;
    GMutex lock;
    GCond wake;
    GQueue parcels; // under lock: Parcel; the head is being sent
    HallSent sent;  // under lock
    bool stopping;  // under lock
    void (*on_idle)(void *data);
    void *data;
};

typedef struct Parcel {
    char *body;
    bool batch;
} Parcel;

static const MjLog LOG = {.tag = "queue"};

static void parcel_free(gpointer data)
{
    Parcel *parcel = data;
    if (!parcel)
        return;
    free(parcel->body); // jansson's
    g_free(parcel);
}

static size_t on_answer(char *data, size_t size, size_t count, void *answer)
{
    GString *text = answer;
    if (text->len + size * count > MAX_ANSWER)
        return 0;
    g_string_append_len(text, data, (gssize)(size * count));
    return size * count;
}

static int on_progress(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    HallSender *sender = data;
    g_mutex_lock(&sender->lock);
    int stop = sender->stopping;
    g_mutex_unlock(&sender->lock);
    return stop;
}

static unsigned number(const json_t *answer, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(answer, key));
    return value > 0 ? (unsigned)value : 0;
}

static void log_refused(const json_t *answer)
{
    size_t i;
    json_t *result;
    json_array_foreach(json_object_get(answer, "results"), i, result)
    {
        const char *status = json_string_value(json_object_get(result, "status"));
        if (!status || strcmp(status, "refused") != 0)
            continue;
        const char *id = json_string_value(json_object_get(result, "id"));
        g_autofree char *error =
            json_dumps(json_object_get(result, "error"), JSON_COMPACT | JSON_ENCODE_ANY);
        mj_log_warning(&LOG, "event %s refused: %s", id ? id : "without id",
                       error ? error : "no reason given");
    }
}

HallAnswer hall_sender_judge(long http_status, const char *body, HallSent *count)
{
    json_error_t error;
    json_t *answer = json_loads(body ? body : "", 0, &error);
    if (http_status >= 200 && http_status < 300 && json_is_object(answer)) {
        count->accepted += number(answer, "accepted");
        count->duplicates += number(answer, "duplicates");
        count->refused += number(answer, "refused");
        log_refused(answer);
        json_decref(answer);
        return HALL_TAKEN;
    }
    json_decref(answer);
    bool hopeless =
        http_status == 400 || http_status == 413 || http_status == 415 || http_status == 422;
    return hopeless ? HALL_DROPPED : HALL_TRY_AGAIN;
}

/* One request. @first: the first try of this parcel, which alone logs. */
static HallAnswer post(HallSender *sender, const Parcel *parcel, HallSent *count, bool first)
{
    g_autoptr(GString) answer = g_string_new(NULL);
    curl_easy_setopt(sender->curl, CURLOPT_HTTPHEADER, sender->headers[parcel->batch]);
    curl_easy_setopt(sender->curl, CURLOPT_POSTFIELDS, parcel->body);
    curl_easy_setopt(sender->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(parcel->body));
    curl_easy_setopt(sender->curl, CURLOPT_WRITEDATA, answer);
    CURLcode code = curl_easy_perform(sender->curl);
    long status = 0;
    curl_easy_getinfo(sender->curl, CURLINFO_RESPONSE_CODE, &status);
    HallAnswer result =
        code == CURLE_OK ? hall_sender_judge(status, answer->str, count) : HALL_TRY_AGAIN;
    if (result == HALL_DROPPED)
        mj_log_error(&LOG, "the api refused a request with HTTP %ld: %.200s", status, answer->str);
    else if (result == HALL_TRY_AGAIN && first && code != CURLE_ABORTED_BY_CALLBACK)
        mj_log_warning(&LOG, "the api does not take events (%s, HTTP %ld); trying again",
                       curl_easy_strerror(code), status);
    return result;
}

/* Sends @parcel until it is done with, or the sender is to stop. */
static bool deliver(HallSender *sender, const Parcel *parcel)
{
    gint64 pause = FIRST_PAUSE_US;
    for (bool first = true;; first = false) {
        HallSent count = {0};
        HallAnswer answer = post(sender, parcel, &count, first);
        g_mutex_lock(&sender->lock);
        sender->sent.accepted += count.accepted;
        sender->sent.duplicates += count.duplicates;
        sender->sent.refused += count.refused;
        sender->sent.retries += answer == HALL_TRY_AGAIN;
        gint64 end = g_get_monotonic_time() + pause;
        while (answer == HALL_TRY_AGAIN && !sender->stopping)
            if (!g_cond_wait_until(&sender->wake, &sender->lock, end))
                break;
        bool stopping = sender->stopping;
        g_mutex_unlock(&sender->lock);
        if (answer != HALL_TRY_AGAIN || stopping)
            return answer != HALL_TRY_AGAIN;
        pause = MIN(2 * pause, LONGEST_PAUSE_US);
    }
}

static gpointer sender_thread(gpointer data)
{
    HallSender *sender = data;
    g_mutex_lock(&sender->lock);
    while (!sender->stopping) {
        Parcel *parcel = g_queue_peek_head(&sender->parcels);
        if (!parcel) {
            g_cond_wait(&sender->wake, &sender->lock);
            continue;
        }
        g_mutex_unlock(&sender->lock);
        bool done = deliver(sender, parcel);
        g_mutex_lock(&sender->lock);
        if (done)
            parcel_free(g_queue_pop_head(&sender->parcels));
        if (done && g_queue_is_empty(&sender->parcels) && sender->on_idle)
            sender->on_idle(sender->data);
    }
    g_mutex_unlock(&sender->lock);
    return NULL;
}

static struct curl_slist *make_headers(const char *type, const char *token)
{
    struct curl_slist *headers = curl_slist_append(NULL, type);
    if (!token)
        return headers;
    g_autofree char *authorization = g_strconcat("Authorization: Bearer ", token, NULL);
    return curl_slist_append(headers, authorization);
}

HallSender *hall_sender_new(const char *api, const char *token, void (*on_idle)(void *data),
                            void *data)
{
    HallSender *sender = g_new0(HallSender, 1);
    g_autofree char *url = g_strconcat(api, "/api/v1/events", NULL);
    sender->headers[0] = make_headers("Content-Type: application/cloudevents+json", token);
    sender->headers[1] = make_headers("Content-Type: application/cloudevents-batch+json", token);
    sender->on_idle = on_idle;
    sender->data = data;
    g_mutex_init(&sender->lock);
    g_cond_init(&sender->wake);
    sender->curl = curl_easy_init();
    curl_easy_setopt(sender->curl, CURLOPT_URL, url);
    curl_easy_setopt(sender->curl, CURLOPT_PROXY, ""); // the hall's own network
    curl_easy_setopt(sender->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(sender->curl, CURLOPT_TIMEOUT, REQUEST_TIMEOUT_S);
    curl_easy_setopt(sender->curl, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(sender->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(sender->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(sender->curl, CURLOPT_XFERINFODATA, sender);
    sender->thread = g_thread_new("sender", sender_thread, sender);
    return sender;
}

void hall_sender_free(HallSender *sender)
{
    if (!sender)
        return;
    g_mutex_lock(&sender->lock);
    sender->stopping = true;
    g_cond_broadcast(&sender->wake);
    g_mutex_unlock(&sender->lock);
    g_thread_join(sender->thread);
    g_queue_clear_full(&sender->parcels, parcel_free);
    curl_easy_cleanup(sender->curl);
    curl_slist_free_all(sender->headers[0]);
    curl_slist_free_all(sender->headers[1]);
    g_mutex_clear(&sender->lock);
    g_cond_clear(&sender->wake);
    g_free(sender);
}

void hall_sender_push(HallSender *sender, json_t *json, bool batch)
{
    Parcel *parcel = g_new0(Parcel, 1);
    parcel->body = json_dumps(batch ? json : json_array_get(json, 0), JSON_COMPACT);
    parcel->batch = batch;
    json_decref(json);
    g_mutex_lock(&sender->lock);
    g_queue_push_tail(&sender->parcels, parcel);
    g_cond_signal(&sender->wake);
    g_mutex_unlock(&sender->lock);
}

HallSent hall_sender_status(HallSender *sender)
{
    g_mutex_lock(&sender->lock);
    HallSent sent = sender->sent;
    sent.waiting = g_queue_get_length(&sender->parcels);
    g_mutex_unlock(&sender->lock);
    return sent;
}
