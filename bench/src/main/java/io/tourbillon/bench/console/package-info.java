/**
 * What all commands have in common: exit codes, a check for empty arguments, whole files that are
 * read and written, and standard output that may fail. Nothing here depends on a command.
 */
@NullMarked
package io.tourbillon.bench.console;

import org.jspecify.annotations.NullMarked;
