package io.tourbillon.coroutine.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.internal.engine.Strand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The orders alone, at times that the test sets, and the longest wait in each. */
@Tag("not-plain-thread") // No turns.
class TurnOrderTest {
  private static final long MS = 1_000_000;

  /** Stands for a coroutine, and is never run. */
  private static final class Waiting extends LoopTask {
    private final @Nullable Object group;
    private final int priority;
    private final long strikeNanos;

    Waiting(@Nullable Object group, int priority, long strikeNanos) {
      this.group = group;
      this.priority = priority;
      this.strikeNanos = strikeNanos;
    }

    @Override
    public @Nullable Object group() {
      return group;
    }

    @Override
    public int priority() {
      return priority;
    }

    @Override
    public long strikeNanos() {
      return strikeNanos;
    }

    @Override
    public boolean takeTurn(EventLoop by) {
      throw new AssertionError("nobody has a turn here");
    }

    private static void fail() {
      throw new AssertionError("nobody has a turn here");
    }

    @Override
    public long number() {
      return 0;
    }

    @Override
    public EventLoop loop() {
      throw new AssertionError("it is on no loop");
    }

    @Override
    public boolean mayMove() {
      return false;
    }

    @Override
    public boolean isUnclaimed() {
      return false;
    }

    @Override
    public boolean claim() {
      return false;
    }

    @Override
    public @Nullable Strand strand() {
      return null;
    }

    @Override
    public String name() {
      return "waiting";
    }

    @Override
    public Thread.Builder.OfVirtual named(Thread.Builder.OfVirtual builder) {
      return builder;
    }

    @Override
    public void runBlocked() {
      fail();
    }

    @Override
    public void run() {
      fail();
    }

    @Override
    public void expired() {
      fail();
    }
  }

  private static Waiting waiting() {
    return new Waiting(null, 0, LoopWheel.NEVER);
  }

  private static Waiting inGroup(String group) {
    return new Waiting(group, 0, LoopWheel.NEVER);
  }

  private static Waiting withPriority(int priority) {
    return new Waiting(null, priority, LoopWheel.NEVER);
  }

  private static Waiting late() {
    return new Waiting(null, 0, 0);
  }

  private static List<Runnable> drain(TurnOrder order) {
    List<Runnable> all = new ArrayList<>();
    for (Runnable next = order.poll(); next != null; next = order.poll()) {
      all.add(next);
    }
    assertTrue(order.isEmpty());
    assertEquals(0, order.size());
    return all;
  }

  private static void addAll(TurnOrder order, Runnable... tasks) {
    for (Runnable task : tasks) {
      order.add(task, 0);
    }
  }

  @Test
  void fifo_isByArrival() {
    Runnable low = withPriority(-10);
    Runnable high = withPriority(10);
    TurnOrder order = TurnOrder.byArrival();
    addAll(order, low, high);
    assertEquals(List.of(low, high), drain(order));
  }

  @Test
  void roundRobin_takesOneOfEachGroupInTurn() {
    Runnable a = inGroup("many");
    Runnable b = inGroup("many");
    Runnable c = inGroup("many");
    Runnable x = inGroup("few");
    Runnable none = waiting();
    Runnable other = () -> {};
    TurnOrder order = TurnOrder.byGroup();
    addAll(order, a, b, c, x, none, other);
    assertEquals(List.of(a, x, none, b, other, c), drain(order));
  }

  /**
   * With two groups, a coroutine waits for only one turn of the other group, however many it has.
   */
  @Test
  void roundRobin_boundsTheWait() {
    TurnOrder order = TurnOrder.byGroup();
    for (int number = 0; number < 1000; number++) {
      order.add(inGroup("crowd"), 0);
    }
    Runnable single = inGroup("single");
    order.add(single, 0);
    order.poll();
    assertEquals(single, order.poll());
  }

