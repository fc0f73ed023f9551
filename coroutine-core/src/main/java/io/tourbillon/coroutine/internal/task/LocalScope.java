package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.CoroutineLocal;
import io.tourbillon.coroutine.Kernel;
import org.jspecify.annotations.Nullable;

/** The stretch of a coroutine in which a {@link CoroutineLocal} has a value. */
final class LocalScope extends Scope implements Kernel.Binding {
  private final CoroutineLocal<?> local;
  private final @Nullable Object value;

  LocalScope(@Nullable Scope outer, CoroutineLocal<?> local, @Nullable Object value) {
    super(outer);
    this.local = local;
    this.value = value;
  }

  /** The innermost value of a local, as the scope that holds it; null if it has none. */
  static @Nullable LocalScope find(@Nullable Scope innermost, CoroutineLocal<?> local) {
    for (Scope scope = innermost; scope != null; scope = scope.outer) {
      if (scope instanceof LocalScope holder && holder.local.equals(local)) {
        return holder;
      }
    }
    return null;
  }

  /** The values that a child inherits, without the limits and shields between them. */
  static @Nullable Scope inherited(@Nullable Scope innermost) {
    if (innermost == null) {
      return null;
    }
    Scope outer = inherited(innermost.outer);
    if (!(innermost instanceof LocalScope holder)) {
      return outer;
    }
    return outer == holder.outer ? holder : new LocalScope(outer, holder.local, holder.value);
  }

  @Override
  public @Nullable Object value() {
    return value;
  }

  @Override
  long strikeNanosInside(@Nullable Cancellation cancellation) {
    return strikeNanos(outer, cancellation);
  }

  @Override
  @Nullable Signal signalInside(@Nullable Cancellation cancellation) {
    return signal(outer, cancellation);
  }
}
