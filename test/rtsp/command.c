// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/rtsp/command.h"

#include <string.h>

#include "index/base/error.h"

#define SECOND_NS INT64_C(1000000000)

typedef struct Call {
    RtspServer *server;
    RtspCamera *camera;
    const char *word; // the argument; "" = none
    double number;    // the same as a number; the verb's default if there is none
} Call;

typedef struct Verb {
    const char *name;
    bool (*run)(const Call *call, GError **error);
    const char *argument; // for help; "" = none
    bool is_number;
    double fallback; // of the number
    const char *help;
} Verb;

static bool refuse(const Call *call, GError **error)
{
    rtsp_camera_shut(call->camera);
    rtsp_camera_drop_clients(call->camera, CLOSE_RST);
    return true;
}

static bool reboot(const Call *call, GError **error)
{
    refuse(call, error);
    call->camera->back_ns = rtsp_now().mono_ns + (int64_t)(call->number * (double)SECOND_NS);
    return true;
}

static bool hang_up(const Call *call, GError **error)
{
    rtsp_camera_drop_clients(call->camera, CLOSE_FIN);
    return true;
}

static bool vanish(const Call *call, GError **error)
{
    rtsp_camera_vanish(call->camera);
    return true;
}

static bool silent(const Call *call, GError **error)
{
    call->camera->silent = true;
    return true;
}

static bool answer_otherwise(const Call *call, RtspAnswer answer)
{
    call->camera->answer = answer;
    rtsp_camera_drop_clients(call->camera, CLOSE_RST);
    return true;
}

static bool mute_server(const Call *call, GError **error)
{
    return answer_otherwise(call, ANSWER_NOTHING);
}

static bool not_rtsp(const Call *call, GError **error)
{
    return answer_otherwise(call,
                            g_str_equal(call->word, "garbage") ? ANSWER_GARBAGE : ANSWER_HTTP);
}

static bool wrong_password(const Call *call, GError **error)
{
    call->camera->wrong_password = true;
    rtsp_camera_drop_clients(call->camera, CLOSE_FIN);
    return true;
}

static bool end(const Call *call, GError **error)
{
    rtsp_camera_bye(call->camera, g_str_equal(call->word, "teardown"));
    return true;
}

static bool set_clip(const Call *call, const char *name, GError **error)
{
    RtspMount *mount = call->camera->mount;
    RtspClip *clip = rtsp_server_clip(call->server, name, error);
    if (!clip)
        return false;
    rtsp_clip_unref(mount->next_clip);
    mount->next_clip = rtsp_clip_ref(clip);
    return true;
}

static bool play_clip(const Call *call, GError **error)
{
    return set_clip(call, call->word, error);
}

static const RtspClip *playing(const Call *call)
{
    return call->camera->mount->clip;
}

static bool change_resolution(const Call *call, GError **error)
{
    bool small = playing(call)->width == 320;
    g_autofree char *name = g_strdup_printf("%s-%s", playing(call)->hevc ? "h265" : "h264",
                                            small ? "640x360" : "320x240");
    return set_clip(call, name, error);
}

static bool change_codec(const Call *call, GError **error)
{
    return set_clip(call, playing(call)->hevc ? "h264" : "h265", error) && hang_up(call, error);
}

static bool audio_appears(const Call *call, GError **error)
{
    const RtspClip *clip = playing(call);
    g_autofree char *name =
        g_strdup_printf("%s-%dx%d+alaw", clip->hevc ? "h265" : "h264", clip->width, clip->height);
    return set_clip(call, name, error) && hang_up(call, error);
}

static bool pts_jump(const Call *call, GError **error)
{
    call->camera->mount->jump_ns += (int64_t)(call->number * (double)SECOND_NS);
    return true;
}

static bool pts_wrap(const Call *call, GError **error)
{
    rtsp_mount_wrap_in(call->camera->mount, call->number, rtsp_now().mono_ns);
    return hang_up(call, error);
}

static bool lose(const Call *call, GError **error)
{
    call->camera->mischief.lose = call->number;
    return true;
}

static bool garble(const Call *call, GError **error)
{
    call->camera->mischief.garble = call->number;
    return true;
}

static bool reorder(const Call *call, GError **error)
{
    call->camera->mischief.swap = call->number;
    return true;
}

static bool duplicate(const Call *call, GError **error)
{
    call->camera->mischief.repeat = call->number;
    return true;
}

static bool clock_step(const Call *call, GError **error)
{
    call->camera->mount->step_us += (int64_t)(call->number * G_USEC_PER_SEC);
    return true;
}

static bool clock_drift(const Call *call, GError **error)
{
    call->camera->mount->drift_ppm = call->number;
    return true;
}

static bool slow(const Call *call, GError **error)
{
    call->camera->mount->slow = true;
    return true;
}

static bool burst(const Call *call, GError **error)
{
    call->camera->mount->held_until_ns =
        rtsp_now().mono_ns + (int64_t)(call->number * (double)SECOND_NS);
    return true;
}

static bool report(const Call *call, GError **error)
{
    rtsp_camera_report_now(call->camera);
    return true;
}

static bool well(const Call *call, GError **error)
{
    return rtsp_camera_well(call->camera, error);
}

