/*
 * Looking at a site from outside, as its clients do, for fitgate-admin doctor --url: what only the web server
 * can tell, such as whether it hands the Authorization header on.
 */
#ifndef FITGATE_OPERATOR_WEBSITE_H
#define FITGATE_OPERATOR_WEBSITE_H

#include "operator/examination.h"

/*
 * The checks "site", "site paths", "site authorization" and "site privacy" of the site whose /api/ping is at
 * `url`/api/ping. When the first finds something wrong, only that and the last are made.
 */
void examine_website(struct examination *examination, const char *url);

#endif
