// SPDX-License-Identifier: GPL-3.0-or-later
/* A hall from a file: what is wrong is named with its line and changes nothing; what is right comes
 * true once, is found unchanged the second time, and is what --print writes. */
#include "index/declare/declare.h"

#include "index/camera.h"
#include "index/declare/yaml_tree.h"
#include "index/hall.h"
#include "index/link/place_link.h"
#include "index/place.h"
#include "test/index/fixture.h"

#include <glib/gstdio.h>
#include <string.h>

static const char HALL[] =
    "halls:\n"
    "  H01:\n"
    "    name: 市政务服务中心\n"
    "    timezone: \"+08:00\"\n"
    "    places:\n"
    "      W07:\n"
    "        name: 不动产登记\n"
    "        coverage:\n"
    "          - w07-desk\n"
    "          - {camera: w07-face, from: 2026-03-01, to: 2026-06-30 18:00}\n"
    "          - {camera: w07-face, from: 2026-07-01T00:00:00+08:00}\n"
    "      W08:\n"
    "cameras:\n"
    "  w07-face:\n"
    "    name: \"七号 #1: \\\"脸\\\"\"\n"
    "    kind: room\n"
    "    main: rtsp://192.0.2.7/stream1\n"
    "    sub: rtsp://192.0.2.7/stream2\n"
    "    record: main\n"
    "    audio: none\n"
    "    user: viewer\n"
    "    password: pass/word 1\n"
    "  w07-desk:\n"
    "    main: rtsp://desk:geheim@192.0.2.8:5540/x\n"
    "links:\n"
    "  visit: {before: 45s, max: 3h}\n";

/* --- what is written wrong ------------------------------------------------------------------------ */

