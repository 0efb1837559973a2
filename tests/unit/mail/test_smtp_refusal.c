/*
 * Unit tests of mail/smtp_dialog and mail/smtp_refusal: replies of real servers, and what they are about.
 */
#include "../unit.h"

#include "mail/smtp_refusal.h"

static void sent(struct smtp_dialog *dialog, const char *line)
{
	smtp_dialog_sent(dialog, line, strlen(line));
}

static void received(struct smtp_dialog *dialog, const char *line)
{
	smtp_dialog_received(dialog, line, strlen(line));
}

/* The result for a reply to the command of a stage. */
static enum smtp_result classify(enum smtp_stage stage, const char *reply)
{
	struct smtp_dialog dialog = {.stage = stage};

	received(&dialog, reply);
	return smtp_refusal_classify(&dialog);
}

struct sample {
	enum smtp_stage stage;
	const char *reply;
};

static void assert_classified(const struct sample *samples, size_t count, enum smtp_result expected)
{
	for (size_t i = 0; i < count; i++) {
		enum smtp_result result = classify(samples[i].stage, samples[i].reply);

		if (result != expected)
			fail_msg("%d instead of %d: %s", (int)result, (int)expected,
				samples[i].reply);
	}
}

/* ---- the dialog -------------------------------------------------------------------------------- */

static void a_reply_belongs_to_the_last_command(void **state)
{
	static const struct sample COMMANDS[] = {{SMTP_EHLO, "EHLO fit.example\r\n"},
		{SMTP_EHLO, "HELO fit.example\r\n"}, {SMTP_STARTTLS, "STARTTLS\r\n"},
		{SMTP_AUTH, "AUTH PLAIN\r\n"}, {SMTP_AUTH, "AHNhbQBwYXNz\r\n"},
		{SMTP_MAIL, "MAIL FROM:<a@b.example>\r\n"},
		{SMTP_RCPT, "RCPT TO:<c@d.example>\r\n"}, {SMTP_DATA, "DATA\r\n"},
		{SMTP_DATA, "QUIT\r\n"}};
	struct smtp_dialog dialog = {.stage = SMTP_CONNECT};

	(void)state;
	received(&dialog, "220 mail.example\r\n");
	for (size_t i = 0; i < UNIT_COUNT(COMMANDS); i++) {
		sent(&dialog, COMMANDS[i].reply);
		assert_int_equal(dialog.stage, COMMANDS[i].stage);
	}
}

static void a_command_forgets_the_reply_before(void **state)
{
	struct smtp_dialog dialog = {.stage = SMTP_CONNECT};

	(void)state;
	received(&dialog, "220 mail.example\r\n");
	assert_int_equal(dialog.status, 220);
	sent(&dialog, "EHLO fit.example\r\n");
	assert_int_equal(dialog.status, 0);
	assert_string_equal(dialog.text, "");
	received(&dialog, "554 no\r\n");
	sent(&dialog, "QUIT\r\n");
	received(&dialog, "221 bye\r\n");
	assert_int_equal(dialog.status, 554);
}

static void the_lines_of_a_reply_are_joined(void **state)
{
	struct smtp_dialog dialog = {.stage = SMTP_RCPT};

	(void)state;
	received(&dialog, "550-5.4.5 Daily user sending limit exceeded.\r\n");
	received(&dialog, "550-5.4.5 See\r\n");
	received(&dialog, "550 5.4.5  https://support.example x-9\r\n");
	assert_int_equal(dialog.status, 550);
	assert_string_equal(dialog.text,
		"5.4.5 Daily user sending limit exceeded. See https://support.example x-9");
}

static void a_reply_is_one_line_of_utf8_however_long_it_is(void **state)
{
	struct smtp_dialog dialog = {.stage = SMTP_RCPT};
	char line[2000];

	(void)state;
	received(&dialog, "550 caf\xe9 \x1b[31m\tx\r\n");
	assert_string_equal(dialog.text, "caf? ?[31m?x");
	memset(line, 'x', sizeof(line));
	memcpy(line, "550-", 4);
	for (int i = 0; i < 3; i++)
		smtp_dialog_received(&dialog, line, sizeof(line));
	assert_int_equal(strlen(dialog.text), SMTP_REPLY_SIZE - 1);
	received(&dialog, "");
	received(&dialog, "55");
	received(&dialog, "nonsense\r\n");
	assert_int_equal(dialog.status, 550);
	received(&dialog, "421");
	assert_int_equal(dialog.status, 421);
	assert_string_equal(dialog.text, "");
}

