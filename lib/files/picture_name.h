/*
 * What a picture is called in its user's folder (contract §8.1).
 */
#ifndef FITGATE_FILES_PICTURE_NAME_H
#define FITGATE_FILES_PICTURE_NAME_H

enum { PICTURE_NAME_SIZE = 101 }; /* 100 characters and the NUL */

/* What comes after the last dot; NULL: there is no dot. */
const char *picture_name_extension(const char *filename);

/*
 * Make a name of what the client calls its file, which must have an extension of three ASCII letters. The
 * result has the same extension; it is of letters, digits, '_', '.' and '-' and begins with none of "._".
 */
void picture_name_make(const char *filename, char name[PICTURE_NAME_SIZE]);

#endif