static void test_wrong(void)
{
    static const struct {
        const char *text, *words; // that the message has, comma-separated
    } TABLE[] = {
        {"a: [b\n", "line 2"},
        {"\tx: 1\n", "line 1"},
        {"colour: red\n", "line 1,colour,halls"},
        {"- a\n", "line 1,a mapping"},
        {"cameras:\n  c1: {}\ncameras: {}\n", "line 3,cameras,twice,line 1"},
        {"cameras:\n  c1: {main: x}\n  c1: {main: y}\n", "line 3,c1,twice,line 2"},
        {"cameras:\n  c1: &a {main: x}\n", "line 2,anchors"},
        {"cameras:\n  c1: *a\n", "line 2,aliases"},
        {"cameras:\n  c1: !!map {}\n", "line 2,tags"},
        {"cameras:\n  ? [a]\n  : b\n", "line 2,a key must be a text"},
        {"a: 1\n---\nb: 1\n", "line 2,second document"},
        {"cameras:\n  c1:\n    main: [1]\n", "line 3,c1,main,a text"},
        {"cameras:\n  c1:\n    main:\n", "line 3,c1,main,is empty"},
        {"cameras:\n  c1:\n    mian: rtsp://h/\n", "line 3,c1,mian,password_file"},
        {"cameras:\n  c1:\n    user: u\n", "line 2,c1,password_file"},
        {"cameras:\n  c1: {user: u, password: a, password_env: B}\n", "line 2,c1,one of"},
        {"cameras:\n  c1: {password: a}\n", "line 2,c1,without user"},
        {"halls:\n  H1: x\n", "line 2,H1,a mapping"},
        {"halls:\n  H1:\n    places:\n      W1:\n        coverage: {}\n", "line 5,W1,a list"},
        {"halls:\n  H1:\n    places:\n      W1:\n        coverage:\n          - from: 2026-01-01\n",
         "line 6,W1,which camera"},
        {"halls: {H1: {places: {W1: {coverage: [{camera: c, from: -10m}]}}}}\n",
         "line 1,from,-10m"},
        {"halls: {H1: {places: {W1: {coverage: [{camera: c, to: now}]}}}}\n", "line 1,to,now"},
        {"halls: {H1: {places: {W1: {coverage: [{camera: c, to: 2026-13-01}]}}}}\n",
         "line 1,to,2026-13-01"},
        {"halls:\n  H1:\n    places:\n      W1:\n        coverage:\n          - {camera: c, from: "
         "2026-02-01, to: 2026-01-01}\ncameras:\n  c1:\n    kind: desk\n    main: http://h/\n"
         "    sub: rtsp://h:0/\n    audio: mp3\n    record: all\n",
         "line 6,ends before it begins,line 9,the kind \"desk\" is none of,line 10,the URL is,"
         "line 11,the port,line 12,the sound,line 13,what to record"},
        {"links:\n  visits: {before: 1s}\n", "line 2,visits,session"},
        {"links:\n  visit: {before: 1 minute}\n", "line 2,before,1 minute"},
        {"links:\n  visit:\n    max: 400d\n", "line 3,max,400d"},
        {"cameras:\n  c1:\n    kind: a\n    x: 1\nlinks:\n  step: {y: 2}\n", "line 4,x,line 6,y"},
        {"retention: {any: {footage: {max: 9d}}}\n", "line 1,any footage,min"},
        {"retention:\n  any:\n    ticket: {min: 3m}\n", "line 3,any ticket,3m"},
        {"retention: {any: {ticket: {min: 3d, least: 3d}}}\n", "line 1,least"},
        {"a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}}}}}}\n",
         "line 1,too deeply"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(idx_declare_parse(TABLE[i].text, strlen(TABLE[i].text), &error));
        fixture_expect(error, MJ_ERROR_INVALID, TABLE[i].words);
    }
}

static void test_limits(void)
{
    g_autoptr(GString) many = g_string_new("cameras:\n");
    g_autoptr(GError) count = NULL, size = NULL, lines = NULL, nul = NULL;
    for (int i = 0; i <= IDX_YAML_MAX_NODES; i++)
        g_string_append_printf(many, " c%d: 1\n", i);
    g_assert_null(idx_yaml_parse(many->str, many->len, &count));
    fixture_expect(count, MJ_ERROR_INVALID, "line 200000,entries");
    g_autofree char *large = g_strnfill(IDX_YAML_MAX_BYTES + 1, '#');
    g_assert_null(idx_yaml_parse(large, strlen(large), &size));
    fixture_expect(size, MJ_ERROR_INVALID, "bytes");
    g_assert_null(idx_declare_parse("a: \"x\\0y\"\n", 10, &nul));
    fixture_expect(nul, MJ_ERROR_INVALID, "line 1,NUL");
    g_string_truncate(many, 1000); // all of these are wrong; not all are told
    *strrchr(many->str, '\n') = '\0';
    g_assert_null(idx_declare_parse(many->str, strlen(many->str), &lines));
    fixture_expect(lines, MJ_ERROR_INVALID, "line 2,line 21,and ");
    g_assert_null(strstr(lines->message, "line 22:"));
}

/* --- made so --------------------------------------------------------------------------------------- */

static GPtrArray *try_apply(Fixture *f, const char *text, bool prune, bool dry_run, GError **error)
{
    g_autoptr(IdxDeclaration) declaration = idx_declare_parse(text, strlen(text), error);
    IdxDeclareHow how = {.folder = f->home, .prune = prune, .dry_run = dry_run, .now_us = AT(0)};
    return declaration ? idx_declare_apply(f->cat, declaration, &how, error) : NULL;
}

static char *apply(Fixture *f, const char *text, bool prune)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) changes = try_apply(f, text, prune, false, &error);
    g_assert_no_error(error);
    g_assert_true(idx_place_link_run(f->cat, AT(0), NULL, NULL, NULL, NULL));
    return idx_declare_words(changes);
}

static void expect_words(Fixture *f, const char *text, bool prune, const char *words)
{
    g_autofree char *got = apply(f, text, prune);
    g_assert_cmpstr(got, ==, words);
}

static char *dump_all(Fixture *f)
{
    g_autofree char *halls = fixture_dump(f->cat, "SELECT * FROM hall");
    g_autofree char *cameras =
        fixture_dump(f->cat, "SELECT * FROM camera c JOIN stream s ON s.camera_id = c.id");
    g_autofree char *places =
        fixture_dump(f->cat, "SELECT * FROM place p LEFT JOIN coverage v ON v.place_id = p.id");
    g_autofree char *rest = fixture_dump(
        f->cat, "SELECT method, before_us, after_us, max_us, NULL FROM link_rule UNION ALL"
                " SELECT place, from_us, to_us, next_us, next_id FROM place_link UNION ALL"
                " SELECT reason, stream_id, from_us, to_us, detail FROM gap");
    return g_strjoin("\n--\n", halls, cameras, places, rest, NULL);
}

