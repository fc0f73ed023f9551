package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Suspension;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A source that takes its values from others when somebody receives. It has no coroutine: the
 * receiver does all of the work.
 *
 * <p>A receive polls. If there is nothing, it waits by a select whose cases are those of the
 * channels at the bottom; what a case has received goes up through the views, and comes out, or is
 * kept or dropped on the way, and then the receiver tries again.
 */
abstract non-sealed class SourceView<T> implements Source<T> {
  /**
   * Continues with what a source has yielded, in the receiver and without locks. Returns null to
   * try again.
   */
  interface Then<T, R extends @Nullable Object>
      extends Function<Received<T>, @Nullable Supplier<? extends R>> {}

  // What a view implements. All is called by the receiver, which may run functions of users.

  /** Takes a value without a wait. Returns null if one was taken and dropped, to try again. */
  abstract @Nullable Received<T> poll();

  /** Adds the cases to wait for after a poll that has found nothing. */
  abstract <R extends @Nullable Object> void addCases(List<SelectCase<R>> cases, Then<T, R> then);

  /** Returns after how many nanoseconds to poll again, whatever comes. */
  long nanosToNextPoll() {
    return Long.MAX_VALUE;
  }

  /** Handles values that were taken from this view and are not delivered. */
  abstract void undelivered(List<T> values);

  /** The sources that it takes from. */
  abstract List<? extends Source<?>> upstream();

  /** What it is, for texts, such as "map". */
  abstract String kind();

  /** A receiver begins, which polls and waits until it ends. */
  void begin() {
    int begun = 0;
    List<? extends Source<?>> below = upstream();
    try {
      for (Source<?> source : below) {
        begin(source);
        begun++;
      }
    } finally {
      if (begun < below.size()) {
        below.subList(0, begun).forEach(SourceView::end);
      }
    }
  }

  /** The receiver ends. */
  void end() {
    upstream().forEach(SourceView::end);
  }

  // The same for any source.

  static <T> @Nullable Received<T> poll(Source<T> source) {
    return switch (source) {
      case LockedChannel<T> channel -> channel.tryReceiveResult();
      case SourceView<T> view -> view.poll();
    };
  }

  static <T, R extends @Nullable Object> void addCases(
      Source<T> source, List<SelectCase<R>> cases, Then<T, R> then) {
    switch (source) {
      case LockedChannel<T> channel ->
          cases.add(
              new ChannelCase.Receive<>(
                  channel,
                  value -> new SelectCase.Step<R>(() -> then.apply(channel.resultOf(value)))));
      case SourceView<T> view -> view.addCases(cases, then);
    }
  }

  static long nanosToNextPoll(Source<?> source) {
    return source instanceof SourceView<?> view ? view.nanosToNextPoll() : Long.MAX_VALUE;
  }

  static <T> void undelivered(Source<T> source, List<T> values) {
    switch (source) {
      case LockedChannel<T> channel -> channel.reportUndelivered(values);
      case SourceView<T> view -> view.undelivered(values);
    }
  }

  static String label(Source<?> source) {
    return switch (source) {
      case LockedChannel<?> channel -> channel.label();
      case SourceView<?> view -> view.toString();
    };
  }

  private static void begin(Source<?> source) {
    if (source instanceof SourceView<?> view) {
      view.begin();
    }
  }

  private static void end(Source<?> source) {
    if (source instanceof SourceView<?> view) {
      view.end();
    }
  }

  /**
   * Runs a function with a value that was taken from a source. If it throws, the value is
   * undelivered.
   */
  static <T, R extends @Nullable Object> R apply(
      Source<T> from, T value, Function<? super T, ? extends R> function) {
    boolean applied = false;
    try {
      R result = function.apply(value);
      applied = true;
      return result;
    } finally {
      if (!applied) {
        undelivered(from, List.of(value));
      }
    }
  }

  // A source.

  @Override
  public T receive() {
    return requireValue(receiveResult());
  }

  @Override
  public T receive(Duration limit) throws TimeoutException {
    Received<T> received = receiveResult(limit);
    if (received instanceof Received.Empty<T>) {
      throw new TimeoutException("receiving from " + this + " would take longer than " + limit);
    }
    return requireValue(received);
  }

  final T requireValue(Received<T> received) {
    return switch (received) {
      case Received.Value<T>(T value) -> value;
      case Received.Closed<T>(Throwable cause) ->
          throw ChannelClosedException.ofReceiver(toString(), cause);
      case Received.Empty<T> _ ->
          throw new IllegalStateException("a receive without a limit ended");
    };
  }

  @Override
  public @Nullable T receiveOrNull() {
    Received<T> received = receiveResult();
    return received instanceof Received.Closed<T>(Throwable cause) && cause == null
        ? null
        : requireValue(received);
  }

  @Override
  public Received<T> receiveResult() {
    return Select.select(new ViewCase<>(this, received -> () -> received));
  }

  @Override
  public Received<T> receiveResult(Duration limit) {
    return Select.select(
        new ViewCase<>(this, received -> () -> received),
        Select.onTimeout(limit, Received.Empty::new));
  }

  @Override
  public Received<T> tryReceiveResult() {
    begin();
    try {
      Received<T> received = poll();
      while (received == null) {
        Suspension.checkCancelled();
        received = poll();
      }
      return received;
    } finally {
      end();
    }
  }

  @Override
  public Optional<T> tryReceive() {
    return tryReceiveResult() instanceof Received.Value<T>(T value)
        ? Optional.of(value)
        : Optional.empty();
  }

  @Override
  public Iterator<T> iterator() {
    return new ChannelIterator<>(this);
  }

  @Override
  public void cancel(@Nullable Throwable cause) {
    for (Source<?> source : upstream()) {
      source.cancel(cause);
    }
  }

  @Override
  public boolean isClosed() {
    return upstream().stream().allMatch(Source::isClosed);
  }

  @Override
  public int size() {
    return upstream().stream().mapToInt(Source::size).sum();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(kind()).append(" of ");
    String between = "";
    for (Source<?> source : upstream()) {
      text.append(between).append(label(source));
      between = " and ";
    }
    return text.toString();
  }
}
