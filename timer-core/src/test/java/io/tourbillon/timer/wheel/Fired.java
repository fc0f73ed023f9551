package io.tourbillon.timer.wheel;

import java.util.ArrayList;
import java.util.List;

/** Keeps what a wheel hands out, in order. */
final class Fired implements ExpiryHandler<String> {
  /** One timer handed out. */
  record Firing(long id, long deadlineTick, String task) {}

  private static final int UNLIMITED = Integer.MAX_VALUE;

  private List<Firing> firings = new ArrayList<>();

  @Override
  public void expired(long id, long deadlineTick, String task) {
    firings.add(new Firing(id, deadlineTick, task));
  }

  /** What was handed out since it was last taken. */
  List<Firing> take() {
    List<Firing> taken = firings;
    firings = new ArrayList<>();
    return taken;
  }

  /** Advances without a limit and returns the tasks that are handed out. */
  static List<String> tasksFiredBy(TimingWheel<String> wheel, long tick) {
    Fired fired = new Fired();
    wheel.advance(tick, UNLIMITED, fired);
    return fired.take().stream().map(Firing::task).toList();
  }
}
