package io.tourbillon.coroutine.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.internal.scheduler.Internals;
import io.tourbillon.coroutine.internal.task.CoroutineLoop;
import io.tourbillon.coroutine.internal.task.CoroutineTask;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@Tag("handoff") // It needs no engine, so one run will do.
@Tag("not-plain-thread") // No turns.
class NewcomersTest {
  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();
  private final CoroutineLoop loop = Internals.loop(scheduler, 0);
  private final Newcomers newcomers = new Newcomers();

  @AfterEach
  void close() {
    scheduler.close();
  }

  private CoroutineTask<?> add(int number) {
    Action body = () -> {};
    CoroutineTask<@Nullable Void> coroutine = new CoroutineTask<>(loop, number, null, body);
    newcomers.add(coroutine);
    return coroutine;
  }

  @Test
  void oldest_isTheFirstThatIsNotClaimed() {
    assertNull(newcomers.oldest());
    List<CoroutineTask<?>> all = List.of(add(0), add(1), add(2));
    assertSame(all.get(0), newcomers.oldest());
    assertTrue(all.get(1).claim());
    newcomers.wasClaimed();
    assertSame(all.get(0), newcomers.oldest());
    assertEquals(List.of(all.get(0), all.get(2)), newcomers.all());
    assertTrue(all.get(0).claim());
    assertFalse(all.get(0).claim());
    newcomers.wasClaimed();
    assertSame(all.get(2), newcomers.oldest());
  }

  /** As with priorities, when the one of the least priority came first. */
  @Test
  void claimedCoroutines_behindOneThatWaits_areNotKept() {
    CoroutineTask<?> first = add(0);
    List<WeakReference<CoroutineTask<?>>> others = new ArrayList<>();
    for (int number = 1; number <= 10_000; number++) {
      CoroutineTask<?> other = add(number);
      assertTrue(other.claim());
      newcomers.wasClaimed();
      others.add(new WeakReference<>(other));
    }
    System.gc();
    long kept = others.stream().filter(each -> each.get() != null).count();
    assertTrue(kept <= 200, () -> kept + " are kept");
    assertSame(first, newcomers.oldest());
  }

  /** Claims all from two threads; returns whether each was claimed once. */
  private boolean eachIsClaimedOnce(Predicate<LoopTask> claim, int count) throws Exception {
    AtomicIntegerArray claims = new AtomicIntegerArray(count);
    for (int number = 0; number < count; number++) {
      add(number);
    }
    CyclicBarrier start = new CyclicBarrier(2);
    AtomicInteger total = new AtomicInteger();
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      List<Future<?>> both = new ArrayList<>();
      for (int thread = 0; thread < 2; thread++) {
        both.add(
            pool.submit(
                () -> {
                  start.await();
                  for (LoopTask next = newcomers.oldest();
                      next != null;
                      next = newcomers.oldest()) {
                    if (claim.test(next)) {
                      claims.incrementAndGet((int) next.number());
                      total.incrementAndGet();
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> each : both) {
        assertNull(each.get());
      }
    }
    boolean once = total.get() == count;
    for (int number = 0; number < count; number++) {
      once &= claims.get(number) == 1;
    }
    return once;
  }

  @Test
  void coroutines_thatTwoLoopsClaim_areClaimedOnce() throws Exception {
    for (int round = 0; round < 50; round++) {
      assertTrue(eachIsClaimedOnce(LoopTask::claim, 2000));
    }
  }

  /** A twin that looks at the state first and then changes it. */
  @Test
  void coroutines_thatTwoLoopsClaimWithoutAnAtomicStep_areClaimedTwice() throws Exception {
    boolean found = false;
    for (int round = 0; round < 500 && !found; round++) {
      found =
          !eachIsClaimedOnce(
              coroutine -> {
                boolean free = coroutine.isUnclaimed();
                boolean _ = coroutine.claim();
                return free;
              },
              2000);
    }
    assertTrue(found, "the test does not find what is wrong with the twin");
  }
}
