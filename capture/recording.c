// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/recording.h"

#include <string.h>
#include <unistd.h>

#include "capture/audio.h"
#include "capture/clock_map.h"
#include "capture/damage.h"
#include "capture/host_clock.h"
#include "capture/recovery.h"
#include "capture/reorder.h"
#include "capture/room.h"
#include "capture/segment_writer.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/segment/gap.h"

#define STEP_DEFAULT_US INT64_C(40000)
#define LEAST_US INT64_C(1000) // of the last fragment's time remains, however clocks are moved
#define SHIFT_JUMP_US INT64_C(100000) // sound that far off its place is moved at once
#define SHIFT_SLOWLY 1000             // and else by a part of so many of the time that passed

typedef struct Picture { // waits until the dts of the next one is known
    CapPacket packet;
    int64_t dts_us;
    bool valid;
} Picture;

struct CapRecording {
    CapRecordingConfig config;
    CapAudio *audio; // NULL = no sound
    CapClockMap clock, sound_clock;
    int64_t shift_us; // sound's pts + this = picture's timeline
    bool has_shift, shift_by_reports;
    int64_t sound_pts_us; // of the last sound

    CapHostClock host;
    int64_t host_step_us; // the host's clock was set by so much since the segment began

    GQueue held; // CapPacket *, first pictures and sound; NULL-headed once let go
    bool holding;
    bool waiting_for_key;
    CapReorder reorder;
    bool late;       // the reorder depth proved too small
    int64_t base_us; // media time = pts + base_us
    int64_t step_us; // between the last two pictures
    Picture pending;
    unsigned clock_steps; // seen of clock.steps

    CapDamage damage; // in UTC

    CapSegmentWriter *writer;   // NULL between segments
    CapStoreSegment *row;       // NULL before its first fragment
    CapSegmentWriter *finished; // the one before, until the store has the row of the next
    CapStoreSegment *finished_row;
    CapVideoParams *params; // of the open segment
    CapPlace place;
    CapDisk *disk;  // of the open segment
    bool by_camera; // the open segment's clock
    int64_t start_us, start_pts_us;
    int64_t cut_us;                            // when the open segment is long enough
    int64_t reported_bytes, reported_pictures; // of the open segment
    int64_t stored_bytes, stored_pictures;     // of all
    int64_t end_us;                            // of what is stored
    bool begun;
    bool gap_open; // a hole within the run waits to be closed
};

static bool sink_audio(void *data, const uint8_t *bytes, size_t size, int64_t pts_us,
                       int64_t duration_us, GError **error)
{
    CapRecording *recording = data;
    if (!recording->writer)
        return true;
    CapSample sample = {bytes, size, true, pts_us, pts_us, pts_us + duration_us};
    return cap_segment_writer_audio(recording->writer, &sample, error);
}

CapRecording *cap_recording_new(const CapRecordingConfig *config, const AVCodecParameters *audio)
{
    CapRecording *recording = g_new0(CapRecording, 1);
    recording->config = *config;
    if (!config->clock)
        recording->config.clock = mj_clock_system();
    recording->end_us = config->not_before_us;
    recording->place = (CapPlace){config->home, config->stream_id, config->log};
    recording->step_us = STEP_DEFAULT_US;
    recording->holding = recording->waiting_for_key = true;
    g_queue_init(&recording->held);
    cap_clock_map_init(&recording->clock);
    cap_clock_map_init(&recording->sound_clock);
    if (config->foreign)
        cap_clock_map_distrust(&recording->clock);
    g_autoptr(GError) error = NULL;
    if (audio)
        recording->audio = cap_audio_new(audio, config->audio, sink_audio, recording, &error);
    if (error)
        mj_log_warning(config->log, "%s; recording without sound", error->message);
    return recording;
}

static void free_held(void *data)
{
    cap_packet_free(data);
}

void cap_recording_free(CapRecording *recording)
{
    if (!recording)
        return;
    cap_recording_end(recording);
    g_queue_clear_full(&recording->held, free_held);
    cap_packet_clear(&recording->pending.packet);
    cap_audio_free(recording->audio);
    g_free(recording);
}

