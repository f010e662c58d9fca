/* Declared by the builder (LocaleCHelper). The engine is built with -H:-UseSystemLocale, so that only the layout counts. */
#pragma once

enum { SVM_LOCALE_INITIALIZATION_SUCCEEDED, SVM_LOCALE_INITIALIZATION_OUT_OF_MEMORY };

typedef struct {
    char *display_language, *display_script, *display_country, *display_variant;
    char *format_language, *format_script, *format_country, *format_variant;
} svm_locale_props_t;
