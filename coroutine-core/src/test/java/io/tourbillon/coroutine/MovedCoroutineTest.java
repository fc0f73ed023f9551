package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.Holding.holdFor;
import static io.tourbillon.coroutine.Holding.holdUntil;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.generator.Generator;
import io.tourbillon.coroutine.internal.loop.LoopTask;
import io.tourbillon.coroutine.internal.scheduler.Internals;
import io.tourbillon.coroutine.internal.task.CoroutineLoop;
import io.tourbillon.timer.TaskDecorator;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Coroutines that go on, after they have begun, on another loop. */
@Tag("not-continuation") // They stay on their loop.
@Timeout(120)
@Tag("not-plain-thread") // No turns.
class MovedCoroutineTest {
  private static final Duration FOREVER = Duration.ofDays(1);

  private static final ThreadLocal<Object> THREAD_LOCAL = new ThreadLocal<>();

  /** Returns a scheduler whose close cancels what a failed test has left. */
  private static CoroutineScheduler twoLoops() {
    return options().build();
  }

  private static CoroutineScheduler.Builder options() {
    return TestSchedulers.builder().loops(2).closeGrace(Duration.ofSeconds(5));
  }

  /**
   * Returns a scheduler with two loops that pass every third turn to a loop that is chosen by
   * chance.
   */
  private static CoroutineScheduler mixed() {
    return mixed(UnaryOperator.identity());
  }

  private static CoroutineScheduler mixed(UnaryOperator<CoroutineScheduler.Builder> more) {
    String property = "io.tourbillon.coroutine.mix";
    String before = System.setProperty(property, "3");
    try {
      return more.apply(options()).build();
    } finally {
      if (before == null) {
        System.clearProperty(property);
      } else {
        System.setProperty(property, before);
      }
    }
  }

  private static final ScopedValue<String> SCOPED = ScopedValue.newInstance();

  /** Sets a thread-local to what it was in the spawner. */
  private static Runnable inContext(Runnable task) {
    Object captured = THREAD_LOCAL.get();
    return () -> {
      THREAD_LOCAL.set(captured);
      task.run();
    };
  }

  @Test
  void decoratedCoroutine_thatMoves_keepsItsContext_andItsTurnsAreReported() throws Exception {
    AtomicInteger turns = new AtomicInteger();
    CoroutineListener.OfTurns listener =
        new CoroutineListener.OfTurns() {
          @Override
          public void suspended(Coroutine<?> coroutine, long turnNanos) {
            turns.incrementAndGet();
          }

          @Override
          public void resumed(Coroutine<?> coroutine, long suspendedNanos) {
            turns.decrementAndGet();
          }
        };
    TaskDecorator decorator =
        TaskDecorator.ofScopedValues(SCOPED).around(MovedCoroutineTest::inContext);
    try (CoroutineScheduler scheduler =
        mixed(options -> options.decorator(decorator).listener(listener))) {
      List<Coroutine<?>> all = new ArrayList<>();
      for (int number = 0; number < 10; number++) {
        String request = "request " + number;
        THREAD_LOCAL.set(request);
        all.add(
            ScopedValue.where(SCOPED, request)
                .call(
                    () ->
                        scheduler.spawn(
                            () -> {
                              for (int move = 0; move < 10; move++) {
                                moveOn();
                                assertEquals(request, THREAD_LOCAL.get());
                                assertEquals(request, SCOPED.get());
                              }
                            })));
      }
      for (Coroutine<?> coroutine : all) {
        coroutine.join(PATIENCE);
      }
    } finally {
      THREAD_LOCAL.remove();
    }
    assertEquals(0, turns.get());
  }

  private static void assertSoon(BooleanSupplier something, String what) {
    assertTrue(holdUntil(something), what);
  }

  /** Keeps a loop busy until it is closed. */
  private static final class Hold implements AutoCloseable {
    private final AtomicBoolean held = new AtomicBoolean();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Coroutine<Boolean> holder;

    Hold(CoroutineScheduler scheduler, int loop) {
      holder =
          scheduler.spawn(
              SpawnOptions.named("holder").onLoop(Internals.loop(scheduler, loop)),
              () -> {
                held.set(true);
                return holdUntil(over::get);
              });
      assertSoon(held::get, "the loop is not held");
    }

    @Override
    public void close() {
      over.set(true);
      assertTrue(holder.join());
    }
  }

  private static String where(CoroutineScheduler scheduler) {
    return Internals.loopOfCaller(scheduler).orElseThrow();
  }

  /** Gives up turns until the calling coroutine is on the other loop. */
  private static void moveOn() {
    CoroutineScheduler scheduler = Coroutines.scheduler();
    String from = where(scheduler);
    long startNanos = System.nanoTime();
    while (from.equals(where(scheduler))) {
      assertTrue(System.nanoTime() - startNanos < PATIENCE.toNanos(), "it has not moved");
      Coroutines.yieldNow();
    }
  }

  private static void moveOn(int times) {
    for (int time = 0; time < times; time++) {
      moveOn();
    }
  }

  private static long takenOver(CoroutineScheduler scheduler) {
    return scheduler.stats().loops().stream().mapToLong(LoopStats::takenOver).sum();
  }

  private static void joinAll(List<? extends Coroutine<?>> all) throws TimeoutException {
    for (Coroutine<?> each : all) {
      each.join(PATIENCE);
    }
  }

  /** Runs a body in several coroutines at once that can move. */
  private static void runMixed(int count, Action body) throws Exception {
    try (CoroutineScheduler scheduler = mixed()) {
      List<Coroutine<?>> all = new ArrayList<>();
      for (int number = 0; number < count; number++) {
        all.add(scheduler.spawn(body));
      }
      joinAll(all);
      assertTrue(takenOver(scheduler) > 0);
    }
  }

