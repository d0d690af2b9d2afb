// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/import/csv.h"

#include "index/base/error.h"

#include <csv.h>
#include <string.h>

#define GUESS_BYTES 65536 // the first ones tell the encoding

static const char BOM[] = "\xef\xbb\xbf";
static const char GB_BOM[] = "\x84\x31\x95\x33"; // the same in GB18030

struct IdxCsv {
    char separator;
    IdxCsvEncoding encoding;
    GIConv convert; // of GB18030
    bool is_utf16;  // which is not read
    GByteArray *bytes;
    size_t at; // where the row begins that is being read
    bool last, begun;
    int64_t line; // of that row

    struct csv_parser parser;
    bool row_done, has_control;
    GPtrArray *fields;
    GString *raw;
    char *wrong;
};

static int is_blank(unsigned char byte)
{
    return byte == ' ';
}

static bool start_parser(IdxCsv *csv)
{
    if (csv_init(&csv->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return false;
    csv_set_delim(&csv->parser, (unsigned char)csv->separator);
    csv_set_space_func(&csv->parser, is_blank); // a tab may be the separator
    return true;
}

IdxCsv *idx_csv_new(char separator, IdxCsvEncoding encoding, GError **error)
{
    g_autoptr(IdxCsv) csv = g_new0(IdxCsv, 1);
    csv->separator = separator;
    csv->encoding = encoding;
    csv->line = 1;
    csv->bytes = g_byte_array_sized_new(64);
    csv->fields = g_ptr_array_new_with_free_func(g_free);
    csv->raw = g_string_new(NULL);
    csv->convert = g_iconv_open("UTF-8", "GB18030");
    if (csv->convert == (GIConv)-1 || !start_parser(csv)) {
        mj_error_set(error, MJ_ERROR_FAILED, "this system cannot read GB18030, or CSV");
        return NULL;
    }
    return g_steal_pointer(&csv);
}

void idx_csv_free(IdxCsv *csv)
{
    if (!csv)
        return;
    csv_free(&csv->parser);
    if (csv->convert && csv->convert != (GIConv)-1)
        g_iconv_close(csv->convert);
    g_byte_array_unref(csv->bytes);
    g_ptr_array_unref(csv->fields);
    g_string_free(csv->raw, TRUE);
    g_free(csv->wrong);
    g_free(csv);
}

void idx_csv_add(IdxCsv *csv, const void *bytes, size_t size, bool last)
{
    g_byte_array_remove_range(csv->bytes, 0, (guint)csv->at);
    csv->at = 0;
    if (size > 0)
        g_byte_array_append(csv->bytes, bytes, (guint)size);
    csv->last = last;
}

static void on_field(void *text, size_t size, void *data)
{
    IdxCsv *csv = data;
    csv->has_control = csv->has_control || (size > 0 && memchr(text, '\0', size));
    g_ptr_array_add(csv->fields, size > 0 ? g_strndup(text, size) : g_strdup(""));
}

static void on_row(int end, void *data)
{
    IdxCsv *csv = data;
    csv->has_control = csv->has_control || csv->row_done; // a carriage return amid a line
    csv->row_done = true;
}

/* UTF-8 unless it cannot be. The last character of the sample may be cut in half. */
static void guess_encoding(IdxCsv *csv)
{
    const char *text = (const char *)csv->bytes->data, *end = NULL;
    size_t size = MIN(csv->bytes->len, GUESS_BYTES);
    bool utf8 = g_utf8_validate_len(text, size, &end) || (text + size) - end < 4;
    if (csv->encoding == IDX_CSV_AUTO)
        csv->encoding = utf8 ? IDX_CSV_UTF8 : IDX_CSV_GB18030;
    if (size >= strlen(BOM) && memcmp(text, BOM, strlen(BOM)) == 0) {
        csv->encoding = IDX_CSV_UTF8;
        csv->at = strlen(BOM);
    }
    if (size >= strlen(GB_BOM) && memcmp(text, GB_BOM, strlen(GB_BOM)) == 0) {
        csv->encoding = IDX_CSV_GB18030;
        csv->at = strlen(GB_BOM);
    }
    csv->is_utf16 =
        size >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0);
    csv->begun = true;
}

/* A line in UTF-8. Sets csv->wrong and makes the best of it if it is none. Caller frees. */
static char *decode(IdxCsv *csv, const char *line, size_t size, gsize *ret_size)
{
    g_autofree char *text = NULL;
    if (csv->encoding == IDX_CSV_GB18030) {
        text = g_convert_with_iconv(line, (gssize)size, csv->convert, NULL, ret_size, NULL);
        if (!text)
            g_iconv(csv->convert, NULL, NULL, NULL, NULL); // begins anew
    } else if (g_utf8_validate_len(line, size, NULL)) {
        text = g_strndup(line, size);
        *ret_size = size;
    }
    if (text)
        return g_steal_pointer(&text);
    g_free(csv->wrong);
    csv->wrong = csv->is_utf16
                     ? g_strdup("the file is UTF-16; save it as UTF-8 or GB18030")
                     : g_strdup_printf("bytes that are not %s",
                                       csv->encoding == IDX_CSV_GB18030 ? "GB18030" : "UTF-8");
    text = g_utf8_make_valid(line, (gssize)size);
    *ret_size = strlen(text);
    return g_steal_pointer(&text);
}

static void begin_row(IdxCsv *csv)
{
    g_ptr_array_set_size(csv->fields, 0);
    g_string_truncate(csv->raw, 0);
    g_clear_pointer(&csv->wrong, g_free);
    csv->row_done = csv->has_control = false;
}

static void restart_parser(IdxCsv *csv)
{
    csv_free(&csv->parser);
    start_parser(csv);
    csv->row_done = false;
}

/* The line at @from with its newline; 0: it is not there yet. */
static size_t line_size(const IdxCsv *csv, size_t from)
{
    const guint8 *text = csv->bytes->data + from;
    size_t left = csv->bytes->len - from;
    const guint8 *newline = left > 0 ? memchr(text, '\n', left) : NULL;
    if (newline)
        return (size_t)(newline - text) + 1;
    return csv->last || left > IDX_CSV_ROW_MAX ? left : 0;
}

/* Gives a line to libcsv. False if it cannot be CSV. */
static bool parse_line(IdxCsv *csv, const char *text, size_t size)
{
    bool ok = csv_parse(&csv->parser, text, size, on_field, on_row, csv) == size;
    if (ok && size > 0 && text[size - 1] != '\n') // the last one may end without
        ok = csv_parse(&csv->parser, "\n", 1, on_field, on_row, csv) == 1;
    return ok;
}

static bool is_note(const char *text)
{
    return g_str_has_prefix(text, "# line ") && strchr(text, ':');
}

static IdxCsvGot give(IdxCsv *csv, size_t size, IdxCsvRow *ret)
{
    const guint8 *bytes = csv->bytes->data + csv->at;
    g_string_truncate(csv->raw, strlen(g_strchomp(csv->raw->str)));
    *ret = (IdxCsvRow){
        .line = csv->line, .fields = csv->fields, .raw = csv->raw->str, .wrong = csv->wrong};
    csv->at += size;
    for (size_t i = 0; i < size; i++)
        csv->line += bytes[i] == '\n';
    return csv->wrong ? IDX_CSV_BAD : IDX_CSV_ROW;
}

/* Only the first line of what was looked at is given up. */
static IdxCsvGot give_up(IdxCsv *csv, size_t first_size, const char *why, IdxCsvRow *ret)
{
    gsize size = 0;
    restart_parser(csv);
    begin_row(csv);
    g_autofree char *text =
        decode(csv, (const char *)csv->bytes->data + csv->at, first_size, &size);
    g_string_append_len(csv->raw, text, (gssize)size);
    if (!csv->wrong)
        csv->wrong = g_strdup(why);
    return give(csv, first_size, ret);
}

static IdxCsvGot read_row(IdxCsv *csv, IdxCsvRow *ret)
{
    size_t size = 0, first = 0;
    begin_row(csv);
    for (int lines = 1;; lines++) {
        size_t one = line_size(csv, csv->at + size);
        if (one == 0 && !csv->last && size <= IDX_CSV_ROW_MAX) {
            restart_parser(csv);
            return IDX_CSV_MORE;
        }
        first = lines == 1 ? one : first;
        if (one == 0 || size + one > IDX_CSV_ROW_MAX)
            return give_up(csv, first,
                           first > IDX_CSV_ROW_MAX ? "a line that is too long"
                                                   : "a quotation mark that is not closed",
                           ret);
        gsize length = 0;
        const char *bytes = (const char *)csv->bytes->data + csv->at + size;
        g_autofree char *text = decode(csv, bytes, one, &length);
        g_string_append_len(csv->raw, text, (gssize)length);
        size += one;
        if (lines == 1 && is_note(text))
            return give(csv, size, ret);
        if (csv->wrong || !parse_line(csv, text, length))
            return give_up(csv, first, "a quotation mark in the middle of a field", ret);
        if (csv->row_done || (lines == 1 && *g_strchug(text) == '\0')) {
            csv->wrong = csv->has_control ? g_strdup("a control character") : NULL;
            return give(csv, size, ret);
        }
    }
}

IdxCsvGot idx_csv_next(IdxCsv *csv, IdxCsvRow *ret)
{
    if (!csv->begun && csv->bytes->len < GUESS_BYTES && !csv->last)
        return IDX_CSV_MORE;
    if (!csv->begun)
        guess_encoding(csv);
    while (csv->at < csv->bytes->len) {
        IdxCsvGot got = read_row(csv, ret);
        if (got != IDX_CSV_ROW || csv->fields->len > 0)
            return got;
    }
    return IDX_CSV_MORE;
}
