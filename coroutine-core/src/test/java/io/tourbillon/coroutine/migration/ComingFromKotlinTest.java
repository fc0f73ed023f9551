package io.tourbillon.coroutine.migration;

import static io.tourbillon.coroutine.channel.Select.onJoin;
import static io.tourbillon.coroutine.channel.Select.onReceive;
import static io.tourbillon.coroutine.channel.Select.onTimeout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Retry;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.channel.Broadcast;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.LatestValue;
import io.tourbillon.coroutine.channel.Received;
import io.tourbillon.coroutine.channel.Select;
import io.tourbillon.coroutine.channel.Sent;
import io.tourbillon.coroutine.channel.Source;
import io.tourbillon.coroutine.generator.Generator;
import io.tourbillon.coroutine.sync.Mutex;
import io.tourbillon.coroutine.sync.Semaphore;
import io.tourbillon.timer.TaskDecorator;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The everyday tools of Kotlin's coroutines. */
class ComingFromKotlinTest extends MigrationPage {
  /**
   * In Kotlin:
   *
   * <pre>{@code
   * coroutineScope {
   *     val user = async { findUser() }
   *     val orders = async { findOrders() }
   *     Page(user.await(), orders.await())
   * }
   * }</pre>
   */
  @Test
  void coroutineScope_withAsyncAndAwait() throws Exception {
    String page =
        run(
            () -> {
              try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
                Coroutine<String> user = scope.spawn(after(10, "user"));
                Coroutine<String> orders = scope.spawn(after(30, "orders"));
                return user.join() + " and " + orders.join();
              }
            });
    assertEquals("user and orders", page);
    assertEquals(30, took());
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * supervisorScope {
   *     launch { error("broken") }
   *     launch { delay(30); println("alive") }
   * }
   * }</pre>
   */
  @Test
  void supervisorScope_leavesTheOthersAlone() throws Exception {
    IOException failure = new IOException("broken");
    run(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.SUPERVISE)) {
            Coroutine<String> broken = scope.spawn(failingAfter(10, failure));
            scope.spawn(
                () -> {
                  sleep(30);
                  note("alive");
                });
            scope.join();
            assertSame(failure, assertThrows(CompletionException.class, broken::join).getCause());
          }
        });
    assertEquals(List.of("alive at 30"), seen);
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * val handler = CoroutineExceptionHandler { context, thrown -> log(thrown) }
   * scope.launch(handler + CoroutineName("job")) { throw IOException() }
   * }</pre>
   */
  @Test
  void coroutineExceptionHandler_isTheExceptionHandlerOfTheScheduler() throws Exception {
    IOException failure = new IOException("broken");
    run(
        () -> {
          Coroutine<String> job =
              scheduler.spawn(SpawnOptions.named("job"), failingAfter(10, failure));
          sleep(5000);
          assertEquals("job", job.name());
          assertEquals(List.of(failure), unseen);
        });
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * withTimeout(10) { work() }               // throws TimeoutCancellationException
   * withTimeoutOrNull(10) { work() } ?: "default"
   * }</pre>
   */
  @Test
  void withTimeoutOrNull_hasTheSameName() throws Exception {
    run(
        () -> {
          assertThrows(
              TimeoutException.class,
              () -> Coroutines.withTimeout(ms(10), after(1000, "result")::call));
          assertNull(Coroutines.withTimeoutOrNull(ms(10), after(1000, "result")::call));
          sleep(10); // The coroutine itself is not cancelled.
        });
    assertEquals(30, took());
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * withTimeout(10) { open() }               // may lose what was opened just then
   * }</pre>
   */
  @Test
  void withTimeout_ofAnAcquisition_losesNothing() throws Exception {
    run(
        () -> {
          assertThrows(
              TimeoutException.class,
              () ->
                  Coroutines.acquireWithin(
                      ms(10), after(20, "connection")::call, late -> note("closed " + late)));
          sleep(20);
        });
    assertEquals(List.of("closed connection at 20"), seen);
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * try { work() }
   * finally { withContext(NonCancellable) { connection.flush() } }
   * job.cancelAndJoin()
   * }</pre>
   */
  @Test
  void cancelAndJoin_waitsForWhatIsNonCancellable() throws Exception {
    run(
        () -> {
          Coroutine<?> job =
              scheduler.spawn(
                  () -> {
                    try {
                      sleep(1000);
                    } finally {
                      Coroutines.shield(ms(100), after(5, "flushed")::call);
                    }
                  });
          sleep(10);
          job.cancel("not needed any more");
          Coroutine.awaitAll(List.of(job));
          assertEquals(State.CANCELLED, job.state());
        });
    assertEquals(15, took());
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * job.invokeOnCompletion { println("ended") }
   * }</pre>
   */
  @Test
  void invokeOnCompletion_isWhatFollowsTheFuture() throws Exception {
    run(
        () -> {
          Coroutine<String> job = scheduler.spawn(after(10, "value"));
          CompletableFuture<?> _ = job.toFuture().whenComplete((value, failure) -> note(value));
          sleep(20);
        });
    assertEquals(List.of("value at 10"), seen);
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * suspendCancellableCoroutine { continuation ->
   *     val call = send { continuation.resume(it) }
   *     continuation.invokeOnCancellation { call.abort() }
   * }
   * }</pre>
   */
  @Test
  void suspendCancellableCoroutine_isSuspend() throws Exception {
    run(
        () -> {
          String answer =
              Coroutines.suspend(
                  resumption ->
                      scheduler.timers().schedule(ms(10), () -> resumption.resume("answer")));
          assertEquals("answer", answer);
          Coroutine<String> abandoned =
              scheduler.spawn(
                  () ->
                      Coroutines.<String>suspend(
                          resumption -> resumption.onCancel(() -> note("aborted"))));
          sleep(10);
          end(abandoned);
        });
    assertEquals(List.of("aborted at 20"), seen);
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * val numbers = produce(capacity = 2) { for (n in 1..3) send(n) }
   * numbers.consumeEach { println(it) }
   * }</pre>
   */
  @Test
  void produce_closesItsChannel() throws Exception {
    run(
        () -> {
          Source<Integer> numbers =
              Channel.produce(
                  2,
                  out -> {
                    for (int n = 1; n <= 3; n++) {
                      out.send(n);
                    }
                  });
          numbers.forEach(this::note);
        });
    assertEquals(List.of("1 at 0", "2 at 0", "3 at 0"), seen);
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * val closing = Channel<Connection>(2, onUndeliveredElement = { it.close() })
   * closing.cancel()
   * }</pre>
   */
  @Test
  void onUndeliveredElement_isAnOptionOfChannels() throws Exception {
    Channel<String> connections =
        Channel.<String>builder().onUndelivered(each -> note("closed " + each)).buffered(2);
    run(
        () -> {
          connections.send("connection");
          connections.cancel(null);
        });
    assertEquals(List.of("closed connection at 0"), seen);
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * select {
   *     answers.onReceive { it }
   *     fallback.onAwait { it }
   *     onTimeout(100) { "nothing" }
   * }
   * }</pre>
   */
  @Test
  void select_amongChannelsAndCoroutines() throws Exception {
    run(
        () -> {
          Channel<String> answers = Channel.rendezvous();
          Coroutine<String> fallback = scheduler.spawn(after(10, "fallback"));
          note(
              Select.of(
                      onReceive(answers, answer -> answer),
                      onJoin(fallback, value -> value),
                      onTimeout(ms(100), () -> "nothing"))
                  .biased()
                  .await());
        });
    assertEquals(List.of("fallback at 10"), seen);
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * flow { var n = 1; while (true) { delay(10); emit(n++) } }
   *     .filter { it % 2 == 0 }.map { it * it }.take(2)
   *     .collect { println(it) }
   * }</pre>
   */
  @Test
  void flow_isTheStreamOfAGenerator() throws Exception {
    run(
        () -> {
          try (Stream<Integer> numbers = numbers().stream()) {
            numbers.filter(n -> n % 2 == 0).map(n -> n * n).limit(2).forEach(this::note);
          }
        });
    assertEquals(List.of("4 at 20", "16 at 40"), seen);
  }

  private static Generator<Integer> numbers() {
    return Generator.of(
        out -> {
          for (int n = 1; ; n++) {
            sleep(10);
            out.yield(n);
          }
        });
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * flow.conflate().collect { delay(27); println(it) }   // the latest only
   * }</pre>
   */
  @Test
  void conflate_keepsTheLatest() throws Exception {
    run(
        () -> {
          Channel<Integer> latest = Channel.conflated();
          scheduler.spawn(
              () -> {
                for (int n = 1; n <= 6; n++) {
                  sleep(10);
                  latest.send(n);
                }
                latest.close();
              });
          for (int value : latest) {
            note(value);
            sleep(27);
          }
        });
    assertEquals(List.of("1 at 10", "3 at 37", "6 at 64"), seen);
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * val news = MutableSharedFlow<String>()
   * launch { news.collect { println(it) } }       // twice
   * news.emit("extra")
   * }</pre>
   */
  @Test
  void sharedFlow_isABroadcast() throws Exception {
    run(
        () -> {
          Broadcast<String> news = Broadcast.buffered(16);
          Source<String> one = news.subscribe();
          Source<String> other = news.subscribe();
          news.send("extra");
          assertEquals("extra", one.receive());
          assertEquals("extra", other.receive());
        });
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * val state = MutableStateFlow("starting")
   * launch { state.collect { println(it) } }
   * state.value = "running"
   * state.update { it + "!" }
   * }</pre>
   */
  @Test
  void stateFlow_isALatestValue() throws Exception {
    run(
        () -> {
          LatestValue<String> state = new LatestValue<>("starting");
          Source<String> seen = state.subscribe();
          assertEquals("starting", seen.receive());
          state.set("running");
          state.update(before -> before + "!");
          assertEquals("running!", seen.receive());
          assertEquals("running!", state.get());
        });
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * val last = Channel<Int>(2, onBufferOverflow = BufferOverflow.DROP_OLDEST)
   * }</pre>
   */
  @Test
  void dropOldest_isAKindOfChannel() throws Exception {
    run(
        () -> {
          Channel<Integer> last = Channel.droppingOldest(2);
          for (int n = 1; n <= 4; n++) {
            last.send(n);
          }
          assertEquals(List.of(3, 4), List.of(last.receive(), last.receive()));
        });
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * val job = jobs.receiveCatching().getOrNull() ?: return
   * }</pre>
   */
  @Test
  void receiveCatching_isReceiveOrNull() throws Exception {
    run(
        () -> {
          Channel<String> jobs = Channel.buffered(1);
          jobs.send("job");
          jobs.close();
          assertEquals("job", jobs.receiveOrNull());
          assertNull(jobs.receiveOrNull());
        });
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * val failed = async { error("no route") }
   * runCatching { failed.await() }.exceptionOrNull()
   * jobs.trySend("job").isSuccess
   * jobs.receiveCatching().isClosed
   * }</pre>
   */
  @Test
  void runCatching_isAnOutcome() throws Exception {
    run(
        () -> {
          Coroutine<String> failed =
              scheduler.spawn(
                  () -> {
                    throw new IllegalStateException("no route");
                  });
          String outcome =
              switch (failed.joinOutcome()) {
                case Coroutine.Outcome.Done<String>(String value) -> value;
                case Coroutine.Outcome.Failed<String>(Throwable failure) -> failure.getMessage();
                case Coroutine.Outcome.Cancelled<String> _ -> "cancelled";
              };
          assertEquals("no route", outcome);
          Channel<String> jobs = Channel.buffered(1);
          assertEquals(new Sent.Done(), jobs.trySendResult("job"));
          jobs.close();
          assertEquals(new Received.Value<>("job"), jobs.receiveResult());
          assertEquals(new Received.Closed<>(null), jobs.receiveResult());
        });
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * while (isActive) { step() }
   * }</pre>
   */
  @Test
  void isActive_isTheOppositeOfIsCancelled() throws Exception {
    run(
        () -> {
          Coroutine<Integer> job =
              scheduler.spawn(
                  () -> {
                    int steps = 0;
                    while (!Coroutines.isCancelled()) {
                      steps++;
                      Coroutines.current().cancel("enough");
                    }
                    return steps;
                  });
          assertEquals(1, job.join());
        });
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * flow.retryWhen { cause, attempt -> delay(10 shl attempt); cause is IOException && attempt < 3 }
   * }</pre>
   */
  @Test
  void retryWhen_isARetry() throws Exception {
    run(
        () -> {
          List<String> calls = new ArrayList<>();
          Retry retry = Retry.builder().attempts(3).delay(ms(10)).jitter(0).build();
          String page =
              retry.call(
                  () -> {
                    calls.add("call");
                    if (calls.size() < 3) {
                      throw new IOException("refused");
                    }
                    return "page";
                  });
          assertEquals("page", page);
        });
    assertEquals(30, took());
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * val fibonacci = sequence {
   *     var a = 0; var b = 1
   *     while (true) { yield(a); a = b.also { b += a } }
   * }
   * fibonacci.take(7).toList()
   * }</pre>
   */
  @Test
  void sequence_isAGenerator() throws Exception {
    List<Integer> first =
        run(
            () -> {
              Generator<Integer> fibonacci =
                  Generator.of(
                      out -> {
                        int a = 0;
                        int b = 1;
                        while (true) {
                          out.yield(a);
                          int sum = a + b;
                          a = b;
                          b = sum;
                        }
                      });
              try (Stream<Integer> numbers = fibonacci.stream()) {
                return numbers.limit(7).toList();
              }
            });
    assertEquals(List.of(0, 1, 1, 2, 3, 5, 8), first);
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * Dispatchers.IO.limitedParallelism(2)
   * }</pre>
   */
  @Test
  void limitedParallelism_isASemaphore() throws Exception {
    Semaphore two = new Semaphore(2);
    run(
        () ->
            CoroutineScope.gather(
                Collections.nCopies(4, () -> two.withPermit(after(10, "")::call))));
    assertEquals(20, took());
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * semaphore.withPermit { fetch() }
   * }</pre>
   */
  @Test
  void semaphore_canBeTriedFor() throws Exception {
    Semaphore semaphore = new Semaphore(1);
    run(
        () -> {
          scheduler.spawn(() -> semaphore.withPermit(after(10, "")::call));
          sleep(5);
          assertFalse(semaphore.tryAcquire());
          semaphore.acquire();
          note("acquired");
        });
    assertEquals(List.of("acquired at 10"), seen);
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * mutex.withLock { counter++ }
   * }</pre>
   */
  @Test
  void mutex_withLock_letsOneAtATimeGoOn() throws Exception {
    Mutex mutex = new Mutex();
    run(
        () ->
            CoroutineScope.gather(
                Collections.nCopies(4, () -> mutex.withLock(after(10, "")::call))));
    assertEquals(40, took());
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * withContext(Dispatchers.IO) { file.readText() }
   * }</pre>
   */
  @Test
  void withContext_ofDispatchersIo_isBlocking() throws Exception {
    run(
        () -> {
          Thread loop = Thread.currentThread();
          assertNotEquals(loop, Coroutines.blocking(Thread::currentThread));
        });
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * val counter = actor<Message> { for (message in channel) handle(message) }
   * counter.send(Add(2)); counter.send(Get(reply)); reply.await()
   * }</pre>
   */
  @Test
  void actor_isACoroutineWithAChannel() throws Exception {
    run(
        () -> {
          Channel<Message> mailbox = Channel.buffered(8);
          scheduler.spawn(
              () -> {
                int sum = 0;
                for (Message message : mailbox) {
                  switch (message) {
                    case Add(int term) -> sum += term;
                    case Get(var reply) -> reply.complete(sum);
                  }
                }
              });
          CompletableFuture<Integer> reply = new CompletableFuture<>();
          mailbox.send(new Add(2));
          mailbox.send(new Add(3));
          mailbox.send(new Get(reply));
          assertEquals(5, Coroutines.await(reply));
          mailbox.close();
        });
  }

  private static final ThreadLocal<@Nullable String> USER = new ThreadLocal<>();

  /** Returns a decorator that runs each coroutine with the user of its spawner. */
  private static TaskDecorator carryingTheUser() {
    return task -> {
      String user = USER.get();
      return () -> {
        USER.set(user);
        task.run();
      };
    };
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * withContext(MDCContext()) {                // or user.asContextElement("ann")
   *     MDC.put("order", "7")
   *     delay(10)
   *     MDC.get("order")                       // null: the element has installed its first values
   * }
   * }</pre>
   */
  @Test
  void threadContextElement_isADecorator_andWhatIsSetStays() throws Exception {
    try (CoroutineScheduler decorated =
        TestSchedulers.builder().loops(1).clock(clock).decorator(carryingTheUser()).build()) {
      USER.set("ann");
      Coroutine<String> coroutine =
          decorated.spawn(
              () -> {
                String inherited = USER.get();
                USER.set("ann, as root");
                Coroutines.delay(10, TimeUnit.MILLISECONDS);
                return inherited + "; " + USER.get();
              });
      assertEquals("ann; ann, as root", coroutine.join());
      assertEquals("ann", USER.get());
    } finally {
      USER.remove();
    }
  }

  private sealed interface Message {}

  private record Add(int term) implements Message {}

  private record Get(CompletableFuture<Integer> reply) implements Message {}

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * prices.filter { it > 0 }.map { it * 2 }.take(2).collect { show(it) }
   * merge(left, right).collect { show(it) }
   * }</pre>
   */
  @Test
  void flowOperators_areViewsOfASource() throws Exception {
    Channel<Integer> prices = Channel.unlimited();
    List.of(-1, 1, 2, 3).forEach(prices::send);
    run(
        () -> {
          for (int price : prices.filter(each -> each > 0).map(each -> each * 2).take(2)) {
            note("" + price);
          }
          prices.close();
          Source.merge(prices, prices.map(each -> -each))
              .forEach(rest -> note("" + Math.abs(rest)));
        });
    assertEquals(List.of("2 at 0", "4 at 0", "3 at 0"), seen);
  }

  /**
   * In Kotlin:
   *
   * <pre>{@code
   * queries.debounce(10).collect { search(it) }
   * }</pre>
   */
  @Test
  void debounce_isAViewOfASource() throws Exception {
    Channel<String> queries = Channel.unlimited();
    run(
        () -> {
          scheduler.spawn(
              () -> {
                queries.send("t");
                Coroutines.delay(Duration.ofMillis(5));
                queries.send("to");
                Coroutines.delay(Duration.ofMillis(50));
                queries.close();
              });
          queries.debounce(Duration.ofMillis(10)).forEach(query -> note(query));
        });
    assertEquals(List.of("to at 15"), seen);
  }
}
