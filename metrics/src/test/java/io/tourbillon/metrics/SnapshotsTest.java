package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicLong clockNanos = new AtomicLong(Long.MAX_VALUE - 10);
  private final Snapshots<Integer> snapshots =
      new Snapshots<>(taken::incrementAndGet, clockNanos::get);

  @Test
  void get_withinTheAge_sharesTheSnapshot() {
    assertEquals(1, snapshots.get());
    clockNanos.addAndGet(Snapshots.MAX_AGE_NANOS - 1);
    assertEquals(1, snapshots.get());
  }

  @Test
  void get_pastTheAge_takesAnotherOne() {
    assertEquals(1, snapshots.get());
    clockNanos.addAndGet(Snapshots.MAX_AGE_NANOS);
    assertEquals(2, snapshots.get());
    assertEquals(2, snapshots.get());
  }

  @Test
  void get_manyAtOnce_takesOne() throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
    List<Thread> readers = new ArrayList<>();
    for (int reader = 0; reader < 8; reader++) {
      readers.add(
          Thread.startVirtualThread(
              () -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
                seen.add(snapshots.get());
              }));
    }
    start.countDown();
    for (Thread reader : readers) {
      reader.join();
    }
    assertEquals(Collections.nCopies(8, 1), seen);
  }
}