static void it_is_known_whether_credentials_were_sent(void **state)
{
	struct smtp_dialog dialog = {.stage = SMTP_EHLO};

	(void)state;
	sent(&dialog, "AUTH PLAIN\r\n");
	assert_false(dialog.credentials_sent);
	sent(&dialog, "AHNhbQBwYXNz\r\n");
	assert_true(dialog.credentials_sent);
	dialog = (struct smtp_dialog){.stage = SMTP_EHLO};
	sent(&dialog, "AUTH PLAIN AHNhbQBwYXNz\r\n");
	assert_true(dialog.credentials_sent);
}

static void the_address_of_the_recipient_is_hidden(void **state)
{
	struct smtp_dialog dialog = {.stage = SMTP_RCPT};

	(void)state;
	received(
		&dialog, "550 5.1.1 <Sam@Example.org>: sam@example.org unknown at example.ORG\r\n");
	smtp_dialog_hide(&dialog, "sam@example.org");
	assert_string_equal(dialog.text, "5.1.1 <...>: ... unknown at ...");
	smtp_dialog_hide(&dialog, "a@b");
	smtp_dialog_hide(&dialog, "...");
	assert_string_equal(dialog.text, "5.1.1 <...>: ... unknown at ...");
}

/* Otherwise a person could register with an address whose words stop the mail of all others. */
static void words_in_the_address_of_the_recipient_do_not_count(void **state)
{
	struct smtp_dialog dialog = {.stage = SMTP_RCPT};

	(void)state;
	received(&dialog, "550 <sender-limit@relay.example>: unknown user at relay.example\r\n");
	smtp_dialog_hide(&dialog, "sender-limit@relay.example");
	assert_int_equal(smtp_refusal_classify(&dialog), SMTP_REFUSED);
}

/* ---- results ----------------------------------------------------------------------------------- */

static void a_recipient_that_does_not_exist_is_refused(void **state)
{
	static const struct sample REPLIES[] = {
		{SMTP_RCPT, "550 5.1.1 no such mailbox"},
		{SMTP_RCPT, "550 5.1.1 <...>: Recipient address rejected: User unknown in relay "
			    "recipient table"},
		{SMTP_RCPT, "550-5.1.1 The email account that you tried to reach does not exist."},
		{SMTP_RCPT, "550 5.1.10 RESOLVER.ADR.RecipientNotFound"},
		{SMTP_RCPT, "550 5.1.2 <...>: Recipient address rejected: Domain not found"},
		{SMTP_RCPT, "556 5.1.10 recipient address has null MX"},
		{SMTP_RCPT, "550 5.2.1 The email account that you tried to reach is disabled"},
		{SMTP_RCPT, "550 5.4.1 Recipient address rejected: Access unavailable"},
		{SMTP_RCPT, "550 5.0.0 <...>... User unknown"},
		{SMTP_RCPT, "550 No such user here"},
		{SMTP_RCPT, "550 Unrouteable address"},
		{SMTP_RCPT, "551 user has moved"},
		{SMTP_RCPT, "553 mailbox name not allowed"},
		{SMTP_RCPT, "550"},
	};

	(void)state;
	assert_classified(REPLIES, UNIT_COUNT(REPLIES), SMTP_REFUSED);
}

static void a_limit_stops_all_mail_for_now(void **state)
{
	static const struct sample REPLIES[] = {
		{SMTP_RCPT, "550 5.4.5 Daily user sending limit exceeded"},
		{SMTP_DATA, "550 5.4.5 Daily user sending limit exceeded"},
		{SMTP_MAIL, "550 5.4.5 Daily user sending limit exceeded"},
		{SMTP_RCPT,
			"550 5.1.90 Your message is not sent because you have reached your daily "
			"limit for message recipients"},
		{SMTP_DATA, "554 5.7.0 Your message could not be sent. The limit on the number of "
			    "allowed outgoing messages was exceeded. Try again later."},
		{SMTP_RCPT, "554 5.7.1 Sending quota of this account reached"},
		{SMTP_RCPT, "550 Too many messages per hour"},
		{SMTP_RCPT, "450 4.7.1 <a@b.example>: Sender address rejected: rate exceeded"},
		{SMTP_DATA, "421 4.7.0 Try again later, closing connection"},
		{SMTP_RCPT, "451 4.7.500 Server busy"},
		{SMTP_MAIL, "451 4.7.1 unusual rate of mail from this host"},
		{SMTP_RCPT, "451 Please try again later"},
	};

	(void)state;
	assert_classified(REPLIES, UNIT_COUNT(REPLIES), SMTP_LIMITED);
}

