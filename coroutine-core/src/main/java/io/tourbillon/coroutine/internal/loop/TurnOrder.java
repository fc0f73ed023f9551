package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import io.tourbillon.timer.internal.SafeDeque;
import io.tourbillon.timer.internal.TickScale;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The tasks that are ready, in the order of a scheduling policy. */
@LoopConfined
public abstract sealed class TurnOrder {
  /** Returns an order by arrival. */
  public static TurnOrder byArrival() {
    return new Arrival();
  }

  /** Returns an order in which groups take turns. */
  public static TurnOrder byGroup() {
    return new ByGroup();
  }

  /**
   * Returns an order by priority and waiting time.
   *
   * @param stepNanos the waiting time that is worth one step of priority
   */
  public static TurnOrder byPriority(long stepNanos) {
    return new ByPriority(stepNanos);
  }

  /**
   * Returns an order by deadline.
   *
   * @param horizonNanos the deadline of a task without one, from when it became ready
   */
  public static TurnOrder byDeadline(long horizonNanos) {
    return new ByDeadline(horizonNanos);
  }

  /** Returns a random order in which each task is equally likely to be next. */
  public static TurnOrder byChance(long seed) {
    return new ByChance(seed);
  }

  /**
   * Adds a task.
   *
   * @param nowNanos the elapsed time, or a little before
   */
  abstract void add(Runnable task, long nowNanos);

  /** Removes and returns the next task; null if there is none. */
  abstract @Nullable Runnable poll();

  /** Removes a task and returns true if it was there. May search all tasks that are ready. */
  abstract boolean remove(Runnable task);

  abstract int size();

  /** Returns at most a number of tasks, more or less in their order. */
  abstract List<Runnable> some(int most);

  /** Returns at most a number of tasks as {@link #some(int)} does, after those to skip. */
  List<Runnable> some(int skip, int most) {
    List<Runnable> all = some(skip + most);
    return all.subList(Math.min(skip, all.size()), all.size());
  }

  /**
   * Returns whether a task is added behind all others, and {@link #some(int, int)} may be called
   * meanwhile by another thread.
   */
  boolean addsAtTheEnd() {
    return false;
  }

  /** Adds elements to a list until it has a size. */
  static void fill(List<Runnable> some, int most, Iterable<? extends Runnable> from) {
    Iterator<? extends Runnable> each = from.iterator();
    while (some.size() < most && each.hasNext()) {
      some.add(each.next());
    }
  }

  boolean isEmpty() {
    return size() == 0;
  }

  /** Returns the random generator of a random order; null for other orders. */
  @Nullable RandomGenerator chance() {
    return null;
  }

  /** The task that came first is first. Reads ahead, so that memory is fetched early. */
  static final class Arrival extends TurnOrder {
    private final ArrivalRing queue = new ArrivalRing();
    private final Batch batch = new Batch();

    @Override
    void add(Runnable task, long nowNanos) {
      queue.add(task);
    }

    @Override
    @Nullable Runnable poll() {
      return batch.poll(queue);
    }

    @Override
    boolean remove(Runnable task) {
      return queue.removeLast(task);
    }

    @Override
    int size() {
      return queue.size();
    }

    @Override
    List<Runnable> some(int most) {
      return some(0, most);
    }

    @Override
    List<Runnable> some(int skip, int most) {
      List<Runnable> some = batch.some(skip, most);
      some.addAll(queue.some(Math.max(0, skip - batch.size()), most - some.size()));
      return some;
    }

    @Override
    boolean addsAtTheEnd() {
      return true;
    }

    @Override
    boolean isEmpty() {
      return batch.isEmpty() && queue.size() == 0;
    }
  }

  /**
   * Groups take turns. Only groups with a ready task are kept. The cost of a turn does not depend
   * on their number.
   */
  static final class ByGroup extends TurnOrder {
    private static final Object NO_GROUP = new Object();

    /** Grows before it adds; a HashMap does so afterwards, and may lose lines if that fails. */
    private final IdentityHashMap<Object, Line> lines = new IdentityHashMap<>();

    private final SafeDeque<Line> rota = new SafeDeque<>(SafeDeque.USUAL_ROOM);
    private int size;

    /**
     * The ready tasks of a group, which is in the rota if there is one. Small, since most groups
     * have few.
     */
    private static final class Line {
      final Object group;
      final SafeDeque<Runnable> queue = new SafeDeque<>(1);

      Line(Object group) {
        this.group = group;
      }
    }

    @Override
    void add(Runnable task, long nowNanos) {
      Object group = groupOf(task);
      rota.makeRoom();
      Line line = lines.computeIfAbsent(group, Line::new);
      line.queue.add(task);
      if (line.queue.size() == 1) {
        rota.add(line);
      }
      size++;
    }

