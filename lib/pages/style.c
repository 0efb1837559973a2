/*
 * See style.h.
 */
#include "pages/style.h"

#include "core/text.h"

#include <math.h>
#include <string.h>

/* The relative luminance of a color "#rrggbb" (WCAG 2.2), from 0 to 1. */
static double luminance(const char *color)
{
	static const double WEIGHTS[] = {0.2126, 0.7152, 0.0722};
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double part =
			(text_hex_value(color[1 + 2 * i]) * 16 + text_hex_value(color[2 + 2 * i])) /
			255.0;

		sum += WEIGHTS[i] *
		       (part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4));
	}
	return sum;
}

/* Black or white, whichever has the higher contrast on the color. */
static const char *text_on(const char *color)
{
	double light = luminance(color);

	return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? "#ffffff" : "#000000";
}

enum handled style_send(struct page *page)
{
	const char *color = page->service->settings.site_color;
	const char *text = arena_printf(
		page->arena, ":root{--site:%s;--on-site:%s}\n%s", color, text_on(color), STYLE);

	if (text == NULL)
		return HANDLER_FAILED;
	response_content(page->response, 200, "text/css; charset=utf-8", text, strlen(text));
	response_header(page->response, "Cache-Control", "max-age=3600");
	response_header(page->response, "X-Content-Type-Options", "nosniff");
	return HANDLED;
}
