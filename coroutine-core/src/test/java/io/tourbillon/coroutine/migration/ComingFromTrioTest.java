package io.tourbillon.coroutine.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.ChannelClosedException;
import io.tourbillon.coroutine.sync.Event;
import io.tourbillon.coroutine.sync.Semaphore;
import io.tourbillon.coroutine.sync.WaitGroup;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The everyday tools of Python's Trio. */
class ComingFromTrioTest extends MigrationPage {
  /**
   * In Trio:
   *
   * <pre>{@code
   * async with trio.open_nursery() as nursery:
   *     nursery.start_soon(child, 10)
   *     nursery.start_soon(child, 30)
   * # both have ended
   * }</pre>
   */
  @Test
  void nursery_isLeftWhenAllHaveEnded() throws Exception {
    run(
        () -> {
          try (CoroutineScope nursery = CoroutineScope.open(Policy.FAIL_FAST)) {
            nursery.spawn(() -> sleep(10));
            nursery.spawn(() -> sleep(30));
            nursery.join();
          }
          note("left");
        });
    assertEquals(List.of("left at 30"), seen);
  }

  /**
   * In Trio:
   *
   * <pre>{@code
   * async with trio.open_nursery() as nursery:
   *     nursery.start_soon(broken)
   *     await trio.sleep_forever()          # the body is cancelled, too
   * }</pre>
   */
  @Test
  void nursery_whoseChildFails_cancelsItsBody() throws Exception {
    IOException failure = new IOException("broken");
    run(
        () -> {
          CoroutineCancelledException thrown =
              assertThrows(
                  CoroutineCancelledException.class,
                  () -> {
                    try (CoroutineScope nursery = CoroutineScope.open(Policy.FAIL_FAST)) {
                      nursery.spawn(failingAfter(10, failure));
                      sleep(1000);
                    }
                  });
          assertSame(failure, thrown.getCause());
        });
    assertEquals(10, took());
  }

  /**
   * In Trio:
   *
   * <pre>{@code
   * with trio.move_on_after(0.01) as scope:
   *     await trio.sleep(1)
   * if scope.cancelled_caught: ...
   * }</pre>
   */
  @Test
  void moveOnAfter_isACaughtTimeout() throws Exception {
    run(
        () -> {
          try {
            Coroutines.withTimeout(ms(10), () -> sleep(1000));
          } catch (TimeoutException late) {
            note("moved on");
          }
          sleep(10);
          note("goes on");
        });
    assertEquals(List.of("moved on at 10", "goes on at 20"), seen);
  }

  /**
   * In Trio:
   *
   * <pre>{@code
   * with trio.fail_after(0.01):
   *     with trio.move_on_after(1):
   *         await trio.sleep(10)
   * # TooSlowError, of the outer one
   * }</pre>
   */
  @Test
  void failAfter_ofAnOuterScope_passesTheInnerOne() throws Exception {
    run(
        () -> {
          assertThrows(
              TimeoutException.class,
              () ->
                  Coroutines.withTimeout(
                      ms(10),
                      () -> {
                        try {
                          Coroutines.withTimeout(ms(1000), () -> sleep(10_000));
                        } catch (TimeoutException mine) {
                          note("not reached");
                        }
                      }));
        });
    assertEquals(10, took());
    assertEquals(List.of(), seen);
  }

  /**
   * In Trio:
   *
   * <pre>{@code
   * try:
   *     await work()
   * finally:
   *     with trio.move_on_after(0.02) as cleanup:
   *         cleanup.shield = True
   *         await connection.aclose()
   * }</pre>
   */
  @Test
  void shield_hasABoundedGrace() throws Exception {
    run(
        () -> {
          Coroutine<?> worker =
              scheduler.spawn(
                  () -> {
                    try {
                      sleep(1000);
                    } finally {
                      Coroutines.shield(
                          ms(20),
                          () -> {
                            sleep(15);
                            note("flushed");
                            try {
                              sleep(15);
                            } finally {
                              note("grace is over");
                            }
                          });
                    }
                  });
          sleep(10);
          end(worker);
        });
    assertEquals(List.of("flushed at 25", "grace is over at 30"), seen);
  }

