/**
 * What all commands have in common: exit codes, arguments that must not be empty, files that are
 * read and written whole, and standard output that may fail. Nothing here knows a command.
 */
@NullMarked
package io.tourbillon.bench.console;

import org.jspecify.annotations.NullMarked;
