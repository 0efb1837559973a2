/*
 * The archive is written under another name beside its place, and gets its own when it is whole. Signals
 * that would end the program wait until that other name is gone.
 */
#include "operator/export.h"

#include "core/secret.h"
#include "files/archive.h"
#include "operator/report.h"
#include "operator/users.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BAR_WIDTH = 40, TEMPORARY_SIZE = SECRET_ID_SIZE + 16, ANSWER_SECONDS = 30 };

struct target {
	const char *path; /* as typed */
	const char *name; /* its last part */
	int folder, file; /* -1: not open */
	char temporary[TEMPORARY_SIZE];
	sigset_t signals; /* that are to end the work */
	int shown;        /* percent; -1: nothing is shown */
};

static int blame(const char *what)
{
	return report_failure("%s: %s", what, strerror(errno));
}

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

static bool go_on(void *context, int percent)
{
	struct target *target = context;
	sigset_t pending;

	show(target, percent);
	sigpending(&pending);
	sigandset(&pending, &pending, &target->signals);
	return sigisemptyset(&pending);
}

/* ---- the file ---------------------------------------------------------------------------------- */

static int refuse_to_replace(const struct target *target)
{
	return report_failure("%s is there already, and not replaced", target->path);
}

static int open_folder(const struct desk *desk, struct target *target)
{
	const char *slash = strrchr(target->path, '/');
	const char *folder = slash == NULL ? "."
					   : arena_copy(desk->arena, target->path,
						     (size_t)(slash - target->path) + 1);

	if (folder == NULL)
		return report_failure("out of memory");
	target->name = slash == NULL ? target->path : slash + 1;
	target->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return target->folder < 0 ? blame(folder) : EXIT_SUCCESS;
}

static int open_target(const struct desk *desk, struct target *target)
{
	char id[SECRET_ID_SIZE];
	struct stat status;

	if (open_folder(desk, target) != EXIT_SUCCESS)
		return EXIT_FAILURE;
	if (fstatat(target->folder, target->name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return refuse_to_replace(target);
	if (*target->name == '\0' || errno != ENOENT || !secret_random_id(id))
		return blame(target->path);
	snprintf(target->temporary, sizeof(target->temporary), ".export-%s.tmp", id);
	target->file = openat(target->folder, target->temporary,
		O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return target->file < 0 ? blame(target->path) : EXIT_SUCCESS;
}

/* Give the file its own name, unless there is something of that name by now. */
static bool rename_file(const struct target *target)
{
	int folder = target->folder;

	if (renameat2(folder, target->temporary, folder, target->name, RENAME_NOREPLACE) == 0)
		return true;
	/* not every file system can do that; those that cannot have links */
	return errno == EINVAL && linkat(folder, target->temporary, folder, target->name, 0) == 0 &&
	       unlinkat(folder, target->temporary, 0) == 0;
}

static int place(const struct target *target)
{
	struct stat status;

	if (fsync(target->file) != 0 || fstat(target->file, &status) != 0)
		return blame(target->path);
	if (!rename_file(target))
		return errno == EEXIST ? refuse_to_replace(target) : blame(target->path);
	fsync(target->folder);
	printf("%s: %lld bytes\n", target->path, (long long)status.st_size);
	return EXIT_SUCCESS;
}

/* ---- the command ------------------------------------------------------------------------------- */

static int build(const struct desk *desk, const struct person *person, struct target *target)
{
	const struct archive_order order = {
		.db = desk->db,
		.arena = desk->arena,
		.upload_folder = desk->settings->upload_folder,
		.user_id = person->id,
		.scratch = target->folder,
		.output = target->file,
		.go_on = go_on,
		.context = target,
	};
	char reason[STORE_REASON_SIZE];
	enum archive result = archive_build(&order, reason);

	hide(target);
	switch (result) {
	case ARCHIVE_DONE:
		return place(target);
	case ARCHIVE_NO_USER:
		return report_failure("%s has been deleted meanwhile", person->username);
	case ARCHIVE_STOPPED:
		return report_failure("stopped");
	case ARCHIVE_FAILED:
		break;
	}
	return report_failure("%s", reason);
}

static int make_archive(const struct desk *desk, const struct person *person, struct target *target)
{
	int status = open_target(desk, target);

	if (status == EXIT_SUCCESS)
		status = build(desk, person, target);
	if (target->file >= 0) {
		if (status != EXIT_SUCCESS)
			unlinkat(target->folder, target->temporary, 0);
		close(target->file);
	}
	if (target->folder >= 0)
		close(target->folder);
	return status;
}

int export_user(const struct desk *desk)
{
	static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct target target = {
		.path = desk->options->arguments[1], .folder = -1, .file = -1, .shown = -1};
	struct person person;
	int status;

	/* between two answers it can be stopped, and none of them takes long */
	db_set_timeout(desk->db, ANSWER_SECONDS);
	if (users_find(desk, desk->options->arguments[0], &person) != DB_OK)
		return EXIT_FAILURE;
	signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is an error like any other */
	sigemptyset(&target.signals);
	for (size_t i = 0; i < sizeof(SIGNALS) / sizeof(*SIGNALS); i++)
		sigaddset(&target.signals, SIGNALS[i]);
	sigprocmask(SIG_BLOCK, &target.signals, NULL);
	status = make_archive(desk, &person, &target);
	sigprocmask(SIG_UNBLOCK, &target.signals, NULL); /* here one that came ends the program */
	return status;
}
