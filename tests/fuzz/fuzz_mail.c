/*
 * lib/mail. The first byte picks:
 *
 *	h   the header lines of a message: recipient, id and subject, a line each, and its text behind them
 *	j   a job of the queue, and behind a line "--" the database's script (database.h): it is delivered
 *	    to the smtp_send() below, which stands in for the one that speaks to a mail server
 *
 * No header line can be ended or added by what is put in, a subject says what it was made of, and in HTML
 * nothing but the template's own marks is markup.
 */
#include "database.h"
#include "input.h"

#include "core/json.h"
#include "core/log.h"
#include "core/text.h"
#include "mail/delivery.h"

#include <openssl/evp.h>
#include <string.h>

static const struct settings SETTINGS = {
	.secret_key = "a key for tests",
	.sender = "fitgate@example.com",
	.ui_url = "https://fitgate.example",
	.mail_enabled = true,
	.password_token_lifetime = 5400,
	.confirmation_token_lifetime = 604800,
};

/* What the present job's mail must hold; NULL: not known. */
static const char *the_username;
static enum smtp_result the_result;

/* ---- headers ----------------------------------------------------------------------------------- */

/* The next encoded-word (RFC 2047) of a folded line, decoded behind `text`. */
static const char *decode_word(const char *at, char *text, size_t *length, size_t size)
{
	const char *end = strstr(at + 10, "?=");
	size_t count, padding;

	require(strncmp(at, "=?UTF-8?B?", 10) == 0 && end != NULL);
	at += 10;
	count = (size_t)(end - at);
	require(count > 0 && count % 4 == 0 && *length + count < size);
	padding = (end[-1] == '=') + (size_t)(end[-2] == '=');
	require(EVP_DecodeBlock((unsigned char *)text + *length, (const unsigned char *)at,
			(int)count) == (int)(count / 4 * 3));
	/* no character is cut in two */
	require(text_is_utf8(text + *length, count / 4 * 3 - padding));
	*length += count / 4 * 3 - padding;
	return end + 2;
}

static void check_subject(const char *header, const char *subject)
{
	char decoded[16384];
	size_t length = 0;
	const char *at = header + strlen("Subject: ");

	if (strncmp(at, "=?", 2) != 0) {
		require(strcmp(at, subject) == 0 && strlen(header) <= 80);
		return;
	}
	for (;;) {
		at = decode_word(at, decoded, &length, sizeof(decoded));
		if (*at == '\0')
			break;
		require(strncmp(at, "\r\n ", 3) == 0);
		at += 3;
	}
	require(length == strlen(subject) && memcmp(decoded, subject, length) == 0);
}

static void check_header(const char *header)
{
	size_t line = 0;

	for (const char *c = header; *c != '\0'; c++, line++) {
		if (strncmp(c, "\r\n ", 3) == 0) { /* folded */
			c += 2;
			line = 1;
		}
		require(*c >= ' ' && *c < 127);
		require(line < 998);
		require(strncmp(header, "Subject: ", 9) != 0 || line < 80);
	}
}

/* Whether the message may go out at all. */
static bool check_headers(struct arena *arena, const struct message *message)
{
	static const char *const NAMES[] = {"Date: ", "From: ", "To: ", "Subject: ",
		"Message-ID: <", "Auto-Submitted: ", "Content-Type: "};
	char *headers[MESSAGE_HEADERS];

	if (!message_headers(arena, message, headers))
		return false;
	for (int i = 0; i < MESSAGE_HEADERS - 1; i++) {
		require(strncmp(headers[i], NAMES[i], strlen(NAMES[i])) == 0);
		check_header(headers[i]);
	}
	require(headers[MESSAGE_HEADERS - 1] == NULL);
	require(strcmp(headers[2] + strlen("To: "), message->to) == 0);
	for (const char *c = message->subject; *c != '\0'; c++)
		require((unsigned char)*c >= ' ' && *c != 127);
	check_subject(headers[3], message->subject);
	return true;
}

static void check_wire(struct arena *arena, const char *text)
{
	const char *wire = message_wire_text(arena, text);

	require(wire != NULL);
	require(!message_is_seven_bit(text) || strchr(text, '\r') == NULL);
	for (; *wire != '\0'; wire++) {
		if (*wire == '\r' && wire[1] == '\n' && *text == '\n')
			wire++;
		require(*wire == *text++);
		require(*wire != '\n' || wire[-1] == '\r');
	}
	require(*text == '\0');
}

/* ---- HTML -------------------------------------------------------------------------------------- */

