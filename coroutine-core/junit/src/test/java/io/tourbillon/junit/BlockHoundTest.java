package io.tourbillon.junit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.net.TcpConnection;
import io.tourbillon.coroutine.net.TcpListener;
import io.tourbillon.coroutine.sync.Mutex;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.blockhound.integration.BlockHoundIntegration;

/** Under BlockHound, in a JVM of its own: what blocks a driver or a loop is found, and no more. */
@Tag("blockhound")
class BlockHoundTest {
  private static final int THREADS = 4;
  private static final int ROUNDS = 10_000;

  /** Stands for the event loops of others, such as those of Netty. */
  private static final class OthersLoop extends Thread {
    OthersLoop(Runnable body) {
      super(body, "others-loop");
      setDaemon(true);
    }
  }

  @BeforeAll
  static void install() {
    BlockHound.install(
        builder ->
            builder.nonBlockingThreadPredicate(
                known -> known.or(thread -> thread instanceof OthersLoop)));
  }

  /** Calls that wait, by any means, and long enough that even a slow thread comes to wait. */
  private static final List<Callable<?>> BLOCKING =
      List.of(
          () -> {
            Thread.sleep(200);
            return null;
          },
          () -> new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS),
          () -> new CompletableFuture<>().completeOnTimeout(1, 200, TimeUnit.MILLISECONDS).get());

  // Timers.

  @Test
  void task_thatBlocksTheDriver_fails_andOthersFire() throws Exception {
    LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    try (TimerService timers =
        TimerService.builder().exceptionHandler((task, thrown) -> failures.add(thrown)).build()) {
      for (Callable<?> call : BLOCKING) {
        timers.schedule(
            Duration.ofMillis(1),
            () -> {
              try {
                Object _ = call.call();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
        assertInstanceOf(BlockingOperationError.class, failures.poll(60, TimeUnit.SECONDS));
      }
      timers.after(Duration.ofMillis(5)).get(60, TimeUnit.SECONDS);
      assertNull(failures.poll());
    }
  }

  @Test
  void task_thatUsesTheService_passes() throws Exception {
    CompletableFuture<Object> end = new CompletableFuture<>();
    try (TimerService timers =
        TimerService.builder()
            .recordStats()
            .exceptionHandler((task, thrown) -> end.completeExceptionally(thrown))
            .build()) {
      timers.schedule(
          Duration.ZERO,
          () -> {
            for (int i = 0; i < 1000; i++) {
              TimerHandle handle = timers.schedule(Duration.ofHours(1), () -> {});
              handle.reschedule(Duration.ofHours(2));
              handle.cancel();
            }
            timers.asScheduledExecutor().execute(() -> end.complete(timers.stats()));
          });
      end.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void logOfAFailedTask_mayBlock() throws Exception {
    try (TimerService timers = TimerService.create()) {
      timers.schedule(
          Duration.ZERO,
          () -> {
            throw new IllegalStateException("is logged by the driver");
          });
      timers.after(Duration.ofMillis(5)).get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void operations_byLoopsOfOthers_neverBlock() throws Exception {
    try (TimerService timers = TimerService.create()) {
      byLoopsOfOthers(
          () -> {
            TimerHandle handle = timers.schedule(Duration.ofMillis(5), () -> {});
            handle.cancel();
            long id = timers.arm(1, TimeUnit.HOURS, () -> {});
            timers.cancel(id);
          });
    }
  }

  /** The broken twin: operations that a lock of the JDK guards are caught. */
  @Test
  void operations_underALockOfTheJdk_areCaught() {
    ReentrantLock lock = new ReentrantLock();
    assertThrows(
        BlockingOperationError.class,
        () ->
            byLoopsOfOthers(
                () -> {
                  lock.lock();
                  try {
                    // So long that the threads meet also when they begin one after the other.
                    long endNanos = System.nanoTime() + 50_000;
                    while (System.nanoTime() - endNanos < 0) {
                      Thread.onSpinWait();
                    }
                  } finally {
                    lock.unlock();
                  }
                }));
  }

  private static void byLoopsOfOthers(Runnable round) throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<OthersLoop> loops = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      OthersLoop loop =
          new OthersLoop(
              () -> {
                try {
                  for (int n = 0; n < ROUNDS && failure.get() == null; n++) {
                    round.run();
                  }
                } catch (Throwable thrown) {
                  failure.compareAndSet(null, thrown);
                }
              });
      loops.add(loop);
      loop.start();
    }
    for (OthersLoop loop : loops) {
      assertTrue(loop.join(Duration.ofSeconds(60)));
    }
    if (failure.get() instanceof BlockingOperationError blocking) {
      throw blocking;
    }
    assertNull(failure.get());
  }

  @Test
  void firstService_ofAProgram_canBeMadeByALoopOfOthers() throws Exception {
    FutureTask<Long> made =
        new FutureTask<>(
            () -> {
              try (TimerService timers = TimerService.polled(Clock.system())) {
                return timers.pending();
              }
            });
    new OthersLoop(made).start();
    assertEquals(0, made.get(60, TimeUnit.SECONDS));
  }

  // Coroutines.

  /** Engines on which a blocking call holds up no other coroutine. */
  private static final Set<Engine> MAY_BLOCK =
      EnumSet.of(Engine.VIRTUAL_THREAD, Engine.PLAIN_THREAD);

  private static CoroutineScheduler scheduler(Engine engine) {
    return CoroutineScheduler.builder().engine(engine).loops(2).build();
  }

  @ParameterizedTest
  @EnumSource
  void coroutine_thatBlocks_failsWhereThatBlocksTheLoop(Engine engine) {
    try (CoroutineScheduler scheduler = scheduler(engine)) {
      for (Callable<?> call : BLOCKING) {
        Coroutine<?> coroutine = scheduler.spawn(call);
        if (MAY_BLOCK.contains(engine)) {
          Object _ = coroutine.join();
        } else {
          CompletionException failure = assertThrows(CompletionException.class, coroutine::join);
          assertInstanceOf(BlockingOperationError.class, failure.getCause());
        }
      }
      assertEquals(7, scheduler.spawn(() -> 7).join(), "the loop goes on");
    }
  }

  @ParameterizedTest
  @EnumSource
  void timerTask_thatBlocks_isFoundWhereThatBlocksTheLoop(Engine engine) throws Exception {
    try (CoroutineScheduler scheduler = scheduler(engine)) {
      CompletableFuture<Boolean> blocked = new CompletableFuture<>();
      scheduler
          .timers()
          .schedule(
              Duration.ZERO,
              () -> {
                try {
                  Thread.sleep(1);
                  blocked.complete(false);
                } catch (BlockingOperationError found) {
                  blocked.complete(true);
                } catch (InterruptedException e) {
                  blocked.completeExceptionally(e);
                }
              });
      assertEquals(!MAY_BLOCK.contains(engine), blocked.get(60, TimeUnit.SECONDS));
    }
  }

  @ParameterizedTest
  @EnumSource
  void coroutines_thatOnlySuspend_pass(Engine engine) {
    try (CoroutineScheduler scheduler = scheduler(engine)) {
      List<Coroutine<Integer>> all = new ArrayList<>();
      Channel<Integer> channel = Channel.buffered(4);
      Mutex mutex = new Mutex();
      for (int i = 0; i < 50; i++) {
        int number = i;
        all.add(
            scheduler.spawn(
                () -> {
                  Coroutines.delay(Duration.ofMillis(number % 5));
                  for (int round = 0; round < 200; round++) {
                    mutex.withLock(() -> Coroutines.yieldNow());
                    channel.send(round);
                    channel.receive();
                  }
                  Coroutines.blocking(() -> Thread.sleep(1));
                  Integer sum =
                      Coroutines.withTimeout(
                          Duration.ofMinutes(1),
                          () ->
                              CoroutineScope.gather(List.<Callable<Integer>>of(() -> 1, () -> 2))
                                  .getFirst());
                  TimerHandle _ = scheduler.timers().schedule(Duration.ofMillis(1), () -> {});
                  return sum;
                }));
      }
      all.forEach(each -> assertEquals(1, each.join()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void sockets_pass(Engine engine) {
    try (CoroutineScheduler scheduler = scheduler(engine)) {
      assertEquals("hello", scheduler.spawn(BlockHoundTest::echo).join());
    }
  }

  private static String echo() throws Exception {
    try (CoroutineScope scope = CoroutineScope.open();
        TcpListener listener =
            TcpListener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      scope.spawn(
          () -> {
            try (TcpConnection connection = listener.accept()) {
              ByteBuffer bytes = ByteBuffer.allocate(64);
              connection.read(bytes);
              connection.write(bytes.flip());
            }
          });
      try (TcpConnection client = TcpConnection.connect(listener.localAddress())) {
        client.write(ByteBuffer.wrap("hello".getBytes(UTF_8)));
        ByteBuffer echo = ByteBuffer.allocate(64);
        client.read(echo);
        return new String(echo.array(), 0, echo.position(), UTF_8);
      }
    }
  }

  // The integrations themselves.

  @Test
  void allowances_nameMethodsThatExist() throws Exception {
    BlockHound.Builder builder = BlockHound.builder();
    int ours = 0;
    for (BlockHoundIntegration each : ServiceLoader.load(BlockHoundIntegration.class)) {
      if (each.getClass().getName().startsWith("io.tourbillon.")) {
        each.applyTo(builder);
        ours++;
      }
    }
    assertEquals(2, ours, "both are found as services");
    Field field = BlockHound.Builder.class.getDeclaredField("allowances");
    field.setAccessible(true);
    Map<?, ?> allowances = (Map<?, ?>) field.get(builder);
    for (Map.Entry<?, ?> entry : allowances.entrySet()) {
      String type = entry.getKey().toString().replace('/', '.');
      if (type.startsWith("io.tourbillon.")) {
        Class<?> found = Class.forName(type);
        for (Object method : ((Map<?, ?>) entry.getValue()).keySet()) {
          assertTrue(
              Arrays.stream(found.getDeclaredMethods())
                  .anyMatch(declared -> declared.getName().equals(method)),
              () -> type + "." + method);
        }
      }
    }
  }
}
