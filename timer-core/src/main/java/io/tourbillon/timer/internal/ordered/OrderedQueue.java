package io.tourbillon.timer.internal.ordered;

import io.tourbillon.timer.internal.ordered.OrderedEntry.Where;
import io.tourbillon.timer.wheel.ExpiryHandler;
import io.tourbillon.timer.wheel.TimerVisitor;
import io.tourbillon.timer.wheel.TimingWheel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Entries in the order of {@link java.util.concurrent.ScheduledThreadPoolExecutor}: by deadline,
 * then by submission. Entries without a delay run at once, and not at the end of a tick.
 *
 * <pre>
 *   add, tick to come ----> wheel --(its tick has begun)--> heap --+
 *   add, tick has begun ------------------------------------^      +--poll--> runs
 *   addReady -------------> list ----------------------------------+
 * </pre>
 *
 * <p>An entry with a far deadline costs constant time, as a timer in a wheel; only the entries of
 * the current tick are sorted. An entry of the heap comes out when its tick is over, together with
 * the others of its tick, like any timer. But if an entry without a delay comes out earlier, all
 * entries with an earlier deadline come out before it: their deadlines have passed.
 *
 * <p>Costs: Adding without a delay takes constant time, a few writes, and no memory. For adding to
 * the wheel, see {@link TimingWheel}. Adding to the heap takes logarithmic time in the entries of
 * one tick. Removing is as cheap as adding. An entry that leaves the wheel must also be added to
 * the heap.
 *
 * <p><b>Not thread-safe:</b> one thread at a time. The queue has no clock: callers pass the time,
 * in nanoseconds, not negative. Methods that allocate do so before they change anything.
 *
 * @param <E> what is queued
 */
public final class OrderedQueue<E extends OrderedEntry> {
  /** The result of {@link #nextTick} when nothing is queued. */
  public static final long NEVER = Long.MAX_VALUE;

  /** How many entries one call moves from the wheel to the heap. */
  private static final int MOVES = 256;

  private final long tickNanos;

  /** Entries by the tick in which their deadline lies: they leave it when that tick begins. */
  private final TimingWheel<E> wheel = new TimingWheel<>(0);

  private final DeadlineHeap<E> heap = new DeadlineHeap<>();
  private final ExpiryHandler<E> toHeap =
      new ExpiryHandler<>() {
        @Override
        public void expired(long id, long deadlineTick, E entry) {
          heap.add(entry);
        }
      };

  // The list of entries without a delay, in the order of their deadlines.
  private @Nullable OrderedEntry firstReady;
  private @Nullable OrderedEntry lastReady;
  private int readyCount;

  private long lastSequence;

  /** How many entries may return to the queue; the heap keeps room for them. */
  private int returning;

  /**
   * An empty queue.
   *
   * @param tickNanos the length of a tick, more than zero
   */
  public OrderedQueue(long tickNanos) {
    this.tickNanos = tickNanos;
  }

  /** The number of entries in the queue. */
  public int size() {
    return wheel.size() + heap.size() + readyCount;
  }

  /** The number of entries queued so far; an entry that returns counts once. */
  public long added() {
    return lastSequence;
  }

  // Into the queue.

  /** Adds an entry that is to run now, after all others that were added with this method. */
  public void addReady(E entry, long nowNanos) {
    OrderedEntry last = lastReady;
    number(entry);
    // A thread may have read the clock before another thread, and get here after it.
    entry.deadlineNanos = last == null ? nowNanos : Math.max(nowNanos, last.deadlineNanos);
    entry.where = Where.READY;
    entry.previous = last;
    if (last == null) {
      firstReady = entry;
    } else {
      last.next = entry;
    }
    lastReady = entry;
    readyCount++;
  }

