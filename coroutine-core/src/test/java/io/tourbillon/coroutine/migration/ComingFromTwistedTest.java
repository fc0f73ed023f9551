package io.tourbillon.coroutine.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.sync.Mutex;
import io.tourbillon.coroutine.sync.Semaphore;
import io.tourbillon.coroutine.sync.Ticker;
import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.VirtualClock;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The everyday tools of Python's Twisted. */
class ComingFromTwistedTest extends MigrationPage {
  /**
   * In Twisted:
   *
   * <pre>{@code
   * d = fetch()
   * d.addCallback(parse)
   * d.addErrback(lambda failure: "default")
   * d.addBoth(report)
   * }</pre>
   */
  @Test
  void deferred_withCallbacks_isACompletableFuture() throws Exception {
    run(
        () -> {
          CompletableFuture<Integer> d =
              scheduler
                  .spawn(after(10, "no number"))
                  .toFuture()
                  .thenApply(Integer::valueOf)
                  .exceptionally(failure -> -1)
                  .whenComplete((value, failure) -> note(value));
          assertEquals(-1, Coroutines.await(d));
        });
    assertEquals(List.of("-1 at 10"), seen);
  }

  /**
   * In Twisted:
   *
   * <pre>{@code
   * inlineCallbacks
   * def page():
   *     try: text = yield fetch()
   *     except IOError: text = "default"
   *     returnValue(text)
   * }</pre>
   */
  @Test
  void inlineCallbacks_areCoroutines() throws Exception {
    String page =
        run(
            () -> {
              try {
                return Coroutines.await(
                    CompletableFuture.<String>failedFuture(new IOException("broken")));
              } catch (CompletionException failed) {
                return failed.getCause().getMessage();
              }
            });
    assertEquals("broken", page);
  }

  /**
   * In Twisted:
   *
   * <pre>{@code
   * DeferredList([good(), bad()], consumeErrors=True)
   * }</pre>
   */
  @Test
  void deferredList_waitsForAll_whateverTheirEnd() throws Exception {
    run(
        () -> {
          Coroutine<String> good = scheduler.spawn(after(10, "good"));
          Coroutine<String> bad = scheduler.spawn(failingAfter(20, new IOException("bad")));
          Coroutine.awaitAll(List.of(good, bad));
          assertEquals(State.DONE, good.state());
          assertEquals(State.FAILED, bad.state());
          assertThrows(CompletionException.class, bad::join);
        });
    assertEquals(20, took());
  }

  /**
   * In Twisted:
   *
   * <pre>{@code
   * gatherResults([good(), bad()])                     # fails with the first failure
   * DeferredList([a(), b()], fireOnOneCallback=True)
   * }</pre>
   */
  @Test
  void gatherResults_andTheFirstCallback() throws Exception {
    IOException failure = new IOException("bad");
    run(
        () -> {
          assertSame(
              failure,
              assertThrows(
                      CompletionException.class,
                      () ->
                          CoroutineScope.gather(
                              List.of(after(1000, "good"), failingAfter(10, failure))))
                  .getCause());
          assertEquals(
              "slow",
              CoroutineScope.firstSuccess(List.of(after(20, "slow"), failingAfter(10, failure))));
        });
    assertEquals(30, took());
  }

  /**
   * In Twisted:
   *
   * <pre>{@code
   * loop = LoopingCall(poll)
   * ended = loop.start(0.01)              # at once, and then every 10 ms
   * loop.stop()
   * }</pre>
   */
  @Test
  void loopingCall_isATickerAndACoroutine() throws Exception {
    run(
        () -> {
          Ticker ticker = Ticker.every(ms(10));
          Coroutine<?> ended =
              scheduler.spawn(
                  () -> {
                    note("poll");
                    for (Ticker.Tick _ : ticker) {
                      note("poll");
                    }
                  });
          sleep(25);
          ticker.close();
          assertNull(ended.join());
        });
    assertEquals(List.of("poll at 0", "poll at 10", "poll at 20"), seen);
    assertEquals(25, took());
  }

  /**
   * In Twisted:
   *
   * <pre>{@code
   * LoopingCall.withCount(lambda count: report(count)).start(0.01, now=False)
   * }</pre>
   */
  @Test
  void loopingCallWithCount_isTheDifferenceOfNumbers() throws Exception {
    run(
        () -> {
          try (Ticker ticker = Ticker.every(ms(10))) {
            long last = 0;
            for (int busy : new int[] {35, 0, 0}) {
              long number = ticker.next().number();
              note(number - last);
              last = number;
              sleep(busy);
            }
          }
        });
    assertEquals(List.of("1 at 10", "1 at 45", "3 at 50"), seen);
  }

  /**
   * In Twisted:
   *
   * <pre>{@code
   * loop = LoopingCall(broken)
   * loop.start(0.01).addErrback(report)               # it has stopped
   * }</pre>
   */
  @Test
  void loopingCall_thatFails_hasStopped_andSaysWhy() throws Exception {
    IOException failure = new IOException("broken");
    run(
        () -> {
          Coroutine<?> ended =
              scheduler.spawn(
                  () -> {
                    for (Ticker.Tick tick : Ticker.every(ms(10))) {
                      if (tick.number() == 2) {
                        throw failure;
                      }
                    }
                  });
          assertSame(failure, assertThrows(CompletionException.class, ended::join).getCause());
        });
    assertEquals(20, took());
  }

