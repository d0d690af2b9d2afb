// SPDX-License-Identifier: GPL-3.0-or-later
/* Runs one fuzz target without libFuzzer, as a test: every seed of its corpus, then mutations of
 * them that come out the same on every machine. A seed `name.hex` is bytes as hexadecimal digits
 * ("#" begins a comment); any other file is taken as it is.
 *
 *   driver CORPUS-FOLDER [ROUNDS]
 *
 * FUZZ_KEEP=FILE: each input is written there before it is run, to be looked at after a crash. */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 20000
#define LONGEST 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static GByteArray *from_hex(const char *text)
{
    GByteArray *bytes = g_byte_array_new();
    int high = -1;
    for (const char *p = text; *p; p++) {
        if (*p == '#')
            p += strcspn(p, "\n");
        int digit = g_ascii_xdigit_value(*p);
        if (digit >= 0 && high >= 0) {
            uint8_t byte = (uint8_t)(high << 4 | digit);
            g_byte_array_append(bytes, &byte, 1);
            high = -1;
        } else if (digit >= 0) {
            high = digit;
        }
        if (*p == '\0')
            break;
    }
    return bytes;
}

static GByteArray *read_seed(const char *path)
{
    char *text = NULL;
    gsize size = 0;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &text, &size, &error))
        g_error("%s", error->message);
    if (!g_str_has_suffix(path, ".hex"))
        return g_byte_array_new_take((guint8 *)text, size);
    GByteArray *bytes = from_hex(text);
    g_free(text);
    return bytes;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All seeds by name, so that the mutations are the same everywhere; an empty one first. */
static GPtrArray *read_corpus(const char *folder)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
    if (!dir)
        g_error("%s", error->message);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir))
        g_ptr_array_add(names, g_build_filename(folder, name, NULL));
    g_ptr_array_sort(names, by_name);
    GPtrArray *seeds = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    g_ptr_array_add(seeds, g_byte_array_new());
    for (guint i = 0; i < names->len; i++)
        g_ptr_array_add(seeds, read_seed(names->pdata[i]));
    return seeds;
}

static size_t below(GRand *rand, size_t limit)
{
    return limit ? g_rand_int(rand) % limit : 0;
}

/* Bytes that parsers care for. */
static uint8_t interesting(GRand *rand)
{
    static const uint8_t BYTES[] = "\0\xff\x7f\x80{}[]\",:0123456789-+.TZ/@%eE \n\\?#=&";
    return g_rand_boolean(rand) ? BYTES[below(rand, sizeof BYTES - 1)] : (uint8_t)g_rand_int(rand);
}

static void insert(GByteArray *b, size_t at, const uint8_t *data, size_t size)
{
    guint old = b->len;
    g_byte_array_set_size(b, old + (guint)size);
    memmove(b->data + at + size, b->data + at, old - at);
    memcpy(b->data + at, data, size);
}

static void mutate(GByteArray *b, const GByteArray *other, GRand *rand)
{
    size_t at = below(rand, b->len + 1u), rest = b->len - at;
    uint8_t byte = interesting(rand);
    switch (below(rand, 6)) {
    case 0:
        if (rest)
            b->data[at] ^= (uint8_t)(1u << below(rand, 8));
        break;
    case 1:
        if (rest)
            b->data[at] = byte;
        break;
    case 2:
        insert(b, at, &byte, 1);
        break;
    case 3:
        if (rest)
            g_byte_array_remove_range(b, (guint)at, (guint)(1 + below(rand, MIN(rest, 16))));
        break;
    case 4:
        g_byte_array_set_size(b, (guint)at);
        break;
    default: // a piece of another seed
        if (other->len) {
            size_t from = below(rand, other->len);
            insert(b, at, other->data + from, 1 + below(rand, MIN(other->len - from, 64u)));
        }
    }
    if (b->len > LONGEST)
        g_byte_array_set_size(b, LONGEST);
}

static void run(const GByteArray *bytes, const char *keep)
{
    /* A copy of its exact size, so that a sanitizer sees the first byte beyond. */
    g_autofree uint8_t *copy =
        g_memdup2(bytes->len ? bytes->data : (const uint8_t *)"", MAX(bytes->len, 1u));
    if (keep && !g_file_set_contents(keep, (const char *)copy, (gssize)bytes->len, NULL))
        g_error("cannot write %s", keep);
    LLVMFuzzerTestOneInput(copy, bytes->len);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s CORPUS-FOLDER [ROUNDS]\n", argv[0]);
        return 2;
    }
    int rounds = argc > 2 ? atoi(argv[2]) : ROUNDS;
    const char *keep = g_getenv("FUZZ_KEEP"); // where each input is written before it is run
    g_autoptr(GPtrArray) seeds = read_corpus(argv[1]);
    g_autoptr(GRand) rand = g_rand_new_with_seed(20261122);
    printf("1..2\n");
    if (seeds->len < 2) {
        printf("not ok 1 - %s holds no seeds\n", argv[1]);
        return 1;
    }
    for (guint i = 0; i < seeds->len; i++)
        run(seeds->pdata[i], keep);
    printf("ok 1 - %u seeds\n", seeds->len);
    for (int i = 0; i < rounds; i++) {
        const GByteArray *seed = seeds->pdata[below(rand, seeds->len)];
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        if (seed->len)
            g_byte_array_append(bytes, seed->data, seed->len);
        for (size_t n = 1 + below(rand, 5); n > 0; n--)
            mutate(bytes, seeds->pdata[below(rand, seeds->len)], rand);
        run(bytes, keep);
    }
    printf("ok 2 - %d mutations\n", rounds);
    return 0;
}
