// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/rtsp/rtp.h"

#include <libavutil/mathematics.h>

#define SECOND_US INT64_C(1000000)
#define NEAR_S 10 // of a report with another SSRC

static uint32_t read16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t read32(const uint8_t *at)
{
    return read16(at) << 16 | read16(at + 2);
}

bool cap_rtp_parse(const uint8_t *data, size_t size, CapRtp *ret)
{
    if (size < CAP_RTP_HEADER_BYTES || data[0] >> 6 != 2)
        return false;
    size_t head = CAP_RTP_HEADER_BYTES + 4 * (data[0] & 0x0fu);
    if (data[0] & 0x10) { // an extension
        if (size < head + 4)
            return false;
        head += 4 + 4 * (size_t)read16(data + head + 2);
    }
    size_t tail = data[0] & 0x20 ? data[size - 1] : 0;
    if (head + tail > size || ((data[0] & 0x20) && tail == 0))
        return false;
    *ret = (CapRtp){.marker = data[1] >> 7,
                    .payload_type = data[1] & 0x7f,
                    .sequence = (uint16_t)read16(data + 2),
                    .time = read32(data + 4),
                    .ssrc = read32(data + 8),
                    .payload = data + head,
                    .size = size - head - tail};
    return true;
}

void cap_rtp_track_init(CapRtpTrack *track, int clock)
{
    *track = (CapRtpTrack){.clock = clock};
}

static CapRtpStep judge(const CapRtpTrack *track, const CapRtp *packet, unsigned *ret_missing)
{
    *ret_missing = 0;
    if (!track->started || packet->ssrc != track->ssrc)
        return CAP_RTP_NEW;
    int ahead = (int16_t)(uint16_t)(packet->sequence - track->next);
    if (ahead == 0)
        return CAP_RTP_NEXT;
    if (ahead < 0)
        return ahead >= -CAP_RTP_OLD_MAX ? CAP_RTP_OLD : CAP_RTP_NEW;
    if (ahead > CAP_RTP_MISSING_MAX)
        return CAP_RTP_NEW;
    *ret_missing = (unsigned)ahead;
    return CAP_RTP_GAP;
}

static int64_t distance(const CapRtpTrack *track, uint32_t time)
{
    return (int32_t)(time - track->time);
}

static void relate(CapRtpTrack *track, const CapRtcpReport *report)
{
    track->related = true;
    track->report_ticks = track->ticks + distance(track, report->time);
    track->report_us = report->utc_us;
    track->has_waiting = false;
}

static void begin(CapRtpTrack *track, const CapRtp *packet, int64_t mono_us)
{
    if (track->started)
        track->ticks += av_rescale(mono_us - track->mono_us, track->clock, SECOND_US);
    track->started = true;
    track->related = false;
    track->ssrc = packet->ssrc;
}

CapRtpStep cap_rtp_track_add(CapRtpTrack *track, const CapRtp *packet, int64_t mono_us,
                             unsigned *ret_missing)
{
    CapRtpStep step = judge(track, packet, ret_missing);
    if (step == CAP_RTP_OLD)
        return step;
    if (step == CAP_RTP_NEW)
        begin(track, packet, mono_us);
    else
        track->ticks += distance(track, packet->time);
    track->time = packet->time;
    track->next = (uint16_t)(packet->sequence + 1);
    track->mono_us = mono_us;
    if (step == CAP_RTP_NEW && track->has_waiting)
        cap_rtp_track_report(track, &track->waiting);
    return step;
}

static bool is_ours(const CapRtpTrack *track, const CapRtcpReport *report)
{
    if (report->ssrc == track->ssrc)
        return true;
    int64_t off = distance(track, report->time);
    return !track->strict && (off < 0 ? -off : off) < (int64_t)NEAR_S * track->clock;
}

void cap_rtp_track_report(CapRtpTrack *track, const CapRtcpReport *report)
{
    if (track->started && is_ours(track, report)) {
        track->strict |= report->ssrc == track->ssrc;
        relate(track, report);
        return;
    }
    track->waiting = *report;
    track->has_waiting = true;
}

int64_t cap_rtp_track_us(const CapRtpTrack *track, int64_t more)
{
    return av_rescale(track->ticks + more, SECOND_US, track->clock);
}

bool cap_rtp_track_wall(const CapRtpTrack *track, int64_t more, int64_t *ret_utc_us)
{
    if (!track->related)
        return false;
    int64_t since = track->ticks + more - track->report_ticks;
    *ret_utc_us = track->report_us + av_rescale(since, SECOND_US, track->clock);
    return true;
}

void cap_rtp_track_move_report(CapRtpTrack *track, int64_t by_us)
{
    track->report_us += by_us;
}
