/* Errors are values: a kind and a message for each thread, left by whoever fails and read by whoever asks. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ndgrad.h"

static _Thread_local nd_error last_kind = ND_OK;
static _Thread_local char last_message[1024] = "";

int nd_fail(nd_error kind, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(last_message, sizeof last_message, format, arguments);
    va_end(arguments);
    last_kind = kind;
    return -1;
}

void nd_error_within(const char *who) {
    size_t length = strlen(who);
    if (strncmp(last_message, who, length) == 0)
        return;
    char rest[sizeof last_message];
    memcpy(rest, last_message, sizeof rest);
    snprintf(last_message, sizeof last_message, "%s: %.*s", who, (int)(sizeof rest - length - 3), rest);
}

nd_error nd_error_kind(void) {
    return last_kind;
}

const char *nd_error_message(void) {
    return last_message;
}
