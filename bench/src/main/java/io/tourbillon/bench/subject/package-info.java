/**
 * What is measured: Tourbillon and its peers, behind one interface for timer services and one for
 * bare wheels, so that all of them do the same work in the same harness.
 *
 * <p>A timer stands in a <i>place</i>, a number below a count given in advance, as a connection of
 * a server holds on to its timeout. What is stored there, an id or a handle, is up to the subject,
 * and so is the cost of storing it.
 *
 * <p>Every peer gets its best configuration: no limit, no leak detection, a tick of 1 ms, and
 * beside its default wheel size one that suits the work.
 */
@NullMarked
package io.tourbillon.bench.subject;

import org.jspecify.annotations.NullMarked;
