// SPDX-License-Identifier: GPL-3.0-or-later
/* The queue of webhooks: who is told what, in order, bounded, put off and given up. The sending itself:
 * test/api/test-webhooks.c. */
#include "index/alarm/webhook.h"

#include "index/alarm/watch.h"
#include "index/state.h"
#include "test/index/fixture.h"
#include "test/must.h"

#include <glib/gstdio.h>
#include <string.h>

static char *add(Fixture *f, const char *url, const char *kinds)
{
    g_autoptr(GError) error = NULL;
    char *secret = idx_webhook_add(f->cat, url, kinds, false, T0, &error);
    must(secret != NULL, error);
    g_assert_cmpint((int)strlen(secret), ==, 64);
    return secret;
}

static IdxDelivery *next(Fixture *f, int64_t now_us)
{
    g_autoptr(GError) error = NULL;
    IdxDelivery *d = idx_delivery_next(f->cat, now_us, &error);
    g_assert_no_error(error);
    return d;
}

static void done(Fixture *f, const IdxDelivery *d, const char *failure, int64_t now_us)
{
    g_autoptr(GError) error = NULL;
    must(idx_delivery_done(f->cat, d, failure, now_us, &error), error);
}

/* As if an alarm of @kind were raised. */
static void tell(Fixture *f, const char *kind, int64_t now_us)
{
    g_autoptr(GError) error = NULL;
    IdxAlarm alarm = {.id = 1,
                      .kind = (char *)kind,
                      .object = (char *)"o",
                      .severity = (char *)"red",
                      .code = (char *)"c",
                      .detail = (char *)"d",
                      .at_us = now_us,
                      .since_us = now_us,
                      .times = 1};
    must(idx_webhook_queue_alarm(f->cat, "alarm.raised", &alarm, now_us, &error), error);
}

static IdxWebhook *look(Fixture *f, GPtrArray **ret_list)
{
    *ret_list = idx_webhook_list(f->cat, NULL);
    g_assert_cmpint((*ret_list)->len, ==, 1);
    return (*ret_list)->pdata[0];
}

