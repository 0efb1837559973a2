/*
 * Unit tests of files/zip_writer: names, members that change or vanish, stopping, errors. What is written
 * is read back with libzip.
 */
#include "unit.h"

#include "files/zip_writer.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

enum { PATH_SIZE = 512 };

struct bench {
	char path[64]; /* a folder of the test's own */
	int folder, output;
	bool stop;
	int64_t bytes;
	struct zip_writer *zip;
};

static bool go_on(void *context, int64_t bytes)
{
	struct bench *bench = context;

	assert_true(bytes >= bench->bytes);
	bench->bytes = bytes;
	return !bench->stop;
}

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	snprintf(bench->path, sizeof(bench->path), "/tmp/test_zip_writer.XXXXXX");
	assert_non_null(mkdtemp(bench->path));
	bench->folder = open(bench->path, O_RDONLY | O_DIRECTORY);
	bench->output = openat(bench->folder, "out", O_RDWR | O_CREAT | O_EXCL, 0600);
	assert_true(bench->output >= 0);
	bench->zip = zip_writer_open(bench->output, go_on, bench);
	assert_non_null(bench->zip);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;
	char command[PATH_SIZE];

	zip_writer_free(bench->zip);
	close(bench->output);
	close(bench->folder);
	snprintf(command, sizeof(command), "rm -rf %s", bench->path);
	/* NOLINTNEXTLINE(cert-env33-c): a command of ours about a folder of ours */
	assert_int_equal(system(command), 0);
	free(bench);
	return 0;
}

static void make_file(const struct bench *bench, const char *name, const char *text)
{
	int file = openat(bench->folder, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	close(file);
}

static zip_t *reopen(const struct bench *bench)
{
	char path[PATH_SIZE];
	int error = 0;
	zip_t *archive;

	snprintf(path, sizeof(path), "%s/out", bench->path);
	archive = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &error);
	assert_non_null(archive);
	return archive;
}

static void assert_member(zip_t *archive, const char *name, const char *text)
{
	char buffer[UNIT_TEXT_MAX] = "";
	zip_file_t *member = zip_fopen(archive, name, 0);

	if (member == NULL)
		fail_msg("there is no member %s", name);
	assert_int_equal(zip_fread(member, buffer, sizeof(buffer) - 1), strlen(text));
	assert_string_equal(buffer, text);
	zip_fclose(member);
}

static void members_come_from_folders_and_open_files(void **state)
{
	struct bench *bench = *state;
	zip_t *archive;
	int file;

	make_file(bench, "a.gpx", "first");
	make_file(bench, "data", "second");
	file = openat(bench->folder, "data", O_RDONLY);
	assert_true(zip_writer_add(bench->zip, "gpx/", bench->folder, "a.gpx"));
	assert_true(zip_writer_add_open(bench->zip, "data.json", file));
	assert_int_equal(zip_writer_finish(bench->zip), ZIP_DONE);
	assert_int_equal(bench->bytes, strlen("first") + strlen("second"));
	archive = reopen(bench);
	assert_int_equal(zip_get_num_entries(archive, 0), 2);
	assert_member(archive, "gpx/a.gpx", "first");
	assert_member(archive, "data.json", "second");
	zip_discard(archive);
	close(file);
}

static const struct {
	const char *name, *entry;
} NAMES[] = {
	{"..\\evil.gpx", "gpx/.._evil.gpx"}, {"C:evil.gpx", "gpx/C_evil.gpx"},
	{"\x1b[2J\n\x7f", "gpx/_[2J__"}, {"\xC3\xA9", "gpx/\xC3\xA9"}, {"\xC3\xA9\xFF", "gpx/___"},
	{"___", "gpx/2-___"}, {"\xFE\xFE\xFE", "gpx/3-___"}, {"100%.gpx", "gpx/100%.gpx"},
	{"a:b", "gpx/a_b"}, {"a_b", "gpx/4-a_b"}, /* one number for all: nothing is searched for */
};

