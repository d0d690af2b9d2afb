// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/event/split.h"

#include "index/base/error.h"

#include <string.h>

static const char BOM[] = "\xef\xbb\xbf";

typedef enum {
    MODE_UNKNOWN, // nothing but blanks so far
    MODE_LINES,
    MODE_VALUES,   // objects apart by newlines, each over as many lines as it likes
    MODE_ONE,      // a value, and nothing behind it
    MODE_ELEMENTS, // of an array: before a value or the end
    MODE_COMMA,    // behind a value of an array
    MODE_OVER,     // only blanks may follow
} Mode;

struct IdxSplit {
    IdxEventForm form;
    Mode mode;
    GByteArray *bytes; // not yet consumed from at on
    size_t at;
    int line;
    bool begun; // a byte-order mark was looked for
    bool array;

    // the value at @at, as far as it was looked at
    size_t seen; // bytes
    int depth;
    bool in_string, escaped, skipping; // skipping: too long, its bytes are dropped
};

IdxSplit *idx_split_new(IdxEventForm form)
{
    IdxSplit *s = g_new0(IdxSplit, 1);
    s->form = form;
    s->bytes = g_byte_array_sized_new(64); // so that its data is never NULL
    s->line = 1;
    if (form == IDX_EVENT_FORM_NDJSON)
        s->mode = MODE_LINES;
    return s;
}

void idx_split_free(IdxSplit *s)
{
    if (!s)
        return;
    g_byte_array_unref(s->bytes);
    g_free(s);
}

bool idx_split_is_array(const IdxSplit *s)
{
    return s->array;
}

void idx_split_add(IdxSplit *s, const void *bytes, size_t size)
{
    if (s->at > 0) {
        g_byte_array_remove_range(s->bytes, 0, (guint)s->at);
        s->at = 0;
    }
    g_byte_array_append(s->bytes, bytes, (guint)size);
}

static const char *text_of(const IdxSplit *s)
{
    return (const char *)s->bytes->data + s->at;
}

static size_t left(const IdxSplit *s)
{
    return s->bytes->len - s->at;
}

static void consume(IdxSplit *s, size_t size)
{
    const char *text = text_of(s), *end = text + size;
    while (text < end && (text = memchr(text, '\n', (size_t)(end - text))) != NULL) {
        s->line++;
        text++;
    }
    s->at += size;
    s->seen = 0;
}

/* True if something else follows. *ret_newline: there was one among them; may be NULL. */
static bool skip_blanks(IdxSplit *s, bool *ret_newline)
{
    size_t n = 0;
    const char *text = text_of(s);
    while (n < left(s) && g_ascii_isspace(text[n])) {
        if (ret_newline && text[n] == '\n')
            *ret_newline = true;
        n++;
    }
    if (n > 0)
        consume(s, n);
    return left(s) > 0;
}

static json_t *load(const char *text, size_t size, size_t flags, char **ret_message)
{
    json_error_t where;
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES | flags, &where);
    if (!json)
        *ret_message = g_strdup_printf("not JSON: %s", where.text);
    return json;
}

static IdxSplitGot bad(const IdxSplit *s, const char *what, GError **error)
{
    mj_error_set(error, MJ_ERROR_INVALID, "line %d: %s", s->line, what);
    return IDX_SPLIT_BAD;
}

static IdxSplitGot refuse(IdxPiece *ret, int line, const char *what)
{
    ret->refused = g_strdup_printf("line %d: %s", line, what);
    return IDX_SPLIT_REFUSED;
}

static IdxSplitGot refuse_long(IdxPiece *ret, int line)
{
    g_autofree char *what =
        g_strdup_printf("an event that takes more than %d KiB", IDX_SPLIT_VALUE_MAX / 1024);
    return refuse(ret, line, what);
}

static bool is_blank(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!g_ascii_isspace(text[i]))
            return false;
    return true;
}

static IdxSplitGot whole_line(IdxSplit *s, size_t length, IdxPiece *ret)
{
    int line = s->line;
    g_autofree char *message = NULL;
    json_t *json = s->skipping ? NULL : load(text_of(s), length, 0, &message);
    consume(s, MIN(length + 1, left(s)));
    if (s->skipping) {
        s->skipping = false;
        return refuse_long(ret, line);
    }
    if (!json)
        return refuse(ret, line, message);
    ret->value = json;
    return IDX_SPLIT_VALUE;
}

