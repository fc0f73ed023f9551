package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.internal.scheduler.Internals;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.VirtualClock;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How code that does not know coroutines behaves on {@link Engine#VIRTUAL_THREAD}. */
@Tag("virtual-thread")
@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop"})
class VirtualThreadTest {
  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  /** Runs each body in a coroutine of the only loop; all end only if none blocks the loop. */
  private void runTogether(Action... bodies) throws TimeoutException {
    List<Coroutine<?>> all = new ArrayList<>();
    for (Action body : bodies) {
      all.add(scheduler.spawn(body));
    }
    for (Coroutine<?> coroutine : all) {
      coroutine.join(PATIENCE);
    }
  }

  @Test
  void sleep_freesTheLoopAndIsNeverShort() throws Exception {
    CountDownLatch asleep = new CountDownLatch(1);
    runTogether(
        () -> {
          asleep.countDown();
          long startNanos = System.nanoTime();
          Thread.sleep(30);
          assertTrue(System.nanoTime() - startNanos >= 30_000_000);
        },
        () -> {
          Coroutine<?> self = Coroutines.current();
          assertEquals(State.RUNNING, self.state());
          assertEquals(0, asleep.getCount());
        });
  }

  @Test
  void delay_inAClassInitialiser_isRefusedAndTheLoopGoesOn() throws Exception {
    runTogether(
        () -> {
          ExceptionInInitializerError error =
              assertThrows(
                  ExceptionInInitializerError.class, () -> assertEquals(1, Suspending.VALUE));
          assertEquals(
              "a coroutine must not suspend below a native method or a class initialiser",
              error.getCause().getMessage());
          Coroutines.delay(Duration.ofMillis(1));
          Coroutines.yieldNow();
        },
        () -> Coroutines.delay(Duration.ofMillis(2)));
  }

  @Test
  void blockingCall_isShownAsWhatTheCoroutineIsSuspendedOn() throws Exception {
    CountDownLatch latch = new CountDownLatch(1);
    Coroutine<?> blocked = scheduler.spawn(() -> latch.await());
    scheduler
        .spawn(
            () -> {
              assertEquals(State.SUSPENDED, blocked.state());
              assertEquals(Optional.of("a blocking call"), blocked.waitsFor());
            })
        .join(PATIENCE);
    latch.countDown();
    blocked.join(PATIENCE);
  }

  @Test
  void current_afterABlockingCall_isStillTheCoroutine() throws Exception {
    runTogether(
        () -> {
          Coroutine<?> self = Coroutines.current();
          Thread.sleep(5);
          assertEquals(self, Coroutines.current());
          Coroutines.delay(Duration.ofMillis(1));
          Thread.sleep(5);
          assertEquals(self, Coroutines.current());
        },
        () -> {
          Coroutine<?> self = Coroutines.current();
          for (int round = 0; round < 20; round++) {
            Coroutines.delay(Duration.ofMillis(1));
            assertEquals(self, Coroutines.current());
          }
        });
  }

  @Test
  void timedWaits_ofAllKinds_freeTheLoop() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    Object monitor = new Object();
    LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>();
    CountDownLatch tried = new CountDownLatch(1);
    runTogether(
        () -> {
          lock.lock();
          try {
            Thread.sleep(20);
            tried.await();
          } finally {
            lock.unlock();
          }
        },
        () -> {
          boolean locked = lock.tryLock(2, TimeUnit.MILLISECONDS);
          tried.countDown();
          assertFalse(locked);
        },
        () -> assertTrue(lock.tryLock(20, TimeUnit.SECONDS)),
        () -> assertEquals(null, queue.poll(2, TimeUnit.MILLISECONDS)),
        () -> assertEquals("late", queue.poll(20, TimeUnit.SECONDS)),
        () -> {
          synchronized (monitor) {
            monitor.wait(2);
          }
        },
        () -> LockSupport.parkNanos(2_000_000),
        () -> {
          Coroutines.delay(Duration.ofMillis(10));
          queue.add("late");
        });
  }

  /** The timeout has interrupted already, and must not interrupt the clean-up again. */
  @Test
  void shield_afterAnInterrupt_isNotDisturbedByIt() throws Exception {
    AtomicBoolean cleanedUp = new AtomicBoolean();
    runTogether(
        () ->
            assertThrows(
                TimeoutException.class,
                () ->
                    Coroutines.withTimeout(
                        Duration.ofMillis(5),
                        () -> {
                          try {
                            Thread.sleep(Duration.ofHours(1));
                          } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                            throw e;
                          } finally {
                            Coroutines.shield(
                                Duration.ofSeconds(5),
                                () -> {
                                  Thread.sleep(10);
                                  cleanedUp.set(true);
                                  return "cleaned up";
                                });
                          }
                          return "slept";
                        })));
    assertTrue(cleanedUp.get());
  }

  @Test
  void monitor_heldAcrossASuspension_isExclusive() throws Exception {
    Object monitor = new Object();
    AtomicInteger inside = new AtomicInteger();
    Action body =
        () -> {
          for (int round = 0; round < 5; round++) {
            synchronized (monitor) {
              assertEquals(1, inside.incrementAndGet());
              Coroutines.delay(Duration.ofMillis(1));
              assertEquals(1, inside.getAndDecrement());
            }
          }
        };
    runTogether(body, body, body);
  }

  @Test
  void lock_contendedByTwoLoops_isExclusive() throws Exception {
    try (CoroutineScheduler two = TestSchedulers.builder().loops(2).build()) {
      ReentrantLock lock = new ReentrantLock();
      int[] count = new int[1];
      List<Coroutine<?>> all = new ArrayList<>();
      for (int number = 0; number < 8; number++) {
        all.add(
            two.spawn(
                () -> {
                  for (int round = 0; round < 500; round++) {
                    lock.lock();
                    try {
                      int before = count[0];
                      if (round % 50 == 0) {
                        Coroutines.yieldNow();
                      }
                      count[0] = before + 1;
                    } finally {
                      lock.unlock();
                    }
                  }
                }));
      }
      for (Coroutine<?> coroutine : all) {
        coroutine.join(PATIENCE);
      }
      assertEquals(8 * 500, count[0]);
    }
  }

  @Test
  void threadLocals_areTheCoroutines() throws Exception {
    ThreadLocal<String> local = new ThreadLocal<>();
    Action body =
        () -> {
          String name = Coroutines.current().name();
          local.set(name);
          Coroutines.delay(Duration.ofMillis(2));
          assertEquals(name, local.get());
        };
    runTogether(body, body, body);
  }

  @Test
  void sockets_freeTheLoopAndOutliveASchedulerThatIsClosed() throws Exception {
    echoOnce(scheduler);
    assertTrue(scheduler.close(PATIENCE));
    try (CoroutineScheduler next = TestSchedulers.oneLoop()) {
      echoOnce(next);
    }
    // Sockets of virtual threads elsewhere in the process still work.
    Thread stock = Thread.startVirtualThread(() -> echoByStockThreads());
    assertTrue(stock.join(PATIENCE));
  }

  private static void echoOnce(CoroutineScheduler on) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Coroutine<Integer> serving =
          on.spawn(
              () -> {
                try (Socket socket = server.accept()) {
                  int read = socket.getInputStream().read();
                  socket.getOutputStream().write(read);
                  return read;
                }
              });
      Coroutine<Integer> client =
          on.spawn(
              () -> {
                try (Socket socket =
                    new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort())) {
                  Coroutines.delay(Duration.ofMillis(5));
                  socket.getOutputStream().write(42);
                  return socket.getInputStream().read();
                }
              });
      assertEquals(42, client.join(PATIENCE));
      assertEquals(42, serving.join(PATIENCE));
    }
  }

  private static void echoByStockThreads() {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      Thread writer =
          Thread.startVirtualThread(
              () -> {
                try {
                  Thread.sleep(5);
                  accepted.getOutputStream().write(1);
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
      InputStream in = client.getInputStream();
      assertEquals(1, in.read());
      writer.join();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void cancel_inABlockingCall_interruptsIt() throws Exception {
    AtomicBoolean interrupted = new AtomicBoolean();
    Coroutine<?> sleeper =
        scheduler.spawn(
            () -> {
              try {
                Thread.sleep(Duration.ofHours(1));
              } catch (InterruptedException e) {
                interrupted.set(true);
                throw e;
              }
            });
    scheduler.spawn(() -> sleeper.cancel("enough")).join(PATIENCE);
    assertCancelled(() -> sleeper.join(PATIENCE));
    assertTrue(interrupted.get());
    assertEquals(State.CANCELLED, sleeper.state());
  }

  @Test
  void cancel_swallowed_interruptsTheNextBlockingCallToo() throws Exception {
    AtomicInteger interrupts = new AtomicInteger();
    Coroutine<?> stubborn =
        scheduler.spawn(
            () -> {
              for (int round = 0; round < 3; round++) {
                try {
                  Thread.sleep(Duration.ofHours(1));
                } catch (InterruptedException e) {
                  interrupts.incrementAndGet();
                }
              }
            });
    scheduler.spawn(() -> stubborn.cancel()).join(PATIENCE);
    stubborn.join(PATIENCE);
    assertEquals(3, interrupts.get());
  }

  @Test
  void cancel_ofACallThatHeedsNoInterrupt_interruptsItMoreAndMoreSeldom() throws Exception {
    VirtualClock clock = new VirtualClock();
    try (CoroutineScheduler virtual = TestSchedulers.on(clock)) {
      CountDownLatch release = new CountDownLatch(1);
      AtomicInteger interrupts = new AtomicInteger();
      Coroutine<?> stubborn =
          virtual.spawn(
              () -> {
                while (release.getCount() > 0) {
                  try {
                    release.await();
                  } catch (InterruptedException e) {
                    interrupts.incrementAndGet();
                  }
                }
              });
      clock.advance(Duration.ZERO);
      stubborn.cancel();
      clock.advance(Duration.ofMillis(100));
      // At once, and after 1, 3, 7, 15, 31 and 63 ms.
      assertEquals(7, interrupts.get());
      release.countDown();
      stubborn.join(PATIENCE);
    }
  }

  @Test
  void cancel_inASocketsRead_isACancellation() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Coroutine<?> reader =
          scheduler.spawn(
              () -> {
                try (Socket socket =
                    new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort())) {
                  return socket.getInputStream().read();
                }
              });
      try (Socket accepted = server.accept()) {
        TestSchedulers.awaitSuspended(reader);
        reader.cancel("enough");
        assertCancelled(() -> reader.join(PATIENCE));
        assertEquals(State.CANCELLED, reader.state());
        assertFalse(accepted.isClosed());
      }
    }
  }

  @Test
  void withTimeout_aroundASocketsRead_timesOut() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      runTogether(
          () -> {
            try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort())) {
              assertThrows(
                  TimeoutException.class,
                  () ->
                      Coroutines.withTimeout(
                          Duration.ofMillis(5), () -> socket.getInputStream().read()));
              assertFalse(Thread.currentThread().isInterrupted());
            }
          });
    }
  }

  @Test
  void withTimeout_aroundABlockingCall_interruptsItAndLeavesNoInterrupt() throws Exception {
    runTogether(
        () -> {
          assertThrows(
              TimeoutException.class,
              () ->
                  Coroutines.withTimeout(
                      Duration.ofMillis(5),
                      () -> {
                        Thread.sleep(Duration.ofHours(1));
                        return 1;
                      }));
          assertFalse(Thread.currentThread().isInterrupted());
          Thread.sleep(10);
        });
  }

  @Test
  void withTimeout_anInterruptNobodyHeeded_isNotLeftBehind() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    lock.lock();
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              Coroutines.withTimeout(
                  Duration.ofMillis(2),
                  () -> {
                    lock.lock();
                    lock.unlock();
                    return 1;
                  });
              assertFalse(Thread.currentThread().isInterrupted());
            });
    scheduler.spawn(() -> Coroutines.delay(Duration.ofMillis(20))).join(PATIENCE);
    lock.unlock();
    coroutine.join(PATIENCE);
  }

  @Test
  void interrupt_fromElsewhere_doesNotEndASuspensionAndIsKept() throws Exception {
    LinkedBlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Coroutine<Boolean> coroutine =
        scheduler.spawn(
            () -> {
              threads.add(Thread.currentThread());
              return Coroutines.await(interrupted) && Thread.interrupted();
            });
    Thread thread = threads.take();
    TestSchedulers.awaitSuspended(coroutine);
    thread.interrupt();
    Thread.sleep(30);
    assertFalse(coroutine.state().isEnd());
    interrupted.complete(true);
    assertTrue(coroutine.join(PATIENCE));
  }

  @Test
  void stackTraces_takenAllTheWhile_loseNoTurn() throws Exception {
    LinkedBlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    AtomicBoolean done = new AtomicBoolean();
    Coroutine<Integer> coroutine =
        scheduler.spawn(
            () -> {
              threads.add(Thread.currentThread());
              int turns = 0;
              for (; turns < 20_000; turns++) {
                if (turns % 100 == 0) {
                  Thread.sleep(0, 1000);
                }
                Coroutines.yieldNow();
              }
              done.set(true);
              return turns;
            });
    Thread thread = threads.take();
    int traces = 0;
    while (!done.get()) {
      thread.getStackTrace();
      traces++;
    }
    assertEquals(20_000, coroutine.join(PATIENCE));
    assertTrue(traces > 0);
  }

  @Test
  void unpark_byAnyone_endsNoSuspension() throws Exception {
    LinkedBlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    Coroutine<Long> coroutine =
        scheduler.spawn(
            () -> {
              threads.add(Thread.currentThread());
              long startNanos = System.nanoTime();
              Coroutines.delay(Duration.ofMillis(30));
              return System.nanoTime() - startNanos;
            });
    Thread thread = threads.take();
    while (!coroutine.state().isEnd()) {
      LockSupport.unpark(thread);
    }
    assertTrue(coroutine.join(PATIENCE) >= 30_000_000);
  }

  @Test
  void threadFactory_threads_runOnTheLoopAndAreNoCoroutines() throws Exception {
    AtomicBoolean refused = new AtomicBoolean();
    Thread thread =
        scheduler
            .threadFactory()
            .newThread(
                () -> {
                  try {
                    Thread.sleep(5);
                    Coroutines.current();
                  } catch (IllegalStateException e) {
                    refused.set(true);
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                });
    assertTrue(thread.isVirtual());
    thread.start();
    assertTrue(thread.join(PATIENCE));
    assertTrue(refused.get());
  }

  @Test
  void asExecutor_runsTasksOfOtherPeople() throws Exception {
    try (ExecutorService executor = scheduler.asExecutor()) {
      List<Future<Integer>> futures = new ArrayList<>();
      for (int number = 0; number < 100; number++) {
        int value = number;
        futures.add(
            executor.submit(
                () -> {
                  Thread.sleep(5);
                  return value;
                }));
      }
      int sum = 0;
      for (Future<Integer> future : futures) {
        sum += future.get(30, TimeUnit.SECONDS);
      }
      assertEquals(4950, sum);
    }
  }

  @Test
  void threads_thatOutliveTheScheduler_goOn() throws Exception {
    CountDownLatch latch = new CountDownLatch(1);
    AtomicBoolean slept = new AtomicBoolean();
    Thread guest =
        scheduler
            .threadFactory()
            .newThread(
                () -> {
                  try {
                    latch.await();
                    Thread.sleep(10);
                    slept.set(true);
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                });
    guest.start();
    while (guest.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    Thread loop = Internals.loopThread(scheduler, 0);
    assertTrue(scheduler.close(PATIENCE));
    assertTrue(loop.join(PATIENCE));
    assertThrows(
        RejectedExecutionException.class, () -> scheduler.threadFactory().newThread(() -> {}));
    latch.countDown();
    assertTrue(guest.join(PATIENCE));
    assertTrue(slept.get());
  }

  /**
   * The thread that wakes them must not fail: it may be a JDK thread that serves the whole process.
   */
  @Test
  void threads_thatOutliveTheScheduler_waitUntilALoopCanHaveAThread() throws Exception {
    OutOfMemoryError none = new OutOfMemoryError("unable to create native thread");
    AtomicBoolean exhausted = new AtomicBoolean();
    Clock clock =
        new Clock() {
          @Override
          public long nanoTime() {
            return System.nanoTime();
          }

          @Override
          public Alarm newAlarm(Thread thread) {
            if (exhausted.get()) {
              throw none;
            }
            return Clock.system().newAlarm(thread);
          }
        };
    CoroutineScheduler closed = TestSchedulers.builder().loops(1).clock(clock).build();
    List<CountDownLatch> latches = List.of(new CountDownLatch(1), new CountDownLatch(1));
    List<Thread> guests = new ArrayList<>();
    for (CountDownLatch latch : latches) {
      Thread guest = closed.threadFactory().newThread(() -> awaitUninterrupted(latch));
      guest.start();
      guests.add(guest);
      while (guest.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
    }
    Thread loop = Internals.loopThread(closed, 0);
    assertTrue(closed.close(PATIENCE));
    assertTrue(loop.join(PATIENCE));
    exhausted.set(true);
    try (LogCapture log = new LogCapture()) {
      latches.getFirst().countDown();
      assertEquals(
          List.of(
              "coroutine-loop-0: messages that came after its end wait, as no thread could be"
                  + " started for them"),
          log.lines());
    }
    exhausted.set(false);
    latches.getLast().countDown();
    for (Thread guest : guests) {
      assertTrue(guest.join(PATIENCE));
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void threads_startedInsideACoroutine_runOnItsLoopAndAreNoCoroutines() throws Exception {
    Coroutine<Boolean> coroutine =
        scheduler.spawn(
            () -> {
              AtomicBoolean refused = new AtomicBoolean();
              Thread inherited =
                  Thread.startVirtualThread(
                      () ->
                          refused.set(
                              assertThrows(IllegalStateException.class, Coroutines::current)
                                  != null));
              inherited.join();
              return refused.get();
            });
    assertTrue(coroutine.join(PATIENCE));
  }
}
