/*
 * Recognizes ICC color profiles (ICC.1:2022).
 */
#ifndef FITGATE_PICTURE_ICC_H
#define FITGATE_PICTURE_ICC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ICC_BEGINNING = 132, /* bytes that icc_size() needs: the header and the number of tags */
	ICC_MAX = 4 << 20    /* profiles of printers have some hundred KB */
};

/*
 * Return the size that a profile declares. `profile` holds its first `length` bytes; the entries of the tag table
 * among them are checked. 0: these bytes are not the beginning of a profile.
 */
uint32_t icc_size(const unsigned char *profile, size_t length);

/*
 * Whether a profile that begins with these ICC_BEGINNING bytes describes the colors, or the gray levels, of a picture.
 * libpng ignores others in a PNG, with a warning.
 */
bool icc_describes(const unsigned char *profile, bool is_color);

#endif