static IdxSplitGot next_line(IdxSplit *s, bool last, IdxPiece *ret)
{
    for (;;) {
        const char *text = text_of(s);
        const char *newline = memchr(text + s->seen, '\n', left(s) - s->seen);
        size_t length = newline ? (size_t)(newline - text) : left(s);
        if (!newline && !last) {
            s->seen = length;
            if (length > IDX_SPLIT_VALUE_MAX) {
                s->skipping = true;
                consume(s, length);
            }
            return IDX_SPLIT_MORE;
        }
        if (s->skipping || length > IDX_SPLIT_VALUE_MAX || !is_blank(text, length)) {
            s->skipping = s->skipping || length > IDX_SPLIT_VALUE_MAX;
            return whole_line(s, length, ret);
        }
        if (!newline)
            return IDX_SPLIT_MORE;
        consume(s, length + 1);
    }
}

/* Looks at one more byte of a value. True if the value ends with it. */
static bool look(IdxSplit *s, char byte)
{
    if (s->escaped)
        s->escaped = false;
    else if (s->in_string && byte == '\\')
        s->escaped = true;
    else if (byte == '"') {
        s->in_string = !s->in_string;
        return !s->in_string && s->depth == 0;
    } else if (!s->in_string && (byte == '{' || byte == '['))
        s->depth++;
    else if (!s->in_string && (byte == '}' || byte == ']'))
        return --s->depth <= 0;
    return false;
}

static void forget_value(IdxSplit *s)
{
    s->seen = 0;
    s->depth = 0;
    s->in_string = s->escaped = s->skipping = false;
}

/* Finds the end of the value at s->at; a number or a word ends before a blank, a comma or a bracket.
 * False if it is not there yet. */
static bool find_end(IdxSplit *s, bool last)
{
    const char *text = text_of(s);
    for (; s->seen < left(s); s->seen++) {
        char byte = text[s->seen];
        bool bare = s->depth == 0 && !s->in_string;
        if (bare && (s->seen > 0 || s->skipping) && (strchr(",]}", byte) || g_ascii_isspace(byte)))
            return true;
        if (look(s, byte)) {
            s->seen++;
            return true;
        }
    }
    if (last && s->depth == 0 && !s->in_string)
        return true;
    if (s->seen > IDX_SPLIT_VALUE_MAX) {
        s->skipping = true;
        consume(s, s->seen);
    }
    return false;
}

/* The value at s->at, in whose place it then stands behind. */
static IdxSplitGot next_value(IdxSplit *s, bool last, IdxPiece *ret, GError **error)
{
    int line = s->line;
    if (!find_end(s, last))
        return last ? bad(s, "not JSON: it ends in the middle of an event", error) : IDX_SPLIT_MORE;
    size_t size = s->seen;
    if (s->skipping || size > IDX_SPLIT_VALUE_MAX) {
        consume(s, size);
        forget_value(s);
        return refuse_long(ret, line);
    }
    g_autofree char *message = NULL;
    json_t *json = load(text_of(s), size, JSON_DECODE_ANY, &message);
    if (!json)
        return bad(s, message, error);
    consume(s, size);
    forget_value(s);
    ret->value = json;
    return IDX_SPLIT_VALUE;
}

static IdxSplitGot next_element(IdxSplit *s, bool last, IdxPiece *ret, GError **error)
{
    if (s->mode == MODE_COMMA) {
        if (!skip_blanks(s, NULL))
            return last ? bad(s, "not JSON: the array has no end", error) : IDX_SPLIT_MORE;
        char byte = *text_of(s);
        if (byte != ',' && byte != ']')
            return bad(s, "not JSON: \",\" or \"]\" expected", error);
        consume(s, 1);
        s->mode = byte == ',' ? MODE_ELEMENTS : MODE_OVER;
        return idx_split_next(s, last, ret, error);
    }
    if (s->seen == 0 && !s->skipping && !skip_blanks(s, NULL))
        return last ? bad(s, "not JSON: the array has no end", error) : IDX_SPLIT_MORE;
    IdxSplitGot got = next_value(s, last, ret, error);
    if (got == IDX_SPLIT_VALUE || got == IDX_SPLIT_REFUSED)
        s->mode = MODE_COMMA;
    return got;
}