/* The marks that templates have, and what they open (+) or close (-). */
static const struct mark {
	const char *text;
	int level;
} MARKS[] = {
	{"<!DOCTYPE html>", 0},
	{"<html lang=\"", 1},
	{"</html>", -1},
	{"<head><meta charset=\"utf-8\"></head>", 0},
	{"<body>", 1},
	{"</body>", -1},
	{"<p>", 1},
	{"</p>", -1},
	{"<a href=\"", 1},
	{"</a>", -1},
	{"<br>", 0},
};

/* The mark that begins here; its attribute is passed over. */
static const char *pass_mark(const char *at, int *level)
{
	const struct mark *mark = MARKS;

	while (strncmp(at, mark->text, strlen(mark->text)) != 0)
		require(++mark < MARKS + sizeof(MARKS) / sizeof(*MARKS));
	*level += mark->level;
	at += strlen(mark->text);
	if (at[-1] != '"')
		return at;
	at += strcspn(at, "\"<>");
	require(strncmp(at, "\">", 2) == 0);
	return at + 2;
}

static void check_html(const char *html)
{
	int level = 0;

	while (*html != '\0') {
		require(*html != '>' && *html != '"');
		if (*html == '&')
			require(strncmp(html, "&lt;", 4) == 0 || strncmp(html, "&gt;", 4) == 0 ||
				strncmp(html, "&amp;", 5) == 0 || strncmp(html, "&quot;", 6) == 0);
		html = *html == '<' ? pass_mark(html, &level) : html + 1;
		/* html, body, p, a: nothing deeper */
		require(level >= 0 && level <= 4);
	}
	require(level == 0);
}

enum smtp_result smtp_send(struct smtp *smtp, struct arena *arena, const struct message *message,
	char reason[SMTP_REASON_SIZE])
{
	(void)smtp;
	memcpy(reason, "as told", sizeof("as told"));
	check_html(message->html);
	check_wire(arena, message->plain);
	check_wire(arena, message->html);
	require(the_username == NULL || strstr(message->plain, the_username) != NULL);
	require(strcmp(message->from, SETTINGS.sender) == 0);
	return check_headers(arena, message) ? the_result : SMTP_REFUSED;
}

/* ---- the two kinds of input -------------------------------------------------------------------- */

static void fuzz_headers(struct input *input, struct arena *arena)
{
	struct message message = {
		.from = SETTINGS.sender,
		.to = input_text(input, arena, '\n'),
		.id = input_text(input, arena, '\n'),
		.subject = input_text(input, arena, '\n'),
	};
	const char *text = input_rest(input, arena);

	check_wire(arena, text);
	if (!text_is_utf8(message.subject, strlen(message.subject)))
		return;
	if (!text_is_utf8(message.id, strlen(message.id)) || strlen(message.id) > 900)
		return;
	for (const char *c = message.id; *c != '\0'; c++)
		if (*c <= ' ' || *c >= 127) /* it is made of numbers and the sender's address */
			return;
	if (check_headers(arena, &message))
		require(text_is_plain_address(message.to));
}

static void fuzz_job(struct input *input, struct arena *arena)
{
	struct job job = {.id = 7, .kind = QUEUE_KIND_MAIL, .attempts = 1, .owner = "me"};
	char *payload = input_rest(input, arena), *script = strstr(payload, "\n--\n");
	const cJSON *object;
	struct db *db = db_open(NULL);
	size_t count;
	enum delivery result;

	database_begin(script == NULL ? "" : script + 4);
	db_use_arena(db, arena);
	if (script != NULL)
		*script = '\0';
	if (!model_is_utf8(payload, strlen(payload), &count))
		return;
	job.payload = payload;
	object = json_parse(payload, strlen(payload));
	the_username = cJSON_GetStringValue(json_member(object, "username"));
	if (cJSON_IsString(json_member(object, "errand")))
		the_username = NULL;
	the_result = (enum smtp_result)(count % 4);
	result = delivery_run(db, arena, &SETTINGS, NULL, &job);
	require(result == DELIVERY_DONE || result == DELIVERY_UNREACHABLE ||
		result == DELIVERY_FAILED);
	require(result != DELIVERY_FAILED || database_was_odd());
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	require(log_open("fuzz", "/dev/null"));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena arena;
	struct input input = input_begin(data, size);

	json_use_arena(&arena);
	if (input_byte(&input) == 'h')
		fuzz_headers(&input, &arena);
	else
		fuzz_job(&input, &arena);
	arena_reset(&arena);
	return 0;
}
