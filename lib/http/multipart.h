/*
 * An upload taken apart as it streams in: multipart/form-data (RFC 7578) in the frame of RFC 2046.
 *
 * The caller pulls: multipart_next() goes to a part, multipart_read() gives its bytes. Memory is the
 * struct alone, whatever the size of the upload: some 40 KiB, to be placed in the request's arena. How
 * large the body may be is the business of the source that it comes from (http/request.h).
 *
 * Strict where it costs no known client anything: lines end with CRLF, a part has one Content-Disposition,
 * which is form-data with a name, no parameter stands twice, and no header holds a control byte other
 * than TAB. Preamble and epilogue, all other headers (Content-Transfer-Encoding too: RFC 7578 §4.7), the
 * order of parameters and unknown ones are passed over.
 */
#ifndef FITGATE_HTTP_MULTIPART_H
#define FITGATE_HTTP_MULTIPART_H

#include "core/stream.h"

enum {
	MULTIPART_BOUNDARY = 70,     /* characters; RFC 2046 §5.1.1 */
	MULTIPART_PADDING = 64,      /* blanks behind a boundary; with more of them it is content */
	MULTIPART_PARTS = 100,       /* in one body */
	MULTIPART_HEADER_LINES = 16, /* of one part */
	MULTIPART_HEADERS = 8 * 1024, /* bytes, with the blank line at their end */
	MULTIPART_BUFFER = 32 * 1024,
};

enum multipart_result {
	MULTIPART_PART,
	MULTIPART_END,    /* the closing delimiter was there; the body has been read to its end */
	MULTIPART_BROKEN, /* it ended before that, is not of the form, or beyond a limit */
	MULTIPART_UNREADABLE, /* the source failed */
};

/*
 * What a part is called. The strings are good until the next multipart_next(). They hold no control byte
 * but TAB; else they are the bytes that the client sent, which need not be UTF-8.
 *
 * In a quoted name \" and %22 (what browsers send) stand for a quote and \\ for a backslash; any other
 * backslash is itself, so that the C:\dir\a.png of an old browser stays whole. This is how Werkzeug, and
 * so FitTrackee, reads it. The file name may be a path: only its owner knows what to make of that.
 */
struct multipart_part {
	const char *name;
	/* NULL: a plain field. filename*=UTF-8''... counts where no other one is given. */
	const char *filename;
};

/* For multipart_*() alone. */
struct multipart {
	struct source body;
	bool ended;                   /* the source has nothing more */
	enum multipart_result result; /* PART until it is decided */
	int parts;
	/* buffer[start, end) has been read and not been given away */
	size_t start;
	size_t end;
	/* so many bytes from start are surely the part's */
	size_t content;
	/* the part's end has been seen at start: a delimiter of so many bytes, the last one or not; or 0 */
	size_t boundary;
	bool closing;
	char delimiter[4 + MULTIPART_BOUNDARY]; /* CR LF "--" boundary */
	size_t delimiter_length;
	char headers[MULTIPART_HEADERS];
	char buffer[MULTIPART_BUFFER];
};

/*
 * Begin with the request's Content-Type and its body, of which nothing is read yet. false: this is not
 * multipart/form-data, or no boundary of 1 to 70 RFC 2046 characters is given, as a token or quoted.
 */
bool multipart_begin(struct multipart *m, const char *content_type, const struct source *body);

/* Go to the next part; what is left of the present one is passed over. What is not MULTIPART_PART stays. */
enum multipart_result multipart_next(struct multipart *m, struct multipart_part *part);

/*
 * Up to `size` bytes of the present part, 0 at its end, as a struct source does: {multipart_read, m}.
 * -1: the body ends or fails within the part; multipart_next() tells which.
 */
ssize_t multipart_read(void *state, void *buffer, size_t size);

#endif
