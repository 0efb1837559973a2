/*
 * Parses multipart/form-data through one buffer.
 *
 * A boundary holds no CR, so a delimiter can begin only at its own CR. That makes the search simple: the buffer
 * contains content up to the delimiter, or up to a CR near its end that may begin a delimiter. The buffer starts
 * with a CRLF of ours, so that a delimiter at the very start of the body is like any other; the preamble is then
 * read like a part's content.
 */
#include "http/multipart.h"

#include "core/text.h"

#include <string.h>

#define LETTERS_AND_DIGITS  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define TOKEN_CHARACTERS    LETTERS_AND_DIGITS "!#$%&'*+-.^_`|~" /* RFC 9110 §5.6.2 */
#define BOUNDARY_CHARACTERS LETTERS_AND_DIGITS "'()+_,-./:=? "   /* RFC 2046 §5.1.1 */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_control(char c)
{
	return text_is_control(c) && c != '\t';
}

/* ---- header values: type; name=value; name="value" --------------------------------------------- */

struct parameter {
	const char *name;
	char *value; /* NULL: not there */
};

static char *skip_blanks(char *at)
{
	while (is_blank(*at))
		at++;
	return at;
}

/* Decode the value that begins after the quote at **at, in place. NULL: its closing quote is missing. */
static char *take_quoted(char **at)
{
	char *value = *at + 1, *from = value, *to = value;

	while (*from != '"') {
		if (*from == '\0')
			return NULL;
		if (strncmp(from, "%22", 3) == 0) {
			*to++ = '"';
			from += 3;
			continue;
		}
		if (*from == '\\' && (from[1] == '\\' || from[1] == '"'))
			from++;
		*to++ = *from++;
	}
	*to = '\0';
	*at = from + 1;
	return value;
}

/*
 * Take the value without quotes that begins at **at. It is moved over the '=' before it, to make room for its NUL.
 * NULL: it is empty.
 */
static char *take_bare(char **at)
{
	size_t length = strcspn(*at, "; \t\"");
	char *value = *at - 1;

	if (length == 0)
		return NULL;
	memmove(value, *at, length);
	value[length] = '\0';
	*at += length;
	return value;
}

/* Parse the parameter at **at, and keep it if it is one of `wanted`. false: malformed, or given twice. */
static bool take_parameter(char **at, struct parameter *wanted, size_t count)
{
	char *name = *at, *behind = name + strspn(name, TOKEN_CHARACTERS), *value;
	struct parameter *kept = NULL;

	if (behind == name || *behind != '=')
		return false;
	*behind = '\0';
	for (size_t i = 0; i < count; i++)
		if (text_equal_ignoring_case(name, wanted[i].name))
			kept = &wanted[i];
	*at = behind + 1;
	value = **at == '"' ? take_quoted(at) : take_bare(at);
	if (value == NULL)
		return false;
	if (kept == NULL)
		return true;
	if (kept->value != NULL)
		return false;
	kept->value = value;
	return true;
}

/* Parse the value of a header in place. false: it has another type than `type`, or is malformed. */
static bool take_parameters(char *text, const char *type, struct parameter *wanted, size_t count)
{
	char *at = skip_blanks(text);
	size_t length = strcspn(at, "; \t");

	if (length != strlen(type) || strncasecmp(at, type, length) != 0)
		return false;
	at += length;
	for (;;) {
		at = skip_blanks(at);
		if (*at == '\0')
			return true;
		if (*at != ';')
			return false;
		at = skip_blanks(at + 1);
		if (*at == '\0' || *at == ';')
			continue;
		if (!take_parameter(&at, wanted, count))
			return false;
	}
}

/* charset'language'text, percent-encoded (RFC 8187 §3.2). The bytes are passed on, whatever the charset. */
static char *decode_extended(char *value)
{
	char *quote = strchr(value, '\'');

	if (quote != NULL)
		quote = strchr(quote + 1, '\'');
	return quote != NULL && text_percent_decode(quote + 1) ? quote + 1 : NULL;
}

static bool has_control(const char *text)
{
	while (*text != '\0' && !is_control(*text))
		text++;
	return *text != '\0';
}

