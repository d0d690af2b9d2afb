// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/boxes.h"

#include <glib/gstdio.h>
#include <string.h>

#include "capture/segment_writer.h"
#include "index/base/home.h"
#include "test/capture/fixture.h"

typedef struct Made {
    GBytes *bytes;
    GArray *fragments; // IdxFragment, as the writer says
    int64_t init_bytes;
} Made;

static void made_clear(Made *made)
{
    g_bytes_unref(made->bytes);
    g_array_unref(made->fragments);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Made, made_clear)

static Made make_file(void)
{
    char *home = fixture_home();
    g_autoptr(GPtrArray) packets = fixture_encode("libx264", 64, 48, 40, 10, 0, NULL);
    g_autoptr(GError) error = NULL;
    CapPacket *first = g_ptr_array_index(packets, 0);
    CapSegmentConfig config = {.home = home,
                               .camera = "cam1",
                               .stream = "main",
                               .video = first->params,
                               .start_us = 1795000000000000,
                               .media_start_us = 500000,
                               .media_decode_us = 500000};
    g_autoptr(CapSegmentWriter) writer = cap_segment_writer_open(&config, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < packets->len; i++) {
        const CapPacket *packet = g_ptr_array_index(packets, i);
        int64_t at = 500000 + packet->pts_us;
        CapSample sample = {packet->data, packet->size, packet->key, at, at, at + 40000};
        g_assert_true(cap_segment_writer_video(writer, &sample, &error));
    }
    cap_segment_writer_finish(writer, cap_segment_writer_end_us(writer), &error);
    g_assert_no_error(error);
    const IdxSegment *row = cap_segment_writer_segment(writer);
    const GByteArray *stored = cap_segment_writer_fragments(writer);
    Made made = {.init_bytes = row->init_bytes};
    made.fragments =
        idx_fragment_decode(stored->data, stored->len, row->init_bytes, row->start_us, &error);
    g_assert_no_error(error);
    g_autofree char *path = mj_home_footage_file(home, row->path, &error);
    made.bytes = fixture_read(path);
    fixture_home_remove(home);
    return made;
}

static void test_whole(void)
{
    g_auto(Made) made = make_file();
    gsize size;
    const uint8_t *data = g_bytes_get_data(made.bytes, &size);
    g_autoptr(IdxBoxFile) file = idx_boxes_scan(data, size);
    g_assert_cmpint(file->init_bytes, ==, made.init_bytes);
    g_assert_cmpint(file->whole_bytes, ==, (int64_t)size);
    g_assert_cmpuint(file->fragments->len, ==, 4);
    g_assert_cmpuint(made.fragments->len, ==, 4);
    for (guint i = 0; i < 4; i++) {
        const IdxBoxFragment *box = &g_array_index(file->fragments, IdxBoxFragment, i);
        const IdxFragment *said = &g_array_index(made.fragments, IdxFragment, i);
        g_assert_cmpint(box->offset, ==, said->offset);
        g_assert_cmpint(box->length, ==, said->length);
        g_assert_cmpint(box->decode_us, ==, 500000 + i * INT64_C(400000));
        g_assert_cmpint(box->start_us, ==, box->decode_us);
        g_assert_cmpint(box->end_us - box->decode_us, ==, said->duration_us);
        g_assert_cmpint(box->frames, ==, 10);
        g_assert_true(box->key && said->key);
        g_assert_true(memcmp(data + box->offset + 4, "moof", 4) == 0);
    }
}

/* Cut at every byte: exactly the fragments that are whole are found. The bytes are copied to the size that is
 * told, so that a sanitizer sees a step beyond it. */
static void test_cut_everywhere(void)
{
    g_auto(Made) made = make_file();
    gsize size;
    const uint8_t *data = g_bytes_get_data(made.bytes, &size);
    for (gsize cut = 0; cut <= size; cut++) {
        g_autofree uint8_t *part = g_memdup2(data, cut);
        g_autoptr(IdxBoxFile) file = idx_boxes_scan(part, cut);
        guint whole = 0;
        int64_t end = made.init_bytes;
        for (guint i = 0; i < made.fragments->len; i++) {
            const IdxFragment *fragment = &g_array_index(made.fragments, IdxFragment, i);
            if (fragment->offset + fragment->length <= (int64_t)cut) {
                whole++;
                end = fragment->offset + fragment->length;
            }
        }
        bool has_init = (int64_t)cut >= made.init_bytes;
        g_assert_cmpint(file->init_bytes, ==, has_init ? made.init_bytes : 0);
        g_assert_cmpuint(file->fragments->len, ==, whole);
        g_assert_cmpint(file->whole_bytes, ==, has_init ? end : 0);
    }
}

/* Any byte may be wrong: whatever is found lies within the file, in order. */
static void test_garbled(void)
{
    g_auto(Made) made = make_file();
    gsize size;
    const uint8_t *data = g_bytes_get_data(made.bytes, &size);
    static const uint8_t WRONG[] = {0, 1, 0x7f, 0x80, 0xff};
    for (gsize at = 0; at < size; at++) {
        for (size_t w = 0; w < G_N_ELEMENTS(WRONG); w++) {
            g_autofree uint8_t *copy = g_memdup2(data, size);
            copy[at] = WRONG[w];
            g_autoptr(IdxBoxFile) file = idx_boxes_scan(copy, size);
            int64_t end = file->init_bytes;
            for (guint i = 0; i < file->fragments->len; i++) {
                const IdxBoxFragment *box = &g_array_index(file->fragments, IdxBoxFragment, i);
                g_assert_cmpint(box->offset, >=, end);
                end = box->offset + box->length;
            }
            g_assert_cmpint(end, <=, (int64_t)size);
            g_assert_cmpint(file->whole_bytes, <=, (int64_t)size);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boxes/whole", test_whole);
    g_test_add_func("/boxes/cut-everywhere", test_cut_everywhere);
    g_test_add_func("/boxes/garbled", test_garbled);
    return g_test_run();
}
