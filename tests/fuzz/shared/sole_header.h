/*
 * The headers of a response, for the fuzz targets that run whole programs.
 */
#ifndef FITGATE_FUZZ_SOLE_HEADER_H
#define FITGATE_FUZZ_SOLE_HEADER_H

#include "http/response.h"

/* The value of a header; NULL: absent. Aborts if the response has it twice. */
const char *sole_header(const struct response *response, const char *name);

#endif