static void names_are_safe_and_unique(void **state)
{
	struct bench *bench = *state;
	zip_t *archive;

	for (size_t i = 0; i < UNIT_COUNT(NAMES); i++) {
		make_file(bench, NAMES[i].name, NAMES[i].name);
		assert_true(zip_writer_add(bench->zip, "gpx/", bench->folder, NAMES[i].name));
	}
	assert_int_equal(zip_writer_finish(bench->zip), ZIP_DONE);
	archive = reopen(bench);
	for (size_t i = 0; i < UNIT_COUNT(NAMES); i++)
		assert_member(archive, NAMES[i].entry, NAMES[i].name);
	zip_discard(archive);
}

static void a_member_that_vanishes_is_a_failure_that_names_it(void **state)
{
	struct bench *bench = *state;

	make_file(bench, "a.gpx", "first");
	assert_true(zip_writer_add(bench->zip, "", bench->folder, "a.gpx"));
	unlinkat(bench->folder, "a.gpx", 0);
	assert_int_equal(zip_writer_finish(bench->zip), ZIP_FAILED);
	assert_string_equal(zip_writer_reason(bench->zip), "a.gpx: No such file or directory");
}

static void a_member_that_became_a_link_is_not_read(void **state)
{
	struct bench *bench = *state;

	make_file(bench, "a.gpx", "first");
	assert_true(zip_writer_add(bench->zip, "", bench->folder, "a.gpx"));
	unlinkat(bench->folder, "a.gpx", 0);
	assert_int_equal(symlinkat("/etc/passwd", bench->folder, "a.gpx"), 0);
	assert_int_equal(zip_writer_finish(bench->zip), ZIP_FAILED);
}

static void a_member_that_became_a_pipe_is_not_waited_for(void **state)
{
	struct bench *bench = *state;

	make_file(bench, "a.gpx", "first");
	assert_true(zip_writer_add(bench->zip, "", bench->folder, "a.gpx"));
	unlinkat(bench->folder, "a.gpx", 0);
	assert_int_equal(mkfifoat(bench->folder, "a.gpx", 0600), 0);
	assert_int_equal(zip_writer_finish(bench->zip), ZIP_FAILED);
}

static void being_stopped_is_no_failure(void **state)
{
	struct bench *bench = *state;

	make_file(bench, "a.gpx", "first");
	assert_true(zip_writer_add(bench->zip, "", bench->folder, "a.gpx"));
	bench->stop = true;
	assert_int_equal(zip_writer_finish(bench->zip), ZIP_STOPPED);
}

static void what_cannot_be_written_is_a_failure_with_its_reason(void **state)
{
	struct bench *bench = *state;
	int full = open("/dev/full", O_WRONLY);

	assert_true(full >= 0);
	assert_true(dup2(full, bench->output) >= 0);
	close(full);
	make_file(bench, "a.gpx", "first");
	assert_true(zip_writer_add(bench->zip, "", bench->folder, "a.gpx"));
	assert_int_equal(zip_writer_finish(bench->zip), ZIP_FAILED);
	assert_string_equal(zip_writer_reason(bench->zip),
		"the archive cannot be written: No space left on device");
}

static void more_members_than_descriptors(void **state)
{
	const struct rlimit few = {64, 64};
	struct bench *bench = *state;
	char name[32];

	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "%d", i);
		make_file(bench, name, name);
		assert_true(zip_writer_add(bench->zip, "", bench->folder, name));
	}
	assert_int_equal(zip_writer_finish(bench->zip), ZIP_DONE);
}

#define ZIP_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ZIP_TEST(members_come_from_folders_and_open_files),
		ZIP_TEST(names_are_safe_and_unique),
		ZIP_TEST(a_member_that_vanishes_is_a_failure_that_names_it),
		ZIP_TEST(a_member_that_became_a_link_is_not_read),
		ZIP_TEST(a_member_that_became_a_pipe_is_not_waited_for),
		ZIP_TEST(being_stopped_is_no_failure),
		ZIP_TEST(what_cannot_be_written_is_a_failure_with_its_reason),
		ZIP_TEST(more_members_than_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
