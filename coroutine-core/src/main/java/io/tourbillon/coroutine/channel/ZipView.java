package io.tourbillon.coroutine.channel;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Pairs of values of two sources. Keeps the one that has come until the other has. */
final class ZipView<A, B, V> extends StatefulView<V> {
  private final Source<A> left;
  private final Source<B> right;
  private final BiFunction<? super A, ? super B, ? extends V> pair;
  private @Nullable A fromLeft;
  private @Nullable B fromRight;
  private Received.@Nullable Closed<V> end;

  ZipView(Source<A> left, Source<B> right, BiFunction<? super A, ? super B, ? extends V> pair) {
    this.left = left;
    this.right = right;
    this.pair = pair;
  }

  @Override
  Received<V> poll() {
    if (end == null && fromLeft == null) {
      take(poll(left), value -> fromLeft = value);
    }
    if (end == null && fromRight == null) {
      take(poll(right), value -> fromRight = value);
    }
    return paired();
  }

  private <T> void take(Received<T> received, Consumer<T> keep) {
    switch (received) {
      case Received.Value<T>(T value) -> keep.accept(value);
      case Received.Closed<T>(Throwable cause) -> {
        end = new Received.Closed<>(cause);
        dropHeld();
      }
      case Received.Empty<T> _ -> {}
    }
  }

  private Received<V> paired() {
    A first = fromLeft;
    B second = fromRight;
    if (end != null) {
      return end;
    }
    if (first == null || second == null) {
      return new Received.Empty<>();
    }
    V result = null;
    try {
      result = pair.apply(first, second);
    } finally {
      if (result != null) {
        fromLeft = null;
        fromRight = null;
      } else {
        dropHeld();
      }
    }
    return new Received.Value<>(result);
  }

  @Override
  <R extends @Nullable Object> void addCases(List<SelectCase<R>> cases, Then<V, R> then) {
    if (fromLeft == null) {
      addCases(left, cases, received -> accept(received, value -> fromLeft = value, then));
    }
    if (fromRight == null) {
      addCases(right, cases, received -> accept(received, value -> fromRight = value, then));
    }
  }

  private <T, R extends @Nullable Object> @Nullable Supplier<? extends R> accept(
      Received<T> received, Consumer<T> keep, Then<V, R> then) {
    take(received, keep);
    Received<V> result = paired();
    return result instanceof Received.Empty<V> ? null : then.apply(result);
  }

  @Override
  long nanosToNextPoll() {
    return Math.min(nanosToNextPoll(left), nanosToNextPoll(right));
  }

  /** The pair was made by the function, which knows what it is; nobody else does. */
  @Override
  void undelivered(List<V> values) {}

  @Override
  Runnable takeHeld() {
    A first = fromLeft;
    B second = fromRight;
    fromLeft = null;
    fromRight = null;
    return () -> drop(first, second);
  }

  private void drop(@Nullable A first, @Nullable B second) {
    try {
      if (first != null) {
        undelivered(left, List.of(first));
      }
    } finally {
      if (second != null) {
        undelivered(right, List.of(second));
      }
    }
  }

  @Override
  List<Source<?>> upstream() {
    return List.of(left, right);
  }

  @Override
  String kind() {
    return "zip";
  }
}
