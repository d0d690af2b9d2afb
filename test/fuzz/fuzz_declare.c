// SPDX-License-Identifier: GPL-3.0-or-later
/* Any bytes as a file for `mingjing apply`: what is refused names a line, in UTF-8; what YAML takes
 * stays within the limits, and every text of it reads back from its quoted form. */
#include "index/declare/declare.h"
#include "index/declare/yaml_tree.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
    g_autofree char *quoted = idx_yaml_quote(text);
    g_autofree char *line = g_strdup_printf("k: %s\n", quoted);
    g_autoptr(IdxYaml) again = idx_yaml_parse(line, strlen(line), NULL);
    const IdxYaml *value = idx_yaml_get(again, "k");
    g_assert(value && g_strcmp0(value->text, text) == 0);
}

static void check_node(const IdxYaml *node, int depth)
{
    g_assert(depth <= IDX_YAML_MAX_DEPTH && node->line >= 1 && node->key_line >= 1);
    g_assert((node->kind == IDX_YAML_SCALAR) == (node->items == NULL));
    if (node->text && strlen(node->text) < 200)
        check_text(node->text);
    for (guint i = 0; node->items && i < node->items->len; i++) {
        const IdxYaml *item = node->items->pdata[i];
        g_assert((node->kind == IDX_YAML_MAP) == (item->key != NULL));
        check_node(item, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxYaml) tree = idx_yaml_parse((const char *)data, size, NULL);
    if (tree)
        check_node(tree, 1);
    g_autoptr(IdxDeclaration) declaration = idx_declare_parse((const char *)data, size, &error);
    g_assert((declaration != NULL) != (error != NULL));
    g_assert(!error || (g_utf8_validate(error->message, -1, NULL) &&
                        g_str_has_prefix(error->message, "line ")));
    g_assert(tree || error);
    return 0;
}
