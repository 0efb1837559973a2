/*
 * Cleans a picture in a sandbox.
 *
 * An attacker chooses every byte that the parsers of pictures read. So they run in a process of their own: the
 * program picture_filter, in the directory of the running program. It has an empty environment and only two open
 * files, its input and its output; it can only read, write, allocate memory and exit
 * (picture/isolation/confinement.h). It holds no key and no connection, and ends after one picture.
 */
#ifndef FITGATE_PICTURE_SANDBOX_H
#define FITGATE_PICTURE_SANDBOX_H

#include "core/error.h"
#include "picture/picture.h"

/*
 * Copy a picture of this kind without its metadata, as picture_clean() does, from `in` to the empty file `output`,
 * which is open for reading and writing. Of a PNG with a broken animation, the still image is kept. Unless the result
 * is PICTURE_OK, `error` has the reason, and the caller must discard the file. `in` might not be read to its end.
 * SIGPIPE must be ignored. If the kernel has no seccomp, the picture is cleaned without it, and the first time a
 * warning is logged.
 */
enum picture_result picture_sandbox_clean(
	enum picture_kind kind, const struct source *in, int output, struct error *error);

/*
 * Check that picture_filter can be started. *confined: whether the kernel has seccomp. false: `error` has the reason.
 */
bool picture_sandbox_check(bool *confined, struct error *error);

#endif
