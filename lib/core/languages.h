/*
 * The languages of Fitgate: the directories of lib/mail/templates. A language is added by adding its directory.
 */
#ifndef FITGATE_CORE_LANGUAGES_H
#define FITGATE_CORE_LANGUAGES_H

/* Their codes, separated by spaces, in alphabetical order. Made by scripts/embed-languages. */
extern const char LANGUAGES[];

#endif
