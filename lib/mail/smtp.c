/*
 * libcurl speaks SMTP and TLS and puts the MIME parts together.
 */
#include "mail/smtp.h"

#include "core/authorities.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_SECONDS = 15, WHOLE_SECONDS = 60 };

struct smtp {
	const struct settings *settings;
	CURL *curl;
	bool sends_initial_response; /* AUTH with its credentials in one line */
	struct smtp_dialog dialog;   /* of the last transfer */
	char error[CURL_ERROR_SIZE];
};

struct smtp *smtp_open(const struct settings *settings)
{
	struct smtp *smtp = calloc(1, sizeof(*smtp));

	if (smtp == NULL)
		return NULL;
	smtp->settings = settings;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		smtp->curl = curl_easy_init();
	if (smtp->curl != NULL)
		return smtp;
	free(smtp);
	return NULL;
}

void smtp_close(struct smtp *smtp)
{
	if (smtp == NULL)
		return;
	curl_easy_cleanup(smtp->curl);
	curl_global_cleanup();
	free(smtp);
}

/* ---- the server -------------------------------------------------------------------------------- */

/* The host as it stands in a URL. An IPv6 address may have a zone ("fe80::1%eth0"). */
static char *url_host(struct arena *arena, const char *host)
{
	const char *zone = strchr(host, '%');

	if (strchr(host, ':') == NULL)
		return arena_copy(arena, host, strlen(host));
	if (zone == NULL)
		return arena_printf(arena, "[%s]", host);
	return arena_printf(arena, "[%.*s%%25%s]", (int)(zone - host), host, zone + 1);
}

/* libcurl takes the name for EHLO from the path. */
static char *server_url(const struct settings *settings, struct arena *arena)
{
	const char *host = url_host(arena, settings->mail_server.host);

	if (host == NULL)
		return NULL;
	return arena_printf(arena, "%s://%s:%d/%s",
		settings->mail_tls == SETTINGS_TLS_IMPLICIT ? "smtps" : "smtp", host,
		settings->mail_server.port, settings->ehlo_name);
}

static int follow_dialog(CURL *curl, curl_infotype type, char *line, size_t length, void *context)
{
	(void)curl;
	if (type == CURLINFO_HEADER_OUT)
		smtp_dialog_sent(context, line, length);
	else if (type == CURLINFO_HEADER_IN)
		smtp_dialog_received(context, line, length);
	return 0;
}

static void set_security(struct smtp *smtp)
{
	const struct settings *settings = smtp->settings;
	const char *authorities =
		*settings->mail_ca_file != '\0' ? settings->mail_ca_file : authorities_file();

	curl_easy_setopt(smtp->curl, CURLOPT_USE_SSL,
		settings->mail_tls == SETTINGS_TLS_OFF ? CURLUSESSL_NONE : CURLUSESSL_ALL);
	if (authorities != NULL)
		curl_easy_setopt(smtp->curl, CURLOPT_CAINFO, authorities);
	if (settings->mail_server.user != NULL)
		curl_easy_setopt(smtp->curl, CURLOPT_USERNAME, settings->mail_server.user);
	if (settings->mail_server.password != NULL)
		curl_easy_setopt(smtp->curl, CURLOPT_PASSWORD, settings->mail_server.password);
	curl_easy_setopt(smtp->curl, CURLOPT_SASL_IR, (long)smtp->sends_initial_response);
}

