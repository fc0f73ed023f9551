package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A loop for coroutines that a race makes by itself. It ends with the JVM. */
final class IdleLoop {
  static final CoroutineScheduler SCHEDULER =
      CoroutineScheduler.builder().loops(1).engine(Engine.VIRTUAL_THREAD).build();

  static final CoroutineLoop LOOP = loop();

  private IdleLoop() {}

  private static CoroutineLoop loop() {
    Callable<@Nullable CoroutineLoop> body = CurrentLoop::get;
    return Objects.requireNonNull(SCHEDULER.spawn(body).join());
  }
}
