package io.tourbillon.bench.subject;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.Select;
import io.tourbillon.coroutine.sync.Mutex;
import io.tourbillon.coroutine.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;

/** Tourbillon's coroutines on one of its engines. */
final class OurPeer implements BlockingPeer {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final CoroutineScheduler scheduler;

  OurPeer(Engine engine, int loops) {
    scheduler = CoroutineScheduler.builder().engine(engine).loops(loops).build();
  }

  @Override
  public void start(Runnable body) {
    scheduler.spawn(() -> body.run());
  }

  private record ChannelPipe(Channel<Long> channel) implements Pipe {
    @Override
    public void send(long number) {
      channel.send(number);
    }

    @Override
    public long receive() {
      return channel.receive();
    }
  }

  @Override
  public Pipe pipe(int buffer) {
    return new ChannelPipe(buffer == 0 ? Channel.rendezvous() : Channel.buffered(buffer));
  }

  @Override
  public Source either(Pipe one, Pipe other) {
    Select<Long> select =
        Select.of(
            Select.onReceive(((ChannelPipe) one).channel, number -> number),
            Select.onReceive(((ChannelPipe) other).channel, number -> number));
    return select::await;
  }

  @Override
  public Guard mutex() {
    Mutex mutex = new Mutex();
    return new Guard() {
      @Override
      public void acquire() {
        mutex.lock();
      }

      @Override
      public void release() {
        mutex.unlock();
      }
    };
  }

  @Override
  public Guard semaphore(int permits) {
    Semaphore semaphore = new Semaphore(permits);
    return new Guard() {
      @Override
      public void acquire() {
        semaphore.acquire();
      }

      @Override
      public void release() {
        semaphore.release();
      }
    };
  }

  @Override
  public void yieldNow() {
    Coroutines.yieldNow();
  }

  @Override
  public long joinChild(long number) {
    return scheduler.spawn(() -> number + 1).join();
  }

  @Override
  public void withTimeout(Runnable body) {
    try {
      Coroutines.withTimeout(LIMIT, body::run);
    } catch (TimeoutException e) {
      throw new IllegalStateException("the body must end within a minute", e);
    }
  }

  @Override
  public void scope(Runnable one, Runnable other) {
    try (CoroutineScope scope = CoroutineScope.open()) {
      scope.spawn(() -> one.run());
      scope.spawn(() -> other.run());
      scope.join();
    }
  }

  @Override
  public void joinAll(int coroutines, IntConsumer body) {
    List<Coroutine<?>> all = new ArrayList<>();
    for (int coroutine = 0; coroutine < coroutines; coroutine++) {
      int number = coroutine;
      all.add(scheduler.spawn(() -> body.accept(number)));
    }
    Coroutine.awaitAll(all);
  }

  @Override
  public void close() {
    scheduler.close(Duration.ZERO);
  }
}
