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
	const char *subject;   /* UTF-8 */
	const char *id;        /* what stands in <> of Message-ID; the same at every attempt */
	instant date;
	const char *plain, *html;
};

enum { MESSAGE_HEADERS = 8 };

/* Whether a text may travel as it is: ASCII, no bare carriage return, no line longer than
 * SMTP allows (RFC 5321 §2.3.8, §4.5.3.1.6).
 * Then it does, so that a link can be read, and copied, from the message as it was sent. */
bool message_is_seven_bit(const char *text);

/* A text with its line feeds made CRLF, as it goes over the wire. NULL when memory is out. */
char *message_wire_text(struct arena *arena, const char *text);

/*
 * Date, From, To, Subject, Message-ID, Auto-Submitted, Content-Type, and NULL, without line ends. false: memory is
 * out, or an address is not plain, or the subject holds a control character.
 */
bool message_headers(
	struct arena *arena, const struct message *message, char *headers[MESSAGE_HEADERS]);

/* A text for a header: as it is when it is printable ASCII, else RFC 2047 encoded-words, folded. */
char *message_encode_header(struct arena *arena, const char *text);

#endif
