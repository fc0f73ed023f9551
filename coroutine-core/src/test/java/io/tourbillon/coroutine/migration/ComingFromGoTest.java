package io.tourbillon.coroutine.migration;

import static io.tourbillon.coroutine.channel.Select.onReceive;
import static io.tourbillon.coroutine.channel.Select.onReceiveOrClosed;
import static io.tourbillon.coroutine.channel.Select.onSend;
import static io.tourbillon.coroutine.channel.Select.onTimeout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineLocal;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.ChannelClosedException;
import io.tourbillon.coroutine.channel.Select;
import io.tourbillon.coroutine.channel.SelectCase;
import io.tourbillon.coroutine.channel.Sink;
import io.tourbillon.coroutine.channel.Source;
import io.tourbillon.coroutine.sync.Barrier;
import io.tourbillon.coroutine.sync.Mutex;
import io.tourbillon.coroutine.sync.MutexCondition;
import io.tourbillon.coroutine.sync.RateLimiter;
import io.tourbillon.coroutine.sync.ReadWriteMutex;
import io.tourbillon.coroutine.sync.Semaphore;
import io.tourbillon.coroutine.sync.Ticker;
import io.tourbillon.coroutine.sync.WaitGroup;
import io.tourbillon.timer.TimerHandle;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The everyday tools of Go. */
class ComingFromGoTest extends MigrationPage {
  /**
   * In Go:
   *
   * <pre>{@code
   * var pages sync.WaitGroup
   * for range 3 {
   *     pages.Add(1)
   *     go func() { defer pages.Done(); fetch() }()
   * }
   * pages.Wait()
   * }</pre>
   */
  @Test
  void waitGroup_isWaitedForByWhoeverLikes() throws Exception {
    WaitGroup pages = new WaitGroup();
    run(
        () -> {
          for (int n = 1; n <= 3; n++) {
            int millis = 10 * n;
            pages.add();
            scheduler.spawn(
                () -> {
                  try {
                    sleep(millis);
                  } finally {
                    pages.done();
                  }
                });
          }
          pages.await();
        });
    assertEquals(30, took());
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * jobs, results := make(chan int), make(chan int)
   * for range 3 { go func() { for job := range jobs { results <- work(job) } }() }
   * }</pre>
   */
  @Test
  void workerPool_sharesAChannel() throws Exception {
    Channel<Integer> jobs = Channel.rendezvous();
    Channel<Integer> results = Channel.buffered(9);
    run(
        () -> {
          try (CoroutineScope workers = CoroutineScope.open(Policy.FAIL_FAST)) {
            for (int worker = 0; worker < 3; worker++) {
              workers.spawn(
                  () -> {
                    for (int job : jobs) {
                      sleep(10);
                      results.send(job * job);
                    }
                  });
            }
            for (int job = 1; job <= 9; job++) {
              jobs.send(job);
            }
            jobs.close();
            workers.join();
          }
          results.close();
        });
    int sum = 0;
    for (int result : results) {
      sum += result;
    }
    assertEquals(285, sum);
    assertEquals(30, took());
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * select {
   * case m := <-news: print(m)
   * case <-time.After(10 * time.Millisecond): print("nothing")
   * }
   * }</pre>
   */
  @Test
  void select_withATimeout() throws Exception {
    Channel<String> news = Channel.rendezvous();
    run(() -> note(Select.select(onReceive(news, m -> m), onTimeout(ms(10), () -> "nothing"))));
    assertEquals(List.of("nothing at 10"), seen);
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * select {
   * case news <- "hot":
   * default: print("nobody listens")
   * }
   * }</pre>
   */
  @Test
  void select_withADefault() throws Exception {
    Channel<String> news = Channel.rendezvous();
    run(
        () ->
            note(
                Select.select(
                    onSend(news, "hot", () -> "sent"),
                    onTimeout(Duration.ZERO, () -> "nobody listens"))));
    assertEquals(List.of("nobody listens at 0"), seen);
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * for a != nil || b != nil {
   *     select {
   *     case m, ok := <-a: if !ok { a = nil } else { out <- m }
   *     case m, ok := <-b: if !ok { b = nil } else { out <- m }
   *     }
   * }
   * close(out)
   * }</pre>
   */
  @Test
  void fanIn_withSelect_leavesOutWhatIsClosed() throws Exception {
    run(
        () -> {
          Source<String> a = ticking("a", 10, 3);
          Source<String> b = ticking("b", 25, 2);
          Source<String> both =
              Channel.produce(0, out -> fanIn(new ArrayList<>(List.of(a, b)), out));
          both.forEach(this::note);
        });
    assertEquals(List.of("a1 at 10", "a2 at 20", "b1 at 25", "a3 at 30", "b2 at 50"), seen);
  }

