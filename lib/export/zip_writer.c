/*
 * libzip reads the members and writes the archive through callbacks that use descriptors. Its functions for files take
 * paths, and would follow symbolic links.
 *
 * An archive can have tens of thousands of members. Each takes a few dozen bytes; the state of the member that is
 * being read is in the writer.
 */
#include "export/zip_writer.h"

#include "core/arena.h"
#include "core/text.h"
#include "files/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

enum {
	LEVEL = 5, /* a GPX file takes two thirds of the time of zlib's default, 6, and 4 % more space */
	ENTRY_SIZE = NAME_MAX + 64,
	WRITE_OUT_SIZE = 4 * 1024 * 1024
};

struct zip_writer {
	zip_t *archive; /* NULL: finished */
	struct arena arena;
	int output;
	int64_t at;          /* the position of the next output byte */
	int64_t written_out; /* the kernel has been asked to write the output up to this position to disk */
	int number;          /* the last number that was inserted into a taken name */
	bool (*go_on)(void *context, int64_t bytes);
	void *context;
	bool stopped;
	struct error *
		failure; /* of the caller of zip_writer_finish(); holds the first error of a callback */
	zip_error_t error; /* the error that a callback reports to libzip */

	/* the member that is being read */
	int input; /* -1: none */
	int64_t offset, size;
	int64_t bytes; /* read from all members so far */
};

struct member {
	struct zip_writer *writer;
	const char *name; /* in the directory; NULL: `descriptor` is that of the file itself */
	int descriptor;
};

/*
 * Record that a callback could not do `attempt`, with the reason in errno. `name` is that of the file, or NULL. Always
 * -1, as libzip expects.
 */
static zip_int64_t fail(struct zip_writer *writer, int code, const char *attempt, const char *name)
{
	int number = errno;

	if (writer->failure != NULL && *writer->failure->text == '\0') {
		if (name == NULL)
			error_set_errno(writer->failure, number, "could not %s", attempt);
		else
			error_set_errno(
				writer->failure, number, "could not %s \"%s\"", attempt, name);
	}
	zip_error_set(&writer->error, code, number);
	return -1;
}

/* Ask go_on whether to continue. If not, the error for libzip is set. */
static bool ask_go_on(struct zip_writer *writer)
{
	if (!writer->stopped && writer->go_on(writer->context, writer->bytes))
		return true;
	writer->stopped = true;
	zip_error_set(&writer->error, ZIP_ER_CANCELLED, 0);
	return false;
}

/* ---- members ----------------------------------------------------------------------------------- */

static zip_int64_t fail_to_read(const struct member *member, int code)
{
	const char *attempt = member->name == NULL ? "read a temporary file" : "read file";

	return fail(member->writer, code, attempt, member->name);
}

static zip_int64_t describe_member(const struct member *member, zip_stat_t *result)
{
	struct stat status;
	int failed = member->name == NULL ? fstat(member->descriptor, &status)
					  : fstatat(member->descriptor, member->name, &status,
						    AT_SYMLINK_NOFOLLOW);

	if (failed != 0)
		return fail_to_read(member, ZIP_ER_READ);
	zip_stat_init(result);
	result->size = (zip_uint64_t)status.st_size;
	result->mtime = status.st_mtime;
	result->valid = ZIP_STAT_SIZE | ZIP_STAT_MTIME;
	return sizeof(*result);
}

static zip_int64_t open_member(const struct member *member)
{
	struct zip_writer *writer = member->writer;
	struct stat status;

	if (!ask_go_on(writer))
		return -1;
	if (member->name != NULL)
		writer->input = directory_open_file(member->descriptor, member->name, &status);
	else
		writer->input = fstat(member->descriptor, &status) == 0 ? member->descriptor : -1;
	if (writer->input < 0)
		return fail_to_read(member, ZIP_ER_OPEN);
	writer->offset = 0;
	writer->size = status.st_size;
	return 0;
}

/* Read at most the size that the file had when it was opened, because it can grow meanwhile. */
static zip_int64_t read_member(const struct member *member, void *buffer, zip_uint64_t size)
{
	struct zip_writer *writer = member->writer;
	int64_t left = writer->size - writer->offset;
	ssize_t got;

	if (!ask_go_on(writer))
		return -1;
	do
		got = pread(writer->input, buffer, left < (int64_t)size ? (size_t)left : size,
			writer->offset);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return fail_to_read(member, ZIP_ER_READ);
	writer->offset += got;
	writer->bytes += got;
	return got;
}

