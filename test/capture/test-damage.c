// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/damage.h"

#include <string.h>

#define FRAME INT64_C(40000)

/* A picture a letter: K, P whole; k, p damaged; "-" missing, with the next one after a gap. What is
 * told, in frames: "from-to …". */
static char *told(const char *pictures)
{
    CapDamage damage = {0};
    CapDamageSpan span;
    g_autoptr(GString) text = g_string_new(NULL);
    bool gap = false;
    for (int i = 0; pictures[i]; i++) {
        char c = pictures[i];
        CapPacket packet = {.kind = CAP_VIDEO,
                            .key = c == 'K' || c == 'k',
                            .damaged = c == 'k' || c == 'p',
                            .after_gap = gap};
        gap = c == '-';
        int next = i + 1 + (int)strspn(pictures + i + 1, "-"); // as long as it is shown
        if (!gap && cap_damage_picture(&damage, &packet, i * FRAME, next * FRAME, &span))
            g_string_append_printf(text, "%d-%d ", (int)(span.from_us / FRAME),
                                   (int)(span.to_us / FRAME));
    }
    if (cap_damage_end(&damage, &span))
        g_string_append_printf(text, "%d-%d ", (int)(span.from_us / FRAME),
                               (int)(span.to_us / FRAME));
    return g_strchomp(g_string_free(g_steal_pointer(&text), FALSE));
}

static void test_pictures(void)
{
    static const struct {
        const char *pictures, *told;
    } CASES[] = {
        {"KPPPPKPPPP", ""},
        {"KPpPPKPPPP", "2-5"},        // to the next key frame
        {"KPP-PKPPPP", "3-5"},        // a missing picture is damage too
        {"KPPP-KPPPP", "4-5"},        // also right before a key frame
        {"KPPPPkPPPPKP", "5-10"},     // a key frame that is not whole ends nothing
        {"KPpPPKpPPPKP", "2-5 6-10"}, //
        {"KPPpP", "3-5"},             // the end
        {"pPKPP", "0-2"},             // from the beginning
        {"-KPPP", ""},                // before which there was nothing
        {"KPpPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPK", "2-27 27-34"}, // told while it lasts
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *text = told(CASES[i].pictures);
        g_assert_cmpstr(text, ==, CASES[i].told);
    }
}

static void test_sound(void)
{
    CapDamage damage = {0};
    CapDamageSpan span;
    CapPacket whole = {.kind = CAP_AUDIO}, after = {.kind = CAP_AUDIO, .after_gap = true};
    g_assert_false(cap_damage_sound(&damage, &after, 1000, &span)); // the first
    g_assert_false(cap_damage_sound(&damage, &whole, 2000, &span));
    g_assert_true(cap_damage_sound(&damage, &after, 5000, &span));
    g_assert_cmpint(span.from_us, ==, 2000);
    g_assert_cmpint(span.to_us, ==, 5000);
    g_assert_false(cap_damage_sound(&damage, &after, 4000, &span)); // a clock was set back
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/damage/pictures", test_pictures);
    g_test_add_func("/damage/sound", test_sound);
    return g_test_run();
}