  /**
   * Adds an entry that is to run at its deadline.
   *
   * @throws IllegalStateException if the queue holds its maximum; nothing has changed then
   */
  public void add(E entry, long deadlineNanos) {
    long tick = tickOf(deadlineNanos);
    if (tick <= wheel.currentTick()) {
      heap.reserve(returning + 1);
      addToHeap(entry, deadlineNanos);
    } else {
      addToWheel(entry, deadlineNanos, tick);
    }
  }

  /** Keeps room for one more entry that may {@linkplain #addAgain return}. */
  public void reserveReturn() {
    heap.reserve(returning + 1);
    returning++;
  }

  /** Gives up the room of an entry that will not return. */
  public void releaseReturn() {
    returning--;
  }

  /**
   * Adds an entry that was in the queue before, and for which {@link #reserveReturn} has kept room:
   * neither a full heap nor a full wheel can keep it out. It keeps its place in the order of
   * submission.
   */
  public void addAgain(E entry, long deadlineNanos) {
    long tick = tickOf(deadlineNanos);
    if (tick > wheel.currentTick()) {
      try {
        addToWheel(entry, deadlineNanos, tick);
        return;
      } catch (OutOfMemoryError | IllegalStateException full) {
        // The heap takes any deadline, at a higher cost.
      }
    }
    addToHeap(entry, deadlineNanos);
  }

  /** The tick in which a deadline lies. One on the boundary of two ticks lies in the first. */
  private long tickOf(long deadlineNanos) {
    return Math.floorDiv(deadlineNanos - 1, tickNanos);
  }

  private void addToHeap(E entry, long deadlineNanos) {
    number(entry);
    entry.deadlineNanos = deadlineNanos;
    heap.add(entry);
  }

  private void addToWheel(E entry, long deadlineNanos, long tick) {
    long id = wheel.arm(tick, entry);
    number(entry);
    entry.deadlineNanos = deadlineNanos;
    entry.wheelId = id;
    entry.where = Where.WHEEL;
  }

  private void number(E entry) {
    if (entry.sequence == 0) {
      entry.sequence = ++lastSequence;
    }
  }

  // Out of the queue.

  /** Removes an entry, and returns true if it was queued. */
  public boolean remove(E entry) {
    switch (entry.where) {
      case READY -> unlinkReady(entry);
      case HEAP -> heap.remove(entry);
      case WHEEL -> {
        wheel.cancel(entry.wheelId);
        entry.where = Where.NOWHERE;
      }
      case NOWHERE -> {
        return false;
      }
    }
    return true;
  }

  private void unlinkReady(OrderedEntry entry) {
    OrderedEntry before = entry.previous;
    OrderedEntry after = entry.next;
    if (before == null) {
      firstReady = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      lastReady = before;
    } else {
      after.previous = before;
    }
    entry.previous = null;
    entry.next = null;
    entry.where = Where.NOWHERE;
    readyCount--;
  }

  /**
   * Advances the queue to a time, and sorts the entries whose tick has begun by then. Takes at most
   * {@value #MOVES} steps.
   *
   * @return false if it must be called again
   */
  public boolean advance(long nowNanos) {
    long tick = nowNanos / tickNanos;
    if (tick <= wheel.currentTick()) {
      return true;
    }
    heap.reserve(returning + MOVES);
    wheel.advance(tick, MOVES, toHeap);
    return wheel.currentTick() >= tick;
  }

  /**
   * Takes out the first entry that is due.
   *
   * @param nowNanos a time to which the queue has been {@linkplain #advance advanced}
   * @return null if there is none
   */
  public @Nullable E poll(long nowNanos) {
    E first = heap.first();
    OrderedEntry ready = firstReady;
    if (ready != null && ready.deadlineNanos <= nowNanos) {
      if (first == null || ready.isBefore(first)) {
        unlinkReady(ready);
        return asElement(ready);
      }
    } else if (first == null || first.deadlineNanos > nowNanos - nowNanos % tickNanos) {
      return null;
    }
    heap.remove(first);
    return first;
  }

