// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/deliver.h"

#include "index/base/clock.h"
#include "index/base/error.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <string.h>

typedef struct Transfer {
    size_t bytes; // answered
    const atomic_bool *stop;
} Transfer;

static void free_list(struct curl_slist *list)
{
    curl_slist_free_all(list);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CURL, curl_easy_cleanup)
typedef struct curl_slist HeaderList;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeaderList, free_list)

bool api_deliver_init(GError **error)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ||
           mj_error_set(error, MJ_ERROR_FAILED, "libcurl cannot be used");
}

static size_t on_answer(char *data, size_t size, size_t n, void *transfer)
{
    Transfer *t = transfer;
    t->bytes += size * n;
    return t->bytes > API_DELIVER_ANSWER_MAX ? 0 : size * n;
}

static int on_progress(void *transfer, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    return atomic_load(((const Transfer *)transfer)->stop);
}

static HeaderList *add_header(HeaderList *list, const char *format, ...) G_GNUC_PRINTF(2, 3);
static HeaderList *add_header(HeaderList *list, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *line = g_strdup_vprintf(format, args);
    va_end(args);
    HeaderList *longer = curl_slist_append(list, line);
    return longer != NULL ? longer : list;
}

static HeaderList *headers_of(const IdxDelivery *d, int64_t seconds, const char *signature)
{
    HeaderList *list = add_header(NULL, "Content-Type: application/json");
    list = add_header(list, "Mingjing-Delivery: %" PRId64, d->id);
    list = add_header(list, "Mingjing-Timestamp: %" PRId64, seconds);
    list = add_header(list, "Mingjing-Signature: sha256=%s", signature);
    return add_header(list, "Expect:"); // nothing large is sent
}

static void set_options(CURL *curl, const IdxDelivery *d, HeaderList *headers, Transfer *transfer,
                        char words[CURL_ERROR_SIZE])
{
    curl_easy_setopt(curl, CURLOPT_URL, d->url);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, d->body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(d->body));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "mingjing/" MJ_VERSION);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, API_DELIVER_CONNECT_S);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, API_DELIVER_S);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
}

char *api_deliver(const IdxDelivery *delivery, int64_t now_us, const atomic_bool *stop)
{
    g_autoptr(GError) error = NULL;
    int64_t seconds = now_us / MJ_SECOND_US;
    g_autofree char *signature =
        idx_delivery_sign(delivery->secret, seconds, delivery->body, &error);
    if (signature == NULL)
        return g_strdup(error->message);
    g_autoptr(CURL) curl = curl_easy_init();
    if (curl == NULL)
        return g_strdup("no memory");
    g_autoptr(HeaderList) headers = headers_of(delivery, seconds, signature);
    Transfer transfer = {.stop = stop};
    char words[CURL_ERROR_SIZE] = "";
    set_options(curl, delivery, headers, &transfer, words);
    CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK)
        return g_strdup(*words ? words : curl_easy_strerror(code));
    return status / 100 == 2 ? NULL : g_strdup_printf("it answered HTTP %ld", status);
}
