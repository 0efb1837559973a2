/*
 * The file name of a picture in its user's directory (contract §8.1).
 */
#ifndef FITGATE_PICTURE_PICTURE_NAME_H
#define FITGATE_PICTURE_PICTURE_NAME_H

enum { PICTURE_NAME_SIZE = 101 }; /* 100 characters and the NUL */

/* The part after the last dot; NULL: there is no dot. */
const char *picture_name_extension(const char *filename);

/*
 * Make a safe name from the file name that the client sent, which must have an extension of three or four ASCII
 * letters. The result has the same extension, consists of letters, digits, '_', '.' and '-', and does not begin with
 * '.' or '_'.
 */
void picture_name_make(const char *filename, char name[PICTURE_NAME_SIZE]);

#endif
