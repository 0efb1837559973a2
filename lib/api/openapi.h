/*
 * The description of the API in each dialect, as GET openapi.json shows it: an OpenAPI 3.1 document.
 *
 * cgi/openapi.json describes 0.7. For each older dialect, a file beside it describes the differences: an object with the
 * members "texts" (each string of the document that equals a key becomes its value; null removes it) and "document" (a
 * merge patch, RFC 7396, for the result).
 */
#ifndef FITGATE_API_OPENAPI_H
#define FITGATE_API_OPENAPI_H

#include "api/dialect.h"

/* The files, built in by scripts/embed-openapi. */
extern const char *const OPENAPI_SOURCES[DIALECT_COUNT];

/* The document of a dialect, as text in the request's arena. NULL: out of memory. */
const char *openapi_document(const struct dialect *dialect);

#endif
