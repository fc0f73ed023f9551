/**
 * The comparison. It runs scenarios for all subjects, each run in a separate process and the
 * subjects in turn, and writes the raw results as JSON and a page that shows them.
 *
 * <p>Measuring: {@link io.tourbillon.bench.compare.CompareCommand} reads a {@code Request}. {@code
 * Comparison} makes a {@code Plan} of {@code Run}s from it, and {@code Conductor} executes the
 * plan. {@code Launcher} starts one process after the other through {@code ChildProcess} and turns
 * the output of each into an {@code Outcome}.
 *
 * <p>Showing: outcomes become {@code Results}, which {@code ResultsFile} writes and reads ({@code
 * ResultsShape} checks what is read). {@code Summary} combines the runs of a subject into a {@code
 * Row}. From rows, {@code SummaryTable} makes the Markdown of the terminal and of README, {@code
 * Regression} makes the comparison with an earlier file, and {@code Page} inserts the rows as JSON
 * into the static page.html, where page.js renders tables and plots.
 */
@NullMarked
package io.tourbillon.bench.compare;

import org.jspecify.annotations.NullMarked;
