/*
 * libcurl speaks SMTP and TLS and puts the MIME parts together.
 */
#include "mail/smtp.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_SECONDS = 15, WHOLE_SECONDS = 60 };

struct smtp {
	const struct settings *settings;
	CURL *curl;
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

/* Everything but the message: where to, as whom, how safely. */
static bool set_server(struct smtp *smtp, struct arena *arena)
{
	const struct settings *settings = smtp->settings;
	const struct url *server = &settings->mail_server;
	bool ipv6 = strchr(server->host, ':') != NULL;
	char *url = arena_printf(arena, "%s://%s%s%s:%d/",
		settings->mail_tls == SETTINGS_TLS_IMPLICIT ? "smtps" : "smtp", ipv6 ? "[" : "",
		server->host, ipv6 ? "]" : "", server->port);

	if (url == NULL)
		return false;
	curl_easy_reset(smtp->curl); /* keeps the connection */
	*smtp->error = '\0';
	curl_easy_setopt(smtp->curl, CURLOPT_URL, url);
	curl_easy_setopt(smtp->curl, CURLOPT_USE_SSL,
		settings->mail_tls == SETTINGS_TLS_OFF ? CURLUSESSL_NONE : CURLUSESSL_ALL);
	if (settings->mail_ca_file != NULL)
		curl_easy_setopt(smtp->curl, CURLOPT_CAINFO, settings->mail_ca_file);
	if (server->user != NULL)
		curl_easy_setopt(smtp->curl, CURLOPT_USERNAME, server->user);
	if (server->password != NULL)
		curl_easy_setopt(smtp->curl, CURLOPT_PASSWORD, server->password);
	curl_easy_setopt(smtp->curl, CURLOPT_PROXY, ""); /* whatever the environment says */
	curl_easy_setopt(smtp->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(smtp->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(smtp->curl, CURLOPT_TIMEOUT, (long)WHOLE_SECONDS);
	curl_easy_setopt(smtp->curl, CURLOPT_ERRORBUFFER, smtp->error);
	return true;
}

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

/* What the error means for this message and for the next ones. */
static enum smtp_result judge(struct smtp *smtp, CURLcode code, char reason[SMTP_REASON_SIZE])
{
	long status = 0;

	curl_easy_getinfo(smtp->curl, CURLINFO_RESPONSE_CODE, &status);
	snprintf(reason, SMTP_REASON_SIZE, "%s",
		*smtp->error != '\0' ? smtp->error : curl_easy_strerror(code));
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_LOGIN_DENIED:
	case CURLE_WEIRD_SERVER_REPLY:
		return SMTP_UNREACHABLE;
	default:
		break;
	}
	/* 530 to 538 speak of the log-in, 500 to 504 of the protocol: neither is about this message */
	if (status >= 550 && status <= 599)
		return SMTP_REFUSED;
	return status >= 500 ? SMTP_UNREACHABLE : SMTP_LATER;
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
		code = curl_easy_perform(smtp->curl);
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
			"the address or the subject cannot stand in a header");
		return SMTP_REFUSED;
	}
	if (!set_server(smtp, arena)) {
		snprintf(reason, SMTP_REASON_SIZE, "out of memory");
		return SMTP_LATER;
	}
	code = transfer(smtp, arena, message, headers);
	return code == CURLE_OK ? SMTP_SENT : judge(smtp, code, reason);
}

bool smtp_check(struct smtp *smtp, struct arena *arena, char reason[SMTP_REASON_SIZE])
{
	CURLcode code;

	if (!set_server(smtp, arena)) {
		snprintf(reason, SMTP_REASON_SIZE, "out of memory");
		return false;
	}
	/* without a recipient and a body, the request is one command after the log-in */
	curl_easy_setopt(smtp->curl, CURLOPT_CUSTOMREQUEST, "NOOP");
	curl_easy_setopt(smtp->curl, CURLOPT_NOBODY, 1L);
	code = curl_easy_perform(smtp->curl);
	if (code != CURLE_OK)
		judge(smtp, code, reason);
	return code == CURLE_OK;
}
