/*
 * Parses an upload while it is received: multipart/form-data (RFC 7578, RFC 2046).
 *
 * The caller pulls: multipart_next() goes to the next part, multipart_read() reads its content. The struct is all
 * the memory that this takes, about 40 KiB for an upload of any size; allocate it in the request's arena. The
 * source of the body limits the size of the body (http/request.h).
 *
 * The parser is strict where all known clients are: lines end with CRLF, a part has one Content-Disposition, which
 * is form-data with a name, no parameter occurs twice, and no header contains a control byte other than TAB. It
 * ignores the preamble and the epilogue, all other headers (Content-Transfer-Encoding too: RFC 7578 §4.7), the
 * order of parameters, and unknown parameters.
 */
#ifndef FITGATE_HTTP_MULTIPART_H
#define FITGATE_HTTP_MULTIPART_H

#include "core/stream.h"

enum {
	MULTIPART_BOUNDARY = 70,      /* characters; RFC 2046 §5.1.1 */
	MULTIPART_PADDING = 64,       /* blanks after a boundary; with more, it is content */
	MULTIPART_PARTS = 100,        /* in one body */
	MULTIPART_HEADER_LINES = 16,  /* of one part */
	MULTIPART_HEADERS = 8 * 1024, /* bytes, with the blank line at their end */
	MULTIPART_BUFFER = 32 * 1024,
};

enum multipart_result {
	MULTIPART_PART,
	MULTIPART_END,        /* the body has been read up to its end */
	MULTIPART_BROKEN,     /* it ends too early, is malformed, or exceeds a limit */
	MULTIPART_UNREADABLE, /* the source failed */
};

/*
 * The names of a part. The strings are valid until the next multipart_next(). They contain no control byte other
 * than TAB; otherwise they are the bytes that the client sent, which need not be UTF-8.
 *
 * In a quoted name \" and %22 (which browsers send) mean a quote, and \\ means a backslash. Any other backslash is
 * an ordinary character, so that the C:\dir\a.png of an old browser is kept. Werkzeug, and so FitTrackee, reads
 * names in the same way. The file name may be a path; the caller decides how to use it.
 */
struct multipart_part {
	const char *name;
	/* NULL: a plain field. filename*=UTF-8''... is used if there is no plain filename. */
	const char *filename;
};

/* For multipart_*() alone. */
struct multipart {
	struct source body;
	bool ended;                   /* the source has nothing more */
	enum multipart_result result; /* PART until it is decided */
	int parts;
	/* buffer[start, end) has been read, and not yet returned to the caller */
	size_t start;
	size_t end;
	/* how many bytes from start certainly belong to the part */
	size_t content;
	/* length of the delimiter at `start`, which ends the part; 0: the end is not yet found */
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

/* Go to the next part, and skip the rest of the present one. Results other than MULTIPART_PART are final. */
enum multipart_result multipart_next(struct multipart *m, struct multipart_part *part);

/*
 * Up to `size` bytes of the present part, 0 at its end, as a struct source does: {multipart_read, m}.
 * -1: the body ends or fails within the part; multipart_next() returns which.
 */
ssize_t multipart_read(void *state, void *buffer, size_t size);

#endif
