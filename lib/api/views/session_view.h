/*
 * Sessions as JSON (contract §27.1).
 */
#ifndef FITGATE_API_SESSION_VIEW_H
#define FITGATE_API_SESSION_VIEW_H

#include "account/tokens/session_list.h"
#include "api/dialect.h"
#include "core/json/json.h"

/* The array of sessions; NULL when out of memory. */
cJSON *session_view_list(const struct dialect *dialect, const struct session_list *list);

#endif
