/*
 * The settings files: lines of NAME=VALUE, quoted as in assignments of a shell, but without expansion.
 *
 * Empty lines and lines that start with "#" are skipped; "export " before a name is allowed. A value in
 * single or double quotes is taken as it is; any other ends before " #" and is trimmed. A byte order mark
 * and CRLF line ends are accepted. A file that other users may read is refused: it holds secrets.
 */
#ifndef FITGATE_CORE_SETTINGS_FILE_H
#define FITGATE_CORE_SETTINGS_FILE_H

#include "core/arena.h"
#include "core/error.h"

#include <stdbool.h>

enum { SETTINGS_FILE_LINES = 256 };

struct settings_line {
	const char *name;
	char *value;
	const char *path; /* of the file that holds the line */
};

/* Where the settings are read from, and where an error goes. */
struct settings_source {
	struct arena *arena;
	const char *paths; /* of the files, separated by ":"; "": there are none */
	struct settings_line lines[SETTINGS_FILE_LINES];
	int count;
	struct error *error;
};

/*
 * Read the files that FITGATE_CONFIG names, or else the file fitgate.path beside the program. The caller
 * has set arena and error. false: a file could not be read or has a malformed line.
 */
bool settings_file_read(struct settings_source *source);

#endif
