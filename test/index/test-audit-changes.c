// SPDX-License-Identifier: GPL-3.0-or-later
/* Every change leaves its row, and there is no change without one: when the row cannot be written, what
 * it speaks of is not done. */
#include "index/account/login.h"
#include "index/account/token.h"
#include "index/account/user.h"
#include "index/audit/audit.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/hall.h"
#include "index/place.h"
#include "index/segment/volume.h"
#include "test/index/fixture.h"

#include <string.h>

#define PASSWORD "correct-horse-1"

static bool user_add(Fixture *f, GError **error)
{
    return idx_user_add(f->cat, "1024", "auditor", PASSWORD, AT(1), error);
}

static bool user_passwd(Fixture *f, GError **error)
{
    return idx_user_set_password(f->cat, "1023", "another-horse-2", error);
}

static bool user_disable(Fixture *f, GError **error)
{
    return idx_user_set_disabled(f->cat, "1023", true, AT(1), error);
}

static bool user_enable(Fixture *f, GError **error)
{
    return idx_user_set_disabled(f->cat, "1022", false, AT(1), error);
}

static bool token_add(Fixture *f, GError **error)
{
    g_autofree char *token = idx_token_add(f->cat, "queue", "events", AT(1), error);
    return token != NULL;
}

static bool token_revoke(Fixture *f, GError **error)
{
    return idx_token_revoke(f->cat, "old", AT(1), error);
}

static bool login(Fixture *f, GError **error)
{
    int64_t wait_us = 0;
    g_autofree char *cookie = idx_login(f->cat, "1023", PASSWORD, AT(1), &wait_us, error);
    return cookie != NULL;
}

static bool login_wrong(Fixture *f, GError **error)
{
    int64_t wait_us = 0;
    g_autoptr(GError) local = NULL;
    g_autofree char *cookie =
        idx_login(f->cat, "1023", "not the password", AT(1), &wait_us, &local);
    g_assert_null(cookie);
    if (mj_error_is(local, MJ_ERROR_DENIED))
        return true;
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}

static bool camera_add(Fixture *f, GError **error)
{
    return idx_camera_add(f->cat, "w09", "rtsp://admin:secret7@192.0.2.9/1?password=secret7", NULL,
                          "九号", NULL, NULL, AT(1), error);
}

static bool camera_set(Fixture *f, GError **error)
{
    return idx_camera_set(f->cat, "w07", NULL, "rtsp://admin:secret7@192.0.2.7/2", NULL, "hall",
                          NULL, AT(1), error);
}

static bool camera_record(Fixture *f, GError **error)
{
    return idx_camera_record(f->cat, "w07", "none", AT(1), error);
}

static bool camera_remove(Fixture *f, GError **error)
{
    return idx_camera_remove(f->cat, "w07", AT(1), error);
}

static bool place_add(Fixture *f, GError **error)
{
    return idx_place_add(f->cat, "W09", "九号窗口", error);
}

static bool place_rename(Fixture *f, GError **error)
{
    return idx_place_set_name(f->cat, "W07", "七号窗口", error);
}

static bool place_renumber(Fixture *f, GError **error)
{
    char *old[] = {(char *)"W07"}, *new[] = {(char *)"W17"};
    return idx_place_renumber(f->cat, NULL, old, new, 1, AT(500), AT(1), error);
}

static bool coverage_add(Fixture *f, GError **error)
{
    return idx_coverage_add(f->cat, "W07", "w08", AT(10), INT64_MAX, AT(1), error);
}

static bool coverage_end(Fixture *f, GError **error)
{
    return idx_coverage_end(f->cat, NULL, "W07", "w07", AT(10), AT(1), error);
}

static bool coverage_remove(Fixture *f, GError **error)
{
    return idx_coverage_remove(f->cat, "W07", "w07", INT64_MIN, AT(1), error);
}

static bool place_elsewhere(Fixture *f, GError **error)
{
    int64_t id = 0;
    return idx_hall_add(f->cat, "H02", "东区", NULL, &id, error) &&
           idx_place_add_in(f->cat, "H02", "W07", NULL, error);
}

