// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/big/measure.h"

#include <time.h>

struct BigWaits {
    GArray *us; // int64_t
    bool sorted;
};

BigWaits *big_waits_new(void)
{
    BigWaits *waits = g_new0(BigWaits, 1);
    waits->us = g_array_new(FALSE, FALSE, sizeof(int64_t));
    return waits;
}

void big_waits_free(BigWaits *waits)
{
    if (!waits)
        return;
    g_array_unref(waits->us);
    g_free(waits);
}

void big_waits_add(BigWaits *waits, int64_t us)
{
    g_array_append_val(waits->us, us);
    waits->sorted = false;
}

int64_t big_waits_count(const BigWaits *waits)
{
    return waits->us->len;
}

static int by_size(gconstpointer a, gconstpointer b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

int64_t big_waits_at(BigWaits *waits, double rank)
{
    if (waits->us->len == 0)
        return 0;
    if (!waits->sorted)
        g_array_sort(waits->us, by_size);
    waits->sorted = true;
    return g_array_index(waits->us, int64_t, (guint)(rank * (double)(waits->us->len - 1)));
}

double big_cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
