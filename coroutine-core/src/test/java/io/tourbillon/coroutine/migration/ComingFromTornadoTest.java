package io.tourbillon.coroutine.migration;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.sync.Event;
import io.tourbillon.coroutine.sync.Mutex;
import io.tourbillon.coroutine.sync.MutexCondition;
import io.tourbillon.coroutine.sync.Semaphore;
import io.tourbillon.coroutine.sync.Ticker;
import io.tourbillon.timer.MissedTick;
import io.tourbillon.timer.TimerHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** The everyday tools of Python's Tornado. */
class ComingFromTornadoTest extends MigrationPage {
  /**
   * In Tornado:
   *
   * <pre>{@code
   * await gen.sleep(0.01)
   * }</pre>
   */
  @Test
  void genSleep_isADelay() throws Exception {
    run(
        () -> {
          Coroutines.delay(ms(10));
          note("awake");
        });
    assertEquals(List.of("awake at 10"), seen);
  }

  /**
   * In Tornado:
   *
   * <pre>{@code
   * pages = await gen.multi({"a": fetch("a"), "b": fetch("b")})
   * }</pre>
   */
  @Test
  void genMulti_ofAMap_isGatherOfItsValues() throws Exception {
    run(
        () -> {
          Map<String, Callable<String>> parts = new LinkedHashMap<>();
          parts.put("a", after(20, "page of a"));
          parts.put("b", after(10, "page of b"));
          List<String> pages = CoroutineScope.gather(parts.values());
          assertEquals(List.of("page of a", "page of b"), pages);
        });
    assertEquals(20, took());
  }

  /**
   * In Tornado:
   *
   * <pre>{@code
   * await gen.with_timeout(timedelta(milliseconds=10), future)   # the future goes on
   * }</pre>
   */
  @Test
  void genWithTimeout_leavesTheFutureAlone() throws Exception {
    run(
        () -> {
          CompletableFuture<String> future = new CompletableFuture<>();
          assertSame(
              TimeoutException.class,
              assertThrows(
                      CompletionException.class,
                      () -> Coroutines.await(scheduler.timers().timeout(future, ms(10))))
                  .getCause()
                  .getClass());
          assertThrows(
              TimeoutException.class,
              () -> Coroutines.withTimeout(ms(10), () -> Coroutines.await(future)));
          future.complete("late");
          assertEquals("late", Coroutines.await(future));
        });
    assertEquals(20, took());
  }

  /**
   * In Tornado:
   *
   * <pre>{@code
   * pages = gen.WaitIterator(a=fetch("a"), b=fetch("b"))
   * async for page in pages: print(pages.current_index, page)
   * }</pre>
   */
  @Test
  void waitIterator_isAChannelOfThoseThatHaveEnded() throws Exception {
    run(
        () -> {
          Map<Coroutine<String>, String> names = new HashMap<>();
          names.put(scheduler.spawn(after(20, "long page")), "a");
          names.put(scheduler.spawn(after(10, "page")), "b");
          for (Coroutine<String> next : Channel.asCompleted(names.keySet())) {
            note(names.get(next) + " has a " + next.join());
          }
        });
    assertEquals(List.of("b has a page at 10", "a has a long page at 20"), seen);
  }

  /**
   * In Tornado:
   *
   * <pre>{@code
   * beat = PeriodicCallback(heartbeat, 10)        # skips what it has missed
   * beat.start(); ...; beat.stop()
   * }</pre>
   */
  @Test
  void periodicCallback_isATimerAtAFixedRate() throws Exception {
    run(
        () -> {
          TimerHandle beat =
              scheduler.timers().scheduleAtFixedRate(ms(10), ms(10), () -> note("beat"));
          sleep(35);
          assertTrue(beat.cancel());
          sleep(35);
        });
    assertEquals(List.of("beat at 10", "beat at 20", "beat at 30"), seen);
  }

  /**
   * In Tornado:
   *
   * <pre>{@code
   * loop.add_callback(step)               # from any thread
   * }</pre>
   */
  @Test
  void addCallback_runsOnALoop() throws Exception {
    Coroutine<?> step = scheduler.spawn(() -> note("step of " + Coroutines.scheduler().engine()));
    step.join(PATIENCE);
    assertEquals(List.of("step of " + scheduler.engine() + " at 0"), seen);
  }

