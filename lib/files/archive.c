/*
 * The JSON comes first, into two files without a name; then everything is zipped in one go.
 */
#include "files/archive.h"

#include "core/log.h"
#include "files/archive_data.h"
#include "files/folder.h"
#include "files/zip_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The share of the JSON in the progress. */
enum { PERCENT_OF_DATA = 5 };

struct building {
	const struct archive_order *order;
	char *reason;
	int profile, workouts; /* the JSON files */
	const char *picture;
	int gpx_folder, picture_folder; /* -1: there is none */
	struct zip_writer *zip;
	int64_t bytes; /* of all members */
};

static enum archive blame(struct building *building, const char *what)
{
	snprintf(building->reason, STORE_REASON_SIZE, "%.250s: %s", what, strerror(errno));
	return ARCHIVE_FAILED;
}

static enum archive out_of_memory(struct building *building)
{
	errno = ENOMEM;
	return blame(building, "the archive");
}

/* ---- data -------------------------------------------------------------------------------------- */

static bool report_data(void *context, int64_t done, int64_t in_all)
{
	const struct archive_order *order = ((struct building *)context)->order;
	int64_t part = done < in_all ? done : in_all;

	return order->go_on(
		order->context, in_all == 0 ? 0 : (int)(part * PERCENT_OF_DATA / in_all));
}

static enum archive write_data(struct building *building)
{
	const struct archive_order *order = building->order;
	const struct archive_data_order data = {
		.db = order->db,
		.arena = order->arena,
		.user_id = order->user_id,
		.profile = sink_to_descriptor(&building->profile),
		.workouts = sink_to_descriptor(&building->workouts),
		.go_on = report_data,
		.context = building,
	};

	building->profile = folder_scratch_file(order->scratch);
	building->workouts = folder_scratch_file(order->scratch);
	if (building->profile < 0 || building->workouts < 0)
		return blame(building, "a temporary file cannot be made");
	switch (archive_data_write(&data, &building->picture)) {
	case ARCHIVE_DATA_WRITTEN:
		return ARCHIVE_DONE;
	case ARCHIVE_DATA_NO_USER:
		return ARCHIVE_NO_USER;
	case ARCHIVE_DATA_STOPPED:
		return ARCHIVE_STOPPED;
	case ARCHIVE_DATA_REFUSED:
		return blame(building, "a temporary file cannot be written");
	case ARCHIVE_DATA_FAILED:
		break;
	}
	snprintf(building->reason, STORE_REASON_SIZE, "the database cannot be asked: %s",
		db_error_text(order->db));
	return ARCHIVE_FAILED;
}

/* ---- members ----------------------------------------------------------------------------------- */

/* Whether it is a plain file; its size counts for the progress. */
static bool is_plain_file(struct building *building, int folder, const char *name)
{
	struct stat status;

	if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
		return false;
	building->bytes += status.st_size;
	return true;
}

static enum archive add_data(struct building *building)
{
	struct stat profile, workouts;

	if (fstat(building->profile, &profile) != 0 || fstat(building->workouts, &workouts) != 0)
		return blame(building, "a temporary file");
	building->bytes = profile.st_size + workouts.st_size;
	return zip_writer_add_open(building->zip, "user_data.json", building->profile) &&
			       zip_writer_add_open(
				       building->zip, "user_workouts_data.json", building->workouts)
		       ? ARCHIVE_DONE
		       : out_of_memory(building);
}

static enum archive add_picture(struct building *building)
{
	const struct archive_order *order = building->order;
	const char *slash = building->picture == NULL ? NULL : strrchr(building->picture, '/');

	if (slash == NULL)
		return ARCHIVE_DONE;
	building->picture_folder =
		folder_open_user(order->upload_folder, "pictures", order->user_id, false);
	if (building->picture_folder < 0)
		return errno == ENOENT ? ARCHIVE_DONE : blame(building, "the picture's folder");
	if (!is_plain_file(building, building->picture_folder, slash + 1))
		return ARCHIVE_DONE;
	return zip_writer_add(building->zip, "", building->picture_folder, slash + 1)
		       ? ARCHIVE_DONE
		       : out_of_memory(building);
}

