/*
 * Copies a GIF (87a or 89a) without its metadata.
 */
#ifndef FITGATE_PICTURE_GIF_H
#define FITGATE_PICTURE_GIF_H

#include "picture/filter.h"

/* Copy one picture from its first byte to its end. The caller flushes. false: filter->result has the reason. */
bool gif_filter(struct filter *filter);

#endif