static bool coverage_elsewhere(Fixture *f, GError **error)
{
    return place_elsewhere(f, error) &&
           idx_coverage_add_in(f->cat, "H02", "W07", "w08", AT(10), INT64_MAX, AT(1), error);
}

static bool volume_add(Fixture *f, GError **error)
{
    g_autofree char *path = g_build_filename(f->home, "disk", NULL);
    g_assert_cmpint(g_mkdir_with_parents(path, 0750), ==, 0);
    return idx_volume_add(f->cat, path, 5, 7, AT(1), error);
}

static bool volume_remove(Fixture *f, GError **error)
{
    g_autofree char *path = g_build_filename(f->home, "footage", NULL);
    return idx_volume_remove(f->cat, path, AT(1), error);
}

static const struct {
    const char *name;
    bool (*change)(Fixture *f, GError **error);
    const char *row; // what|object_kind|object|camera|from|to|result|words|detail
} CHANGES[] = {
    {"user-add", user_add, "user.add|user|1024|-|-|-|ok|-|{\"role\":\"auditor\"}"},
    {"user-passwd", user_passwd, "user.passwd|user|1023|-|-|-|ok|-|-"},
    {"user-disable", user_disable, "user.disable|user|1023|-|-|-|ok|-|-"},
    {"user-enable", user_enable, "user.enable|user|1022|-|-|-|ok|-|-"},
    {"token-add", token_add, "token.add|token|queue|-|-|-|ok|-|{\"scope\":\"events\"}"},
    {"token-revoke", token_revoke, "token.revoke|token|old|-|-|-|ok|-|-"},
    {"login", login, "login|user|1023|-|-|-|ok|-|-"},
    {"login-wrong", login_wrong, "login|user|1023|-|-|-|denied|wrong password|-"},
    {"camera-add", camera_add,
     "camera.add|camera|w09|w09|-|-|ok|-|{\"name\":\"九号\",\"url\":\"rtsp://192.0.2.9/"
     "1?password=***\"}"},
    {"camera-change", camera_set,
     "camera.change|camera|w07|w07|-|-|ok|-|{\"kind\":\"hall\",\"sub\":\"rtsp://192.0.2.7/2\"}"},
    {"camera-record", camera_record,
     "camera.record|camera|w07|w07|-|-|ok|-|{\"streams\":\"none\"}"},
    {"camera-remove", camera_remove, "camera.remove|camera|w07|w07|-|-|ok|-|-"},
    {"place-add", place_add, "place.add|place|W09|-|-|-|ok|-|{\"name\":\"九号窗口\"}"},
    {"place-rename", place_rename, "place.rename|place|W07|-|-|-|ok|-|{\"name\":\"七号窗口\"}"},
    {"place-renumber", place_renumber,
     "place.renumber|place|W07|-|1795311500000000|-|ok|-|{\"new_code\":\"W17\"}"},
    {"coverage-add", coverage_add, "coverage.add|place|W07|w08|1795311010000000|-|ok|-|-"},
    {"coverage-end", coverage_end,
     "coverage.change|place|W07|w07|-|1795311010000000|ok|-|{\"from_before\":null,\"to_before\":"
     "null}"},
    {"coverage-remove", coverage_remove, "coverage.remove|place|W07|w07|-|-|ok|-|-"},
    {"place-elsewhere", place_elsewhere, "place.add|place|W07|-|-|-|ok|-|{\"hall\":\"H02\"}"},
    {"coverage-elsewhere", coverage_elsewhere,
     "coverage.add|place|W07|w08|1795311010000000|-|ok|-|{\"hall\":\"H02\"}"},
    {"volume-add", volume_add,
     "volume.add|volume|@HOME@/disk|-|-|-|ok|-|{\"reserve_bytes\":5,"
     "\"max_bytes\":7}"},
    {"volume-remove", volume_remove, "volume.remove|volume|@HOME@/footage|-|-|-|ok|-|-"},
};

