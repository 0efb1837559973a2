/*
 * Copies a PNG (W3C Portable Network Graphics, 3rd edition, which includes APNG) without its metadata.
 */
#ifndef FITGATE_PICTURE_PNG_H
#define FITGATE_PICTURE_PNG_H

#include "picture/filter.h"

/* Copy one picture from its first byte to its end. The caller flushes. false: filter->result has the reason. */
bool png_filter(struct filter *filter);

/* The same, but copy only the still image of an animation. */
bool png_filter_still(struct filter *filter);

#endif
