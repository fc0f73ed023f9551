/**
 * The data structure, without a clock, a thread or a lock: {@link
 * io.tourbillon.timer.wheel.TimingWheel}.
 *
 * <p>It is made of two stores that name each other by integers:
 *
 * <pre>
 *   EntrySlab                                    Slots
 *   pages of entries: deadline, generation,      one list of chunks a slot; a chunk is 64 cells
 *   and the position of a cell; the task
 *
 *   entry 4711 ── position ──────────────────>   chunk 12, cell 3
 *              <───────────────────── index ──
 * </pre>
 *
 * <p>An id goes to its entry without a search, and from there to its cell. A slot that comes due goes
 * through its cells to the entries. Both stores grow by small pieces, are reused last freed first, and
 * are given back by {@link io.tourbillon.timer.wheel.TimingWheel#trim}.
 *
 * <p>Linked objects would do the same with less code. But each link is a reference from an old object
 * to a young one or back, for which G1 runs a barrier, and unlinking touches both neighbours, each a
 * cache line that is cold when timers are cancelled in random order.
 */
@NullMarked
package io.tourbillon.timer.wheel;

import org.jspecify.annotations.NullMarked;
