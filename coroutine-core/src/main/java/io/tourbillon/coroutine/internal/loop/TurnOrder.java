package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.timer.internal.TickScale;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Those who are ready, in the order of a scheduling policy. The loop's own. */
public abstract sealed class TurnOrder {
  /** Who came first is first. */
  public static TurnOrder byArrival() {
    return new Arrival();
  }

  /** Groups take turns. */
  public static TurnOrder byGroup() {
    return new ByGroup();
  }

  /** A step of priority is worth so much of waiting. */
  public static TurnOrder byPriority(long stepNanos) {
    return new ByPriority(stepNanos);
  }

  /** Whose limit is over first is first, the horizon at the latest. */
  public static TurnOrder byDeadline(long horizonNanos) {
    return new ByDeadline(horizonNanos);
  }

  /** Each is as likely as any other. */
  public static TurnOrder byChance(long seed) {
    return new ByChance(seed);
  }

  /**
   * Adds one.
   *
   * @param nowNanos the time, or a little before
   */
  abstract void add(Runnable task, long nowNanos);

  /** Takes out the next, or returns null. */
  abstract @Nullable Runnable poll();

  /** Takes one out again and says whether it was there. Looks at all, if it is not the last. */
  abstract boolean remove(Runnable task);

  abstract int size();

  boolean isEmpty() {
    return size() == 0;
  }

  /** What chance is, where it decides; else null. */
  @Nullable RandomGenerator chance() {
    return null;
  }

  /** Who came first is first. Looks ahead, so that memory is asked for early. */
  static final class Arrival extends TurnOrder {
    private static final int ROOM = 16;

    /** Has room for one more at any time but at the beginning of an add. */
    private ArrayDeque<Runnable> queue = new ArrayDeque<>(ROOM);

    private int room = ROOM;
    private final Batch batch = new Batch();

    @Override
    void add(Runnable task, long nowNanos) {
      if (queue.size() == room) {
        grow();
      }
      queue.add(task);
    }

    /**
     * Makes room before anything is added. An ArrayDeque that grows by itself in a full heap loses
     * what is in it: it has taken the element by then, and looks empty.
     */
    private void grow() {
      ArrayDeque<Runnable> larger = new ArrayDeque<>(2 * room);
      larger.addAll(queue);
      queue = larger;
      room *= 2;
    }

    @Override
    @Nullable Runnable poll() {
      return batch.poll(queue);
    }

    @Override
    boolean remove(Runnable task) {
      return queue.removeLastOccurrence(task);
    }

    @Override
    int size() {
      return queue.size();
    }

    @Override
    boolean isEmpty() {
      return batch.isEmpty() && queue.isEmpty();
    }
  }

  /**
   * Groups take turns. Only those are kept that have someone ready. A turn costs the same however
   * many there are.
   */
  static final class ByGroup extends TurnOrder {
    private static final Object NO_GROUP = new Object();

    private final Map<Object, Line> lines = new HashMap<>();
    private final ArrayDeque<Line> rota = new ArrayDeque<>();
    private int size;

    /** Those of a group; at least one, but for a moment. Small, as most groups have few ready. */
    private static final class Line {
      final Object group;
      final ArrayDeque<Runnable> queue = new ArrayDeque<>(1);

      Line(Object group) {
        this.group = group;
      }
    }

    @Override
    void add(Runnable task, long nowNanos) {
      Object group = groupOf(task);
      Line line = lines.get(group);
      if (line == null) {
        line = new Line(group);
        lines.put(group, line);
        rota.add(line);
      }
      line.queue.add(task);
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
      if (line == null || !line.queue.removeLastOccurrence(task)) {
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
  }

  /**
   * Each has a key when it is added, and the least is first. A turn costs a step for each doubling
   * of those who are ready.
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
  }

  /** A step of priority is worth so much of waiting. */
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

  /** Who has none counts as having a deadline at the horizon, and who is late as having one now. */
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

  /** Each is as likely as any other. */
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
    RandomGenerator chance() {
      return chance;
    }
  }
}
