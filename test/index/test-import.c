// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/import/importer.h"

#include "index/import/stamp.h"
#include "test/index/fixture.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Rows as "line:field|field;", a bad one as "line!why;". */
static char *rows_of(const char *text, size_t size, size_t step, char separator,
                     IdxCsvEncoding encoding)
{
    g_autoptr(IdxCsv) csv = idx_csv_new(separator, encoding, NULL);
    GString *out = g_string_new(NULL);
    for (size_t at = 0; at <= size; at += step) {
        bool last = at + step > size;
        IdxCsvRow row = {0};
        IdxCsvGot got = IDX_CSV_MORE;
        idx_csv_add(csv, text + at, last ? size - at : step, last);
        while ((got = idx_csv_next(csv, &row)) != IDX_CSV_MORE) {
            g_assert_true(g_utf8_validate(row.raw, -1, NULL));
            if (got == IDX_CSV_BAD)
                g_string_append_printf(out, "%d!%s;", (int)row.line, row.wrong);
            if (got == IDX_CSV_ROW)
                g_string_append_printf(out, "%d:", (int)row.line);
            for (guint i = 0; got == IDX_CSV_ROW && i < row.fields->len; i++)
                g_string_append_printf(out, "%s%s", i ? "|" : "", (char *)row.fields->pdata[i]);
            g_string_append(out, got == IDX_CSV_ROW ? ";" : "");
        }
    }
    return g_string_free(out, FALSE);
}

