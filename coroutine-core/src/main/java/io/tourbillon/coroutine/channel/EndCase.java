package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension.Registration;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A case that waits for the end of a coroutine or of a stage.
 *
 * <p>The thread that brings the end writes the outcome and then reads the listener. The select
 * writes the listener and then reads the outcome. So at least one of them sees the other, and the
 * resumption decides if both do.
 */
final class EndCase<T extends @Nullable Object, R extends @Nullable Object> extends SelectCase<R> {
  /** A coroutine or a stage. */
  private final Object awaited;

  private final Function<Consumer<Supplier<T>>, Registration> register;
  private final Function<? super T, ? extends R> then;

  /** Used by the select alone. */
  private @Nullable Registration registration;

  /** Written once a wait by the thread that brings the end; cleared by the select. */
  private volatile @Nullable Supplier<? extends R> outcome;

  /** Written by the select, read by the thread that brings the end. */
  private volatile @Nullable Resumption<Supplier<? extends R>> listener;

  /**
   * @param register adds a consumer, which gets the end
   */
  EndCase(
      Object awaited,
      Function<Consumer<Supplier<T>>, Registration> register,
      Function<? super T, ? extends R> then) {
    this.awaited = awaited;
    this.register = register;
    this.then = then;
  }

  @Override
  void register() {
    registration = register.apply(this::settle);
  }

  private void settle(Supplier<T> end) {
    Supplier<? extends R> known = () -> then.apply(end.get());
    outcome = known;
    Resumption<Supplier<? extends R>> selected = listener;
    if (selected != null) {
      selected.resume(known);
    }
  }

  @Override
  @Nullable Supplier<? extends R> tryNow() {
    return outcome;
  }

  @Override
  @Nullable Supplier<? extends R> tryAlone() {
    register();
    Supplier<? extends R> known = outcome;
    leave(known);
    return known;
  }

  @Override
  void listen(Resumption<Supplier<? extends R>> selected) {
    listener = selected;
    Supplier<? extends R> known = outcome;
    if (known != null) {
      selected.resume(known);
    }
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // The very object.
  void leave(@Nullable Supplier<? extends R> chosen) {
    listener = null;
    Registration left = registration;
    registration = null;
    if (left != null && (chosen == null || chosen != outcome)) {
      left.remove();
    }
    outcome = null;
  }

  @Override
  Collection<?> holders() {
    return List.of(awaited);
  }

  @Override
  public String toString() {
    return awaited instanceof Coroutine<?> coroutine ? "the end of " + coroutine.name() : "a stage";
  }
}
