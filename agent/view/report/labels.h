/* The groups of a report while it is loaded: what each is called. */
#pragma once

#include "base/intern.h"
#include "view/report/report.h"

/* A group of its own, whatever others are called; returns its number. */
size_t report_label_new(struct loaded_report *to, struct span name);

/* The group of this name, made when it is the first. `names` knows all groups, and is used for no
 * report whose groups may share names. */
size_t report_label_named(struct loaded_report *to, struct intern *names, struct span name);

/* A name that only one generation bears needs no number. */
void report_labels_finish(struct loaded_report *l);
