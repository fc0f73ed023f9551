package io.tourbillon.metrics.server;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.timer.TimerService;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;

/** A list for people, on request. One at a time: it looks at everything. */
final class Dump implements Source {
  private static final int MOST_COROUTINES = 10_000;

  private final Supplier<String> text;
  private final Semaphore turn = new Semaphore(1);

  private Dump(Supplier<String> text) {
    this.text = text;
  }

  static Dump of(TimerService timers) {
    return new Dump(() -> timers.dump().toString());
  }

  static Dump of(CoroutineScheduler scheduler) {
    return new Dump(() -> scheduler.dump(MOST_COROUTINES).toString());
  }

  @Override
  public Answer answer(Request request) {
    if (!turn.tryAcquire()) {
      return Answer.text(
          HttpStatus.SERVICE_UNAVAILABLE_503, "another dump is being made; try again");
    }
    try {
      return Answer.text(HttpStatus.OK_200, text.get());
    } finally {
      turn.release();
    }
  }
}