static void a_refusal_of_the_client_or_the_sender_stops_all_mail(void **state)
{
	static const struct sample REPLIES[] = {
		{SMTP_CONNECT, "554 5.7.1 blocked, see https://postmaster.example"},
		{SMTP_CONNECT, "421 4.7.0 too many connections"},
		{SMTP_EHLO,
			"504 5.5.2 <web123>: Helo command rejected: need fully-qualified hostname"},
		{SMTP_STARTTLS, "454 4.7.0 TLS not available"},
		{SMTP_AUTH, "535 5.7.8 Error: authentication failed"},
		{SMTP_AUTH, "454 4.7.0 Too many login attempts, please try again later"},
		{SMTP_MAIL, "550 5.1.0 sender rejected"},
		{SMTP_MAIL,
			"553 5.7.1 <a@b.example>: Sender address rejected: not owned by user sam"},
		{SMTP_MAIL, "530 5.7.0 Must issue a STARTTLS command first"},
		{SMTP_MAIL, "452 4.3.1 insufficient system storage"},
		{SMTP_MAIL, "550 no"},
		{SMTP_RCPT,
			"504 5.5.2 <web123>: Helo command rejected: need fully-qualified hostname"},
		{SMTP_RCPT, "554 5.7.1 <...>: Relay access denied"},
		{SMTP_RCPT, "550 5.7.54 SMTP; cannot relay recipient in non-accepted domain"},
		{SMTP_RCPT,
			"553 sorry, that domain is not in my list of allowed rcpthosts (#5.7.1)"},
		{SMTP_RCPT,
			"554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using x"},
		{SMTP_RCPT, "550 5.1.8 <a@b.example>: Sender address rejected: Domain not found"},
		{SMTP_RCPT, "450 4.1.8 <a@b.example>: Sender address rejected: Domain not found"},
		{SMTP_RCPT,
			"553 5.7.1 <a@b.example>: Sender address rejected: not owned by user sam"},
		{SMTP_RCPT, "550 Sender verify failed"},
		{SMTP_RCPT, "530 5.7.1 Authentication required"},
		{SMTP_RCPT, "421 closing the connection"},
		{SMTP_DATA, "421 4.3.2 shutting down"},
	};

	(void)state;
	assert_classified(REPLIES, UNIT_COUNT(REPLIES), SMTP_UNAVAILABLE);
}

static void everything_else_is_tried_again(void **state)
{
	static const struct sample REPLIES[] = {
		{SMTP_RCPT, "451 4.2.1 mailbox not available now, try again later"},
		{SMTP_RCPT, "450 4.2.0 <...>: Recipient address rejected: Gr"
			    "eylisted"},
		{SMTP_RCPT, "451 4.7.1 graylisted, please come back later"},
		{SMTP_RCPT, "450 4.1.1 <...>: unverified address: try again later"},
		{SMTP_RCPT, "452 4.2.2 mailbox full"},
		{SMTP_RCPT, "552 5.2.2 The email account that you tried to reach is over quota"},
		{SMTP_RCPT, "552 requested action aborted: exceeded storage allocation"},
		{SMTP_RCPT, "550 mailbox full"},
		{SMTP_RCPT, "550 5.1.1 too many unknown recipients, try again later"},
		{SMTP_RCPT, "550 5.7.1 Access denied"},
		{SMTP_RCPT, "550 Administrative prohibition"},
		{SMTP_RCPT, "554 5.7.1 <...>: Recipient address rejected: Access denied"},
		{SMTP_RCPT, "550 5.4.4 no route"},
		{SMTP_RCPT, "554 transaction failed"},
		{SMTP_RCPT, "450"},
		{SMTP_DATA, "550 5.1.1 no such mailbox"},
		{SMTP_DATA, "554 5.7.1 rejected as spam"},
		{SMTP_DATA, "550 5.7.26 Unauthenticated email is not accepted: DMARC"},
		{SMTP_DATA, "451 4.3.0 temporary failure"},
		{SMTP_DATA, "554"},
	};

	(void)state;
	assert_classified(REPLIES, UNIT_COUNT(REPLIES), SMTP_LATER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_belongs_to_the_last_command),
		cmocka_unit_test(a_command_forgets_the_reply_before),
		cmocka_unit_test(the_lines_of_a_reply_are_joined),
		cmocka_unit_test(a_reply_is_one_line_of_utf8_however_long_it_is),
		cmocka_unit_test(it_is_known_whether_credentials_were_sent),
		cmocka_unit_test(the_address_of_the_recipient_is_hidden),
		cmocka_unit_test(words_in_the_address_of_the_recipient_do_not_count),
		cmocka_unit_test(a_recipient_that_does_not_exist_is_refused),
		cmocka_unit_test(a_limit_stops_all_mail_for_now),
		cmocka_unit_test(a_refusal_of_the_client_or_the_sender_stops_all_mail),
		cmocka_unit_test(everything_else_is_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