static void test_csv(void)
{
    static const struct {
        const char *text;
        char separator;
        const char *rows;
    } TABLE[] = {
        {"a,b\r\n1,2\r\n", ',', "1:a|b;2:1|2;"},
        {"a,b\n\n \n1,2", ',', "1:a|b;4:1|2;"},
        {"\xef\xbb\xbf票号,b\n", ',', "1:票号|b;"},
        {"\"a,1\",\"say \"\"hi\"\"\"\n", ',', "1:a,1|say \"hi\";"},
        {"\"two\nlines\",b\nc,d\n", ',', "1:two\nlines|b;3:c|d;"},
        {" a ; b \n", ';', "1:a|b;"},
        {"a\t\tb c\n", '\t', "1:a||b c;"},
        {"a,b\nx\"y,z\nc,d\n", ',', "1:a|b;2!a quotation mark in the middle of a field;3:c|d;"},
        {"a,b\n\"x,y\nc,d\ne,f\n", ',', "1:a|b;2!a quotation mark that is not closed;3:c|d;4:e|f;"},
        {"a\n# line 7: why, not\nb\n", ',', "1:a;3:b;"},
        {"a\n#1\n", ',', "1:a;2:#1;"},
        {"a,\xff\xfe\n", ',', "1!bytes that are not UTF-8;"},
        {"a\rb\n", ',', "1!a control character;"},
        {"", ',', ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        size_t size = strlen(TABLE[i].text);
        for (size_t step = 1; step <= size + 1; step++) {
            g_autofree char *rows =
                rows_of(TABLE[i].text, size, step, TABLE[i].separator, IDX_CSV_UTF8);
            g_assert_cmpstr(rows, ==, TABLE[i].rows);
        }
    }
}

static void test_csv_encodings(void)
{
    static const char TEXT[] = "票号,窗口,备注\nA1,七号窗口,\"㐀\n𠀀|€\"\n";
    gsize size = 0;
    g_autofree char *gb = g_convert(TEXT, strlen(TEXT), "GB18030", "UTF-8", NULL, &size, NULL);
    g_autofree char *expected = rows_of(TEXT, strlen(TEXT), 5, ',', IDX_CSV_AUTO);
    g_assert_cmpstr(expected, ==, "1:票号|窗口|备注;2:A1|七号窗口|㐀\n𠀀|€;");
    for (size_t step = 1; step < 40; step++) {
        g_autofree char *rows = rows_of(gb, size, step, ',', IDX_CSV_GB18030);
        g_autofree char *guessed = rows_of(gb, size, step, ',', IDX_CSV_AUTO);
        g_assert_cmpstr(rows, ==, expected);
        g_assert_cmpstr(guessed, ==, expected);
    }
    g_autofree char *marked = g_malloc(size + 4); // as some editors save it
    memcpy(marked, "\x84\x31\x95\x33", 4);
    memcpy(marked + 4, gb, size);
    g_autofree char *unmarked = rows_of(marked, size + 4, 5, ',', IDX_CSV_AUTO);
    g_assert_cmpstr(unmarked, ==, expected);
    gsize wide = 0;
    g_autofree char *utf16 = g_convert(TEXT, strlen(TEXT), "UTF-16", "UTF-8", NULL, &wide, NULL);
    g_autofree char *told = rows_of(utf16, wide, 5, ',', IDX_CSV_AUTO);
    g_assert_true(g_str_has_prefix(told, "1!the file is UTF-16; save it as UTF-8"));
}

/* A mark that is never closed costs its own line alone, however long the file is. */
static void test_csv_swallow(void)
{
    g_autoptr(GString) text = g_string_new("a,b\n\"open,1\n");
    for (int i = 0; i < 40000; i++)
        g_string_append_printf(text, "row %d,x\n", i);
    g_autofree char *rows = rows_of(text->str, text->len, 8192, ',', IDX_CSV_AUTO);
    g_assert_true(g_str_has_prefix(rows, "1:a|b;2!a quotation mark that is not closed;3:row 0|x;"));
    g_assert_true(g_str_has_suffix(rows, "40002:row 39999|x;"));
    g_autofree char *fill = g_strnfill(IDX_CSV_ROW_MAX + 100000, 'x');
    g_autofree char *lines = g_strdup_printf("a\n%s\nb\n", fill);
    g_autofree char *long_line = rows_of(lines, strlen(lines), 65536, ',', IDX_CSV_AUTO);
    g_assert_true(g_str_has_prefix(long_line, "1:a;2!a line that is too long;"));
    g_assert_true(g_str_has_suffix(long_line, "3:b;"));
}

static void test_stamp(void)
{
    static const struct {
        const char *text, *format;
        int64_t us; // 0: refused
    } TABLE[] = {
        {"2026-11-22T09:30:00+08:00", NULL, T0},
        {"2026-11-22 09:30:00", NULL, T0},
        {"2026-11-22 09:30:00.25", NULL, T0 + 250000},
        {"2026/11/22 9:30", NULL, T0},
        {"2026-11-22", NULL, 0},
        {"20261122093000", "%Y%m%d%H%M%S", T0},
        {"22.11.2026 09:30", "%d.%m.%Y %H:%M", T0},
        {"22.11.2026 09:30x", "%d.%m.%Y %H:%M", 0},
        {"31.02.2026 09:30", "%d.%m.%Y %H:%M", 0},
        {"2026年11月22日 9时30分", "%Y年%m月%d日 %H时%M分", T0},
        {"1795311000", "%s", T0},
        {"1795311000123", "%L", T0 + 123000},
        {"", "%s", 0},
    };
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("+08:00");
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        int64_t us = 0;
        g_autoptr(GError) error = NULL;
        bool ok = idx_stamp_parse(TABLE[i].text, TABLE[i].format, zone, &us, NULL, &error);
        g_assert_cmpint(ok, ==, TABLE[i].us != 0);
        g_assert_cmpint(us, ==, TABLE[i].us);
        g_assert_true(ok || mj_error_is(error, MJ_ERROR_INVALID));
    }
    g_assert_true(idx_stamp_format_ok("%Y%m%d"));
    g_assert_false(idx_stamp_format_ok("%H:%M"));
    g_assert_false(idx_stamp_format_ok("%Y-%m-%d %p"));
    g_assert_false(idx_stamp_format_ok("%Y-%m-%d %"));
}

