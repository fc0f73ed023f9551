/**
 * What is measured: Tourbillon and its peers, behind one interface for each kind, so that all of
 * them do the same work in the same harness.
 *
 * <p>A timer is stored in a <i>place</i>, a number below a given count, as a connection of a server
 * stores its timeout. Whether an id or a handle is stored there depends on the subject, and so does
 * the cost of storing it.
 *
 * <p>Every peer gets its best configuration: no limit, no leak detection, a tick of 1 ms, and
 * besides its default wheel size also one that suits the work.
 */
@NullMarked
package io.tourbillon.bench.subject;

import org.jspecify.annotations.NullMarked;
