/*
 * See error.h.
 */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void set(struct error *error, int number, const char *format, va_list arguments)
{
	error->number = number;
	vsnprintf(error->text, sizeof(error->text), format, arguments);
}

bool error_set(struct error *error, const char *format, ...)
{
	va_list arguments;

	if (error == NULL)
		return false;
	va_start(arguments, format);
	set(error, 0, format, arguments);
	va_end(arguments);
	return false;
}

bool error_set_errno(struct error *error, int number, const char *format, ...)
{
	va_list arguments;
	size_t length;

	if (error == NULL)
		return false;
	va_start(arguments, format);
	set(error, number, format, arguments);
	va_end(arguments);
	length = strlen(error->text);
	snprintf(error->text + length, sizeof(error->text) - length, ": %s", strerror(number));
	return false;
}

bool error_prefix(struct error *error, const char *format, ...)
{
	char reason[ERROR_TEXT_SIZE];
	va_list arguments;
	size_t length;

	if (error == NULL)
		return false;
	memcpy(reason, error->text, sizeof(reason));
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	length = strlen(error->text);
	snprintf(error->text + length, sizeof(error->text) - length, ": %s", reason);
	return false;
}
