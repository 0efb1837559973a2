/*
 * Drops every privilege that cleaning a picture does not need.
 */
#ifndef FITGATE_PICTURE_CONFINEMENT_H
#define FITGATE_PICTURE_CONFINEMENT_H

#include <stdbool.h>

/*
 * Confine this process until it ends. Call it before the first hostile byte is read.
 *
 * - All descriptors except 0 and 1 are closed.
 * - No other process of the same user can read its memory.
 * - CPU time, memory and output are limited; the priority is the lowest.
 * - A system call kills the process, unless it reads from 0, writes to 1, allocates or releases memory, or exits.
 *
 * false: the kernel has no seccomp, so system calls are not restricted. The rest holds.
 */
bool confine(void);

#endif