/* What each of them needs to be there. */
static Fixture *prepare(void)
{
    g_autoptr(GError) error = NULL;
    Fixture *f = fixture_new();
    fixture_camera(f, "w07", T0);
    fixture_camera(f, "w08", T0);
    fixture_place(f, "W07", "w07");
    g_autofree char *other = g_build_filename(f->home, "other", NULL);
    g_assert_cmpint(g_mkdir_with_parents(other, 0750), ==, 0);
    g_autofree char *token = idx_token_add(f->cat, "old", "read", T0, &error);
    g_assert_true(token && idx_user_add(f->cat, "1023", "investigator", PASSWORD, T0, &error) &&
                  idx_user_add(f->cat, "1022", "operator", PASSWORD, T0, &error) &&
                  idx_user_set_disabled(f->cat, "1022", true, T0, &error) &&
                  idx_volume_add(f->cat, other, -1, 0, T0, &error));
    g_assert_no_error(error);
    return f;
}

/* All that is stored, but for the audit log. */
static char *everything(Fixture *f)
{
    g_autofree char *tables = fixture_dump(
        f->cat, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%audit%'"
                " AND name <> 'sqlite_sequence' ORDER BY 1");
    g_auto(GStrv) names = g_strsplit(tables, "\n", -1);
    g_autoptr(GString) all = g_string_new(NULL);
    for (size_t i = 0; names[i]; i++) {
        g_autofree char *sql = g_strdup_printf("SELECT * FROM \"%s\" ORDER BY 1, 2", names[i]);
        g_autofree char *rows = fixture_dump(f->cat, sql);
        g_string_append_printf(all, "%s\n%s\n", names[i], rows);
    }
    g_assert_cmpint((int)all->len, >, 500);
    return g_string_free(g_steal_pointer(&all), FALSE);
}

static void test_row(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(Fixture) f = prepare();
    g_autoptr(GError) error = NULL;
    g_autofree char *before = everything(f);
    idx_audit_actor(f->cat, &(IdxActor){.who = "cli:root", .role = IDX_AUDIT_CLI});
    int64_t written = idx_audit_written(f->cat);
    bool ok = CHANGES[i].change(f, &error);
    g_assert_no_error(error);
    g_assert_true(ok);
    g_assert_cmpint(idx_audit_written(f->cat), >, written);
    g_autofree char *row = fixture_dump(
        f->cat,
        "SELECT what, object_kind, object, camera, from_us, to_us, result, words, detail FROM"
        " audit WHERE what NOT IN ('place.add', 'coverage.add', 'coverage.change') OR"
        " NOT EXISTS (SELECT 1 FROM audit WHERE what = 'place.renumber')"
        " ORDER BY seq DESC LIMIT 1");
    g_autoptr(GString) expected = g_string_new(CHANGES[i].row);
    g_string_replace(expected, "@HOME@", f->home, 0);
    g_assert_cmpstr(row, ==, expected->str);
    g_autofree char *after = everything(f);
    g_assert_cmpstr(after, !=, before);
    g_autofree char *secret = fixture_dump(
        f->cat, "SELECT count(*) FROM audit WHERE words LIKE '%secret7%' OR detail LIKE '%secret7%'"
                " OR detail LIKE '%horse%' OR words LIKE '%horse%'");
    g_assert_cmpstr(secret, ==, "0");
}

/* The log cannot be written: then nothing happens. */
static void test_not_without(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(Fixture) f = prepare();
    g_autoptr(GError) error = NULL;
    g_autofree char *before = everything(f);
    idx_db_script(f->cat,
                  "CREATE TRIGGER audit_full BEFORE INSERT ON audit BEGIN"
                  " SELECT RAISE(ABORT, 'the audit log is full'); END",
                  &error);
    g_assert_no_error(error);
    g_assert_false(CHANGES[i].change(f, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, "audit log"));
    g_autofree char *after = everything(f);
    g_assert_cmpstr(after, ==, before);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(CHANGES); i++) {
        g_autofree char *row = g_strconcat("/audit-changes/row/", CHANGES[i].name, NULL);
        g_autofree char *not_without =
            g_strconcat("/audit-changes/not-without/", CHANGES[i].name, NULL);
        g_test_add_data_func(row, GSIZE_TO_POINTER(i), test_row);
        g_test_add_data_func(not_without, GSIZE_TO_POINTER(i), test_not_without);
    }
    return g_test_run();
}
