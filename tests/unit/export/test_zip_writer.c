/*
 * Unit tests of export/zip_writer: names, members that change or vanish, stopping, errors. libzip reads the
 * archives back.
 */
#include "../unit.h"

#include "export/zip_writer.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

enum { PATH_SIZE = 512 };

struct bench {
	char path[64]; /* a temporary directory */
	int directory, output;
	bool stop;
	int64_t bytes;
	struct zip_writer *zip;
	struct error error;
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
	bench->directory = open(bench->path, O_RDONLY | O_DIRECTORY);
	bench->output = openat(bench->directory, "out", O_RDWR | O_CREAT | O_EXCL, 0600);
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
	close(bench->directory);
	snprintf(command, sizeof(command), "rm -rf %s", bench->path);
	/* NOLINTNEXTLINE(cert-env33-c): a constant command on a temporary directory */
	assert_int_equal(system(command), 0);
	free(bench);
	return 0;
}

static void make_file(const struct bench *bench, const char *name, const char *text)
{
	int file = openat(bench->directory, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

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

static void members_come_from_directories_and_open_files(void **state)
{
	struct bench *bench = *state;
	zip_t *archive;
	int file;

	make_file(bench, "a.gpx", "first");
	make_file(bench, "data", "second");
	file = openat(bench->directory, "data", O_RDONLY);
	assert_true(zip_writer_add(bench->zip, "gpx/", bench->directory, "a.gpx"));
	assert_true(zip_writer_add_open(bench->zip, "data.json", file));
	assert_int_equal(zip_writer_finish(bench->zip, &bench->error), ZIP_DONE);
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
	{"a:b", "gpx/a_b"},
	{"a_b", "gpx/4-a_b"}, /* the names have one common counter: no search for a free number */
};

static void names_are_safe_and_unique(void **state)
{
	struct bench *bench = *state;
	zip_t *archive;

	for (size_t i = 0; i < UNIT_COUNT(NAMES); i++) {
		make_file(bench, NAMES[i].name, NAMES[i].name);
		assert_true(zip_writer_add(bench->zip, "gpx/", bench->directory, NAMES[i].name));
	}
	assert_int_equal(zip_writer_finish(bench->zip, &bench->error), ZIP_DONE);
	archive = reopen(bench);
	for (size_t i = 0; i < UNIT_COUNT(NAMES); i++)
		assert_member(archive, NAMES[i].entry, NAMES[i].name);
	zip_discard(archive);
}

static void a_vanished_member_is_an_error_that_names_it(void **state)
{
	struct bench *bench = *state;

	make_file(bench, "a.gpx", "first");
	assert_true(zip_writer_add(bench->zip, "", bench->directory, "a.gpx"));
	unlinkat(bench->directory, "a.gpx", 0);
	assert_int_equal(zip_writer_finish(bench->zip, &bench->error), ZIP_FAILED);
	assert_string_equal(
		bench->error.text, "could not read file \"a.gpx\": No such file or directory");
}

static void a_member_that_became_a_link_is_not_read(void **state)
{
	struct bench *bench = *state;

	make_file(bench, "a.gpx", "first");
	assert_true(zip_writer_add(bench->zip, "", bench->directory, "a.gpx"));
	unlinkat(bench->directory, "a.gpx", 0);
	assert_int_equal(symlinkat("/etc/passwd", bench->directory, "a.gpx"), 0);
	assert_int_equal(zip_writer_finish(bench->zip, &bench->error), ZIP_FAILED);
}

static void a_member_that_became_a_pipe_does_not_block(void **state)
{
	struct bench *bench = *state;

	make_file(bench, "a.gpx", "first");
	assert_true(zip_writer_add(bench->zip, "", bench->directory, "a.gpx"));
	unlinkat(bench->directory, "a.gpx", 0);
	assert_int_equal(mkfifoat(bench->directory, "a.gpx", 0600), 0);
	assert_int_equal(zip_writer_finish(bench->zip, &bench->error), ZIP_FAILED);
}

static void being_stopped_is_not_a_failure(void **state)
{
	struct bench *bench = *state;

	make_file(bench, "a.gpx", "first");
	assert_true(zip_writer_add(bench->zip, "", bench->directory, "a.gpx"));
	bench->stop = true;
	assert_int_equal(zip_writer_finish(bench->zip, &bench->error), ZIP_STOPPED);
}

static void a_failed_write_is_an_error_with_its_reason(void **state)
{
	struct bench *bench = *state;
	int full = open("/dev/full", O_WRONLY);

	assert_true(full >= 0);
	assert_true(dup2(full, bench->output) >= 0);
	close(full);
	make_file(bench, "a.gpx", "first");
	assert_true(zip_writer_add(bench->zip, "", bench->directory, "a.gpx"));
	assert_int_equal(zip_writer_finish(bench->zip, &bench->error), ZIP_FAILED);
	assert_string_equal(
		bench->error.text, "could not write the archive: No space left on device");
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
		assert_true(zip_writer_add(bench->zip, "", bench->directory, name));
	}
	assert_int_equal(zip_writer_finish(bench->zip, &bench->error), ZIP_DONE);
}

#define ZIP_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ZIP_TEST(members_come_from_directories_and_open_files),
		ZIP_TEST(names_are_safe_and_unique),
		ZIP_TEST(a_vanished_member_is_an_error_that_names_it),
		ZIP_TEST(a_member_that_became_a_link_is_not_read),
		ZIP_TEST(a_member_that_became_a_pipe_does_not_block),
		ZIP_TEST(being_stopped_is_not_a_failure),
		ZIP_TEST(a_failed_write_is_an_error_with_its_reason),
		ZIP_TEST(more_members_than_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