static bool read_disposition(char *value, struct multipart_part *part)
{
	enum { NAME, FILENAME, EXTENDED, COUNT };
	struct parameter wanted[COUNT] = {{"name", NULL}, {"filename", NULL}, {"filename*", NULL}};

	if (!take_parameters(value, "form-data", wanted, COUNT) || wanted[NAME].value == NULL)
		return false;
	part->name = wanted[NAME].value;
	part->filename = wanted[FILENAME].value;
	if (part->filename != NULL || wanted[EXTENDED].value == NULL)
		return true;
	part->filename = decode_extended(wanted[EXTENDED].value);
	return part->filename != NULL && !has_control(part->filename);
}

/* ---- the header lines of a part ---------------------------------------------------------------- */

/*
 * End the line at `line` with a NUL instead of its CRLF; lines folded as in RFC 822 become one. Returns
 * where the next one begins, NULL when the line holds a control byte.
 */
static char *end_line(char *line, const char *end)
{
	for (char *at = line; at < end; at++) {
		if (*at != '\r' || at[1] != '\n') {
			if (is_control(*at))
				return NULL;
			continue;
		}
		if (at + 2 == end || !is_blank(at[2])) {
			*at = '\0';
			return at + 2;
		}
		at[0] = at[1] = ' ';
	}
	return NULL;
}

/* Look at the header lines of a part, each with its CRLF. */
static bool read_header_lines(char *lines, size_t length, struct multipart_part *part)
{
	const char *end = lines + length;
	char *disposition = NULL;
	int count = 0;

	for (char *line = lines, *next; line < end; line = next) {
		char *colon;

		next = end_line(line, end);
		if (next == NULL || ++count > MULTIPART_HEADER_LINES)
			return false;
		colon = line + strspn(line, TOKEN_CHARACTERS);
		if (colon == line || *colon != ':')
			return false;
		*colon = '\0';
		if (!text_equal_ignoring_case(line, "Content-Disposition"))
			continue;
		if (disposition != NULL)
			return false;
		disposition = colon + 1;
	}
	return disposition != NULL && read_disposition(disposition, part);
}

/* ---- the buffer -------------------------------------------------------------------------------- */

/* Stop for this reason, unless there is an earlier one. */
static void stop(struct multipart *m, enum multipart_result result)
{
	if (m->result == MULTIPART_PART)
		m->result = result;
}

/*
 * Read more, after the bytes in the buffer. false: there is no more. The buffer always has room: it keeps at most
 * the headers of a part.
 */
static bool fill(struct multipart *m)
{
	ssize_t got;

	if (m->ended)
		return false;
	m->end -= m->start;
	memmove(m->buffer, m->buffer + m->start, m->end);
	m->start = 0;
	got = m->body.read(m->body.state, m->buffer + m->end, sizeof(m->buffer) - m->end);
	if (got > 0) {
		m->end += (size_t)got;
		return true;
	}
	m->ended = true;
	if (got < 0)
		stop(m, MULTIPART_UNREADABLE);
	return false;
}

/* Whether this number of bytes is in the buffer; reads more if it is not. */
static bool have(struct multipart *m, size_t length)
{
	while (m->end - m->start < length)
		if (!fill(m))
			return false;
	return true;
}

/* Whether these bytes are at this offset from the start of the buffer; reads more if necessary. */
static bool stands_at(struct multipart *m, size_t offset, const char *bytes, size_t length)
{
	return have(m, offset + length) &&
	       memcmp(m->buffer + m->start + offset, bytes, length) == 0;
}

/*
 * At a CRLF, two dashes and the boundary: a delimiter if two more dashes follow, or only blanks up to the end of
 * the line. Otherwise the line is content that happens to begin with the boundary.
 */
static bool see_boundary(struct multipart *m)
{
	size_t at = m->delimiter_length;

	m->closing = stands_at(m, at, "--", 2);
	if (m->closing) {
		m->boundary = at + 2;
		return true;
	}
	while (at < m->delimiter_length + MULTIPART_PADDING && have(m, at + 1) &&
		is_blank(m->buffer[m->start + at]))
		at++;
	if (!stands_at(m, at, "\r\n", 2))
		return false;
	m->boundary = at + 2;
	return true;
}