static void test_apply(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *words = apply(f, HALL, false);
    g_assert_cmpstr(words, ==,
                    "~ link visit\n"
                    "    before         30s → 45s\n"
                    "    max            2h → 3h\n"
                    "+ camera w07-face\n"
                    "    main           rtsp://192.0.2.7/stream1\n"
                    "    main password  (is set)\n"
                    "    sub            rtsp://192.0.2.7/stream2\n"
                    "    sub password   (is set)\n"
                    "    name           七号 #1: \"脸\"\n"
                    "    kind           room\n"
                    "    record         main\n"
                    "    audio          none\n"
                    "+ camera w07-desk\n"
                    "    main           rtsp://192.0.2.8:5540/x\n"
                    "    main password  (is set)\n"
                    "    name           w07-desk\n"
                    "    kind           window\n"
                    "    record         main\n"
                    "    audio          aac\n"
                    "~ hall H01\n"
                    "    name           大厅 → 市政务服务中心\n"
                    "+ place W07\n"
                    "    name           不动产登记\n"
                    "+ coverage W07 w07-desk\n"
                    "+ coverage W07 w07-face\n"
                    "    from           2026-03-01T00:00:00+08:00\n"
                    "    to             2026-06-30T18:00:00+08:00\n"
                    "+ coverage W07 w07-face\n"
                    "    from           2026-07-01T00:00:00+08:00\n"
                    "+ place W08\n"
                    "    name           W08\n");
    g_autoptr(IdxCamera) face = idx_camera_get(f->cat, "w07-face", NULL);
    const IdxStream *main_stream = face->streams->pdata[0], *sub = face->streams->pdata[1];
    g_autofree char *url = idx_stream_url(f->cat, main_stream->id, NULL);
    g_assert_cmpstr(url, ==, "rtsp://viewer:pass%2Fword%201@192.0.2.7/stream1");
    g_assert_true(main_stream->record && !sub->record);
    expect_words(f, HALL, true, "");
}

/* What is printed is what there is: read again it changes nothing, and a new home becomes the same. */
static void test_round_trip(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(Fixture) other = fixture_new();
    g_autoptr(GError) error = NULL;
    g_free(apply(f, HALL, false));
    g_autofree char *printed = idx_declare_print(f->cat, &error);
    g_assert_no_error(error);
    g_assert_null(strstr(printed, "geheim"));
    g_assert_null(strstr(printed, "pass%2Fword"));
    expect_words(f, printed, true, "");
    g_free(apply(other, printed, true));
    g_autofree char *again = idx_declare_print(other->cat, &error);
    g_auto(GStrv) comments = g_strsplit(printed,
                                        "    # its password is stored and stays, unless "
                                        "user and password_file are given here\n",
                                        -1);
    g_autofree char *without = g_strjoinv("", comments); // the other home has none
    g_assert_cmpstr(again, ==, without);
}

/* One line that cannot be followed, at the end, and nothing of the others has come true. */
static void test_all_or_nothing(void)
{
    static const struct {
        const char *more, *words;
    } TABLE[] = {
        {"  step: {before: 5s}\nhalls2: {}\n", "line 28,halls2"},
        {"cameras2:\n", "line 27"},
    };
    static const struct {
        const char *from, *to, *words;
    } CHANGED[] = {
        {"- w07-desk\n", "- w99\n", "line 9,no camera w99"},
        {"rtsp://192.0.2.7/stream2", "http://192.0.2.7/", "line 18,w07-face,URL"},
        {"kind: room", "kind: rooms", "line 16,rooms"},
        {"record: main", "record: all", "line 19,all"},
        {"from: 2026-07-01T", "from: 2026-06-30T", "line 11,w07-face,line 10"},
        {"W08:", "\"W 8\":", "line 12,W 8"},
        {"to: 2026-06-30 18:00", "to: 2026-02-01", "line 10,before it begins"},
        {"\"+08:00\"", "Mars/Olympus", "line 2,Mars"},
        {"password: pass/word 1", "password_file: none/here", "line 14,w07-face,none/here"},
        {"password: pass/word 1", "password_env: MINGJING_NOT_SET", "line 14,MINGJING_NOT_SET"},
        {"main: rtsp://192.0.2.7", "main: rtsp://u:p@192.0.2.7", "line 14,apart"},
        {"main: rtsp://192.0.2.7/stream1", "name2: x", "line 17,name2"},
    };
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *before = dump_all(f);
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strconcat(HALL, TABLE[i].more, NULL);
        g_assert_null(try_apply(f, text, false, false, &error));
        fixture_expect(error, MJ_ERROR_INVALID, TABLE[i].words);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(CHANGED); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) parts = g_strsplit(HALL, CHANGED[i].from, 2);
        g_assert_nonnull(parts[1]);
        g_autofree char *text = g_strconcat(parts[0], CHANGED[i].to, parts[1], NULL);
        g_assert_null(try_apply(f, text, false, false, &error));
        fixture_expect(error, MJ_ERROR_INVALID, CHANGED[i].words);
        g_assert_null(strstr(error->message, "pass/word"));
        g_autofree char *after = dump_all(f);
        g_assert_cmpstr(after, ==, before);
    }
}

