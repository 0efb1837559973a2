/*
 * lib/mail. The first byte selects:
 *
 *	h   the header of a message: recipient, id and subject, one line each, followed by the text
 *	j   a job of the queue and, after a line "--", the script of the database (database.h). The job is
 *	    delivered to the smtp_send() below, which stands in for the one that connects to a mail server
 *	r   what a client and a mail server say, line by line; a line of the client begins with ">"
 *
 * No input can end or add a header line, an encoded subject decodes to its input, and HTML contains no tags but
 * those of the template. A reply is one line of UTF-8 without the recipient's address.
 */
#include "shared/database.h"
#include "shared/input.h"

#include "core/json/json.h"
#include "core/log.h"
#include "core/text.h"
#include "mail/delivery.h"

#include <openssl/evp.h>
#include <string.h>

static const struct settings SETTINGS = {
	.secret_key = "a key for tests",
	.sender = "fitgate@example.com",
	.sender_name = "Zo\xc3\xab",
	.ui_url = "https://fitgate.example",
	.mail_enabled = true,
	.password_token_lifetime = 5400,
	.confirmation_token_lifetime = 604800,
};

/* What the e-mail of the current job must contain; NULL: not known. */
static const char *the_username;
static enum smtp_result the_result;

/* ---- headers ----------------------------------------------------------------------------------- */

/* Decode the next encoded word (RFC 2047) of a folded line, and append it to `text`. */
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
	/* no character is split */
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
		if (strncmp(c, "\r\n ", 3) == 0) { /* a folded line */
			c += 2;
			line = 1;
		}
		require(*c >= ' ' && *c < 127);
		require(line < 998);
		require(strncmp(header, "Subject: ", 9) != 0 || line < 80);
	}
}

/* Whether the message may be sent. */
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

/* The tags of the templates, and the levels that they open (+) or close (-). */
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

/* Skip the tag that begins here, with its attribute. */
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
		/* html, body, p, a: no deeper levels */
		require(level >= 0 && level <= 4);
	}
	require(level == 0);
}

enum smtp_result smtp_send(struct smtp *smtp, struct arena *arena, const struct message *message,
	char reason[SMTP_REASON_SIZE])
{
	(void)smtp;
	memcpy(reason, "as scripted", sizeof("as scripted"));
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

	message.from_name = message.subject;
	check_wire(arena, text);
	if (!text_is_utf8(message.subject, strlen(message.subject)))
		return;
	if (!text_is_utf8(message.id, strlen(message.id)) || strlen(message.id) > 900)
		return;
	for (const char *c = message.id; *c != '\0'; c++)
		if (*c <= ' ' ||
			*c >= 127) /* a Message-ID consists of numbers and the sender's address */
			return;
	if (check_headers(arena, &message))
		require(text_is_plain_address(message.to));
}

/* The messages of these requests take the username from the database. */
static bool names_account_by_address(const char *kind)
{
	static const char *const KINDS[] = {
		"confirmation", "resend_confirmation", "password_reset"};

	for (size_t i = 0; kind != NULL && i < sizeof(KINDS) / sizeof(*KINDS); i++)
		if (strcmp(kind, KINDS[i]) == 0)
			return true;
	return false;
}

static void fuzz_job(struct input *input, struct arena *arena)
{
	struct job job = {.id = 7, .kind = QUEUE_KIND_MAIL, .attempts = 1, .owner = "me"};
	char *payload = input_rest(input, arena), *script = strstr(payload, "\n--\n");
	const cJSON *object;
	struct db *db = db_open(NULL);
	struct mailer mailer = {.settings = &SETTINGS};
	size_t count;
	enum delivery result;

	database_begin(script == NULL ? "" : script + 4);
	if (script != NULL)
		*script = '\0';
	if (!model_is_utf8(payload, strlen(payload), &count))
		return;
	job.payload = payload;
	object = json_parse(payload, strlen(payload));
	the_username = cJSON_GetStringValue(json_member(object, "username"));
	if (names_account_by_address(cJSON_GetStringValue(json_member(object, "mail"))))
		the_username = NULL;
	the_result = (enum smtp_result)(count % 5);
	mailer.db = db;
	mailer.works = the_result == SMTP_REFUSED;
	result = delivery_run(&mailer, arena, &job);
	require(result == DELIVERY_DONE || result == DELIVERY_UNAVAILABLE ||
		result == DELIVERY_FAILED);
	require(result != DELIVERY_FAILED || database_was_odd());
}

static void fuzz_replies(struct input *input, struct arena *arena)
{
	static const char RECIPIENT[] = "sam@example.com";
	struct smtp_dialog dialog = {.stage = SMTP_CONNECT};
	enum smtp_result result;

	while (input->at < input->end) {
		const char *line = input_text(input, arena, '\n');

		if (*line == '>')
			smtp_dialog_sent(&dialog, line + 1, strlen(line + 1));
		else
			smtp_dialog_received(&dialog, line, strlen(line));
		require(dialog.stage < SMTP_STAGE_COUNT);
		require(dialog.status >= 0 && dialog.status <= 999);
		require(strlen(dialog.text) < sizeof(dialog.text));
		require(text_is_utf8(dialog.text, strlen(dialog.text)));
		require(!text_has_control(dialog.text));
	}
	smtp_dialog_hide(&dialog, RECIPIENT);
	require(strcasestr(dialog.text, RECIPIENT) == NULL);
	require(text_is_utf8(dialog.text, strlen(dialog.text)));
	result = smtp_refusal_classify(&dialog);
	require(result != SMTP_SENT);
	require(result != SMTP_REFUSED || (dialog.stage == SMTP_RCPT && dialog.status >= 550));
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
	switch (input_byte(&input)) {
	case 'h':
		fuzz_headers(&input, &arena);
		break;
	case 'r':
		fuzz_replies(&input, &arena);
		break;
	default:
		fuzz_job(&input, &arena);
	}
	arena_reset(&arena);
	return 0;
}
