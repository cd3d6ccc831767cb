/* The series of a data set. */
#pragma once

#include "csv.h"
#include "watch.h"

struct series_set {
    struct csv table;         /* owned; names are borrowed from it */
    struct polled_series *at; /* owned */
    size_t count;
};

/* FOLDER/series.csv and FOLDER/series/NAME.csv; ends the program when one cannot be read. */
struct series_set series_read(const char *folder);
void series_done(struct series_set *s);

/* Ends the program when there is none of that name. */
const struct polled_series *series_find(const struct series_set *s, const char *name);
