/*
 * fitgate-admin settings: the row of app_config, which GET config shows. (What is in the environment or
 * the settings file is not meant.)
 */
#ifndef FITGATE_OPERATOR_CONFIG_H
#define FITGATE_OPERATOR_CONFIG_H

#include "operator/operator.h"

/* The commands; each returns the exit status. */
int config_list(const struct desk *desk);
int config_set(const struct desk *desk);

#endif
