/*
 * Unit tests of files/change: a new file in the place of an old one, and what is left when it is not.
 */
#include "unit.h"

#include "files/change.h"

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

/* Remove a folder with all that is in it.
 * NOLINTNEXTLINE(misc-no-recursion): it is of a known depth */
static void remove_all(int parent, const char *name)
{
	int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	DIR *listing = folder < 0 ? NULL : folder_list(folder);
	const struct dirent *entry;

	while (listing != NULL && (entry = readdir(listing)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
			unlinkat(folder, entry->d_name, 0) != 0)
			remove_all(folder, entry->d_name);
	if (listing != NULL)
		closedir(listing);
	if (folder >= 0)
		close(folder);
	unlinkat(parent, name, AT_REMOVEDIR);
}

static int remove_root(void **state)
{
	(void)state;
	remove_all(AT_FDCWD, root);
	return 0;
}

/* How many entries a folder below uploads/ has; -1: there is none. */
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

/* The first bytes of a file below uploads/, "" when there is none. */
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

static struct change begin(const char *text)
{
	struct change change = CHANGE_OF(7);
	struct sink sink;

	assert_true(change_open(&change, root, "pictures", true));
	assert_true(change_new_file(&change));
	sink = change_sink(&change);
	assert_true(sink.write(sink.state, text, strlen(text)));
	assert_true(change_begin(&change));
	return change;
}

static void store(const char *name, const char *text)
{
	struct change change = begin(text);

	assert_true(change_place(&change, name));
	change_close(&change);
}

static void a_new_file_gets_its_name_and_nothing_is_left(void **state)
{
	(void)state;
	store("a.png", "first");
	assert_string_equal(content("pictures/7/a.png"), "first");
	store("a.png", "second");
	assert_string_equal(content("pictures/7/a.png"), "second");
	assert_int_equal(count("pictures/7"), 1);
	assert_int_equal(count("pictures/.incoming"), 1); /* the lock */
}

static void what_is_in_its_place_stays_there_when_asked_again(void **state)
{
	struct change change = begin("x");

	(void)state;
	assert_true(change_place(&change, "a.png"));
	assert_true(change_place(&change, "a.png"));
	assert_true(change.placed);
	change_close(&change);
	assert_string_equal(content("pictures/7/a.png"), "x");
}

static void without_a_place_the_file_goes_and_no_folder_is_made(void **state)
{
	struct change change = begin("x");

	(void)state;
	assert_int_equal(count("pictures/.incoming"), 3); /* lock, file, mark */
	change_close(&change);
	assert_int_equal(count("pictures/.incoming"), 1);
	assert_int_equal(count("pictures/7"), -1);
}

static void the_mark_stays_when_something_may_be_left_over(void **state)
{
	struct change change = begin("x");

	(void)state;
	change.left_over = true;
	change_close(&change);
	assert_int_equal(count("pictures/.incoming"), 2);
}

static void only_the_file_that_was_identified_is_removed(void **state)
{
	struct file_identity old;
	struct change change;

	(void)state;
	store("a.png", "old");
	store("b.png", "other");
	change = begin("new");
	old = change_identify(&change, "a.png");
	change_remove(&change, "b.png", old); /* another file */
	assert_string_equal(content("pictures/7/b.png"), "other");
	assert_true(change_place(&change, "a.png"));
	change_remove(&change, "a.png", old); /* another one by now */
	assert_string_equal(content("pictures/7/a.png"), "new");
	change_remove(&change, "b.png", change_identify(&change, "b.png"));
	assert_string_equal(content("pictures/7/b.png"), "");
	change_remove(&change, "b.png", old); /* gone */
	assert_false(change.left_over);
	change_close(&change);
}

static void what_is_not_there_has_no_identity(void **state)
{
	struct change change = begin("x");

	(void)state;
	assert_int_equal(change_identify(&change, NULL).inode, 0);
	assert_int_equal(change_identify(&change, "a.png").inode, 0);
	change_remove(&change, "a.png", change_identify(&change, "a.png"));
	assert_false(change.left_over);
	change_close(&change);
}

static void where_there_are_no_folders_there_is_nothing_to_change(void **state)
{
	struct change change = CHANGE_OF(7);

	(void)state;
	assert_true(change_open(&change, root, "pictures", false));
	assert_true(change_begin(&change));
	assert_int_equal(change_identify(&change, "a.png").inode, 0);
	change_close(&change);
	assert_int_equal(count(""), -1);
}

static void a_folder_that_cannot_be_opened_is_a_failure(void **state)
{
	struct change change = CHANGE_OF(7);

	(void)state;
	assert_false(change_open(&change, "/dev/null", "pictures", true));
	change_close(&change);
	assert_false(change_open(&change, "/dev/null", "pictures", false));
	change_close(&change);
	assert_false(change_open(&change, "/nonexistent", "pictures", true));
	change_close(&change);
	assert_true(change_open(&change, "/nonexistent", "pictures", false));
	change_close(&change);
}

/* What systemd does to a service with RestrictSUIDSGID=yes, as far as fchmodat() goes. */
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

/* Store a picture in a process of its own, under this umask. */
static bool stores(mode_t mask, bool may_set_setgid)
{
	int status;
	pid_t child;

	fflush(NULL); /* the child must not print what is waiting here */
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		umask(mask);
		if (!may_set_setgid)
			forbid_setgid();
		store("a.png", "x");
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void the_group_may_work_in_the_folders_whatever_the_umask(void **state)
{
	(void)state;
	assert_true(stores(077, true));
	assert_int_equal(mode_of("pictures/.incoming"), 02770);
	assert_int_equal(mode_of("pictures/7"), 02770);
	assert_int_equal(mode_of("pictures/7/a.png"), 0640);
}

static void who_may_not_set_setgid_stores_all_the_same(void **state)
{
	(void)state;
	assert_true(stores(027, false));
	assert_int_equal(mode_of("pictures"), 0770);
	assert_int_equal(mode_of("pictures/7"), 0770);
	assert_int_equal(mode_of("pictures/7/a.png"), 0640);
}

static void setgid_comes_from_the_folder_above(void **state)
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
	store("a.png", "x");
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if ((geteuid() != 0 && unshare(CLONE_NEWUSER) != 0) || chroot(root) != 0)
			_exit(NO_CHROOT);
		_exit(folder_open_category("", "pictures", true) < 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_CHROOT)
		skip();
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* How many descriptors are open. */
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

static void make_old(const char *folder, const char *name)
{
	const struct timespec long_ago[] = {{.tv_sec = 1}, {.tv_sec = 1}};
	char path[160];

	snprintf(path, sizeof(path), "%s/uploads/%s/%s", root, folder, name);
	assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
}

static enum db_result fail_if_asked(void *context, int64_t user_id, const char **name)
{
	(void)context;
	(void)user_id;
	(void)name;
	fail();
	return DB_FAILED;
}

static void a_clean_up_keeps_nothing_open_of_those_whose_change_is_in_work(void **state)
{
	struct change busy[3];
	int before;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(busy); i++) {
		busy[i] = CHANGE_OF((int64_t)i + 1);
		assert_true(change_open(&busy[i], root, "pictures", true));
		assert_true(change_begin(&busy[i]));
		make_old("pictures/.incoming", busy[i].mark);
	}
	before = count_descriptors();
	assert_false(change_sweep(root, "pictures", fail_if_asked, NULL));
	assert_int_equal(count_descriptors(), before);
	for (size_t i = 0; i < UNIT_COUNT(busy); i++)
		change_close(&busy[i]);
}

static void a_change_does_not_wait_without_end_for_another_one(void **state)
{
	struct change first = begin("first"), second = CHANGE_OF(first.user_id);

	(void)state;
	assert_true(change_open(&second, root, "pictures", true));
	assert_false(change_begin(&second));
	change_close(&second);
	change_close(&first);
	store("a.png", "third");
	assert_string_equal(content("pictures/7/a.png"), "third");
}

#define ROOT_TEST(function) cmocka_unit_test_setup_teardown(function, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOT_TEST(a_new_file_gets_its_name_and_nothing_is_left),
		ROOT_TEST(what_is_in_its_place_stays_there_when_asked_again),
		ROOT_TEST(without_a_place_the_file_goes_and_no_folder_is_made),
		ROOT_TEST(the_mark_stays_when_something_may_be_left_over),
		ROOT_TEST(only_the_file_that_was_identified_is_removed),
		ROOT_TEST(what_is_not_there_has_no_identity),
		ROOT_TEST(where_there_are_no_folders_there_is_nothing_to_change),
		ROOT_TEST(a_folder_that_cannot_be_opened_is_a_failure),
		ROOT_TEST(the_group_may_work_in_the_folders_whatever_the_umask),
		ROOT_TEST(who_may_not_set_setgid_stores_all_the_same),
		ROOT_TEST(setgid_comes_from_the_folder_above),
		ROOT_TEST(an_empty_upload_folder_is_not_the_root_of_the_file_system),
		ROOT_TEST(a_clean_up_keeps_nothing_open_of_those_whose_change_is_in_work),
		ROOT_TEST(a_change_does_not_wait_without_end_for_another_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
