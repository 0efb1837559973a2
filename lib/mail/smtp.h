/*
 * Passes messages to the mail server that EMAIL_URL names (RFC 5321), through libcurl.
 */
#ifndef FITGATE_MAIL_SMTP_H
#define FITGATE_MAIL_SMTP_H

#include "core/settings.h"
#include "mail/message.h"
#include "mail/smtp_refusal.h"

struct smtp;

enum { SMTP_REASON_SIZE = 480 };

/* A client; connections are kept between messages. NULL: libcurl could not be initialized. The settings must
 * outlive it. Released by smtp_close(), which accepts NULL. */
struct smtp *smtp_open(const struct settings *settings);
void smtp_close(struct smtp *smtp);

/*
 * Send a message; takes at most a minute. If it was not sent, `reason` says why: what failed, which settings to check,
 * and the server's reply without the recipient's address.
 */
enum smtp_result smtp_send(struct smtp *smtp, struct arena *arena, const struct message *message,
	char reason[SMTP_REASON_SIZE]);

/*
 * Connect, secure the connection, log in, and ask the server whether it accepts the sender, with the sender as
 * recipient; send nothing. false: `reason` says why no message can be sent.
 */
bool smtp_check(struct smtp *smtp, struct arena *arena, char reason[SMTP_REASON_SIZE]);

#endif
