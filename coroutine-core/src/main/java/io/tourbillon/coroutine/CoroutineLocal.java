package io.tourbillon.coroutine;

import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value that a part of a coroutine, and all that it calls, can read without passing it along: the
 * id of a request, a user, a transaction. Coroutines that are spawned inside the part inherit it
 * for their whole life.
 *
 * <pre>{@code
 * static final CoroutineLocal<String> REQUEST = new CoroutineLocal<>("request");
 *
 * REQUEST.where(id, () -> handle(request));
 * ...
 * log("for " + REQUEST.get());
 * }</pre>
 *
 * <p>The value cannot be changed; an inner part can bind another one. So the values that children
 * see do not change later. This works alike on every engine, and without a {@link
 * CoroutineDecorator}, unlike thread-locals and {@link ScopedValue}, whose idea it follows. A read
 * takes some nanoseconds for each scope, limit and shield around the caller. Thread-safe.
 *
 * @param <T> the type of the value
 */
public final class CoroutineLocal<T extends @Nullable Object> {
  private final String name;

  /**
   * Creates a local that is not bound.
   *
   * @param name for error messages
   */
  public CoroutineLocal(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  /**
   * Runs a part of the calling coroutine with a value for this local. In another thread, such as
   * one that spawns coroutines or a test, the part and the coroutines that it spawns see the value
   * as well; its other threads do not.
   *
   * @return the value that the part returns
   * @throws X if the part throws it
   */
  public <R extends @Nullable Object, X extends Exception> R where(T value, Body<R, X> part)
      throws X {
    Objects.requireNonNull(part, "part");
    return Implementation.KERNEL.where(this, value, part);
  }

  /** Runs a part without a result, as {@link #where(Object, Body)} does. */
  public <X extends Exception> void where(T value, Block<X> part) throws X {
    where(value, Block.asBody(part));
  }

  /**
   * Returns the value that the caller sees.
   *
   * @throws NoSuchElementException if the local is not bound here
   */
  public T get() {
    Kernel.Binding binding = binding();
    if (binding == null) {
      throw new NoSuchElementException(name + " has no value here");
    }
    return valueOf(binding);
  }

  /** Returns the value that the caller sees, or another one if the local is not bound here. */
  public T orElse(T other) {
    Kernel.Binding binding = binding();
    return binding == null ? other : valueOf(binding);
  }

  /** Returns whether the local is bound here. */
  public boolean isBound() {
    return binding() != null;
  }

  private Kernel.@Nullable Binding binding() {
    return Implementation.KERNEL.binding(this);
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // Only where() makes bindings, and it binds a T.
  private T valueOf(Kernel.Binding binding) {
    return (T) binding.value();
  }

  @Override
  public String toString() {
    return name;
  }
}
