/*
 * What a new account prefers (contract §6.1). The other preferences have their defaults in the table users.
 */
#ifndef FITGATE_ACCOUNT_DEFAULTS_H
#define FITGATE_ACCOUNT_DEFAULTS_H

#define DEFAULT_LANGUAGE    "en"
#define DEFAULT_TIMEZONE    "Europe/Paris"
#define DEFAULT_DATE_FORMAT "MM/dd/yyyy"

#endif