/* Where clocks are set forward and back; a wrong moment would be footage of another. */
static void test_set_clocks(void)
{
    static const struct {
        const char *text, *utc;
        bool twice;
    } TABLE[] = {
        {"2026-03-08 01:59:59", "2026-03-08T06:59:59Z", false},
        {"2026-03-08 02:00:00", NULL, false},
        {"2026-03-08 02:59:59", NULL, false},
        {"2026-03-08 03:00:00", "2026-03-08T07:00:00Z", false},
        {"2026-11-01 00:59:59", "2026-11-01T04:59:59Z", false},
        {"2026-11-01 01:00:00", "2026-11-01T05:00:00Z", true},
        {"2026-11-01 01:59:59", "2026-11-01T05:59:59Z", true},
        {"2026-11-01 02:00:00", "2026-11-01T07:00:00Z", false},
        {"2026-11-01T01:30:00-05:00", "2026-11-01T06:30:00Z", false},
    };
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("America/New_York");
    g_assert_nonnull(zone);
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        int64_t us = 0, wanted_us = 0;
        bool twice = false;
        g_autoptr(GError) error = NULL;
        bool ok = idx_stamp_parse(TABLE[i].text, NULL, zone, &us, &twice, &error);
        g_test_message("%s", TABLE[i].text);
        g_assert_cmpint(ok, ==, TABLE[i].utc != NULL);
        g_assert_cmpint(twice, ==, TABLE[i].twice);
        if (!ok)
            fixture_expect(error, MJ_ERROR_INVALID, "never was,America/New_York");
        else
            g_assert_true(mj_time_parse_rfc3339(TABLE[i].utc, &wanted_us, NULL));
        g_assert_cmpint(us, ==, wanted_us);
    }
}

#define MAPPING                                                                                      \
    "source: queue.h01\nevents:\n"                                                                   \
    "- type: hall.ticket.called\n  time: 叫号\n  data:\n    ticket_no: 票号\n"                   \
    "    window_no: {column: 窗口, values: {七号: W07}}\n    call_count: 次数\n"               \
    "- type: {column: 结果, values: {办结: hall.ticket.finished, 过号: hall.ticket.passed}}\n" \
    "  time: [日期, 结束]\n  format: '%Y%m%d %H:%M'\n  data:\n    ticket_no: 票号\n"

static void test_mapping_refused(void)
{
    static const struct {
        const char *text, *words;
    } TABLE[] = {
        {"", "nothing"},
        {"[1]", "line 1,pairs"},
        {"a: [", "line 2"},
        {"source: q\nevnts: []\n", "line 2,\"evnts\" is not known,events"},
        {"source: q\n", "events is missing"},
        {"events:\n- type: x\n  time: t\n", "source is missing"},
        {"source: q\nsource: r\n", "line 2,twice"},
        {"source: q\nevents: []\n", "1 to 64"},
        {"source: q\nevents:\n- time: t\n", "line 3,needs a type"},
        {"source: q\nevents:\n- type: x\n", "line 3,needs a time"},
        {"source: q\nevents:\n- type: hall.ticket.call\n  time: t\n",
         "line 3,no type \"hall.ticket.call\""},
        {"source: q\nevents:\n- type: hall.ticket.called\n  time: t\n  data:\n    ticket_no: n\n",
         "line 3,does not give window_no"},
        {"source: q\nevents:\n- type: {column: c}\n  time: t\n", "line 3,needs values"},
        {"source: q\nevents:\n- type: x\n  time: t\n  format: '%H:%M'\n", "line 5,format"},
        {"source: q\nevents:\n- type: x\n  time: t\n  data:\n    a: {value: 1, column: b}\n",
         "line 6,either"},
        {"source: q\nencoding: latin1\n", "line 2,gb18030"},
        {"source: q\nseparator: ab\n", "line 2,one character"},
        {"source: q\nskip: many\n", "line 2,number of lines"},
        {"source: q\ntimezone: Mars\n", "line 2,timezone"},
        {"source: q\nkey: []\n", "line 2,column"},
        {"source: {a: b}\n", "line 1,source must be a text"},
    };
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("+08:00");
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(IdxMapping) m =
            idx_mapping_parse(TABLE[i].text, strlen(TABLE[i].text), zone, &error);
        if (m)
            g_error("accepted: %s", TABLE[i].text);
        fixture_expect(error, MJ_ERROR_INVALID, TABLE[i].words);
    }
    g_autoptr(IdxMapping) m = idx_mapping_parse(MAPPING, strlen(MAPPING), zone, NULL);
    g_autoptr(GPtrArray) header = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    g_ptr_array_add(header, (gpointer) "票号");
    g_assert_false(idx_mapping_bind(m, header, &error));
    fixture_expect(error, MJ_ERROR_INVALID, "line 4,no column \"叫号\",it has: 票号");
    g_clear_error(&error);
    g_ptr_array_add(header, (gpointer) "叫号");
    g_ptr_array_add(header, (gpointer) "叫号");
    g_assert_false(idx_mapping_bind(m, header, &error));
    fixture_expect(error, MJ_ERROR_INVALID, "line 4,2 columns \"叫号\",it has: 票号");
}