  // Under pressure.

  @Test
  void coroutinesOfOneLoop_thatComputeAtOnce_runOnBothLoops() throws Exception {
    try (CoroutineScheduler scheduler = twoLoops()) {
      CompletableFuture<Boolean> gate = new CompletableFuture<>();
      Set<String> begunOn = ConcurrentHashMap.newKeySet();
      Together free = new Together(scheduler);
      List<Coroutine<?>> all = new ArrayList<>();
      long before;
      try (Hold _ = new Hold(scheduler, 1)) {
        for (int number = 0; number < 8; number++) {
          all.add(
              scheduler.spawn(
                  () -> {
                    begunOn.add(where(scheduler));
                    boolean _ = Coroutines.await(gate);
                    free.turnsUntil(() -> free.mostAtOnce.get() >= 2);
                  }));
        }
        awaitSuspended(all);
        assertEquals(Set.of(Internals.loop(scheduler, 0).name()), begunOn);
        before = scheduler.stats().loops().get(1).takenOver();
      }
      gate.complete(true);
      joinAll(all);
      assertEquals(2, free.mostAtOnce.get());
      assertEquals(2, free.loops.size());
      assertTrue(scheduler.stats().loops().get(1).takenOver() > before);
    }
  }

  private static void awaitSuspended(List<Coroutine<?>> all) {
    for (Coroutine<?> each : all) {
      assertSoon(() -> each.state() == State.SUSPENDED, each.toString());
    }
  }

  /** Notes on which loops some coroutines compute, and how many do so at the same time. */
  private static final class Together {
    private static final int TURNS = 20;

    private final CoroutineScheduler scheduler;
    private final Set<String> loops = ConcurrentHashMap.newKeySet();
    private final AtomicInteger computing = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();

    Together(CoroutineScheduler scheduler) {
      this.scheduler = scheduler;
    }

    void compute() {
      loops.add(where(scheduler));
      mostAtOnce.accumulateAndGet(computing.incrementAndGet(), Math::max);
      holdFor(Duration.ofMillis(1));
      computing.decrementAndGet();
    }

    void turns() {
      takeTurns(TURNS);
    }

    void takeTurns(int count) {
      for (int turn = 0; turn < count; turn++) {
        compute();
        Coroutines.yieldNow();
      }
    }

    /** Computes and rests in turn, since a loop takes others over only when it rests. */
    void turnsUntil(BooleanSupplier something) {
      long startNanos = System.nanoTime();
      while (!something.getAsBoolean() && System.nanoTime() - startNanos < PATIENCE.toNanos()) {
        takeTurns(4);
        Coroutines.delay(Duration.ofMillis(5));
      }
    }
  }

  /** A part of a coroutine that begins beside others which compute and can move. */
  @FunctionalInterface
  private interface Pressed {
    void run(CoroutineScheduler scheduler, Together together) throws Exception;
  }

  /**
   * Runs a body in three coroutines that have begun on one loop, beside four that compute and rest
   * in turn, and so go on the other loop, too.
   */
  private static List<Together> underPressure(Pressed body) throws Exception {
    List<Together> notes = new ArrayList<>();
    try (CoroutineScheduler scheduler = twoLoops()) {
      CompletableFuture<Boolean> gate = new CompletableFuture<>();
      AtomicBoolean over = new AtomicBoolean();
      Together free = new Together(scheduler);
      List<Coroutine<?>> pressed = new ArrayList<>();
      List<Coroutine<?>> all = new ArrayList<>();
      try (Hold _ = new Hold(scheduler, 1)) {
        for (int number = 0; number < 4; number++) {
          all.add(
              scheduler.spawn(
                  () -> {
                    boolean _ = Coroutines.await(gate);
                    free.turnsUntil(() -> over.get() && free.loops.size() == 2);
                  }));
        }
        for (int number = 0; number < 3; number++) {
          Together together = new Together(scheduler);
          notes.add(together);
          pressed.add(
              scheduler.spawn(
                  () -> {
                    boolean _ = Coroutines.await(gate);
                    body.run(scheduler, together);
                  }));
        }
        awaitSuspended(all);
        awaitSuspended(pressed);
      }
      gate.complete(true);
      try {
        joinAll(pressed);
      } finally {
        over.set(true);
      }
      joinAll(all);
      assertEquals(2, free.loops.size(), "there was no pressure");
    }
    return notes;
  }

  private static void assertStayTogether(Pressed body) throws Exception {
    for (Together together : underPressure(body)) {
      assertEquals(1, together.loops.size(), () -> "loops: " + together.loops);
      assertEquals(1, together.mostAtOnce.get());
    }
  }

  @Test
  void spawnerOfACoroutineThatStaysHere_staysWithIt() throws Exception {
    assertStayTogether(
        (scheduler, together) -> {
          Coroutine<?> child = scheduler.spawn(SpawnOptions.DEFAULT.here(), together::turns);
          together.turns();
          child.join();
        });
  }

  @Test
  void coroutinesWithOneKey_stayTogether() throws Exception {
    assertStayTogether(
        (scheduler, together) -> {
          SpawnOptions options = SpawnOptions.DEFAULT.onLoop(keyOfFirstLoop(scheduler));
          List<Coroutine<?>> members = new ArrayList<>();
          for (int member = 0; member < 3; member++) {
            members.add(scheduler.spawn(options, together::turns));
          }
          joinAll(members);
        });
  }

