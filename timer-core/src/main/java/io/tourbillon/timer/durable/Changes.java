package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.store.Change;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.TimerKey;
import io.tourbillon.timer.internal.writer.GroupWriter;
import io.tourbillon.timer.internal.writer.Request;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The changes of callers, and their futures. Thread-safe. */
final class Changes {
  /**
   * No process has a horizon as far away as this, so that its owner need not be told of a timer:
   * the longest window is a day.
   */
  private static final long NOTICED_MICROS = TimeUnit.HOURS.toMicros(26);

  private static final int MOST_CANCELLED_AT_ONCE = 1_000;

  private final NearTimers near;
  private final Ownership ownership;
  private final Elsewhere elsewhere;
  private final Keeper keeper;
  private final GroupWriter writer;
  private final Counts counts;

  Changes(
      NearTimers near,
      Ownership ownership,
      Elsewhere elsewhere,
      Keeper keeper,
      GroupWriter writer,
      Counts counts) {
    this.near = near;
    this.ownership = ownership;
    this.elsewhere = elsewhere;
    this.keeper = keeper;
    this.writer = writer;
    this.counts = counts;
  }

  /** A new timer, in the shard of a process that has its handler if there is one. */
  Row rowOf(TimerKey key, long dueMicros, byte[] payload) {
    if (!ownership.isServed(key.handler())) {
      elsewhere.report(key);
    }
    long version = ThreadLocalRandom.current().nextLong();
    return new Row(key, ownership.shardFor(key.handler()), dueMicros, version, payload.length);
  }

  CompletableFuture<Void> schedule(TimerKey key, long dueMicros, byte[] payload) {
    Row row = rowOf(key, dueMicros, payload);
    boolean noticed =
        !ownership.surelyOwns(row.shard()) && dueMicros < near.nowMicros() + NOTICED_MICROS;
    Scheduling scheduling = new Scheduling(new Change.Put(row, payload, noticed));
    writer.submit(scheduling);
    return scheduling.done;
  }

  CompletableFuture<Boolean> cancel(TimerKey key) {
    Cancelling cancelling = new Cancelling(key);
    writer.submit(cancelling);
    return cancelling.done;
  }

  /** Cancels all timers of a handler whose keys begin with a prefix, on a thread of its own. */
  CompletableFuture<Long> cancelAll(String handler, String keyPrefix, Questions questions) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    Runnable cancelling =
        () -> {
          try {
            done.complete(cancelEach(handler, keyPrefix, questions));
          } catch (CompletionException failed) {
            done.completeExceptionally(Objects.requireNonNull(failed.getCause()));
          } catch (Throwable failure) {
            done.completeExceptionally(failure);
          }
        };
    IndependentThread.virtual("tourbillon-durable-cancel", cancelling).start();
    return done;
  }

  private long cancelEach(String handler, String keyPrefix, Questions questions)
      throws InterruptedException {
    long cancelled = 0;
    String after = "";
    while (true) {
      List<String> page = questions.keys(handler, keyPrefix, after, MOST_CANCELLED_AT_ONCE);
      List<CompletableFuture<Boolean>> cancels = new ArrayList<>();
      for (String key : page) {
        cancels.add(cancelPatiently(new TimerKey(handler, key)));
      }
      for (CompletableFuture<Boolean> cancel : cancels) {
        cancelled += cancel.join() ? 1 : 0;
      }
      if (page.size() < MOST_CANCELLED_AT_ONCE) {
        return cancelled;
      }
      after = page.getLast();
    }
  }

  /** Cancels as {@link #cancel}, but waits for room. */
  private CompletableFuture<Boolean> cancelPatiently(TimerKey key) throws InterruptedException {
    Cancelling cancelling = new Cancelling(key);
    writer.submitPatiently(cancelling);
    return cancelling.done;
  }

  /** A change whose caller has a future. */
  private abstract static class Told<T> extends Request {
    final CompletableFuture<T> done = new CompletableFuture<>();

    /** Written by the writer before it starts the thread that tells. */
    private @Nullable SQLException failure;

    Told(Change change) {
      super(change);
    }

    abstract T result();

    @Override
    protected boolean failed(SQLException cause) {
      failure = cause;
      return true;
    }

    @Override
    protected boolean isAwaited() {
      return true;
    }

    /** Nothing else would ever complete the future, so this waits for memory. */
    @Override
    protected void tell() {
      for (int attempt = 1; ; attempt++) {
        try {
          complete();
          return;
        } catch (OutOfMemoryError full) {
          MemoryReserve.pauseUnlessLast(full, attempt);
        }
      }
    }

    private void complete() {
      SQLException cause = failure;
      if (cause == null) {
        done.complete(result());
      } else {
        done.completeExceptionally(
            new DurableTimersException(
                "the change of "
                    + change().key()
                    + " may not have been made: "
                    + cause.getMessage(),
                cause));
      }
    }
  }

  private final class Scheduling extends Told<Void> {
    private final Change.Put put;

    Scheduling(Change.Put put) {
      super(put);
      this.put = put;
    }

    @Override
    protected void committed(boolean found, long sinceNanos) {
      counts.scheduled.increment();
      Row row = put.row();
      if (!near.written(row, sinceNanos)) {
        keeper.lookUp(row.key());
      }
      if (!put.noticed() && !ownership.surelyOwns(row.shard())) {
        keeper.leaveNotice(row);
      }
    }

    @Override
    protected void committedAsReplaced() {
      counts.scheduled.increment();
    }

    @Override
    @SuppressWarnings(
        "NullAway") // Void has no other value, and users get a CompletableFuture<Void>.
    Void result() {
      return null;
    }
  }

  private final class Cancelling extends Told<Boolean> {
    /** Written by the writer before it starts the thread that tells. */
    private boolean cancelled;

    Cancelling(TimerKey key) {
      super(new Change.Cancel(key));
    }

    @Override
    protected void committed(boolean found, long sinceNanos) {
      cancelled = found;
      if (found) {
        counts.cancelled.increment();
      }
      if (!near.removed(change().key(), sinceNanos)) {
        keeper.lookUp(change().key());
      }
    }

    @Override
    Boolean result() {
      return cancelled;
    }
  }
}
