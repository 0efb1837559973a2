/*
 * What the checks of fitgate-admin doctor share: what they look at, and how they tell what they found.
 */
#ifndef FITGATE_OPERATOR_EXAMINATION_H
#define FITGATE_OPERATOR_EXAMINATION_H

#include "operator/report.h"
#include "operator/operator.h"

struct examination {
	struct arena *arena;
	struct settings settings;
	struct db *db;
	bool json;
	int wrong; /* checks that found something */
};

/* Tell what a check found. */
void examination_ok(struct examination *examination, const char *check, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void examination_wrong(struct examination *examination, const char *check, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The checks of the database. false: it cannot be asked at all. */
bool examine_database(struct examination *examination);
void examine_schema(struct examination *examination);
void examine_triggers(struct examination *examination);
void examine_rights(struct examination *examination);
void examine_app_config(struct examination *examination);
void examine_clock(struct examination *examination);
void examine_jobs(struct examination *examination);

#endif