/* When a row of @hall was, by a mapping that begins with @zone. Caller frees. */
static char *time_of(const char *zone, const char *hall)
{
    g_autofree char *text =
        g_strconcat("source: q\n", zone,
                    "events:\n  - type: hall.ticket.called\n    time: [at]\n"
                    "    data: {ticket_no: no, window_no: {value: W1}, hall_code: hall}\n",
                    NULL);
    g_autoptr(GTimeZone) home = g_time_zone_new_identifier("Asia/Shanghai");
    g_autoptr(GTimeZone) east = g_time_zone_new_identifier("America/New_York");
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxMapping) m = idx_mapping_parse(text, strlen(text), home, &error);
    g_assert_no_error(error);
    idx_mapping_add_hall(m, "H02", east);
    const char *const HEADS[] = {"no", "hall", "at"}, *const CELLS[] = {"K1", hall,
                                                                        "2026-11-22 09:31:00"};
    g_autoptr(GPtrArray) head = g_ptr_array_new(), row = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(HEADS); i++) {
        g_ptr_array_add(head, (gpointer)HEADS[i]);
        g_ptr_array_add(row, (gpointer)CELLS[i]);
    }
    g_assert_true(idx_mapping_bind(m, head, &error));
    g_autoptr(json_t) events = idx_mapping_events(m, row, NULL, &error);
    g_assert_no_error(error);
    return g_strdup(json_string_value(json_object_get(json_array_get(events, 0), "time")));
}

/* A row tells the time by the clock of its own hall, unless the mapping says by which. */
static void test_zones(void)
{
    static const struct {
        const char *zone, *hall, *ends;
    } TABLE[] = {{"", "H01", "T09:31:00.000000+08:00"},
                 {"", "H02", "T09:31:00.000000-05:00"},
                 {"", "", "T09:31:00.000000+08:00"},
                 {"timezone: \"+09:00\"\n", "H02", "T09:31:00.000000+09:00"}};
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autofree char *time = time_of(TABLE[i].zone, TABLE[i].hall);
        g_test_message("%s: %s", TABLE[i].hall, time);
        g_assert_true(g_str_has_suffix(time, TABLE[i].ends));
    }
}

static IdxImportCounts import_by(Fixture *f, const char *mapping, const char *table,
                                 const char *refused, bool dry_run)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(f->home, "table.csv", NULL);
    g_autoptr(IdxMapping) m =
        idx_mapping_parse(mapping, strlen(mapping), idx_catalogue_timezone(f->cat), &error);
    g_assert_no_error(error);
    g_assert_true(g_file_set_contents(path, table, -1, NULL));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    IdxImport how = {.cat = f->cat, .mapping = m, .refused_path = refused, .dry_run = dry_run};
    IdxImportCounts counts = {0};
    idx_import_run(&how, fd, &counts, &error);
    g_assert_no_error(error);
    close(fd);
    return counts;
}

static IdxImportCounts import(Fixture *f, const char *table, const char *refused, bool dry_run)
{
    return import_by(f, MAPPING, table, refused, dry_run);
}

static IdxImportCounts import_with(Fixture *f, const char *mapping, const char *head,
                                   const char *row, const char *refused)
{
    g_autofree char *table = g_strconcat(head, row, NULL);
    return import_by(f, mapping, table, refused, false);
}

#define HEAD "票号,窗口,叫号,次数,日期,结束,结果,备注\n"

