/*
 * http/multipart with arbitrary bytes. The first byte of the input is the number of bytes per read of the body;
 * 0: all of it. The rest of the first line is the boundary in the Content-Type, the following lines are the
 * body. The result must depend neither on the pieces in which the body arrives, nor on those in which its
 * parts are read.
 */
#include "shared/input.h"

#include "http/multipart.h"

#include <string.h>

/* A transcript records everything that is read from a body, in order. */
static void record_name(struct output *transcript, const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		require(((unsigned char)*c >= 0x20 || *c == '\t') && *c != 0x7f);
	output_write(transcript, name, strlen(name) + 1);
}

/* Parse the body, and read each part in pieces of `take` bytes. */
static void transcribe(struct multipart *m, size_t take, struct output *transcript)
{
	struct multipart_part part;
	enum multipart_result result;
	char *content = malloc(take);
	ssize_t got;

	while ((result = multipart_next(m, &part)) == MULTIPART_PART) {
		record_name(transcript, part.name);
		output_write(transcript, part.filename == NULL ? "-" : "+", 1);
		if (part.filename != NULL)
			record_name(transcript, part.filename);
		while ((got = multipart_read(m, content, take)) > 0)
			output_write(transcript, content, (size_t)got);
		output_write(transcript, got == 0 ? "." : "!", 1);
	}
	require(result != MULTIPART_UNREADABLE);
	output_write(transcript, &result, sizeof(result));
	free(content);
}

/* false: the boundary is unusable. */
static bool read_body(
	const char *content_type, struct pieces pieces, size_t take, struct output *transcript)
{
	/* a separate allocation, so that the sanitizer detects accesses beyond it */
	struct multipart *m = malloc(sizeof(*m));
	bool begun = multipart_begin(m, content_type, &(struct source){pieces_read, &pieces});

	if (begun)
		transcribe(m, take, transcript);
	free(m);
	return begun;
}

static struct output empty_transcript(size_t body_length)
{
	/* the record of a part is shorter than its delimiter and headers; the result follows at the end */
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
