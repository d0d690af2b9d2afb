// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/live/sight.h"

#include "index/account/scope.h"
#include "index/camera.h"

struct ApiSight {
    GHashTable *cameras; // code
    GHashTable *places;  // "HALL/CODE"
};

ApiSight *api_sight_none(void)
{
    ApiSight *sight = g_new0(ApiSight, 1);
    sight->cameras = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    sight->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return sight;
}

void api_sight_free(ApiSight *sight)
{
    if (sight == NULL)
        return;
    g_hash_table_unref(sight->cameras);
    g_hash_table_unref(sight->places);
    g_free(sight);
}

static bool read_cameras(IdxCatalogue *cat, ApiSight *sight, int64_t now_us, GError **error)
{
    g_autoptr(GPtrArray) cameras = idx_camera_list(cat, false, error);
    for (guint i = 0; cameras != NULL && i < cameras->len; i++) {
        const IdxCamera *camera = cameras->pdata[i];
        bool sees = false;
        if (!idx_scope_camera(cat, camera->code, now_us, now_us, &sees, error))
            return false;
        if (sees)
            g_hash_table_add(sight->cameras, g_strdup(camera->code));
    }
    return cameras != NULL;
}

ApiSight *api_sight_read(IdxCatalogue *cat, const char *user, int64_t now_us, GError **error)
{
    g_autoptr(ApiSight) sight = api_sight_none();
    g_autoptr(GPtrArray) places = idx_scope_of(cat, user, error);
    if (places == NULL || !read_cameras(cat, sight, now_us, error))
        return NULL;
    for (guint i = 0; i < places->len; i++)
        g_hash_table_add(sight->places, g_strdup(places->pdata[i]));
    return g_steal_pointer(&sight);
}

static bool same(GHashTable *a, GHashTable *b)
{
    GHashTableIter iter;
    void *key = NULL;
    bool alike = g_hash_table_size(a) == g_hash_table_size(b);
    g_hash_table_iter_init(&iter, a);
    while (alike && g_hash_table_iter_next(&iter, &key, NULL))
        alike = g_hash_table_contains(b, key);
    return alike;
}

bool api_sight_equal(const ApiSight *a, const ApiSight *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return same(a->cameras, b->cameras) && same(a->places, b->places);
}

bool api_sight_camera(const ApiSight *sight, const char *camera)
{
    return sight == NULL || g_hash_table_contains(sight->cameras, camera);
}

static bool sees(const ApiSight *sight, const json_t *member)
{
    const char *camera = json_string_value(json_object_get(member, "camera"));
    if (camera != NULL)
        return api_sight_camera(sight, camera);
    g_autofree char *place =
        g_strdup_printf("%s/%s", json_string_value(json_object_get(member, "hall")),
                        json_string_value(json_object_get(member, "place")));
    return g_hash_table_contains(sight->places, place);
}

json_t *api_sight_of(const ApiSight *sight, const json_t *news)
{
    size_t i = 0;
    json_t *member = NULL;
    if (sight == NULL)
        return json_incref((json_t *)(uintptr_t)news);
    json_t *seen = json_array();
    json_array_foreach((json_t *)(uintptr_t)news, i, member) if (sees(sight, member))
        json_array_append(seen, member);
    return seen;
}
