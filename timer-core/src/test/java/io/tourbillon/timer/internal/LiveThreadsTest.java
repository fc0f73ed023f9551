package io.tourbillon.timer.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.internal.LiveThreads.Entry;
import io.tourbillon.timer.internal.LiveThreads.Owner;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

class LiveThreadsTest {
  private static List<Entry> after(long number) {
    return LiveThreads.all().stream().filter(entry -> entry.number() > number).toList();
  }

  @Test
  void service_isLiveUntilItIsClosed() {
    long before = LiveThreads.lastNumber();
    Thread driver;
    try (TimerService timers = TimerService.create()) {
      assertFalse(timers.isShutdown());
      List<Entry> entries = after(before);
      assertEquals(1, entries.size());
      Entry entry = entries.getFirst();
      driver = entry.thread();
      assertEquals("TimerService", entry.owner().toString());
      assertEquals(Thread.currentThread().threadId(), entry.creatorId());
      assertTrue(LiveThreads.contains(driver, Owner.TIMER_SERVICE));
      assertFalse(LiveThreads.contains(driver, Owner.COROUTINE_SCHEDULER));
    }
    assertEquals(List.of(), after(before));
    assertFalse(LiveThreads.contains(driver, Owner.TIMER_SERVICE));
  }

  @Test
  void service_withoutAThread_isNotThere() {
    long before = LiveThreads.lastNumber();
    try (TimerService timers = TimerService.builder().buildPolled()) {
      assertEquals(0, timers.pending());
      assertEquals(before, LiveThreads.lastNumber());
    }
  }

  @Test
  void service_whoseThreadDoesNotStart_isNotThere() {
    long before = LiveThreads.lastNumber();
    ThreadFactory refusing =
        driver ->
            new Thread(driver) {
              @Override
              public void start() {
                throw new OutOfMemoryError("no thread");
              }
            };
    assertThrows(
        OutOfMemoryError.class, () -> TimerService.builder().threadFactory(refusing).build());
    assertEquals(List.of(), after(before));
  }

  @Test
  void part_isOfItsKind_butNotListed() {
    long before = LiveThreads.lastNumber();
    Thread thread = new Thread(() -> {});
    LiveThreads.addPart(thread, Owner.TIMER_SERVICE);
    LiveThreads.add(thread, Owner.TIMER_SERVICE);
    assertTrue(LiveThreads.contains(thread, Owner.TIMER_SERVICE));
    assertEquals(List.of(), after(before));
    assertTrue(LiveThreads.all().stream().noneMatch(entry -> entry.thread().equals(thread)));
    LiveThreads.remove(thread);
    assertFalse(LiveThreads.contains(thread, Owner.TIMER_SERVICE));
  }

  @Test
  void thread_thatEndsBeforeItDrives_isDropped() throws InterruptedException {
    long before = LiveThreads.lastNumber();
    Thread thread = new Thread(() -> {});
    LiveThreads.add(thread, Owner.TIMER_SERVICE);
    assertEquals(1, after(before).size());
    thread.start();
    thread.join();
    assertEquals(List.of(), after(before));
  }
}
