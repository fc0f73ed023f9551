package io.tourbillon.coroutine.bridge;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.sync.Barrier;
import io.tourbillon.coroutine.sync.Mutex;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Hangs, sends itself a signal as an investigator would, and prints the dump. */
final class DumpedProgram {
  private DumpedProgram() {}

  public static void main(String[] arguments) throws Exception {
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    CoroutineScheduler hung =
        TestSchedulers.builder().name("hung").loops(2).watchdog(Duration.ZERO).build();
    DumpSignal _ = DumpSignal.open("USR1", hung);
    hang(hung);
    new ProcessBuilder("kill", "-USR1", Long.toString(ProcessHandle.current().pid()))
        .inheritIO()
        .start()
        .waitFor();
    while (!errors.toString(StandardCharsets.UTF_8).contains("holder of a loop")) {
      Thread.onSpinWait();
    }
    System.out.println(errors.toString(StandardCharsets.UTF_8));
  }

  /**
   * Two coroutines wait for each other. Where the engine allows it, another blocks the loop of one.
   */
  private static void hang(CoroutineScheduler scheduler) throws InterruptedException {
    Mutex left = new Mutex("left");
    Mutex right = new Mutex("right");
    Barrier both = new Barrier(2);
    Coroutine<?> a = scheduler.spawn(SpawnOptions.named("a"), () -> lock(left, both, right));
    Coroutine<?> b = scheduler.spawn(SpawnOptions.named("b"), () -> lock(right, both, left));
    awaitLocking(a);
    awaitLocking(b);
    CountDownLatch holds = new CountDownLatch(1);
    scheduler.spawn(
        SpawnOptions.named("holder of a loop"),
        () -> {
          holds.countDown();
          new CountDownLatch(1).await();
        });
    holds.await();
  }

  private static void lock(Mutex first, Barrier both, Mutex second) {
    first.withLock(
        () -> {
          both.await();
          second.lock();
        });
  }

  private static void awaitLocking(Coroutine<?> coroutine) {
    while (!coroutine.waitsFor().orElse("").startsWith("locking")) {
      Thread.onSpinWait();
    }
  }
}