/* --- segments -------------------------------------------------------------------------------- */

/* Keeps both maps, and sees whether the host's clock was set. */
static void follow_clocks(CapRecording *recording, const CapPacket *packet)
{
    int64_t step_us = cap_host_clock_packet(&recording->host, recording->config.clock,
                                            &recording->clock, &recording->sound_clock, packet);
    if (step_us == 0)
        return;
    mj_log_warning(recording->config.log, "the host's clock was set by %+.3f s; going on",
                   (double)step_us / MJ_SECOND_US);
    recording->host_step_us += step_us;
}

static void abandon(CapRecording *recording)
{
    if (!recording->writer)
        return;
    const IdxSegment *row = cap_segment_writer_segment(recording->writer);
    if (row->path && !recording->row)
        recording->row = cap_store_open_segment(recording->config.store, row);
    if (recording->row)
        cap_store_abandon_segment(recording->config.store, recording->row, row);
    recording->row = NULL;
    recording->end_us =
        MAX(recording->end_us, cap_segment_writer_segment(recording->writer)->end_us);
    g_clear_pointer(&recording->writer, cap_segment_writer_free);
    g_clear_pointer(&recording->params, cap_video_params_unref);
}

static void hand_over_finished(CapRecording *recording)
{
    CapSegmentWriter *writer = recording->finished;
    if (recording->finished_row)
        cap_store_close_segment(recording->config.store, g_steal_pointer(&recording->finished_row),
                                cap_segment_writer_segment(writer),
                                cap_segment_writer_fragments(writer),
                                cap_segment_writer_steal_fd(writer));
    g_clear_pointer(&recording->finished, cap_segment_writer_free);
}

static void report_progress(CapRecording *recording)
{
    const IdxSegment *row = cap_segment_writer_segment(recording->writer);
    bool final = row->has_sha256; // its end may have been moved without another byte
    if (!row->path || (row->bytes == recording->reported_bytes && !final))
        return;
    if (!recording->row) {
        recording->row = cap_store_open_segment(recording->config.store, row);
        hand_over_finished(recording);
    }
    recording->stored_bytes += row->bytes - recording->reported_bytes;
    recording->stored_pictures += row->frames - recording->reported_pictures;
    recording->reported_bytes = row->bytes;
    recording->reported_pictures = row->frames;
    recording->end_us = MAX(recording->end_us, row->end_us);
    cap_store_progress(recording->config.store, recording->row, row,
                       cap_segment_writer_fragments(recording->writer));
}

/* Ends the open segment at @end_us. Its row stays open until the next one's is there: a stream that
 * is being recorded always has an open row, by which readers know that its newest second is still
 * to come. */
static bool close_segment(CapRecording *recording, int64_t end_us, GError **error)
{
    if (!recording->writer)
        return true;
    if (!cap_segment_writer_finish(recording->writer, end_us, error)) {
        abandon(recording);
        return false;
    }
    report_progress(recording);
    recording->end_us =
        MAX(recording->end_us, cap_segment_writer_segment(recording->writer)->end_us);
    hand_over_finished(recording);
    recording->finished = g_steal_pointer(&recording->writer);
    recording->finished_row = g_steal_pointer(&recording->row);
    g_clear_pointer(&recording->params, cap_video_params_unref);
    return true;
}

/* Where two segments meet, if the clock says that the next one starts at @clock_us. */
static CapBoundary meet(CapRecording *recording, int64_t clock_us, int64_t pts_us)
{
    if (!recording->writer)
        return cap_place_begin(&recording->place, clock_us, recording->end_us);
    int64_t natural_us = recording->start_us + pts_us - recording->start_pts_us;
    int64_t room_us = MAX(cap_segment_writer_room_us(recording->writer) - LEAST_US, 0);
    return cap_place_meet(&recording->place, clock_us, natural_us, room_us);
}

