// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/seal.h"

#include "index/base/home.h"
#include "index/tls_cert.h"
#include "test/index/fixture.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define SECRET "admin:p%40ss-密码"

static char *unseal(const Fixture *f, const char *context, const uint8_t *bytes, size_t size,
                    GError **error)
{
    g_autofree uint8_t *copy = g_memdup2(bytes, size); // so that ASan sees its end
    return idx_unseal(f->home, context, copy, size, error);
}

static void test_round_trip(void)
{
    g_autoptr(Fixture) f = fixture_new();
    static const char *const SECRETS[] = {"", "x", SECRET};
    for (size_t i = 0; i < G_N_ELEMENTS(SECRETS); i++) {
        gsize size = 0;
        g_autoptr(GBytes) one = idx_seal(f->home, "W07/main", SECRETS[i], NULL);
        g_autoptr(GBytes) two = idx_seal(f->home, "W07/main", SECRETS[i], NULL);
        g_assert_false(g_bytes_equal(one, two)); // a nonce of its own each time
        const uint8_t *bytes = g_bytes_get_data(one, &size);
        g_assert_null(memmem(bytes, size, "admin", 5));
        g_autofree char *back = unseal(f, "W07/main", bytes, size, NULL);
        g_assert_cmpstr(back, ==, SECRETS[i]);
    }
}

static void test_moved(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    gsize size = 0;
    g_autoptr(GBytes) sealed = idx_seal(f->home, "W07/main", SECRET, NULL);
    const uint8_t *bytes = g_bytes_get_data(sealed, &size);
    g_assert_null(unseal(f, "W08/main", bytes, size, &error));
    fixture_expect(error, MJ_ERROR_CORRUPT, "W08/main,camera.key");
}

static void test_damaged(void)
{
    g_autoptr(Fixture) f = fixture_new();
    gsize size = 0;
    g_autoptr(GBytes) sealed = idx_seal(f->home, "W07/main", SECRET, NULL);
    const uint8_t *bytes = g_bytes_get_data(sealed, &size);
    for (gsize i = 0; i < size; i++) {
        g_autoptr(GError) error = NULL;
        g_autofree uint8_t *bad = g_memdup2(bytes, size);
        bad[i] ^= 0x10;
        g_assert_null(unseal(f, "W07/main", bad, size, &error));
        g_assert_error(error, MJ_ERROR, MJ_ERROR_CORRUPT);
        g_assert_null(strstr(error->message, "admin"));
        g_autoptr(GError) cut = NULL;
        g_assert_null(unseal(f, "W07/main", bytes, i, &cut));
        g_assert_error(cut, MJ_ERROR, MJ_ERROR_CORRUPT);
    }
}

static void test_key(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) missing = NULL, short_key = NULL, other = NULL;
    g_autofree char *path = mj_home_key(f->home, "camera.key");
    struct stat st;
    g_assert_cmpint(stat(path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0600);
    g_assert_cmpint(st.st_size, ==, 32);
    gsize size = 0;
    g_autoptr(GBytes) sealed = idx_seal(f->home, "W07/main", SECRET, NULL);
    const uint8_t *bytes = g_bytes_get_data(sealed, &size);
    g_assert_true(idx_seal_create_key(f->home, NULL)); // there already: kept
    g_autofree char *back = unseal(f, "W07/main", bytes, size, NULL);
    g_assert_cmpstr(back, ==, SECRET);
    g_assert_true(g_file_set_contents(path, "short", -1, NULL));
    g_assert_null(unseal(f, "W07/main", bytes, size, &short_key));
    fixture_expect(short_key, MJ_ERROR_CORRUPT, "camera.key");
    g_assert_cmpint(remove(path), ==, 0);
    g_assert_null(unseal(f, "W07/main", bytes, size, &missing));
    fixture_expect(missing, MJ_ERROR_NOT_FOUND, "camera.key");
    g_assert_null(idx_seal(f->home, "W07/main", SECRET, NULL));
    g_assert_true(idx_seal_create_key(f->home, NULL)); // a new one opens nothing old
    g_assert_null(unseal(f, "W07/main", bytes, size, &other));
    fixture_expect(other, MJ_ERROR_CORRUPT, "give its URL anew");
}

