/*
 * The archive is written under a temporary name in the target's directory and renamed when it is complete.
 * Signals that would end the program are blocked until the temporary file is gone.
 */
#include "admin/export_user.h"

#include "core/crypto.h"
#include "export/archive.h"
#include "admin/cli/report.h"
#include "admin/account_row.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BAR_WIDTH = 40, TEMPORARY_SIZE = CRYPTO_ID_SIZE + 16, QUERY_TIMEOUT_SECONDS = 30 };

struct target {
	const char *path;    /* as given */
	const char *name;    /* its last part */
	int directory, file; /* -1: not open */
	char temporary[TEMPORARY_SIZE];
	sigset_t signals; /* one of them ends the command */
	int shown;        /* percent; -1: no progress is shown */
};

/* ---- progress ---------------------------------------------------------------------------------- */

static void show(struct target *target, int percent)
{
	static const char BAR[] = "########################################";

	if (percent == target->shown || isatty(STDERR_FILENO) != 1)
		return;
	fprintf(stderr, "\r[%-*.*s] %3d %%", BAR_WIDTH, percent * BAR_WIDTH / 100, BAR, percent);
	target->shown = percent;
}

static void hide(const struct target *target)
{
	if (target->shown >= 0)
		fputs("\r\033[K", stderr);
}

static bool show_and_continue(void *context, int percent)
{
	struct target *target = context;
	sigset_t pending;

	show(target, percent);
	sigpending(&pending);
	sigandset(&pending, &pending, &target->signals);
	return sigisemptyset(&pending);
}

/* ---- the file ---------------------------------------------------------------------------------- */

static int report_existing(const struct target *target)
{
	return report_failure(
		"file \"%s\" exists already; remove it or choose another name", target->path);
}

static int report_file_error(const struct target *target)
{
	return report_failure("could not write file \"%s\": %m", target->path);
}

static int open_directory(const struct admin_context *admin, struct target *target)
{
	const char *slash = strrchr(target->path, '/');
	const char *path = slash == NULL ? "."
					 : arena_copy(admin->arena, target->path,
						   (size_t)(slash - target->path) + 1);

	if (path == NULL)
		return report_failure("out of memory");
	target->name = slash == NULL ? target->path : slash + 1;
	target->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (target->directory < 0)
		return report_failure("could not open directory \"%s\": %m", path);
	return EXIT_SUCCESS;
}

static int open_target(const struct admin_context *admin, struct target *target)
{
	char id[CRYPTO_ID_SIZE];
	struct stat status;

	if (open_directory(admin, target) != EXIT_SUCCESS)
		return EXIT_FAILURE;
	if (fstatat(target->directory, target->name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return report_existing(target);
	if (*target->name == '\0' || errno != ENOENT || !crypto_random_id(id))
		return report_file_error(target);
	snprintf(target->temporary, sizeof(target->temporary), ".export-%s.tmp", id);
	target->file = openat(target->directory, target->temporary,
		O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return target->file < 0 ? report_file_error(target) : EXIT_SUCCESS;
}

/* Give the file its final name, unless a file of that name exists by now. */
static bool rename_file(const struct target *target)
{
	int directory = target->directory;

	if (renameat2(directory, target->temporary, directory, target->name, RENAME_NOREPLACE) == 0)
		return true;
	/* not every file system supports RENAME_NOREPLACE; those that do not have hard links */
	return errno == EINVAL &&
	       linkat(directory, target->temporary, directory, target->name, 0) == 0 &&
	       unlinkat(directory, target->temporary, 0) == 0;
}

static int finish(const struct target *target)
{
	struct stat status;

	if (fsync(target->file) != 0 || fstat(target->file, &status) != 0)
		return report_file_error(target);
	if (!rename_file(target))
		return errno == EEXIST ? report_existing(target) : report_file_error(target);
	fsync(target->directory);
	printf("%s: %" PRId64 " bytes\n", target->path, (int64_t)status.st_size);
	return EXIT_SUCCESS;
}

/* ---- the command ------------------------------------------------------------------------------- */

static int build(
	const struct admin_context *admin, const struct account_row *account, struct target *target)
{
	const struct archive_options options = {
		.db = admin->db,
		.arena = admin->arena,
		.upload_folder = admin->settings->upload_folder,
		.user_id = account->id,
		.scratch = target->directory,
		.output = target->file,
		.go_on = show_and_continue,
		.context = target,
	};
	struct error error = ERROR_NONE;
	enum archive result = archive_build(&options, &error);

	hide(target);
	switch (result) {
	case ARCHIVE_DONE:
		return finish(target);
	case ARCHIVE_NO_USER:
		return report_failure("user %s has been deleted meanwhile", account->username);
	case ARCHIVE_STOPPED:
		return report_failure("stopped by a signal");
	case ARCHIVE_FAILED:
		break;
	}
	return report_failure("%s", error.text);
}

static int make_archive(
	const struct admin_context *admin, const struct account_row *account, struct target *target)
{
	int status = open_target(admin, target);

	if (status == EXIT_SUCCESS)
		status = build(admin, account, target);
	if (target->file >= 0) {
		if (status != EXIT_SUCCESS)
			unlinkat(target->directory, target->temporary, 0);
		close(target->file);
	}
	if (target->directory >= 0)
		close(target->directory);
	return status;
}

int export_user(const struct admin_context *admin)
{
	static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct target target = {
		.path = admin->options->arguments[1], .directory = -1, .file = -1, .shown = -1};
	struct account_row account;
	int status;

	/* a signal is noticed between two queries, and no query takes long */
	db_set_timeout(admin->db, QUERY_TIMEOUT_SECONDS);
	if (account_find(admin, admin->options->arguments[0], &account) != DB_OK)
		return EXIT_FAILURE;
	signal(SIGXFSZ, SIG_IGN); /* exceeding a limit on file sizes then fails with EFBIG */
	sigemptyset(&target.signals);
	for (size_t i = 0; i < sizeof(SIGNALS) / sizeof(*SIGNALS); i++)
		sigaddset(&target.signals, SIGNALS[i]);
	sigprocmask(SIG_BLOCK, &target.signals, NULL);
	status = make_archive(admin, &account, &target);
	sigprocmask(SIG_UNBLOCK, &target.signals,
		NULL); /* a signal that has come meanwhile ends the program here */
	return status;
}
