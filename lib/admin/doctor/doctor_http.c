/*
 * One request after another, through libcurl. No secret is sent. The certificate is not verified: a host may keep its
 * certificates anywhere, and whether a browser trusts the site is not checked here.
 */
#include "admin/doctor/doctor_http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

enum { MAX_PAGE = 64 * 1024, TIMEOUT_SECONDS = 30 };

static const char UNKNOWN_TOKEN[] = "Authorization: Bearer of.no.user";

struct page {
	long status; /* 0: the server was not reached, and `body` is the reason */
	size_t length;
	char body[MAX_PAGE + 1];
};

struct site {
	struct doctor *doctor;
	CURL *curl;
	const char *url; /* without a trailing slash */
	struct page page;
};

/* ---- requests ---------------------------------------------------------------------------------- */

/* Keep the start of the body; discard what does not fit. */
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

static void set_options(struct site *site, const char *method, const char *url)
{
	CURL *curl = site->curl;

	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &site->page);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TIMEOUT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	if (strcmp(method, "HEAD") == 0)
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	else if (strcmp(method, "GET") != 0)
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	if (strcmp(method, "POST") == 0 || strcmp(method, "PATCH") == 0)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "{}");
}

/* Send a request with these headers, unless they are NULL. */
static const struct page *request_with(struct site *site, const char *method, const char *path,
	const char *header, const char *other_header)
{
	const char *url = arena_printf(site->doctor->arena, "%s%s", site->url, path);
	char reason[CURL_ERROR_SIZE] = "";
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	struct page *page = &site->page;
	CURLcode code;

	if (header != NULL)
		headers = curl_slist_append(headers, header);
	if (other_header != NULL)
		headers = curl_slist_append(headers, other_header);
	page->status = 0;
	page->length = 0;
	set_options(site, method, url == NULL ? "" : url);
	curl_easy_setopt(site->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(site->curl, CURLOPT_ERRORBUFFER, reason);
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

static const struct page *request(
	struct site *site, const char *method, const char *path, const char *header)
{
	return request_with(site, method, path, header, NULL);
}

static bool says(const struct page *page, long status, const char *text)
{
	return page->status == status && strstr(page->body, text) != NULL;
}

/* ---- checks ------------------------------------------------------------------------------------ */

/* Why GET /api/ping does not work, and how to fix it, by the reply. */
static const char *ping_hint(const struct page *page)
{
	if (page->status >= 300 && page->status < 400)
		return "it redirects: give the URL that it redirects to";
	if (says(page, 500, "\"status\":\"error\""))
		return "the program does not start or has no settings: check its permissions (700 or "
		       "755), fitgate.path, the owner of fitgate.conf, and the host's error log";
	if (page->status == 500)
		return "the web server fails: check its error log; if that says that an option is "
		       "not allowed here, delete that line of .htaccess";
	if (page->status == 403)
		return "access is forbidden: check the programs' permissions (700 or 755), and "
		       "whether CGI is on";
	return "the API is not there: check that .htaccess was uploaded, and that the host has "
	       "mod_rewrite and CGI";
}

static bool check_ping(struct site *site)
{
	const struct page *page = request(site, "GET", "/api/ping", NULL);

	if (page->status == 0)
		doctor_fail(site->doctor, "site",
			"could not reach %s: %.200s: check the URL and the web server", site->url,
			page->body);
	else if (!says(page, 200, "\"pong!\""))
		doctor_fail(site->doctor, "site", "%s/api/ping returns %ld: %s", site->url,
			page->status, ping_hint(page));
	else
		doctor_ok(site->doctor, "site", "%s replies", site->url);
	return says(page, 200, "\"pong!\"");
}

static void check_paths(struct site *site)
{
	if (says(request(site, "GET", "/api/doctor", NULL), 404, "\"status\":\"not found\"") &&
		says(request(site, "GET", "/api/auth/profile", NULL), 401,
			"provide a valid auth token") &&
		says(request(site, "GET", "/api/auth/login", NULL), 405, "\"status\":\"error\""))
		doctor_ok(site->doctor, "site paths",
			"paths reach the API, and its error replies reach the client");
	else
		doctor_fail(site->doctor, "site paths",
			"a reply (%ld) is not from the API: check that the web server passes paths on "
			"unchanged and does not replace error replies by its own pages",
			site->page.status);
}

/* A token of no user is reported as invalid if it arrives, and as missing if it does not. */
static void check_authorization(struct site *site)
{
	const struct page *page = request(site, "GET", "/api/auth/profile", UNKNOWN_TOKEN);

	if (says(page, 401, "invalid_token"))
		doctor_ok(site->doctor, "site authorization", "the header arrives");
	else
		doctor_fail(site->doctor, "site authorization",
			"the web server removes the Authorization header, or replies itself (%ld): "
			"see CGIPassAuth and RewriteRule in .htaccess",
			page->status);
}

/* Without a token, or with one of no user, the API rejects all but HEAD and OPTIONS before it does anything. */
static const struct method_probe {
	const char *method, *path;
	long status;
	const char *text;
} METHODS[] = {
	{"HEAD", "/api/ping", 200, ""},
	{"POST", "/api/auth/login", 400, "\"status\":\"error\""},
	{"PATCH", "/api/auth/profile/edit/account", 401, "provide a valid auth token"},
	{"DELETE", "/api/auth/profile/reset/sports/1", 401, "provide a valid auth token"},
	{"OPTIONS", "/api/auth/login", 200, ""},
};

/*
 * Whether a POST that replaces PATCH or DELETE reaches the program: by a header, or by the end of its path
 * (contract §2.1).
 */
static bool can_override(struct site *site, bool by_path)
{
	for (size_t i = 0; i < sizeof(METHODS) / sizeof(*METHODS); i++) {
		const struct method_probe *probe = &METHODS[i];
		const char *path = probe->path, *header = NULL;

		if (probe->status != 401)
			continue;
		if (by_path)
			path = arena_printf(site->doctor->arena, "%s/%s", path,
				strcmp(probe->method, "PATCH") == 0 ? "patch" : "delete");
		else
			header = arena_printf(
				site->doctor->arena, "X-HTTP-Method-Override: %s", probe->method);
		if (path == NULL || !says(request_with(site, "POST", path, UNKNOWN_TOKEN, header),
					    401, "invalid_token"))
			return false;
	}
	return true;
}

/* What clients can do while PATCH or DELETE is rejected. */
static const char *way_around(struct site *site)
{
	if (can_override(site, false))
		return "until then, clients can send POST with the header X-HTTP-Method-Override";
	if (can_override(site, true))
		return "until then, clients can send POST to the path with /patch or /delete at its "
		       "end, as the client fitgate does; the header X-HTTP-Method-Override is "
		       "rejected or removed, too";
	return "POST with X-HTTP-Method-Override, or to the path with /patch or /delete at its end, "
	       "is rejected, too";
}

static void check_methods(struct site *site)
{
	const char *rejected = "";
	bool can_help = false;

	for (size_t i = 0; i < sizeof(METHODS) / sizeof(*METHODS) && rejected != NULL; i++) {
		const struct method_probe *probe = &METHODS[i];
		const struct page *page = request(site, probe->method, probe->path, NULL);

		if (says(page, probe->status, probe->text))
			continue;
		rejected = arena_printf(site->doctor->arena, "%s%s%s %s returns %ld", rejected,
			*rejected == '\0' ? "" : ", ", probe->method, probe->path, page->status);
		can_help = can_help || probe->status == 401;
	}
	if (rejected == NULL)
		doctor_fail(site->doctor, "site methods", "out of memory");
	else if (*rejected == '\0')
		doctor_ok(site->doctor, "site methods",
			"GET, HEAD, POST, PATCH, DELETE and OPTIONS arrive");
	else
		doctor_fail(site->doctor, "site methods",
			"%s, not from the API: the web server or a firewall before it (WAF, "
			"ModSecurity) rejects these methods: allow them, or ask the host to%s%s",
			rejected, can_help ? "; " : "", can_help ? way_around(site) : "");
}

/* ---- privacy ----------------------------------------------------------------------------------- */

static bool is_public(struct site *site, const char *path, const char *text)
{
	const struct page *page = request(site, "GET", path, NULL);

	return page->status == 200 && memmem(page->body, page->length, text, strlen(text)) != NULL;
}

/* The path of the file below any directory that could be the site's: "/fitgate.conf", "/fitgate/fitgate.conf" and so
 * on. NULL: none of them is public. */
static const char *find_public_file(struct site *site, const char *file)
{
	for (const char *slash = file + strlen(file); slash > file;) {
		do
			slash--;
		while (slash > file && *slash != '/');
		if (*slash == '/' && is_public(site, slash, "DATABASE_URL"))
			return slash;
	}
	return NULL;
}

static const char *find_public_settings(struct site *site)
{
	char *files = arena_copy(site->doctor->arena, site->doctor->settings.file,
		strlen(site->doctor->settings.file));
	const char *path = NULL;

	for (char *file; path == NULL && (file = strsep(&files, ":")) != NULL;)
		path = find_public_file(site, file);
	return path;
}

/* The usual places of the private directory, if it was uploaded below the site's directory by mistake. */
static const char *find_public_directory(struct site *site)
{
	static const struct {
		const char *path, *text;
	} PLACES[] = {
		{"/fitgate/fitgate.conf", "DATABASE_URL"},
		{"/fitgate/fitgate.conf~", "DATABASE_URL"},
		{"/fitgate/fitgate.conf.example", "DATABASE_URL"},
		{"/fitgate.conf", "DATABASE_URL"},
		{"/private/fitgate.conf", "DATABASE_URL"},
		{"/fitgate/admin", "\177ELF"},
		{"/fitgate/worker", "\177ELF"},
	};

	for (size_t i = 0; i < sizeof(PLACES) / sizeof(*PLACES); i++)
		if (is_public(site, PLACES[i].path, PLACES[i].text))
			return PLACES[i].path;
	return NULL;
}

static void check_privacy(struct site *site)
{
	static const char CHECK[] = "site privacy";
	const char *path = find_public_settings(site);

	if (path != NULL) {
		doctor_fail(site->doctor, CHECK,
			"the settings are public at %s%s: move them out of the site's directory, and "
			"change every secret in them",
			site->url, path);
		return;
	}
	path = find_public_directory(site);
	if (path != NULL)
		doctor_fail(site->doctor, CHECK,
			"the private directory is public at %s%s: move it out of the site's "
			"directory, and change every secret in its fitgate.conf",
			site->url, path);
	else if (site->page.status != 0) /* no reply proves nothing */
		doctor_ok(site->doctor, CHECK, "the settings have no URL");
}

/* ---- all of them ------------------------------------------------------------------------------- */

static void check_all(struct site *site)
{
	if (check_ping(site)) {
		check_paths(site);
		check_authorization(site);
		check_methods(site);
	}
	check_privacy(site);
}

void doctor_check_site(struct doctor *doctor, const char *url)
{
	struct site site = {.doctor = doctor};
	size_t length = strlen(url);

	while (length > 0 && url[length - 1] == '/')
		length--;
	site.url = arena_copy(doctor->arena, url, length);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		site.curl = curl_easy_init();
	if (site.curl == NULL || site.url == NULL)
		doctor_fail(doctor, "site", "could not set up libcurl");
	else
		check_all(&site);
	curl_easy_cleanup(site.curl);
	curl_global_cleanup();
}
