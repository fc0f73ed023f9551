package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.channel.Channel;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What blocking calls throw when a timeout or a cancellation interrupts them. */
class InterruptedCallTest {
  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  /** Calls that do not end by themselves. Each has a different way to report an interrupt. */
  enum Call {
    LATCH {
      @Override
      void make() throws Exception {
        new CountDownLatch(1).await();
      }
    },
    CHANNEL {
      @Override
      void make() {
        Channel.<String>rendezvous().receive();
      }
    },
    STREAM {
      @Override
      void make() throws IOException {
        try (PipedInputStream in = new PipedInputStream();
            PipedOutputStream _ = new PipedOutputStream(in)) {
          int _ = in.read();
        }
      }
    },
    PIPE {
      @Override
      void make() throws IOException {
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel source = pipe.source();
            Pipe.SinkChannel _ = pipe.sink()) {
          int _ = source.read(ByteBuffer.allocate(1));
        }
      }
    },
    CHANNEL_USED_AGAIN {
      @Override
      void make() throws IOException {
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel source = pipe.source();
            Pipe.SinkChannel _ = pipe.sink()) {
          int _ = source.read(ByteBuffer.allocate(1));
        } finally {
          int _ = pipe.source().read(ByteBuffer.allocate(1));
        }
      }
    },
    WRAPPED_AS_UNCHECKED {
      @Override
      void make() {
        try {
          STREAM.make();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        } catch (Exception impossible) {
          throw new AssertionError(impossible);
        }
      }
    },
    WRAPPED_TWICE {
      @Override
      void make() throws IOException {
        try {
          LATCH.make();
        } catch (Exception e) {
          throw new IOException(new CompletionException(e));
        }
      }
    },
    STATUS_RESTORED {
      @Override
      void make() {
        try {
          LATCH.make();
        } catch (Exception e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted", e);
        }
      }
    };

    abstract void make() throws Exception;

    boolean make(CountDownLatch begun) throws Exception {
      begun.countDown();
      make();
      return true;
    }
  }

  @ParameterizedTest
  @EnumSource
  void blocking_beyondALimit_isATimeout(Call call) throws Exception {
    TimeoutException timeout =
        scheduler
            .spawn(
                () ->
                    assertThrows(
                        TimeoutException.class,
                        () ->
                            Coroutines.withTimeout(
                                Duration.ofMillis(20),
                                () -> Coroutines.blocking(() -> call.make(new CountDownLatch(1))))))
            .join(PATIENCE);
    assertInstanceOf(CoroutineCancelledException.class, timeout.getCause());
  }

  @ParameterizedTest
  @EnumSource
  void blocking_cancelled_endsAsCancelled(Call call) throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Coroutine<Boolean> coroutine =
        scheduler.spawn(() -> Coroutines.blocking(() -> call.make(begun)));
    begun.await();
    coroutine.cancel();
    assertCancelled(() -> coroutine.join(PATIENCE));
    assertEquals(State.CANCELLED, coroutine.state());
  }

  /** In a coroutine, a channel suspends, so it is not one of the blocking calls. */
  @ParameterizedTest
  @EnumSource
  @Tag("virtual-thread")
  void callOfACoroutine_beyondALimit_isATimeout(Call call) throws Exception {
    scheduler
        .spawn(
            () -> {
              assertThrows(
                  TimeoutException.class,
                  () ->
                      Coroutines.withTimeout(
                          Duration.ofMillis(20), () -> call.make(new CountDownLatch(1))));
              Thread.sleep(1); // Must not find an interrupt.
              return true;
            })
        .join(PATIENCE);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("virtual-thread")
  void callOfACoroutine_cancelled_endsAsCancelled(Call call) throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Coroutine<Boolean> coroutine = scheduler.spawn(() -> call.make(begun));
    begun.await();
    coroutine.cancel();
    assertCancelled(() -> coroutine.join(PATIENCE));
    assertEquals(State.CANCELLED, coroutine.state());
  }

  @Test
  void blocking_thatFailsForAnotherReason_throwsThat() throws Exception {
    for (Exception failure :
        new Exception[] {
          new IOException("broken"),
          new SocketTimeoutException("a limit of its own"),
          new IllegalStateException(new SocketTimeoutException("a limit of its own")),
          circle()
        }) {
      CountDownLatch begun = new CountDownLatch(1);
      Coroutine<Exception> coroutine =
          scheduler.spawn(
              () ->
                  assertThrows(
                      failure.getClass(),
                      () -> Coroutines.blocking(() -> failWhenInterrupted(begun, failure))));
      begun.await();
      coroutine.cancel();
      assertEquals(failure, coroutine.join(PATIENCE));
    }
  }

  /** Is interrupted, but throws an exception about something else. */
  private static boolean failWhenInterrupted(CountDownLatch begun, Exception failure)
      throws Exception {
    try {
      return Call.LATCH.make(begun);
    } catch (InterruptedException e) {
      throw failure;
    }
  }

  private static Exception circle() {
    Exception one = new IOException("one");
    Exception other = new IllegalStateException("other", one);
    one.initCause(other);
    return other;
  }

  /** An interrupt of the call itself is not mistaken for one of ours. */
  @Test
  void blocking_thatThrowsAnInterruptOfItsOwn_throwsThat() throws Exception {
    Coroutine<InterruptedIOException> coroutine =
        scheduler.spawn(
            () ->
                assertThrows(
                    InterruptedIOException.class,
                    () ->
                        Coroutines.withTimeout(
                            PATIENCE,
                            () ->
                                Coroutines.blocking(
                                    () -> {
                                      throw new InterruptedIOException("its own");
                                    }))));
    assertEquals("its own", coroutine.join(PATIENCE).getMessage());
  }

  @Test
  void blocking_afterOneThatWasInterrupted_isNotInterrupted() throws Exception {
    Coroutine<Boolean> coroutine =
        scheduler.spawn(
            () -> {
              for (Call call : Call.values()) {
                assertThrows(
                    TimeoutException.class,
                    () ->
                        Coroutines.withTimeout(
                            Duration.ofMillis(5),
                            () -> Coroutines.blocking(() -> call.make(new CountDownLatch(1)))));
                assertTrue(
                    Coroutines.blocking(
                        () -> {
                          Thread.sleep(1);
                          return true;
                        }));
              }
              return true;
            });
    assertTrue(coroutine.join(PATIENCE));
  }
}