static bool is_gpx(const char *name)
{
	static const char ENDING[] = ".gpx";
	size_t length = strlen(name);

	return length >= strlen(ENDING) && strcmp(name + length - strlen(ENDING), ENDING) == 0;
}

static enum archive add_all_gpx(struct building *building, DIR *listing)
{
	const struct dirent *entry;
	int left_out = 0;

	for (;;) {
		errno = 0;
		entry = readdir(listing);
		if (entry == NULL)
			break;
		if (!is_gpx(entry->d_name))
			continue;
		if (!is_plain_file(building, building->gpx_folder, entry->d_name))
			left_out++;
		else if (!zip_writer_add(
				 building->zip, "gpx/", building->gpx_folder, entry->d_name))
			return out_of_memory(building);
	}
	if (errno != 0)
		return blame(building, "the folder of workouts");
	if (left_out > 0)
		log_warning("user %lld: %d names ending in .gpx are no plain files: left out",
			(long long)building->order->user_id, left_out);
	return ARCHIVE_DONE;
}

static enum archive add_gpx(struct building *building)
{
	const struct archive_order *order = building->order;
	enum archive result;
	DIR *listing;

	building->gpx_folder =
		folder_open_user(order->upload_folder, "workouts", order->user_id, false);
	if (building->gpx_folder < 0 && errno == ENOENT)
		return ARCHIVE_DONE;
	listing = building->gpx_folder < 0 ? NULL : folder_list(building->gpx_folder);
	if (listing == NULL)
		return blame(building, "the folder of workouts");
	result = add_all_gpx(building, listing);
	closedir(listing);
	return result;
}

/* ---- the archive ------------------------------------------------------------------------------- */

static bool report_bytes(void *context, int64_t bytes)
{
	const struct building *building = context;
	const struct archive_order *order = building->order;
	int64_t in_all = building->bytes > 0 ? building->bytes : 1;
	int64_t part = bytes < in_all ? bytes : in_all;

	return order->go_on(
		order->context, PERCENT_OF_DATA + (int)((100 - PERCENT_OF_DATA) * part / in_all));
}

static enum archive finish(struct building *building)
{
	switch (zip_writer_finish(building->zip)) {
	case ZIP_DONE:
		return ARCHIVE_DONE;
	case ZIP_STOPPED:
		return ARCHIVE_STOPPED;
	case ZIP_FAILED:
		break;
	}
	snprintf(building->reason, STORE_REASON_SIZE, "%s", zip_writer_reason(building->zip));
	return ARCHIVE_FAILED;
}

static enum archive zip_all(struct building *building)
{
	enum archive result;

	building->zip = zip_writer_open(building->order->output, report_bytes, building);
	if (building->zip == NULL)
		return out_of_memory(building);
	result = add_data(building);
	if (result == ARCHIVE_DONE)
		result = add_picture(building);
	if (result == ARCHIVE_DONE)
		result = add_gpx(building);
	return result == ARCHIVE_DONE ? finish(building) : result;
}

enum archive archive_build(const struct archive_order *order, char reason[STORE_REASON_SIZE])
{
	struct building building = {
		.order = order,
		.reason = reason,
		.profile = -1,
		.workouts = -1,
		.gpx_folder = -1,
		.picture_folder = -1,
	};
	const int *const descriptors[] = {&building.profile, &building.workouts,
		&building.gpx_folder, &building.picture_folder};
	enum archive result = write_data(&building);

	if (result == ARCHIVE_DONE)
		result = zip_all(&building);
	zip_writer_free(building.zip);
	for (size_t i = 0; i < sizeof(descriptors) / sizeof(*descriptors); i++)
		if (*descriptors[i] >= 0)
			close(*descriptors[i]);
	return result;
}
