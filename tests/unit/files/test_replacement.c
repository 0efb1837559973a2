/*
 * Unit tests of files/replacement: replacing a file, and the state after a failure.
 *
 * A variable stands in for the row that names the current file. db_transaction() runs its function without a
 * database, as often as the test requires.
 */
#include "../unit.h"

#include "files/directory.h"
#include "files/replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char root[64];

static int make_root(void **state)
{
	(void)state;
	snprintf(root, sizeof(root), "/tmp/fitgate-change-XXXXXX");
	return mkdtemp(root) == NULL ? -1 : 0;
}

/* Remove a directory with its content.
 * NOLINTNEXTLINE(misc-no-recursion): the depth is known */
static void remove_all(int parent, const char *name)
{
	int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	DIR *listing = directory < 0 ? NULL : directory_list(directory);
	const struct dirent *entry;

	while (listing != NULL && (entry = readdir(listing)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
			unlinkat(directory, entry->d_name, 0) != 0)
			remove_all(directory, entry->d_name);
	if (listing != NULL)
		closedir(listing);
	if (directory >= 0)
		close(directory);
	unlinkat(parent, name, AT_REMOVEDIR);
}

static int remove_root(void **state)
{
	(void)state;
	remove_all(AT_FDCWD, root);
	return 0;
}

/* The number of entries of a directory below uploads/; -1: it does not exist. */
static int count(const char *path)
{
	char whole[160];
	DIR *listing;
	int number = -2; /* "." and ".." */

	snprintf(whole, sizeof(whole), "%s/uploads/%s", root, path);
	listing = opendir(whole);
	if (listing == NULL)
		return -1;
	while (readdir(listing) != NULL)
		number++;
	closedir(listing);
	return number;
}

/* The first bytes of a file below uploads/; "": it does not exist. */
static const char *content(const char *path)
{
	static char bytes[32];
	char whole[160];
	FILE *file;
	size_t length = 0;

	snprintf(whole, sizeof(whole), "%s/uploads/%s", root, path);
	file = fopen(whole, "r");
	if (file != NULL) {
		length = fread(bytes, 1, sizeof(bytes) - 1, file);
		fclose(file);
	}
	bytes[length] = '\0';
	return bytes;
}

/* ---- the row and the transaction ------------------------------------------------------------- */

struct row {
	int64_t user_id;
	const char *name, *text; /* of the new file; NULL: none */
	const char *current;     /* the file that the row names; "": none */
	enum db_result update, commit;
	int runs; /* of the transaction */
	bool (*while_written)(void);
};

enum db_result db_transaction(
	struct db *db, enum db_result (*work)(struct db *, void *), void *context)
{
	/* the row itself stands in for the connection */
	struct row *row = (struct row *)(void *)db;
	enum db_result result = DB_OK;

	for (int i = 0; i < row->runs && result == DB_OK; i++)
		result = work(db, context);
	return result == DB_OK ? row->commit : result;
}

static enum db_result update(struct db *db, void *context, const char **current)
{
	const struct row *row = context;

	(void)db;
	*current = *row->current == '\0' ? NULL : row->current;
	return row->update;
}

static bool write_text(void *context, int file)
{
	const struct row *row = context;

	if (row->while_written != NULL && !row->while_written())
		return false;
	return write(file, row->text, strlen(row->text)) == (ssize_t)strlen(row->text);
}

static struct row new_file(const char *name, const char *text, const char *current)
{
	return (struct row){.user_id = 7,
		.name = name,
		.text = text,
		.current = current,
		.update = DB_OK,
		.commit = DB_OK,
		.runs = 1};
}

static enum file_replace_result replace_in(const char *upload_folder, struct row *row)
{
	return file_replace(
		(struct db *)(void *)row, &(struct file_replacement){.upload_folder = upload_folder,
						  .category = "pictures",
						  .user_id = row->user_id,
						  .name = row->name,
						  .write = write_text,
						  .update = update,
						  .context = row});
}

static enum file_replace_result replace(struct row row)
{
	return replace_in(root, &row);
}

static void store(const char *name, const char *text, const char *current)
{
	assert_int_equal(replace(new_file(name, text, current)), FILE_REPLACED);
}

/* ---- replacing ------------------------------------------------------------------------------- */

static void a_new_file_gets_its_name_and_nothing_is_left(void **state)
{
	(void)state;
	store("a.png", "first", "");
	assert_string_equal(content("pictures/7/a.png"), "first");
	store("a.png", "second", "a.png");
	assert_string_equal(content("pictures/7/a.png"), "second");
	store("b.png", "third", "a.png");
	assert_string_equal(content("pictures/7/b.png"), "third");
	assert_int_equal(count("pictures/7"), 1);
	assert_int_equal(count("pictures/.incoming"), 1); /* the lock */
}

static void a_repeated_transaction_finds_the_file_in_its_place(void **state)
{
	struct row row = new_file("b.png", "x", "a.png");

	(void)state;
	store("a.png", "old", "");
	row.runs = 3;
	assert_int_equal(replace(row), FILE_REPLACED);
	assert_string_equal(content("pictures/7/b.png"), "x");
	assert_int_equal(count("pictures/7"), 1);
}

static void a_file_is_removed_without_a_new_one(void **state)
{
	(void)state;
	store("a.png", "old", "");
	assert_int_equal(replace(new_file(NULL, NULL, "a.png")), FILE_REPLACED);
	assert_int_equal(count("pictures/7"), 0);
	assert_int_equal(replace(new_file(NULL, NULL, "a.png")), FILE_REPLACED);
}

static bool refuse(void)
{
	assert_int_equal(count("pictures/.incoming"), 1); /* the file; no lock is held */
	return false;
}

static void a_rejected_file_is_removed_and_no_directory_is_created(void **state)
{
	struct row row = new_file("a.png", "x", "");

	(void)state;
	row.while_written = refuse;
	assert_int_equal(replace(row), FILE_NOT_WRITTEN);
	assert_int_equal(count("pictures/.incoming"), 0);
	assert_int_equal(count("pictures/7"), -1);
}

static void a_failed_update_leaves_the_old_file(void **state)
{
	struct row row = new_file("a.png", "new", "a.png");

	(void)state;
	store("a.png", "old", "");
	row.update = DB_FAILED;
	assert_int_equal(replace(row), FILE_NOT_REPLACED);
	assert_string_equal(content("pictures/7/a.png"), "old");
	assert_int_equal(count("pictures/.incoming"), 1);
}

static void the_marker_stays_when_both_files_may_be_there(void **state)
{
	struct row row = new_file("b.png", "new", "a.png");

	(void)state;
	store("a.png", "old", "");
	row.commit = DB_COMMIT_UNKNOWN;
	assert_int_equal(replace(row), FILE_NOT_REPLACED);
	assert_string_equal(content("pictures/7/a.png"), "old");
	assert_string_equal(content("pictures/7/b.png"), "new");
	assert_int_equal(count("pictures/.incoming"), 2);
}

static void the_row_may_name_a_file_that_is_not_there(void **state)
{
	(void)state;
	store("b.png", "x", "a.png");
	assert_string_equal(content("pictures/7/b.png"), "x");
	assert_int_equal(count("pictures/.incoming"), 1);
}

static void without_directories_there_is_nothing_to_remove(void **state)
{
	(void)state;
	assert_int_equal(replace(new_file(NULL, NULL, "a.png")), FILE_REPLACED);
	assert_int_equal(count(""), -1);
}

static void a_directory_that_cannot_be_opened_is_a_failure(void **state)
{
	struct row set = new_file("a.png", "x", ""), remove = new_file(NULL, NULL, "");

	(void)state;
	assert_int_equal(replace_in("/dev/null", &set), FILE_NOT_REPLACED);
	assert_int_equal(replace_in("/dev/null", &remove), FILE_NOT_REPLACED);
	assert_int_equal(replace_in("/nonexistent", &set), FILE_NOT_REPLACED);
	assert_int_equal(replace_in("/nonexistent", &remove), FILE_REPLACED);
}

/* ---- modes ----------------------------------------------------------------------------------- */

/* What RestrictSUIDSGID=yes of systemd does to fchmodat() of a service. */
static void forbid_setgid(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fchmodat, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, S_ISGID, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {UNIT_COUNT(filter), filter};

	assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static mode_t mode_of(const char *path)
{
	char whole[160];
	struct stat status;

	snprintf(whole, sizeof(whole), "%s/uploads/%s", root, path);
	return stat(whole, &status) == 0 ? status.st_mode & 07777 : 0;
}

/* Store a picture in a child process with this umask. */
static bool stores(mode_t mask, bool may_set_setgid)
{
	int status;
	pid_t child;

	fflush(NULL); /* the child must not print this process's buffered output */
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		umask(mask);
		if (!may_set_setgid)
			forbid_setgid();
		store("a.png", "x", "");
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void directories_are_writable_for_the_group_under_any_umask(void **state)
{
	(void)state;
	assert_true(stores(077, true));
	assert_int_equal(mode_of("pictures/.incoming"), 02770);
	assert_int_equal(mode_of("pictures/7"), 02770);
	assert_int_equal(mode_of("pictures/7/a.png"), 0640);
}

static void storing_works_without_the_right_to_set_setgid(void **state)
{
	(void)state;
	assert_true(stores(027, false));
	assert_int_equal(mode_of("pictures"), 0770);
	assert_int_equal(mode_of("pictures/7"), 0770);
	assert_int_equal(mode_of("pictures/7/a.png"), 0640);
}

static void setgid_is_inherited_from_the_parent_directory(void **state)
{
	(void)state;
	assert_int_equal(chmod(root, 02770), 0);
	assert_true(stores(007, false));
	assert_int_equal(mode_of("pictures"), 02770);
	assert_int_equal(mode_of("pictures/7"), 02770);
}

static void an_empty_upload_folder_is_not_the_root_of_the_file_system(void **state)
{
	enum { NO_CHROOT = 77 };
	int status;
	pid_t child;

	(void)state;
	store("a.png", "x", "");
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if ((geteuid() != 0 && unshare(CLONE_NEWUSER) != 0) || chroot(root) != 0)
			_exit(NO_CHROOT);
		_exit(directory_open_category("", "pictures", true) < 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_CHROOT)
		skip();
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* The number of open descriptors. */
static int count_descriptors(void)
{
	DIR *listing = opendir("/proc/self/fd");
	int number = 0;

	assert_non_null(listing);
	while (readdir(listing) != NULL)
		number++;
	closedir(listing);
	return number;
}

static void make_all_old(const char *directory)
{
	const struct timespec long_ago[] = {{.tv_sec = 1}, {.tv_sec = 1}};
	char path[160];
	DIR *listing;
	const struct dirent *entry;

	snprintf(path, sizeof(path), "%s/uploads/%s", root, directory);
	listing = opendir(path);
	assert_non_null(listing);
	while ((entry = readdir(listing)) != NULL)
		utimensat(dirfd(listing), entry->d_name, long_ago, 0);
	closedir(listing);
}

static enum db_result fail_if_asked(void *context, int64_t user_id, const char **name)
{
	(void)context;
	(void)user_id;
	(void)name;
	fail();
	return DB_FAILED;
}

/* ---- locks ----------------------------------------------------------------------------------- */

/* Holds a user's lock, as another process would. */
static int take_lock(int64_t user_id)
{
	struct flock range = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)user_id, .l_len = 1};
	char path[160];
	int lock;

	snprintf(path, sizeof(path), "%s/uploads/pictures/.incoming/lock", root);
	lock = open(path, O_RDWR);
	assert_true(lock >= 0);
	assert_int_equal(fcntl(lock, F_OFD_SETLK, &range), 0);
	return lock;
}

static void a_sweep_leaks_no_descriptors_of_users_whose_file_is_being_replaced(void **state)
{
	int locks[3], before;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(locks); i++) {
		struct row row = new_file("a.png", "x", "");

		row.user_id = (int64_t)i + 1;
		row.commit = DB_COMMIT_UNKNOWN; /* leaves a marker */
		assert_int_equal(replace(row), FILE_NOT_REPLACED);
		locks[i] = take_lock(row.user_id);
	}
	make_all_old("pictures/.incoming");
	before = count_descriptors();
	assert_false(file_replace_sweep(root, "pictures", fail_if_asked, NULL));
	assert_int_equal(count_descriptors(), before);
	for (size_t i = 0; i < UNIT_COUNT(locks); i++)
		close(locks[i]);
}

static void a_replacement_waits_for_another_for_a_limited_time(void **state)
{
	int lock;

	(void)state;
	store("a.png", "first", "");
	lock = take_lock(7);
	assert_int_equal(replace(new_file("a.png", "second", "a.png")), FILE_NOT_REPLACED);
	assert_string_equal(content("pictures/7/a.png"), "first");
	assert_int_equal(count("pictures/.incoming"), 1);
	close(lock);
	store("a.png", "third", "a.png");
	assert_string_equal(content("pictures/7/a.png"), "third");
}

#define ROOT_TEST(function) cmocka_unit_test_setup_teardown(function, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOT_TEST(a_new_file_gets_its_name_and_nothing_is_left),
		ROOT_TEST(a_repeated_transaction_finds_the_file_in_its_place),
		ROOT_TEST(a_file_is_removed_without_a_new_one),
		ROOT_TEST(a_rejected_file_is_removed_and_no_directory_is_created),
		ROOT_TEST(a_failed_update_leaves_the_old_file),
		ROOT_TEST(the_marker_stays_when_both_files_may_be_there),
		ROOT_TEST(the_row_may_name_a_file_that_is_not_there),
		ROOT_TEST(without_directories_there_is_nothing_to_remove),
		ROOT_TEST(a_directory_that_cannot_be_opened_is_a_failure),
		ROOT_TEST(directories_are_writable_for_the_group_under_any_umask),
		ROOT_TEST(storing_works_without_the_right_to_set_setgid),
		ROOT_TEST(setgid_is_inherited_from_the_parent_directory),
		ROOT_TEST(an_empty_upload_folder_is_not_the_root_of_the_file_system),
		ROOT_TEST(a_sweep_leaks_no_descriptors_of_users_whose_file_is_being_replaced),
		ROOT_TEST(a_replacement_waits_for_another_for_a_limited_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