static IdxSplitGot begin_array(IdxSplit *s, bool last, IdxPiece *ret, GError **error)
{
    size_t n = 1;
    const char *text = text_of(s);
    while (n < left(s) && g_ascii_isspace(text[n]))
        n++;
    if (n == left(s) && !last && n <= IDX_SPLIT_VALUE_MAX)
        return IDX_SPLIT_MORE;
    bool empty = n < left(s) && text[n] == ']';
    consume(s, empty ? n + 1 : 1);
    s->array = true;
    s->mode = empty ? MODE_OVER : MODE_ELEMENTS;
    return idx_split_next(s, last, ret, error);
}

/* An object of unknown form: lines if the first line is one of its own, else values over several lines;
 * lines after all if no value ever ends. */
static IdxSplitGot begin_object(IdxSplit *s, bool last, IdxPiece *ret, GError **error)
{
    const char *text = text_of(s);
    size_t size = left(s);
    const char *newline = memchr(text, '\n', size);
    if (!newline && !last && size <= IDX_SPLIT_VALUE_MAX)
        return IDX_SPLIT_MORE;
    g_autofree char *message = NULL, *ignored = NULL;
    g_autoptr(json_t) first = load(text, newline ? (size_t)(newline - text) : size, 0, &message);
    if (!first && s->seen < size && !find_end(s, last) && !last && !s->skipping)
        return IDX_SPLIT_MORE;
    size_t end = s->seen;
    bool too_long = s->skipping;
    forget_value(s);
    g_autoptr(json_t) value = first || too_long ? NULL : load(text_of(s), end, 0, &ignored);
    if (!first && !value && (too_long || !newline))
        return bad(s, too_long ? "an event that does not end" : message, error);
    s->mode = value ? MODE_VALUES : MODE_LINES;
    return idx_split_next(s, last, ret, error);
}

/* The first byte that is no blank tells. */
static IdxSplitGot begin(IdxSplit *s, bool last, IdxPiece *ret, GError **error)
{
    if (!skip_blanks(s, NULL))
        return last ? bad(s, "not JSON: there is nothing", error) : IDX_SPLIT_MORE;
    char byte = *text_of(s);
    if (byte == '[' && s->form != IDX_EVENT_FORM_ONE)
        return begin_array(s, last, ret, error);
    if (byte == '[')
        return bad(s, "one event expected; send a batch as application/cloudevents-batch+json",
                   error);
    if (s->form == IDX_EVENT_FORM_BATCH)
        return bad(s, "a batch must be a JSON array of events", error);
    if (byte != '{')
        return bad(s, "not JSON: \"{\" or \"[\" expected", error);
    if (s->form == IDX_EVENT_FORM_ANY)
        return begin_object(s, last, ret, error);
    s->mode = MODE_ONE;
    return idx_split_next(s, last, ret, error);
}

static IdxSplitGot next_of_values(IdxSplit *s, bool last, IdxPiece *ret, GError **error)
{
    if (s->seen == 0 && !s->skipping && !skip_blanks(s, NULL))
        return IDX_SPLIT_MORE;
    IdxSplitGot got = next_value(s, last, ret, error);
    if (got != IDX_SPLIT_VALUE && got != IDX_SPLIT_REFUSED)
        return got;
    if (left(s) > 0 && !g_ascii_isspace(*text_of(s)))
        s->mode = MODE_OVER; // which complains at the next call
    return got;
}

IdxSplitGot idx_split_next(IdxSplit *s, bool last, IdxPiece *ret, GError **error)
{
    if (!s->begun) {
        if (left(s) < strlen(BOM) && !last)
            return IDX_SPLIT_MORE;
        s->begun = true;
        if (left(s) >= strlen(BOM) && memcmp(text_of(s), BOM, strlen(BOM)) == 0)
            consume(s, strlen(BOM));
    }
    switch (s->mode) {
    case MODE_UNKNOWN:
        return begin(s, last, ret, error);
    case MODE_LINES:
        return next_line(s, last, ret);
    case MODE_VALUES:
        return next_of_values(s, last, ret, error);
    case MODE_ELEMENTS:
    case MODE_COMMA:
        return next_element(s, last, ret, error);
    case MODE_ONE: {
        IdxSplitGot got = next_value(s, last, ret, error);
        if (got == IDX_SPLIT_VALUE || got == IDX_SPLIT_REFUSED)
            s->mode = MODE_OVER;
        return got;
    }
    case MODE_OVER:
        break;
    }
    return skip_blanks(s, NULL) ? bad(s, "not JSON: something stands behind its end", error)
                                : IDX_SPLIT_MORE;
}