  /**
   * In Tornado:
   *
   * <pre>{@code
   * handle = loop.call_later(0.01, step)
   * loop.remove_timeout(handle)
   * }</pre>
   */
  @Test
  void callLater_andRemoveTimeout() throws Exception {
    run(
        () -> {
          TimerHandle late = scheduler.timers().schedule(ms(10), () -> note("late"));
          TimerHandle later = scheduler.timers().schedule(ms(20), () -> note("later"));
          assertTrue(later.cancel());
          sleep(30);
          assertEquals(TimerHandle.State.FIRED, late.state());
        });
    assertEquals(List.of("late at 10"), seen);
  }

  /**
   * In Tornado:
   *
   * <pre>{@code
   * text = await IOLoop.current().run_in_executor(pool, read_file)
   * }</pre>
   */
  @Test
  void runInExecutor_awaitsThePool() throws Exception {
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      assertEquals(
          "text", run(() -> Coroutines.await(CompletableFuture.supplyAsync(() -> "text", pool))));
    }
  }

  /**
   * In Tornado:
   *
   * <pre>{@code
   * queue = queues.Queue(maxsize=2)
   * await queue.put(item, timeout=timedelta(milliseconds=10))    # QueueFull
   * }</pre>
   */
  @Test
  void queuePut_withATimeout() throws Exception {
    Channel<String> queue = Channel.buffered(2);
    run(
        () -> {
          queue.send("a");
          queue.send("b");
          assertThrows(TimeoutException.class, () -> queue.send("c", ms(10)));
          assertEquals(2, queue.size());
        });
    assertEquals(10, took());
  }

  /**
   * In Tornado:
   *
   * <pre>{@code
   * lock = locks.Lock()
   * async with lock: ...
   * await condition.wait(timeout=timedelta(milliseconds=10))     # False
   * }</pre>
   */
  @Test
  void conditionWait_withATimeout_holdsTheLockAgain() throws Exception {
    Mutex lock = new Mutex();
    MutexCondition condition = lock.newCondition();
    run(
        () ->
            lock.withLock(
                () -> {
                  assertThrows(TimeoutException.class, () -> condition.await(ms(10)));
                  assertTrue(lock.isHeldByCaller());
                  return "";
                }));
    assertEquals(10, took());
  }

  /**
   * In Tornado:
   *
   * <pre>{@code
   * limit = locks.BoundedSemaphore(1)
   * limit.release()                       # ValueError: released too many times
   * }</pre>
   */
  @Test
  void boundedSemaphore_isASemaphore() throws Exception {
    Semaphore limit = new Semaphore(1);
    run(() -> assertThrows(IllegalStateException.class, limit::release));
  }

  /**
   * In Tornado:
   *
   * <pre>{@code
   * class Chat(TCPServer):
   *     async def handle_stream(self, stream, address):
   *         name = await stream.read_until(b"\n")
   *         while True: broadcast(name, await stream.read_until(b"\n"))
   * }</pre>
   */
  @Test
  void tcpServer_chat_tellsEverybodyElse() throws Exception {
    try (RunningChat chat = new RunningChat()) {
      chat.talk(
          () -> {
            try (LineConnection anna = chat.enter("anna");
                LineConnection bert = chat.enter("bert")) {
              assertEquals("* bert is here", anna.readLine());
              bert.writeLine("hello");
              assertEquals("bert: hello", anna.readLine());
              anna.writeLine("hello, bert");
              assertEquals("anna: hello, bert", bert.readLine());
            }
          });
    }
  }

  /**
   * In Tornado:
   *
   * <pre>{@code
   * PeriodicCallback(slower_than_its_period, 10)     # skipped while the previous one runs
   * }</pre>
   */
  @Test
  void periodicCallback_thatIsSlow_isInStepAgain() throws Exception {
    List<Long> ticks = new ArrayList<>();
    run(
        () -> {
          Ticker ticker = Ticker.builder(ms(10)).missedTick(MissedTick.SKIP).build();
          while (ticks.size() < 3) {
            ticks.add(ticker.next().number());
            Coroutines.delay(ticks.size() == 1 ? ms(24) : Duration.ZERO);
          }
        });
    assertEquals(List.of(1L, 2L, 4L), ticks);
  }

  /**
   * In Tornado:
   *
   * <pre>{@code
   * stopped = locks.Event()
   * await stopped.wait(timeout=timedelta(milliseconds=10))
   * }</pre>
   */
  @Test
  void event_isWaitedForWithATimeout() throws Exception {
    Event stopped = new Event();
    run(
        () -> {
          scheduler.timers().schedule(ms(5), stopped::set);
          stopped.await(ms(10));
          assertTrue(stopped.isSet());
        });
    assertEquals(5, took());
  }
}