  @Test
  void priority_theHighestIsFirst_andOfEqualsTheEarlier() {
    Runnable low = withPriority(-1);
    Runnable high = withPriority(5);
    Runnable none = waiting();
    Runnable another = waiting();
    Runnable lowest = withPriority(-5);
    TurnOrder order = TurnOrder.byPriority(MS);
    addAll(order, low, none, another, high, lowest);
    assertEquals(List.of(high, none, another, low, lowest), drain(order));
  }

  /** High priorities overtake a low one for twenty steps, and no longer. */
  @Test
  void priority_boundsTheWait() {
    TurnOrder order = TurnOrder.byPriority(10 * MS);
    Runnable low = withPriority(-10);
    order.add(low, 0);
    Runnable inTime = withPriority(10);
    Runnable tooLate = withPriority(10);
    order.add(tooLate, 20 * 10 * MS);
    order.add(inTime, 20 * 10 * MS - 1);
    assertEquals(List.of(inTime, low, tooLate), drain(order));
  }

  @Test
  void earliestDeadline_boundsTheWaitOfThoseWithoutOne() {
    TurnOrder order = TurnOrder.byDeadline(100 * MS);
    Runnable without = waiting();
    Runnable later = waiting();
    Runnable between = () -> {};
    order.add(later, 2 * MS);
    order.add(between, 1 * MS);
    order.add(without, 0);
    assertEquals(List.of(without, between, later), drain(order));
  }

  /** A late coroutine overtakes those that were ready before, but only within the horizon. */
  @Test
  void earliestDeadline_boundsTheWaitBehindThoseThatAreLate() {
    TurnOrder order = TurnOrder.byDeadline(100 * MS);
    Runnable without = waiting();
    Runnable late = late();
    Runnable tooLate = late();
    order.add(without, 0);
    order.add(tooLate, 100 * MS);
    order.add(late, 99 * MS);
    assertEquals(List.of(late, without, tooLate), drain(order));
  }

  @Test
  void random_givesEachItsTurn_inAnOrderThatTheSeedDecides() {
    List<Runnable> all = new ArrayList<>();
    for (int number = 0; number < 20; number++) {
      all.add(waiting());
    }
    Set<List<Runnable>> orders = new HashSet<>();
    for (long seed = 0; seed < 50; seed++) {
      List<Runnable> drained = drained(seed, all);
      assertEquals(drained, drained(seed, all));
      assertEquals(Set.copyOf(all), Set.copyOf(drained));
      orders.add(drained);
    }
    assertEquals(50, orders.size());
  }

  /** Each of three coroutines that are always ready is equally likely. */
  @Test
  void random_favoursNobody() {
    TurnOrder order = TurnOrder.byChance(1);
    List<Runnable> all = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      all.add(waiting());
    }
    all.forEach(each -> order.add(each, 0));
    int[] turns = new int[3];
    for (int turn = 0; turn < 30_000; turn++) {
      Runnable next = Objects.requireNonNull(order.poll());
      turns[all.indexOf(next)]++;
      order.add(next, 0);
    }
    for (int count : turns) {
      // Six times the standard deviation; the seed is known to stay below that.
      assertTrue(Math.abs(count - 10_000) < 500, () -> Arrays.toString(turns));
    }
  }

  private static List<Runnable> drained(long seed, List<Runnable> all) {
    TurnOrder order = TurnOrder.byChance(seed);
    all.forEach(each -> order.add(each, 0));
    return drain(order);
  }

  @Test
  void remove_takesOneOut() {
    for (TurnOrder order :
        List.of(
            TurnOrder.byArrival(),
            TurnOrder.byGroup(),
            TurnOrder.byPriority(MS),
            TurnOrder.byDeadline(MS),
            TurnOrder.byChance(1))) {
      Runnable first = waiting();
      Runnable second = inGroup("group");
      addAll(order, first, second);
      assertTrue(order.remove(second), order::toString);
      assertFalse(order.remove(second), order::toString);
      assertEquals(List.of(first), drain(order));
      assertNull(order.poll());
    }
  }
}
