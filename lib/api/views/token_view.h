/*
 * Personal tokens as JSON (contract §27.2).
 */
#ifndef FITGATE_API_TOKEN_VIEW_H
#define FITGATE_API_TOKEN_VIEW_H

#include "account/tokens/personal_token_list.h"
#include "api/dialect.h"
#include "core/json/json.h"

/* One token, without its text; NULL when out of memory. */
cJSON *token_view(const struct dialect *dialect, const struct listed_token *token);

/* The array of tokens; NULL when out of memory. */
cJSON *token_view_list(const struct dialect *dialect, const struct token_list *list);

#endif
