package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

/** How the driver thread is made. */
class DriverThreadTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();

  @Test
  void threadFactory_default_makesNamedDaemons() throws Exception {
    try (TimerService plain = TimerService.create()) {
      Thread thread = threadOf(plain);
      assertTrue(thread.isDaemon());
      assertTrue(thread.getName().matches("tourbillon-timer-[1-9][0-9]*"), thread.getName());
      try (TimerService second = TimerService.create()) {
        assertFalse(thread.getName().equals(threadOf(second).getName()));
      }
    }
  }

  @Test
  void threadFactory_ofTheUser_isAsked() throws Exception {
    ThreadFactory own = body -> Thread.ofPlatform().daemon(false).name("mine").unstarted(body);
    try (TimerService named = TimerService.builder().threadFactory(own).build()) {
      Thread thread = threadOf(named);
      assertEquals("mine", thread.getName());
      assertFalse(thread.isDaemon());
    }
  }

  @Test
  void threadFactory_ofVirtualThreads_willDo() throws Exception {
    ThreadFactory virtual = Thread.ofVirtual().name("light").factory();
    try (TimerService light = TimerService.builder().threadFactory(virtual).build()) {
      assertTrue(threadOf(light).isVirtual());
    }
  }

  /** The building thread may belong to a request of another application. */
  @Test
  @SuppressWarnings("ThreadPriorityCheck") // The test checks that priority is not inherited.
  void driver_anyBuilder_inheritsNothingOfIt() throws Exception {
    InheritableThreadLocal<String> request = new InheritableThreadLocal<>();
    ThreadGroup group = new ThreadGroup("of an application");
    group.setMaxPriority(3);
    ClassLoader loader = new ClassLoader() {};
    CompletableFuture<List<Object>> seen = new CompletableFuture<>();
    CompletableFuture<TimerService> built = new CompletableFuture<>();
    Thread builder =
        new Thread(
            group,
            () -> {
              request.set("request 17");
              Thread.currentThread().setContextClassLoader(loader);
              built.complete(TimerService.builder().watchdog(Duration.ofSeconds(1)).build());
            });
    builder.start();
    try (TimerService timers = built.get(20, SECONDS)) {
      timers.schedule(
          Duration.ZERO,
          () -> {
            Thread driver = Thread.currentThread();
            seen.complete(
                Arrays.asList(
                    request.get(),
                    driver.getContextClassLoader(),
                    driver.getPriority(),
                    group.equals(driver.getThreadGroup())));
          });
      assertEquals(
          Arrays.asList(null, ClassLoader.getSystemClassLoader(), Thread.NORM_PRIORITY, false),
          seen.get(20, SECONDS));
    }
  }

  private static Thread threadOf(TimerService timers) throws Exception {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    timers.schedule(Duration.ZERO, () -> thread.complete(Thread.currentThread()));
    return thread.get(20, SECONDS);
  }

  @Test
  void threadFactory_thatMakesNone_isRefused() {
    ThreadFactory none = body -> null;
    TimerService.Builder builder = TimerService.builder().clock(clock).threadFactory(none);
    IllegalStateException refusal = assertThrows(IllegalStateException.class, builder::build);
    assertEquals(
        "the thread factory must make a thread, not return null: " + none, refusal.getMessage());
  }

  @Test
  void threadFactory_thatStartsTheThread_isRefusedAndRunsNothing() throws InterruptedException {
    List<Thread> made = new ArrayList<>();
    List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    ThreadFactory hasty =
        body -> {
          Thread thread = new Thread(body);
          thread.setUncaughtExceptionHandler((_, error) -> uncaught.add(error));
          thread.start();
          made.add(thread);
          return thread;
        };
    TimerService.Builder builder = TimerService.builder().clock(clock).threadFactory(hasty);
    IllegalStateException refusal = assertThrows(IllegalStateException.class, builder::build);
    assertEquals(
        "the thread factory must make a new thread and not start it: " + hasty,
        refusal.getMessage());
    assertTrue(made.getFirst().join(Duration.ofSeconds(20)));
    assertEquals(List.of(), uncaught);
  }

  /** Users of the same clock must not wait for a service that could not be built. */
  @Test
  void threadFactory_whoseThreadDoesNotStart_leavesTheClockUsable() {
    ThreadFactory full =
        body ->
            new Thread(body) {
              @Override
              public void start() {
                throw new OutOfMemoryError("no native thread");
              }
            };
    TimerService.Builder builder = TimerService.builder().clock(clock).threadFactory(full);
    assertThrows(OutOfMemoryError.class, builder::build);
    CompletableFuture<Void> advanced = CompletableFuture.runAsync(() -> clock.advance(TEN));
    advanced.orTimeout(5, SECONDS).join();
  }
}
