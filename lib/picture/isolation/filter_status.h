/*
 * The exit status of the program picture_filter, which reports the result to the process that started it.
 */
#ifndef FITGATE_PICTURE_FILTER_STATUS_H
#define FITGATE_PICTURE_FILTER_STATUS_H

enum {
	FILTER_STATUS_RESULT = 0x3f,     /* enum picture_result */
	FILTER_STATUS_UNCONFINED = 0x40, /* the kernel has no seccomp */
	FILTER_STATUS_USAGE = 0x80,      /* invalid arguments */
};

#endif
