/*
 * Handing a message to the mail server that EMAIL_URL names (RFC 5321), through libcurl.
 */
#ifndef FITGATE_MAIL_SMTP_H
#define FITGATE_MAIL_SMTP_H

#include "core/settings.h"
#include "mail/message.h"

struct smtp;

enum smtp_result {
	SMTP_SENT,
	SMTP_REFUSED, /* the server does not want this message, now or later (5xx) */
	SMTP_LATER,   /* the server asks for patience (4xx), or something went wrong on the way */
	SMTP_UNREACHABLE, /* no server, no secure connection, no log-in: no message would get through */
};

enum { SMTP_REASON_SIZE = 256 };

/* A client; connections are kept between messages. NULL: libcurl cannot be set up. The settings must
 * live as long. Released by smtp_close(), which accepts NULL. */
struct smtp *smtp_open(const struct settings *settings);
void smtp_close(struct smtp *smtp);

/* Send a message; takes at most a minute. `reason` says why it was not sent. */
enum smtp_result smtp_send(struct smtp *smtp, struct arena *arena, const struct message *message,
	char reason[SMTP_REASON_SIZE]);

/* Connect, secure the connection and log in, and send nothing. false: `reason` says what went wrong. */
bool smtp_check(struct smtp *smtp, struct arena *arena, char reason[SMTP_REASON_SIZE]);

#endif