static void note_gap_before(CapRecording *recording, const CapBoundary *boundary)
{
    const CapRecordingConfig *config = &recording->config;
    if (!recording->begun || recording->gap_open) {
        cap_store_gap_close(config->store, config->stream_id, boundary->start_us);
        recording->gap_open = false;
    } else if (boundary->start_us > boundary->end_us) {
        g_autofree char *detail =
            g_strdup_printf("%s clock was set forward by %.3f s; no picture is missing",
                            recording->host_step_us ? "the host's" : "the camera's",
                            (double)(boundary->start_us - boundary->end_us) / MJ_SECOND_US);
        cap_store_gap_add(config->store, config->stream_id, boundary->end_us, boundary->start_us,
                          IDX_REASON_CLOCK, detail);
        recording->host_step_us = 0;
    }
}

/* A step that left no gap is told by a note. */
static void note_step(CapRecording *recording, int64_t at_us, const char *note)
{
    const CapRecordingConfig *config = &recording->config;
    int64_t step_us = recording->host_step_us;
    recording->host_step_us = 0;
    if (note)
        cap_store_gap_add(config->store, config->stream_id, at_us, at_us, IDX_REASON_CLOCK, note);
    if (step_us == 0)
        return;
    g_autofree char *detail =
        g_strdup_printf("the host's clock was set %s by %.3f s; no picture is missing",
                        step_us < 0 ? "back" : "forward", (double)ABS(step_us) / MJ_SECOND_US);
    cap_store_gap_add(config->store, config->stream_id, at_us, at_us, IDX_REASON_CLOCK, detail);
}

static bool open_segment(CapRecording *recording, const Picture *first, GError **error)
{
    const CapRecordingConfig *config = &recording->config;
    const CapPacket *packet = &first->packet;
    CapClockFix fix = cap_clock_map_get(&recording->clock, packet->pts_us);
    bool follows = recording->writer != NULL;
    g_auto(CapBoundary) boundary = meet(recording, fix.utc_us, packet->pts_us);
    bool joins = follows && boundary.start_us == boundary.end_us &&
                 cap_video_params_equal(recording->params, packet->params);
    CapDisk *disk = cap_disks_pick(cap_store_disks(config->store), config->stream_id, error);
    if (!disk || !close_segment(recording, boundary.end_us, error))
        return false;
    CapSegmentConfig segment = {
        .home = config->home,
        .disk = disk,
        .camera = config->camera,
        .stream = config->stream,
        .stream_id = config->stream_id,
        .video = packet->params,
        .audio = recording->audio ? cap_audio_parameters(recording->audio) : NULL,
        .start_us = boundary.start_us,
        .media_start_us = packet->pts_us + recording->base_us,
        .media_decode_us = first->dts_us + recording->base_us,
        .sound_late_us = follows ? CAP_SOUND_LATE_US : 0,
        .joins = joins,
        .from_camera = fix.from_camera,
        .has_offset = fix.has_offset,
        .offset_us = fix.offset_us,
        .uncertainty_us = fix.uncertainty_us + ABS(boundary.off_us),
    };
    recording->writer = cap_segment_writer_open(&segment, error);
    if (!recording->writer)
        return false;
    if (follows)
        cap_segment_writer_take_sound(recording->writer, recording->finished);
    recording->disk = disk;
    note_gap_before(recording, &boundary);
    note_step(recording, boundary.start_us, boundary.note);
    recording->end_us = MIN(recording->end_us, boundary.start_us); // if time went back
    recording->params = cap_video_params_ref(packet->params);
    recording->by_camera = fix.from_camera;
    recording->clock_steps = recording->clock.steps;
    recording->start_us = boundary.start_us;
    recording->start_pts_us = packet->pts_us;
    recording->cut_us = cap_place_cut(&recording->place, config->segment_us, boundary.start_us);
    if (boundary.off_us < 0) // time is ahead of the clock
        recording->cut_us = MIN(recording->cut_us, boundary.start_us + CAP_CATCH_UP_US);
    recording->reported_bytes = recording->reported_pictures = 0;
    recording->begun = true;
    return true;
}

static bool is_off(const CapRecording *recording, const CapPacket *packet, int64_t now_us)
{
    if (!recording->config.foreign)
        return false;
    int64_t clock_us = cap_clock_map_get(&recording->clock, packet->pts_us).utc_us;
    return ABS(clock_us - now_us) > CAP_FOREIGN_OFF_US;
}

