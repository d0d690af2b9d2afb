// SPDX-License-Identifier: GPL-3.0-or-later
/* Counters of this process for /metrics. Lock-free; any thread. */
#pragma once

#include <glib.h>
#include <stdint.h>

typedef struct ApiMetrics ApiMetrics;

/* @n_routes: entries of the route table. */
ApiMetrics *api_metrics_new(size_t n_routes);
void api_metrics_free(ApiMetrics *metrics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiMetrics, api_metrics_free)

/* @route: index into the table; @n_routes for addresses that do not exist. */
void api_metrics_request(ApiMetrics *metrics, size_t route, int status);
void api_metrics_events(ApiMetrics *metrics, int64_t accepted, int64_t duplicates, int64_t refused);

/* Appends the counters in Prometheus' text format. */
void api_metrics_print(ApiMetrics *metrics, GString *text);
