/*
 * Each check names the setting to change.
 */
#include "admin/doctor/doctor_settings.h"

#include "account/passwords/password.h"
#include "mail/smtp.h"
#include "picture/isolation/sandbox.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool doctor_check_settings(struct doctor *doctor)
{
	static const unsigned ALL =
		SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET | SETTINGS_NEED_MAIL;
	struct error error = ERROR_NONE;

	if (settings_load(&doctor->settings, doctor->arena, "admin", ALL, &error)) {
		doctor_ok(doctor, "settings", "readable and complete%s%s",
			*doctor->settings.file == '\0' ? "" : ": ", doctor->settings.file);
		return true;
	}
	doctor_fail(doctor, "settings", "%s", error.text);
	return settings_load(
		&doctor->settings, doctor->arena, "admin", SETTINGS_NEED_DATABASE, &error);
}

void doctor_check_secret(struct doctor *doctor)
{
	size_t length = strlen(doctor->settings.secret_key);

	if (length >= SETTINGS_SECRET_KEY_BYTES)
		doctor_ok(doctor, "secret", "APP_SECRET_KEY has %zu bytes", length);
	else if (length > 0)
		doctor_warn(doctor, "secret",
			"APP_SECRET_KEY has only %zu bytes, so that it can be guessed: replace it by %d "
			"random bytes or more, which ends all sessions",
			length, SETTINGS_SECRET_KEY_BYTES);
}

void doctor_check_password_hash(struct doctor *doctor)
{
	static const char PASSWORD[] = "a password of no account";
	char hash[PASSWORD_HASH_SIZE];
	int64_t start = clock_monotonic();

	if (password_hash(&doctor->settings, PASSWORD, hash))
		doctor_ok(doctor, "password hash", "takes %" PRId64 " ms",
			(clock_monotonic() - start) / 1000);
	else
		doctor_fail(doctor, "password hash",
			"the C library rejects PASSWORD_HASH: set it to $y$7, which every current "
			"system supports");
}

/* Create and remove a file: permissions do not show whether the file system is full or read-only. */
static bool can_write(const char *directory)
{
	char path[4096];
	int length = snprintf(path, sizeof(path), "%s/.fitgate-doctor-XXXXXX", directory), fd;

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

void doctor_check_upload_directory(struct doctor *doctor)
{
	static const char CHECK[] = "upload directory";
	const char *directory = doctor->settings.upload_folder;
	struct stat status;

	if (*directory == '\0')
		doctor_fail(doctor, CHECK,
			"UPLOAD_FOLDER is empty: set it to a directory for pictures and archives");
	else if (stat(directory, &status) != 0)
		doctor_fail(doctor, CHECK,
			"create directory \"%s\" for the account that serves requests: %s",
			directory, strerror(errno));
	else if (!S_ISDIR(status.st_mode))
		doctor_fail(doctor, CHECK, "\"%s\" is not a directory: set UPLOAD_FOLDER to one",
			directory);
	else if ((status.st_mode & S_IRWXO) != 0)
		doctor_fail(doctor, CHECK, "every account can access \"%s\": run chmod o= %s",
			directory, directory);
	else if (!can_write(directory))
		doctor_fail(doctor, CHECK,
			"make the account that serves requests own \"%s\": could not write there: %s",
			directory, strerror(errno));
	else
		doctor_ok(doctor, CHECK, "%s", directory);
}

void doctor_check_picture_filter(struct doctor *doctor)
{
	static const char CHECK[] = "picture filter";
	struct error error = ERROR_NONE;
	bool confined;

	signal(SIGPIPE, SIG_IGN);
	if (!picture_sandbox_check(&confined, &error))
		doctor_fail(doctor, CHECK, "install picture_filter beside the other programs: %s",
			error.text);
	else if (!confined)
		doctor_warn(doctor, CHECK,
			"pictures are read without a sandbox: run a kernel that has seccomp");
	else
		doctor_ok(doctor, CHECK, "confined by seccomp");
}

void doctor_check_mail(struct doctor *doctor)
{
	const struct settings *settings = &doctor->settings;
	char reason[SMTP_REASON_SIZE];
	struct smtp *smtp;

	if (!settings->mail_enabled) {
		doctor_ok(doctor, "mail", "EMAIL_URL is empty: no e-mail is sent");
		return;
	}
	smtp = smtp_open(settings);
	if (smtp == NULL)
		doctor_fail(doctor, "mail", "could not set up libcurl");
	else if (smtp_check(smtp, doctor->arena, reason))
		doctor_ok(doctor, "mail", "%s port %d accepts %s%s", settings->mail_server.host,
			settings->mail_server.port,
			settings->mail_server.user == NULL ? "" : "the login, and ",
			"e-mails from SENDER_EMAIL");
	else
		doctor_fail(doctor, "mail", "%s port %d: %s", settings->mail_server.host,
			settings->mail_server.port, reason);
	smtp_close(smtp);
}