static void close_member(const struct member *member)
{
	if (member->name != NULL && member->writer->input >= 0)
		close(member->writer->input);
	member->writer->input = -1;
}

static zip_int64_t serve_member(
	void *state, void *data, zip_uint64_t size, zip_source_cmd_t command)
{
	const struct member *member = state;

	switch (command) {
	case ZIP_SOURCE_SUPPORTS:
		return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ,
			ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
	case ZIP_SOURCE_STAT:
		return describe_member(member, data);
	case ZIP_SOURCE_OPEN:
		return open_member(member);
	case ZIP_SOURCE_READ:
		return read_member(member, data, size);
	case ZIP_SOURCE_CLOSE:
		close_member(member);
		return 0;
	case ZIP_SOURCE_ERROR:
		return zip_error_to_data(&member->writer->error, data, size);
	case ZIP_SOURCE_FREE:
		return 0; /* the arena owns the member */
	default:
		zip_error_set(&member->writer->error, ZIP_ER_OPNOTSUPP, 0);
		return -1;
	}
}

/* ---- output ------------------------------------------------------------------------------------ */

/* Start writing to disk in the background, so that syncing at the end is fast. */
static void write_out(struct zip_writer *writer)
{
	int64_t length = writer->at - writer->written_out;

	if (length < WRITE_OUT_SIZE)
		return;
	sync_file_range(writer->output, writer->written_out, length, SYNC_FILE_RANGE_WRITE);
	writer->written_out = writer->at;
}

static zip_int64_t write_output(struct zip_writer *writer, const char *bytes, zip_uint64_t length)
{
	zip_uint64_t left = length;

	while (left > 0) {
		ssize_t written = pwrite(writer->output, bytes, left, writer->at);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return fail(writer, ZIP_ER_WRITE, "write the archive", NULL);
		bytes += written;
		left -= (zip_uint64_t)written;
		writer->at += written;
	}
	write_out(writer);
	return (zip_int64_t)length;
}

static zip_int64_t seek_output(struct zip_writer *writer, void *data, zip_uint64_t size)
{
	/* the length is not checked: libzip only seeks to positions that ZIP_SOURCE_TELL_WRITE has returned */
	zip_int64_t place = zip_source_seek_compute_offset(
		(zip_uint64_t)writer->at, INT64_MAX, data, size, &writer->error);

	if (place < 0)
		return -1;
	writer->at = place;
	return 0;
}

static zip_int64_t serve_output(
	void *state, void *data, zip_uint64_t size, zip_source_cmd_t command)
{
	struct zip_writer *writer = state;

	switch (command) {
	case ZIP_SOURCE_SUPPORTS:
		return ZIP_SOURCE_SUPPORTS_WRITABLE;
	case ZIP_SOURCE_STAT:
		/* the archive is new: libzip must not read it */
		zip_error_set(&writer->error, ZIP_ER_READ, ENOENT);
		return -1;
	case ZIP_SOURCE_BEGIN_WRITE:
	case ZIP_SOURCE_COMMIT_WRITE:
	case ZIP_SOURCE_ROLLBACK_WRITE:
	case ZIP_SOURCE_REMOVE:
	case ZIP_SOURCE_FREE:
		return 0; /* the caller owns the file */
	case ZIP_SOURCE_WRITE:
		return write_output(writer, data, size);
	case ZIP_SOURCE_SEEK_WRITE:
		return seek_output(writer, data, size);
	case ZIP_SOURCE_TELL_WRITE:
		return writer->at;
	case ZIP_SOURCE_ERROR:
		return zip_error_to_data(&writer->error, data, size);
	default:
		zip_error_set(&writer->error, ZIP_ER_OPNOTSUPP, 0);
		return -1;
	}
}

/* ---- the archive ------------------------------------------------------------------------------- */

static zip_t *open_archive(struct zip_writer *writer)
{
	zip_source_t *output = zip_source_function_create(serve_output, writer, NULL);
	zip_t *archive = output == NULL
				 ? NULL
				 : zip_open_from_source(output, ZIP_CREATE | ZIP_TRUNCATE, NULL);

	if (archive == NULL && output != NULL)
		zip_source_free(output);
	return archive;
}

