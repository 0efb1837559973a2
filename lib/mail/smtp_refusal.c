/*
 * When in doubt, a message is deferred: three days of attempts cost less than a lost confirmation.
 */
#include "mail/smtp_refusal.h"

#include <ctype.h>
#include <string.h>

enum subject {
	UNCLEAR,
	RECIPIENT,
	MAILBOX_FULL, /* the recipient's, for now */
	SENDER,       /* the sender, this host, or the login */
	LIMIT,
};

/* Of an enhanced status code; all 0: there is none. */
struct code {
	int class, subject, detail;
};

/* Read one to three digits; returns what follows them. NULL: `text` is NULL or starts with no digit. */
static const char *read_number(const char *text, int *number)
{
	*number = 0;
	if (text == NULL || !isdigit((unsigned char)*text))
		return NULL;
	for (int i = 0; i < 3 && isdigit((unsigned char)*text); i++)
		*number = *number * 10 + (*text++ - '0');
	return text;
}

static const char *after_dot(const char *text)
{
	return text != NULL && *text == '.' ? text + 1 : NULL;
}

static struct code code_of(const char *text)
{
	struct code code;

	text = after_dot(read_number(text, &code.class));
	text = after_dot(read_number(text, &code.subject));
	text = read_number(text, &code.detail);
	if (text == NULL || (code.class != 4 && code.class != 5))
		return (struct code){0};
	return code;
}

static bool has_words(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcasestr(text, *words) != NULL)
			return true;
	return false;
}

static bool names_limit(const char *text)
{
	static const char *const WORDS[] = {
		"limit", "later", "too many", "exceeded", "quota", "throttl", NULL};

	return has_words(text, WORDS);
}

static bool names_full_mailbox(const char *text)
{
	static const char *const WORDS[] = {
		"mailbox is full", "mailbox full", "inbox", "out of storage", "over quota", NULL};

	return has_words(text, WORDS);
}

static bool names_sender(const char *text)
{
	static const char *const WORDS[] = {"sender", "relay", "rcpthosts", "helo", "client host",
		"your host", "your ip", "authenticat", "not authorized", "blocklist", "block list",
		"blacklist", "spamhaus", "reputation", "reverse dns", "banned", NULL};

	return has_words(text, WORDS);
}

/* A rule of the server, which may be about the sender, the recipient or the message. */
static bool names_policy(const char *text)
{
	static const char *const WORDS[] = {
		"denied", "prohibit", "policy", "spam", "blocked", "spf", "dkim", "dmarc", NULL};

	return has_words(text, WORDS);
}

static bool names_recipient(const char *text)
{
	static const char *const WORDS[] = {
		"recipient", "no such user", "user unknown", "unknown user", "mailbox", NULL};

	return has_words(text, WORDS);
}

/* In either spelling. */
static bool names_graylisting(const char *text)
{
	static const char *const WORDS[] = {"eylist", "aylist", "ey-list", "ay-list", NULL};

	return has_words(text, WORDS);
}

/* What the code alone says. */
static enum subject subject_of_code(struct code code)
{
	switch (code.subject) {
	case 1: /* addresses */
		if (code.detail == 7 || code.detail == 8)
			return SENDER;
		/* Microsoft 365: too many recipients in a day */
		return code.detail == 90 ? LIMIT : RECIPIENT;
	case 2: /* the mailbox */
		return code.detail == 2 ? MAILBOX_FULL : RECIPIENT;
	case 4: /* the network; 5: congestion, and Gmail's limits */
		return code.detail == 5 ? LIMIT : UNCLEAR;
	case 7: /* policy */
		return code.class == 4 ? LIMIT : UNCLEAR;
	default:
		return UNCLEAR;
	}
}

static enum subject subject_of_words(const char *text)
{
	if (names_full_mailbox(text))
		return MAILBOX_FULL;
	if (names_limit(text))
		return LIMIT;
	if (names_sender(text))
		return SENDER;
	return names_recipient(text) && !names_policy(text) ? RECIPIENT : UNCLEAR;
}

/* Where there is no enhanced code, and the words do not help: RFC 5321 §4.2.3; 556: RFC 7504. */
static enum subject subject_of_status(const struct smtp_dialog *dialog)
{
	switch (dialog->status) {
	case 550:
	case 551:
	case 553:
	case 556:
		return names_policy(dialog->text) ? UNCLEAR : RECIPIENT;
	default:
		return UNCLEAR;
	}
}

static enum subject subject_of(const struct smtp_dialog *dialog)
{
	const struct code code = code_of(dialog->text);
	enum subject subject = subject_of_code(code);

	if (names_graylisting(dialog->text))
		return UNCLEAR;
	if (code.class == 0 && dialog->status == 552) /* exceeded storage allocation */
		return MAILBOX_FULL;
	/* it may be that the code is a general one, and the words tell more */
	if (subject == RECIPIENT && code.class == 5 && names_limit(dialog->text))
		return MAILBOX_FULL;
	if (subject == UNCLEAR)
		subject = subject_of_words(dialog->text);
	if (subject == UNCLEAR && code.class == 0)
		subject = subject_of_status(dialog);
	return subject;
}

static enum smtp_result classify_recipient(int status, enum subject subject)
{
	if (subject == SENDER)
		return SMTP_UNAVAILABLE;
	if (status < 500 || subject == MAILBOX_FULL)
		return SMTP_LATER;
	if (status < 550) /* syntax, sequence, login */
		return SMTP_UNAVAILABLE;
	return subject == RECIPIENT ? SMTP_REFUSED : SMTP_LATER;
}

enum smtp_result smtp_refusal_classify(const struct smtp_dialog *dialog)
{
	enum subject subject;

	if (dialog->stage < SMTP_MAIL)
		return SMTP_UNAVAILABLE;
	subject = subject_of(dialog);
	if (subject == LIMIT)
		return SMTP_LIMITED;
	if (dialog->stage == SMTP_MAIL || dialog->status == 421) /* 421: it closes the connection */
		return SMTP_UNAVAILABLE;
	return dialog->stage == SMTP_RCPT ? classify_recipient(dialog->status, subject)
					  : SMTP_LATER;
}
