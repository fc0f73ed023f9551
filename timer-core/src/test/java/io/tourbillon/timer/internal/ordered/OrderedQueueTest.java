package io.tourbillon.timer.internal.ordered;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which entries come out of the queue, and when. */
class OrderedQueueTest {
  private static final long TICK = 1000;

  private final OrderedQueue<Item> queue = new OrderedQueue<>(TICK);

  private static final class Item extends OrderedEntry {
    boolean ready;
  }

  private Item delayed(long deadlineNanos) {
    Item item = new Item();
    queue.add(item, deadlineNanos);
    return item;
  }

  private Item ready(long nowNanos) {
    Item item = new Item();
    item.ready = true;
    queue.addReady(item, nowNanos);
    return item;
  }

  private Item poll(long nowNanos) {
    while (!queue.advance(nowNanos)) {
      queue.checkInvariants();
    }
    return queue.poll(nowNanos);
  }

  @Test
  void poll_delayedEntry_comesWhenItsTickIsOver() {
    Item item = delayed(2500);
    assertEquals(3, queue.nextTick());
    assertNull(poll(2999));
    assertEquals(3, queue.nextTick());
    assertSame(item, poll(3000));
    assertEquals(OrderedQueue.NEVER, queue.nextTick());
    assertEquals(0, queue.size());
  }

  @Test
  void poll_deadlineBetweenTwoTicks_comesThen() {
    Item item = delayed(3000);
    assertEquals(3, queue.nextTick());
    assertNull(poll(2999));
    assertSame(item, poll(3000));
  }

  @Test
  void poll_readyEntry_comesAtOnceAfterThoseThatAreDue() {
    Item due = delayed(2500);
    Item later = delayed(2700);
    Item now = ready(2600);
    assertEquals(0, queue.nextTick());
    assertSame(due, poll(2600));
    assertSame(now, poll(2600));
    assertNull(poll(2600));
    assertSame(later, poll(3000));
  }

  @Test
  void poll_readyEntrySubmittedAfterTheLimit_stays() {
    Item now = ready(2600);
    assertNull(poll(2599));
    assertSame(now, poll(2600));
  }

  @Test
  void add_clockReadBeforeAnotherThreads_keepsTheOrderOfTheLock() {
    Item first = ready(2600);
    Item second = ready(2500);
    assertEquals(2600, second.deadlineNanos());
    assertSame(first, poll(2600));
    assertSame(second, poll(2600));
  }

  @Test
  void remove_anywhere_takesItOut() {
    Item inWheel = delayed(900_000);
    Item inHeap = delayed(2500);
    Item inList = ready(2400);
    assertNull(poll(2300));
    for (Item item : List.of(inWheel, inHeap, inList)) {
      assertTrue(queue.remove(item));
      assertFalse(queue.remove(item));
      queue.checkInvariants();
    }
    assertEquals(0, queue.size());
    assertNull(poll(1_000_000));
  }

  @Test
  void addAgain_fullWheel_goesToTheHeapAndKeepsItsTime() {
    Item item = new Item();
    queue.reserveReturn();
    queue.add(item, 1500);
    assertSame(item, poll(2000));
    queue.addAgain(item, 700_000);
    assertEquals(1, queue.size());
    assertNull(poll(699_999));
    assertSame(item, poll(700_000));
    assertEquals(1, item.sequence());
  }

  /** Compares with a sorted list, with all operations at random. */
  @Test
  void randomOperations_againstASortedList_agree() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<Item> model = new ArrayList<>();
    long now = 0;
    for (int step = 0; step < 50_000; step++) {
      switch (random.nextInt(6)) {
        case 0 -> model.add(ready(now));
        case 1 -> model.add(delayed(now + 1 + random.nextInt(1500)));
        case 2 -> model.add(delayed(now + 1 + random.nextInt(3_000_000)));
        case 3 -> {
          if (!model.isEmpty()) {
            assertTrue(queue.remove(model.remove(random.nextInt(model.size()))), "seed " + seed);
          }
        }
        case 4 -> now += random.nextInt(random.nextInt(20) == 0 ? 500_000 : 700);
        default -> {
          for (int count = random.nextInt(20); count > 0; count--) {
            Item expected = firstDue(model, now);
            assertSame(expected, poll(now), "seed " + seed);
            model.remove(expected);
          }
        }
      }
      assertEquals(model.size(), queue.size(), "seed " + seed);
      if (step % 500 == 0) {
        queue.checkInvariants();
        assertTrue(model.isEmpty() || queue.nextTick() < OrderedQueue.NEVER);
      }
    }
  }

  /** Returns the first entry, if it is due, or if an entry without a delay comes after it. */
  private static Item firstDue(List<Item> model, long now) {
    Item first = null;
    boolean anyReady = false;
    for (Item item : model) {
      first = first == null || item.isBefore(first) ? item : first;
      anyReady |= item.ready;
    }
    if (first == null || (!first.ready && first.deadlineNanos() > now)) {
      return null;
    }
    return anyReady || first.deadlineNanos() <= now - now % TICK ? first : null;
  }
}