static void test_urls(void)
{
    static const struct {
        const char *url;
        bool plain, good;
    } TABLE[] = {
        {"https://a.example/x?y=1", false, true},
        {"http://a.example/", false, false},
        {"http://a.example/", true, true},
        {"ftp://a.example/", true, false},
        {"https:///x", false, false},
        {"https://u:p@a.example/", false, false},
        {"https://a.example/#x", false, false},
        {"a.example", false, false},
        {"file:///etc/passwd", true, false},
        {"", false, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_test_message("%s", TABLE[i].url);
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(idx_webhook_check_url(TABLE[i].url, TABLE[i].plain, &error), ==,
                        TABLE[i].good);
        g_assert_true(TABLE[i].good || mj_error_is(error, MJ_ERROR_INVALID));
    }
}

static void test_order(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *all = add(f, "https://all.example/", NULL);
    g_autofree char *some = add(f, "https://some.example/", "volume,camera");
    tell(f, "clock", T0);
    tell(f, "camera", AT(1));
    g_autoptr(IdxDelivery) first = next(f, AT(2));
    g_assert_cmpstr(first->url, ==, "https://all.example/");
    g_assert_cmpstr(first->secret, ==, all);
    g_assert_nonnull(strstr(first->body, "\"clock\""));
    done(f, first, NULL, AT(2));
    g_autoptr(IdxDelivery) second = next(f, AT(2)); // of the other one: theirs is due longer
    g_assert_cmpstr(second->url, ==, "https://some.example/");
    g_assert_cmpstr(second->secret, ==, some);
    g_assert_nonnull(strstr(second->body, "\"camera\""));
    done(f, second, NULL, AT(2));
    g_autoptr(IdxDelivery) third = next(f, AT(2));
    g_assert_cmpstr(third->url, ==, "https://all.example/");
    done(f, third, NULL, AT(2));
    g_assert_null(next(f, AT(2)));
}

/* 2 s, 4 s, 8 s …; what was taken makes it begin anew; a day, and it is given up. */
static void test_back_off(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *secret = add(f, "https://a.example/", NULL);
    tell(f, "clock", T0);
    int now = 0;
    for (int wait = 2; wait <= 32; wait *= 2) {
        g_autoptr(IdxDelivery) d = next(f, AT(now));
        g_assert_nonnull(d);
        done(f, d, "it answered HTTP 500", AT(now));
        g_assert_null(next(f, AT(now + wait - 1)));
        now += wait;
    }
    for (int i = 0; i < 30; i++) { // an hour at most, however often
        g_autoptr(IdxDelivery) d = next(f, AT(now));
        if (d)
            done(f, d, "no route", AT(now));
        now += 3600;
    }
    g_autoptr(GPtrArray) list = NULL;
    const IdxWebhook *w = look(f, &list);
    g_assert_cmpint(w->waiting, ==, 0);
    g_assert_cmpint(w->dropped, ==, 1);
    g_assert_cmpstr(w->failure, ==, "no route");
    g_assert_null(strstr(w->failure, secret));
    tell(f, "clock", AT(now));
    g_autoptr(IdxDelivery) later = next(f, AT(now + 3600));
    g_assert_nonnull(later);
    done(f, later, NULL, AT(now + 3600));
    g_autoptr(GPtrArray) after = NULL;
    g_assert_cmpint(look(f, &after)->tries, ==, 0);
}

static void test_bounded(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *secret = add(f, "https://a.example/", NULL);
    g_assert_true(idx_begin(f->cat, NULL));
    for (int i = 0; i < IDX_WEBHOOK_QUEUE_MAX + 5; i++)
        tell(f, i < 5 ? "clock" : "purge", T0);
    g_assert_true(idx_commit(f->cat, NULL));
    g_autoptr(GPtrArray) list = NULL;
    const IdxWebhook *w = look(f, &list);
    g_assert_cmpint(w->waiting, ==, IDX_WEBHOOK_QUEUE_MAX);
    g_assert_cmpint(w->dropped, ==, 5);
    g_autoptr(IdxDelivery) d = next(f, AT(1)); // the oldest gave way
    g_assert_nonnull(strstr(d->body, "\"purge\""));
    for (int i = 1; i < IDX_WEBHOOKS_MAX; i++) {
        g_autofree char *url = g_strdup_printf("https://a.example/%d", i);
        g_free(add(f, url, NULL));
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(idx_webhook_add(f->cat, "https://a.example/more", NULL, false, T0, &error));
    fixture_expect(error, MJ_ERROR_CONFLICT, "16");
}

/* Told with the change or not at all; an alarm raised, again, taken and ended. */
static void test_alarms(void)
{
    static const struct {
        const char *state;
        int from, look;
        const char *what;
    } LIFE[] = {
        {"offline", 10, 12, "alarm.raised"},   {"recording", 20, 21, NULL},
        {"offline", 30, 32, "alarm.again"},    {"recording", 40, 41, NULL},
        {"recording", 40, 102, "alarm.ended"},
    };
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(IdxAlarmWatch) watch = idx_alarm_watch_new();
    int64_t stream = fixture_camera(f, "W07", T0);
    g_autofree char *secret = add(f, "https://a.example/", "camera");
    for (size_t i = 0; i < G_N_ELEMENTS(LIFE); i++) {
        IdxState s = {.state = (char *)LIFE[i].state, .since_us = AT(LIFE[i].from)};
        g_assert_true(idx_state_set(f->cat, stream, &s, NULL));
        fixture_recorder(f, AT(LIFE[i].look), false);
        g_assert_true(idx_alarm_watch_look(watch, f->cat, AT(LIFE[i].look), NULL, NULL));
        g_autoptr(IdxDelivery) d = next(f, AT(LIFE[i].look));
        g_assert_cmpint(d != NULL, ==, LIFE[i].what != NULL);
        if (!d)
            continue;
        g_assert_nonnull(strstr(d->body, LIFE[i].what));
        done(f, d, NULL, AT(LIFE[i].look));
    }
    for (int i = 0; i < 16; i++) { // it comes and goes
        IdxState s = {.state = (char *)(i % 2 ? "recording" : "offline"),
                      .since_us = AT(110 + 5 * i)};
        g_assert_true(idx_state_set(f->cat, stream, &s, NULL));
        fixture_recorder(f, AT(112 + 5 * i), false);
        g_assert_true(idx_alarm_watch_look(watch, f->cat, AT(112 + 5 * i), NULL, NULL));
    }
    g_autofree char *told =
        fixture_dump(f->cat, "SELECT group_concat(body ->> '$.alarm.times') FROM webhook_delivery");
    g_assert_cmpstr(told, ==, "1,2,4,8");
    g_free(fixture_dump(f->cat, "DELETE FROM webhook_delivery"));
    g_assert_true(idx_begin(f->cat, NULL));
    tell(f, "camera", AT(200));
    idx_rollback(f->cat);
    g_assert_null(next(f, AT(201)));
}

/* The key in a URL is sealed: only what is sent has it. */
static void test_key(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) twice = NULL;
    static const char URL[] = "https://a.example/send?x=1&access_token=S3cretOfUrl";
    static const char SHOWN[] = "https://a.example/send?x=1&access_token=***";
    g_autofree char *secret = add(f, URL, "clock");
    g_assert_null(idx_webhook_add(f->cat, URL, NULL, false, T0, &twice));
    fixture_expect(twice, MJ_ERROR_EXISTS, "access_token=***");
    g_assert_null(strstr(twice->message, "S3cret"));
    tell(f, "clock", T0);
    g_autoptr(IdxDelivery) d = next(f, AT(1));
    g_assert_cmpstr(d->url, ==, URL);
    g_assert_cmpstr(d->secret, ==, secret);
    g_autoptr(GPtrArray) list = NULL;
    g_assert_cmpstr(look(f, &list)->url, ==, SHOWN);
    g_assert_true(idx_webhook_remove(f->cat, URL, NULL));
    g_autofree char *rows = fixture_dump(f->cat, "SELECT group_concat(object) FROM audit WHERE"
                                                 " object_kind = 'webhook'");
    g_autofree char *expected = g_strdup_printf("%s,%s", SHOWN, SHOWN);
    g_assert_cmpstr(rows, ==, expected);
}

/* What cannot be sent is its receiver's failure, and nobody else's. */
static void test_unfit(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *lost = add(f, "https://lost.example/", "clock");
    g_autofree char *too = add(f, "https://too.example/", "clock");
    g_autofree char *key = g_build_filename(f->home, "webhook.key", NULL);
    g_assert_cmpint(g_remove(key), ==, 0); // as after a restore; the next one makes a new key
    g_autofree char *good = add(f, "https://good.example/", "clock");
    tell(f, "clock", T0);
    g_autoptr(IdxDelivery) d = next(f, AT(1));
    g_assert_nonnull(d);
    g_assert_cmpstr(d->url, ==, "https://good.example/");
    g_assert_cmpstr(d->secret, ==, good);
    done(f, d, NULL, AT(1));
    g_assert_null(next(f, AT(1)));
    g_autoptr(GPtrArray) list = idx_webhook_list(f->cat, NULL);
    for (guint i = 0; i < 2; i++) {
        const IdxWebhook *w = list->pdata[i];
        g_assert_cmpint(w->tries, ==, 1);
        g_assert_cmpint(w->next_us, ==, AT(1) + IDX_WEBHOOK_FIRST_US);
        g_assert_nonnull(strstr(w->failure, "add it anew"));
    }
}

/* RFC 4231's key of test 2 with a text of our form, by another program:
 * printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac Jefe */
static void test_signature(void)
{
    g_autofree char *ours = idx_delivery_sign("Jefe", 1700000000, "{\"a\":1}", NULL);
    g_assert_cmpstr(ours, ==, "fa5f6481efc59da48b19c9dc10196c9953e5651f8304b3a318b6b87d70272e0a");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/webhook/urls", test_urls);
    g_test_add_func("/webhook/order", test_order);
    g_test_add_func("/webhook/back-off", test_back_off);
    g_test_add_func("/webhook/bounded", test_bounded);
    g_test_add_func("/webhook/alarms", test_alarms);
    g_test_add_func("/webhook/key", test_key);
    g_test_add_func("/webhook/unfit", test_unfit);
    g_test_add_func("/webhook/signature", test_signature);
    return g_test_run();
}