  private static int keyOfFirstLoop(CoroutineScheduler scheduler) {
    String first = Internals.loop(scheduler, 0).name();
    return IntStream.range(0, 100)
        .filter(
            key ->
                scheduler
                    .spawn(SpawnOptions.DEFAULT.onLoop(key), () -> where(scheduler))
                    .join()
                    .equals(first))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void attachedCoroutine_staysWithItsOwner() throws Exception {
    assertStayTogether(
        (_, together) -> {
          Coroutine<?> helper =
              Coroutines.spawnAttached(
                  "helper",
                  () -> {
                    together.turns();
                    return true;
                  });
          together.turns();
          helper.join();
        });
  }

  @Test
  void generator_staysWithItsOwner() throws Exception {
    assertStayTogether(
        (_, together) -> {
          try (Generator<Integer> generator =
              Generator.of(
                  out -> {
                    for (int value = 0; value < Together.TURNS; value++) {
                      together.compute();
                      out.yield(value);
                    }
                  })) {
            int sum = 0;
            for (int value : generator) {
              together.compute();
              sum += value;
            }
            assertEquals(190, sum);
          }
        });
  }

  /** The broken twin: without a tie, the same pressure takes two coroutines apart. */
  @Test
  void coroutinesWithoutATie_areTakenApart() throws Exception {
    List<Together> notes =
        underPressure(
            (scheduler, together) -> {
              Action turns = () -> together.turnsUntil(() -> together.mostAtOnce.get() == 2);
              Coroutine<?> child = scheduler.spawn(turns);
              turns.run();
              child.join();
            });
    for (Together together : notes) {
      assertEquals(2, together.mostAtOnce.get());
      assertEquals(2, together.loops.size());
    }
  }

  // What a coroutine keeps.

  @Test
  void movedCoroutine_keepsItsThreadAndThreadLocals() throws Exception {
    runMixed(
        8,
        () -> {
          Thread thread = Thread.currentThread();
          Object value = new Object();
          THREAD_LOCAL.set(value);
          for (int move = 0; move < 50; move++) {
            moveOn();
            assertSame(thread, Thread.currentThread());
            assertSame(value, THREAD_LOCAL.get());
          }
        });
  }

  @Test
  void movedCoroutine_keepsItsNameAndCoroutineLocals() throws Exception {
    CoroutineLocal<Object> local = new CoroutineLocal<>("value");
    try (CoroutineScheduler scheduler = mixed()) {
      List<Coroutine<?>> all = new ArrayList<>();
      for (int number = 0; number < 8; number++) {
        String name = "moved-" + number;
        Action body =
            () -> {
              for (int move = 0; move < 50; move++) {
                moveOn();
                assertEquals(name, local.get());
                assertEquals(name, Coroutines.current().name());
              }
            };
        all.add(scheduler.spawn(SpawnOptions.named(name), () -> local.where(name, body::run)));
      }
      joinAll(all);
    }
  }

  @Test
  void movedCoroutine_keepsItsInterruptStatus() throws Exception {
    runMixed(
        8,
        () -> {
          for (int move = 0; move < 30; move++) {
            moveOn();
            assertFalse(Thread.currentThread().isInterrupted());
            Thread.currentThread().interrupt();
            moveOn();
            assertTrue(Thread.interrupted());
          }
        });
  }

  @Test
  @SuppressWarnings("LockNotBeforeTry") // The lock is held across suspensions, which do not throw.
  void movedCoroutine_keepsTheLocksThatItHolds() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    AtomicBoolean held = new AtomicBoolean();
    try (CoroutineScheduler scheduler = mixed()) {
      Coroutine<?> holder =
          scheduler.spawn(
              () -> {
                for (int round = 0; round < 50; round++) {
                  lock.lock();
                  try {
                    held.set(true);
                    moveOn();
                    assertTrue(lock.isHeldByCurrentThread());
                    held.set(false);
                  } finally {
                    lock.unlock();
                  }
                }
              });
      while (!holder.state().isEnd()) {
        if (lock.tryLock()) {
          try {
            assertFalse(held.get());
          } finally {
            lock.unlock();
          }
        }
      }
      holder.join(PATIENCE);
    }
  }

  @Test
  @Tag("virtual-thread")
  void movedCoroutine_keepsTheMonitorsThatItHolds() throws Exception {
    Object monitor = new Object();
    AtomicBoolean held = new AtomicBoolean();
    try (CoroutineScheduler scheduler = mixed()) {
      Coroutine<?> holder =
          scheduler.spawn(
              () -> {
                for (int round = 0; round < 50; round++) {
                  synchronized (monitor) {
                    held.set(true);
                    moveOn();
                    assertTrue(Thread.holdsLock(monitor));
                    held.set(false);
                  }
                }
              });
      while (!holder.state().isEnd()) {
        synchronized (monitor) {
          assertFalse(held.get());
        }
        LockSupport.parkNanos(20_000); // The monitor goes to the last to ask, as a rule.
      }
      holder.join(PATIENCE);
    }
  }

  // Time and cancellation.

  @Test
  void delays_ofMovedCoroutines_areNeverEarlyAndEnd() throws Exception {
    runMixed(
        100,
        () -> {
          SplittableRandom random = new SplittableRandom();
          for (int round = 0; round < 20; round++) {
            moveOn();
            long nanos = random.nextLong(5_000_000);
            long startNanos = System.nanoTime();
            Coroutines.delay(nanos, TimeUnit.NANOSECONDS);
            assertTrue(System.nanoTime() - startNanos >= nanos, "too early");
          }
        });
  }

