/*
 * One GET after another, through libcurl. Nothing that is secret is sent, and whether a browser would trust the
 * certificate is not what is asked: it is not checked, since a host may keep its certificates anywhere.
 */
#include "operator/website.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

enum { MAX_PAGE = 64 * 1024, SECONDS = 30 };

struct page {
	long status; /* 0: the server cannot be reached, and `body` says why */
	size_t length;
	char body[MAX_PAGE + 1];
};

struct site {
	struct examination *examination;
	CURL *curl;
	const char *url; /* without a slash at its end */
	struct page page;
};

/* What does not fit is not looked at. */
static size_t keep(char *bytes, size_t size, size_t count, void *state)
{
	struct page *page = state;
	size_t length = size * count, room = MAX_PAGE - page->length;

	if (length < room)
		room = length;
	memcpy(page->body + page->length, bytes, room);
	page->length += room;
	return length;
}

static const struct page *get(struct site *site, const char *path, const char *authorization)
{
	const char *url = arena_printf(site->examination->arena, "%s%s", site->url, path);
	char reason[CURL_ERROR_SIZE] = "";
	struct curl_slist *headers =
		authorization == NULL ? NULL : curl_slist_append(NULL, authorization);
	struct page *page = &site->page;
	CURLcode code;

	page->status = 0;
	page->length = 0;
	curl_easy_reset(site->curl);
	curl_easy_setopt(site->curl, CURLOPT_URL, url == NULL ? "" : url);
	curl_easy_setopt(site->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(site->curl, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(site->curl, CURLOPT_WRITEDATA, page);
	curl_easy_setopt(site->curl, CURLOPT_ERRORBUFFER, reason);
	curl_easy_setopt(site->curl, CURLOPT_TIMEOUT, (long)SECONDS);
	curl_easy_setopt(site->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(site->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(site->curl, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(site->curl, CURLOPT_SSL_VERIFYHOST, 0L);
	code = curl_easy_perform(site->curl);
	curl_slist_free_all(headers);
	if (code == CURLE_OK)
		curl_easy_getinfo(site->curl, CURLINFO_RESPONSE_CODE, &page->status);
	else
		page->length = (size_t)snprintf(page->body, sizeof(page->body), "%s",
			*reason == '\0' ? curl_easy_strerror(code) : reason);
	page->body[page->length] = '\0';
	return page;
}

static bool says(const struct page *page, long status, const char *text)
{
	return page->status == status && strstr(page->body, text) != NULL;
}

/* What keeps GET ping from being answered, by what came instead. */
static const char *cure(const struct page *page)
{
	if (page->status >= 300 && page->status < 400)
		return "it redirects: give the URL that it leads to";
	if (says(page, 500, "\"status\":\"error\""))
		return "the program does not start or has no settings: its rights (700 or 755), "
		       "fitgate.path, the owner of fitgate.conf; the host's error log says more";
	if (page->status == 500)
		return "the web server fails: its error log says why; where it says that an option "
		       "is not allowed here, delete that line of .htaccess";
	if (page->status == 403)
		return "it is forbidden: the programs' rights (700 or 755), or CGI is off";
	return "the API is not there: was .htaccess uploaded, and does the host have mod_rewrite "
	       "and CGI?";
}

static bool examine_ping(struct site *site)
{
	const struct page *page = get(site, "/api/ping", NULL);

	if (page->status == 0)
		examination_wrong(site->examination, "site", "%s cannot be reached: %.200s",
			site->url, page->body);
	else if (!says(page, 200, "\"pong!\""))
		examination_wrong(site->examination, "site", "%s/api/ping answers %ld: %s",
			site->url, page->status, cure(page));
	else
		examination_ok(site->examination, "site", "%s answers", site->url);
	return says(page, 200, "\"pong!\"");
}

static void examine_paths(struct site *site)
{
	if (says(get(site, "/api/doctor", NULL), 404, "\"status\":\"not found\"") &&
		says(get(site, "/api/auth/profile", NULL), 401, "provide a valid auth token") &&
		says(get(site, "/api/auth/login", NULL), 405, "\"status\":\"error\""))
		examination_ok(
			site->examination, "site paths", "they arrive, and so do our own errors");
	else
		examination_wrong(site->examination, "site paths",
			"an answer is not the API's (%ld): the web server hands on another path, "
			"or replaces answers by pages of its own",
			site->page.status);
}

/* A token that nobody has is a bad one where it arrives, and none where it does not. */
static void examine_authorization(struct site *site)
{
	const struct page *page =
		get(site, "/api/auth/profile", "Authorization: Bearer of.nobody.here");

	if (says(page, 401, "invalid_token"))
		examination_ok(site->examination, "site authorization", "the header arrives");
	else
		examination_wrong(site->examination, "site authorization",
			"the web server keeps the Authorization header (or answers itself: %ld): "
			"see CGIPassAuth and RewriteRule in .htaccess",
			page->status);
}

/* Wherever the settings file may lie below the site: /fitgate.conf, /fitgate/fitgate.conf ... */
static void examine_privacy(struct site *site)
{
	const char *file = site->examination->settings.file;

	for (const char *slash = file + strlen(file); slash > file;) {
		do
			slash--;
		while (slash > file && *slash != '/');
		if (*slash != '/' || get(site, slash, NULL)->status != 200 ||
			strstr(site->page.body, "DATABASE_URL") == NULL)
			continue;
		examination_wrong(site->examination, "site privacy",
			"everybody can read the settings at %s%s: move them to where no URL leads, "
			"and change every secret in them",
			site->url, slash);
		return;
	}
	if (site->page.status == 0)
		return; /* no answer proves nothing */
	examination_ok(
		site->examination, "site privacy", "no URL of the site leads to the settings");
}

void examine_website(struct examination *examination, const char *url)
{
	struct site site = {.examination = examination};
	size_t length = strlen(url);

	while (length > 0 && url[length - 1] == '/')
		length--;
	site.url = arena_copy(examination->arena, url, length);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		site.curl = curl_easy_init();
	if (site.curl == NULL || site.url == NULL) {
		examination_wrong(examination, "site", "libcurl cannot be set up");
	} else {
		if (examine_ping(&site)) {
			examine_paths(&site);
			examine_authorization(&site);
		}
		examine_privacy(&site);
	}
	curl_easy_cleanup(site.curl);
	curl_global_cleanup();
}
