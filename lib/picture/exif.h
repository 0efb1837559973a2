/*
 * The orientation in Exif data (CIPA DC-008): the same TIFF structure in JPEG (APP1) and PNG (eXIf).
 */
#ifndef FITGATE_PICTURE_EXIF_H
#define FITGATE_PICTURE_EXIF_H

#include <stddef.h>

enum { EXIF_SIZE = 26 };

/* Read the orientation from the first directory of a TIFF structure: 1 to 8, or 0 if it has none. */
int exif_orientation(const unsigned char *tiff, size_t length);

/* Write a TIFF structure that contains only this orientation (1 to 8). */
void exif_write(int orientation, unsigned char tiff[EXIF_SIZE]);

#endif