  @Test
  void timeouts_ofMovedCoroutines_areNeverEarlyAndEnd() throws Exception {
    runMixed(
        100,
        () -> {
          SplittableRandom random = new SplittableRandom();
          for (int round = 0; round < 20; round++) {
            long nanos = random.nextLong(5_000_000);
            boolean rests = random.nextBoolean();
            long startNanos = System.nanoTime();
            assertThrows(
                TimeoutException.class,
                () ->
                    Coroutines.withTimeout(
                        Duration.ofNanos(nanos),
                        () -> {
                          if (rests) {
                            moveOn();
                            Coroutines.delay(FOREVER);
                          }
                          moveOn(Integer.MAX_VALUE);
                        }));
            assertTrue(System.nanoTime() - startNanos >= nanos, "too early");
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"delay", "receive", "join", "await", "move"})
  void cancel_reachesAMovedCoroutine(String wait) throws Exception {
    SplittableRandom random = new SplittableRandom();
    try (CoroutineScheduler scheduler = mixed()) {
      Channel<String> empty = Channel.rendezvous();
      CompletableFuture<String> never = new CompletableFuture<>();
      Coroutine<?> endless = scheduler.spawn(() -> Coroutines.delay(FOREVER));
      Action body =
          () -> {
            switch (wait) {
              case "delay" -> Coroutines.delay(FOREVER);
              case "receive" -> empty.receive();
              case "join" -> endless.join();
              case "await" -> Coroutines.await(never);
              default -> moveOn(Integer.MAX_VALUE);
            }
          };
      for (int round = 0; round < 100; round++) {
        int moves = random.nextInt(1, 5);
        AtomicBoolean moved = new AtomicBoolean();
        AtomicReference<@Nullable String> shown = new AtomicReference<>();
        Coroutine<?> waiter =
            scheduler.spawn(
                () -> {
                  moveOn(moves);
                  moved.set(true);
                  try {
                    body.run();
                  } catch (CoroutineCancelledException cancelled) {
                    shown.set(cancelled.getMessage());
                    throw cancelled;
                  }
                });
        assertSoon(moved::get, "it has not moved");
        holdFor(Duration.ofNanos(random.nextInt(100_000)));
        String reason = "reason of round " + round;
        assertTrue(waiter.cancel(reason));
        assertSoon(() -> waiter.state().isEnd(), "the cancellation has not arrived");
        assertEquals(State.CANCELLED, waiter.state());
        assertCancelled(waiter::join);
        assertTrue(String.valueOf(shown.get()).contains(reason), () -> "shown: " + shown.get());
      }
      endless.cancel();
    }
  }

  @Test
  void scopeTimeout_whoseOwnerHasMoved_isNeverEarlyAndCancelsTheChildren() throws Exception {
    runMixed(
        20,
        () -> {
          for (int round = 0; round < 10; round++) {
            Duration limit = Duration.ofMillis(round);
            long startNanos = System.nanoTime();
            AtomicReference<@Nullable Coroutine<?>> child = new AtomicReference<>();
            CompletionException failure =
                assertThrows(
                    CompletionException.class,
                    () -> {
                      try (CoroutineScope scope = CoroutineScope.open()) {
                        child.set(scope.spawn(() -> Coroutines.delay(FOREVER)));
                        scope.timeout(limit);
                        Coroutines.shield(FOREVER, () -> moveOn());
                        scope.join();
                      }
                    });
            assertInstanceOf(TimeoutException.class, failure.getCause());
            assertTrue(System.nanoTime() - startNanos >= limit.toNanos(), "too early");
            Coroutine<?> spawned = child.get();
            assertTrue(spawned != null && spawned.state() == State.CANCELLED);
          }
        });
  }

  @Test
  void scopeTimeout_whoseOwnerHasMoved_leavesNothing() throws Exception {
    try (CoroutineScheduler scheduler = mixed()) {
      List<Coroutine<?>> all = new ArrayList<>();
      for (int number = 0; number < 20; number++) {
        all.add(
            scheduler.spawn(
                () -> {
                  for (int round = 0; round < 50; round++) {
                    try (CoroutineScope scope = CoroutineScope.open()) {
                      scope.timeout(FOREVER);
                      moveOn();
                      scope.timeout(FOREVER.plusDays(1));
                      moveOn();
                    }
                  }
                }));
      }
      joinAll(all);
      for (int loop = 0; loop < 2; loop++) {
        int number = loop;
        assertSoon(() -> timersOf(Internals.loop(scheduler, number)) == 0, "timers are left");
      }
    }
  }

  private static int timersOf(CoroutineLoop loop) {
    CompletableFuture<Integer> count = new CompletableFuture<>();
    loop.tell(() -> count.complete(loop.wheel().all().size()));
    return count.join();
  }

  @Test
  void shield_ofAMovedCoroutine_putsItsCancellationOff() throws Exception {
    try (CoroutineScheduler scheduler = mixed()) {
      for (int round = 0; round < 50; round++) {
        AtomicBoolean inside = new AtomicBoolean();
        AtomicBoolean passed = new AtomicBoolean();
        CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
        Coroutine<?> shielded =
            scheduler.spawn(
                () -> {
                  moveOn();
                  Coroutines.shield(
                      FOREVER,
                      () -> {
                        moveOn();
                        inside.set(true);
                        boolean _ = Coroutines.await(cancelled);
                        moveOn(3);
                        Coroutines.delay(Duration.ofMillis(1));
                        moveOn();
                        passed.set(true);
                      });
                  Coroutines.delay(FOREVER);
                });
        assertSoon(inside::get, "it is not in its shield");
        shielded.cancel();
        cancelled.complete(true);
        assertSoon(() -> shielded.state().isEnd(), "it has not ended");
        assertEquals(State.CANCELLED, shielded.state());
        assertTrue(passed.get());
      }
    }
  }

  @Test
  void grace_ofAMovedCoroutine_isNeverEarlyAndEnds() throws Exception {
    try (CoroutineScheduler scheduler = mixed()) {
      for (int round = 0; round < 50; round++) {
        boolean rests = round % 2 == 0;
        AtomicBoolean inside = new AtomicBoolean();
        Coroutine<Long> shielded =
            scheduler.spawn(
                () -> {
                  moveOn();
                  try {
                    Coroutines.shield(
                        Duration.ofMillis(3),
                        () -> {
                          moveOn();
                          inside.set(true);
                          if (rests) {
                            Coroutines.delay(FOREVER);
                          }
                          moveOn(Integer.MAX_VALUE);
                        });
                    return 0L;
                  } catch (CoroutineCancelledException over) {
                    return System.nanoTime();
                  }
                });
        assertSoon(inside::get, "it is not in its shield");
        long cancelNanos = System.nanoTime();
        shielded.cancel();
        assertTrue(shielded.join(PATIENCE) - cancelNanos >= 3_000_000);
      }
    }
  }

  // Blocking calls of the JDK.

  @Test
  @Tag("virtual-thread")
  void blockingCalls_ofMovedCoroutines_endAndAreNeverEarly() throws Exception {
    BlockingQueue<Integer> queue = new SynchronousQueue<>();
    BlockingQueue<Integer> empty = new LinkedBlockingQueue<>();
    AtomicInteger received = new AtomicInteger();
    int rounds = 20;
    int takers = 5;
    Thread feeder =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    for (int value = 0; value < takers * rounds; value++) {
                      queue.put(1);
                    }
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                });
    AtomicInteger numbers = new AtomicInteger();
    runMixed(
        4 * takers,
        () -> {
          int kind = numbers.getAndIncrement() % 4;
          for (int round = 0; round < rounds; round++) {
            moveOn();
            long startNanos = System.nanoTime();
            long leastMillis = round % 4;
            switch (kind) {
              case 0 -> Thread.sleep(leastMillis);
              case 1 -> {
                while (System.nanoTime() - startNanos < leastMillis * 1_000_000) {
                  LockSupport.parkNanos(leastMillis * 1_000_000);
                }
              }
              case 2 -> {
                received.addAndGet(queue.take());
                leastMillis = 0;
              }
              default -> assertEquals(null, empty.poll(leastMillis, TimeUnit.MILLISECONDS));
            }
            assertTrue(System.nanoTime() - startNanos >= leastMillis * 1_000_000, "too early");
          }
        });
    assertEquals(takers * rounds, received.get());
    assertTrue(feeder.join(PATIENCE));
  }

