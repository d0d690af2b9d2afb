// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/metrics.h"

#include "api/route.h"

#include <stdatomic.h>

/* Every status this API sends; others are counted as the last. */
static const int STATUSES[] = {200, 204, 206, 304, 400, 401, 403, 404, 405, 409, 413,
                               414, 415, 416, 422, 429, 431, 500, 501, 503, 0};
#define N_STATUSES G_N_ELEMENTS(STATUSES)

struct ApiMetrics {
    size_t n_routes;
    atomic_uint_fast64_t accepted, duplicates, refused;
    atomic_uint_fast64_t *requests; // (n_routes + 1) × N_STATUSES
};

ApiMetrics *api_metrics_new(size_t n_routes)
{
    ApiMetrics *metrics = g_new0(ApiMetrics, 1);
    metrics->n_routes = n_routes;
    metrics->requests = g_new0(atomic_uint_fast64_t, (n_routes + 1) * N_STATUSES);
    return metrics;
}

void api_metrics_free(ApiMetrics *metrics)
{
    if (metrics != NULL) {
        g_free(metrics->requests);
        g_free(metrics);
    }
}

void api_metrics_request(ApiMetrics *metrics, size_t route, int status)
{
    size_t column = 0;
    while (column < N_STATUSES - 1 && STATUSES[column] != status)
        column++;
    atomic_fetch_add(&metrics->requests[MIN(route, metrics->n_routes) * N_STATUSES + column], 1);
}

void api_metrics_events(ApiMetrics *metrics, int64_t accepted, int64_t duplicates, int64_t refused)
{
    atomic_fetch_add(&metrics->accepted, (uint64_t)accepted);
    atomic_fetch_add(&metrics->duplicates, (uint64_t)duplicates);
    atomic_fetch_add(&metrics->refused, (uint64_t)refused);
}

static void print_requests(ApiMetrics *metrics, GString *text)
{
    g_string_append(text, "# HELP mingjing_http_requests_total Answers by route and status.\n"
                          "# TYPE mingjing_http_requests_total counter\n");
    for (size_t i = 0; i <= metrics->n_routes; i++) {
        for (size_t j = 0; j < N_STATUSES; j++) {
            uint64_t count = atomic_load(&metrics->requests[i * N_STATUSES + j]);
            if (count > 0) {
                bool known = i < metrics->n_routes;
                g_string_append_printf(
                    text,
                    "mingjing_http_requests_total{method=\"%s\",route=\"%s\",status=\"%d\"} "
                    "%" G_GUINT64_FORMAT "\n",
                    known ? API_ROUTES[i].method : "", known ? API_ROUTES[i].pattern : "",
                    STATUSES[j], count);
            }
        }
    }
}

void api_metrics_print(ApiMetrics *metrics, GString *text)
{
    print_requests(metrics, text);
    g_string_append_printf(text,
                           "# HELP mingjing_events_total Events that came over HTTP.\n"
                           "# TYPE mingjing_events_total counter\n"
                           "mingjing_events_total{result=\"accepted\"} %" G_GUINT64_FORMAT "\n"
                           "mingjing_events_total{result=\"duplicate\"} %" G_GUINT64_FORMAT "\n"
                           "mingjing_events_total{result=\"refused\"} %" G_GUINT64_FORMAT "\n",
                           (uint64_t)atomic_load(&metrics->accepted),
                           (uint64_t)atomic_load(&metrics->duplicates),
                           (uint64_t)atomic_load(&metrics->refused));
}