  /**
   * Returns the tick at which {@link #poll} or {@link #advance} is next needed: a past tick, such
   * as 0, if that is at once; {@link #NEVER} if nothing is queued.
   */
  public long nextTick() {
    return firstReady != null ? 0 : laterTick(wheel.nextEventTick());
  }

  /**
   * Like {@link #nextTick}, for observers: leaves {@link #isCascadeEarlier} as it is. For an entry
   * without a delay it returns the tick in which the entry was added.
   */
  public long peekTick() {
    OrderedEntry ready = firstReady;
    long readyTick = ready == null ? NEVER : ready.deadlineNanos / tickNanos;
    return Math.min(readyTick, laterTick(wheel.peekEventTick()));
  }

  private long laterTick(long wheelTick) {
    OrderedEntry first = heap.first();
    long heapTick = first == null ? NEVER : Math.ceilDiv(first.deadlineNanos, tickNanos);
    // An entry leaves the wheel when its tick begins, and is due when it ends.
    return Math.min(heapTick, wheelTick == NEVER ? NEVER : wheelTick + 1);
  }

  /**
   * Whether {@link #nextTick} may have become earlier since the last call for a reason other than
   * the deadline of an added entry; see {@link TimingWheel#isCascadeEarlier}.
   */
  public boolean isCascadeEarlier() {
    return wheel.isCascadeEarlier();
  }

  // Observation, and memory that is not needed.

  /**
   * Shows the entries of one page: those outside of the wheel for page 0, at most 1024 for others.
   *
   * @param page from 0 to {@link #pageCount} - 1
   * @param visitor must not change the queue
   */
  public void visit(int page, Consumer<? super E> visitor) {
    if (page > 0) {
      wheel.visit(
          page - 1,
          new TimerVisitor<>() {
            @Override
            public void visit(long id, long deadlineTick, E entry) {
              visitor.accept(entry);
            }
          });
      return;
    }
    for (OrderedEntry entry = firstReady; entry != null; entry = entry.next) {
      visitor.accept(asElement(entry));
    }
    for (int index = 0; index < heap.size(); index++) {
      visitor.accept(heap.get(index));
    }
  }

  /** The number of pages of {@link #visit}. Page 0 shows the entries outside of the wheel. */
  public int pageCount() {
    return wheel.pageCount() + 1;
  }

  /**
   * The number of entries in each level of the wheel. Those outside of the wheel count for the
   * finest.
   */
  public long[] sizeByLevel() {
    long[] sizes = wheel.sizeByLevel();
    sizes[0] += heap.size() + readyCount;
    return sizes;
  }

  /** Whether {@link #trim} has something to do. A hint for another thread. */
  public boolean isTrimmable() {
    return wheel.isTrimmable();
  }

  /** Gives back memory that a peak has left behind; see {@link TimingWheel#trim}. */
  public void trim(int limit) {
    wheel.trim(limit);
    heap.trim(returning + MOVES);
  }

  @SuppressWarnings("unchecked") // Only E is ever queued.
  private E asElement(OrderedEntry entry) {
    return (E) entry;
  }

  /**
   * Checks the structure as a whole. For tests.
   *
   * @return true
   * @throws AssertionError if something does not hold
   */
  @SuppressWarnings("ReferenceEquality") // Links must lead to the same objects.
  public boolean checkInvariants() {
    wheel.checkInvariants();
    heap.checkInvariants();
    int count = 0;
    OrderedEntry last = null;
    for (OrderedEntry entry = firstReady; entry != null; entry = entry.next) {
      if (entry.where != Where.READY || entry.previous != last) {
        throw new AssertionError("entry " + entry.sequence + " of the list: wrong link");
      }
      if (last != null && entry.deadlineNanos < last.deadlineNanos) {
        throw new AssertionError("entry " + entry.sequence + " of the list: wrong order");
      }
      last = entry;
      count++;
    }
    if (count != readyCount || last != lastReady) {
      throw new AssertionError("entries of the list: " + count + ", not " + readyCount);
    }
    return true;
  }
}
