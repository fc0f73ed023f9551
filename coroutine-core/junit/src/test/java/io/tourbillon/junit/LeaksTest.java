package io.tourbillon.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.net.UdpSocket;
import io.tourbillon.timer.PolledTimerService;
import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.VirtualClock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LeaksTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final String[] PARALLEL = {
    "junit.jupiter.execution.parallel.enabled", "true",
    "junit.jupiter.execution.parallel.config.strategy", "fixed",
    "junit.jupiter.execution.parallel.config.fixed.parallelism", "2"
  };

  /** What trials leave open, and the test closes. */
  private static final Queue<AutoCloseable> OPEN = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each = OPEN.poll(); each != null; each = OPEN.poll()) {
      each.close();
    }
  }

  private static <T extends AutoCloseable> T opened(T service) {
    OPEN.add(service);
    return service;
  }

  private static void requireMessage(Throwable failure, String... parts) {
    assertInstanceOf(LeakError.class, failure);
    for (String part : parts) {
      assertTrue(failure.getMessage().contains(part), () -> part + " in " + failure.getMessage());
    }
  }

  // Of the parameters.

  @ExtendWith(TourbillonExtension.class)
  static class Left {
    @Test
    void timer(TimerService timers) {
      timers.schedule(HOUR, () -> {});
    }

    @Test
    void polled(PolledTimerService timers) {
      timers.schedule(HOUR, () -> {});
    }

    @Test
    void coroutine(CoroutineScheduler scheduler) {
      scheduler.spawn(SpawnOptions.named("poller"), () -> Coroutines.delay(HOUR));
    }

    @Test
    void timerOfScheduler(CoroutineScheduler scheduler) {
      scheduler.timers().schedule(HOUR, () -> {});
    }

    @Test
    void nothing(VirtualClock clock, TimerService timers, CoroutineScheduler scheduler) {
      timers.schedule(HOUR, () -> {}).cancel();
      scheduler.spawn(() -> Coroutines.delay(HOUR));
      scheduler.spawn(() -> Coroutines.yieldNow());
      clock.advance(HOUR);
    }
  }

  @Test
  void test_thatLeavesSomething_fails() {
    Trial trial = Trial.of(Left.class);
    assertEquals(1, trial.succeeded());
    requireMessage(
        trial.failureOf("timer("),
        "timers of the TimerService are pending at the end of the test; cancel them",
        "LeaksTest$Left.timer(LeaksTest.java:",
        "or say @LeaksAllowed(\"why\") on the test or its class");
    requireMessage(trial.failureOf("polled("), "PolledTimerService", "Left.polled(");
    requireMessage(
        trial.failureOf("coroutine("),
        "coroutines have not ended at the end of the test",
        "poller SUSPENDED",
        "LeaksTest$Left.coroutine");
    requireMessage(trial.failureOf("timerOfScheduler("), "CoroutineScheduler.timers()");
  }

  @Test
  void leftovers_areFoundOnEveryEngine() {
    for (Engine engine : EnumSet.complementOf(EnumSet.of(Engine.PLAIN_THREAD))) {
      Trial trial = Trial.of(Left.class, TourbillonExtension.ENGINE_PARAMETER, engine.name());
      assertEquals(1, trial.succeeded(), engine::toString);
      requireMessage(trial.failureOf("coroutine("), "poller SUSPENDED");
    }
  }

  @ExtendWith(TourbillonExtension.class)
  static class Cleaned {
    @AutoClose private final Cache cache = new Cache();

    @Test
    void test(TimerService timers) {
      cache.expiry = timers.schedule(HOUR, () -> {});
    }
  }

  private static final class Cache implements AutoCloseable {
    TimerHandle expiry;

    @Override
    public void close() {
      assertTrue(expiry.cancel());
    }
  }

  @Test
  void timer_thatAnAutoCloseCancels_isNoLeak() {
    Trial.of(Cleaned.class).requirePassed(1);
  }

  // Services of the test.

  @ExtendWith(TourbillonExtension.class)
  @TestMethodOrder(MethodOrderer.MethodName.class)
  static class LeftOpen {
    private final TimerService field = opened(TimerService.create());

    @AfterEach
    void closeField() {
      field.close();
    }

    @Test
    void aService() {
      opened(TimerService.create());
    }

    @Test
    void bNothing() {
      opened(TimerService.create()).close();
      opened(CoroutineScheduler.create()).close();
      opened(TimerService.create()).shutdownNow();
    }

    @Test
    void cScheduler() {
      opened(CoroutineScheduler.builder().engine(Engine.HANDOFF).name("orders").loops(2).build());
    }
  }

  @Test
  void service_thatIsLeftOpen_failsItsTestAndNoOther() {
    Trial trial = Trial.of(LeftOpen.class);
    assertEquals(1, trial.succeeded());
    assertEquals(2, trial.failures().size());
    requireMessage(
        trial.failureOf("aService"),
        "the test has built these and not closed them:\nTimerService, built at",
        "LeaksTest$LeftOpen.aService(LeaksTest.java:",
        ", with the thread tourbillon-timer-",
        "close them, for example by @AutoClose on a field, or say @LeaksAllowed");
    requireMessage(
        trial.failureOf("cScheduler"),
        "CoroutineScheduler, built at",
        "LeftOpen.cScheduler(",
        ", with the threads orders-loop-0, orders-loop-1");
  }

  @ExtendWith(TourbillonExtension.class)
  static class LoopLeft {
    static Engine engine;

    @Test
    void test() {
      opened(CoroutineScheduler.builder().engine(engine).loops(1).build());
    }
  }

  @ParameterizedTest
  @EnumSource
  void scheduler_ofEveryEngine_isFound(Engine engine) {
    LoopLeft.engine = engine;
    requireMessage(Trial.of(LoopLeft.class).onlyFailure(), "LoopLeft.test(", "-loop-0");
  }

  @ExtendWith(TourbillonExtension.class)
  static class OfClass {
    static final TimerService CONSTANT = TimerService.create();
    static TimerService early;

    @AutoClose private final TimerService field = TimerService.create();

    @BeforeAll
    static void open() {
      early = TimerService.create();
    }

    @Test
    void test() {
      assertFalse(field.isShutdown());
    }

    @Test
    void other() {
      assertFalse(CONSTANT.isShutdown());
    }

    @AfterAll
    static void close() {
      CONSTANT.close();
      early.close();
    }
  }

  @Test
  void services_thatTheClassCloses_areNoLeaks() {
    Trial.of(OfClass.class).requirePassed(2);
  }

  @ExtendWith(TourbillonExtension.class)
  static class PartsLater {
    private static CoroutineScheduler scheduler;

    @BeforeAll
    static void open() {
      scheduler = CoroutineScheduler.builder().engine(Engine.PLAIN_THREAD).loops(2).build();
    }

    @Test
    void test() throws Exception {
      scheduler.spawn(() -> Coroutines.delay(Duration.ofMillis(1))).join();
      scheduler.timers().after(Duration.ofMillis(1)).join();
      for (int loop = 0; loop < 2; loop++) {
        scheduler.spawn(PartsLater::waitForNobody).join();
      }
    }

    private static void waitForNobody() throws Exception {
      try (UdpSocket socket =
          UdpSocket.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
        assertThrows(
            TimeoutException.class,
            () ->
                Coroutines.withTimeout(
                    Duration.ofMillis(5), () -> socket.receive(ByteBuffer.allocate(1))));
      }
    }

    @AfterAll
    static void close() {
      scheduler.close();
    }
  }

  @Test
  void threads_thatASharedSchedulerStartsLater_areNoLeaks() {
    Trial.of(PartsLater.class).requirePassed(1);
  }

  @ExtendWith(TourbillonExtension.class)
  static class LeftByClass {
    @BeforeAll
    static void open() {
      opened(TimerService.create());
    }

    @Test
    void test() {}

    @Nested
    class Inner {
      @Test
      void test() {}
    }
  }

  @Test
  void service_thatAClassLeavesOpen_failsThatClass() {
    Trial trial = Trial.of(LeftByClass.class);
    assertEquals(2, trial.succeeded());
    requireMessage(
        trial.onlyFailure(), "the test class has built these", "LeftByClass.open(LeaksTest.java:");
    String name = trial.failures().keySet().iterator().next();
    assertTrue(name.endsWith("LeftByClass"), name);
  }

  @ExtendWith(TourbillonExtension.class)
  @Execution(ExecutionMode.CONCURRENT)
  static class Parallel {
    static CountDownLatch built;
    static CountDownLatch ended;

    @Test
    void leaves() throws InterruptedException {
      opened(TimerService.create());
      built.countDown();
      assertTrue(ended.await(60, TimeUnit.SECONDS));
    }

    @Test
    void leavesNothing() throws InterruptedException {
      assertTrue(built.await(60, TimeUnit.SECONDS));
      ended.countDown();
    }
  }

  @Test
  void service_ofAParallelTest_failsThatTestAlone() {
    Parallel.built = new CountDownLatch(1);
    Parallel.ended = new CountDownLatch(1);
    Trial trial = Trial.of(Parallel.class, PARALLEL);
    assertEquals(1, trial.succeeded());
    requireMessage(trial.failureOf("leaves("), "Parallel.leaves(LeaksTest.java:");
  }

  // Exceptions from the rule.

  @ExtendWith(TourbillonExtension.class)
  static class Allowed {
    @Test
    @LeaksAllowed("the test is about pending timers")
    void method(TimerService timers) {
      timers.schedule(HOUR, () -> {});
      opened(TimerService.create());
    }

    @Nested
    @LeaksAllowed("all of these leave something")
    class OfClass {
      @Nested
      class Inner {
        @Test
        void nested(CoroutineScheduler scheduler) {
          scheduler.spawn(() -> Coroutines.delay(HOUR));
          opened(TimerService.create());
        }
      }
    }
  }

  @Test
  void leaks_thatAreAllowed_pass() {
    Trial.of(Allowed.class).requirePassed(2);
  }

  @ExtendWith(TourbillonExtension.class)
  static class NoReason {
    @Test
    @LeaksAllowed(" ")
    void test() {
      opened(TimerService.create());
    }
  }

  @Test
  void leaks_thatAreAllowedWithoutAReason_fail() {
    String failure = Trial.of(NoReason.class).onlyFailure().toString();
    assertTrue(failure.contains("@LeaksAllowed must give a reason: test()"), failure);
  }

  @Test
  void services_ofASharedClass_areExcepted() {
    LoopLeft.engine = Engine.HANDOFF;
    Trial.of(
            LoopLeft.class,
            TourbillonExtension.SHARED_PARAMETER,
            "com.example, " + LeaksTest.class.getName())
        .requirePassed(1);
  }

  // Failures and leaks together.

  @ExtendWith(TourbillonExtension.class)
  static class Failing {
    @Test
    void fails(TimerService timers) {
      timers.schedule(HOUR, () -> {});
      opened(TimerService.create());
      throw new IllegalStateException("of the test");
    }
  }

  @Test
  void failure_ofTheTest_isNotMaskedByLeaks() {
    Throwable failure = Trial.of(Failing.class).onlyFailure();
    assertInstanceOf(IllegalStateException.class, failure);
    assertEquals("of the test", failure.getMessage());
    // JUnit takes the second for a consequence of the first.
    Throwable leak = failure.getSuppressed()[0];
    requireMessage(leak, "timers of the TimerService are pending");
    requireMessage(leak.getSuppressed()[0], "the test has built these");
  }

  @ExtendWith(TourbillonExtension.class)
  static class FailingBefore {
    @BeforeEach
    void before(TimerService timers) {
      timers.schedule(HOUR, () -> {});
      throw new IllegalStateException("before");
    }

    @Test
    void test() {}
  }

  @Test
  void failure_beforeTheTest_isNotMaskedByLeaks() {
    Throwable failure = Trial.of(FailingBefore.class).onlyFailure();
    assertInstanceOf(IllegalStateException.class, failure);
    requireMessage(failure.getSuppressed()[0], "timers of the TimerService are pending");
  }

  @ExtendWith(TourbillonExtension.class)
  static class Aborted {
    @Test
    void test(TimerService timers) {
      timers.schedule(HOUR, () -> {});
      opened(TimerService.create());
      assumeTrue(false);
    }
  }

  @Test
  void test_thatIsAborted_staysAborted() {
    Trial trial = Trial.of(Aborted.class);
    assertEquals(Map.of(), trial.failures());
    assertEquals(1, trial.aborted());
  }

  @ExtendWith(TourbillonExtension.class)
  static class Unseen {
    @Test
    void task(VirtualClock clock, TimerService timers) {
      timers.schedule(HOUR, () -> Assertions.fail("in a task"));
      clock.advance(HOUR);
    }

    @Test
    void coroutine(CoroutineScheduler scheduler) {
      scheduler.spawn(
          SpawnOptions.named("worker"),
          () -> {
            throw new IllegalStateException("in a coroutine");
          });
    }

    @Test
    void joined(CoroutineScheduler scheduler) {
      CompletionException seen =
          Assertions.assertThrows(
              CompletionException.class,
              () ->
                  scheduler
                      .spawn(
                          () -> {
                            throw new IllegalStateException("in a coroutine");
                          })
                      .join());
      assertInstanceOf(IllegalStateException.class, seen.getCause());
    }
  }

  @Test
  void failure_thatNobodyHasSeen_failsTheTest() {
    Trial trial = Trial.of(Unseen.class);
    assertEquals(1, trial.succeeded());
    Throwable task = trial.failureOf("task");
    assertInstanceOf(UnseenFailureError.class, task);
    assertEquals("in a task", task.getCause().getMessage());
    Throwable coroutine = trial.failureOf("coroutine");
    assertInstanceOf(UnseenFailureError.class, coroutine);
    assertTrue(coroutine.getMessage().endsWith(": worker"), coroutine::getMessage);
    assertEquals("in a coroutine", coroutine.getCause().getMessage());
  }

  @ExtendWith(TourbillonExtension.class)
  static class UnseenAtTheEnd {
    @RepeatedTest(200)
    void test(CoroutineScheduler scheduler) {
      scheduler.spawn(
          () -> {
            throw new IllegalStateException("in a coroutine");
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void failure_thatIsReportedLate_isNeverMissed(Engine engine) {
    Trial trial =
        Trial.of(UnseenAtTheEnd.class, TourbillonExtension.ENGINE_PARAMETER, engine.name());
    assertEquals(0, trial.succeeded());
  }

  @ExtendWith(TourbillonExtension.class)
  static class Sleeping {
    @Test
    void test(VirtualClock clock, CoroutineScheduler scheduler) {
      Coroutine<?> sleeper = scheduler.spawn(() -> Thread.sleep(500));
      clock.advance(HOUR);
      sleeper.join();
    }
  }

  @Test
  void coroutine_thatSleepsByTheSystemsClock_failsTheTest() {
    Throwable failure =
        Trial.of(Sleeping.class, TourbillonExtension.ENGINE_PARAMETER, "virtual_thread")
            .onlyFailure();
    assertTrue(failure.getMessage().contains("waits in real time"), failure::getMessage);
  }
}
