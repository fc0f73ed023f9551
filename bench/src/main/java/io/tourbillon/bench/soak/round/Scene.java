package io.tourbillon.bench.soak.round;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.Account.End;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ValueRecorder;

/** What a fault may use while it lasts. Thread-safe, but for {@link #random}. */
public final class Scene {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);

  private final Stage stage;
  private final Variant variant;
  private final Sampler sampler;
  private final SplittableRandom random;
  private final Breaches breaches;
  private final long endNanos;
  private final AtomicLong permittedBytes = new AtomicLong();
  private final Map<String, Long> figures = new ConcurrentSkipListMap<>();

  Scene(
      Stage stage,
      Variant variant,
      Sampler sampler,
      SplittableRandom random,
      Breaches breaches,
      long millis) {
    this.stage = stage;
    this.variant = variant;
    this.sampler = sampler;
    this.random = random;
    this.breaches = breaches;
    endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** Returns the services under load. */
  public Stage stage() {
    return stage;
  }

  /** Returns what is special about this round. */
  public Variant variant() {
    return variant;
  }

  /** Returns where timers of services that the fault makes record how late they are. */
  public ValueRecorder lateness() {
    return sampler.timers();
  }

  /** Returns where delays of coroutines that the fault makes record how late they are. */
  public ValueRecorder sleeps() {
    return sampler.sleeps();
  }

  /**
   * Returns the random numbers of the calling fault; for one thread, which splits it for others.
   */
  public SplittableRandom random() {
    return random;
  }

  /** Returns where broken promises are reported. */
  public Breaches breaches() {
    return breaches;
  }

  /** Returns false when the fault must end. */
  public boolean goesOn() {
    return System.nanoTime() - endNanos < 0;
  }

  /** Returns how long the fault is to last from now on, at least 0. */
  public long leftMillis() {
    return Math.max(0, TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime()));
  }

  /** Sleeps. */
  public void pause(long millis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(millis);
  }

  /** Adds to a figure of the report. */
  public void count(String what, long number) {
    figures.merge(what, number, Long::sum);
  }

  /** Permits that so much is left behind: what no library can free. */
  public void permitLeft(long bytes) {
    permittedBytes.addAndGet(bytes);
  }

  long permittedBytes() {
    return permittedBytes.get();
  }

  Map<String, Long> figures() {
    return figures;
  }

  /** Waits until all of an account have ended. */
  public void awaitEnds(Account account) throws InterruptedException {
    long limitNanos = System.nanoTime() + PATIENCE_NANOS;
    while (!hasEnded(account)) {
      if (System.nanoTime() - limitNanos > 0) {
        // The account itself says which in the end.
        return;
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  private static boolean hasEnded(Account account) {
    return account.begun()
        <= account.ended(End.FIRED) + account.ended(End.CANCELLED) + account.ended(End.HANDED_BACK);
  }

  /** Waits until a coroutine has ended, and enters it; reports one that does not end. */
  public void collect(CheckedCoroutine coroutine) throws InterruptedException {
    long limitNanos = System.nanoTime() + PATIENCE_NANOS;
    while (!coroutine.isEnded() && System.nanoTime() - limitNanos < 0) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    stage.coroutines().collect(coroutine);
  }
}
