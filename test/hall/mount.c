// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/hall/mount.h"

#include "test/hall/pump.h"

#include <string.h>

#define REPORT_INTERVAL GST_SECOND // between RTCP sender reports, about
#define KEEP_RAW 30                // raw units waiting for an encoder that lags
#define KEEP_CODED 500

/* A media whose sender reports give the time of capture, not of sending. */
typedef struct HallMedia {
    GstRTSPMedia parent;
} HallMedia;
typedef GstRTSPMediaClass HallMediaClass;

GType hall_media_get_type(void);
G_DEFINE_TYPE(HallMedia, hall_media, GST_TYPE_RTSP_MEDIA)

static gboolean setup_rtpbin(GstRTSPMedia *media, GstElement *rtpbin)
{
    g_object_set(rtpbin, "rtcp-sync-send-time", FALSE, NULL);
    g_object_set_data_full(G_OBJECT(media), "hall-rtpbin", gst_object_ref(rtpbin),
                           gst_object_unref);
    return TRUE;
}

static void hall_media_class_init(HallMediaClass *class)
{
    class->setup_rtpbin = setup_rtpbin;
}

static void hall_media_init(HallMedia *media)
{
}

static char *video_launch(const HallMount *mount)
{
    int gop = mount->camera->gop;
    if (mount->footage)
        return g_strdup_printf(
            "appsrc name=video format=time is-live=true max-bytes=0 max-buffers=%d "
            "leaky-type=downstream ! rtp%spay name=pay0 pt=96",
            KEEP_CODED, mount->info.video);
    g_autofree char *coder = NULL;
    if (strcmp(mount->info.video, "jpeg") == 0)
        return g_strdup_printf(
            "appsrc name=video format=time is-live=true max-bytes=0 max-buffers=%d "
            "leaky-type=downstream ! jpegenc quality=40 ! rtpjpegpay name=pay0 pt=26",
            KEEP_RAW);
    if (strcmp(mount->info.video, "h265") == 0)
        coder = g_strdup_printf("x265enc speed-preset=ultrafast tune=zerolatency key-int-max=%d "
                                "option-string=\"bframes=0:open-gop=0:scenecut=0:keyint=%d:min-"
                                "keyint=%d:crf=27:pools=none:"
                                "frame-threads=1:wpp=0:info=0:repeat-headers=1:log-level=none\" ! "
                                "video/x-h265,stream-format=byte-stream,alignment=au",
                                gop, gop, gop);
    else
        coder = g_strdup_printf(
            "x264enc speed-preset=ultrafast tune=zerolatency pass=qual quantizer=24 threads=1 "
            "sliced-threads=false bframes=0 aud=false key-int-max=%d "
            "option-string=\"open-gop=0:scenecut=0:min-keyint=%d\" ! "
            "video/x-h264,stream-format=byte-stream,alignment=au",
            gop, gop);
    return g_strdup_printf("appsrc name=video format=time is-live=true max-bytes=0 max-buffers=%d "
                           "leaky-type=downstream ! %s ! rtp%spay name=pay0 pt=96",
                           KEEP_RAW, coder, mount->info.video);
}

static char *audio_launch(const HallMount *mount)
{
    const char *audio = mount->camera->audio;
    const char *coder = strcmp(audio, "aac") == 0
                            ? "voaacenc bitrate=32000 ! audio/mpeg,stream-format=raw ! rtpmp4gpay"
                        : strcmp(audio, "pcma") == 0 ? "alawenc ! rtppcmapay"
                                                     : "mulawenc ! rtppcmupay";
    int type = strcmp(audio, "pcma") == 0 ? 8 : strcmp(audio, "pcmu") == 0 ? 0 : 97;
    return g_strdup_printf("appsrc name=audio format=time is-live=true max-bytes=0 max-buffers=%d "
                           "leaky-type=downstream ! %s name=pay%d pt=%d",
                           KEEP_CODED, coder, mount->info.video ? 1 : 0, type);
}

static HallFeed *video_feed(HallMount *mount, GError **error)
{
    return mount->footage ? hall_feed_footage(mount->footage, error)
                          : hall_feed_picture(mount->camera, mount->picture, &mount->frame);
}

typedef struct Attached {
    HallPump *pump;
    HallMount *mount; // whose picture the pump paints: a reference
} Attached;

static void attached_free(void *data)
{
    Attached *attached = data;
    hall_pump_free(attached->pump);
    hall_mount_free(attached->mount);
    g_free(attached);
}

/* Gives the appsrc called @name in @media a pump with @feed, for as long as there is the media, which
 * a client may keep longer than the server keeps the mount. */
static void attach(HallMount *mount, GstRTSPMedia *media, const char *name, HallFeed *feed)
{
    g_autoptr(GstElement) bin = gst_rtsp_media_get_element(media);
    g_autoptr(GstElement) appsrc = gst_bin_get_by_name(GST_BIN(bin), name);
    g_autofree char *title = g_strdup_printf("%s/%s", mount->camera->id, name);
    Attached *attached = g_new(Attached, 1);
    attached->pump = hall_pump_new(GST_APP_SRC(appsrc), feed, &mount->frozen, title);
    attached->mount = mount;
    g_atomic_int_inc(&mount->references);
    g_object_set_data_full(G_OBJECT(media), name, attached, attached_free);
}

