/*
 * Reads JSON of a known shape in place, without a tree: each function takes one piece from the front of a text.
 *
 *	char *at = text;
 *
 *	if (!json_take(&at, '[') || !json_take_integer(&at, 1, INT_MAX, &id) || !json_take(&at, ']'))
 *		return false;
 *
 * `at` moves behind what was taken. It stays before the piece (blanks excepted) if another one is there, so that
 * alternatives can be tried. For texts of our own, such as columns that triggers write: the functions do not check UTF-8, and
 * a string with an escape is not taken. For JSON of clients there is json.h.
 */
#ifndef FITGATE_CORE_JSON_TAKE_H
#define FITGATE_CORE_JSON_TAKE_H

#include <stdbool.h>
#include <stdint.h>

/* Take one of []{},: */
bool json_take(char **at, char mark);

/* Take the word null. */
bool json_take_null(char **at);

/* Take a number that is written as an integer and is in [low, high]. */
bool json_take_integer(char **at, int64_t low, int64_t high, int64_t *value);

/* Take a string. It is terminated in place of its closing quote. NULL: there is none, or it has an escape. */
char *json_take_text(char **at);

#endif
