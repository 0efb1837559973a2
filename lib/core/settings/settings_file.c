/*
 * Finding, reading and splitting the settings files.
 */
#include "core/settings/settings_file.h"

#include "core/process.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILE_SIZE = 64 * 1024 };

static const char CONFIG_LOCATION_FILE[] = "fitgate.path";
static const char BYTE_ORDER_MARK[] = "\xEF\xBB\xBF";

/* Reduce the text after "NAME=" to its value, in place. false: a quote is not closed. */
static bool unquote(char *value)
{
	size_t blanks = strspn(value, " \t");
	char quote = value[blanks];
	char *end;

	memmove(value, value + blanks, strlen(value + blanks) + 1);
	if (quote == '"' || quote == '\'') {
		end = strchr(value + 1, quote);
		if (end == NULL)
			return false;
		memmove(value, value + 1, (size_t)(end - value - 1));
		end[-1] = '\0';
		end++;
		end += strspn(end, " \t");
		return *end == '\0' || *end == '#';
	}
	for (end = value; *end != '\0'; end++)
		if (*end == '#' && (end == value || end[-1] == ' ' || end[-1] == '\t'))
			break;
	while (end > value && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return true;
}

static bool is_name(const char *text)
{
	return *text != '\0' &&
	       text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				 "0123456789_")] == '\0';
}

static bool add_line(struct settings_source *source, char *line, int number, const char *path)
{
	char *value;

	line += strspn(line, " \t");
	if (strncmp(line, "export ", 7) == 0)
		line += 7 + strspn(line + 7, " \t");
	if (*line == '\0' || *line == '#')
		return true;
	value = strchr(line, '=');
	if (value == NULL || value == line)
		return error_set(source->error, "%s: line %d is not NAME=VALUE", path, number);
	*value++ = '\0';
	if (!is_name(line))
		return error_set(
			source->error, "%s: line %d has no valid name before '='", path, number);
	if (!unquote(value))
		return error_set(
			source->error, "%s: line %d: %s has an unclosed quote", path, number, line);
	if (source->count == SETTINGS_FILE_LINES)
		return error_set(
			source->error, "%s: more than %d settings", path, SETTINGS_FILE_LINES);
	source->lines[source->count++] =
		(struct settings_line){.name = line, .value = value, .path = path};
	return true;
}

/*
 * Only the owner may have access. Root may also give a group access; on a shared host, where all customers
 * may be in one group, the owner is not root.
 */
static bool is_private(const struct stat *status)
{
	return (status->st_mode & S_IRWXO) == 0 &&
	       ((status->st_mode & S_IRWXG) == 0 || status->st_uid == 0);
}

/* Read up to `size` bytes, until the end of the file. -1: see errno. */
static ssize_t read_whole(int fd, char *text, size_t size)
{
	size_t length = 0;

	while (length < size) {
		ssize_t got = read(fd, text + length, size - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		length += (size_t)got;
	}
	return (ssize_t)length;
}

/* No more memory than the file needs: all programs keep it, and one that serves a single request spends its time on it. */
static char *read_text(struct settings_source *source, int fd, size_t size, const char *path)
{
	char *text = arena_zero(source->arena, size + 1);
	ssize_t got = text == NULL ? 0 : read_whole(fd, text, size);

	if (text == NULL)
		error_set(source->error, "out of memory");
	else if (got < 0)
		error_set_errno(source->error, errno, "FITGATE_CONFIG: could not read %s", path);
	else if (strlen(text) != (size_t)got)
		error_set(source->error, "FITGATE_CONFIG: %s is not a text file", path);
	else
		return text;
	return NULL;
}

static char *read_private_file(struct settings_source *source, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	char *text = NULL;

	if (fd < 0) {
		error_set_errno(source->error, errno, "FITGATE_CONFIG: could not open %s", path);
		return NULL;
	}
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
		error_set(source->error, "FITGATE_CONFIG: %s is not a file", path);
	else if (!is_private(&status))
		error_set(source->error,
			"FITGATE_CONFIG: other users have access to %s; run: chmod 600 %s", path,
			path);
	else if (status.st_size > MAX_FILE_SIZE)
		error_set(source->error, "FITGATE_CONFIG: %s is larger than %d bytes", path,
			MAX_FILE_SIZE);
	else
		text = read_text(source, fd, (size_t)status.st_size, path);
	close(fd);
	return text;
}

static char *skip_byte_order_mark(char *text)
{
	size_t length = sizeof(BYTE_ORDER_MARK) - 1;

	return strncmp(text, BYTE_ORDER_MARK, length) == 0 ? text + length : text;
}

static bool read_lines(struct settings_source *source, const char *path)
{
	char *line = read_private_file(source, path), *next;
	int number = 0;

	if (line == NULL)
		return false;
	for (line = skip_byte_order_mark(line); line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		line[strcspn(line, "\r")] = '\0';
		if (!add_line(source, line, ++number, path))
			return false;
	}
	return true;
}

/*
 * The first line of the file fitgate.path beside the program; a relative path starts in that directory.
 * This is for hosts whose web server passes no variables on (Apache's suexec). The file needs no check of
 * its owner: a user who can write there can also replace the program. NULL: there is none.
 */
static const char *path_beside_program(struct arena *arena)
{
	char directory[PATH_MAX], name[PATH_MAX + sizeof(CONFIG_LOCATION_FILE)];
	char text[PATH_MAX + sizeof(BYTE_ORDER_MARK)], *path;
	ssize_t got;
	int fd;

	if (!process_directory(directory, sizeof(directory)))
		return NULL;
	snprintf(name, sizeof(name), "%s%s", directory, CONFIG_LOCATION_FILE);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	got = read_whole(fd, text, sizeof(text) - 1);
	close(fd);
	text[got < 0 ? 0 : got] = '\0';
	path = skip_byte_order_mark(text);
	path[strcspn(path, "\r\n")] = '\0';
	return arena_printf(arena, "%s%s", *path == '/' ? "" : directory, path);
}

bool settings_file_read(struct settings_source *source)
{
	const char *paths = getenv("FITGATE_CONFIG");

	if (paths == NULL)
		paths = path_beside_program(source->arena);
	source->paths = arena_printf(source->arena, "%s", paths == NULL ? "" : paths);
	if (source->paths == NULL)
		return error_set(source->error, "out of memory");
	for (const char *at = source->paths; *at != '\0';) {
		size_t length = strcspn(at, ":");
		const char *path = arena_copy(source->arena, at, length);

		if (path == NULL)
			return error_set(source->error, "out of memory");
		if (length > 0 && !read_lines(source, path))
			return false;
		at += length + (at[length] == ':');
	}
	return true;
}
