/*
 * The header lines of an e-mail (RFC 5322, RFC 2047). The MIME parts are libcurl's work.
 */
#ifndef FITGATE_MAIL_MESSAGE_H
#define FITGATE_MAIL_MESSAGE_H

#include "core/arena.h"
#include "core/clock.h"

#include <stdbool.h>

struct message {
	const char *from, *to; /* plain addresses */
	const char *from_name; /* UTF-8; "": none */
	const char *subject;   /* UTF-8 */
	const char *id;        /* the Message-ID, without its <>; the same at every attempt */
	instant date;
	const char *plain, *html;
};

enum { MESSAGE_HEADERS = 8 };

/* Whether a text can be sent without an encoding: ASCII, no bare carriage return, no line longer than SMTP allows
 * (RFC 5321 §2.3.8, §4.5.3.1.6). Then it is, so that a link can be read and copied from the raw message. */
bool message_is_seven_bit(const char *text);

/* A text with CRLF line ends, as it is sent. NULL when out of memory. */
char *message_wire_text(struct arena *arena, const char *text);

/*
 * Date, From, To, Subject, Message-ID, Auto-Submitted, Content-Type, and NULL, without line ends. false: out of
 * memory, an address is not plain, or another text contains a control character.
 */
bool message_headers(
	struct arena *arena, const struct message *message, char *headers[MESSAGE_HEADERS]);

/* A name and an address for a header; the name is quoted or encoded if that is necessary. */
char *message_mailbox(struct arena *arena, const char *name, const char *address);

/* A text for a header: unchanged if it is printable ASCII, else as RFC 2047 encoded-words, folded. */
char *message_encode_header(struct arena *arena, const char *text);

#endif
