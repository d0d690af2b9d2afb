// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/hold_hall.h"

void hold_hall_happens(Fixture *f, const char *id, const char *type, int seconds, const char *data)
{
    g_autofree char *full = g_strconcat("hall.ticket.", type, NULL);
    fixture_happens(f, id, full, AT(seconds), data);
}

/* W07 with two cameras, W08 with one; A012 was called to W07 at 0 and finished at 100. */
Fixture *hold_hall_new(void)
{
    Fixture *f = fixture_new();
    fixture_camera(f, "c1", AT(-1000));
    fixture_camera(f, "c2", AT(-1000));
    fixture_camera(f, "c3", AT(-1000));
    fixture_place(f, "W07", "c1,c2");
    fixture_place(f, "W08", "c3");
    hold_hall_happens(f, "1", "called", 0, "\"ticket_no\":\"A012\",\"window_no\":\"W07\"");
    hold_hall_happens(f, "2", "finished", 100, "\"ticket_no\":\"A012\",\"window_no\":\"W07\"");
    return f;
}

IdxHoldRequest hold_hall_request(void)
{
    return (IdxHoldRequest){.owner = "1023",
                            .reason = "投诉 about the waiting time",
                            .case_no = "2026-7",
                            .by = "1023",
                            .review_day = 20270101};
}

int64_t hold_hall_put(Fixture *f, const IdxHoldRequest *r)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    idx_hold_add(f->cat, r, AT(200), &answer, &error);
    g_assert_no_error(error);
    g_assert_cmpint(answer.journals, ==, answer.journals_of);
    return answer.hold->id;
}

int64_t hold_hall_subject(Fixture *f, const char *kind, const char *key)
{
    IdxHoldRequest r = hold_hall_request();
    r.kind = kind;
    r.key = key;
    return hold_hall_put(f, &r);
}

void hold_hall_expect(Fixture *f, const char *expected)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT group_concat(s, ' ') FROM (SELECT camera || ':' || ((from_us - %" G_GINT64_FORMAT
        ") / 1000000) || '-' || ((to_us - %" G_GINT64_FORMAT ") / 1000000)"
        " || iif(released_us IS NULL, '', 'r') s FROM hold_span ORDER BY camera, from_us, to_us)",
        T0, T0);
    g_autofree char *spans = fixture_dump(f->cat, sql);
    g_assert_cmpstr(spans, ==, expected);
}