  /**
   * In Twisted:
   *
   * <pre>{@code
   * call = reactor.callLater(0.01, expire)
   * call.reset(0.02)
   * call.cancel()
   * call.active()
   * }</pre>
   */
  @Test
  void callLater_isResetAndCancelled() throws Exception {
    run(
        () -> {
          TimerHandle call = scheduler.timers().schedule(ms(10), () -> note("expired"));
          assertTrue(call.reschedule(ms(20)));
          sleep(15);
          assertEquals(TimerHandle.State.PENDING, call.state());
          assertTrue(call.cancel());
          assertFalse(call.cancel());
        });
    assertEquals(List.of(), seen);
  }

  /**
   * In Twisted:
   *
   * <pre>{@code
   * deferToThread(read_file)
   * reactor.callFromThread(report, text)              # back again
   * }</pre>
   */
  @Test
  void deferToThread_andCallFromThread() throws Exception {
    run(
        () -> {
          Thread loop = Thread.currentThread();
          Coroutine<String> back =
              Coroutines.blocking(
                  () -> {
                    assertNotEquals(loop, Thread.currentThread());
                    return scheduler.spawn(() -> Coroutines.current().name());
                  });
          assertTrue(back.join().startsWith("coroutine"));
        });
  }

  /**
   * In Twisted:
   *
   * <pre>{@code
   * queue = DeferredQueue()
   * queue.get().addCallback(report)                   # before there is anything
   * queue.put("item")
   * }</pre>
   */
  @Test
  void deferredQueue_isAnUnlimitedChannel() throws Exception {
    Channel<String> queue = Channel.unlimited();
    run(
        () -> {
          Coroutine<?> getter = scheduler.spawn(() -> note(queue.receive()));
          sleep(10);
          queue.send("item");
          getter.join();
        });
    assertEquals(List.of("item at 10"), seen);
  }

  /**
   * In Twisted:
   *
   * <pre>{@code
   * DeferredSemaphore(2).run(fetch)
   * DeferredLock().run(update)
   * }</pre>
   */
  @Test
  void deferredSemaphore_andDeferredLock_runAPart() throws Exception {
    Semaphore semaphore = new Semaphore(2);
    Mutex lock = new Mutex();
    run(
        () -> {
          CoroutineScope.gather(
              Collections.nCopies(4, () -> semaphore.withPermit(after(10, "")::call)));
          CoroutineScope.gather(Collections.nCopies(4, () -> lock.withLock(after(10, "")::call)));
        });
    assertEquals(60, took());
  }

  /**
   * In Twisted:
   *
   * <pre>{@code
   * d.addTimeout(0.01, reactor)                       # cancels it
   * d.addErrback(lambda failure: failure.trap(TimeoutError))
   * }</pre>
   */
  @Test
  void deferredAddTimeout_onTheFutureOfACoroutine_leavesThatToBeCancelled() throws Exception {
    run(
        () -> {
          Coroutine<String> slow = scheduler.spawn(after(1000, "slow"));
          CompletableFuture<String> limited = scheduler.timers().timeout(slow.toFuture(), ms(10));
          assertSame(
              TimeoutException.class,
              assertThrows(CompletionException.class, () -> Coroutines.await(limited))
                  .getCause()
                  .getClass());
          assertEquals(State.SUSPENDED, slow.state());
          end(slow);
        });
    assertEquals(10, took());
  }

  /**
   * In Twisted:
   *
   * <pre>{@code
   * d.cancel()
   * }</pre>
   */
  @Test
  void deferredCancel_ofTheFuture_isThatOfTheCoroutine() throws Exception {
    run(
        () -> {
          Coroutine<String> slow = scheduler.spawn(after(1000, "slow"));
          sleep(10);
          assertTrue(slow.toFuture().cancel(false));
          Coroutine.awaitAll(List.of(slow));
          assertEquals(State.CANCELLED, slow.state());
        });
    assertEquals(10, took());
  }

  /**
   * In Twisted:
   *
   * <pre>{@code
   * cooperate(step() for n in range(3))               # a little of it in each turn
   * }</pre>
   */
  @Tag("not-plain-thread")
  @Test
  void cooperate_isYieldingInALoop() throws Exception {
    run(
        () -> {
          for (String name : List.of("a", "b")) {
            scheduler.spawn(
                () -> {
                  for (int n = 1; n <= 3; n++) {
                    seen.add(name + n);
                    Coroutines.yieldNow();
                  }
                });
          }
          sleep(1);
        });
    assertEquals(List.of("a1", "b1", "a2", "b2", "a3", "b3"), seen);
  }

  /**
   * In Twisted:
   *
   * <pre>{@code
   * clock = task.Clock()
   * clock.callLater(10, report)
   * clock.advance(10)
   * }</pre>
   */
  @Test
  void taskClock_isMovedByHand() {
    VirtualClock byHand = new VirtualClock();
    try (var other = TestSchedulers.on(byHand)) {
      other.timers().schedule(ms(10), () -> seen.add("called"));
      byHand.advance(ms(9));
      assertEquals(List.of(), seen);
      byHand.advance(ms(1));
      assertEquals(List.of("called"), seen);
    }
  }

  /**
   * In Twisted:
   *
   * <pre>{@code
   * class Chat(LineReceiver):
   *     def lineReceived(self, line): ...
   *     def connectionLost(self, reason):
   *         tell_all(self.name + " has left")
   * }</pre>
   */
  @Test
  void lineReceiver_chat_tellsWhoHasLeft() throws Exception {
    try (RunningChat chat = new RunningChat()) {
      chat.talk(
          () -> {
            try (LineConnection anna = chat.enter("anna")) {
              chat.enter("bert").close();
              assertEquals("* bert is here", anna.readLine());
              assertEquals("* bert has left", anna.readLine());
            }
          });
    }
  }
}
