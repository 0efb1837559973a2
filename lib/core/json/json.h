/*
 * Reads and writes JSON with cJSON, whose memory is all in an arena. A scan of our own, as strict as RFC 8259
 * allows, checks a text before cJSON parses it.
 *
 * cJSON alone accepts NUL escapes (and cuts the string there), invalid UTF-8, `01`, `1e400` and more; a text that
 * passes json_is_strict() contains none of these, so that the tree can be trusted.
 */
#ifndef FITGATE_CORE_JSON_H
#define FITGATE_CORE_JSON_H

#include "core/arena.h"
#include "core/clock.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

enum { JSON_MAX_DEPTH = 64 };

/*
 * Let cJSON allocate from this arena from now on. Called at the start of each request; a tree lives
 * as long as what was allocated with it, and cJSON_Delete() is never needed.
 */
void json_use_arena(struct arena *arena);

/*
 * Whether the bytes are one JSON text: RFC 8259's grammar, well-formed UTF-8 (a byte order mark before
 * it is allowed), at most JSON_MAX_DEPTH levels of arrays and objects, no NUL and no lone surrogate in
 * a string, every number finite as a double and of at most 511 characters.
 */
bool json_is_strict(const char *text, size_t length);

/* Scan and parse. NULL when the text is not strict JSON or when out of memory. */
cJSON *json_parse(const char *text, size_t length);

/* The member with exactly this key, the last one where there are several; NULL when there is none. */
const cJSON *json_member(const cJSON *object, const char *key);

/* Whether `item` is a number without a fraction within [low, high] (at most 2^53 either way). */
bool json_integer(const cJSON *item, int64_t low, int64_t high, int64_t *value);

/* The value of a member, as the text of the object writes it. */
struct json_value {
	const char *key;
	const char *text; /* a string with its quotes; NULL: there is no such member */
	size_t length;
};

/*
 * Find the values of these keys in the text of an object, without a tree. Of several members with one key, the last one
 * counts. false: the text is not a strict JSON object, or a key in it is written with an escape.
 */
bool json_find_values(const char *text, size_t length, struct json_value *values, size_t count);

/* Whether the value is written exactly like this: for texts without an escape, words, and numbers. */
bool json_value_is(const struct json_value *value, const char *written);

/* Whether it is a number in [low, high] that is written as an integer: 1, but not 1.0, which a tree cannot distinguish. */
bool json_value_integer(
	const struct json_value *value, int64_t low, int64_t high, int64_t *integer);

/*
 * Add a member; NULL text and INSTANT_NONE become null. A time is written as the API does
 * (clock_http_date()). false when out of memory.
 */
bool json_add_text(cJSON *object, const char *key, const char *text);
bool json_add_time(cJSON *object, const char *key, instant when);
bool json_add_bool(cJSON *object, const char *key, bool value);
bool json_add_number(cJSON *object, const char *key, double value);

/* Compact text of a tree, in the arena; NULL when out of memory. */
char *json_text(const cJSON *item);

#endif
