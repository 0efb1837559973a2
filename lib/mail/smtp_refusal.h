/*
 * What a refusal of the mail server is about, and so what follows for this message and for the others.
 */
#ifndef FITGATE_MAIL_SMTP_REFUSAL_H
#define FITGATE_MAIL_SMTP_REFUSAL_H

#include "mail/smtp_dialog.h"

enum smtp_result {
	SMTP_SENT,
	SMTP_REFUSED, /* this recipient, permanently: every further attempt would be refused as well */
	SMTP_LATER, /* this message, for now or for a reason that is not clear */
	SMTP_LIMITED, /* a limit on the number of messages, or another policy that may change with time */
	SMTP_UNAVAILABLE, /* no message can be sent: no server, no secure connection, no login, or it rejects
			     the sender */
};

/*
 * Classify the last reply, which has a status of 400 or more. Only a refusal of RCPT TO with 5xx that is about the
 * recipient is SMTP_REFUSED. Servers also refuse at RCPT TO because of the client's address, its name, the sender, or
 * a limit: the enhanced status code (RFC 3463) or the words of the reply tell.
 */
enum smtp_result smtp_refusal_classify(const struct smtp_dialog *dialog);

#endif