  /**
   * In Trio:
   *
   * <pre>{@code
   * try: await trio.sleep(1)
   * except trio.Cancelled: pass             # swallowed, wrongly
   * await trio.lowlevel.checkpoint()        # raises it again
   * }</pre>
   */
  @Test
  void cancelled_isSeenAgainAndAgain() throws Exception {
    run(
        () -> {
          Coroutine<?> worker =
              scheduler.spawn(
                  () -> {
                    try {
                      sleep(1000);
                    } catch (CoroutineCancelledException swallowed) {
                      note("swallowed");
                    }
                    Coroutines.checkCancelled();
                    note("not reached");
                  });
          sleep(10);
          end(worker);
          assertEquals(State.CANCELLED, worker.state());
        });
    assertEquals(List.of("swallowed at 10"), seen);
  }

  /**
   * In Trio:
   *
   * <pre>{@code
   * with trio.CancelScope() as scope:
   *     async with trio.open_nursery() as nursery:
   *         nursery.start_soon(serve)
   *         nursery.start_soon(until_told, scope.cancel)
   * }</pre>
   */
  @Test
  void cancelScopeCancel_endsTheNurseryFromInside() throws Exception {
    run(
        () -> {
          try (CoroutineScope nursery = CoroutineScope.open(Policy.FAIL_FAST)) {
            Coroutine<?> server = nursery.spawn(() -> sleep(1000));
            nursery.spawn(
                () -> {
                  sleep(10);
                  nursery.cancel("told to stop");
                });
            nursery.join();
            assertEquals(State.CANCELLED, server.state());
          }
          note("left");
        });
    assertEquals(List.of("left at 10"), seen);
  }

  /**
   * In Trio:
   *
   * <pre>{@code
   * async def serve(*, task_status):
   *     listener = await listen()
   *     task_status.started(listener.port)
   *     await accept_all(listener)
   * port = await nursery.start(serve)
   * }</pre>
   */
  @Test
  void nurseryStart_isAFutureThatTheChildCompletes() throws Exception {
    run(
        () -> {
          try (CoroutineScope nursery = CoroutineScope.open(Policy.FAIL_FAST)) {
            CompletableFuture<Integer> started = new CompletableFuture<>();
            nursery.spawn(
                () -> {
                  sleep(10);
                  started.complete(8080);
                  sleep(1000);
                });
            assertEquals(8080, Coroutines.await(started));
            assertEquals(10, millis());
          }
        });
    assertEquals(10, took());
  }

  /**
   * In Trio:
   *
   * <pre>{@code
   * port = await nursery.start(broken)      # raises what the child raised
   * }</pre>
   */
  @Test
  void nurseryStart_ofAChildThatFailsFirst_isNotWaitedForForEver() throws Exception {
    IOException failure = new IOException("port in use");
    run(
        () -> {
          CoroutineCancelledException thrown =
              assertThrows(
                  CoroutineCancelledException.class,
                  () -> {
                    try (CoroutineScope nursery = CoroutineScope.open(Policy.FAIL_FAST)) {
                      CompletableFuture<Integer> started = new CompletableFuture<>();
                      nursery.spawn(failingAfter(10, failure));
                      Coroutines.await(started);
                    }
                  });
          assertSame(failure, thrown.getCause());
        });
  }

  /**
   * In Trio:
   *
   * <pre>{@code
   * send, receive = trio.open_memory_channel(0)
   * # each producer has a clone of send; the channel ends with the last of them
   * async for value in receive: print(value)
   * }</pre>
   */
  @Tag("not-plain-thread")
  @Test
  void memoryChannel_ofSeveralProducers_isClosedByTheLast() throws Exception {
    Channel<String> channel = Channel.rendezvous();
    run(
        () -> {
          try (CoroutineScope nursery = CoroutineScope.open(Policy.FAIL_FAST)) {
            WaitGroup producers = new WaitGroup();
            for (String name : List.of("a", "b")) {
              producers.add();
              nursery.spawn(
                  () -> {
                    sleep(10);
                    channel.send(name);
                    producers.done();
                  });
            }
            nursery.spawn(
                () -> {
                  producers.await();
                  channel.close();
                });
            channel.forEach(this::note);
          }
        });
    assertEquals(List.of("a at 10", "b at 10"), seen);
  }

