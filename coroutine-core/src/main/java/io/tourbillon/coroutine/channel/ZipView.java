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

  /** Written by a receiver, and read by anyone. */
  private volatile Received.@Nullable Closed<V> end;

  ZipView(Source<A> left, Source<B> right, BiFunction<? super A, ? super B, ? extends V> pair) {
    this.left = left;
    this.right = right;
    this.pair = pair;
  }

  @Override
  @Nullable Received<V> poll() {
    boolean dropped = false;
    if (end == null && fromLeft == null) {
      dropped = take(poll(left), value -> fromLeft = value);
    }
    if (end == null && fromRight == null) {
      dropped |= take(poll(right), value -> fromRight = value);
    }
    Received<V> result = paired();
    return dropped && result instanceof Received.Empty<V> ? null : result;
  }

  /** Returns whether what was received was dropped by a view below. */
  private <T> boolean take(@Nullable Received<T> received, Consumer<T> keep) {
    switch (received) {
      case Received.Value<T>(T value) -> keep.accept(value);
      case Received.Closed<T>(Throwable cause) -> {
        end = new Received.Closed<>(cause);
        dropHeld();
      }
      case Received.Empty<T> _ -> {}
      case null -> {
        return true;
      }
    }
    return false;
  }

  private Received<V> paired() {
    Received.Closed<V> ended = end;
    if (ended != null) {
      return ended;
    }
    A first = fromLeft;
    B second = fromRight;
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
    boolean _ = take(received, keep);
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
  public boolean isClosed() {
    return end != null || left.isClosed() || right.isClosed();
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