  private static Source<String> ticking(String name, int millis, int times) {
    return Channel.produce(
        0,
        out -> {
          for (int n = 1; n <= times; n++) {
            sleep(millis);
            out.send(name + n);
          }
        });
  }

  private static void fanIn(List<Source<String>> open, Sink<String> out) {
    while (!open.isEmpty()) {
      List<SelectCase<Boolean>> cases = new ArrayList<>();
      for (Source<String> in : open) {
        cases.add(
            onReceiveOrClosed(
                in,
                value -> {
                  out.send(value);
                  return true;
                },
                () -> open.remove(in)));
      }
      boolean _ = Select.of(cases).await();
    }
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * ctx, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
   * defer cancel()
   * err := query(ctx)               // context.DeadlineExceeded
   * }</pre>
   */
  @Test
  void contextWithTimeout_isNotPassedAlong() throws Exception {
    run(
        () -> {
          assertThrows(TimeoutException.class, () -> Coroutines.withTimeout(ms(10), () -> query()));
        });
    assertEquals(10, took());
  }

  /** Does not know the timeout. */
  private static String query() {
    sleep(500);
    return "rows";
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * ctx, cancel := context.WithCancelCause(ctx)
   * go serve(ctx)
   * cancel(errors.New("shutting down"))
   * context.Cause(ctx)
   * }</pre>
   */
  @Test
  void contextWithCancelCause_isCancelWithAReason() throws Exception {
    run(
        () -> {
          Coroutine<String> server =
              scheduler.spawn(
                  () -> {
                    try {
                      return query();
                    } catch (CoroutineCancelledException done) {
                      return done.reason();
                    }
                  });
          sleep(10);
          server.cancel("shutting down");
          assertEquals("shutting down", server.join());
        });
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * group, ctx := errgroup.WithContext(ctx)
   * group.SetLimit(2)
   * group.Go(func() error { ... })
   * err := group.Wait()
   * }</pre>
   */
  @Test
  void errgroup_withALimit() throws Exception {
    IOException failure = new IOException("broken");
    Semaphore limit = new Semaphore(2);
    AtomicInteger begun = new AtomicInteger();
    run(
        () -> {
          try (CoroutineScope group = CoroutineScope.open(Policy.FAIL_FAST)) {
            for (int n = 0; n < 10; n++) {
              group.spawn(
                  () ->
                      limit.withPermit(
                          () -> {
                            begun.incrementAndGet();
                            sleep(10);
                            throw failure;
                          }));
            }
            assertSame(failure, assertThrows(CompletionException.class, group::join).getCause());
          }
        });
    assertTrue(begun.get() < 10);
    assertEquals(10, took());
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * ticker := time.NewTicker(10 * time.Millisecond)
   * defer ticker.Stop()
   * for range 3 { <-ticker.C; report() }
   * }</pre>
   */
  @Test
  void ticker_doesNotDrift() throws Exception {
    run(
        () -> {
          try (Ticker ticker = Ticker.every(ms(10))) {
            for (int n = 0; n < 3; n++) {
              note("tick " + ticker.next().number());
              sleep(4);
            }
          }
        });
    assertEquals(List.of("tick 1 at 10", "tick 2 at 20", "tick 3 at 30"), seen);
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * timer := time.AfterFunc(10*time.Millisecond, expire)
   * timer.Reset(30 * time.Millisecond)
   * timer.Stop()
   * }</pre>
   */
  @Test
  void afterFunc_isResetAndStopped() throws Exception {
    run(
        () -> {
          TimerHandle timer = scheduler.timers().schedule(ms(10), () -> note("expired"));
          assertTrue(timer.reschedule(ms(30)));
          sleep(40);
          assertFalse(timer.cancel());
        });
    assertEquals(List.of("expired at 30"), seen);
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * var once sync.Once
   * once.Do(connect)                  // others wait until it is done
   * }</pre>
   */
  @Test
  void once_isAMapOfCoroutinesThatAreJoined() throws Exception {
    ConcurrentHashMap<String, Coroutine<String>> once = new ConcurrentHashMap<>();
    List<String> all =
        run(
            () ->
                CoroutineScope.gather(
                    Collections.nCopies(
                        3,
                        () ->
                            once.computeIfAbsent(
                                    "connection",
                                    key ->
                                        scheduler.spawn(
                                            () -> {
                                              note("connecting");
                                              return after(10, "connected").call();
                                            }))
                                .join())));
    assertEquals(List.of("connected", "connected", "connected"), all);
    assertEquals(List.of("connecting at 0"), seen);
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * var lock sync.RWMutex
   * lock.RLock(); defer lock.RUnlock()
   * lock.Lock(); defer lock.Unlock()
   * }</pre>
   */
  @Test
  void rwMutex_isFair() throws Exception {
    ReadWriteMutex lock = new ReadWriteMutex();
    run(
        () -> {
          for (int reader = 0; reader < 3; reader++) {
            scheduler.spawn(() -> lock.withReadLock(after(10, "read")::call));
          }
          scheduler.spawn(
              () ->
                  lock.withWriteLock(
                      () -> {
                        note("writing");
                        sleep(10);
                      }));
          sleep(1);
          // Comes after the writer, and does not starve it.
          lock.withReadLock(() -> note("reading"));
        });
    assertEquals(List.of("writing at 10", "reading at 20"), seen);
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * ticker := time.NewTicker(d)
   * ticker.Reset(e)                 // on activity
   * }</pre>
   */
  @Test
  void tickerReset_hasTheSameName() throws Exception {
    run(
        () -> {
          Ticker ticker = Ticker.every(ms(10));
          sleep(5);
          ticker.reset(ms(20));
          ticker.next();
          note("tick");
        });
    assertEquals(List.of("tick at 25"), seen);
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * var mutex sync.Mutex
   * mutex.Lock(); defer mutex.Unlock()
   * }</pre>
   */
  @Test
  void mutex_isHandedOverInOrder() throws Exception {
    Mutex mutex = new Mutex();
    run(
        () -> {
          for (String name : List.of("first", "second", "third")) {
            scheduler.spawn(
                () -> {
                  mutex.lock();
                  try {
                    sleep(10);
                    note(name);
                  } finally {
                    mutex.unlock();
                  }
                });
          }
          sleep(50);
        });
    assertEquals(List.of("first at 10", "second at 20", "third at 30"), seen);
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * done := make(chan struct{})
   * defer close(done)                 // ends the stages when we leave early
   * for n := range square(done, count(done)) { if n > 10 { break } }
   * }</pre>
   */
  @Test
  void pipeline_endsWithWhoReadsIt() throws Exception {
    run(
        () -> {
          Coroutine<?> reader =
              scheduler.spawn(
                  () -> {
                    Source<Integer> numbers = Channel.produce(0, this::count);
                    Source<Integer> squares =
                        Channel.produce(
                            0,
                            out -> {
                              for (int n : numbers) {
                                out.send(n * n);
                              }
                            });
                    for (int square : squares) {
                      if (square > 10) {
                        break;
                      }
                      note(square);
                    }
                  });
          reader.join();
          sleep(1);
        });
    assertEquals(List.of("1 at 0", "4 at 0", "9 at 0", "stopped counting at 0"), seen);
  }