    @Override
    @Nullable Runnable poll() {
      Line line = rota.poll();
      if (line == null) {
        return null;
      }
      Runnable task = line.queue.poll();
      size--;
      if (line.queue.isEmpty()) {
        lines.remove(line.group);
      } else {
        rota.add(line);
      }
      return task;
    }

    @Override
    boolean remove(Runnable task) {
      Line line = lines.get(groupOf(task));
      if (line == null || !line.queue.removeLast(task)) {
        return false;
      }
      size--;
      if (line.queue.isEmpty()) {
        lines.remove(line.group);
        rota.remove(line);
      }
      return true;
    }

    private static Object groupOf(Runnable task) {
      Object group = task instanceof LoopTask member ? member.group() : null;
      return group == null ? NO_GROUP : group;
    }

    @Override
    int size() {
      return size;
    }

    @Override
    List<Runnable> some(int most) {
      List<Runnable> some = new ArrayList<>();
      for (Iterator<Line> each = rota.iterator(); each.hasNext() && some.size() < most; ) {
        fill(some, most, each.next().queue);
      }
      return some;
    }
  }

  /**
   * Each task gets a key when it is added, and the least key is first. A turn costs time in
   * proportion to the logarithm of the tasks that are ready.
   */
  abstract static sealed class ByKey extends TurnOrder {
    private final PriorityQueue<Entry> queue = new PriorityQueue<>();
    private long added;

    private record Entry(long key, long number, Runnable task) implements Comparable<Entry> {
      @Override
      public int compareTo(Entry other) {
        int byKey = Long.compare(key, other.key);
        return byKey != 0 ? byKey : Long.compare(number, other.number);
      }
    }

    abstract long keyOf(Runnable task, long nowNanos);

    @Override
    final void add(Runnable task, long nowNanos) {
      queue.add(new Entry(keyOf(task, nowNanos), added++, task));
    }

    @Override
    final @Nullable Runnable poll() {
      Entry first = queue.poll();
      return first == null ? null : first.task;
    }

    @Override
    final boolean remove(Runnable task) {
      return queue.removeIf(entry -> entry.task.equals(task));
    }

    @Override
    final int size() {
      return queue.size();
    }

    @Override
    final List<Runnable> some(int most) {
      List<Runnable> some = new ArrayList<>();
      for (Iterator<Entry> each = queue.iterator(); each.hasNext() && some.size() < most; ) {
        some.add(each.next().task);
      }
      return some;
    }
  }

  /** A step of priority is worth a certain waiting time. */
  static final class ByPriority extends ByKey {
    private final long stepNanos;

    ByPriority(long stepNanos) {
      this.stepNanos = Math.min(stepNanos, Long.MAX_VALUE / 100);
    }

    @Override
    long keyOf(Runnable task, long nowNanos) {
      return nowNanos - (task instanceof LoopTask ranked ? ranked.priority() * stepNanos : 0);
    }
  }

  /**
   * The earliest deadline is first. A task without one counts as due at the horizon, and a late one
   * as due now.
   */
  static final class ByDeadline extends ByKey {
    private final long horizonNanos;

    ByDeadline(long horizonNanos) {
      this.horizonNanos = horizonNanos;
    }

    @Override
    long keyOf(Runnable task, long nowNanos) {
      long lastNanos = TickScale.deadlineNanos(nowNanos, horizonNanos);
      return task instanceof LoopTask coroutine
          ? Math.clamp(coroutine.strikeNanos(), nowNanos, lastNanos)
          : lastNanos;
    }
  }

  /** Each task is equally likely to be next. */
  static final class ByChance extends TurnOrder {
    private final List<Runnable> ready = new ArrayList<>();
    private final RandomGenerator chance;

    ByChance(long seed) {
      chance = new SplittableRandom(seed);
    }

    @Override
    void add(Runnable task, long nowNanos) {
      ready.add(task);
    }

    @Override
    @Nullable Runnable poll() {
      int size = ready.size();
      if (size < 2) {
        return size == 0 ? null : ready.removeLast();
      }
      Runnable last = ready.removeLast();
      int index = chance.nextInt(size);
      return index == size - 1 ? last : ready.set(index, last);
    }

    @Override
    boolean remove(Runnable task) {
      return ready.remove(task);
    }

    @Override
    int size() {
      return ready.size();
    }

    @Override
    List<Runnable> some(int most) {
      return new ArrayList<>(ready.subList(0, Math.min(most, ready.size())));
    }

    @Override
    RandomGenerator chance() {
      return chance;
    }
  }
}
