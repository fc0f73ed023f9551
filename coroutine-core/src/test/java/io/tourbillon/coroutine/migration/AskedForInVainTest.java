package io.tourbillon.coroutine.migration;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineGroup;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.SchedulingPolicy;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.sync.Event;
import io.tourbillon.coroutine.sync.Mutex;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What users of those systems request, and their systems do not have. */
class AskedForInVainTest extends MigrationPage {
  /** Spawns in a coroutine, so that none begins before all are spawned. */
  private static void together(SchedulingPolicy policy, Spawning spawning) throws Exception {
    try (CoroutineScheduler other = TestSchedulers.builder().loops(1).policy(policy).build()) {
      other.spawn(() -> spawning.in(other)).join(PATIENCE);
    }
  }

  private interface Spawning {
    void in(CoroutineScheduler scheduler) throws Exception;
  }

  private Action times(int times, String name) {
    return () -> {
      for (int turn = 0; turn < times; turn++) {
        seen.add(name);
        Coroutines.yieldNow();
      }
    };
  }

  /**
   * In Go and asyncio, tasks run in the order in which they became ready, however urgent they are.
   */
  @Tag("not-plain-thread")
  @Test
  void priority_ofOneCoroutine() throws Exception {
    together(
        SchedulingPolicy.priority(Duration.ofSeconds(1)),
        scheduler -> {
          scheduler.spawn(SpawnOptions.DEFAULT.withPriority(-5), times(2, "report"));
          scheduler.spawn(SpawnOptions.DEFAULT.withPriority(5), times(2, "request"));
        });
    assertEquals(List.of("request", "request", "report", "report"), seen);
  }

  /**
   * In all of them, a user with a thousand tasks gets a thousand turns for one of another user's.
   */
  @Tag("not-plain-thread")
  @Test
  void fairness_amongTenants() throws Exception {
    CoroutineGroup greedy = CoroutineGroup.named("greedy");
    CoroutineGroup modest = CoroutineGroup.named("modest");
    together(
        SchedulingPolicy.roundRobin(),
        scheduler -> {
          for (int n = 0; n < 3; n++) {
            scheduler.spawn(SpawnOptions.DEFAULT.inGroup(greedy), times(1, "greedy"));
          }
          scheduler.spawn(SpawnOptions.DEFAULT.inGroup(modest), times(2, "modest"));
        });
    assertEquals(List.of("greedy", "modest", "greedy", "modest", "greedy"), seen);
  }

  /** In all of them, a timeout tells when to give up, but not which task should go first. */
  @Tag("not-plain-thread")
  @Test
  void deadline_thatComesFirst_isFirst() throws Exception {
    together(
        SchedulingPolicy.earliestDeadline(Duration.ofMinutes(1)),
        scheduler -> {
          Event go = new Event();
          List<Coroutine<?>> all = new ArrayList<>();
          for (int seconds : List.of(30, 10, 20)) {
            all.add(
                scheduler.spawn(
                    () ->
                        Coroutines.withTimeout(
                            Duration.ofSeconds(seconds),
                            () -> {
                              go.await();
                              seen.add("within " + seconds);
                            })));
          }
          for (Coroutine<?> each : all) {
            while (each.state() != State.SUSPENDED) {
              Coroutines.yieldNow();
            }
          }
          go.set();
        });
    assertEquals(List.of("within 10", "within 20", "within 30"), seen);
  }

  /** In none of them can a single task be slowed down without its help. */
  @Test
  void rate_ofOneCoroutine() throws Exception {
    Coroutine<?> crawler =
        scheduler.spawn(
            SpawnOptions.DEFAULT.withRate(100),
            () -> {
              for (int page = 1; page <= 3; page++) {
                note("page " + page);
                Coroutines.yieldNow();
              }
            });
    crawler.join(PATIENCE);
    assertEquals(List.of("page 1 at 0", "page 2 at 10", "page 3 at 20"), seen);
  }

  /** In asyncio, cancellations are counted; in gevent and Go, code must guess whose it was. */
  @Test
  void source_ofACancellation() throws Exception {
    run(
        () -> {
          Coroutine<?> victim =
              scheduler.spawn(
                  () -> {
                    try {
                      sleep(1000);
                    } catch (CoroutineCancelledException cancelled) {
                      note(cancelled.source() + ", " + cancelled.reason());
                      throw cancelled;
                    }
                  });
          sleep(10);
          scheduler
              .spawn(SpawnOptions.named("janitor"), () -> victim.cancel("idle for too long"))
              .join();
          Coroutine.awaitAll(List.of(victim));
        });
    assertEquals(List.of("janitor, idle for too long at 10"), seen);
  }

  /** In asyncio and Kotlin, a value can be lost to a timeout that comes at the same time. */
  @Test
  void handOver_atTheVeryMomentOfATimeout_losesNothing() throws Exception {
    run(
        () -> {
          for (int round = 0; round < 20; round++) {
            Channel<String> channel = Channel.rendezvous();
            Coroutine<Boolean> sender =
                scheduler.spawn(
                    () -> {
                      sleep(10);
                      return channel.trySend("value");
                    });
            boolean received;
            try {
              received = channel.receive(ms(10)).equals("value");
            } catch (TimeoutException late) {
              received = false;
            }
            assertEquals(sender.join(), received);
          }
        });
  }

  /** Most of them show stacks, but not which task keeps which waiting. */
  @Tag("not-plain-thread")
  @Test
  void whoKeepsWhomWaiting_isSaid() throws Exception {
    Mutex lock = new Mutex("the ledger");
    run(
        () -> {
          Coroutine<?> holder =
              scheduler.spawn(
                  SpawnOptions.named("bookkeeper"), () -> lock.withLock(after(1000, "")::call));
          Coroutine<?> waiter = scheduler.spawn(() -> lock.lock());
          sleep(10);
          assertEquals("locking the ledger, held by bookkeeper", waiter.waitsFor().orElseThrow());
          end(waiter);
          end(holder);
        });
  }

  /** In most of them, code that does not know coroutines blocks the loop, or must be patched. */
  @Test
  @Tag("virtual-thread")
  void unmodifiedCode_waitsOnTheWheel() throws Exception {
    Thread thread =
        scheduler
            .threadFactory()
            .newThread(
                () -> {
                  while (millis() < 3_600_000) {
                    LockSupport.parkNanos(Duration.ofHours(1).toNanos());
                  }
                  note("waited");
                });
    thread.start();
    thread.join();
    assertEquals(List.of("waited at 3600000"), seen);
  }

  /** In all of them a test of a grace takes as long as the grace. */
  @Test
  void grace_thatIsTooShort_isExactlyAsLong() throws Exception {
    run(
        () -> {
          Coroutine<?> stubborn =
              scheduler.spawn(
                  () ->
                      Coroutines.shield(
                          Duration.ofMinutes(5), () -> Coroutines.delay(Duration.ofDays(1))));
          sleep(10);
          end(stubborn);
          assertCancelled(stubborn::join);
        });
    assertEquals(300_010, took());
  }
}
