// SPDX-License-Identifier: GPL-3.0-or-later
/* Makes the past of a home, in its catalogue alone:
 *   test-past HOME CAMERA DAYS-AGO SECONDS   a segment of its main stream that began then
 *   test-past HOME purge DAYS                all that was purged was purged so long before
 *   test-past HOME mark CAMERA CODE          somebody marked a picture of now with a kind of that code
 *   test-past HOME late SECONDS              all that came of /late in the last ten minutes was so late
 *   test-past HOME clock SECONDS             the clock of /queue was set, and who did it was killed before it was
 *                                            linked anew */
#include "index/camera.h"
#include "index/db.h"
#include "index/event/ingest.h"
#include "index/event/source.h"
#include "index/mark/mark.h"
#include "test/index/fixture.h"

#include <stdlib.h>
#include <string.h>

static void mark(IdxCatalogue *cat, const char *camera, const char *code, int64_t now_us,
                 GError **error)
{
    g_autoptr(GBytes) jpeg = g_bytes_new_static("\xff\xd8\xff\xd9", 4);
    int64_t id = 0;
    IdxMarkRequest request = {
        .camera = camera, .at_us = now_us, .kind = code, .by = "wang", .jpeg = jpeg};
    idx_mark_add(cat, &request, now_us, &id, error);
}

/* An event a minute, as it came then. */
static void late(Fixture *f, int64_t late_us, int64_t now_us)
{
    for (int i = 10; i > 0; i--) {
        int64_t at_us = now_us - i * MJ_MINUTE_US;
        g_autofree char *time = mj_time_format(at_us - late_us, f->cat->zone);
        g_autofree char *text = g_strdup_printf(
            "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"/late\",\"type\":"
            "\"hall.ticket.taken\",\"time\":\"%s\",\"data\":{\"ticket_no\":\"L%d\"}}",
            i, time, i);
        idx_event_batch_free(
            idx_event_add_text(f->cat, text, strlen(text), IDX_EVENT_FORM_ANY, at_us, NULL));
    }
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    int64_t days = atoll(argv[3]), now_us = mj_clock_utc_us(mj_clock_system());
    g_autoptr(GError) error = NULL;
    Fixture f = {.home = argv[1], .cat = idx_catalogue_open(argv[1], IDX_WRITE, &error)};
    g_assert_no_error(error);
    if (strcmp(argv[2], "mark") == 0) {
        mark(f.cat, argv[3], argv[4], now_us, &error);
    } else if (strcmp(argv[2], "late") == 0) {
        late(&f, atoll(argv[3]) * MJ_SECOND_US, now_us);
    } else if (strcmp(argv[2], "purge") == 0) {
        idx_db_run(f.cat, "UPDATE purge_run SET started_us = started_us - ?", &error, "i",
                   days * MJ_DAY_US);
    } else if (strcmp(argv[2], "clock") == 0) {
        int64_t offset_us = atoll(argv[3]) * MJ_SECOND_US;
        idx_source_set(f.cat, "/queue", INT64_MIN, &offset_us, 0, now_us, &error);
    } else {
        g_autoptr(IdxCamera) camera = idx_camera_get(f.cat, argv[2], &error);
        g_assert_no_error(error);
        int64_t start_us = now_us - days * MJ_DAY_US;
        fixture_segment(&f, ((IdxStream *)camera->streams->pdata[0])->id, start_us,
                        start_us + atoll(argv[4]) * MJ_SECOND_US, "closed");
    }
    g_assert_no_error(error);
    idx_catalogue_free(f.cat);
    return 0;
}
