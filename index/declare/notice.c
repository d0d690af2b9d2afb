// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/meet/notice.h"
#include "index/base/error.h"
#include "index/declare/declare_own.h"
#include "index/declare/yaml_tree.h"

#include <string.h>

#define BRIEF_CHARS 60 // of the words, in what is told of a change

void decl_notice_free(DeclNotice *notice)
{
    if (!notice)
        return;
    g_free(notice->version);
    g_free(notice->zh);
    g_free(notice->en);
    g_free(notice);
}

/* --- reading ------------------------------------------------------------------------------------- */

static char **member(DeclNotice *notice, const char *name)
{
    return strcmp(name, "version") == 0 ? &notice->version
           : strcmp(name, "zh") == 0    ? &notice->zh
           : strcmp(name, "en") == 0    ? &notice->en
                                        : NULL;
}

/* Without the line end that a block ends with. */
static void read_member(const IdxYaml *item, DeclNotice *notice, DeclErrors *errors)
{
    char **text = member(notice, item->key);
    if (!text)
        decl_wrong(errors, item->key_line, "notice: \"%.64s\" is none of: version, zh, en",
                   item->key);
    else if (item->kind != IDX_YAML_SCALAR)
        decl_wrong(errors, item->line, "notice: %s should be a text", item->key);
    else if (!item->text)
        decl_wrong(errors, item->key_line, "notice: %s is empty", item->key);
    else
        *text = g_strchomp(g_strdup(item->text));
}

static void check(const DeclNotice *notice, DeclErrors *errors)
{
    g_autoptr(GError) error = NULL;
    IdxNotice said = {notice->version, notice->zh, notice->en};
    if (!notice->version || !notice->zh)
        decl_wrong(errors, notice->line, "notice: %s is missing",
                   notice->version ? "zh" : "version");
    else if (!idx_notice_check(&said, &error))
        decl_wrong(errors, notice->line, "notice: %s", error->message);
}

DeclNotice *decl_read_notice(const IdxYaml *root, DeclErrors *errors)
{
    const IdxYaml *section = idx_yaml_get(root, "notice");
    if (!section)
        return NULL;
    guint wrong = errors->count;
    DeclNotice *notice = g_new0(DeclNotice, 1);
    notice->line = section->key_line;
    if (section->kind != IDX_YAML_MAP)
        decl_wrong(errors, section->key_line, "notice should be a mapping: version, zh, en");
    for (guint i = 0; section->kind == IDX_YAML_MAP && i < section->items->len; i++)
        read_member(section->items->pdata[i], notice, errors);
    if (errors->count == wrong)
        check(notice, errors);
    notice->wrong = errors->count > wrong;
    return notice;
}

/* --- applying ------------------------------------------------------------------------------------ */

/* On one line. Caller frees; NULL stays NULL. */
static char *brief(const char *words)
{
    if (!words)
        return NULL;
    bool whole = g_utf8_strlen(words, -1) <= BRIEF_CHARS;
    g_autofree char *some = g_utf8_substring(words, 0, whole ? -1 : BRIEF_CHARS);
    g_autofree char *line = g_strdelimit(g_steal_pointer(&some), "\n", ' ');
    return g_strconcat(line, whole ? "" : "…", NULL);
}

static void tell_words(IdxChange *change, const char *name, const char *from, const char *to)
{
    g_autofree char *old = brief(from), *new = brief(to);
    if (g_strcmp0(from, to) != 0)
        decl_field(change, name, old, new);
}

/* Words that were shown before and come back are a new version: what is shown is the newest. */
static bool set_shown(DeclRun *run, const IdxNotice *notice, const char *shown, GError **error)
{
    g_autoptr(json_t) known = NULL;
    if (!idx_notice_json(run->cat, notice->version, &known, error))
        return false;
    if (!json_is_null(known) && g_strcmp0(notice->version, shown) != 0)
        return mj_error_set(error, MJ_ERROR_CONFLICT,
                            "version %s of the notice was followed by %s: give what is to be shown "
                            "from now on a version of its own",
                            notice->version, shown);
    return idx_notice_set(run->cat, notice, run->how->now_us, error);
}

bool decl_apply_notice(DeclRun *run, const DeclNotice *said, GError **error)
{
    g_autoptr(json_t) old = NULL;
    GError *failed = NULL;
    if (said->wrong)
        return true;
    if (!idx_notice_json(run->cat, NULL, &old, error))
        return false;
    IdxChangeKind kind = json_is_null(old) ? IDX_CHANGE_ADD : IDX_CHANGE_SET;
    const char *shown = json_string_value(json_object_get(old, "version"));
    IdxChange *change = decl_change(run, kind, "notice", said->version, said->line);
    decl_differs(change, "version", shown, said->version);
    tell_words(change, "zh", json_string_value(json_object_get(old, "zh")), said->zh);
    tell_words(change, "en", json_string_value(json_object_get(old, "en")), said->en);
    if (!decl_keep(run, change))
        return true;
    IdxNotice notice = {said->version, said->zh, said->en};
    bool ok = set_shown(run, &notice, shown, &failed);
    return decl_outcome(run, ok, failed, said->line, error);
}
