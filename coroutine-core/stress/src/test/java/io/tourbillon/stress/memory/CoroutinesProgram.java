package io.tourbillon.stress.memory;

import static io.tourbillon.stress.memory.Patience.again;
import static io.tourbillon.stress.memory.Patience.awaitUntil;
import static io.tourbillon.stress.memory.Patience.repeat;
import static io.tourbillon.stress.memory.Patience.requireNone;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineGroup;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineStats;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.LoopStats;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.SchedulingPolicy;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.ChannelClosedException;
import io.tourbillon.coroutine.channel.Received;
import io.tourbillon.coroutine.channel.Select;
import io.tourbillon.coroutine.sync.Mutex;
import io.tourbillon.coroutine.sync.Semaphore;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Coroutines that sleep, talk, lock, time out, are cancelled and fail. An operation that runs out
 * of memory has changed nothing, so its caller repeats it, once for each error. What has no caller
 * to repeat it, such as a wake-up, must not be lost.
 */
public final class CoroutinesProgram implements SweptProgram {
  private static final Duration MILLI = Duration.ofMillis(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int VALUES = 8;
  private static final int WORKERS = 3;

  /** More than a line or a map has room for at first. */
  private static final int MANY = 20;

  private final Engine engine;
  private final VirtualClock clock = new VirtualClock();
  private final List<Piece> pieces = new ArrayList<>();
  private final ConcurrentLinkedQueue<Integer> received = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Throwable> unseen = new ConcurrentLinkedQueue<>();
  private final AtomicInteger inMutex = new AtomicInteger();
  private final AtomicInteger mostInMutex = new AtomicInteger();
  private final AtomicInteger children = new AtomicInteger();
  private @Nullable CoroutineScheduler scheduler;

  /** Whether each piece has a group of its own, which take turns. */
  private final boolean grouped;

  /**
   * @param kind an engine, with {@code GROUPS} after it if groups take turns
   */
  public CoroutinesProgram(String kind) {
    String[] words = kind.split(" ", -1);
    engine = Engine.valueOf(words[0]);
    grouped = words.length > 1;
  }

  /** A coroutine of the program. */
  private static final class Piece {
    private final String name;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private @Nullable Coroutine<?> coroutine;
    private boolean cancelled;

    Piece(String name) {
      this.name = name;
    }

    private String fault() {
      Coroutine<?> accepted = coroutine;
      if (accepted == null) {
        return begun.get() == 0 ? "" : name + " was refused, and has begun";
      }
      if (!accepted.state().isEnd()) {
        return name + " has not ended: " + accepted.state() + ", " + accepted.waitsFor();
      }
      if (begun.get() != ended.get() || begun.get() > 1 || (begun.get() == 0 && !cancelled)) {
        return name + " has begun " + begun + " times and ended " + ended + " times";
      }
      return "";
    }
  }

  /** Makes what is no operation of a scheduler. */
  private static <T> T unfailing(Supplier<T> maker) {
    Object paused = Allocations.pause();
    T made = maker.get();
    Allocations.resume(paused);
    return made;
  }

  private CoroutineScheduler coroutines() {
    if (scheduler == null) {
      throw new IllegalStateException("prepare comes first");
    }
    return scheduler;
  }

  @Override
  public void prepare() {
    clock.autoAdvance(true);
    scheduler =
        CoroutineScheduler.builder()
            .engine(engine)
            .loops(1)
            .clock(clock)
            .watchdog(Duration.ZERO)
            .policy(grouped ? SchedulingPolicy.roundRobin() : SchedulingPolicy.fifo())
            .realTimeWaitHandler(_ -> {})
            .recordStats()
            .exceptionHandler((_, failure) -> unseen.add(failure))
            .build();
  }

  private Piece spawn(String name, Action body) {
    Piece piece = new Piece(name);
    pieces.add(piece);
    SpawnOptions options =
        unfailing(
            () ->
                grouped
                    ? SpawnOptions.DEFAULT.inGroup(CoroutineGroup.named(name + pieces.size()))
                    : SpawnOptions.DEFAULT);
    try {
      piece.coroutine =
          coroutines()
              .spawn(
                  options,
                  () -> {
                    piece.begun.incrementAndGet();
                    try {
                      body.run();
                    } finally {
                      piece.ended.incrementAndGet();
                    }
                  });
    } catch (OutOfMemoryError refused) {
      Thread.onSpinWait();
    }
    return piece;
  }

  @Override
  public void operate() throws Exception {
    talk();
    hoard();
    lock();
    select();
    Piece sleeper = spawn("sleeper", () -> repeat(() -> Coroutines.delay(HOUR)));
    Piece never = spawn("cancelled at once", () -> repeat(() -> Coroutines.delay(HOUR)));
    cancel(never);
    spawn("scope", this::scope);
    spawn("timeout", CoroutinesProgram::timeout);
    suspend();
    await();
    spawn("blocking", () -> repeat(() -> Coroutines.blocking(() -> Thread.onSpinWait())));
    spawn("shield", () -> repeat(() -> Coroutines.shield(HOUR, () -> Coroutines.delay(MILLI))));
    fail();
    cancel(sleeper);
    awaitEnds();
  }

  private static void cancel(Piece piece) throws Exception {
    Coroutine<?> coroutine = piece.coroutine;
    if (coroutine != null) {
      piece.cancelled = true;
      repeat(coroutine::cancel);
    }
  }

  private void talk() {
    Channel<Integer> channel = unfailing(() -> Channel.buffered(2));
    Piece producer =
        spawn(
            "producer",
            () -> {
              try {
                for (int value = 0; value < VALUES; value++) {
                  int next = value;
                  repeat(() -> channel.send(next));
                }
                repeat(channel::close);
              } catch (ChannelClosedException noConsumer) {
                Thread.onSpinWait();
              }
            });
    Piece consumer =
        spawn(
            "consumer",
            () -> {
              while (again(channel::receiveResult)
                  instanceof Received.Value<Integer>(Integer got)) {
                received.add(got);
                repeat(() -> Coroutines.delay(MILLI));
              }
            });
    if (consumer.coroutine == null) {
      end(channel::cancel);
    }
    if (producer.coroutine == null) {
      end(channel::close);
    }
  }

  /** The buffer and the line of those that are ready grow. */
  private void hoard() {
    Channel<Integer> channel = unfailing(() -> Channel.buffered(MANY));
    AtomicInteger next = new AtomicInteger();
    Piece hoarder =
        spawn(
            "hoarder",
            () -> {
              while (next.get() < MANY) {
                repeat(() -> channel.send(next.get()));
                next.incrementAndGet();
              }
              for (int number = 0; number < MANY; number++) {
                int value = again(channel::receive);
                if (value != number) {
                  throw new AssertionError("received " + value + " in the place of " + number);
                }
              }
            });
    for (int number = 0; number < MANY && hoarder.coroutine != null; number++) {
      spawn("one of many", () -> repeat(Coroutines::yieldNow));
    }
  }

  /** One value is received by a select, one within a limit, and one is sent by a select. */
  private void select() {
    Channel<Integer> channel = unfailing(Channel::rendezvous);
    Channel<Integer> other = unfailing(Channel::rendezvous);
    AtomicInteger sum = new AtomicInteger();
    Piece sender =
        spawn(
            "select sends",
            () -> {
              try {
                repeat(() -> channel.send(1));
                repeat(() -> channel.send(2));
                repeat(
                    () ->
                        Select.select(
                            Select.onSend(channel, 4, () -> 0),
                            Select.onReceive(other, value -> value)));
              } catch (ChannelClosedException noReceiver) {
                Thread.onSpinWait();
              }
            });
    Piece receiver =
        spawn(
            "select receives",
            () -> {
              try {
                sum.addAndGet(
                    again(
                        () ->
                            Select.select(
                                Select.onReceive(channel, value -> value),
                                Select.onReceive(other, value -> 100))));
                sum.addAndGet(again(() -> channel.receive(HOUR)));
                sum.addAndGet(again(channel::receive));
                if (sum.get() != 7) {
                  throw new AssertionError("received " + sum);
                }
              } catch (ChannelClosedException noSender) {
                Thread.onSpinWait();
              }
            });
    if (sender.coroutine == null || receiver.coroutine == null) {
      end(channel::cancel);
    }
  }

  /** Ends a channel one of whose sides was refused. */
  private static void end(Runnable operation) {
    Boolean _ =
        unfailing(
            () -> {
              operation.run();
              return true;
            });
  }

  private void lock() {
    Mutex mutex = unfailing(Mutex::new);
    Semaphore semaphore = unfailing(() -> new Semaphore(2));
    for (int worker = 0; worker < WORKERS; worker++) {
      spawn(
          "worker " + worker,
          () -> {
            for (int turn = 0; turn < 2; turn++) {
              repeat(mutex::lock);
              mostInMutex.accumulateAndGet(inMutex.incrementAndGet(), Math::max);
              repeat(() -> Coroutines.delay(MILLI));
              inMutex.decrementAndGet();
              repeat(mutex::unlock);
              repeat(semaphore::acquire);
              repeat(Coroutines::yieldNow);
              repeat(semaphore::release);
            }
          });
    }
  }

  private void scope() throws Exception {
    int sum =
        again(
            () ->
                CoroutineScope.run(
                    CoroutineScope.Policy.FAIL_FAST,
                    scope -> {
                      Coroutine<Integer> first = scope.spawn(() -> child(1));
                      Coroutine<Integer> second = scope.spawn(() -> child(2));
                      return first.join() + second.join();
                    }));
    if (sum != 3) {
      throw new AssertionError("the sum is " + sum);
    }
  }

  private int child(int value) throws Exception {
    children.incrementAndGet();
    try {
      repeat(() -> Coroutines.delay(MILLI));
      return value;
    } finally {
      children.decrementAndGet();
    }
  }

  private static void timeout() throws Exception {
    for (int turn = 0; turn < 2; turn++) {
      String ended =
          again(
              () -> {
                try {
                  Coroutines.withTimeout(MILLI, () -> Coroutines.delay(HOUR));
                  return "slept for an hour";
                } catch (TimeoutException expected) {
                  return "";
                }
              });
      if (!ended.isEmpty()) {
        throw new AssertionError(ended);
      }
    }
  }

  /** A callback is called once: if it has no memory, nobody repeats it. */
  private void suspend() {
    CompletableFuture<Resumption<Integer>> callback = new CompletableFuture<>();
    spawn(
        "suspended",
        () -> {
          int value = again(() -> Coroutines.<Integer>suspend(callback::complete));
          if (value != 7) {
            throw new AssertionError("resumed with " + value);
          }
        });
    spawn(
        "resumes",
        () -> {
          while (!callback.isDone() && isAccepted("suspended")) {
            repeat(() -> Coroutines.delay(MILLI));
          }
          if (callback.isDone()) {
            try {
              callback.join().resume(7);
            } catch (OutOfMemoryError lost) {
              Thread.onSpinWait();
            }
          }
        });
    // Otherwise nobody resumes the first one.
    Piece resumes = pieces.getLast();
    if (resumes.coroutine == null) {
      CompletableFuture<?> _ = callback.thenAccept(waiting -> waiting.resume(7));
    }
  }

  private boolean isAccepted(String name) {
    return pieces.stream().anyMatch(piece -> piece.name.equals(name) && piece.coroutine != null);
  }

  private void await() {
    CompletableFuture<String> future = new CompletableFuture<>();
    spawn(
        "awaits",
        () -> {
          String value = again(() -> Coroutines.await(future));
          if (!value.equals("value")) {
            throw new AssertionError(value);
          }
        });
    spawn("completes", () -> repeat(() -> Coroutines.delay(MILLI)));
    future.complete("value");
  }

  private void fail() {
    spawn(
        "fails",
        () -> {
          repeat(() -> Coroutines.delay(MILLI));
          throw new IllegalStateException("expected");
        });
  }

  /** In real time, since the loop has the virtual one. */
  private void awaitEnds() throws InterruptedException {
    awaitUntil(() -> pieces.stream().noneMatch(CoroutinesProgram::isLive));
  }

  private static boolean isLive(Piece piece) {
    Coroutine<?> accepted = piece.coroutine;
    return accepted != null && !accepted.state().isEnd();
  }

  @Override
  public void check() throws Exception {
    awaitEnds();
    List<String> faults = new ArrayList<>();
    pieces.stream().map(Piece::fault).filter(fault -> !fault.isEmpty()).forEach(faults::add);
    CoroutineStats stats = coroutines().stats();
    if (stats.loops().stream().anyMatch(LoopStats::dead)) {
      faults.add("a loop has died");
    }
    if (faults.isEmpty() && !coroutines().close(Patience.LIMIT)) {
      faults.add("the scheduler does not end");
    }
    if (isAccepted("producer") && isAccepted("consumer")) {
      List<Integer> all = IntStream.range(0, VALUES).boxed().toList();
      require(faults, List.copyOf(received).equals(all), "values came as " + received);
    }
    require(faults, mostInMutex.get() <= 1, "two were in the mutex");
    require(faults, children.get() == 0, "children are left: " + children);
    long failures =
        unseen.stream().filter(failure -> "expected".equals(failure.getMessage())).count();
    require(faults, failures == (isAccepted("fails") ? 1 : 0), "failures seen: " + unseen);
    unseen.stream()
        .filter(failure -> !"expected".equals(failure.getMessage()))
        .forEach(failure -> faults.add("failed: " + failure));
    requireNone(faults, unseen);
  }

  private static void require(List<String> faults, boolean holds, String otherwise) {
    if (!holds) {
      faults.add(otherwise);
    }
  }
}
