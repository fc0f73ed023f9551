package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Interrupting a call on a channel closes the channel, which is user code and may block. */
class SlowToCloseTest {
  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  /** A channel without data, whose read ends when the close has ended. */
  private static class SlowChannel extends AbstractInterruptibleChannel {
    final CountDownLatch reading = new CountDownLatch(1);
    final CountDownLatch closing = new CountDownLatch(1);
    final CountDownLatch mayClose = new CountDownLatch(1);
    final CountDownLatch readEnds = new CountDownLatch(1);

    int read() throws IOException {
      boolean done = false;
      try {
        begin();
        reading.countDown();
        awaitUninterruptibly(readEnds);
        done = true;
      } finally {
        end(done);
      }
      return -1;
    }

    @Override
    protected void implCloseChannel() {
      closing.countDown();
      awaitUninterruptibly(mayClose);
      readEnds.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void assertLoopGoesOn() throws Exception {
    assertEquals(42, scheduler.spawn(() -> 42).join(PATIENCE));
  }

  private void cancelled_doesNotHoldUpTheLoop(SlowChannel channel, Callable<Integer> read)
      throws Exception {
    Coroutine<Integer> reader = scheduler.spawn(read);
    channel.reading.await();
    reader.cancel();
    assertTrue(channel.closing.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    assertLoopGoesOn();
    channel.mayClose.countDown();
    assertCancelled(() -> reader.join(PATIENCE));
    assertEquals(State.CANCELLED, reader.state());
  }

  @Test
  void blocking_ofAChannelThatIsSlowToClose_doesNotHoldUpTheLoop() throws Exception {
    SlowChannel channel = new SlowChannel();
    cancelled_doesNotHoldUpTheLoop(channel, () -> Coroutines.blocking(channel::read));
  }

  @Test
  @Tag("virtual-thread")
  void call_ofAChannelThatIsSlowToClose_doesNotHoldUpTheLoop() throws Exception {
    SlowChannel channel = new SlowChannel();
    cancelled_doesNotHoldUpTheLoop(channel, channel::read);
  }

  private void cancelled_whileALockIsHeldThatTheCloseNeeds(
      ReentrantLock lock, SlowChannel channel, Callable<Integer> read) throws Exception {
    channel.mayClose.countDown();
    CountDownLatch held = new CountDownLatch(1);
    Coroutine<Boolean> holder =
        scheduler.spawn(
            () -> {
              lock.lock();
              try {
                held.countDown();
                Coroutines.suspend(_ -> {});
                return false;
              } catch (CancellationException released) {
                return true;
              } finally {
                lock.unlock();
              }
            });
    held.await();
    Coroutine<Integer> reader = scheduler.spawn(read);
    channel.reading.await();
    reader.cancel();
    assertTrue(channel.closing.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    assertLoopGoesOn();
    holder.cancel();
    assertTrue(holder.join(PATIENCE));
    assertCancelled(() -> reader.join(PATIENCE));
  }

  @Test
  void blocking_ofAChannelWhoseCloseNeedsALockOfACoroutine_isCancelled() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    SlowChannel channel = lockingChannel(lock);
    cancelled_whileALockIsHeldThatTheCloseNeeds(
        lock, channel, () -> Coroutines.blocking(channel::read));
  }

  @Test
  @Tag("virtual-thread")
  void call_ofAChannelWhoseCloseNeedsALockOfACoroutine_isCancelled() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    SlowChannel channel = lockingChannel(lock);
    cancelled_whileALockIsHeldThatTheCloseNeeds(lock, channel, channel::read);
  }

  private static SlowChannel lockingChannel(ReentrantLock lock) {
    return new SlowChannel() {
      @Override
      protected void implCloseChannel() {
        closing.countDown();
        lock.lock();
        try {
          super.implCloseChannel();
        } finally {
          lock.unlock();
        }
      }
    };
  }

  /** A selector that selects nothing, and is slow to wake up. */
  private static final class SlowSelector extends AbstractSelector {
    final CountDownLatch waking = new CountDownLatch(1);
    final CountDownLatch mayWake = new CountDownLatch(1);

    SlowSelector() {
      super(SelectorProvider.provider());
    }

    @Override
    public int select() {
      try {
        begin();
        awaitUninterruptibly(waking);
        return 0;
      } finally {
        end();
      }
    }

    @Override
    public Selector wakeup() {
      waking.countDown();
      awaitUninterruptibly(mayWake);
      return this;
    }

    @Override
    public int select(long timeout) {
      return select();
    }

    @Override
    public int selectNow() {
      return 0;
    }

    @Override
    public Set<SelectionKey> keys() {
      return Set.of();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
      return Set.of();
    }

    @Override
    protected void implCloseSelector() {
      waking.countDown();
    }

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attached) {
      throw new UnsupportedOperationException();
    }
  }

  /** Otherwise the interrupt would reach code after the timeout. */
  @Test
  @Tag("virtual-thread")
  void limit_leftWhileTheInterruptIsBeingDelivered_waitsForThat() throws Exception {
    SlowSelector selector = new SlowSelector();
    Coroutine<Boolean> waiter =
        scheduler.spawn(
            () -> {
              int selected = Coroutines.withTimeout(Duration.ofMillis(10), () -> selector.select());
              assertEquals(0, selected);
              assertFalse(Thread.currentThread().isInterrupted());
              return true;
            });
    assertTrue(selector.waking.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    Optional<String> delivery = Optional.of("an interrupt that is being delivered");
    while (!waiter.waitsFor().equals(delivery)) {
      assertFalse(waiter.state().isEnd());
      Thread.sleep(1);
    }
    waiter.cancel("a cancellation does not end that wait");
    assertLoopGoesOn();
    long before = switches();
    Thread.sleep(20);
    assertTrue(switches() - before < 10, "it must not spin");
    assertEquals(delivery, waiter.waitsFor());
    selector.mayWake.countDown();
    assertTrue(waiter.join(PATIENCE));
  }

  private long switches() {
    return scheduler.stats().loops().getFirst().switches();
  }

  /** Data and the timeout come at the same time, in all orders. */
  @Test
  @Tag("virtual-thread")
  void limit_thatIsOverWhenTheCallEnds_leavesNoInterrupt() throws Exception {
    Coroutine<Integer> reader =
        scheduler.spawn(
            () -> {
              int timeouts = 0;
              for (int trial = 0; trial < 200; trial++) {
                Pipe pipe = Pipe.open();
                try (Pipe.SourceChannel source = pipe.source();
                    Pipe.SinkChannel sink = pipe.sink()) {
                  Coroutine<?> writer =
                      Coroutines.scheduler()
                          .spawn(
                              () -> {
                                Coroutines.delay(Duration.ofMillis(1));
                                try {
                                  sink.write(ByteBuffer.allocate(1));
                                } catch (IOException readerHasClosed) {
                                  // The timeout came first.
                                }
                              });
                  try {
                    Coroutines.withTimeout(
                        Duration.ofMillis(1), () -> source.read(ByteBuffer.allocate(1)));
                  } catch (TimeoutException e) {
                    timeouts++;
                  }
                  assertFalse(Thread.currentThread().isInterrupted());
                  Coroutine.awaitAll(List.of(writer));
                  Coroutines.yieldNow();
                  assertFalse(Thread.currentThread().isInterrupted());
                }
              }
              return timeouts;
            });
    assertTrue(reader.join(PATIENCE) >= 0);
  }
}
