/*
 * The settings of a program under test, in the environment.
 */
#ifndef FITGATE_FUZZ_ENVIRONMENT_H
#define FITGATE_FUZZ_ENVIRONMENT_H

/* APP_SECRET_KEY */
#define ENVIRONMENT_SECRET "a key for tests, not a secret"

/* Set all settings that programs need, and write the log to /dev/null. */
void environment_begin(void);

/* Enable e-mail, or disable it if `mail` is "off". NULL: not given. */
void environment_set_mail(const char *mail);

#endif