static const Verb VERBS[] = {
    {"refuse", refuse, "", false, 0, "connections are reset, the port is closed"},
    {"reboot", reboot, "SECONDS", true, 2, "the same, and back after so long"},
    {"hang-up", hang_up, "", false, 0, "connections are closed once, in good order (FIN)"},
    {"vanish", vanish, "", false, 0, "nothing is read or written any more, nothing is closed"},
    {"silent", silent, "", false, 0, "requests are answered, but no media comes"},
    {"mute-server", mute_server, "", false, 0,
     "connections are reset; new ones are accepted and get no answer"},
    {"wrong-password", wrong_password, "", false, 0,
     "connections are closed; nobody's password is right"},
    {"not-rtsp", not_rtsp, "http|garbage", false, 0,
     "connections are reset; new ones meet another protocol"},
    {"end", end, "bye|teardown", false, 0, "the camera ends the streams by RTCP or RTSP, once"},
    {"clip", play_clip, "NAME", false, 0,
     "another clip in mid-stream, h264|h265[-WxH][+aac|+alaw|+ulaw]; stays"},
    {"change-resolution", change_resolution, "", false, 0,
     "the same with another size of picture; stays"},
    {"change-codec", change_codec, "", false, 0, "hangs up; from then on the other codec; stays"},
    {"audio-appears", audio_appears, "", false, 0, "hangs up; from then on with sound; stays"},
    {"pts-jump", pts_jump, "SECONDS", true, 10, "RTP timestamps jump, also back (-10), once"},
    {"pts-wrap", pts_wrap, "SECONDS", true, 5,
     "hangs up; RTP timestamps run over 32 bits after so long"},
    {"lose", lose, "PERCENT", true, 1, "packets are lost"},
    {"garble", garble, "PERCENT", true, 1, "packets have bytes altered"},
    {"reorder", reorder, "PERCENT", true, 1, "packets overtake each other"},
    {"duplicate", duplicate, "PERCENT", true, 1, "packets come twice"},
    {"clock-step", clock_step, "SECONDS", true, 1,
     "the camera's clock is set, also back (-1); stays"},
    {"clock-drift", clock_drift, "PPM", true, 100,
     "the camera's clock runs fast, also slow (-100)"},
    {"slow", slow, "", false, 0, "half the pictures a second, as in the dark"},
    {"burst", burst, "SECONDS", true, 1, "nothing for so long, then everything at once"},
    {"report", report, "", false, 0, "a sender report at once"},
    {"well", well, "", false, 0, "what lasts of all this ends"},
};

char *rtsp_command_help(void)
{
    GString *text = g_string_new("Commands on standard input, CAMERA is cam0 … or all:\n");
    for (size_t i = 0; i < G_N_ELEMENTS(VERBS); i++) {
        g_autofree char *usage = g_strdup_printf("%s CAMERA %s", VERBS[i].name, VERBS[i].argument);
        g_string_append_printf(text, "  %-34s %s\n", usage, VERBS[i].help);
    }
    g_string_append(
        text,
        "  status · sync · quit                counts of all cameras · what was sent is on disk\n");
    return g_string_free(text, FALSE);
}

static const Verb *find_verb(const char *name, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(VERBS); i++)
        if (g_str_equal(VERBS[i].name, name))
            return &VERBS[i];
    mj_error_set(error, MJ_ERROR_INVALID, "no command \"%s\"", name);
    return NULL;
}

static bool run_verb(RtspServer *server, char **words, GError **error)
{
    const Verb *verb = find_verb(words[0] ? words[0] : "", error);
    if (!verb)
        return false;
    Call call = {
        .server = server, .word = words[1] && words[2] ? words[2] : "", .number = verb->fallback};
    if (verb->is_number && *call.word) {
        char *rest = NULL;
        call.number = g_ascii_strtod(call.word, &rest);
        if (*rest)
            return mj_error_set(error, MJ_ERROR_INVALID, "%s is no number", call.word);
    }
    const char *name = words[1] ? words[1] : ""; // words[0] is there: it is a verb
    bool found = false;
    for (guint i = 0; i < server->cameras->len; i++) {
        call.camera = server->cameras->pdata[i];
        if (!g_str_equal(name, "all") && !g_str_equal(name, call.camera->name))
            continue;
        found = true;
        if (!verb->run(&call, error))
            return false;
    }
    return found || mj_error_set(error, MJ_ERROR_NOT_FOUND, "no camera %s", name);
}

static json_t *status(const RtspServer *server)
{
    json_t *cameras = json_array();
    for (guint i = 0; i < server->cameras->len; i++) {
        const RtspCamera *camera = server->cameras->pdata[i];
        json_array_append_new(cameras, json_pack("{s:s, s:I, s:i, s:I, s:I}", "id", camera->name,
                                                 "frame", (json_int_t)camera->mount->frame,
                                                 "connections", (int)camera->clients->len,
                                                 "accepted", (json_int_t)camera->accepted, "denied",
                                                 (json_int_t)camera->denied));
    }
    return json_pack("{s:b, s:I, s:o}", "ok", true, "frames_sent",
                     (json_int_t)server->shared.frames_sent, "cameras", cameras);
}

json_t *rtsp_command_run(RtspServer *server, const char *line)
{
    g_autofree char *copy = g_strstrip(g_strdup(line));
    g_auto(GStrv) words = g_strsplit_set(copy, " \t", 3);
    g_autoptr(GError) error = NULL;
    const char *verb = words[0] ? words[0] : "";
    if (g_str_equal(verb, "status"))
        return status(server);
    if (g_str_equal(verb, "quit")) {
        rtsp_loop_quit(server->loop);
    } else if (g_str_equal(verb, "sync")) {
        if (server->shared.sent)
            fflush(server->shared.sent);
    } else if (!run_verb(server, words, &error)) {
        return json_pack("{s:b, s:s}", "ok", false, "error", error->message);
    }
    return json_pack("{s:b}", "ok", true);
}
