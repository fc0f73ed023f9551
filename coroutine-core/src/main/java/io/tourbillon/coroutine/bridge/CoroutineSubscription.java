package io.tourbillon.coroutine.bridge;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.timer.internal.StackReserve;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber and the coroutine that serves it. Only that coroutine calls the subscriber, so the
 * calls are serial (rule 1.3). The calls of the subscriber, by whatever thread, only change the
 * demand or cancel the coroutine, so they are quick and never recursive (rules 3.3 and 3.4).
 */
final class CoroutineSubscription<T> implements Subscription, Emitter<T>, Action {
  private final Producer<T> producer;

  // Guarded by this. Nobody waits and no user code runs under that lock.

  /** Null after its end, when it must not be called any more (rule 3.13). */
  private @Nullable Subscriber<? super T> subscriber;

  private @Nullable Coroutine<?> coroutine;
  private boolean begun;
  private long demand;
  private @Nullable Resumption<@Nullable Void> waiting;

  /** True if the subscriber wants no more values, or has thrown. */
  private boolean cancelled;

  private @Nullable IllegalArgumentException badRequest;

  /** Emits the values; runs once for each subscription. */
  interface Producer<T> {
    void run(CoroutineSubscription<T> out) throws Exception;
  }

  CoroutineSubscription(Subscriber<? super T> subscriber, Producer<T> producer) {
    this.subscriber = subscriber;
    this.producer = producer;
  }

  void start(CoroutineScheduler scheduler) {
    Runnable refuseIfNotBegun = this::refuseIfNotBegun;
    StackReserve.require();
    Coroutine<?> spawned = scheduler.spawn(SpawnOptions.named("publisher"), this);
    boolean watched = false;
    try {
      Suspension.whenEnded(spawned, refuseIfNotBegun);
      watched = true;
    } finally {
      if (!watched) {
        spawned.cancel("its subscriber could not be told of its end");
      }
    }
  }

  // Called by the subscriber, on whatever thread.

  @Override
  public void request(long count) {
    Resumption<@Nullable Void> woken;
    synchronized (this) {
      if (subscriber == null || cancelled || badRequest != null) {
        return;
      }
      if (count <= 0) {
        badRequest =
            new IllegalArgumentException(
                "the number of requested values must be positive, rule 3.9: " + count);
      } else {
        demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
      }
      woken = waiting;
      waiting = null;
    }
    if (count <= 0) {
      stop("it was asked for " + count + " values");
    } else if (woken != null) {
      woken.resume(null);
    }
  }

  @Override
  public void cancel() {
    synchronized (this) {
      cancelled = true;
    }
    stop("its subscription was cancelled");
  }

  private void stop(String reason) {
    Coroutine<?> running;
    synchronized (this) {
      running = coroutine;
    }
    if (running != null) {
      running.cancel(reason);
    }
  }

  // Called by the coroutine.

  @Override
  public void run() throws Exception {
    Subscriber<? super T> served;
    synchronized (this) {
      begun = true;
      coroutine = Coroutines.current();
      served = Objects.requireNonNull(subscriber);
    }
    served.onSubscribe(this);
    try {
      producer.run(this);
    } catch (Throwable thrown) {
      finish(thrown);
      return;
    }
    finish(null);
  }

  private void finish(@Nullable Throwable thrown) throws Exception {
    Subscriber<? super T> told;
    boolean silent;
    IllegalArgumentException bad;
    synchronized (this) {
      told = Objects.requireNonNull(subscriber);
      subscriber = null;
      silent = cancelled;
      bad = badRequest;
    }
    if (!silent) {
      if (bad != null) {
        told.onError(bad);
      } else if (thrown != null) {
        told.onError(thrown);
      } else {
        told.onComplete();
      }
    }
    if (thrown instanceof CoroutineCancelledException isCancelled) {
      throw isCancelled;
    }
    if (silent && thrown != null) {
      throw asException(thrown); // The subscriber is not told.
    }
  }

  private static Exception asException(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return (Exception) thrown;
  }

  @Override
  public void emit(T value) {
    Objects.requireNonNull(value, "value");
    synchronized (this) {
      if (coroutine == null || !coroutine.equals(Suspension.caller())) {
        throw new IllegalStateException(
            "only the coroutine of the subscription itself may emit, not " + Suspension.caller());
      }
    }
    Coroutines.checkpoint();
    awaitDemand();
    deliver(value);
  }

  /** Waits until the subscriber wants a value. */
  void awaitDemand() {
    Suspension.checkCancelled();
    if (!hasDemand()) {
      Suspension.<@Nullable Void>await("the demand of a subscriber", this::resumeAtDemand);
    }
  }

  private synchronized boolean hasDemand() {
    return demand > 0;
  }

  private synchronized void resumeAtDemand(Resumption<@Nullable Void> wanted) {
    if (demand > 0) {
      wanted.resume(null);
    } else {
      waiting = wanted;
      wanted.onCancel(this::stopWaiting);
    }
  }

  private synchronized void stopWaiting() {
    waiting = null;
  }

  /** Gives the subscriber a value that it wants, or wanted before it cancelled. */
  void deliver(T value) {
    Subscriber<? super T> served;
    synchronized (this) {
      served = Objects.requireNonNull(subscriber);
      if (demand < Long.MAX_VALUE) {
        demand--;
      }
    }
    boolean taken = false;
    try {
      served.onNext(value);
      taken = true;
    } finally {
      if (!taken) {
        breakOff();
      }
    }
  }

  /** The subscriber has thrown, so it is not called any more (rule 2.13). */
  private synchronized void breakOff() {
    cancelled = true;
  }

  /** Runs on the loop when the coroutine has ended. Has an effect only if that never began. */
  private void refuseIfNotBegun() {
    Subscriber<? super T> refused;
    synchronized (this) {
      refused = begun ? null : subscriber;
      subscriber = null;
    }
    if (refused != null) {
      refuse(refused, new CancellationException("the scheduler was closed before it could begin"));
    }
  }

  /** Tells a subscriber that there will be no values, as rule 1.9 wants it. */
  static void refuse(Subscriber<?> subscriber, Throwable reason) {
    subscriber.onSubscribe(
        new Subscription() {
          @Override
          public void request(long count) {}

          @Override
          public void cancel() {}
        });
    subscriber.onError(reason);
  }
}
