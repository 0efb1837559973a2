/*
 * Long division and multiplication of a 128-bit number, held as four 32-bit limbs, most significant first.
 */
#include "account/shortuuid.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Five digits are split off at a time: 57^5 still fits a limb. */
enum { LIMBS = 4, BASE = 57, CHUNK = 57 * 57 * 57 * 57 * 57, CHUNK_DIGITS = 5 };

static const char ALPHABET[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

static bool parse(const char *uuid, uint32_t limbs[LIMBS])
{
	int digits = 0;

	for (; *uuid != '\0'; uuid++) {
		uint32_t value;

		if (*uuid == '-')
			continue;
		if (*uuid >= '0' && *uuid <= '9')
			value = (uint32_t)(*uuid - '0');
		else if ((*uuid | 0x20) >= 'a' && (*uuid | 0x20) <= 'f')
			value = (uint32_t)((*uuid | 0x20) - 'a' + 10);
		else
			return false;
		if (digits == 32)
			return false;
		limbs[digits / 8] = limbs[digits / 8] << 4 | value;
		digits++;
	}
	return digits == 32;
}

static unsigned divide(uint32_t limbs[LIMBS])
{
	uint64_t rest = 0;

	for (int i = 0; i < LIMBS; i++) {
		rest = rest << 32 | limbs[i];
		limbs[i] = (uint32_t)(rest / CHUNK);
		rest %= CHUNK;
	}
	return (unsigned)rest;
}

bool shortuuid_encode(const char *uuid, char text[SHORTUUID_SIZE])
{
	uint32_t limbs[LIMBS] = {0};

	if (!parse(uuid, limbs))
		return false;
	for (int i = SHORTUUID_SIZE - 2; i >= 0;) {
		unsigned digits = divide(limbs);

		for (int j = 0; j < CHUNK_DIGITS && i >= 0; j++, digits /= BASE)
			text[i--] = ALPHABET[digits % BASE];
	}
	text[SHORTUUID_SIZE - 1] = '\0';
	return true;
}

/* Multiply by the base and add a digit. false: the number does not fit. */
static bool append(uint32_t limbs[LIMBS], unsigned digit)
{
	uint64_t carry = digit;

	for (int i = LIMBS - 1; i >= 0; i--) {
		carry += (uint64_t)limbs[i] * BASE;
		limbs[i] = (uint32_t)carry;
		carry >>= 32;
	}
	return carry == 0;
}

bool shortuuid_decode(const char *text, char uuid[SHORTUUID_UUID_SIZE])
{
	uint32_t limbs[LIMBS] = {0};

	if (strlen(text) != SHORTUUID_SIZE - 1)
		return false;
	for (; *text != '\0'; text++) {
		const char *found = strchr(ALPHABET, *text);

		if (found == NULL || !append(limbs, (unsigned)(found - ALPHABET)))
			return false;
	}
	snprintf(uuid, SHORTUUID_UUID_SIZE,
		"%08" PRIx32 "-%04" PRIx32 "-%04" PRIx32 "-%04" PRIx32 "-%04" PRIx32 "%08" PRIx32,
		limbs[0], limbs[1] >> 16, limbs[1] & 0xFFFF, limbs[2] >> 16, limbs[2] & 0xFFFF,
		limbs[3]);
	return true;
}
