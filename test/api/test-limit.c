// SPDX-License-Identifier: GPL-3.0-or-later
/* Token buckets: a burst, then so many a second; each caller and class by itself; no end of callers costs no end of
 * memory. */
#include "api/limit.h"

#define SECOND INT64_C(1000000)

static int taken(ApiLimit *limit, ApiRate rate, const char *who, int64_t at_us)
{
    int n = 0, wait_s = 0;
    while (n < 100000 && api_limit_take(limit, rate, who, at_us, &wait_s))
        n++;
    g_assert_cmpint(wait_s, >, 0);
    return n;
}

static void test_bucket(void)
{
    g_autoptr(ApiLimit) limit = api_limit_new();
    for (int rate = 0; rate < API_RATES; rate++) {
        const ApiRateSpec *spec = api_rate((ApiRate)rate);
        g_assert_cmpint(taken(limit, (ApiRate)rate, "1023", 5 * SECOND), ==, spec->burst);
        g_assert_cmpint(taken(limit, (ApiRate)rate, "1024", 5 * SECOND), ==, spec->burst);
        g_assert_cmpint(taken(limit, (ApiRate)rate, "1023", 6 * SECOND), ==, spec->per_second);
        g_assert_cmpint(taken(limit, (ApiRate)rate, "1023", 5000 * SECOND), ==, spec->burst);
    }
}

static void test_login_is_tighter(void)
{
    for (int rate = 0; rate < API_RATES; rate++)
        g_assert_true(rate == API_RATE_LOGIN ||
                      api_rate((ApiRate)rate)->per_second > api_rate(API_RATE_LOGIN)->per_second);
}

/* Beyond API_LIMIT_CALLERS they share one; those who have been quiet make room. */
static void test_many(void)
{
    g_autoptr(ApiLimit) limit = api_limit_new();
    int wait_s = 0, refused = 0;
    for (int i = 0; i < API_LIMIT_CALLERS + 200; i++) {
        g_autofree char *who = g_strdup_printf("10.0.%d.%d", i / 256, i % 256);
        refused += api_limit_take(limit, API_RATE_LOGIN, who, SECOND, &wait_s) ? 0 : 1;
    }
    g_assert_cmpint(refused, ==, 200 - api_rate(API_RATE_LOGIN)->burst);
    g_assert_true(api_limit_take(limit, API_RATE_LOGIN, "somebody new", 60 * SECOND, &wait_s));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/limit/bucket", test_bucket);
    g_test_add_func("/limit/login-is-tighter", test_login_is_tighter);
    g_test_add_func("/limit/many", test_many);
    return g_test_run();
}
