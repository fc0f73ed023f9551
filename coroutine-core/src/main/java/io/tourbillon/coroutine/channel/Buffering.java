package io.tourbillon.coroutine.channel;

import io.tourbillon.timer.internal.IndependentThread;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Receives from a source ahead of the receiver, for {@code Source.buffer}. */
final class Buffering<T> implements Channel.Producer<T> {
  private final Source<T> source;

  private Buffering(Source<T> source) {
    this.source = source;
  }

  static <T> Source<T> start(Source<T> source, int capacity) {
    return Channel.<T>builder()
        .name("buffer of " + SourceView.label(source))
        .onUndelivered(value -> SourceView.undelivered(source, List.of(value)))
        .produce(capacity, new Buffering<>(source));
  }

  /** Ends with the source, or cancels it if nobody receives any more. */
  @Override
  public void run(Sink<T> out) {
    boolean ended = false;
    Function<T, @Nullable Void> sending =
        value -> {
          out.send(value);
          return null;
        };
    try {
      while (!ended) {
        switch (source.receiveResult()) {
          // A value that cannot be sent is undelivered.
          case Received.Value<T>(T value) -> SourceView.apply(source, value, sending);
          case Received.Closed<T>(Throwable cause) -> {
            ended = true;
            boolean _ = out.closeWith(cause);
          }
          case Received.Empty<T> _ -> {}
        }
      }
    } finally {
      if (!ended) {
        source.cancel();
      }
    }
  }

  /** Called by a loop if the coroutine was cancelled before its first turn. */
  void neverBegins() {
    // Not here: a cancel may run code of users.
    IndependentThread.virtual("tourbillon-buffer-cancel", source::cancel).start();
  }
}
