/* Errors are values: a kind and a message for each thread, left by whoever fails and read by whoever asks. */
#include <stdarg.h>
#include <stdio.h>

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

nd_error nd_error_kind(void) {
    return last_kind;
}

const char *nd_error_message(void) {
    return last_message;
}
