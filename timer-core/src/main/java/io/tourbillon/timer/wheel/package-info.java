/**
 * The data structure, without a clock, a thread or a lock: {@link
 * io.tourbillon.timer.wheel.TimingWheel}.
 *
 * <p>It consists of two stores that refer to each other by integers:
 *
 * <pre>
 *   TimingWheel ── arm, cancel, re-arm, advance
 *     Levels       which slot stands for which ticks
 *     Cascade      moves the next block down a level, in small shares
 *     Lookahead    reads entries before they are moved or fired
 *     EntrySlab    pages of entries: deadline, generation, and the cell of a timer; its task
 *     Slots        one list of chunks a slot; a chunk is 64 cells, each the index of an entry
 *       Occupancy  which slots are not empty
 *
 *   entry 4711 ── cell 12 * 64 + 3 ──────────>   chunk 12, lane 3
 *              &lt;───────────────────── index ──
 * </pre>
 *
 * <p>An id goes to its entry without a search, and from there to its cell. A slot that comes due
 * goes through its cells to the entries. Both stores grow by small pieces, are reused last freed
 * first, and are given back by {@link io.tourbillon.timer.wheel.TimingWheel#trim}.
 *
 * <p>Linked objects would do the same with less code. But each link is a reference from an old
 * object to a young one or back, for which G1 runs a barrier, and unlinking touches both
 * neighbours, each a cache line that is cold when timers are cancelled in random order.
 */
@NullMarked
package io.tourbillon.timer.wheel;

import org.jspecify.annotations.NullMarked;
