/**
 * The data structure, without a clock, a thread or a lock. {@link
 * io.tourbillon.timer.wheel.TimingWheel} takes tasks and gives ids, {@link
 * io.tourbillon.timer.wheel.LongWheel} does the same with a {@code long} in place of a task, and
 * {@link io.tourbillon.timer.wheel.EntryWheel} takes timers that are objects of the caller. They
 * share everything but the entries:
 *
 * <pre>
 *   TimingWheel, LongWheel, EntryWheel ── arm, cancel
 *     SlabWheel      re-arm, for the first two
 *     AbstractWheel  advance, next event
 *       Levels       which slot stands for which ticks
 *       Cascade      moves the next block down a level, in small shares
 *       Slots        one list of chunks a slot; a chunk is 64 cells, and a bit for each that is live
 *         Occupancy  which slots are not empty
 *       Cells        what is in the cells, and reading ahead: OfIndices or EntryCells
 *     EntrySlab      pages of entries: deadline, generation, and the cell of a timer
 *       TaskSlab     and its task
 *       LongSlab     and its payload
 *       IdSpace      the numbers of the pages, for wheels that share them
 *     WheelEntry     the same, in an object of the caller: deadline and cell
 *
 *   entry 4711 ── cell 12 * 64 + 3 ──────────>   chunk 12, lane 3
 *              &lt;───────────── index or reference ──
 * </pre>
 *
 * <p>An id goes to its entry without a search, and from there to its cell. A slot that comes due
 * goes through its cells to the entries. Both stores grow by small pieces, are reused last freed
 * first, and are given back by {@link io.tourbillon.timer.wheel.TimingWheel#trim}.
 *
 * <p>Linked objects would do the same with less code. But each link is a reference from an old
 * object to a young one or back, for which G1 runs a barrier, and unlinking touches both
 * neighbours, each a cache line that is cold when timers are cancelled in random order. An entry
 * that is an object of the caller costs neither: its reference is stored into an array that is as
 * young as the entry, once more for each cascade or sweep, and a cancel clears a bit.
 */
@NullMarked
package io.tourbillon.timer.wheel;

import org.jspecify.annotations.NullMarked;
