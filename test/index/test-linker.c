// SPDX-License-Identifier: GPL-3.0-or-later
/* Stories as strings: "<type>@<place>+<seconds>" apart by blanks, "~<seconds>" behind it: its
 * clock may be wrong by so much; visits as
 * "<place> <first>-<last> called=<c> started=<s>". Place "-" = names none; last "…" = goes on. */
#include "index/link/linker.h"

#include "test/index/fixture.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *short_name, *type;
} NAMES[] = {
    {"taken", "hall.ticket.taken"},       {"called", "hall.ticket.called"},
    {"recalled", "hall.ticket.recalled"}, {"started", "hall.ticket.started"},
    {"paused", "hall.ticket.paused"},     {"finished", "hall.ticket.finished"},
    {"passed", "hall.ticket.passed"},     {"transferred", "hall.ticket.transferred"},
    {"rated", "hall.ticket.rated"},       {"accepted", "hall.approval.accepted"},
    {"decided", "hall.approval.decided"}, {"alert", "hall.alert.fall"},
    {"begun", "hall.session.started"},    {"ended", "hall.session.ended"},
    {"door", "hall.trade.door_opened"},
};

static const char *type_of(const char *short_name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++)
        if (strcmp(NAMES[i].short_name, short_name) == 0)
            return NAMES[i].type;
    g_error("no type %s", short_name);
}

static int compare(gconstpointer a, gconstpointer b)
{
    return idx_linker_compare(a, b);
}

/* The strings live in @words as long as the test. */
static GArray *story_of(const char *text, GStrv *words)
{
    GArray *events = g_array_new(FALSE, FALSE, sizeof(IdxStoryEvent));
    *words = g_strsplit(text, " ", -1);
    for (size_t i = 0; (*words)[i]; i++) {
        char *place = strchr((*words)[i], '@'), *plus = strchr((*words)[i], '+');
        *place++ = '\0';
        *plus++ = '\0';
        IdxStoryEvent event = {.type = type_of((*words)[i]),
                               .place = strcmp(place, "-") == 0 ? NULL : place,
                               .time_us = AT(atoi(plus))};
        const char *doubt = strchr(plus, '~');
        event.uncertainty_us = doubt ? atoi(doubt + 1) * MJ_SECOND_US : 0;
        g_array_append_val(events, event);
    }
    g_array_sort(events, compare);
    return events;
}

static void add_moment(GString *out, const char *name, int64_t us)
{
    if (us)
        g_string_append_printf(out, "%s%d", name, (int)((us - T0) / MJ_SECOND_US));
}

static const IdxLinkRule RULES[IDX_METHODS] = {
    {.before_us = 30 * MJ_SECOND_US, .after_us = 60 * MJ_SECOND_US, .max_us = 7200 * MJ_SECOND_US},
    {.before_us = 5 * MJ_SECOND_US, .after_us = 6 * MJ_SECOND_US, .max_us = 7200 * MJ_SECOND_US},
    {.before_us = 7 * MJ_SECOND_US, .after_us = 8 * MJ_SECOND_US, .max_us = 14400 * MJ_SECOND_US}};

static char *visits_text(const GArray *visits)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < visits->len; i++) {
        const IdxVisit *v = &g_array_index(visits, IdxVisit, i);
        g_string_append_printf(out, "%s%s%s", i ? "; " : "",
                               v->method == IDX_METHOD_STEP ? "step " : "", v->place);
        add_moment(out, " ", v->first_us);
        if (v->last_us)
            add_moment(out, "-", v->last_us);
        else
            g_string_append(out, "-…");
        add_moment(out, " called=", v->called_us);
        add_moment(out, " started=", v->started_us);
    }
    return g_string_free(out, FALSE);
}

typedef struct Told {
    const char *events, *visits;
} Told;

static void expect_visits(const Told *table, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g_auto(GStrv) words = NULL;
        g_autoptr(GArray) events = story_of(table[i].events, &words);
        g_autoptr(GArray) visits =
            idx_linker_visits((const IdxStoryEvent *)(void *)events->data, events->len, RULES);
        g_autofree char *text = visits_text(visits);
        g_assert_cmpstr(text, ==, table[i].visits);
    }
}

