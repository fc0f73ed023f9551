package io.tourbillon.timer;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;

/** A listener that records the calls that it receives, in their order. */
final class EventLog implements TimerListener {
  /**
   * One call.
   *
   * @param name the name of the method
   * @param id the id of the timer, or 0
   * @param nanos deadline, lateness, run time or pause, or 0
   * @param what the error, cause or report, or the empty string
   */
  record Event(String name, long id, long nanos, Object what) {}

  private final List<Event> events = new CopyOnWriteArrayList<>();

  List<Event> all() {
    return List.copyOf(events);
  }

  List<String> names() {
    return events.stream().map(Event::name).toList();
  }

  List<Event> named(String name) {
    return events.stream().filter(event -> event.name().equals(name)).toList();
  }

  /** The only event of this name. */
  Event one(String name) {
    List<Event> found = named(name);
    if (found.size() != 1) {
      throw new AssertionError("expected one event " + name + " among " + events);
    }
    return found.getFirst();
  }

  void clear() {
    events.clear();
  }

  private void add(String name, long id, long nanos, Object what) {
    events.add(new Event(name, id, nanos, what));
  }

  @Override
  public void scheduled(long id, long deadlineNanos) {
    add("scheduled", id, deadlineNanos, "");
  }

  @Override
  public void rescheduled(long id, long deadlineNanos) {
    add("rescheduled", id, deadlineNanos, "");
  }

  @Override
  public void cancelled(long id) {
    add("cancelled", id, 0, "");
  }

  @Override
  public void handedBack(long id) {
    add("handedBack", id, 0, "");
  }

  @Override
  public void fired(long id, long latenessNanos) {
    add("fired", id, latenessNanos, "");
  }

  @Override
  public void ran(long id, long runNanos) {
    add("ran", id, runNanos, "");
  }

  @Override
  public void failed(long id, Throwable error) {
    add("failed", id, 0, error);
  }

  @Override
  public void rejected(RejectedExecutionException cause) {
    add("rejected", 0, 0, cause);
  }

  @Override
  public void paused(long pauseNanos) {
    add("paused", 0, pauseNanos, "");
  }

  @Override
  public void stalled(StallReport report) {
    add("stalled", 0, report.heldNanos(), report);
  }
}