struct zip_writer *zip_writer_open(
	int descriptor, bool (*go_on)(void *context, int64_t bytes), void *context)
{
	struct zip_writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL)
		return NULL;
	writer->output = descriptor;
	writer->input = -1;
	writer->number = 1;
	writer->go_on = go_on;
	writer->context = context;
	zip_error_init(&writer->error);
	writer->archive = open_archive(writer);
	if (writer->archive != NULL)
		return writer;
	free(writer);
	return NULL;
}

void zip_writer_free(struct zip_writer *writer)
{
	if (writer == NULL)
		return;
	if (writer->archive != NULL)
		zip_discard(writer->archive);
	arena_free(&writer->arena);
	zip_error_fini(&writer->error);
	free(writer);
}

static zip_source_t *member_source(struct zip_writer *writer, const char *name, int descriptor)
{
	struct member *member = arena_alloc(&writer->arena, sizeof(*member));

	if (member == NULL)
		return NULL;
	*member = (struct member){writer, name, descriptor};
	return zip_source_function(writer->archive, serve_member, member);
}

/* Add a member. -1: the name is taken, or out of memory; then the caller still owns the source. */
static zip_int64_t add_source(struct zip_writer *writer, const char *name, zip_source_t *source)
{
	return zip_file_add(writer->archive, name, source, ZIP_FL_ENC_UTF_8);
}

/* Set the compression level, and a mode that gives access only to the user who unpacks the archive. */
static bool set_properties(struct zip_writer *writer, zip_int64_t index)
{
	zip_uint64_t member = (zip_uint64_t)index;

	return zip_set_file_compression(writer->archive, member, ZIP_CM_DEFLATE, LEVEL) == 0 &&
	       zip_file_set_external_attributes(writer->archive, member, 0, ZIP_OPSYS_UNIX,
		       (zip_uint32_t)(S_IFREG | 0600) << 16) == 0;
}

bool zip_writer_add_open(struct zip_writer *writer, const char *name, int descriptor)
{
	zip_source_t *source = member_source(writer, NULL, descriptor);
	zip_int64_t index = source == NULL ? -1 : add_source(writer, name, source);

	if (index >= 0)
		return set_properties(writer, index);
	zip_source_free(source);
	return false;
}

/* Replace characters that are not allowed in a member name: see zip_writer_add(). */
static void make_safe(char *name)
{
	bool is_text = text_is_utf8(name, strlen(name));

	for (; *name != '\0'; name++) {
		bool is_ascii = (unsigned char)*name < 0x80;

		if (text_is_control(*name) || *name == '\\' || *name == ':' ||
			(!is_ascii && !is_text))
			*name = '_';
	}
}

static bool is_taken(struct zip_writer *writer)
{
	return zip_error_code_zip(zip_get_error(writer->archive)) == ZIP_ER_EXISTS;
}

bool zip_writer_add(struct zip_writer *writer, const char *prefix, int directory, const char *name)
{
	char *own = arena_copy(&writer->arena, name, strlen(name));
	zip_source_t *source = own == NULL ? NULL : member_source(writer, own, directory);
	char safe[NAME_MAX + 1], entry[ENTRY_SIZE];
	zip_int64_t index;

	if (source == NULL)
		return false;
	snprintf(safe, sizeof(safe), "%s", name);
	make_safe(safe);
	snprintf(entry, sizeof(entry), "%s%s", prefix, safe);
	index = add_source(writer, entry, source);
	while (index < 0 && is_taken(writer) && writer->number < INT_MAX) {
		snprintf(entry, sizeof(entry), "%s%d-%s", prefix, ++writer->number, safe);
		index = add_source(writer, entry, source);
	}
	if (index >= 0)
		return set_properties(writer, index);
	zip_source_free(source);
	return false;
}

enum zip_result zip_writer_finish(struct zip_writer *writer, struct error *error)
{
	int status;

	*error = ERROR_NONE;
	writer->failure = error;
	status = zip_close(writer->archive);
	writer->failure = NULL;
	if (status == 0) {
		writer->archive = NULL;
		return ZIP_DONE;
	}
	if (writer->stopped)
		return ZIP_STOPPED;
	if (*error->text == '\0')
		error_set(error, "could not write the archive: %s", zip_strerror(writer->archive));
	return ZIP_FAILED;
}
