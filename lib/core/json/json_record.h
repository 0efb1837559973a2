/*
 * Flat JSON objects whose values are texts: the payloads of jobs.
 */
#ifndef FITGATE_CORE_JSON_RECORD_H
#define FITGATE_CORE_JSON_RECORD_H

/* A member. A NULL text is left out. */
struct json_record_member {
	const char *key;
	const char *text;
};

/* The object, compact. The list ends with a member without a key. In the arena of json_use_arena(); NULL when
 * out of memory. */
char *json_record_write(const struct json_record_member *members);

/*
 * Read an object: each member's text is set to the value of its key, NULL where the object has no text of that
 * key. The texts are in the arena of json_use_arena(). A text that is not a strict JSON object sets all to NULL.
 */
void json_record_read(const char *text, struct json_record_member *members);

#endif