  /**
   * In Trio:
   *
   * <pre>{@code
   * await receive.aclose()
   * await send.send(1)                      # trio.BrokenResourceError
   * }</pre>
   */
  @Test
  void memoryChannel_thatNobodyReads_isBrokenForSenders() throws Exception {
    Channel<String> channel = Channel.rendezvous();
    run(
        () -> {
          Coroutine<?> sender = scheduler.spawn(() -> channel.send("unheard"));
          sleep(10);
          channel.cancel(null);
          assertSame(
              ChannelClosedException.class,
              assertThrows(CompletionException.class, sender::join).getCause().getClass());
        });
  }

  /**
   * In Trio:
   *
   * <pre>{@code
   * limiter = trio.CapacityLimiter(2)
   * await trio.to_thread.run_sync(work, limiter=limiter)
   * }</pre>
   */
  @Test
  void capacityLimiter_isASemaphoreAroundBlocking() throws Exception {
    Semaphore limiter = new Semaphore(2);
    run(
        () -> {
          Thread loop = Thread.currentThread();
          Thread worker = limiter.withPermit(() -> Coroutines.blocking(Thread::currentThread));
          assertNotEquals(loop, worker);
          assertEquals(2, limiter.availablePermits());
        });
  }

  /**
   * In Trio:
   *
   * <pre>{@code
   * await trio.lowlevel.checkpoint()        # in a long computation
   * }</pre>
   */
  @Tag("not-plain-thread")
  @Test
  void checkpoint_letsOthersGoFirstOnceTheBudgetIsUsedUp() throws Exception {
    run(
        () -> {
          scheduler.spawn(() -> note("other"));
          Coroutines.checkpoint();
          note("within the budget");
          Coroutines.yieldNow();
          note("after it");
        });
    assertEquals(List.of("within the budget at 0", "other at 0", "after it at 0"), seen);
  }

  /**
   * In Trio:
   *
   * <pre>{@code
   * async def test_it(autojump_clock):
   *     await trio.sleep(3600)              # takes no time
   * }</pre>
   */
  @Test
  void autojumpClock_isAVirtualOne() throws Exception {
    run(() -> sleep(3_600_000));
    assertEquals(3_600_000, took());
  }

  /**
   * In Trio:
   *
   * <pre>{@code
   * event = trio.Event()                    # cannot be cleared, which is a good habit
   * with trio.fail_after(0.01): await event.wait()
   * }</pre>
   */
  @Test
  void event_mayNotComeInTime() throws Exception {
    Event event = new Event();
    run(
        () -> {
          assertThrows(TimeoutException.class, () -> event.await(ms(10)));
          event.set();
          event.await();
          note("it has happened");
        });
    assertEquals(List.of("it has happened at 10"), seen);
  }

  /**
   * In Trio:
   *
   * <pre>{@code
   * with trio.fail_after(0.01) as scope:
   *     on_part = lambda: setattr(scope, "deadline", trio.current_time() + 0.01)
   *     await read_all(on_part)
   * }</pre>
   */
  @Test
  void deadline_isMovedByOthers() throws Exception {
    run(
        () -> {
          try {
            Coroutines.withDeadline(
                ms(10),
                deadline -> {
                  scheduler.spawn(
                      () -> {
                        sleep(8);
                        assertTrue(deadline.reschedule(ms(10)));
                      });
                  sleep(1000);
                  return true;
                });
          } catch (TimeoutException late) {
            note("late");
          }
        });
    assertEquals(List.of("late at 18"), seen);
  }

  /**
   * In Trio:
   *
   * <pre>{@code
   * await trio.to_thread.run_sync(connect, abandon_on_cancel=True)
   * }</pre>
   */
  @Test
  void abandonOnCancel_isAnotherMethod() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    CompletableFuture<String> closed = new CompletableFuture<>();
    run(
        () -> {
          Coroutine<String> connecting =
              scheduler.spawn(
                  () ->
                      Coroutines.abandonableBlocking(
                          () -> {
                            begun.countDown();
                            boolean ended = false;
                            while (!ended) {
                              try {
                                mayEnd.await();
                                ended = true;
                              } catch (InterruptedException ignored) {
                                // As a call into native code.
                              }
                            }
                            return "connection";
                          },
                          closed::complete));
          Coroutines.blocking(() -> begun.await());
          connecting.cancel();
          Coroutine.awaitAll(List.of(connecting));
          note("went on");
        });
    mayEnd.countDown();
    assertEquals("connection", closed.get(30, TimeUnit.SECONDS));
    assertEquals(List.of("went on at 0"), seen);
  }
}
