package io.tourbillon.coroutine.migration;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineLocal;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.generator.Generator;
import io.tourbillon.coroutine.sync.Event;
import io.tourbillon.coroutine.sync.Mutex;
import io.tourbillon.coroutine.sync.MutexCondition;
import io.tourbillon.coroutine.sync.Semaphore;
import io.tourbillon.coroutine.sync.WaitGroup;
import io.tourbillon.timer.TimerHandle;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The everyday tools of Python's asyncio. */
class ComingFromAsyncioTest extends MigrationPage {
  /**
   * In asyncio:
   *
   * <pre>{@code
   * a, b = await asyncio.gather(slow(), fast())
   * }</pre>
   */
  @Test
  void gather_takesAsLongAsTheLongest_andKeepsTheOrder() throws Exception {
    List<String> results =
        run(() -> CoroutineScope.gather(List.of(after(30, "slow"), after(10, "fast"))));
    assertEquals(List.of("slow", "fast"), results);
    assertEquals(30, took());
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * results = await asyncio.gather(good(), bad(), return_exceptions=True)
   * }</pre>
   */
  @Test
  void gather_withExceptionsAsResults_isSupervised() throws Exception {
    IOException failure = new IOException("bad");
    run(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.SUPERVISE)) {
            Coroutine<String> good = scope.spawn(after(10, "good"));
            Coroutine<String> bad = scope.spawn(failingAfter(5, failure));
            scope.join();
            assertEquals("good", good.join());
            assertSame(failure, assertThrows(CompletionException.class, bad::join).getCause());
          }
        });
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * done, pending = await asyncio.wait({a, b}, return_when=FIRST_COMPLETED)
   * for task in pending: task.cancel()
   * }</pre>
   */
  @Test
  void wait_forTheFirstCompleted_leavesTheOthersRunning() throws Exception {
    run(
        () -> {
          Coroutine<String> slow = scheduler.spawn(after(30, "slow"));
          Coroutine<String> fast = scheduler.spawn(after(10, "fast"));
          Coroutine<? extends String> done = Coroutine.awaitAny(List.of(slow, fast));
          assertEquals("fast", done.join());
          assertEquals(State.SUSPENDED, slow.state());
          slow.cancel("fast was first");
        });
    assertEquals(10, took());
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * for next in asyncio.as_completed([slow(), fast()]):
   *     print(await next)
   * }</pre>
   */
  @Test
  void asCompleted_isAChannelOfThoseThatHaveEnded() throws Exception {
    run(
        () -> {
          List<Coroutine<String>> all =
              List.of(scheduler.spawn(after(30, "slow")), scheduler.spawn(after(10, "fast")));
          for (Coroutine<String> next : Channel.asCompleted(all)) {
            note(next.join());
          }
        });
    assertEquals(List.of("fast at 10", "slow at 30"), seen);
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * try:
   *     await asyncio.wait_for(slow(), timeout=0.01)
   * except TimeoutError: ...
   * }</pre>
   */
  @Test
  void waitFor_throwsAfterTheCleanUp() throws Exception {
    run(
        () -> {
          assertThrows(
              TimeoutException.class,
              () ->
                  Coroutines.withTimeout(
                      ms(10),
                      () -> {
                        try {
                          return after(30, "slow").call();
                        } finally {
                          Coroutines.shield(ms(100), () -> sleep(5));
                          note("cleaned up");
                        }
                      }));
          note("timed out");
        });
    assertEquals(List.of("cleaned up at 15", "timed out at 15"), seen);
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * async with asyncio.timeout(0.01) as limit:
   *     async for message in connection:
   *         limit.reschedule(loop.time() + 0.01)
   * }</pre>
   */
  @Test
  void timeout_thatIsRescheduled_isADeadlineThatIsSetAnew() throws Exception {
    run(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
            scope.timeout(ms(10));
            scope.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
            for (int message = 0; message < 3; message++) {
              sleep(8);
              scope.timeout(ms(10));
            }
            assertInstanceOf(
                TimeoutException.class,
                assertThrows(CompletionException.class, scope::join).getCause());
          }
        });
    assertEquals(34, took());
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * receipt = await asyncio.shield(pay())        # goes on if we are cancelled
   * }</pre>
   */
  @Test
  void shield_isJoiningWhatBelongsToNobody() throws Exception {
    run(
        () -> {
          Coroutine<String> payment = scheduler.spawn(after(30, "paid"));
          Coroutine<String> customer = scheduler.spawn(() -> payment.join());
          sleep(10);
          customer.cancel("has left");
          assertCancelled(customer::join);
          assertEquals("paid", payment.join());
        });
    assertEquals(30, took());
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * async with asyncio.TaskGroup() as group:
   *     group.create_task(steady())
   *     group.create_task(broken())
   * }</pre>
   */
  @Test
  void taskGroup_cancelsTheOthersWhenOneFails() throws Exception {
    IOException failure = new IOException("broken");
    run(
        () -> {
          Coroutine<String> steady;
          try (CoroutineScope group = CoroutineScope.open(Policy.FAIL_FAST)) {
            steady = group.spawn(after(1000, "never"));
            group.spawn(failingAfter(10, failure));
            assertSame(failure, assertThrows(CompletionException.class, group::join).getCause());
          }
          assertEquals(State.CANCELLED, steady.state());
        });
    assertEquals(10, took());
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * task = asyncio.create_task(serve())
   * task.cancel("shutting down")
   * try: await task
   * except asyncio.CancelledError: ...
   * }</pre>
   */
  @Test
  void createTask_andCancel_sayWhoAndWhy() throws Exception {
    run(
        () -> {
          Coroutine<?> task =
              scheduler.spawn(
                  () -> {
                    try {
                      sleep(1000);
                    } catch (CoroutineCancelledException cancelled) {
                      note(cancelled.reason());
                      throw cancelled;
                    }
                  });
          sleep(10);
          assertTrue(task.cancel("shutting down"));
          assertCancelled(task::join);
        });
    assertEquals(List.of("shutting down at 10"), seen);
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * queue = asyncio.Queue(maxsize=2)
   * # three workers: item = await queue.get(); ...; queue.task_done()
   * for n in range(9): await queue.put(n)
   * await queue.join()
   * }</pre>
   */
  @Test
  void queue_withTaskDone_isAChannelAndAWaitGroup() throws Exception {
    Channel<Integer> queue = Channel.buffered(2);
    WaitGroup unfinished = new WaitGroup();
    AtomicInteger sum = new AtomicInteger();
    run(
        () -> {
          for (int worker = 0; worker < 3; worker++) {
            scheduler.spawn(
                () -> {
                  for (int item : queue) {
                    sleep(10);
                    sum.addAndGet(item);
                    unfinished.done();
                  }
                });
          }
          for (int n = 1; n <= 9; n++) {
            unfinished.add();
            queue.send(n);
          }
          unfinished.await();
          queue.close();
        });
    assertEquals(45, sum.get());
    assertEquals(30, took());
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * queue = asyncio.PriorityQueue()
   * queue.put_nowait((2, "wash")); queue.put_nowait((1, "eat"))
   * await queue.get()
   * }</pre>
   */
  @Test
  void priorityQueue_isOneOfTheJdkAndASemaphore() throws Exception {
    PriorityBlockingQueue<String> queue =
        new PriorityBlockingQueue<>(11, Comparator.comparingInt(String::length));
    Semaphore filled = new Semaphore(0, Integer.MAX_VALUE);
    run(
        () -> {
          Coroutine<List<String>> taker =
              scheduler.spawn(
                  () -> {
                    List<String> taken = new ArrayList<>();
                    while (taken.size() < 2) {
                      filled.acquire();
                      taken.add(queue.remove());
                    }
                    return taken;
                  });
          sleep(10);
          queue.addAll(List.of("wash", "eat"));
          filled.release(2);
          assertEquals(List.of("eat", "wash"), taker.join());
        });
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * limit = asyncio.Semaphore(2)
   * async with limit: await fetch()
   * }</pre>
   */
  @Test
  void semaphore_letsTwoAtATimeGoOn() throws Exception {
    Semaphore limit = new Semaphore(2);
    run(
        () ->
            CoroutineScope.gather(
                Collections.nCopies(6, () -> limit.withPermit(after(10, "")::call))));
    assertEquals(30, took());
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * lock = asyncio.Lock()
   * async with lock:
   *     balance = await read(); await write(balance + 1)
   * }</pre>
   */
  @Test
  void lock_isHeldAcrossAwaits() throws Exception {
    Mutex lock = new Mutex();
    int[] balance = {0};
    run(
        () ->
            CoroutineScope.gather(
                Collections.nCopies(
                    5,
                    () ->
                        lock.withLock(
                            () -> {
                              int read = balance[0];
                              sleep(1);
                              balance[0] = read + 1;
                              return read;
                            }))));
    assertEquals(5, balance[0]);
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * ready = asyncio.Event()
   * await ready.wait()          # several of these
   * ready.set()
   * }</pre>
   */
  @Test
  void event_letsAllGoOnWhoWait() throws Exception {
    Event ready = new Event();
    run(
        () -> {
          for (String name : List.of("one", "two")) {
            scheduler.spawn(
                () -> {
                  ready.await();
                  note(name);
                });
          }
          sleep(10);
          ready.set();
          sleep(10);
        });
    assertEquals(List.of("one at 10", "two at 10"), seen);
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * async with condition:
   *     await condition.wait_for(lambda: items)
   *     item = items.popleft()
   * }</pre>
   */
  @Test
  void condition_isWaitedForInALoop() throws Exception {
    Mutex mutex = new Mutex();
    MutexCondition changed = mutex.newCondition();
    ArrayDeque<String> items = new ArrayDeque<>();
    run(
        () -> {
          Coroutine<String> taker =
              scheduler.spawn(
                  () ->
                      mutex.withLock(
                          () -> {
                            while (items.isEmpty()) {
                              changed.await();
                            }
                            return items.remove();
                          }));
          sleep(10);
          mutex.withLock(
              () -> {
                items.add("item");
                changed.signal();
              });
          assertEquals("item", taker.join());
        });
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * text = await asyncio.to_thread(read_file)
   * }</pre>
   */
  @Test
  void toThread_leavesTheLoopFree() throws Exception {
    run(
        () -> {
          Thread loop = Thread.currentThread();
          assertNotEquals(loop, Coroutines.blocking(Thread::currentThread));
        });
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * text = await loop.run_in_executor(pool, read_file)
   * }</pre>
   */
  @Test
  void runInExecutor_isAwaitingWhatThePoolSupplies() throws Exception {
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      assertEquals(
          "text", run(() -> Coroutines.await(CompletableFuture.supplyAsync(() -> "text", pool))));
    }
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * request = contextvars.ContextVar("request")
   * request.set("r-1")
   * asyncio.create_task(log())       # a copy of the context
   * }</pre>
   */
  @Test
  void contextVar_isInheritedByChildren() throws Exception {
    CoroutineLocal<String> request = new CoroutineLocal<>("request");
    String inherited =
        run(() -> request.where("r-1", () -> scheduler.spawn(() -> request.get()).join()));
    assertEquals("r-1", inherited);
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * async def ticks():
   *     for n in range(3):
   *         await asyncio.sleep(0.01)
   *         yield n
   * async for n in ticks(): print(n)
   * }</pre>
   */
  @Test
  void asyncGenerator_mayAwaitBetweenValues() throws Exception {
    run(
        () -> {
          try (Generator<Integer> ticks =
              Generator.of(
                  out -> {
                    for (int n = 0; n < 3; n++) {
                      sleep(10);
                      out.yield(n);
                    }
                  })) {
            ticks.forEach(this::note);
          }
        });
    assertEquals(List.of("0 at 10", "1 at 20", "2 at 30"), seen);
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * handle = loop.call_later(0.01, print, "late")
   * handle.cancel()
   * }</pre>
   */
  @Test
  void callLater_isATimerOfTheLoops() throws Exception {
    run(
        () -> {
          TimerHandle _ = scheduler.timers().schedule(ms(10), () -> note("called"));
          TimerHandle cancelled = scheduler.timers().schedule(ms(5), () -> note("cancelled"));
          assertTrue(cancelled.cancel());
          sleep(20);
        });
    assertEquals(List.of("called at 10"), seen);
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * future = loop.create_future()
   * loop.call_soon_threadsafe(future.set_result, "value")   # from another thread
   * await future
   * }</pre>
   */
  @Test
  void future_thatAnotherThreadCompletes_isAwaited() throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    Thread other = Thread.ofPlatform().start(() -> future.complete("value"));
    assertEquals("value", run(() -> Coroutines.await(future)));
    other.join();
  }

  /**
   * In asyncio:
   *
   * <pre>{@code
   * async def handle(reader, writer):
   *     async for line in reader: tell_all(line)
   * server = await asyncio.start_server(handle, "127.0.0.1", port)
   * }</pre>
   */
  @Test
  void startServer_chat_hasEachNameOnce() throws Exception {
    try (RunningChat chat = new RunningChat()) {
      chat.talk(
          () -> {
            try (LineConnection anna = chat.enter("anna");
                LineConnection other = chat.connect()) {
              other.writeLine("anna");
              assertEquals("* choose another name", other.readLine());
              assertNull(other.readLine());
              anna.writeLine("I am alone");
            }
          });
    }
  }
}