static bool cut_is_due(const CapRecording *recording, const CapPacket *packet)
{
    if (!recording->writer)
        return true;
    int64_t now_us = recording->start_us + packet->pts_us - recording->start_pts_us;
    return now_us >= recording->cut_us || recording->late || recording->host_step_us != 0 ||
           recording->clock_steps != recording->clock.steps ||
           cap_place_ends(&recording->place, now_us) || cap_disk_is_to_leave(recording->disk) ||
           (recording->clock.has_wall && !recording->by_camera) ||
           is_off(recording, packet, now_us) ||
           !cap_video_params_equal(recording->params, packet->params);
}

/* The segment could not be written: if there is another volume (or it was our own failure, as of
 * memory) the run goes on with the next key frame, and what is missing between is a gap. Else
 * false, with @error as it was. */
static bool go_on_elsewhere(CapRecording *recording, GError **error)
{
    const CapRecordingConfig *config = &recording->config;
    if (error && mj_error_is(*error, MJ_ERROR_INVALID)) // what the camera sends; no disk mends it
        return false;
    bool own = error && mj_error_is(*error, MJ_ERROR_FAILED);
    if (own)
        cap_store_own_failure(config->store, mj_clock_mono_us(config->clock));
    if (own && (!recording->begun || recording->gap_open)) // the recorder tells it, once
        return false;
    if (!cap_disks_pick(cap_store_disks(config->store), config->stream_id, NULL))
        return false;
    const char *why = error && *error ? (*error)->message : "could not be written";
    mj_log_warning(config->log, "%s; recording goes on %s", why,
                   own ? "with the next key frame" : "elsewhere");
    abandon(recording);
    hand_over_finished(recording);
    if (recording->begun)
        cap_store_gap_open(config->store, config->stream_id, recording->end_us,
                           own ? IDX_REASON_CAPTURE_DOWN : IDX_REASON_DISK, why);
    recording->gap_open = recording->begun;
    recording->waiting_for_key = true;
    g_clear_error(error);
    return true;
}

/* --- pictures -------------------------------------------------------------------------------- */

/* What is at @pts_us of the picture's timeline, by the open segment. */
static void note_damage(CapRecording *recording, const CapPacket *packet, int64_t pts_us,
                        int64_t length_us)
{
    int64_t shown_us = recording->start_us + pts_us - recording->start_pts_us;
    if (recording->writer)
        cap_damage_note(&recording->damage, recording->config.store, recording->config.stream_id,
                        packet, shown_us, length_us);
}

/* Writes the picture that waited; @next_dts_us is where it ends. */
static bool write_pending(CapRecording *recording, int64_t next_dts_us, GError **error)
{
    Picture *picture = &recording->pending;
    if (!picture->valid)
        return true;
    picture->valid = false;
    CapPacket *packet = &picture->packet;
    if (packet->key && packet->params && cut_is_due(recording, packet)) {
        if (!open_segment(recording, picture, error)) {
            cap_packet_clear(packet);
            return go_on_elsewhere(recording, error);
        }
        recording->late = false;
    }
    bool written = true;
    if (recording->writer) {
        CapSample sample = {.data = packet->data,
                            .size = packet->size,
                            .key = packet->key,
                            .pts_us = packet->pts_us + recording->base_us,
                            .dts_us = picture->dts_us + recording->base_us,
                            .end_us = next_dts_us + recording->base_us};
        note_damage(recording, packet, packet->pts_us, next_dts_us - picture->dts_us);
        written = cap_segment_writer_video(recording->writer, &sample, error);
        if (written)
            report_progress(recording);
    }
    cap_packet_clear(packet);
    return written || go_on_elsewhere(recording, error);
}

/* Pictures failed to come for a while: what was before is closed, and recording goes on with a key
 * frame. */