static void watch(GstRTSPMedia *media, const char *payloader, HallDump *dump)
{
    if (!dump)
        return;
    g_autoptr(GstElement) bin = gst_rtsp_media_get_element(media);
    g_autoptr(GstElement) element = gst_bin_get_by_name(GST_BIN(bin), payloader);
    g_autoptr(GstPad) pad = gst_element_get_static_pad(element, "sink");
    hall_dump_watch(dump, pad);
}

static GstPadProbeReturn block_frozen(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    const int *frozen = data;
    return g_atomic_int_get(frozen) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

/* The streams have joined their RTP sessions: sender reports often, none while frozen. */
static void on_prepared(GstRTSPMedia *media, HallMount *mount)
{
    GstElement *rtpbin = g_object_get_data(G_OBJECT(media), "hall-rtpbin");
    for (guint i = 0; i < gst_rtsp_media_n_streams(media); i++) {
        g_autoptr(GObject) session =
            gst_rtsp_stream_get_rtpsession(gst_rtsp_media_get_stream(media, i));
        if (session)
            g_object_set(session, "rtcp-min-interval", (guint64)REPORT_INTERVAL, NULL);
        g_autofree char *name = g_strdup_printf("send_rtcp_src_%u", i);
        g_autoptr(GstPad) pad = rtpbin ? gst_element_get_static_pad(rtpbin, name) : NULL;
        if (pad)
            gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
                              block_frozen, &mount->frozen, NULL);
    }
}

static void on_unprepared(GstRTSPMedia *media, HallMount *mount)
{
    g_object_set_data(G_OBJECT(media), "video", NULL);
    g_object_set_data(G_OBJECT(media), "audio", NULL);
}

static void on_configure(GstRTSPMediaFactory *factory, GstRTSPMedia *media, HallMount *mount)
{
    g_autoptr(GError) error = NULL;
    if (mount->info.video) {
        HallFeed *feed = video_feed(mount, &error);
        if (feed)
            attach(mount, media, "video", feed);
        else
            g_printerr("%s: %s\n", mount->camera->id, error->message);
        watch(media, "pay0", mount->video_dump);
    }
    if (mount->camera->audio) {
        attach(mount, media, "audio", hall_feed_sound(mount->camera));
        watch(media, mount->info.video ? "pay1" : "pay0", mount->audio_dump);
    }
    g_signal_connect(media, "prepared", G_CALLBACK(on_prepared), mount);
    g_signal_connect(media, "unprepared", G_CALLBACK(on_unprepared), mount);
}

void hall_mount_report_now(GstRTSPMedia *media)
{
    for (guint i = 0; i < gst_rtsp_media_n_streams(media); i++) {
        g_autoptr(GObject) session =
            gst_rtsp_stream_get_rtpsession(gst_rtsp_media_get_stream(media, i));
        if (session)
            g_signal_emit_by_name(session, "send-rtcp", (guint64)(20 * GST_MSECOND));
    }
}

static bool open_dumps(HallMount *mount, const char *dir, GError **error)
{
    if (mount->info.video) {
        g_autofree char *name = g_strdup_printf("%s.%s", mount->camera->id, mount->info.video);
        mount->video_dump = hall_dump_new(dir, name, error);
        if (!mount->video_dump)
            return false;
    }
    if (!mount->camera->audio)
        return true;
    const char *extension = strcmp(mount->camera->audio, "aac") == 0 ? "aac" : "g711";
    g_autofree char *name = g_strdup_printf("%s.%s", mount->camera->id, extension);
    mount->audio_dump = hall_dump_new(dir, name, error);
    return mount->audio_dump != NULL;
}

static void make_factory(HallMount *mount)
{
    g_autofree char *video = mount->info.video ? video_launch(mount) : g_strdup("");
    g_autofree char *audio = mount->camera->audio ? audio_launch(mount) : g_strdup("");
    g_autofree char *launch = g_strdup_printf("( %s %s )", video, audio);
    mount->factory = gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(mount->factory, launch);
    gst_rtsp_media_factory_set_shared(mount->factory, TRUE);
    gst_rtsp_media_factory_set_media_gtype(mount->factory, hall_media_get_type());
    g_autoptr(GstClock) clock = gst_system_clock_obtain();
    gst_rtsp_media_factory_set_clock(mount->factory, clock);
    g_signal_connect(mount->factory, "media-configure", G_CALLBACK(on_configure), mount);
}

HallMount *hall_mount_new(const HallCamera *camera, const char *footage, const char *dump_dir,
                          GError **error)
{
    g_autoptr(HallMount) mount = g_new0(HallMount, 1);
    mount->references = 1;
    mount->camera = camera;
    mount->info = (HallFootageInfo){.video = camera->video,
                                    .width = camera->width,
                                    .height = camera->height,
                                    .fps = (double)camera->fps_num / camera->fps_den};
    if (footage && camera->video && !hall_footage_probe(footage, &mount->info, error))
        return NULL;
    if (footage && camera->video)
        mount->footage = g_strdup(footage);
    else if (camera->video)
        mount->picture = hall_picture_new(camera);
    if (dump_dir && !open_dumps(mount, dump_dir, error))
        return NULL;
    make_factory(mount);
    return g_steal_pointer(&mount);
}

void hall_mount_free(HallMount *mount)
{
    if (!mount || !g_atomic_int_dec_and_test(&mount->references))
        return;
    g_clear_object(&mount->factory);
    hall_picture_free(mount->picture);
    hall_dump_free(mount->video_dump);
    hall_dump_free(mount->audio_dump);
    g_free(mount->footage);
    g_free(mount);
}
