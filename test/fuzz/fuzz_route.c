// SPDX-License-Identifier: GPL-3.0-or-later
/* Request targets: any bytes as path and query, held against the whole route table. */
#include "api/route.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_target(const ApiTarget *target)
{
    g_assert(target->n_parts > 0 && target->n_parts <= API_PARTS_MAX);
    g_assert(target->n_query <= API_QUERY_MAX);
    for (int i = 0; i < target->n_parts; i++)
        g_assert(g_utf8_validate(target->parts[i], -1, NULL));
    for (int i = 0; i < target->n_query; i++) {
        g_assert(target->query[i].name[0] != '\0');
        g_assert(api_target_query(target, target->query[i].name) != NULL);
    }
}

static void check_method(const char *method, const ApiTarget *target)
{
    g_autofree char *allow = NULL;
    const char *values[API_VALUES_MAX] = {0};
    const ApiRoute *route = api_route_find(API_ROUTES, method, target, values, &allow);
    g_assert(route == NULL || allow == NULL);
    for (int i = 0; i < API_VALUES_MAX && values[i] != NULL; i++)
        g_assert(values[i] >= target->text && values[i] <= target->text + API_URI_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *uri = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    ApiTarget target;
    if (!api_target_parse(uri, &target, &error)) {
        g_assert(error != NULL);
        return 0;
    }
    check_target(&target);
    check_method("GET", &target);
    check_method("POST", &target);
    check_method("BREW", &target);
    api_target_clear(&target);
    return 0;
}