static bool close_at_hole(CapRecording *recording, int64_t hole_us, GError **error)
{
    if (!write_pending(recording, recording->pending.dts_us + recording->step_us, error))
        return false;
    if (recording->writer &&
        !close_segment(recording, cap_segment_writer_end_us(recording->writer), error))
        return false;
    hand_over_finished(recording);
    const CapRecordingConfig *config = &recording->config;
    cap_damage_finish(&recording->damage, config->store,
                      config->stream_id); // the gap says the rest
    g_autofree char *detail =
        g_strdup_printf("no picture came for %.1f s", (double)hole_us / MJ_SECOND_US);
    cap_store_gap_open(config->store, config->stream_id, recording->end_us, IDX_REASON_LOST,
                       detail);
    recording->gap_open = true;
    recording->waiting_for_key = true;
    return true;
}

static bool add_picture(CapRecording *recording, CapPacket *packet, GError **error)
{
    bool late = false;
    int64_t dts_us =
        cap_reorder_dts(&recording->reorder, packet->pts_us, recording->step_us, &late);
    recording->late |= late;
    if (recording->pending.valid) {
        int64_t step_us = dts_us - recording->pending.dts_us;
        bool hole = step_us > MAX(CAP_HOLE_US, 5 * recording->step_us);
        if (!(hole ? close_at_hole(recording, step_us, error)
                   : write_pending(recording, dts_us, error))) {
            cap_packet_clear(packet);
            return false;
        }
        if (step_us > 0 && !hole)
            recording->step_us = step_us;
        if (packet->key && recording->writer &&
            !cap_segment_writer_flush(recording->writer, error) &&
            !go_on_elsewhere(recording, error)) {
            cap_packet_clear(packet);
            return false;
        }
    }
    if (recording->waiting_for_key && !(packet->key && packet->params)) {
        cap_packet_clear(packet);
        return true;
    }
    recording->waiting_for_key = false;
    recording->pending = (Picture){.packet = *packet, .dts_us = dts_us, .valid = true};
    *packet = (CapPacket){0};
    return true;
}

static void follow_shift(CapRecording *recording, int64_t sound_pts_us)
{
    bool by_reports = recording->clock.has_wall && recording->sound_clock.has_wall;
    int64_t off_us =
        cap_clock_map_shift(&recording->sound_clock, &recording->clock) - recording->shift_us;
    int64_t passed_us = sound_pts_us - recording->sound_pts_us;
    int64_t most_us = CLAMP(passed_us, 0, MJ_SECOND_US) / SHIFT_SLOWLY;
    bool at_once = !recording->has_shift || by_reports != recording->shift_by_reports ||
                   ABS(off_us) > SHIFT_JUMP_US;
    recording->shift_us += at_once ? off_us : CLAMP(off_us, -most_us, most_us);
    recording->sound_pts_us = sound_pts_us;
    recording->shift_by_reports = by_reports;
    recording->has_shift = true;
}

static bool add_sound(CapRecording *recording, const CapPacket *packet, GError **error)
{
    follow_shift(recording, packet->pts_us);
    note_damage(recording, packet, packet->pts_us + recording->shift_us, 0);
    int64_t pts_us = packet->pts_us + recording->shift_us + recording->base_us;
    g_autoptr(GError) failed = NULL;
    if (cap_audio_push(recording->audio, packet->data, packet->size, pts_us, &failed) ||
        mj_error_is(failed, MJ_ERROR_INVALID)) // a garbled piece of sound is left out
        return true;
    g_propagate_error(error, g_steal_pointer(&failed));
    return false;
}

/* --- the beginning --------------------------------------------------------------------------- */

static void start_timeline(CapRecording *recording)
{
    int64_t pts_us[CAP_HOLD_PACKETS];
    int count = 0;
    const CapVideoParams *params = NULL;
    for (GList *link = recording->held.head; link; link = link->next) {
        const CapPacket *packet = link->data;
        if (packet->kind != CAP_VIDEO || count == CAP_HOLD_PACKETS)
            continue;
        params = params ? params : packet->params;
        pts_us[count++] = packet->pts_us;
    }
    if (count > 1)
        recording->step_us = MAX((pts_us[count - 1] - pts_us[0]) / (count - 1), 1000);
    int told = params && params->reorder >= 0 ? params->reorder : 0;
    int depth = MAX(told, cap_reorder_measure(pts_us, count));
    cap_reorder_init(&recording->reorder, depth);
    recording->base_us = recording->reorder.depth * recording->step_us - pts_us[0];
}

