/*
 * The lines are those of RFC 5321: "EHLO name", "250-first line", "250 last line".
 */
#include "mail/smtp_dialog.h"

#include "core/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { STATUS_DIGITS = 3 };

static const struct {
	const char *name; /* with the character that ends it */
	enum smtp_stage stage;
} COMMANDS[] = {
	{"EHLO ", SMTP_EHLO},
	{"HELO ", SMTP_EHLO},
	{"STARTTLS\r", SMTP_STARTTLS},
	{"AUTH ", SMTP_AUTH},
	{"MAIL ", SMTP_MAIL},
	{"RCPT ", SMTP_RCPT},
	{"DATA\r", SMTP_DATA},
};

static bool starts_with(const char *line, size_t length, const char *start)
{
	return length >= strlen(start) && strncasecmp(line, start, strlen(start)) == 0;
}

/* The stage that a line begins. Any other line is an answer in AUTH, or ends the connection. */
static enum smtp_stage stage_of(const char *line, size_t length, enum smtp_stage stage)
{
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(*COMMANDS); i++)
		if (starts_with(line, length, COMMANDS[i].name))
			return COMMANDS[i].stage;
	return stage;
}

/* "AUTH PLAIN AGE=" has credentials, "AUTH PLAIN" has none. */
static bool has_credentials(const char *line, size_t length)
{
	if (!starts_with(line, length, "AUTH "))
		return true;
	return memchr(line + strlen("AUTH "), ' ', length - strlen("AUTH ")) != NULL;
}

void smtp_dialog_sent(struct smtp_dialog *dialog, const char *line, size_t length)
{
	dialog->ended = starts_with(line, length, "QUIT");
	if (dialog->ended)
		return;
	dialog->stage = stage_of(line, length, dialog->stage);
	if (dialog->stage == SMTP_AUTH && has_credentials(line, length))
		dialog->credentials_sent = true;
	dialog->status = 0;
	*dialog->text = '\0';
}

static int status_of(const char *line, size_t length)
{
	int status = 0;

	if (length < STATUS_DIGITS)
		return 0;
	for (size_t i = 0; i < STATUS_DIGITS; i++) {
		if (line[i] < '0' || line[i] > '9')
			return 0;
		status = status * 10 + (line[i] - '0');
	}
	return status;
}

/* The length of an enhanced status code ("5.7.1 ") at the start of a line that it shares with the text; 0: none. */
static size_t repeated_code(const char *text, const char *line, size_t length)
{
	size_t code = strspn(text, "0123456789.");

	if (code == 0 || text[code] != ' ' || length <= code || memcmp(text, line, code + 1) != 0)
		return 0;
	return code + 1;
}

/* Append to the text what follows the status, without the line's end. */
static void append(struct smtp_dialog *dialog, const char *line, size_t length)
{
	size_t used = strlen(dialog->text), code = repeated_code(dialog->text, line, length);

	line += code;
	length -= code;
	while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == '\n'))
		length--;
	for (; length > 0 && *line == ' '; length--)
		line++;
	snprintf(dialog->text + used, sizeof(dialog->text) - used, "%s%.*s",
		used > 0 && length > 0 ? " " : "", (int)length, line);
	text_make_utf8(dialog->text);
	text_hide_controls(dialog->text);
}

void smtp_dialog_received(struct smtp_dialog *dialog, const char *line, size_t length)
{
	int status = status_of(line, length);

	if (status == 0 || dialog->ended)
		return;
	if (dialog->status != status)
		*dialog->text = '\0';
	dialog->status = status;
	if (length > STATUS_DIGITS)
		append(dialog, line + STATUS_DIGITS + 1, length - STATUS_DIGITS - 1);
}

/* Put "..." in place of each occurrence of `part`, which has at least three bytes. */
static void hide(char *text, const char *part)
{
	static const char DOTS[] = "...";
	const size_t length = strlen(part);

	if (length < sizeof(DOTS) - 1)
		return;
	while ((text = strcasestr(text, part)) != NULL) {
		memcpy(text, DOTS, sizeof(DOTS) - 1);
		text += sizeof(DOTS) - 1;
		memmove(text, text + length - (sizeof(DOTS) - 1),
			strlen(text + length - (sizeof(DOTS) - 1)) + 1);
	}
}

void smtp_dialog_hide(struct smtp_dialog *dialog, const char *address)
{
	const char *at = strchr(address, '@');

	hide(dialog->text, address);
	if (at != NULL)
		hide(dialog->text, at + 1);
}
