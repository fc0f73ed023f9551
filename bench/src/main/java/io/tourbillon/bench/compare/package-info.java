/**
 * The comparison: runs scenarios for all subjects, each run in a process of its own and the
 * subjects in turn, and writes the raw results as JSON and a page that shows them.
 *
 * <p>Measuring: {@link io.tourbillon.bench.compare.CompareCommand} reads a {@code Request}; {@code
 * Comparison} makes its {@code Plan} of {@code Run}s; {@code Conductor} carries it out; {@code
 * Launcher} starts one process after the other through {@code ChildProcess} and turns what each
 * prints into an {@code Outcome}.
 *
 * <p>Showing: outcomes become {@code Results}, which {@code ResultsFile} writes and reads ({@code
 * ResultsShape} checks what is read). {@code Summary} puts the runs of a subject together in a
 * {@code Row}. From rows, {@code SummaryTable} makes the Markdown of the terminal and of README,
 * {@code Regression} compares with an earlier file, and {@code Page} puts the rows as JSON into the
 * static page.html, where page.js renders tables and plots.
 */
@NullMarked
package io.tourbillon.bench.compare;

import org.jspecify.annotations.NullMarked;
