/*
 * See picture_upload.h.
 */
#include "files/picture_upload.h"

#include "account/app_config.h"
#include "core/log.h"
#include "files/user_picture.h"
#include "http/multipart.h"
#include "picture/isolation/sandbox.h"
#include "picture/picture.h"
#include "picture/picture_name.h"

#include <string.h>

enum { FIELD_MAX = 1024 }; /* bytes of a field before the file */

struct reception {
	struct picture_upload *upload;
	struct arena *arena;
	struct request_body_stream body;
	struct multipart multipart;
	enum multipart_result form; /* MULTIPART_PART: there may be more parts */
	struct form fields;
	struct app_config_sizes limits;
	const char *filename; /* given by the client; NULL: no file so far */
	enum picture_kind kind;
	enum picture_result picture;
};

/* The size of the whole request, not of the file: as announced, or else the number of bytes received so far. */
static int64_t size_of(const struct reception *reception)
{
	return reception->body.announced >= 0 ? reception->body.announced
					      : (int64_t)reception->body.length;
}

static bool is_too_large(const struct reception *reception)
{
	return size_of(reception) > reception->limits.file;
}

/* ---- the form ---------------------------------------------------------------------------------- */

/* Keep a field that stands before the file, if it is short text. false: out of memory. */
static bool keep_field(struct reception *reception, const char *part_name)
{
	struct form *fields = &reception->fields;
	char value[FIELD_MAX + 1];
	size_t length = 0;
	ssize_t got;
	const char *name, *copy;

	do {
		got = multipart_read(&reception->multipart, value + length, sizeof(value) - length);
		length += got > 0 ? (size_t)got : 0;
	} while (got > 0 && length < sizeof(value));
	if (length > FIELD_MAX || memchr(value, '\0', length) != NULL ||
		fields->count == FORM_FIELDS)
		return true;
	name = arena_copy(reception->arena, part_name, strlen(part_name));
	copy = arena_copy(reception->arena, value, length);
	if (name == NULL || copy == NULL)
		return false;
	fields->fields[fields->count++] = (struct form_field){name, copy};
	return true;
}

/* Read the form up to the part with the file, or to its end where there is none. false: out of memory. */
static bool find_file(struct reception *reception)
{
	const struct request *request = reception->upload->request;
	const struct source body =
		request_body_source(&reception->body, request, (size_t)reception->limits.request);
	struct multipart_part part;
	const char *extension;

	reception->form = MULTIPART_BROKEN;
	if (!multipart_begin(&reception->multipart, request->content_type, &body))
		return true;
	for (;;) {
		reception->form = multipart_next(&reception->multipart, &part);
		if (reception->form != MULTIPART_PART)
			return true;
		if (part.filename != NULL && strcmp(part.name, "file") == 0)
			break;
		if (part.filename == NULL && !keep_field(reception, part.name))
			return false;
	}
	reception->filename = arena_copy(reception->arena, part.filename, strlen(part.filename));
	if (reception->filename == NULL)
		return false;
	extension = picture_name_extension(reception->filename);
	reception->kind =
		extension == NULL ? PICTURE_UNKNOWN : picture_kind_by_extension(extension);
	return true;
}

/* Parts after the file mean nothing, but the form has to be complete. */
static void finish_form(struct reception *reception)
{
	struct multipart_part part;

	while (reception->form == MULTIPART_PART)
		reception->form = multipart_next(&reception->multipart, &part);
}

/* ---- the picture ------------------------------------------------------------------------------- */

/* Fails as soon as the body turns out to be too large: the rest is not stored. */
static ssize_t read_file(void *state, void *buffer, size_t size)
{
	struct reception *reception = state;
	ssize_t got = multipart_read(&reception->multipart, buffer, size);

	return is_too_large(reception) ? -1 : got;
}

/* Steps 2 to 7 of contract §6.11, after the form has been read. PICTURE_UPLOAD_DONE: the picture can be stored. */
static enum picture_upload_result check(const struct reception *reception)
{
	if (reception->body.state == REQUEST_BODY_TOO_LARGE)
		return PICTURE_UPLOAD_TOO_LARGE;
	if (reception->form != MULTIPART_END || reception->filename == NULL)
		return PICTURE_UPLOAD_NO_FILE;
	if (*reception->filename == '\0')
		return PICTURE_UPLOAD_NO_NAME;
	if (reception->kind == PICTURE_UNKNOWN)
		return PICTURE_UPLOAD_EXTENSION;
	if (is_too_large(reception))
		return PICTURE_UPLOAD_TOO_LARGE;
	if (reception->picture == PICTURE_TOO_MANY_PIXELS)
		return PICTURE_UPLOAD_TOO_MANY_PIXELS;
	if (picture_is_refused(reception->picture))
		return PICTURE_UPLOAD_INVALID;
	return reception->picture == PICTURE_OK ? PICTURE_UPLOAD_DONE : PICTURE_UPLOAD_FAILED;
}

/* Receive the file and store it without its metadata. false: the upload is refused. */
static bool write_picture(void *context, int file)
{
	struct reception *reception = context;
	const struct source source = {read_file, reception};
	struct error error = ERROR_NONE;

	reception->picture = picture_sandbox_clean(reception->kind, &source, file, &error);
	if (picture_is_refused(reception->picture))
		log_warning("picture refused: %s", error.text);
	else if (reception->picture == PICTURE_NO_FILTER)
		log_error("%s", error.text);
	finish_form(reception);
	return check(reception) == PICTURE_UPLOAD_DONE;
}

/* Store the file, unless it is clear from its name and size that it will be refused. */
static enum file_replace_result store(struct reception *reception)
{
	const struct picture_upload *upload = reception->upload;
	enum file_replace_result result = FILE_NOT_WRITTEN;
	char name[PICTURE_NAME_SIZE];

	if (reception->kind != PICTURE_UNKNOWN && !is_too_large(reception)) {
		reception->picture = PICTURE_UNWRITABLE;
		picture_name_make(reception->filename, name);
		result = user_picture_replace(upload->account, upload->user_id,
			&(struct user_picture_upload){name, write_picture, reception});
	}
	finish_form(reception);
	return result;
}

static enum picture_upload_result receive(struct reception *reception)
{
	struct picture_upload *upload = reception->upload;
	enum picture_upload_result refusal;

	if (app_config_read_sizes(upload->account->db, &reception->limits) != DB_OK ||
		!find_file(reception))
		return PICTURE_UPLOAD_FAILED;
	if (upload->accept != NULL) {
		refusal = upload->accept(upload->context, &reception->fields);
		if (refusal != PICTURE_UPLOAD_DONE)
			return refusal;
	}
	if (store(reception) == FILE_REPLACED)
		return PICTURE_UPLOAD_DONE;
	refusal = check(reception);
	return refusal == PICTURE_UPLOAD_DONE ? PICTURE_UPLOAD_FAILED : refusal;
}

enum picture_upload_result picture_upload_receive(struct picture_upload *upload)
{
	struct reception *reception = arena_zero(upload->request->arena, sizeof(*reception));
	enum picture_upload_result result;

	if (reception == NULL)
		return PICTURE_UPLOAD_FAILED;
	reception->upload = upload;
	reception->arena = upload->request->arena;
	result = receive(reception);
	upload->size = size_of(reception);
	upload->limit = reception->body.state == REQUEST_BODY_TOO_LARGE ? reception->limits.request
									: reception->limits.file;
	return result;
}
