// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/limit.h"

#define SECOND_US INT64_C(1000000)

static const ApiRateSpec RATES[API_RATES] = {
    [API_RATE_USUAL] = {200, 600},      [API_RATE_LOGIN] = {4, 60},
    [API_RATE_CHANGE] = {20, 100},      [API_RATE_FRAME] = {60, 300},
    [API_RATE_FOOTAGE] = {5000, 20000}, [API_RATE_EVENTS] = {2000, 6000},
    [API_RATE_OFFER] = {5, 40},
};

typedef struct Bucket {
    int64_t filled_us; // when it will be, or was, full: what is taken moves it on
} Bucket;

struct ApiLimit {
    GMutex lock;         // guards what follows
    GHashTable *buckets; // "RATE WHO" → Bucket
};

const ApiRateSpec *api_rate(ApiRate rate)
{
    return &RATES[rate];
}

ApiLimit *api_limit_new(void)
{
    ApiLimit *limit = g_new0(ApiLimit, 1);
    g_mutex_init(&limit->lock);
    limit->buckets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return limit;
}

void api_limit_free(ApiLimit *limit)
{
    if (limit == NULL)
        return;
    g_hash_table_unref(limit->buckets);
    g_mutex_clear(&limit->lock);
    g_free(limit);
}

static gboolean is_full(gpointer key, gpointer value, gpointer now_us)
{
    return ((Bucket *)value)->filled_us <= *(int64_t *)now_us;
}

static Bucket *find_locked(ApiLimit *limit, ApiRate rate, const char *who, int64_t now_us)
{
    g_autofree char *key = g_strdup_printf("%d %s", (int)rate, who);
    Bucket *bucket = g_hash_table_lookup(limit->buckets, key);
    if (bucket != NULL)
        return bucket;
    if (g_hash_table_size(limit->buckets) >= API_LIMIT_CALLERS)
        g_hash_table_foreach_remove(limit->buckets, is_full, &now_us);
    if (g_hash_table_size(limit->buckets) >= API_LIMIT_CALLERS) {
        g_free(key);
        key = g_strdup_printf("%d", (int)rate);
        bucket = g_hash_table_lookup(limit->buckets, key);
    }
    if (bucket == NULL) {
        bucket = g_new0(Bucket, 1);
        g_hash_table_insert(limit->buckets, g_steal_pointer(&key), bucket);
    }
    return bucket;
}

bool api_limit_take(ApiLimit *limit, ApiRate rate, const char *who, int64_t mono_us,
                    int *ret_wait_s)
{
    int64_t one_us = SECOND_US / RATES[rate].per_second, room_us = one_us * RATES[rate].burst;
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&limit->lock);
    Bucket *bucket = find_locked(limit, rate, who, mono_us);
    int64_t filled_us = MAX(bucket->filled_us, mono_us) + one_us;
    if (filled_us - mono_us > room_us) {
        *ret_wait_s = (int)((filled_us - mono_us - room_us + SECOND_US - 1) / SECOND_US);
        return false;
    }
    bucket->filled_us = filled_us;
    return true;
}
