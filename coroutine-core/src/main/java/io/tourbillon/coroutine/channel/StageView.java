package io.tourbillon.coroutine.channel;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Maps or drops each value of a source. Keeps nothing, so it serves any number of receivers.
 *
 * @param <T> the values of the source
 * @param <V> the values of this view
 */
final class StageView<T, V> extends SourceView<V> {
  private final String kind;
  private final Source<T> source;

  /** Returns null to drop the value. */
  private final Function<? super T, ? extends @Nullable V> stage;

  private final Consumer<? super V> onUndelivered;

  /**
   * @param onUndelivered gets results that do not reach a receiver
   */
  StageView(
      String kind,
      Source<T> source,
      Function<? super T, ? extends @Nullable V> stage,
      Consumer<? super V> onUndelivered) {
    this.kind = kind;
    this.source = source;
    this.stage = stage;
    this.onUndelivered = onUndelivered;
  }

  /** Returns a view of those values that pass a stage, which is given each value unchanged. */
  static <T> StageView<T, T> passing(
      String kind, Source<T> source, Function<? super T, ? extends @Nullable T> stage) {
    return new StageView<>(
        kind, source, stage, value -> SourceView.undelivered(source, List.of(value)));
  }

  /** Without a select, which the bottom does not need. */
  @Override
  public V receive() {
    while (true) {
      V result = pass(source.receive());
      if (result != null) {
        return result;
      }
    }
  }

  private @Nullable V pass(T value) {
    V result = SourceView.<T, @Nullable V>apply(source, value, stage);
    if (result == null) {
      SourceView.undelivered(source, List.of(value));
    }
    return result;
  }

  @Override
  @Nullable Received<V> poll() {
    return switch (SourceView.poll(source)) {
      case Received.Value<T>(T value) -> passed(value);
      case Received.Closed<T>(Throwable cause) -> new Received.Closed<>(cause);
      case Received.Empty<T> _ -> new Received.Empty<>();
      case null -> null;
    };
  }

  private Received.@Nullable Value<V> passed(T value) {
    V result = pass(value);
    return result == null ? null : new Received.Value<>(result);
  }

  @Override
  <R extends @Nullable Object> void addCases(List<SelectCase<R>> cases, Then<V, R> then) {
    addCases(
        source,
        cases,
        received ->
            switch (received) {
              case Received.Value<T>(T value) -> {
                Received.Value<V> passed = passed(value);
                yield passed == null ? null : then.apply(passed);
              }
              case Received.Closed<T>(Throwable cause) -> then.apply(new Received.Closed<>(cause));
              case Received.Empty<T> _ -> null;
            });
  }

  @Override
  long nanosToNextPoll() {
    return nanosToNextPoll(source);
  }

  @Override
  void undelivered(List<V> values) {
    Undelivered.report(values, onUndelivered);
  }

  @Override
  List<Source<T>> upstream() {
    return List.of(source);
  }

  @Override
  String kind() {
    return kind;
  }
}
