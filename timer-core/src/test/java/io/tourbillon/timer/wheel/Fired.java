package io.tourbillon.timer.wheel;

import java.util.ArrayList;
import java.util.List;

/** Records the timers that a wheel fires, in order. */
final class Fired implements ExpiryHandler<String> {
  /** A timer that was fired. */
  record Firing(long id, long deadlineTick, String task) {}

  private static final int UNLIMITED = Integer.MAX_VALUE;

  private List<Firing> firings = new ArrayList<>();

  @Override
  public void expired(long id, long deadlineTick, String task) {
    firings.add(new Firing(id, deadlineTick, task));
  }

  /** Returns what has fired since the last call. */
  List<Firing> take() {
    List<Firing> taken = firings;
    firings = new ArrayList<>();
    return taken;
  }

  /** Advances without a limit and returns the tasks that fired. */
  static List<String> tasksFiredBy(TimingWheel<String> wheel, long tick) {
    Fired fired = new Fired();
    wheel.advance(tick, UNLIMITED, fired);
    return fired.take().stream().map(Firing::task).toList();
  }
}
