/*
 * The checks of everything but the database, and the order of all.
 */
#include "operator/doctor.h"

#include "account/password.h"
#include "core/log.h"
#include "mail/smtp.h"
#include "operator/examination.h"
#include "operator/website.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_LENGTH = 32 };

/* What is missing is told; with fewer needs, the rest may still be looked at. */
static bool examine_settings(struct examination *examination)
{
	static const unsigned NEEDS[] = {
		SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET | SETTINGS_NEED_MAIL,
		SETTINGS_NEED_DATABASE};
	char error[512];

	if (settings_load(&examination->settings, examination->arena, "admin", NEEDS[0], error,
		    sizeof(error))) {
		examination_ok(examination, "settings", "readable and complete%s%s",
			*examination->settings.file == '\0' ? "" : ": ",
			examination->settings.file);
		return true;
	}
	examination_wrong(examination, "settings", "%s", error);
	return settings_load(&examination->settings, examination->arena, "admin", NEEDS[1], error,
		sizeof(error));
}

static void examine_secret(struct examination *examination)
{
	size_t length = strlen(examination->settings.secret_key);

	if (length >= SECRET_LENGTH)
		examination_ok(examination, "secret", "APP_SECRET_KEY has %zu characters", length);
	else
		examination_wrong(examination, "secret",
			"APP_SECRET_KEY has %zu characters: give it %d random ones or more", length,
			SECRET_LENGTH);
}

static void examine_password_hash(struct examination *examination)
{
	static const char PASSWORD[] = "a password that nobody has";
	char hash[PASSWORD_HASH_SIZE];
	int64_t start = clock_monotonic();

	if (!password_hash(&examination->settings, PASSWORD, hash)) {
		examination_wrong(examination, "password hash",
			"the C library refuses PASSWORD_HASH: $y$7 is good on every current system");
		return;
	}
	examination_ok(examination, "password hash", "takes %lld ms",
		(long long)(clock_monotonic() - start) / 1000);
}

/* A file is made and removed: rights alone do not tell of a file system that is full or read-only. */
static bool can_write(const char *folder)
{
	char path[4096];
	int length = snprintf(path, sizeof(path), "%s/.fitgate-doctor-XXXXXX", folder), fd;

	if (length < 0 || (size_t)length >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	fd = mkstemp(path);
	if (fd < 0)
		return false;
	close(fd);
	return unlink(path) == 0;
}

static void examine_upload_folder(struct examination *examination)
{
	const char *folder = examination->settings.upload_folder;
	struct stat status;

	if (*folder == '\0')
		examination_wrong(examination, "upload folder",
			"UPLOAD_FOLDER is empty: name a folder for pictures and exports");
	else if (stat(folder, &status) != 0)
		examination_wrong(examination, "upload folder",
			"%s: %s: make it, for the account that serves", folder, strerror(errno));
	else if (!S_ISDIR(status.st_mode))
		examination_wrong(
			examination, "upload folder", "%s is no folder: see UPLOAD_FOLDER", folder);
	else if ((status.st_mode & S_IRWXO) != 0)
		examination_wrong(examination, "upload folder",
			"%s is open to everybody: chmod o= %s", folder, folder);
	else if (!can_write(folder))
		examination_wrong(examination, "upload folder",
			"%s: %s: the account that serves must own it", folder, strerror(errno));
	else
		examination_ok(examination, "upload folder", "%s", folder);
}

static void examine_mail(struct examination *examination)
{
	const struct settings *settings = &examination->settings;
	char reason[SMTP_REASON_SIZE];
	struct smtp *smtp;

	if (!settings->mail_enabled) {
		examination_ok(examination, "mail", "EMAIL_URL is empty: no mail is sent");
		return;
	}
	smtp = smtp_open(settings);
	if (smtp == NULL)
		examination_wrong(examination, "mail", "libcurl cannot be set up");
	else if (smtp_check(smtp, examination->arena, reason))
		examination_ok(examination, "mail", "%s port %d answers%s",
			settings->mail_server.host, settings->mail_server.port,
			settings->mail_server.user == NULL ? "" : " and takes the log-in");
	else
		examination_wrong(examination, "mail",
			"%s port %d: %s: see EMAIL_URL and EMAIL_CA_FILE",
			settings->mail_server.host, settings->mail_server.port, reason);
	smtp_close(smtp);
}

static void examine_all_of_database(struct examination *examination)
{
	examination->db = db_open(&examination->settings.database);
	if (examination->db == NULL) {
		examination_wrong(examination, "database", "out of memory");
		return;
	}
	db_use_arena(examination->db, examination->arena);
	if (examine_database(examination)) {
		examine_schema(examination);
		examine_rights(examination);
		examine_triggers(examination);
		examine_app_config(examination);
		examine_clock(examination);
		examine_jobs(examination);
	}
	db_close(examination->db);
}

int doctor(const struct desk *desk)
{
	struct examination examination = {
		.arena = desk->arena,
		.json = options_has(desk->options, "json"),
	};

	/* what goes wrong is told in the lines of the checks */
	log_open("admin", "/dev/null");
	if (!examine_settings(&examination))
		return EXIT_FAILURE;
	examine_secret(&examination);
	examine_password_hash(&examination);
	examine_upload_folder(&examination);
	examine_mail(&examination);
	examine_all_of_database(&examination);
	if (options_has(desk->options, "url"))
		examine_website(&examination, options_value(desk->options, "url"));
	return examination.wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