static void test_import(void)
{
    static const char TABLE[] = HEAD "A1,七号,2026-11-22 09:30:00,1,20261122,09:40,办结,\n"
                                     "A2,W08,2026-11-22 09:31:00,2,20261122,,,\n" // goes on
                                     "A3,W08,,,20261122,09:45,过号,\"two\nlines\"\n"
                                     "A4,W08,2026-11-22 09:50:00,many,20261122,,,\n"
                                     "A5,W08,22.11. 09:50,1,20261122,,,\n"
                                     "A6,W08,2026-11-22 09:50:00,1,20261122,09:59,走了,\n"
                                     "A7,W08,,,,,,\n"
                                     "A8,W\"8,,,,,,\n";
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *refused = g_build_filename(f->home, "refused.csv", NULL);
    IdxImportCounts dry = import(f, TABLE, refused, true);
    g_assert_cmpint(dry.rows, ==, 8);
    g_assert_cmpint(dry.accepted, ==, 4);
    g_assert_cmpint(dry.refused_rows, ==, 5);
    g_autofree char *none = fixture_dump(f->cat, "SELECT count(*) FROM event");
    g_assert_cmpstr(none, ==, "0");
    IdxImportCounts c = import(f, TABLE, refused, false);
    g_assert_cmpint(c.rows, ==, 8);
    g_assert_cmpint(c.accepted, ==, 4);
    g_assert_cmpint(c.refused_rows, ==, 5);
    g_autofree char *events = fixture_dump(
        f->cat,
        "SELECT type, place, (time_us - 1795311000000000) / 1000000, body ->>"
        " '$.data.ticket_no', json_type(body, '$.data.call_count') FROM event ORDER BY 4, 3");
    g_assert_cmpstr(events, ==,
                    "hall.ticket.called|W07|0|A1|integer\nhall.ticket.finished|-|600|A1|-\n"
                    "hall.ticket.called|W08|60|A2|integer\nhall.ticket.passed|-|900|A3|-");
    for (int dry_run = 1; dry_run >= 0; dry_run--) {
        IdxImportCounts again = import(f, TABLE, refused, dry_run != 0);
        g_assert_cmpint(again.accepted, ==, 0);
        g_assert_cmpint(again.duplicates, ==, 4);
    }
}

/* A dry run tells what the run comes to, of rows that repeat or contradict others of the same table too. */
static void test_foretold(void)
{
    static const char KEYED[] = "key: [票号, 叫号]\n" MAPPING;
    static const char TABLE[] = HEAD "A1,七号,2026-11-22 09:30:00,1,20261122,,,\n"
                                     "A1,七号,2026-11-22 09:30:00,1,20261122,,,\n"
                                     "A1,七号,2026-11-22 09:30:00,2,20261122,,,\n"
                                     "A2,七号,2026-11-22 09:31:00,1,20261122,,,\n";
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *refused = g_build_filename(f->home, "refused.csv", NULL);
    g_autofree char *foretold = g_build_filename(f->home, "foretold.csv", NULL);
    for (int round = 0; round < 2; round++) {
        IdxImportCounts dry = import_by(f, KEYED, TABLE, foretold, true);
        IdxImportCounts c = import_by(f, KEYED, TABLE, refused, false);
        g_assert_cmpint(dry.accepted, ==, c.accepted);
        g_assert_cmpint(dry.duplicates, ==, c.duplicates);
        g_assert_cmpint(dry.refused, ==, c.refused);
        g_assert_cmpint(dry.refused_rows, ==, c.refused_rows);
        g_autofree char *said = NULL, *before = NULL;
        g_assert_true(g_file_get_contents(refused, &said, NULL, NULL));
        g_assert_true(g_file_get_contents(foretold, &before, NULL, NULL));
        g_assert_cmpstr(said, ==, before);
        g_assert_cmpint(c.accepted, ==, round ? 0 : 2);
        g_assert_cmpint(unlink(refused), ==, 0);
        g_assert_cmpint(unlink(foretold), ==, 0);
    }
}

/* A separator in a text without quotes moves all that is behind it: nothing of such a row is believed. */
static void test_too_many_fields(void)
{
    static const char TABLE[] = HEAD "A1,七号,2026-11-22 09:30:00,1,20261122,,,says, two\n"
                                     "A2,七号,2026-11-22 09:31:00,1,20261122,,,one,,\n";
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *refused = g_build_filename(f->home, "refused.csv", NULL), *text = NULL;
    IdxImportCounts c = import(f, TABLE, refused, false);
    g_assert_cmpint(c.accepted, ==, 1);
    g_assert_cmpint(c.refused_rows, ==, 1);
    g_assert_true(g_file_get_contents(refused, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "# line 2: it has 9 fields, and there are 8 columns"));
}

