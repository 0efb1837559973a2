/*
 * http/multipart under bytes of any kind. The input's first byte says how the body is read: in pieces of
 * so many bytes, whole when it is 0; its first line goes into the Content-Type as the boundary; the rest
 * is the body. What a body says must not depend on the pieces that it comes in, nor on those that its
 * parts are taken in.
 */
#include "input.h"

#include "http/multipart.h"

#include <string.h>

/* Everything that a body says is put down in a transcript, one thing behind the other. */
static void tell_name(struct output *transcript, const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		require(((unsigned char)*c >= 0x20 || *c == '\t') && *c != 0x7f);
	output_write(transcript, name, strlen(name) + 1);
}

/* Take the body apart, each part in pieces of `take` bytes. */
static void transcribe(struct multipart *m, size_t take, struct output *transcript)
{
	struct multipart_part part;
	enum multipart_result result;
	char *content = malloc(take);
	ssize_t got;

	while ((result = multipart_next(m, &part)) == MULTIPART_PART) {
		tell_name(transcript, part.name);
		output_write(transcript, part.filename == NULL ? "-" : "+", 1);
		if (part.filename != NULL)
			tell_name(transcript, part.filename);
		while ((got = multipart_read(m, content, take)) > 0)
			output_write(transcript, content, (size_t)got);
		output_write(transcript, got == 0 ? "." : "!", 1);
	}
	require(result != MULTIPART_UNREADABLE);
	output_write(transcript, &result, sizeof(result));
	free(content);
}

/* false: the boundary cannot be used. */
static bool read_body(
	const char *content_type, struct pieces pieces, size_t take, struct output *transcript)
{
	/* of its own, so that the sanitizer sees a step beyond it */
	struct multipart *m = malloc(sizeof(*m));
	bool begun = multipart_begin(m, content_type, &(struct source){pieces_read, &pieces});

	if (begun)
		transcribe(m, take, transcript);
	free(m);
	return begun;
}

static struct output empty_transcript(size_t body_length)
{
	/* a part says less than its delimiter and headers take, and there is a result at the end */
	struct output transcript = {.size = body_length + 64};

	transcript.bytes = malloc(transcript.size);
	return transcript;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char TYPE[] = "multipart/form-data; boundary=";
	const uint8_t *line_end = size < 2 ? NULL : memchr(data + 1, '\n', size - 1);
	struct output whole, pieced;
	struct pieces pieces;
	size_t length;
	char *content_type;

	if (line_end == NULL)
		return 0;
	length = (size_t)(line_end - data - 1);
	content_type = malloc(sizeof(TYPE) + length);
	memcpy(content_type, TYPE, sizeof(TYPE) - 1);
	memcpy(content_type + sizeof(TYPE) - 1, data + 1, length);
	content_type[sizeof(TYPE) - 1 + length] = '\0';

	pieces = (struct pieces){line_end + 1, size - length - 2, 0};
	whole = empty_transcript(pieces.length);
	pieced = empty_transcript(pieces.length);
	if (read_body(content_type, pieces, MULTIPART_BUFFER, &whole)) {
		pieces.step = data[0];
		read_body(content_type, pieces, 1 + data[0] % 7, &pieced);
		require(whole.length == pieced.length &&
			memcmp(whole.bytes, pieced.bytes, whole.length) == 0);
	}
	free(content_type);
	free(whole.bytes);
	free(pieced.bytes);
	return 0;
}
