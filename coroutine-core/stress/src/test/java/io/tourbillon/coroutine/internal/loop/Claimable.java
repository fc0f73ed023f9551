package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.Strand;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A task of a race that loops claim and let go. It never has a turn. */
final class Claimable extends LoopTask {
  private final AtomicBoolean unclaimed = new AtomicBoolean(true);

  @Override
  public boolean isUnclaimed() {
    return unclaimed.get();
  }

  @Override
  public boolean claim() {
    return unclaimed.compareAndSet(true, false);
  }

  void letGo() {
    unclaimed.set(true);
  }

  @Override
  public long number() {
    return 1;
  }

  @Override
  public boolean mayMove() {
    return true;
  }

  @Override
  public @Nullable Strand strand() {
    return null;
  }

  @Override
  public String name() {
    return "claimable";
  }

  @Override
  public @Nullable Object group() {
    return null;
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public long strikeNanos() {
    return LoopWheel.NEVER;
  }

  // Not called.

  @Override
  public EventLoop loop() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean takeTurn(EventLoop by) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Thread.Builder.OfVirtual named(Thread.Builder.OfVirtual builder) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void runBlocked() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void run() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void expired() {
    throw new UnsupportedOperationException();
  }
}
