package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Awaited;
import io.tourbillon.coroutine.Coroutine;
import java.util.List;

/** The end of a coroutine, as others wait for it. */
record Joining(Coroutine<?> coroutine) implements Awaited {
  @Override
  public List<Coroutine<?>> holders() {
    return coroutine.state().isEnd() ? List.of() : List.of(coroutine);
  }

  @Override
  public String toString() {
    return "joining " + coroutine.name();
  }
}
