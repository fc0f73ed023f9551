package io.tourbillon.metrics.server;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;

/**
 * A dump for people, made on request, of bounded length. Making it visits everything, and its text
 * is long. So only one dump is made or sent at a time, and only a few in a second.
 */
final class Dump implements Source {
  /** The maximum number of coroutines in a dump. */
  private static final int MAX_COROUTINES = 10_000;

  /** The maximum length of a dump; its last line says how much was left out. */
  static final int MAX_CHARACTERS = 1024 * 1024;

  private static final long MIN_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final Supplier<String> text;
  private final Semaphore turn = new Semaphore(1);

  /** When the last dump was made. Guarded by {@code turn}. */
  private long madeNanos = System.nanoTime() - MIN_INTERVAL_NANOS;

  private Dump(Supplier<String> text) {
    this.text = text;
  }

  static Dump of(TimerService timers) {
    return new Dump(() -> timers.dump().toString(MAX_CHARACTERS));
  }

  static Dump of(CoroutineScheduler scheduler) {
    return new Dump(() -> scheduler.dump(MAX_COROUTINES).toString(MAX_CHARACTERS));
  }

  @Override
  public Answer answer(Request request, HeldBytes memory) throws IOException {
    if (!turn.tryAcquire()) {
      throw new NotNowException("another dump is being made or read");
    }
    boolean made = false;
    try (BodyWriter body = new BodyWriter(memory)) {
      if (System.nanoTime() - madeNanos < MIN_INTERVAL_NANOS) {
        throw new NotNowException("another dump was made just now");
      }
      body.write(text.get().getBytes(StandardCharsets.UTF_8));
      madeNanos = System.nanoTime();
      Answer answer = body.finish(HttpStatus.OK_200, Answer.TEXT, turn::release);
      made = true;
      return answer;
    } finally {
      if (!made) {
        turn.release();
      }
    }
  }
}
