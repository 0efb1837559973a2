/*
 * What was said on a connection to the mail server: the last command and the reply to it. It is learned from the
 * lines that libcurl passes to a CURLOPT_DEBUGFUNCTION, because libcurl's error codes do not tell which command
 * failed, and its messages do not contain the server's text.
 */
#ifndef FITGATE_MAIL_SMTP_DIALOG_H
#define FITGATE_MAIL_SMTP_DIALOG_H

#include <stdbool.h>
#include <stddef.h>

/* The commands, in the order in which they are sent. */
enum smtp_stage {
	SMTP_CONNECT, /* none yet */
	SMTP_EHLO,    /* EHLO or HELO */
	SMTP_STARTTLS,
	SMTP_AUTH,
	SMTP_MAIL,
	SMTP_RCPT,
	SMTP_DATA, /* also the message itself */
	SMTP_STAGE_COUNT
};

enum { SMTP_REPLY_SIZE = 384 };

struct smtp_dialog {
	enum smtp_stage stage;
	bool credentials_sent; /* a line of AUTH that may contain credentials has been sent */
	bool ended;            /* by QUIT, whose reply is ignored */
	int status;            /* of the reply; 0: there is none yet */
	/* UTF-8, the lines of the reply joined by spaces, with the enhanced status code (RFC 3463) if there is one */
	char text[SMTP_REPLY_SIZE];
};

/* Add a line that was sent. Only the command's name is looked at; nothing of it is stored. */
void smtp_dialog_sent(struct smtp_dialog *dialog, const char *line, size_t length);

/* Add a line that was received. */
void smtp_dialog_received(struct smtp_dialog *dialog, const char *line, size_t length);

/*
 * Put "..." in place of an address, and of its domain, in the text. Servers repeat the recipient's address in a reply:
 * it must not get into the log, and its words say nothing about the refusal.
 */
void smtp_dialog_hide(struct smtp_dialog *dialog, const char *address);

#endif
