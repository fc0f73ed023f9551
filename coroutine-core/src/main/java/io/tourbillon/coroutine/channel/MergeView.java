package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Suspension;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The values of several sources, as they come. Of sources that have a value, a random one is taken,
 * so none starves. Keeps only which sources have ended, so it serves any number of receivers.
 */
final class MergeView<T> extends SourceView<T> {
  private final List<Source<T>> all;

  /** Those that have not ended. */
  private final CopyOnWriteArrayList<Source<T>> open;

  /** Written once, when a source has ended with a cause, which ends the view. */
  private volatile Received.@Nullable Closed<T> failed;

  MergeView(List<Source<T>> sources) {
    all = List.copyOf(sources);
    open = new CopyOnWriteArrayList<>(all);
  }

  @Override
  @Nullable Received<T> poll() {
    Received.Closed<T> end = failed;
    if (end != null) {
      return end;
    }
    List<Source<T>> order = new ArrayList<>(open);
    Collections.shuffle(order, Suspension.random());
    for (Source<T> source : order) {
      switch (poll(source)) {
        case Received.Value<T> value -> {
          return value;
        }
        case Received.Closed<T> closed -> {
          if (closed.cause() != null) {
            failed = closed;
            return closed;
          }
          open.remove(source);
        }
        case Received.Empty<T> _ -> {}
        case null -> {
          return null;
        }
      }
    }
    return open.isEmpty() ? new Received.Closed<>(null) : new Received.Empty<>();
  }

  @Override
  <R extends @Nullable Object> void addCases(List<SelectCase<R>> cases, Then<T, R> then) {
    for (Source<T> source : open) {
      addCases(source, cases, received -> pass(source, received, then));
    }
  }

  private <R extends @Nullable Object> @Nullable Supplier<? extends R> pass(
      Source<T> source, Received<T> received, Then<T, R> then) {
    if (received instanceof Received.Closed<T> closed) {
      if (closed.cause() == null) {
        open.remove(source);
        return null; // The next poll sees whether all have ended.
      }
      failed = closed;
    }
    return then.apply(received);
  }

  @Override
  long nanosToNextPoll() {
    if (open.isEmpty()) {
      return 0; // Another receiver has seen the last ends: there is no case to wait for.
    }
    long nanos = Long.MAX_VALUE;
    for (Source<T> source : open) {
      nanos = Math.min(nanos, nanosToNextPoll(source));
    }
    return nanos;
  }

  /** From which source they came is not known here. */
  @Override
  void undelivered(List<T> values) {
    undelivered(all.getFirst(), values);
  }

  @Override
  public boolean isClosed() {
    return failed != null || super.isClosed();
  }

  @Override
  List<Source<T>> upstream() {
    return all;
  }

  @Override
  String kind() {
    return "merge";
  }
}
