package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tasks in the order in which they came: an array that is used as a ring, and grows. A task is at
 * the same place, modulo the length of the array, for as long as it waits.
 *
 * <p>Loop-confined, except for {@link #some}: the {@link Rescuer} calls it as well, inside the gate
 * of a turn, while the task that has the turn adds others. Nothing is removed meanwhile, so the
 * head stands still, and no place between head and tail is written. An add writes the place and
 * then the tail, in release mode; to grow, it fills a larger array and publishes it, in release
 * mode, before the next tail. The rescuer reads the tail and then the array, both in acquire mode.
 * So that array is the one in which the tail was counted, or a later one, and each has all places
 * before that tail.
 */
@LoopConfined
final class ArrivalRing {
  private static final VarHandle SLOTS;
  private static final VarHandle TAIL;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      SLOTS = lookup.findVarHandle(ArrivalRing.class, "slots", Runnable[].class);
      TAIL = lookup.findVarHandle(ArrivalRing.class, "tail", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A power of two. */
  private static final int ROOM = 16;

  /** The places; the length is a power of two. */
  private @Nullable Runnable[] slots = new @Nullable Runnable[ROOM];

  /** How many tasks have ever been polled. */
  private long head;

  /** How many tasks have ever been added, without those that were removed from the end. */
  private long tail;

  /** Adds a task. Changes nothing if memory runs out. */
  void add(Runnable task) {
    if (tail - head == slots.length) {
      grow();
    }
    slots[place(tail, slots)] = task;
    TAIL.setRelease(this, tail + 1);
  }

  /** Doubles the room. */
  private void grow() {
    @Nullable Runnable[] larger = new @Nullable Runnable[2 * slots.length];
    for (long at = head; at < tail; at++) {
      larger[place(at, larger)] = slots[place(at, slots)];
    }
    SLOTS.setRelease(this, larger);
  }

  /** Removes and returns the first task; null if there is none. */
  @Nullable Runnable poll() {
    if (head == tail) {
      return null;
    }
    int place = place(head, slots);
    Runnable first = slots[place];
    slots[place] = null;
    head++;
    return first;
  }

  /** Removes the entry of a task that was added last. Returns false if there is none. */
  boolean removeLast(Runnable task) {
    for (long at = tail - 1; at >= head; at--) {
      if (task.equals(slots[place(at, slots)])) {
        closeGap(at);
        return true;
      }
    }
    return false;
  }

  private void closeGap(long gap) {
    for (long at = gap; at < tail - 1; at++) {
      slots[place(at, slots)] = slots[place(at + 1, slots)];
    }
    slots[place(tail - 1, slots)] = null;
    tail--;
  }

  int size() {
    return (int) (tail - head);
  }

  /** Returns at most a number of tasks, after those to skip. */
  List<Runnable> some(int skip, int most) {
    long end = (long) TAIL.getAcquire(this);
    @Nullable Runnable[] all = (@Nullable Runnable[]) SLOTS.getAcquire(this);
    List<Runnable> some = new ArrayList<>();
    for (long at = head + skip; at < end && some.size() < most; at++) {
      some.add(Objects.requireNonNull(all[place(at, all)]));
    }
    return some;
  }

  private static int place(long at, @Nullable Runnable[] all) {
    return (int) at & (all.length - 1);
  }
}