  @Test
  @Tag("virtual-thread")
  void socketReads_ofMovedCoroutines_end() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> echoAll(server));
      runMixed(
          8,
          () -> {
            try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
              socket.setTcpNoDelay(true);
              OutputStream out = socket.getOutputStream();
              InputStream in = socket.getInputStream();
              for (int round = 0; round < 50; round++) {
                moveOn();
                out.write(round);
                assertEquals(round, in.read());
              }
            }
          });
    }
  }

  private static void echoAll(ServerSocket server) {
    while (true) {
      try {
        Socket socket = server.accept();
        Thread.ofPlatform().daemon().start(() -> echo(socket));
      } catch (Exception closed) {
        return;
      }
    }
  }

  private static void echo(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      int next = socket.getInputStream().read();
      while (next >= 0) {
        socket.getOutputStream().write(next);
        next = socket.getInputStream().read();
      }
    } catch (Exception reset) {
      assertFalse(reset instanceof RuntimeException, reset::toString);
    }
  }

  /** A blocking call that takes for ever. */
  private static void block(String call, ServerSocket server) throws Exception {
    switch (call) {
      case "sleep" -> Thread.sleep(FOREVER);
      case "park" -> {
        while (!Thread.currentThread().isInterrupted()) {
          LockSupport.parkNanos(FOREVER.toNanos());
        }
        Coroutines.checkCancelled();
      }
      case "take" -> new LinkedBlockingQueue<String>().take();
      default -> {
        try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
          assertEquals(-2, socket.getInputStream().read());
        }
      }
    }
  }

  @ParameterizedTest
  @Tag("virtual-thread")
  @ValueSource(strings = {"sleep", "park", "take", "read"})
  void cancel_endsABlockingCallOfAMovedCoroutine(String call) throws Exception {
    SplittableRandom random = new SplittableRandom();
    try (ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        CoroutineScheduler scheduler = mixed()) {
      for (int round = 0; round < 50; round++) {
        AtomicBoolean moved = new AtomicBoolean();
        Coroutine<?> blocked =
            scheduler.spawn(
                () -> {
                  moveOn(2);
                  moved.set(true);
                  block(call, server);
                });
        assertSoon(moved::get, "it has not moved");
        holdFor(Duration.ofNanos(random.nextInt(200_000)));
        blocked.cancel();
        assertSoon(() -> blocked.state().isEnd(), "the cancellation has not arrived");
        assertEquals(State.CANCELLED, blocked.state());
      }
    }
  }

  @ParameterizedTest
  @Tag("virtual-thread")
  @ValueSource(strings = {"sleep", "park", "take", "read"})
  void timeout_endsABlockingCallOfAMovedCoroutine_whichThenMovesAgain(String call)
      throws Exception {
    try (ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress())) {
      runMixed(
          10,
          () -> {
            for (int round = 0; round < 10; round++) {
              moveOn();
              long nanos = 1_000_000L * (round % 3);
              long startNanos = System.nanoTime();
              assertThrows(
                  TimeoutException.class,
                  () ->
                      Coroutines.withTimeout(
                          Duration.ofNanos(nanos),
                          () -> {
                            block(call, server);
                          }));
              assertTrue(System.nanoTime() - startNanos >= nanos, "too early");
              assertFalse(Thread.currentThread().isInterrupted());
            }
            moveOn();
          });
    }
  }

  // Where a coroutine is.

  /** Asserts that the caller is the coroutine, and where the scheduler says that it is. */
  private static void assertHere(Coroutine<?> self, Thread thread) {
    CoroutineScheduler scheduler = Coroutines.scheduler();
    LoopTask task = (LoopTask) self;
    assertSame(self, Coroutines.current());
    assertSame(thread, Thread.currentThread());
    assertEquals(task.loop().name(), where(scheduler));
    assertSame(self, task.loop().current());
    assertEquals(State.RUNNING, self.state());
  }

  /** The JDK takes a thread out of its scheduler's hands while it reads its stack. */
  @Test
  @Tag("virtual-thread")
  void stackTraces_takenAllTheWhile_loseNoMovedCoroutine() throws Exception {
    int turns = 2_000;
    int count = 20;
    BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    try (CoroutineScheduler scheduler = mixed()) {
      List<Coroutine<Integer>> all = new ArrayList<>();
      for (int number = 0; number < count; number++) {
        boolean sleeps = number % 4 == 0;
        all.add(
            scheduler.spawn(
                () -> {
                  Thread thread = Thread.currentThread();
                  Coroutine<?> self = Coroutines.current();
                  threads.add(thread);
                  int turn = 0;
                  for (; turn < turns; turn++) {
                    Coroutines.yieldNow();
                    assertHere(self, thread);
                    if (sleeps && turn % 50 == 0) {
                      Thread.sleep(0, 1000);
                      assertHere(self, thread);
                    }
                    if (turn % 100 == 50) {
                      Coroutines.delay(Duration.ofMillis(1));
                      assertHere(self, thread);
                    }
                  }
                  return turn;
                }));
      }
      AtomicBoolean over = new AtomicBoolean();
      AtomicInteger traces = new AtomicInteger();
      Thread reader =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    while (!over.get()) {
                      for (Thread thread : threads) {
                        traces.addAndGet(thread.getStackTrace().length == 0 ? 0 : 1);
                      }
                    }
                  });
      try {
        for (Coroutine<Integer> each : all) {
          assertEquals(turns, each.join(PATIENCE));
        }
      } finally {
        over.set(true);
      }
      assertTrue(reader.join(PATIENCE));
      assertTrue(traces.get() > 100, traces::toString);
      assertTrue(takenOver(scheduler) > 1000, () -> "moves: " + takenOver(scheduler));
    }
  }

  @Test
  void movedCoroutines_findThemselvesOnTheLoopThatTheSchedulerNames() throws Exception {
    runMixed(
        20,
        () -> {
          Thread thread = Thread.currentThread();
          Coroutine<?> self = Coroutines.current();
          for (int turn = 0; turn < 2_000; turn++) {
            Coroutines.yieldNow();
            assertHere(self, thread);
          }
        });
  }

  /**
   * The broken twin: code that remembers its loop across a suspension, as code that the JIT had
   * compiled once did.
   */
  @Test
  void loopThatIsRememberedAcrossSuspensions_isFoundWrong() throws Exception {
    runMixed(
        20,
        () -> {
          String remembered = where(Coroutines.scheduler());
          LoopTask self = (LoopTask) Coroutines.current();
          int turns = 0;
          while (self.loop().name().equals(remembered)) {
            Coroutines.yieldNow();
            turns++;
            assertTrue(turns < 10_000, "not caught");
          }
        });
  }

  /** Two coroutines that have begun on different loops and resume each other. */
  private static final class PingPong {
    private final CoroutineScheduler scheduler;
    private final Channel<String> there = Channel.rendezvous();
    private final Channel<String> back = Channel.rendezvous();
    private final CompletableFuture<Boolean> gate = new CompletableFuture<>();

    PingPong(CoroutineScheduler scheduler) {
      this.scheduler = scheduler;
    }

    /** Returns after how many rounds in a row, of those that are wanted, both are on one loop. */
    int ping(int wanted) {
      boolean _ = Coroutines.await(gate);
      long startNanos = System.nanoTime();
      int together = 0;
      while (together < wanted && System.nanoTime() - startNanos < PATIENCE.toNanos()) {
        there.send(where(scheduler));
        together = back.receive().equals(where(scheduler)) ? together + 1 : 0;
      }
      there.close();
      return together;
    }

    void pong() {
      boolean _ = Coroutines.await(gate);
      for (String _ : there) {
        back.send(where(scheduler));
      }
    }
  }

  @Test
  @Tag("virtual-thread")
  void coroutinesThatResumeEachOther_meetOnOneLoop() throws Exception {
    try (CoroutineScheduler scheduler = twoLoops()) {
      for (int round = 0; round < 5; round++) {
        PingPong game = new PingPong(scheduler);
        Coroutine<Integer> ping;
        Coroutine<?> pong;
        try (Hold _ = new Hold(scheduler, 1 - round % 2)) {
          ping = scheduler.spawn(SpawnOptions.named("ping"), () -> game.ping(500));
          awaitSuspended(List.of(ping));
        }
        try (Hold _ = new Hold(scheduler, round % 2)) {
          pong = scheduler.spawn(SpawnOptions.named("pong"), game::pong);
          awaitSuspended(List.of(pong));
        }
        Map<String, String> loops = loopsOf(Dumps.answered(scheduler, 10));
        assertEquals(Set.of("ping", "pong"), loops.keySet());
        assertNotEquals(loops.get("ping"), loops.get("pong"));
        game.gate.complete(true);
        assertEquals(500, ping.join(PATIENCE.multipliedBy(2)), "they have not met");
        pong.join(PATIENCE);
      }
    }
  }

  private static Map<String, String> loopsOf(CoroutineDump dump) {
    Map<String, String> loops = new HashMap<>();
    for (CoroutineDump.Entry entry : dump.coroutines()) {
      assertEquals(null, loops.put(entry.name(), entry.loop()), entry::toString);
    }
    return loops;
  }

  /** The broken twin: those that must stay do not meet. */
  @Test
  @Tag("virtual-thread")
  void placedCoroutinesThatResumeEachOther_stayApart() throws Exception {
    try (CoroutineScheduler scheduler = twoLoops()) {
      PingPong game = new PingPong(scheduler);
      SpawnOptions first = SpawnOptions.DEFAULT.onLoop(Internals.loop(scheduler, 0));
      SpawnOptions second = SpawnOptions.DEFAULT.onLoop(Internals.loop(scheduler, 1));
      AtomicInteger met = new AtomicInteger();
      Coroutine<?> ping =
          scheduler.spawn(
              first,
              () -> {
                for (int round = 0; round < 2_000; round++) {
                  game.there.send(where(scheduler));
                  met.addAndGet(game.back.receive().equals(where(scheduler)) ? 1 : 0);
                }
                game.there.close();
              });
      Coroutine<?> pong = scheduler.spawn(second, game::pong);
      game.gate.complete(true);
      joinAll(List.of(ping, pong));
      assertEquals(0, met.get());
    }
  }

  // What observers see.

  /** Coroutines that have begun and move until they are stopped. */
  private static final class Movers {
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger begun = new AtomicInteger();
    private final List<Coroutine<?>> all = new ArrayList<>();

    Movers(CoroutineScheduler scheduler, int count) {
      for (int number = 0; number < count; number++) {
        all.add(
            scheduler.spawn(
                SpawnOptions.named("mover-" + number),
                () -> {
                  begun.incrementAndGet();
                  while (!over.get()) {
                    Coroutines.yieldNow();
                  }
                }));
      }
      assertSoon(() -> begun.get() == count, "they have not begun");
    }

    void stop() throws TimeoutException {
      over.set(true);
      joinAll(all);
    }
  }

  @Test
  void state_ofACoroutineThatHasBegun_isNeverCreated() throws Exception {
    try (CoroutineScheduler scheduler = mixed()) {
      Movers movers = new Movers(scheduler, 20);
      int polls = 0;
      while (polls < 100_000 || takenOver(scheduler) < 1_000) {
        for (Coroutine<?> each : movers.all) {
          State seen = each.state();
          assertTrue(seen == State.READY || seen == State.RUNNING, seen::name);
          polls++;
        }
      }
      movers.stop();
    }
  }

  /** The broken twin reads whether the coroutine is claimed, as state() did without its rule. */
  @Test
  void unclaimedCoroutineThatHasBegun_isReady() throws Exception {
    try (CoroutineScheduler scheduler = mixed()) {
      Movers movers = new Movers(scheduler, 20);
      long startNanos = System.nanoTime();
      int unclaimed = 0;
      while (unclaimed < 10) {
        assertTrue(System.nanoTime() - startNanos < PATIENCE.toNanos(), "all are claimed");
        try (Hold _ = new Hold(scheduler, 0);
            Hold _ = new Hold(scheduler, 1)) {
          for (Coroutine<?> each : movers.all) {
            assertEquals(State.READY, each.state());
            unclaimed += ((LoopTask) each).isUnclaimed() ? 1 : 0;
          }
        }
      }
      movers.stop();
    }
  }

  private static long sum(CoroutineStats stats) {
    return stats.created() + stats.ready() + stats.running() + stats.suspended();
  }

  private static void assertNotNegative(CoroutineStats stats) {
    assertTrue(
        stats.created() >= 0
            && stats.ready() >= 0
            && stats.running() >= 0
            && stats.suspended() >= 0
            && stats.loops().stream().allMatch(loop -> loop.coroutines() >= 0),
        stats::toString);
  }

  @Test
  void stats_whileCoroutinesMove_areNeverNegativeAndAreZeroAtTheEnd() throws Exception {
    try (CoroutineScheduler scheduler = mixed()) {
      Movers movers = new Movers(scheduler, 20);
      for (int poll = 0; poll < 2_000 || takenOver(scheduler) < 1_000; poll++) {
        assertNotNegative(scheduler.stats());
      }
      movers.stop();
      assertSoon(() -> Internals.live(scheduler) == 0, "some are alive");
      CoroutineStats stats = scheduler.stats();
      assertEquals(
          List.of(0L, 0L, 0L, 0L),
          List.of(stats.created(), stats.ready(), stats.running(), stats.suspended()));
      assertEquals(stats.spawned(), stats.finished());
      assertTrue(stats.loops().stream().allMatch(loop -> loop.coroutines() == 0), stats::toString);
    }
  }

  /** Both loops are held, so nothing changes while the numbers are read. */
  @Test
  void stats_atRest_countMovedCoroutinesOnceEach() throws Exception {
    try (CoroutineScheduler scheduler = mixed()) {
      Movers movers = new Movers(scheduler, 20);
      long startNanos = System.nanoTime();
      int unclaimed = 0;
      for (int round = 0; round < 50 || unclaimed == 0; round++) {
        assertTrue(System.nanoTime() - startNanos < PATIENCE.toNanos(), "all are claimed");
        try (Hold _ = new Hold(scheduler, 0);
            Hold _ = new Hold(scheduler, 1)) {
          CoroutineStats stats = scheduler.stats();
          assertEquals(
              List.of(0L, 20L, 2L, 0L),
              List.of(stats.created(), stats.ready(), stats.running(), stats.suspended()),
              stats::toString);
          assertEquals(22, stats.loops().stream().mapToLong(LoopStats::coroutines).sum());
          for (Coroutine<?> each : movers.all) {
            unclaimed += ((LoopTask) each).isUnclaimed() ? 1 : 0;
          }
        }
      }
      movers.stop();
    }
  }

  /** Spawns twenty coroutines that move, wait for a gate, and move again. */
  private static List<Coroutine<?>> moversUpTo(
      CompletableFuture<Boolean> gate, CoroutineScheduler scheduler) {
    List<Coroutine<?>> all = new ArrayList<>();
    for (int number = 0; number < 20; number++) {
      all.add(
          scheduler.spawn(
              SpawnOptions.named("mover-" + number),
              () -> {
                moveOn(20);
                boolean _ = Coroutines.await(gate);
                moveOn(3);
              }));
    }
    return all;
  }

  @Test
  void stats_ofMovedCoroutinesThatWait_countThemAsSuspended() throws Exception {
    try (CoroutineScheduler scheduler = mixed()) {
      CompletableFuture<Boolean> gate = new CompletableFuture<>();
      List<Coroutine<?>> all = moversUpTo(gate, scheduler);
      assertSoon(() -> scheduler.stats().suspended() == 20, "they have not suspended");
      assertSoon(() -> scheduler.stats().running() == 0, "one still runs");
      CoroutineStats stats = scheduler.stats();
      assertEquals(20, stats.suspended(), stats::toString);
      assertEquals(20, sum(stats), stats::toString);
      gate.complete(true);
      joinAll(all);
    }
  }

  @Test
  void dump_whileCoroutinesMove_listsNoneTwiceAndNoneAsNew() throws Exception {
    try (CoroutineScheduler scheduler = mixed()) {
      Movers movers = new Movers(scheduler, 20);
      for (int round = 0; round < 500; round++) {
        CoroutineDump dump = Dumps.answered(scheduler, 100);
        assertTrue(loopsOf(dump).size() <= 20);
        for (CoroutineDump.Entry entry : dump.coroutines()) {
          assertNotEquals(State.CREATED, entry.state(), entry::toString);
        }
      }
      movers.stop();
    }
  }

  @Test
  void dump_ofMovedCoroutinesThatWait_listsEachAsSuspended() throws Exception {
    try (CoroutineScheduler scheduler = mixed()) {
      CompletableFuture<Boolean> gate = new CompletableFuture<>();
      List<Coroutine<?>> all = moversUpTo(gate, scheduler);
      awaitSuspended(all);
      CoroutineDump dump = Dumps.answered(scheduler, 100);
      assertEquals(20, loopsOf(dump).size());
      for (CoroutineDump.Entry entry : dump.coroutines()) {
        assertEquals(State.SUSPENDED, entry.state(), entry::toString);
      }
      gate.complete(true);
      joinAll(all);
    }
  }

  @Test
  void dump_whileCoroutinesMove_listsEach() throws Exception {
    try (CoroutineScheduler scheduler = mixed()) {
      Movers movers = new Movers(scheduler, 20);
      Set<String> names =
          Set.copyOf(IntStream.range(0, 20).mapToObj(number -> "mover-" + number).toList());
      for (int round = 0; round < 500; round++) {
        assertEquals(names, loopsOf(Dumps.answered(scheduler, 100)).keySet(), "round " + round);
      }
      movers.stop();
    }
  }

  // The end.

  @Test
  void close_awaitsCoroutinesOnTheMove() throws Exception {
    for (int round = 0; round < 10; round++) {
      List<Coroutine<?>> all = new ArrayList<>();
      CoroutineScheduler scheduler = mixed();
      for (int number = 0; number < 200; number++) {
        all.add(scheduler.spawn(() -> moveOn(5)));
      }
      assertTrue(scheduler.close(PATIENCE));
      for (Coroutine<?> each : all) {
        assertEquals(State.DONE, each.state());
      }
    }
  }

  @Test
  void close_cancelsCoroutinesOnTheMove() throws Exception {
    for (int round = 0; round < 20; round++) {
      CoroutineScheduler scheduler = mixed();
      Movers movers = new Movers(scheduler, 200);
      assertTrue(scheduler.close(Duration.ZERO));
      for (Coroutine<?> each : movers.all) {
        assertEquals(State.CANCELLED, each.state());
      }
      assertEquals(0, Internals.live(scheduler));
    }
  }

  @Test
  void join_ofThousandsOfMovedCoroutines_ends() throws Exception {
    try (CoroutineScheduler scheduler = mixed()) {
      List<Coroutine<Integer>> all = new ArrayList<>();
      for (int number = 0; number < 3_000; number++) {
        int value = number;
        all.add(
            scheduler.spawn(
                () -> {
                  moveOn(2);
                  return value;
                }));
      }
      for (int number = 0; number < all.size(); number++) {
        assertEquals(number, all.get(number).join(PATIENCE));
      }
      assertTrue(takenOver(scheduler) >= 6_000);
    }
  }
}
