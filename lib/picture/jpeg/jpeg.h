/*
 * Copies a JPEG (ITU-T T.81, JFIF: T.871) without its metadata.
 */
#ifndef FITGATE_PICTURE_JPEG_H
#define FITGATE_PICTURE_JPEG_H

#include "picture/filter.h"

/* Copy one picture from its first byte to its end. The caller flushes. false: filter->result has the reason. */
bool jpeg_filter(struct filter *filter);

#endif
