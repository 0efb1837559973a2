/*
 * Writing a zip archive of many files without holding them, or their descriptors: libzip behind a small
 * door.
 *
 * Members are named first and read when the archive is finished, one after the other. All are deflated
 * at level 6, the default of zip(1); zip64 is used where it must be. An unpacking program cannot be led
 * astray by the names: see zip_writer_add().
 */
#ifndef FITGATE_FILES_ZIP_WRITER_H
#define FITGATE_FILES_ZIP_WRITER_H

#include <stdbool.h>
#include <stdint.h>

enum { ZIP_REASON_SIZE = 320 };

struct zip_writer;

/*
 * Write to this descriptor of an empty file, which must stay open until the writer is released. From then
 * on `go_on` is asked many times a second whether to go on, with the bytes that have been read of the
 * members. NULL: memory is out.
 */
struct zip_writer *zip_writer_open(
	int descriptor, bool (*go_on)(void *context, int64_t bytes), void *context);

/* Release a writer, finished or not; NULL is accepted. */
void zip_writer_free(struct zip_writer *writer);

/*
 * Add the plain file `name` of an open folder as `prefix` and its name. It is opened when it is read, and
 * a link is not followed then. What could mean another place on any system, and what is no text, is
 * written as '_' in the member's name: control characters, '\', ':', what is not UTF-8; a name that is
 * taken already gets a number. The folder must stay open. false: memory is out.
 */
bool zip_writer_add(struct zip_writer *writer, const char *prefix, int folder, const char *name);

/* Add what an open file holds, from its start. It must stay open. false: memory is out. */
bool zip_writer_add_open(struct zip_writer *writer, const char *name, int descriptor);

enum zip_result {
	ZIP_DONE,
	ZIP_STOPPED, /* go_on said so */
	ZIP_FAILED,  /* see zip_writer_reason() */
};

/* Write it all. The archive is whole only when ZIP_DONE is returned. */
enum zip_result zip_writer_finish(struct zip_writer *writer);

/* What went wrong, in one line. */
const char *zip_writer_reason(const struct zip_writer *writer);

#endif