static void test_dry_run(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *before = dump_all(f);
    g_autoptr(GPtrArray) would = try_apply(f, HALL, true, true, &error);
    g_assert_no_error(error);
    g_autofree char *after = dump_all(f);
    g_assert_cmpstr(after, ==, before);
    g_autofree char *words = idx_declare_words(would), *made = apply(f, HALL, true);
    g_assert_cmpstr(words, ==, made);
    g_autoptr(json_t) json = idx_declare_json(would);
    g_assert_cmpint((int)json_integer_value(json_object_get(json, "added")), ==, 7);
    g_assert_cmpint((int)json_integer_value(json_object_get(json, "changed")), ==, 2);
    const json_t *third = json_array_get(json_object_get(json, "changes"), 1);
    g_assert_cmpstr(json_string_value(json_object_get(third, "change")), ==, "add");
    g_assert_cmpstr(json_string_value(json_object_get(third, "name")), ==, "w07-face");
    g_assert_cmpint((int)json_integer_value(json_object_get(third, "line")), ==, 14);
}

/* --- changes ------------------------------------------------------------------------------------------ */

static void test_camera_changes(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_free(apply(
        f,
        "cameras:\n  c1: {main: \"rtsp://u:p@192.0.2.1/a\", sub: \"rtsp://u:p@192.0.2.1/b\"}\n"
        "  c2: {main: \"rtsp://192.0.2.2/a\"}\n",
        false));
    g_autoptr(IdxCamera) made = idx_camera_get(f->cat, "c1", NULL);
    int64_t main_id = ((const IdxStream *)made->streams->pdata[0])->id;
    /* another path on the same host: the password stays */
    expect_words(f, "cameras: {c1: {main: rtsp://192.0.2.1/c, sub: rtsp://192.0.2.1/b}}\n", false,
                 "~ camera c1\n    main           rtsp://192.0.2.1/a → rtsp://192.0.2.1/c\n"
                 "! camera c2  (not in the file; stays)\n");
    g_autofree char *kept = idx_stream_url(f->cat, main_id, NULL);
    g_assert_cmpstr(kept, ==, "rtsp://u:p@192.0.2.1/c");
    /* another host does not get it; the sub stream goes */
    expect_words(f, "cameras: {c1: {main: rtsp://192.0.2.9/c}, c2: {main: rtsp://192.0.2.2/a}}\n",
                 false,
                 "~ camera c1\n    main           rtsp://192.0.2.1/c → rtsp://192.0.2.9/c\n"
                 "    main password  (is set) → –\n"
                 "    sub            rtsp://192.0.2.1/b → –\n"
                 "    record         both → main\n");
    g_autofree char *bare = idx_stream_url(f->cat, main_id, NULL);
    g_assert_cmpstr(bare, ==, "rtsp://192.0.2.9/c");
    expect_words(
        f, "cameras: {c1: {main: \"rtsp://u:q@192.0.2.9/c\"}, c2: {main: rtsp://192.0.2.2/a}}\n",
        false, "~ camera c1\n    main password  (another)\n");
    expect_words(
        f, "cameras: {c1: {main: \"rtsp://u:r@192.0.2.9/c\"}, c2: {main: rtsp://192.0.2.2/a}}\n",
        false, "~ camera c1\n    main password  (is set) → (another)\n");
    expect_words(f, "cameras: {c2: {main: rtsp://192.0.2.2/a, sub: rtsp://192.0.2.2/b}}\n", true,
                 "~ camera c2\n    sub            rtsp://192.0.2.2/b\n"
                 "    record         main → both\n- camera c1\n");
    g_autoptr(IdxCamera) retired = idx_camera_get(f->cat, "c1", NULL);
    g_assert_cmpint(retired->removed_us, ==, AT(0));
    expect_words(f, "cameras: {c2: {main: rtsp://192.0.2.2/a, sub: rtsp://192.0.2.2/b}}\n", true,
                 "");
}

