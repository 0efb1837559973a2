/*
 * The security log as JSON (contract §27.3).
 */
#ifndef FITGATE_API_EVENT_VIEW_H
#define FITGATE_API_EVENT_VIEW_H

#include "account/event.h"
#include "api/dialect.h"
#include "core/json/json.h"

/* The array of events; NULL when out of memory. */
cJSON *event_view_list(const struct dialect *dialect, const struct event_list *list);

#endif
