/**
 * The command-line program {@code tourbillon}.
 *
 * <p>{@code subject} holds our timers and coroutines and their peers, each kind behind a small
 * interface. {@code work} holds what they have to do, with its checks. {@code jmh}, the benchmarks,
 * and {@code scenario}, which measures one subject in this JVM, build on these. {@code compare}
 * runs scenarios in separate processes and combines the results. {@code demo} is a program that
 * shows the libraries at work, and {@code soak} lets them bear faults and heavy loads; {@code
 * account} keeps the books of both. {@code console} holds what all commands have in common: exit
 * codes, and files and output that may fail.
 */
@NullMarked
package io.tourbillon.bench;

import org.jspecify.annotations.NullMarked;
