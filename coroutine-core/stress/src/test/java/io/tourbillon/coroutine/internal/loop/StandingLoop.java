package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.internal.engine.Pause;
import io.tourbillon.coroutine.internal.engine.Strand;
import io.tourbillon.coroutine.internal.engine.VirtualThreadEngine;
import io.tourbillon.coroutine.internal.task.CoroutineLoop;
import io.tourbillon.coroutine.internal.task.CoroutineTask;
import io.tourbillon.coroutine.internal.task.TaskHost;
import io.tourbillon.coroutine.internal.traits.Traits;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.TickScale;
import java.lang.reflect.Field;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Loops without threads, and their coroutines, for races between a turn and the rescuer. */
final class StandingLoop {
  /** The scheduler to which they belong. It ends with the JVM. */
  private static final TaskHost HOST =
      (TaskHost) CoroutineScheduler.builder().loops(1).engine(Engine.VIRTUAL_THREAD).build();

  private static final Action BODY = () -> {};

  private StandingLoop() {}

  /** Returns a loop whose coroutines can move. */
  static CoroutineLoop newLoop() {
    Peer[] loops = new Peer[2];
    CoroutineLoop loop =
        new CoroutineLoop(
            HOST,
            0,
            new CoroutineLoop.Options(
                Clock.system(),
                new TickScale(System.nanoTime(), 1_000_000),
                TurnOrder::byArrival,
                0,
                false,
                VirtualThreadEngine::new,
                new WorkStealing("race", loops, () -> 1),
                0,
                null));
    Arrays.fill(loops, loop);
    return loop;
  }

  /** Returns a coroutine that has had a turn and may move. */
  static CoroutineTask<?> begun(CoroutineLoop loop, int number) {
    CoroutineTask<@Nullable Void> coroutine = new CoroutineTask<>(loop, number, null, BODY);
    try {
      Field strand = CoroutineTask.class.getDeclaredField("strand");
      strand.setAccessible(true);
      strand.set(coroutine, new Still());
    } catch (ReflectiveOperationException missing) {
      throw new IllegalStateException(missing);
    }
    return coroutine;
  }

  /** Returns a coroutine that has not begun and must stay. */
  static CoroutineTask<?> staying(CoroutineLoop loop, int number) {
    Traits traits = Traits.of(SpawnOptions.DEFAULT.here(), null);
    return new CoroutineTask<@Nullable Void>(loop, number, traits, BODY);
  }

  /** A stack that is never resumed. A suspension returns at once. */
  private static final class Still implements Strand {
    @Override
    public Pause resume() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void suspend() {}

    @Override
    public boolean isAlive() {
      return true;
    }

    @Override
    public @Nullable Thread thread() {
      return null;
    }
  }
}
