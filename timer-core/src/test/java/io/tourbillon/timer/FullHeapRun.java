package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Fills the heap completely for a second and a half while timers of each kind run, frees it, and
 * checks that they still run. {@link SurvivalTest} runs it in a JVM with a small heap.
 */
final class FullHeapRun {
  private static final long FULL_NANOS = 1_500_000_000;

  private FullHeapRun() {}

  public static void main(String[] args) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(1, Thread.ofPlatform().daemon().factory());
    try (TimerService onDriver = TimerService.builder().recordStats().build();
        TimerService onPool = TimerService.builder().executor(pool).build()) {
      check(onDriver, onPool);
    }
    try (PolledLoop loop = new PolledLoop(TimerService.builder(), Clock.system(), 100);
        PolledLoop onPool =
            new PolledLoop(TimerService.builder().executor(pool), Clock.system(), 100)) {
      check(loop.timers, onPool.timers);
    }
    pool.shutdownNow();
    System.out.println("ok");
  }

  private static void check(TimerService onDriver, TimerService onPool) throws Exception {
    AtomicInteger beats = new AtomicInteger();
    AtomicInteger poolBeats = new AtomicInteger();
    AtomicInteger viewBeats = new AtomicInteger();
    AtomicInteger fired = new AtomicInteger();
    AtomicInteger poolFired = new AtomicInteger();
    AtomicInteger poolViewBeats = new AtomicInteger();
    AtomicLong payloads = new AtomicLong(); // A LongAdder would need memory.
    LongTimers numbers = onDriver.longTimers(payloads::addAndGet);
    LongTimers poolNumbers = onPool.longTimers(payloads::addAndGet);
    Duration milli = Duration.ofMillis(1);
    TimerHandle beat = onDriver.scheduleAtFixedRate(milli, milli, beats::incrementAndGet);
    TimerHandle poolBeat = onPool.scheduleAtFixedRate(milli, milli, poolBeats::incrementAndGet);
    ScheduledExecutorService view = onDriver.asScheduledExecutor();
    ScheduledFuture<?> viewBeat =
        view.scheduleAtFixedRate(viewBeats::incrementAndGet, 1, 1, MILLISECONDS);
    ScheduledExecutorService poolView = onPool.asScheduledExecutor();
    List<ScheduledFuture<?>> poolViewBeat = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      poolViewBeat.add(
          poolView.scheduleAtFixedRate(poolViewBeats::incrementAndGet, 1, 10, MILLISECONDS));
    }
    List<Future<?>> futures = new ArrayList<>();
    int count = 1000;
    for (int i = 0; i < count; i++) {
      onDriver.schedule(Duration.ofMillis(100 + 2L * i), fired::incrementAndGet);
      numbers.arm(100 + 2L * i, MILLISECONDS, i);
      poolNumbers.arm(100 + 2L * i, MILLISECONDS, i);
      onPool.schedule(Duration.ofMillis(100 + 2L * i), poolFired::incrementAndGet);
      futures.add(poolView.schedule(poolFired::incrementAndGet, 100 + 2L * i, MILLISECONDS));
      futures.add(onDriver.after(Duration.ofMillis(100 + 2L * i)));
      futures.add(
          onDriver.timeout(new CompletableFuture<String>(), Duration.ofMillis(100 + 2L * i)));
    }
    fillHeap();
    int beatsBefore = beats.get();
    int poolBeatsBefore = poolBeats.get();
    int viewBeatsBefore = viewBeats.get();
    Thread.sleep(2000);
    require(!onDriver.isShutdown(), "the service was shut down");
    require(beats.get() > beatsBefore, "the periodic timer has stopped");
    require(poolBeats.get() > poolBeatsBefore, "the periodic timer on the pool has stopped");
    require(viewBeats.get() > viewBeatsBefore, "the periodic task of the view has stopped");
    require(beat.state() == TimerHandle.State.PENDING, "the periodic timer has ended");
    require(poolBeat.cancel() && beat.cancel() && viewBeat.cancel(false), "cancels");
    require(fired.get() == count, "timers fired: " + fired + " of " + count);
    require(poolFired.get() == 2 * count, "timers fired on the pool: " + poolFired);
    long sum = (long) count * (count - 1);
    require(payloads.get() == sum, "payloads: " + payloads + ", not " + sum);
    require(poolViewBeats.get() > 0, "the periodic tasks of the view on the pool have not run");
    for (ScheduledFuture<?> periodic : poolViewBeat) {
      require(periodic.cancel(false), "a periodic task of a view has ended: " + periodic);
    }
    long open = futures.stream().filter(future -> !future.isDone()).count();
    require(open == 0, "futures open: " + open);
    require(onPool.pending() == 0, "pending on the pool: " + onPool.pending());
    require(onPool.close(Duration.ofSeconds(20)), "the service on the pool has not ended");
    CountDownLatch again = new CountDownLatch(3);
    onDriver.longTimers(_ -> again.countDown()).arm(1, MILLISECONDS, 0);
    onDriver.schedule(milli, again::countDown);
    view.execute(again::countDown);
    require(again.await(20, TimeUnit.SECONDS), "new timers do not fire");
    require(onDriver.pending() == 0, "pending: " + onDriver.pending());
  }

  /** Allocates all memory, to the last bytes, again and again. */
  private static void fillHeap() {
    long startNanos = System.nanoTime();
    int errors = 0;
    Object[] chain = null;
    int size = 1 << 16;
    while (System.nanoTime() - startNanos < FULL_NANOS || errors < 10) {
      try {
        Object[] next = new Object[size];
        next[0] = chain;
        chain = next;
      } catch (OutOfMemoryError full) {
        errors++;
        size = Math.max(1, size / 8);
      }
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      System.out.println(otherwise);
      System.out.flush();
      Runtime.getRuntime().halt(1);
    }
  }
}
