/*
 * Writes members of the JSON files in an archive (contract §10), formatted as in FitTrackee's archives.
 */
#ifndef FITGATE_EXPORT_ARCHIVE_VALUES_H
#define FITGATE_EXPORT_ARCHIVE_VALUES_H

#include "core/clock.h"
#include "core/json/json_writer.h"

/* "YYYY-MM-DD HH:MM:SS", with microseconds unless they are 0. INSTANT_NONE is written as null. */
void archive_write_time(struct json_writer *writer, const char *key, instant when);

void archive_write_integer(struct json_writer *writer, const char *key, int64_t value);

/* NULL is written as null. */
void archive_write_text(struct json_writer *writer, const char *key, const char *text);

/* Seconds, as "H:MM:SS". 0 is written as null. */
void archive_write_duration(struct json_writer *writer, const char *key, int64_t seconds);

/* A decimal number as Python prints it: at least one digit after the point, no trailing zeros. */
void archive_write_decimal(struct json_writer *writer, const char *key, const char *decimal);

/* The same; NULL is written as null. */
void archive_write_amount(struct json_writer *writer, const char *key, const char *decimal);

/* The same; NULL and zero are written as null. */
void archive_write_measure(struct json_writer *writer, const char *key, const char *decimal);

/* JSON from the database. Text that is not JSON is written as a string, so that no data is lost. */
void archive_write_stored(struct json_writer *writer, const char *key, const char *json);

/* A workout's UUID as the API writes it (account/shortuuid.h). */
void archive_write_workout_id(struct json_writer *writer, const char *key, const char *uuid);

void archive_write_flag(struct json_writer *writer, const char *key, bool flag);

/* The shortest decimal text that reads back to the same number. */
void archive_write_real(struct json_writer *writer, const char *key, double value);

#endif
