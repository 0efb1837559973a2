/*
 * Receives a new picture of an account, as the file of a form (contract §6.11): reads the form while it arrives, copies
 * the picture without its metadata in a sandbox, and stores it. Memory does not grow with the size of the upload.
 */
#ifndef FITGATE_FILES_PICTURE_UPLOAD_H
#define FITGATE_FILES_PICTURE_UPLOAD_H

#include "account/context.h"
#include "http/form.h"
#include "http/request.h"

enum picture_upload_result {
	PICTURE_UPLOAD_DONE,
	PICTURE_UPLOAD_REFUSED, /* by `accept` */
	PICTURE_UPLOAD_NO_FILE, /* the body is another kind of form, or has no part "file" with a file name */
	PICTURE_UPLOAD_NO_NAME, /* its file name is empty, as when a browser's user has chosen no file */
	PICTURE_UPLOAD_EXTENSION, /* the file name does not end in .jpg, .jpeg, .png or .gif */
	PICTURE_UPLOAD_TOO_LARGE, /* see `size` and `limit` */
	PICTURE_UPLOAD_TOO_MANY_PIXELS,
	PICTURE_UPLOAD_INVALID, /* no picture that browsers show; the log has the rule that it breaks */
	PICTURE_UPLOAD_FAILED, /* it has been logged */
};

struct picture_upload {
	const struct account_context *account;
	const struct request *request;
	int64_t user_id;
	/*
	 * Called with the fields that stand before the file, before anything is stored. PICTURE_UPLOAD_DONE: accept the
	 * upload; PICTURE_UPLOAD_REFUSED; PICTURE_UPLOAD_FAILED. NULL: every upload is accepted.
	 */
	enum picture_upload_result (*accept)(void *context, const struct form *fields);
	void *context;

	/* set if the upload is too large, in bytes: of the whole request, as announced or else as received so far */
	int64_t size;
	int64_t limit;
};

/* Receive the upload. The members up to `context` have been set. */
enum picture_upload_result picture_upload_receive(struct picture_upload *upload);

#endif