/* How many bytes at the end may be the beginning of a delimiter. */
static size_t held_back(const struct multipart *m)
{
	const char *end = m->buffer + m->end;
	size_t size = m->end - m->start;
	size_t tail = size < m->delimiter_length ? size : m->delimiter_length - 1;
	const char *cr = memrchr(end - tail, '\r', tail);

	if (cr == NULL || memcmp(cr, m->delimiter, (size_t)(end - cr)) != 0)
		return 0;
	return (size_t)(end - cr);
}

/* Whether the part continues. If so, at least m->content bytes of the buffer belong to it. */
static bool find_content(struct multipart *m)
{
	while (m->content == 0 && m->boundary == 0 && m->result == MULTIPART_PART) {
		const char *from = m->buffer + m->start;
		const char *found =
			memmem(from, m->end - m->start, m->delimiter, m->delimiter_length);

		if (found == NULL) {
			m->content = m->end - m->start - held_back(m);
			if (m->content == 0 && !fill(m))
				stop(m, MULTIPART_BROKEN);
		} else if (found != from) {
			m->content = (size_t)(found - from);
		} else if (!see_boundary(m)) {
			m->content = m->delimiter_length;
		}
	}
	return m->content > 0;
}

static void take(struct multipart *m, size_t length)
{
	m->start += length;
	m->content -= length;
}

/*
 * Read the headers up to the blank line that ends them. Its CRLF may already be that of the next
 * delimiter: a part without content need not have another (RFC 2046 §5.1.1).
 */
static bool read_headers(struct multipart *m, struct multipart_part *part)
{
	for (;;) {
		const char *from = m->buffer + m->start;
		size_t size = m->end - m->start;
		const char *found = memmem(
			from, size < MULTIPART_HEADERS ? size : MULTIPART_HEADERS, "\r\n\r\n", 4);

		if (found != NULL) {
			size_t length = (size_t)(found - from) + 2;

			memcpy(m->headers, from, length);
			m->start += length;
			if (!stands_at(m, 0, m->delimiter, m->delimiter_length) || !see_boundary(m))
				m->start += 2;
			return read_header_lines(m->headers, length, part);
		}
		if (size >= MULTIPART_HEADERS || !fill(m))
			return false;
	}
}

/* ---- from outside ------------------------------------------------------------------------------ */

bool multipart_begin(struct multipart *m, const char *content_type, const struct source *body)
{
	struct parameter boundary = {"boundary", NULL};
	size_t length = strlen(content_type);

	if (length >= sizeof(m->headers))
		return false;
	memcpy(m->headers, content_type, length + 1);
	if (!take_parameters(m->headers, "multipart/form-data", &boundary, 1) ||
		boundary.value == NULL)
		return false;
	length = strlen(boundary.value);
	if (length == 0 || length > MULTIPART_BOUNDARY ||
		boundary.value[strspn(boundary.value, BOUNDARY_CHARACTERS)] != '\0' ||
		boundary.value[length - 1] == ' ')
		return false;
	memcpy(m->delimiter, "\r\n--", 4);
	memcpy(m->delimiter + 4, boundary.value, length);
	m->delimiter_length = 4 + length;
	m->body = *body;
	m->result = MULTIPART_PART;
	m->parts = 0;
	m->ended = m->closing = false;
	m->content = m->boundary = m->start = 0;
	memcpy(m->buffer, "\r\n", 2);
	m->end = 2;
	return true;
}

enum multipart_result multipart_next(struct multipart *m, struct multipart_part *part)
{
	while (find_content(m))
		take(m, m->content);
	if (m->result != MULTIPART_PART)
		return m->result;
	m->start += m->boundary;
	m->boundary = 0;
	if (m->closing) {
		do
			m->start = m->end;
		while (fill(m));
		stop(m, MULTIPART_END);
	} else if (++m->parts > MULTIPART_PARTS || !read_headers(m, part)) {
		stop(m, MULTIPART_BROKEN);
	}
	return m->result;
}

ssize_t multipart_read(void *state, void *buffer, size_t size)
{
	struct multipart *m = state;

	if (m->parts == 0 || !find_content(m))
		return m->result == MULTIPART_BROKEN || m->result == MULTIPART_UNREADABLE ? -1 : 0;
	if (size > m->content)
		size = m->content;
	memcpy(buffer, m->buffer + m->start, size);
	take(m, size);
	return (ssize_t)size;
}