static void test_visits(void)
{
    static const Told TABLE[] = {
        {"taken@-+0", ""},
        {"taken@-+0 called@W1+10 started@W1+20 finished@W1+300 rated@-+310",
         "W1 10-300 called=10 started=20"},
        {"called@W1+10", "W1 10-… called=10"},
        {"called@W1+10 recalled@W1+40 started@W1+50 finished@-+90",
         "W1 10-90 called=10 started=50"},
        {"called@W1+10 called@W1+30 finished@W1+60", "W1 10-60 called=10"},
        {"recalled@W1+30 finished@W1+60", "W1 30-60 called=30"},
        {"called@W1+10 passed@W1+70", "W1 10-70 called=10"}, // did not come
        {"called@W1+10 passed@W1+70 recalled@W1+100 started@W1+105 finished@W1+200",
         "W1 10-70 called=10; W1 100-200 called=100 started=105"},
        {"called@W1+10 transferred@W2+50 called@W2+60 finished@W2+90",
         "W1 10-50 called=10; W2 60-90 called=60"},
        {"called@W1+10 transferred@W1+50 called@W2+50 finished@W2+90",
         "W1 10-50 called=10; W2 50-90 called=50"},              // both in one second
        {"started@W1+20 finished@W1+90", "W1 20-90 started=20"}, // no call came
        {"finished@W1+90", "W1 90-90"},
        {"finished@-+90", ""}, // nowhere
        {"passed@W1+90", ""},
        {"called@W1+10 called@W2+30000 finished@W2+30080", // hours later: nobody said when it was over
         "W1 10-7210 called=10; W2 30000-30080 called=30000"},
        {"called@W1+10 recalled@W1+30000 finished@W1+30080",
         "W1 10-7210 called=10; W1 30000-30080 called=30000"},
        {"called@W1+10 started@W1+7000 recalled@W1+14000 finished@W1+30080", // it was heard of
         "W1 10-30080 called=10 started=7000"},
        {"called@W1+10 finished@W1+30080", "W1 10-30080 called=10"},       // said so
        {"called@W1+10 started@W1+9000 called@W2+10000 finished@W2+10080", // served late
         "W1 10-10000 called=10 started=9000; W2 10000-10080 called=10000"},
        {"called@W1+10 started@W1+9000 called@W2+30000 finished@W2+30080",
         "W1 10-16200 called=10 started=9000; W2 30000-30080 called=30000"},
        {"called@W1+10 called@W2+40 finished@W2+80", "W1 10-40 called=10; W2 40-80 called=40"},
        {"called@W1+10 started@W2+40", "W1 10-40 called=10; W2 40-… started=40"},
        {"called@W1+10 started@-+15 finished@-+80", "W1 10-80 called=10 started=15"},
        {"called@W1+10 paused@W1+20 started@W1+30 finished@W1+80", "W1 10-80 called=10 started=30"},
        {"called@W1+10 finished@W1+80 finished@W1+85", "W1 10-80 called=10; W1 85-85"},
        {"called@W1+10 started@W1+10 finished@W1+10", "W1 10-10 called=10 started=10"},
        {"accepted@W3+5 decided@-+900", "step W3 5-5"},
        {"accepted@W3+5 decided@R1+900", "step W3 5-5; step R1 900-900"},
        {"alert@W1+5", ""},
    };
    expect_visits(TABLE, G_N_ELEMENTS(TABLE));
}

/* Closed when the next window has called already: it is the old one that ends. */
static void test_late_ends(void)
{
    static const Told TABLE[] = {
        {"called@W7+0 called@W8+60 finished@W7+65 finished@W8+660",
         "W7 0-65 called=0; W8 60-660 called=60"},
        {"called@W7+0 called@W8+60 finished@W7+65", "W7 0-65 called=0; W8 60-… called=60"},
        {"called@W7+0 called@W8+60 passed@W7+65 finished@-+660",
         "W7 0-65 called=0; W8 60-660 called=60"},
        {"called@W7+0 called@W8+60 transferred@W7+65 finished@W8+660",
         "W7 0-65 called=0; W8 60-660 called=60"},
        {"called@W7+0 called@W8+60 started@W7+65 finished@W8+660 finished@W7+900",
         "W7 0-60 called=0; W8 60-660 called=60; W7 65-900 started=65"},
        {"called@W7+0 called@W8+60 finished@W7+7200 finished@W8+8000", // no later than it may last
         "W7 0-7200 called=0; W8 60-8000 called=60"},
        {"called@W7+0 called@W8+60 finished@W7+7201 finished@W8+8000",
         "W7 0-60 called=0; W8 60-8000 called=60"},
        {"called@W7+0 called@W8+60 called@W7+120 finished@W8+125 finished@W7+300",
         "W7 0-60 called=0; W8 60-125 called=60; W7 120-300 called=120"},
        {"called@W7+0 called@W8+60 finished@W7+65 finished@W7+70 finished@W8+90", // told twice
         "W7 0-65 called=0; W8 60-90 called=60; W7 70-70"},
        {"called@W7+0 finished@W9+65", "W7 0-… called=0; W9 65-65"}, // nobody was called there
        {"called@W7+0 finished@W9+65 finished@W7+90", "W7 0-90 called=0; W9 65-65"},
        {"called@W7+0 passed@W9+65", "W7 0-… called=0"},
        {"called@W7+0 called@W8+60 transferred@W8+62 finished@W8+660", // to the one that has called
         "W7 0-62 called=0; W8 60-660 called=60"},
        {"called@W7+0 called@W8+60 transferred@-+62", "W7 0-60 called=0; W8 60-62 called=60"},
        {"called@W7+0 called@W8+60 started@W8+61 transferred@W8+62",
         "W7 0-60 called=0; W8 60-62 called=60 started=61"},
        {"called@W7+0 transferred@W8+50 called@W8+60 transferred@W7+90 called@W7+99", // and back
         "W7 0-50 called=0; W8 60-99 called=60; W7 99-… called=99"},
        {"called@W7+0 transferred@-+50 called@W8+60 finished@W7+65 finished@W8+90",
         "W7 0-50 called=0; W8 60-90 called=60; W7 65-65"},
        {"begun@R1+0 begun@R2+60 ended@R1+65 ended@-+90", "R1 0-65 started=0; R2 60-90 started=60"},
    };
    expect_visits(TABLE, G_N_ELEMENTS(TABLE));
}

