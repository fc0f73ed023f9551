package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;

/** Makes the driver thread of a service, and keeps it for the test. */
final class KeptThread implements ThreadFactory {
  private final AtomicReference<Thread> thread = new AtomicReference<>();

  @Override
  public Thread newThread(Runnable body) {
    thread.set(Thread.ofPlatform().daemon().unstarted(body));
    return thread.get();
  }

  /** The last thread that was made, or null. */
  Thread get() {
    return thread.get();
  }

  void awaitEnd() throws InterruptedException {
    assertTrue(thread.get().join(Duration.ofSeconds(10)), "the driver goes on");
  }
}