/* A key of which a kill or a full disk left less than 32 bytes is told of, not taken for one, and not replaced:
 * something may be sealed with what it was. */
static void test_stump(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *path = mj_home_key(f->home, "camera.key");
    static const char *const STUMPS[] = {"", "short"};
    for (size_t i = 0; i < G_N_ELEMENTS(STUMPS); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *after = NULL;
        g_assert_true(g_file_set_contents(path, STUMPS[i], -1, NULL));
        g_assert_false(idx_seal_create_key(f->home, &error));
        fixture_expect(error, MJ_ERROR_CORRUPT, "camera.key,instead of 32,remove it");
        g_assert_true(g_file_get_contents(path, &after, NULL, NULL));
        g_assert_cmpstr(after, ==, STUMPS[i]);
    }
}

/* No room: nothing lies there afterwards under its name or another, and the error says why. */
static void test_no_room(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *path = mj_home_key(f->home, "new.key");
    g_autofree char *keys = g_path_get_dirname(path);
    struct rlimit before, few;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    few = before;
    few.rlim_cur = 5; // bytes: the first write is short, the second one fails
    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &few), ==, 0);
    bool made = idx_seal_make_key(path, 0600, &error);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    g_assert_false(made);
    g_assert_nonnull(strstr(error->message, g_strerror(EFBIG)));
    g_autoptr(GDir) folder = g_dir_open(keys, 0, NULL);
    for (const char *name; (name = g_dir_read_name(folder));)
        g_assert_false(g_str_has_prefix(name, "new.key"));
    g_assert_true(idx_seal_make_key(path, 0600, NULL));
}

/* A certificate is made for the key that lies there; a stump of either is told of. */
static void test_certificate(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) no_cert = NULL, no_key = NULL;
    g_autofree char *cert = mj_home_web(f->home, IDX_TLS_CERT);
    g_autofree char *key = mj_home_web(f->home, IDX_TLS_KEY);
    g_autofree char *before = NULL, *after = NULL;
    bool made = false;
    g_assert_true(idx_tls_cert_create(f->home, &made, NULL) && made);
    g_assert_true(g_file_get_contents(key, &before, NULL, NULL));
    g_assert_true(idx_tls_cert_create(f->home, &made, NULL) && !made);
    g_assert_cmpint(remove(cert), ==, 0); // killed between the two
    g_assert_true(idx_tls_cert_create(f->home, &made, NULL) && made);
    g_assert_true(g_file_get_contents(key, &after, NULL, NULL));
    g_assert_cmpstr(before, ==, after);
    g_assert_true(g_file_set_contents(cert, "-----BEGIN CERT", -1, NULL));
    g_assert_false(idx_tls_cert_create(f->home, NULL, &no_cert));
    fixture_expect(no_cert, MJ_ERROR_CORRUPT, "tls.crt,remove it");
    g_assert_cmpint(remove(cert), ==, 0);
    g_assert_true(g_file_set_contents(key, "", -1, NULL));
    g_assert_false(idx_tls_cert_create(f->home, NULL, &no_key));
    fixture_expect(no_key, MJ_ERROR_CORRUPT, "tls.key,remove it");
    g_assert_false(g_file_test(cert, G_FILE_TEST_EXISTS));
}

static void test_sha256(void)
{
    static const uint8_t ABC[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea}; // FIPS 180-4
    uint8_t digest[32];
    idx_seal_sha256("abc", digest);
    g_assert_cmpmem(digest, sizeof ABC, ABC, sizeof ABC);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/seal/round-trip", test_round_trip);
    g_test_add_func("/seal/moved", test_moved);
    g_test_add_func("/seal/damaged", test_damaged);
    g_test_add_func("/seal/key", test_key);
    g_test_add_func("/seal/stump", test_stump);
    g_test_add_func("/seal/no-room", test_no_room);
    g_test_add_func("/seal/certificate", test_certificate);
    g_test_add_func("/seal/sha256", test_sha256);
    return g_test_run();
}
