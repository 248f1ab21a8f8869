#ifndef INTRO_CLIBPQ_SHIM_H
#define INTRO_CLIBPQ_SHIM_H

#include <libpq-fe.h>

// A severity or field code is a character constant, which Swift does not import.
static const int intro_pg_diag_sqlstate = PG_DIAG_SQLSTATE;
static const int intro_pg_diag_message = PG_DIAG_MESSAGE_PRIMARY;
static const int intro_pg_diag_table = PG_DIAG_TABLE_NAME;
static const int intro_pg_diag_column = PG_DIAG_COLUMN_NAME;
static const int intro_pg_diag_constraint = PG_DIAG_CONSTRAINT_NAME;
static const int intro_pg_diag_function = PG_DIAG_SOURCE_FUNCTION;

#endif