static char *spans_text(const char *story, const IdxLinkCoverage *map, size_t n)
{
    g_auto(GStrv) words = NULL;
    g_autoptr(GArray) events = story_of(story, &words);
    g_autoptr(GArray) visits =
        idx_linker_visits((const IdxStoryEvent *)(void *)events->data, events->len, RULES);
    g_autoptr(GArray) spans = idx_linker_spans(visits, map, n, RULES);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < spans->len; i++) {
        const IdxSpan *s = &g_array_index(spans, IdxSpan, i);
        g_string_append_printf(out, "%s%d:%d %d-", i ? "; " : "", (int)s->place_id,
                               (int)s->camera_id, (int)((s->from_us - T0) / MJ_SECOND_US));
        if (s->to_us == INT64_MAX)
            g_string_append(out, "…");
        else
            g_string_append_printf(out, "%d", (int)((s->to_us - T0) / MJ_SECOND_US));
        g_string_append_printf(out, " %.1f", s->confidence);
    }
    return g_string_free(out, FALSE);
}

static void test_spans(void)
{
    static const IdxLinkCoverage MAP[] = {
        {1, 20, "W1", INT64_MIN, INT64_MAX}, {1, 10, "W1", INT64_MIN, AT(100)},
        {1, 11, "W1", AT(100), INT64_MAX},   {2, 10, "W2", INT64_MIN, INT64_MAX},
        {3, 30, "W3", AT(20000), INT64_MAX},
    };
    static const struct {
        const char *events, *spans;
    } TABLE[] = {
        {"called@W9+200 finished@W9+300", ""}, // no camera sees it
        {"called@W2+200 finished@W2+300", "2:10 170-360 1.0"},
        {"called@W2+200", "2:10 170-… 0.8"},
        {"finished@W2+200", "2:10 170-260 0.8"},
        {"started@W2+200 finished@W2+300", "2:10 170-360 0.8"},
        {"accepted@W2+200", "2:10 195-206 0.7"},
        {"called@W1+200 finished@W1+300", "1:11 170-360 1.0; 1:20 170-360 1.0"},
        {"called@W1+50 finished@W1+150", // the camera was replaced during the visit
         "1:10 20-100 1.0; 1:11 100-210 1.0; 1:20 20-210 1.0"},
        {"called@W1+10 finished@W1+40", "1:10 -20-100 1.0; 1:20 -20-100 1.0"}, // ends as it goes
        {"called@W1+10 called@W2+60 finished@W2+90",
         "1:10 -20-100 0.8; 2:10 30-150 1.0; 1:11 100-120 0.8; 1:20 -20-120 0.8"},
        {"called@W2+10 called@W9+30000", "2:10 -20-7270 0.8"},
        {"called@W1+10 called@W2+60 finished@W1+65", // the old window's end is its own
         "1:10 -20-100 1.0; 2:10 30-… 0.8; 1:11 100-125 1.0; 1:20 -20-125 1.0"},
        {"called@W3+10 finished@W3+90", ""},
        {"called@W3+19990 finished@W3+20090", "3:30 20000-20150 1.0"},
        {"called@W3+10", ""}, // nobody finished it: what that camera saw hours later is not of it
        {"called@W3+12810", "3:30 20000-… 0.8"},
        {"begun@W2+200 ended@-+300", "2:10 193-308 1.0"},
        {"begun@W2+200", "2:10 193-… 0.8"},
        {"ended@W2+300", "2:10 293-308 0.8"},
        {"door@W2+100 begun@W2+200 ended@-+300", "2:10 95-106 0.7; 2:10 193-308 1.0"},
        {"accepted@W2+200 decided@W2+200", "2:10 195-206 0.7"},    // two of one moment, shown once
        {"called@W2+200~5 finished@W2+300~1", "2:10 165-365 1.0"}, // the worse clock counts
        {"called@W2+200 finished@W2+300~12", "2:10 158-372 1.0"},
        {"accepted@W2+200~2", "2:10 193-208 0.7"},
        {"called@W1+50~20 finished@W1+150", // no wider than the camera covered the place
         "1:10 0-100 1.0; 1:11 100-230 1.0; 1:20 0-230 1.0"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autofree char *text = spans_text(TABLE[i].events, MAP, G_N_ELEMENTS(MAP));
        g_assert_cmpstr(text, ==, TABLE[i].spans);
    }
}

/* The coverage map in another order gives the same. */
static void test_map_order(void)
{
    IdxLinkCoverage map[] = {{1, 20, "W1", INT64_MIN, INT64_MAX},
                             {1, 10, "W1", INT64_MIN, AT(100)},
                             {1, 11, "W1", AT(100), INT64_MAX},
                             {2, 10, "W2", INT64_MIN, INT64_MAX}};
    static const char STORY[] = "called@W1+10 called@W2+60 finished@W2+90 accepted@W1+70";
    g_autofree char *first = spans_text(STORY, map, G_N_ELEMENTS(map));
    for (int round = 0; round < 50; round++) {
        for (int i = G_N_ELEMENTS(map) - 1; i > 0; i--) {
            int j = g_test_rand_int_range(0, i + 1);
            IdxLinkCoverage swap = map[i];
            map[i] = map[j];
            map[j] = swap;
        }
        g_autofree char *again = spans_text(STORY, map, G_N_ELEMENTS(map));
        g_assert_cmpstr(again, ==, first);
    }
}

static void test_compare(void)
{
    IdxStoryEvent a = {"hall.ticket.called", "W1", T0}, b = {"hall.ticket.started", "W1", T0};
    IdxStoryEvent c = {"hall.ticket.called", "W2", T0}, d = {"hall.x", NULL, T0 - 1};
    g_assert_cmpint(idx_linker_compare(&a, &b), <, 0);
    g_assert_cmpint(idx_linker_compare(&b, &a), >, 0);
    g_assert_cmpint(idx_linker_compare(&a, &c), <, 0);
    g_assert_cmpint(idx_linker_compare(&d, &a), <, 0);
    g_assert_cmpint(idx_linker_compare(&a, &a), ==, 0);
    g_assert_cmpstr(idx_method_name(IDX_METHOD_VISIT), ==, "visit");
    g_assert_cmpstr(idx_method_name(IDX_METHOD_STEP), ==, "step");
    for (int i = 0; i < IDX_METHODS; i++)
        g_assert_cmpint(idx_method_of(idx_method_name(i)), ==, i);
    g_assert_cmpint(idx_method_of("guess"), ==, IDX_METHODS);
}

/* What is shown of a visit while it goes on is counted from its beginning, which a recall does not change; an end, or a
 * call elsewhere, tells of all of it. */
static void test_goes_on(void)
{
    static const struct {
        const char *story;
        int from, to; // of the first span; to 0: it goes on
        int end;
    } TABLE[] = {
        {"called@W07+0", -30, 0, 7260},
        {"called@W07+0 recalled@W07+6000", -30, 0, 7260},
        {"called@W07+0 recalled@W07+6000 started@W07+6100", -30, 0, 7260},
        {"called@W07+0 recalled@W07+6000 finished@W07+9000", -30, 9060, 9060},
        {"called@W07+0 recalled@W07+6000 called@W08+90000", -30, 13260, 13260},
    };
    const IdxLinkCoverage covered = {1, 1, "W07", INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_auto(GStrv) words = NULL;
        g_autoptr(GArray) events = story_of(TABLE[i].story, &words);
        g_autoptr(GArray) visits =
            idx_linker_visits((const IdxStoryEvent *)(void *)events->data, events->len, RULES);
        g_autoptr(GArray) spans = idx_linker_spans(visits, &covered, 1, RULES);
        const IdxSpan *span = &g_array_index(spans, IdxSpan, 0);
        g_test_message("%s", TABLE[i].story);
        g_assert_cmpint(span->from_us, ==, AT(TABLE[i].from));
        g_assert_cmpint(span->to_us, ==, TABLE[i].to ? AT(TABLE[i].to) : IDX_SPAN_OPEN);
        g_assert_cmpint(idx_linker_span_end(span->from_us, span->to_us, &RULES[span->method]), ==,
                        AT(TABLE[i].end));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/linker/visits", test_visits);
    g_test_add_func("/linker/late-ends", test_late_ends);
    g_test_add_func("/linker/spans", test_spans);
    g_test_add_func("/linker/goes-on", test_goes_on);
    g_test_add_func("/linker/map-order", test_map_order);
    g_test_add_func("/linker/compare", test_compare);
    return g_test_run();
}