  private void count(Sink<Integer> out) {
    try {
      for (int n = 1; ; n++) {
        out.send(n);
      }
    } finally {
      note("stopped counting");
    }
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * quit := make(chan struct{})
   * close(quit)                       // all that select on it see this
   * }</pre>
   */
  @Test
  void close_ofAChannel_isABroadcast() throws Exception {
    Channel<String> quit = Channel.rendezvous();
    Channel<String> work = Channel.rendezvous();
    run(
        () -> {
          for (String name : List.of("a", "b")) {
            scheduler.spawn(
                () ->
                    note(
                        Select.select(
                            onReceive(work, job -> job),
                            onReceiveOrClosed(quit, none -> none, () -> name + " quits"))));
          }
          sleep(10);
          quit.close();
          sleep(1);
        });
    assertEquals(List.of("a quits at 10", "b quits at 10"), seen);
    assertThrows(ChannelClosedException.class, quit::receive);
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * limiter := rate.NewLimiter(rate.Every(10*time.Millisecond), 2)
   * limiter.Wait(ctx)
   * }</pre>
   */
  @Test
  void rateLimiter_hasABurst() throws Exception {
    run(
        () -> {
          RateLimiter limiter = RateLimiter.builder(1, ms(10)).burst(2).build();
          for (int request = 1; request <= 4; request++) {
            limiter.acquire();
            note(request);
          }
        });
    assertEquals(List.of("1 at 0", "2 at 0", "3 at 10", "4 at 20"), seen);
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * places := make(chan struct{}, 2)
   * places <- struct{}{}; defer func() { <-places }()
   * }</pre>
   */
  @Test
  void semaphoreChannel_worksHereToo() throws Exception {
    Channel<String> places = Channel.buffered(2);
    run(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
            for (int n = 0; n < 6; n++) {
              scope.spawn(
                  () -> {
                    places.send("mine");
                    try {
                      sleep(10);
                    } finally {
                      places.receive();
                    }
                  });
            }
            scope.join();
          }
        });
    assertEquals(30, took());
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * listener, _ := net.Listen("tcp", address)
   * for { connection, _ := listener.Accept(); go chat(connection) }
   * }</pre>
   */
  @Test
  void netListen_chat_servesManyAtATime() throws Exception {
    int members = 20;
    try (RunningChat chat = new RunningChat()) {
      chat.talk(
          () -> {
            try (CoroutineScope all = CoroutineScope.open(Policy.FAIL_FAST)) {
              WaitGroup absent = new WaitGroup();
              absent.add(members);
              Barrier allHaveHeard = new Barrier(members);
              for (int n = 0; n < members; n++) {
                String name = "member " + n;
                all.spawn(
                    () -> {
                      try (LineConnection member = chat.enter(name)) {
                        absent.done();
                        absent.await();
                        member.writeLine("hello");
                        hear(member, members - 1);
                        int _ = allHaveHeard.await();
                      }
                    });
              }
              all.join();
            }
          });
    }
  }

  /** Reads until this many hellos have come. */
  private static void hear(LineConnection member, int helloes) throws IOException {
    for (int heard = 0; heard < helloes; ) {
      if (member.readLine().endsWith(": hello")) {
        heard++;
      }
    }
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * ctx = context.WithValue(ctx, requestKey, "r-1")
   * go log(ctx)
   * }</pre>
   */
  @Test
  void contextWithValue_isALocalThatNeedNotBePassed() throws Exception {
    CoroutineLocal<String> request = new CoroutineLocal<>("request");
    run(
        () -> {
          request.where(
              "r-1",
              () -> {
                Coroutine<String> inner =
                    request.where("r-2", () -> scheduler.spawn(() -> request.get()));
                assertEquals("r-1", request.get());
                assertEquals("r-2", inner.join());
              });
          assertFalse(request.isBound());
        });
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * changed := sync.NewCond(&mutex)
   * for !ready { changed.Wait() }
   * changed.Broadcast()
   * }</pre>
   */
  @Test
  void cond_isBroadcastByItsMutex() throws Exception {
    Mutex mutex = new Mutex();
    MutexCondition changed = mutex.newCondition();
    boolean[] ready = {false};
    run(
        () -> {
          for (String name : List.of("a", "b")) {
            scheduler.spawn(
                () ->
                    mutex.withLock(
                        () -> {
                          while (!ready[0]) {
                            changed.await();
                          }
                          note(name);
                        }));
          }
          sleep(10);
          mutex.withLock(
              () -> {
                ready[0] = true;
                changed.signalAll();
              });
          sleep(1);
        });
    assertEquals(List.of("a at 10", "b at 10"), seen);
  }

  /**
   * In Go:
   *
   * <pre>{@code
   * select {
   * case <-ticker.C: flush()
   * case job := <-jobs: work(job)
   * }
   * }</pre>
   */
  @Test
  void select_withATicker() throws Exception {
    Channel<String> work = Channel.rendezvous();
    run(
        () -> {
          Ticker ticker = Ticker.every(Duration.ofMillis(10));
          scheduler.spawn(
              () -> {
                sleep(15);
                work.send("job");
              });
          for (int turn = 0; turn < 3; turn++) {
            note(
                Select.select(
                    Select.on(ticker.onTick(), _ -> "tick"), Select.onReceive(work, job -> job)));
          }
        });
    assertEquals(List.of("tick at 10", "job at 15", "tick at 20"), seen);
  }
}