/* Set everything except the message: the server, the credentials, and TLS. */
static bool set_server(struct smtp *smtp, struct arena *arena)
{
	char *url = server_url(smtp->settings, arena);

	if (url == NULL)
		return false;
	curl_easy_reset(smtp->curl); /* keeps the connection */
	*smtp->error = '\0';
	smtp->dialog = (struct smtp_dialog){.stage = SMTP_CONNECT};
	curl_easy_setopt(smtp->curl, CURLOPT_URL, url);
	set_security(smtp);
	curl_easy_setopt(smtp->curl, CURLOPT_PROXY, ""); /* whatever the environment says */
	curl_easy_setopt(smtp->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(smtp->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(smtp->curl, CURLOPT_TIMEOUT, (long)WHOLE_SECONDS);
	curl_easy_setopt(smtp->curl, CURLOPT_ERRORBUFFER, smtp->error);
	curl_easy_setopt(smtp->curl, CURLOPT_VERBOSE, 1L); /* for follow_dialog() */
	curl_easy_setopt(smtp->curl, CURLOPT_DEBUGFUNCTION, follow_dialog);
	curl_easy_setopt(smtp->curl, CURLOPT_DEBUGDATA, &smtp->dialog);
	return true;
}

/* ---- failures ---------------------------------------------------------------------------------- */

static bool is_of_tls(CURLcode code)
{
	return code == CURLE_USE_SSL_FAILED || code == CURLE_SSL_CONNECT_ERROR ||
	       code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
	       code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CIPHER;
}

static bool is_reply_a_refusal(const struct smtp_dialog *dialog)
{
	return dialog->status >= 400;
}

/* What failed, if the server has not replied with a refusal. */
static const char *describe_failure(const struct smtp_dialog *dialog, CURLcode code)
{
	if (is_of_tls(code))
		return "could not secure the connection to the mail server (check EMAIL_CA_FILE, and "
		       "tls or ssl in EMAIL_URL)";
	if (code == CURLE_LOGIN_DENIED)
		return "could not log in to the mail server (check EMAIL_URL)";
	if (dialog->stage == SMTP_CONNECT && dialog->status == 0)
		return "could not connect to the mail server (check EMAIL_URL)";
	return "the connection to the mail server failed";
}

static const char *describe_refusal(const struct smtp_dialog *dialog, enum smtp_result result)
{
	static const char *const REFUSED[SMTP_STAGE_COUNT] = {
		[SMTP_CONNECT] = "the mail server rejects the connection",
		[SMTP_EHLO] = "the mail server rejects the name of this host (check "
			      "EMAIL_EHLO_NAME)",
		[SMTP_STARTTLS] = "the mail server rejects STARTTLS (check tls in EMAIL_URL)",
		[SMTP_AUTH] = "the mail server rejects the login (check user and password in "
			      "EMAIL_URL)",
		[SMTP_MAIL] = "the mail server rejects the sender (check SENDER_EMAIL)",
		[SMTP_RCPT] = "the mail server rejects the recipient",
		[SMTP_DATA] = "the mail server rejects the message",
	};

	if (result == SMTP_LIMITED)
		return "the mail server limits what it accepts";
	if (result == SMTP_UNAVAILABLE && dialog->stage >= SMTP_RCPT)
		return "the mail server rejects the client (check EMAIL_URL, SENDER_EMAIL and "
		       "EMAIL_EHLO_NAME)";
	return REFUSED[dialog->stage];
}

/* What the error means for this message and for the next ones. */
static enum smtp_result classify(struct smtp *smtp, CURLcode code, char reason[SMTP_REASON_SIZE])
{
	const struct smtp_dialog *dialog = &smtp->dialog;
	enum smtp_result result;

	if (is_reply_a_refusal(dialog) && !is_of_tls(code)) {
		result = smtp_refusal_classify(dialog);
		snprintf(reason, SMTP_REASON_SIZE, "%s: %d %s", describe_refusal(dialog, result),
			dialog->status, dialog->text);
		return result;
	}
	snprintf(reason, SMTP_REASON_SIZE, "%s: %s", describe_failure(dialog, code),
		*smtp->error != '\0' ? smtp->error : curl_easy_strerror(code));
	/* a server that closes the connection or answers nonsense may do so because of this message */
	if (dialog->stage >= SMTP_RCPT && code != CURLE_OPERATION_TIMEDOUT)
		return SMTP_LATER;
	return SMTP_UNAVAILABLE;
}

/*
 * Some servers accept the credentials only in the line of AUTH and refuse it without; some old ones accept them only
 * after it. Only an AUTH without credentials is repeated: a second wrong password could lock the account.
 */
static bool wants_initial_response(const struct smtp *smtp)
{
	return smtp->dialog.stage == SMTP_AUTH && is_reply_a_refusal(&smtp->dialog) &&
	       !smtp->dialog.credentials_sent && !smtp->sends_initial_response;
}

static CURLcode perform(struct smtp *smtp)
{
	CURLcode code = curl_easy_perform(smtp->curl);

	if (code == CURLE_OK || !wants_initial_response(smtp))
		return code;
	smtp->sends_initial_response = true;
	curl_easy_setopt(smtp->curl, CURLOPT_SASL_IR, 1L);
	*smtp->error = '\0';
	smtp->dialog = (struct smtp_dialog){.stage = SMTP_CONNECT};
	return curl_easy_perform(smtp->curl);
}

/* ---- messages ---------------------------------------------------------------------------------- */

static bool add_part(curl_mime *mime, struct arena *arena, const char *text, const char *type)
{
	curl_mimepart *part = curl_mime_addpart(mime);
	const char *lines = message_wire_text(arena, text);
	const char *encoder = message_is_seven_bit(text) ? "7bit" : "quoted-printable";

	return part != NULL && lines != NULL &&
	       curl_mime_data(part, lines, CURL_ZERO_TERMINATED) == CURLE_OK &&
	       curl_mime_type(part, type) == CURLE_OK &&
	       curl_mime_encoder(part, encoder) == CURLE_OK;
}

/* The two parts of a multipart/alternative, the plain text first (RFC 2046 §5.1.4); the header list
 * names the type. */
static curl_mime *build_mime(struct smtp *smtp, struct arena *arena, const struct message *message)
{
	curl_mime *mime = curl_mime_init(smtp->curl);

	if (mime != NULL && add_part(mime, arena, message->plain, "text/plain; charset=utf-8") &&
		add_part(mime, arena, message->html, "text/html; charset=utf-8"))
		return mime;
	curl_mime_free(mime);
	return NULL;
}

static bool append(struct curl_slist **list, const char *text)
{
	struct curl_slist *longer = curl_slist_append(*list, text);

	if (longer == NULL)
		return false;
	*list = longer;
	return true;
}

static CURLcode transfer(
	struct smtp *smtp, struct arena *arena, const struct message *message, char *const *headers)
{
	struct curl_slist *header_list = NULL, *recipients = NULL;
	curl_mime *mime = build_mime(smtp, arena, message);
	CURLcode code = CURLE_OUT_OF_MEMORY;
	bool built = mime != NULL && append(&recipients, message->to);

	for (; built && *headers != NULL; headers++)
		built = append(&header_list, *headers);
	if (built) {
		curl_easy_setopt(smtp->curl, CURLOPT_MAIL_FROM, message->from);
		curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, recipients);
		curl_easy_setopt(smtp->curl, CURLOPT_HTTPHEADER, header_list);
		curl_easy_setopt(smtp->curl, CURLOPT_MIMEPOST, mime);
		code = perform(smtp);
	}
	curl_mime_free(mime);
	curl_slist_free_all(header_list);
	curl_slist_free_all(recipients);
	return code;
}

enum smtp_result smtp_send(struct smtp *smtp, struct arena *arena, const struct message *message,
	char reason[SMTP_REASON_SIZE])
{
	char *headers[MESSAGE_HEADERS];
	CURLcode code;

	if (!message_headers(arena, message, headers)) {
		snprintf(reason, SMTP_REASON_SIZE,
			"the address or the subject is not allowed in a header");
		return SMTP_REFUSED;
	}
	if (!set_server(smtp, arena)) {
		snprintf(reason, SMTP_REASON_SIZE, "out of memory");
		return SMTP_LATER;
	}
	code = transfer(smtp, arena, message, headers);
	smtp_dialog_hide(&smtp->dialog, message->to);
	return code == CURLE_OK ? SMTP_SENT : classify(smtp, code, reason);
}

/* ---- a check ----------------------------------------------------------------------------------- */

/* One command, after connecting if there is no connection; without a recipient and a body, libcurl sends no other. */
static bool command(struct smtp *smtp, struct arena *arena, const char *text,
	char reason[SMTP_REASON_SIZE], enum smtp_result *result)
{
	CURLcode code;

	if (text == NULL || !set_server(smtp, arena)) {
		snprintf(reason, SMTP_REASON_SIZE, "out of memory");
		*result = SMTP_UNAVAILABLE;
		return false;
	}
	curl_easy_setopt(smtp->curl, CURLOPT_CUSTOMREQUEST, text);
	curl_easy_setopt(smtp->curl, CURLOPT_NOBODY, 1L);
	code = perform(smtp);
	if (code == CURLE_OK && !is_reply_a_refusal(&smtp->dialog))
		return true;
	*result = classify(smtp, code, reason);
	return false;
}

/*
 * Servers often refuse a client, its name or its sender only at RCPT TO. It is not an error if the sender's own mailbox
 * does not exist or is not available now.
 */
bool smtp_check(struct smtp *smtp, struct arena *arena, char reason[SMTP_REASON_SIZE])
{
	const char *sender = smtp->settings->sender;
	enum smtp_result result = SMTP_SENT;

	if (*sender == '\0')
		return command(smtp, arena, "NOOP", reason, &result);
	return command(smtp, arena, arena_printf(arena, "MAIL FROM:<%s>", sender), reason,
		       &result) &&
	       (command(smtp, arena, arena_printf(arena, "RCPT TO:<%s>", sender), reason,
			&result) ||
		       result == SMTP_REFUSED || result == SMTP_LATER);
}
