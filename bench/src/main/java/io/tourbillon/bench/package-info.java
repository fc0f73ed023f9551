/**
 * The command-line program {@code tourbillon}.
 *
 * <p>{@code subject} holds ours and the peers, each behind one small interface; {@code work} what
 * they are made to do, with its checks. On these stand {@code jmh}, the benchmarks, and {@code
 * scenario}, which measures one subject in this JVM; {@code compare} runs scenarios in processes of
 * their own and puts together what they found out. {@code demo} is a program that shows the
 * libraries at work. {@code console} holds what all commands have in common: exit codes, and files
 * and output that may fail.
 */
@NullMarked
package io.tourbillon.bench;

import org.jspecify.annotations.NullMarked;
