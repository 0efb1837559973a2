/*
 * Writes a zip archive of many files with libzip, without holding the files in memory or keeping them open.
 *
 * The caller first adds the members by name; zip_writer_finish() then opens and reads them one after the other. They
 * are deflated at level 5, which is faster than the default of zip(1), 6; zip64 is used where necessary. Member names are
 * safe to unpack: see zip_writer_add().
 */
#ifndef FITGATE_EXPORT_ZIP_WRITER_H
#define FITGATE_EXPORT_ZIP_WRITER_H

#include "core/error.h"

#include <stdbool.h>
#include <stdint.h>

struct zip_writer;

/*
 * Create a writer. `descriptor` is that of an empty file, which must stay open until the writer is released. While the
 * archive is written, `go_on` is called many times a second with the number of bytes that have been read from the
 * members; it returns whether to continue. NULL: out of memory.
 */
struct zip_writer *zip_writer_open(
	int descriptor, bool (*go_on)(void *context, int64_t bytes), void *context);

/* Release a writer, finished or not. NULL is ignored. */
void zip_writer_free(struct zip_writer *writer);

/*
 * Add the regular file `name` of an open directory, which must stay open. The file is opened when it is read; a
 * symbolic link is not followed. false: out of memory.
 *
 * The member's name is `prefix` followed by the name of the file. Characters that have a meaning in paths on any
 * system, and bytes that are not text, are replaced by '_': control characters, '\', ':', invalid UTF-8. If the member
 * name is taken, a number is inserted.
 */
bool zip_writer_add(struct zip_writer *writer, const char *prefix, int directory, const char *name);

/* Add the whole content of an open file, which must stay open. false: out of memory. */
bool zip_writer_add_open(struct zip_writer *writer, const char *name, int descriptor);

enum zip_result {
	ZIP_DONE,
	ZIP_STOPPED, /* go_on returned false */
	ZIP_FAILED,  /* `error` has the reason */
};

/* Write the archive. Unless the result is ZIP_DONE, it is incomplete, and the caller must discard it. */
enum zip_result zip_writer_finish(struct zip_writer *writer, struct error *error);

#endif
