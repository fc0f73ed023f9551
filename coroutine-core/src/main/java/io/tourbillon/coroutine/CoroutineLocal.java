package io.tourbillon.coroutine;

import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something that a part of a coroutine, and all that it calls, finds without its being passed
 * along: a request's id, a user, a transaction. Coroutines that are spawned meanwhile inherit it,
 * for as long as they live.
 *
 * <pre>{@code
 * static final CoroutineLocal<String> REQUEST = new CoroutineLocal<>("request");
 *
 * REQUEST.where(id, Body.of(() -> handle(request)));
 * ...
 * log("for " + REQUEST.get());
 * }</pre>
 *
 * <p>It can not be changed, only be given another value for an inner part; so what children see
 * does not change behind their backs. The same on every engine, unlike thread-locals and {@link
 * ScopedValue}, the idea of which it follows. A look-up takes a few nanoseconds for each scope,
 * limit and shield around the caller. Thread-safe.
 *
 * @param <T> what it is
 */
public final class CoroutineLocal<T extends @Nullable Object> {
  private final String name;

  /**
   * One that has no value yet.
   *
   * @param name what errors call it
   */
  public CoroutineLocal(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  /**
   * Runs a part of the coroutine in which this has a value.
   *
   * @return what the part returns
   * @throws X what the part throws
   * @throws IllegalStateException outside a coroutine
   */
  public <R extends @Nullable Object, X extends Exception> R where(T value, Body<R, X> part)
      throws X {
    Objects.requireNonNull(part, "part");
    return CurrentLoop.requireCoroutine("CoroutineLocal.where").where(this, value, part);
  }

  /**
   * Its value here.
   *
   * @throws NoSuchElementException if it has none, as outside every coroutine
   */
  public T get() {
    LocalScope holder = holder();
    if (holder == null) {
      throw new NoSuchElementException(name + " has no value here");
    }
    return valueOf(holder);
  }

  /** Its value here, or another if it has none. */
  public T orElse(T other) {
    LocalScope holder = holder();
    return holder == null ? other : valueOf(holder);
  }

  /** Whether it has a value here. */
  public boolean isBound() {
    return holder() != null;
  }

  private @Nullable LocalScope holder() {
    CoroutineTask<?> coroutine = CurrentLoop.coroutine();
    return LocalScope.find(coroutine == null ? BlockingCall.scopeHere() : coroutine.scope(), this);
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // Only where() makes holders, and it holds a T.
  private T valueOf(LocalScope holder) {
    return (T) holder.value();
  }

  @Override
  public String toString() {
    return name;
  }
}