static char *with_coverage(const char *list)
{
    return g_strdup_printf("halls: {H01: {places: {W07: {coverage: [%s]}}}}\n", list);
}

static void expect_coverage(Fixture *f, const char *list, bool prune, const char *words,
                            const char *map)
{
    g_autofree char *text = with_coverage(list);
    expect_words(f, text, prune, words);
    g_autofree char *got =
        fixture_dump(f->cat, "SELECT c.code, (v.from_us - 1795311000000000) / 1000000,"
                             " (v.to_us - 1795311000000000) / 1000000 FROM coverage v"
                             " JOIN camera c ON c.id = v.camera_id ORDER BY c.code, v.from_us");
    g_assert_cmpstr(got, ==, map);
}

#define TIME_0 "2026-11-22T09:30:00+08:00"
#define TIME_100 "2026-11-22T09:31:40+08:00"
#define TIME_200 "2026-11-22T09:33:20+08:00"

/* A camera is replaced, and the file tells of today alone: what the old one saw stays what it saw. */
static void test_coverage_replaced(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_camera(f, "a", AT(-1000));
    fixture_camera(f, "b", AT(-1000));
    fixture_happens(f, "1", "hall.ticket.called", AT(-300),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    fixture_happens(f, "2", "hall.ticket.finished", AT(-200), "\"ticket_no\":\"A1\"");
    expect_coverage(f, "a", false, "+ place W07\n    name           W07\n+ coverage W07 a\n",
                    "a|-|-");
    const char *b = "{camera: b, from: \"" TIME_0 "\"}";
    expect_coverage(f, b, false,
                    "! coverage W07 a  (not in the file; stays)\n"
                    "+ coverage W07 b\n    from           " TIME_0 "\n",
                    "a|-|-\nb|0|-");
    expect_coverage(f, b, true, "~ coverage W07 a\n    to             " TIME_0 "\n",
                    "a|-|0\nb|0|-");
    expect_coverage(f, b, true, "", "a|-|0\nb|0|-");
    g_autofree char *seen = fixture_dump(
        f->cat, "SELECT c.code, (s.from_us - 1795311000000000) / 1000000,"
                " (s.to_us - 1795311000000000) / 1000000 FROM span s JOIN camera c"
                " ON c.id = s.camera_id WHERE s.superseded_us IS NULL ORDER BY c.code");
    g_assert_cmpstr(seen, ==, "a|-330|-140");
    /* said otherwise of the same camera, it is otherwise */
    expect_coverage(f, "a", true,
                    "- coverage W07 b\n    from           " TIME_0 "\n"
                    "~ coverage W07 a\n    to             " TIME_0 " → –\n",
                    "a|-|-");
}

/* A camera is moved, a window renumbered: statements end, grow, go, and the spans follow. */
static void test_coverage_changes(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_camera(f, "a", T0);
    fixture_camera(f, "b", T0);
    fixture_happens(f, "1", "hall.ticket.called", AT(100),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    fixture_happens(f, "2", "hall.ticket.finished", AT(200), "\"ticket_no\":\"A1\"");
    expect_coverage(f, "a", false, "+ place W07\n    name           W07\n+ coverage W07 a\n",
                    "a|-|-");
    expect_coverage(f, "{camera: a, to: \"" TIME_100 "\"}, {camera: b, from: \"" TIME_100 "\"}",
                    false,
                    "~ coverage W07 a\n    to             " TIME_100 "\n"
                    "+ coverage W07 b\n    from           " TIME_100 "\n",
                    "a|-|100\nb|100|-");
    g_autofree char *spans = fixture_dump(
        f->cat, "SELECT c.code, (s.from_us - 1795311000000000) / 1000000,"
                " (s.to_us - 1795311000000000) / 1000000 FROM span s JOIN camera c"
                " ON c.id = s.camera_id WHERE s.superseded_us IS NULL ORDER BY c.code");
    g_assert_cmpstr(spans, ==, "a|70|100\nb|100|260");
    /* two statements change places on the axis, each into the other's time */
    expect_coverage(f, "{camera: a, from: \"" TIME_0 "\", to: \"" TIME_200 "\"}", false,
                    "! coverage W07 b  (not in the file; stays)\n    from           " TIME_100 "\n"
                    "~ coverage W07 a\n    from           " TIME_0 "\n"
                    "    to             " TIME_100 " → " TIME_200 "\n",
                    "a|0|200\nb|100|-");
    expect_coverage(f, "{camera: a, from: \"" TIME_0 "\", to: \"" TIME_200 "\"}", true,
                    "- coverage W07 b\n    from           " TIME_100 "\n", "a|0|200");
    expect_coverage(f, "{camera: a, to: \"" TIME_0 "\"}, {camera: a, from: \"" TIME_0 "\"}", false,
                    "~ coverage W07 a\n    from           " TIME_0 " → –\n"
                    "    to             " TIME_200 " → " TIME_0 "\n"
                    "+ coverage W07 a\n    from           " TIME_0 "\n",
                    "a|-|0\na|0|-");
    g_autoptr(GError) overlap = NULL;
    g_autofree char *both = with_coverage("a");
    g_assert_null(try_apply(f, both, false, false, &overlap));
    fixture_expect(overlap, MJ_ERROR_INVALID, "line 1,a covers place W07,--prune");
    expect_coverage(f, "a", true,
                    "- coverage W07 a\n    from           " TIME_0 "\n"
                    "~ coverage W07 a\n    to             " TIME_0 " → –\n",
                    "a|-|-");
}

static void test_places_go(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_camera(f, "a", T0);
    fixture_happens(f, "1", "hall.ticket.called", AT(-1000),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    g_free(apply(f, "halls: {H01: {places: {W07: {coverage: [a]}, W08: {coverage: [a]}, W09: }}}\n",
                 false));
    expect_words(f, "halls: {H01: {places: {W10: {name: x}}}}\n", false,
                 "+ place W10\n    name           x\n! place W07  (not in the file; stays)\n"
                 "! place W08  (not in the file; stays)\n! place W09  (not in the file; stays)\n");
    expect_words(f, "halls: {H01: {places: {W10: {name: x}}}}\n", true,
                 "- place W07\n- place W08\n- place W09\n");
    g_autofree char *left =
        fixture_dump(f->cat, "SELECT p.code, (v.to_us - 1795311000000000) / 1000000 FROM place p"
                             " LEFT JOIN coverage v ON v.place_id = p.id ORDER BY p.code");
    g_assert_cmpstr(left, ==, "W07|0\nW08|0\nW10|-"); // what they saw until now stays true
    expect_words(f, "halls: {H01: {places: {W10: {name: x}}}}\n", true, "");
}

static void test_halls(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) zone = NULL;
    /* nothing was said of H01 yet: it is the hall of the file */
    expect_words(
        f, "halls: {QD01: {timezone: Asia/Shanghai}}\n", false,
        "~ hall QD01\n    code           H01 → QD01\n    timezone       +08:00 → Asia/Shanghai\n");
    fixture_happens(f, "1", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    g_assert_null(try_apply(f, "halls:\n  QD01: {timezone: \"+09:00\"}\n", false, false, &zone));
    fixture_expect(zone, MJ_ERROR_INVALID, "line 2,time zone");
    expect_words(f, "halls: {QD02: {places: {W01: }}}\n", true,
                 "+ hall QD02\n    name           QD02\n    timezone       +08:00\n"
                 "+ place W01\n    name           W01\n! hall QD01  (not in the file; stays)\n");
    g_autofree char *places =
        fixture_dump(f->cat, "SELECT h.code, p.code FROM place p JOIN hall h ON h.id = p.hall_id");
    g_assert_cmpstr(places, ==, "QD02|W01");
}

static void test_password_file(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *path = g_build_filename(f->home, "w07.secret", NULL);
    static const char TEXT[] =
        "cameras: {c: {main: rtsp://192.0.2.1/, user: \"u@h\", password_file: w07.secret}}\n";
    g_assert_true(g_file_set_contents(path, "p:w#1\nnotes\n", -1, NULL));
    g_free(apply(f, TEXT, false));
    g_autoptr(IdxCamera) c = idx_camera_get(f->cat, "c", NULL);
    g_autofree char *url =
        idx_stream_url(f->cat, ((const IdxStream *)c->streams->pdata[0])->id, NULL);
    g_assert_cmpstr(url, ==, "rtsp://u%40h:p%3Aw%231@192.0.2.1/");
    expect_words(f, TEXT, false, "");
    g_assert_true(g_file_set_contents(path, "\n", -1, NULL));
    g_autoptr(GError) empty = NULL;
    g_assert_null(try_apply(f, TEXT, false, false, &empty));
    fixture_expect(empty, MJ_ERROR_INVALID, "line 1,w07.secret,empty");
    g_setenv("MINGJING_TEST_PASSWORD", "another", TRUE);
    expect_words(
        f,
        "cameras: {c: {main: rtsp://192.0.2.1/, user: u, password_env: MINGJING_TEST_PASSWORD}}\n",
        false, "~ camera c\n    main password  (is set) → (another)\n");
}

static void test_retention(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) low = NULL, kind = NULL;
    expect_words(
        f,
        "retention: {any: {footage: {min: 40d}, ticket: {min: 90d, max: 200d}}, hall: {footage: "
        "{min: 31d, max: 60d}}}\n",
        true,
        "~ retention any footage\n    min            30d → 40d\n    max            90d → –\n"
        "~ retention any ticket\n    max            180d → 200d\n"
        "+ retention hall footage\n    min            31d\n    max            60d\n"
        "- retention any approval\n    min            180d\n    max            730d\n"
        "- retention any session\n    min            365d\n    max            1825d\n"
        "- retention any trade\n    min            5479d\n"
        "- retention room footage\n    min            90d\n"
        "- retention session footage\n    min            365d\n    max            1825d\n");
    expect_words(f, "retention: {any: {ticket: {min: 90d, max: 200d}}}\n", true,
                 "! retention any footage  (not in the file; stays)\n    min            40d\n"
                 "- retention hall footage\n    min            31d\n    max            60d\n");
    g_assert_null(
        try_apply(f, "retention:\n  any:\n    footage: {min: 40d, max: 3d}\n", false, false, &low));
    fixture_expect(low, MJ_ERROR_INVALID, "line 3");
    g_assert_null(
        try_apply(f, "retention:\n  kiosk: {footage: {min: 40d}}\n", false, false, &kind));
    fixture_expect(kind, MJ_ERROR_INVALID, "line 2,kiosk");
}

/* The file that the documentation shows. */
static void test_example(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *path =
        g_build_filename(g_getenv("MINGJING_SOURCE"), "index", "hall.example.yaml", NULL);
    g_autofree char *secrets = g_build_filename(f->home, "secrets", NULL);
    g_autofree char *secret = g_build_filename(secrets, "w08-face", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpint(g_mkdir(secrets, 0700), ==, 0);
    g_assert_true(g_file_set_contents(secret, "geheim\n", -1, NULL));
    g_autofree char *words = apply(f, text, false);
    g_assert_nonnull(
        strstr(words, "+ coverage W21 w12-face\n    from           2026-09-01T00:00:00+08:00\n"));
    g_assert_null(strstr(words, "geheim"));
    g_autofree char *again = apply(f, text, false);
    g_assert_null(strpbrk(again, "+~-"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/declare/wrong", test_wrong);
    g_test_add_func("/declare/limits", test_limits);
    g_test_add_func("/declare/apply", test_apply);
    g_test_add_func("/declare/round-trip", test_round_trip);
    g_test_add_func("/declare/all-or-nothing", test_all_or_nothing);
    g_test_add_func("/declare/dry-run", test_dry_run);
    g_test_add_func("/declare/camera-changes", test_camera_changes);
    g_test_add_func("/declare/coverage-changes", test_coverage_changes);
    g_test_add_func("/declare/coverage-replaced", test_coverage_replaced);
    g_test_add_func("/declare/places-go", test_places_go);
    g_test_add_func("/declare/halls", test_halls);
    g_test_add_func("/declare/password-file", test_password_file);
    g_test_add_func("/declare/retention", test_retention);
    g_test_add_func("/declare/example", test_example);
    return g_test_run();
}