/* The report says why, can be mended, and taken in as it is. */
static void test_refused_file(void)
{
    static const char TABLE[] = HEAD "A4,W08,2026-11-22 09:50:00,many,20261122,,,\"a\nb\"\n"
                                     "A1,七号,2026-11-22 09:30:00,1,20261122,09:40,办结,\n"
                                     "A5,W08,22.11. 09:50,1,20261122,,,\n";
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *refused = g_build_filename(f->home, "refused.csv", NULL);
    g_autofree char *text = NULL;
    IdxImportCounts first = import(f, TABLE, refused, false);
    g_assert_cmpint(first.refused_rows, ==, 2);
    g_assert_true(g_file_get_contents(refused, &text, NULL, NULL));
    g_assert_true(g_str_has_prefix(text, "\xef\xbb\xbf" HEAD "# line 2: "));
    g_assert_nonnull(strstr(text,
                            "data.call_count must be a whole number from 0 to 10000, not "
                            "\"many\"\nA4,W08,2026-11-22 09:50:00,many,20261122,,,\"a\nb\"\n"));
    g_assert_nonnull(strstr(text, "# line 5: column 叫号: \"22.11. 09:50\" is no time"));
    g_auto(GStrv) one = g_strsplit(text, ",many,", -1);
    g_autofree char *half = g_strjoinv(",3,", one);
    g_auto(GStrv) two = g_strsplit(half, "22.11. 09:50,", -1);
    g_autofree char *mended = g_strjoinv("2026-11-22 09:50:00,", two);
    g_autofree char *still = g_build_filename(f->home, "still.csv", NULL);
    IdxImportCounts second = import(f, mended, still, false);
    g_assert_cmpint(second.rows, ==, 2);
    g_assert_cmpint(second.accepted, ==, 2);
    g_assert_cmpint(second.refused_rows, ==, 0);
    g_assert_false(g_file_test(still, G_FILE_TEST_EXISTS));
}

/* A row that was changed since: what the table and the mapping need is said in their words. */
static void test_correction(void)
{
    static const struct {
        const char *data, *row, *mended, *words;
    } TABLE[] = {
        {"", "A1,W07,2026-11-22 09:30:00,\n", NULL,
         "a column that counts versions from 1, and the mapping, under data:, data_ver: "},
        {", data_ver: 版", "A1,W07,2026-11-22 09:30:00,1\n", "A1,W08,2026-11-22 09:30:00,2\n",
         "a higher number in column 版 (data_ver)"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(Fixture) f = fixture_new();
        g_autofree char *refused = g_build_filename(f->home, "refused.csv", NULL), *text = NULL;
        g_autofree char *mapping =
            g_strdup_printf("source: q\nkey: [票]\nevents:\n- type: hall.ticket.called\n  time: "
                            "时\n"
                            "  data: {ticket_no: 票, window_no: 窗%s}\n",
                            TABLE[i].data);
        import_with(f, mapping, "票,窗,时,版\n", TABLE[i].row, refused);
        IdxImportCounts other = import_with(
            f, mapping, "票,窗,时,版\n",
            i ? "A1,W08,2026-11-22 09:30:00,1\n" : "A1,W08,2026-11-22 09:30:00,\n", refused);
        g_assert_cmpint(other.refused, ==, 1);
        g_assert_true(g_file_get_contents(refused, &text, NULL, NULL));
        g_assert_nonnull(strstr(text, TABLE[i].words));
        if (TABLE[i].mended) {
            IdxImportCounts mended =
                import_with(f, mapping, "票,窗,时,版\n", TABLE[i].mended, refused);
            g_assert_cmpint(mended.accepted, ==, 1);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/import/csv", test_csv);
    g_test_add_func("/import/csv-encodings", test_csv_encodings);
    g_test_add_func("/import/csv-swallow", test_csv_swallow);
    g_test_add_func("/import/stamp", test_stamp);
    g_test_add_func("/import/set-clocks", test_set_clocks);
    g_test_add_func("/import/foretold", test_foretold);
    g_test_add_func("/import/mapping-refused", test_mapping_refused);
    g_test_add_func("/import/import", test_import);
    g_test_add_func("/import/zones", test_zones);
    g_test_add_func("/import/too-many-fields", test_too_many_fields);
    g_test_add_func("/import/refused-file", test_refused_file);
    g_test_add_func("/import/correction", test_correction);
    return g_test_run();
}