static bool take_packet(CapRecording *recording, CapPacket *packet, GError **error)
{
    if (packet->kind == CAP_VIDEO)
        return add_picture(recording, packet, error);
    bool added = add_sound(recording, packet, error);
    cap_packet_clear(packet);
    return added;
}

static bool let_go(CapRecording *recording, GError **error)
{
    recording->holding = false;
    start_timeline(recording);
    CapPacket *packet;
    bool good = true;
    while ((packet = g_queue_pop_head(&recording->held))) {
        good = good && take_packet(recording, packet, error);
        cap_packet_free(packet);
    }
    return good;
}

/* Keeps the first packets, from the first key frame on, until the camera's clock is known. */
static bool hold(CapRecording *recording, CapPacket *packet, GError **error)
{
    const CapPacket *first = g_queue_peek_head(&recording->held);
    bool usable = packet->kind == CAP_VIDEO && packet->key && packet->params;
    if (!first && !usable) {
        cap_packet_clear(packet);
        return true;
    }
    g_queue_push_tail(&recording->held, g_memdup2(packet, sizeof *packet));
    first = g_queue_peek_head(&recording->held);
    bool is_video = packet->kind == CAP_VIDEO;
    int64_t waited_us = is_video ? packet->pts_us - first->pts_us : 0;
    *packet = (CapPacket){0};
    if (recording->clock.has_wall || waited_us >= CAP_HOLD_US ||
        recording->held.length >= CAP_HOLD_PACKETS)
        return let_go(recording, error);
    return true;
}

bool cap_recording_packet(CapRecording *recording, CapPacket *packet, GError **error)
{
    bool is_video = packet->kind == CAP_VIDEO;
    if (!is_video && !recording->audio) {
        cap_packet_clear(packet);
        return true;
    }
    follow_clocks(recording, packet);
    if (recording->holding)
        return hold(recording, packet, error);
    return take_packet(recording, packet, error);
}

bool cap_recording_end(CapRecording *recording)
{
    const CapRecordingConfig *config = &recording->config;
    g_autoptr(GError) error = NULL;
    bool good = !recording->holding || recording->held.length == 0 || let_go(recording, &error);
    good = good && write_pending(recording, recording->pending.dts_us + recording->step_us, &error);
    good = good && (!recording->audio || cap_audio_end(recording->audio, &error));
    if (good && recording->writer)
        good = close_segment(recording, cap_segment_writer_end_us(recording->writer), &error);
    if (!good) {
        mj_log_warning(config->log, "%s; the segment is closed by what its file holds",
                       error->message);
        abandon(recording);
        if (recording->begun && !recording->gap_open) // else the gap that is open lasts
            cap_store_gap_open(config->store, config->stream_id, recording->end_us,
                               cap_segment_writer_reason(error), error->message);
    }
    cap_damage_finish(&recording->damage, config->store, config->stream_id);
    hand_over_finished(recording);
    return good;
}

int64_t cap_recording_end_us(const CapRecording *recording)
{
    return recording->end_us;
}

void cap_recording_count(const CapRecording *recording, int64_t *ret_bytes, int64_t *ret_pictures)
{
    *ret_bytes = recording->stored_bytes;
    *ret_pictures = recording->stored_pictures;
}

bool cap_recording_has_begun(const CapRecording *recording)
{
    return recording->begun;
}

void cap_recording_describe(const CapRecording *recording, IdxState *ret)
{
    const IdxSegment *row =
        recording->writer ? cap_segment_writer_segment(recording->writer) : NULL;
    *ret = (IdxState){.state = (char *)IDX_STATE_RECORDING,
                      .since_us = recording->start_us,
                      .video = row ? row->video : NULL,
                      .audio = row ? row->audio : NULL,
                      .width = row ? row->width : 0,
                      .height = row ? row->height : 0};
}
