package io.tourbillon.coroutine.internal.task;

import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A suspension that the end of a stage ends, and that leaves nothing behind if that comes late. */
final class StageWait<T extends @Nullable Object> extends ResumptionTask<T>
    implements BiConsumer<T, @Nullable Throwable> {
  private final CompletionStage<T> stage;
  private @Nullable Subscription<T> subscription;

  StageWait(CoroutineTask<?> coroutine, CompletionStage<T> stage) {
    super(coroutine, stage);
    this.stage = stage;
  }

  /** By the coroutine, as its registration. */
  void begin() {
    onCancel(this::leave);
    subscription = Subscription.listen(stage, this);
  }

  private void leave() {
    Subscription<T> own = subscription;
    if (own != null) {
      own.leave(stage);
    }
  }

  @Override
  public void accept(T value, @Nullable Throwable failure) {
    if (failure == null) {
      resume(value);
    } else {
      failAsJoinDoes(failure);
    }
  }
}
