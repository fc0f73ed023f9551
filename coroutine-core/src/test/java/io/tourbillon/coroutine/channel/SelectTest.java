package io.tourbillon.coroutine.channel;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static io.tourbillon.coroutine.channel.Select.onAwait;
import static io.tourbillon.coroutine.channel.Select.onJoin;
import static io.tourbillon.coroutine.channel.Select.onReceive;
import static io.tourbillon.coroutine.channel.Select.onReceiveOrClosed;
import static io.tourbillon.coroutine.channel.Select.onSend;
import static io.tourbillon.coroutine.channel.Select.onTimeout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.TestSchedulers;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SelectTest {
  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
  private final Channel<String> first = Channel.rendezvous();
  private final Channel<String> second = Channel.rendezvous();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private Coroutine<String> selecting(Select<String> select) {
    Coroutine<String> coroutine = scheduler.spawn(select::await);
    TestSchedulers.awaitSuspended(coroutine);
    return coroutine;
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // Only reads the array.
  private Select<String> ofBoth(SelectCase<String>... others) {
    List<SelectCase<String>> cases = new ArrayList<>();
    cases.add(onReceive(first, value -> "first " + value));
    cases.add(onReceive(second, value -> "second " + value));
    cases.addAll(List.of(others));
    return Select.of(cases);
  }

  @Test
  void select_takesWhatComesAndLeavesTheOthers() throws Exception {
    Coroutine<String> selecting = selecting(ofBoth());
    assertTrue(second.trySend("value"));
    assertEquals("second value", selecting.join(PATIENCE));
    assertTrue(!first.trySend("nobody is there") && !second.trySend("nobody is there"));
  }

  @Test
  void select_ofAThread_isTheSame() throws Exception {
    Coroutine<?> sender = scheduler.spawn(() -> second.send("value"));
    assertEquals("second value", ofBoth().await());
    sender.join(PATIENCE);
  }

  @Test
  void select_sends() throws Exception {
    Coroutine<String> selecting =
        selecting(
            Select.of(
                onSend(first, "value", () -> "sent to first"),
                onSend(second, "value", () -> "sent to second")));
    assertEquals("value", first.receive());
    assertEquals("sent to first", selecting.join(PATIENCE));
    assertEquals(Optional.empty(), second.tryReceive());
  }

  /** Each of the two accepts either case; they agree on one. */
  @Test
  void selects_thatMeet_agree() throws Exception {
    Coroutine<String> receiving = selecting(ofBoth());
    String sent =
        Select.of(
                onSend(second, "value", () -> "to second"),
                onSend(first, "value", () -> "to first"))
            .biased()
            .await();
    assertEquals("to second", sent);
    assertEquals("second value", receiving.join(PATIENCE));
  }

  @Test
  void select_neverMeetsItself() {
    assertEquals(
        "nobody else",
        Select.select(
            onSend(first, "value", () -> "sent"),
            onReceive(first, value -> "received " + value),
            onTimeout(Duration.ofMillis(5), () -> "nobody else")));
  }

  @Test
  void severalThatCan_areChosenAtRandom_orInOrderIfBiased() {
    Channel<String> left = Channel.unlimited();
    Channel<String> right = Channel.unlimited();
    for (int number = 0; number < 1000; number++) {
      left.send("left");
      right.send("right");
    }
    Select<String> fair =
        Select.of(onReceive(left, value -> value), onReceive(right, value -> value));
    int lefts = 0;
    for (int number = 0; number < 500; number++) {
      lefts += fair.await().equals("left") ? 1 : 0;
    }
    // 500 tosses of a coin: the probability of a deviation of 100 is 10^-18.
    assertTrue(lefts > 150 && lefts < 350, "lefts: " + lefts);
    for (int number = 0; number < 500; number++) {
      assertEquals("left", fair.biased().await());
    }
  }

  @Test
  void twoSendsToOneChannel_areChosenAtRandom() throws Exception {
    Channel<String> roomy = Channel.unlimited();
    Select<String> toRoomy =
        Select.of(onSend(roomy, "a", () -> "a"), onSend(roomy, "b", () -> "b"));
    int sent = 0;
    for (int number = 0; number < 500; number++) {
      sent += toRoomy.await().equals("a") ? 1 : 0;
    }
    assertTrue(sent > 150 && sent < 350, "a was sent without a wait: " + sent);

    Channel<String> rendezvous = Channel.rendezvous();
    Select<String> toReceiver =
        Select.of(onSend(rendezvous, "a", () -> "a"), onSend(rendezvous, "b", () -> "b"));
    Coroutine<Integer> sender =
        scheduler.spawn(
            () -> {
              int waited = 0;
              for (int number = 0; number < 500; number++) {
                waited += toReceiver.await().equals("a") ? 1 : 0;
              }
              return waited;
            });
    int received = 0;
    for (int number = 0; number < 500; number++) {
      received += rendezvous.receive().equals("a") ? 1 : 0;
    }
    assertEquals(received, sender.join(PATIENCE));
    assertTrue(received > 150 && received < 350, "a was sent after a wait: " + received);
  }

  @Test
  void timeout_comesWhenNothingElseDoes() throws Exception {
    Select<String> select = ofBoth(onTimeout(Duration.ofMillis(5), () -> "late"));
    assertEquals("late", select.await());
    assertEquals("late", scheduler.spawn(select::await).join(PATIENCE));
    assertEquals("late", ofBoth(onTimeout(Duration.ZERO, () -> "late")).await());
  }

  @Test
  void limitOfNothing_withACaseThatCanTakePlace_takesIt() {
    Channel<String> full = Channel.buffered(1);
    for (Duration limit : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
      full.send("value");
      Select<String> select =
          Select.of(onReceive(full, value -> value), onTimeout(limit, () -> "nothing"));
      assertEquals("value", select.await());
      assertEquals("nothing", select.await());
    }
  }

  @Test
  void limitOfNothing_withEndsOrWithoutOtherCases_isTheDefault() {
    SelectCase<String> none = onTimeout(Duration.ZERO, () -> "nothing");
    assertEquals("nothing", Select.select(none));
    assertEquals(
        "nothing",
        Select.select(
            onAwait(new CompletableFuture<String>(), value -> value),
            onTimeout(Duration.ZERO, () -> "nothing")));
    assertEquals(
        "done",
        Select.select(
            onAwait(CompletableFuture.completedFuture("done"), value -> value),
            onTimeout(Duration.ZERO, () -> "nothing")));
  }

  @Test
  void limitOfNothing_ofAnInterruptedThread_isACancellation() {
    Select<String> select = ofBoth(onTimeout(Duration.ZERO, () -> "nothing"));
    Thread.currentThread().interrupt();
    try {
      assertThrows(CancellationException.class, select::await);
    } finally {
      assertTrue(Thread.interrupted());
    }
    assertEquals("nothing", select.await());
  }

  @Test
  void select_whoseFunctionHasThrown_canBeUsedAgain() {
    Channel<String> full = Channel.buffered(2);
    Select<Integer> select = Select.of(onReceive(full, Integer::parseInt));
    full.send("x");
    full.send("1");
    assertThrows(NumberFormatException.class, select::await);
    assertEquals(1, select.await());
    full.close();
    assertThrows(ChannelClosedException.class, select::await);
    assertThrows(ChannelClosedException.class, select::await);
  }

  @Test
  void closedChannel_isAnErrorOrACase() throws Exception {
    Coroutine<String> waiting =
        selecting(Select.of(onReceiveOrClosed(first, value -> value, () -> "closed")));
    first.close();
    assertEquals("closed", waiting.join(PATIENCE));
    assertThrows(ChannelClosedException.class, () -> ofBoth().await());
    assertThrows(
        ChannelClosedException.class, () -> Select.select(onSend(first, "value", () -> "sent")));
    assertEquals("closed", Select.select(onReceiveOrClosed(first, value -> value, () -> "closed")));
  }

  @Test
  void ends_ofCoroutinesAndStages_areCases() throws Exception {
    CompletableFuture<String> stage = new CompletableFuture<>();
    Coroutine<String> later = scheduler.spawn(() -> Coroutines.await(stage));
    Coroutine<String> selecting = selecting(ofBoth(onJoin(later, value -> "joined " + value)));
    stage.complete("value");
    assertEquals("joined value", selecting.join(PATIENCE));
    assertEquals("awaited value", ofBoth(onAwait(stage, value -> "awaited " + value)).await());
    CompletableFuture<String> failed = CompletableFuture.failedFuture(new IOException("broken"));
    assertEquals(
        IOException.class,
        assertThrows(
                CompletionException.class, () -> ofBoth(onAwait(failed, value -> value)).await())
            .getCause()
            .getClass());
  }

  @Test
  void cancelledSelect_leavesAll() {
    Coroutine<String> selecting = selecting(ofBoth());
    selecting.cancel();
    assertCancelled(selecting::join);
    assertTrue(!first.trySend("nobody is there") && !second.trySend("nobody is there"));
  }

  /** Like a server that waits for its next job or its end. */
  @Test
  void select_thatIsUsedAgain_subscribesToAStageOnce() {
    CompletableFuture<String> end = new CompletableFuture<>();
    Channel<String> jobs = Channel.unlimited();
    Select<String> next = Select.of(onReceive(jobs, job -> job), onAwait(end, value -> value));
    for (int number = 0; number < 100; number++) {
      jobs.send("job");
      assertEquals("job", next.await());
    }
    assertEquals(1, end.getNumberOfDependents());
    end.complete("end");
    assertEquals("end", next.await());
    assertEquals("end", next.await());
  }

  /** Stages need not be futures, and their methods are called without the channels' locks. */
  @Test
  void stage_ofAnotherKind_isACase() throws Exception {
    LockedChannel<String> channel = (LockedChannel<String>) first;
    CompletableFuture<String> future = new CompletableFuture<>();
    CompletionStage<String> stage =
        stage(
            (method, arguments) -> {
              assertFalse(channel.lock.isHeldByCurrentThread());
              if (method.getName().equals("toCompletableFuture")) {
                throw new UnsupportedOperationException();
              }
              return method.invoke(future, arguments);
            });
    Coroutine<String> selecting = selecting(ofBoth(onAwait(stage, value -> "awaited " + value)));
    future.complete("value");
    assertEquals("awaited value", selecting.join(PATIENCE));
    assertEquals("awaited value", ofBoth(onAwait(stage, value -> "awaited " + value)).await());
  }

  private interface Answers {
    Object answer(Method method, Object[] arguments) throws Exception;
  }

  @SuppressWarnings("unchecked") // The proxy stands for a stage of strings.
  private static CompletionStage<String> stage(Answers answers) {
    return (CompletionStage<String>)
        Proxy.newProxyInstance(
            SelectTest.class.getClassLoader(),
            new Class<?>[] {CompletionStage.class},
            (proxy, method, arguments) -> answers.answer(method, arguments));
  }

  /** Another thread completes a stage just when the select begins to listen. */
  @Test
  void stage_thatCompletesMeanwhile_isNotMissed() {
    for (int number = 0; number < 2000; number++) {
      CompletableFuture<Integer> stage = new CompletableFuture<>();
      int value = number;
      Coroutine<?> completing = scheduler.spawn(() -> stage.complete(value));
      assertEquals(
          value,
          Select.select(
              onReceive(first, _ -> -1), onAwait(stage, n -> n), onTimeout(PATIENCE, () -> -2)));
      completing.join();
    }
  }

  @Test
  void select_forTwoAtATime_isRefused() throws Exception {
    Select<String> both = ofBoth();
    Coroutine<String> selecting = selecting(both);
    assertEquals(
        "a select must be used by one caller at a time: " + both,
        assertThrows(IllegalStateException.class, both::await).getMessage());
    assertTrue(first.trySend("value"));
    assertEquals("first value", selecting.join(PATIENCE));
    assertFalse(second.trySend("nobody is there"));
  }

  @Test
  void select_ofNothing_isRefused() {
    assertEquals(
        "a select must have at least one case; call await() of a Select that was made before",
        assertThrows(IllegalArgumentException.class, () -> Select.of()).getMessage());
  }

  @Test
  void shortestTimeout_counts() throws Exception {
    assertEquals(
        "short",
        Select.select(
            onReceive(first, value -> value),
            onTimeout(PATIENCE, () -> "long"),
            onTimeout(Duration.ofMillis(1), () -> "short"),
            onTimeout(PATIENCE, () -> "long")));
  }

  @Test
  void case_ofTwoSelects_isRefused() {
    SelectCase<String> receiving = onReceive(first, value -> value);
    Select<String> select = Select.of(receiving);
    assertEquals(
        "a case must belong to one select: it is used by another",
        assertThrows(IllegalStateException.class, () -> Select.select(receiving)).getMessage());
    assertEquals(
        "a select of 1: receiving from " + ((LockedChannel<String>) first).label(),
        select.toString());
  }

  @Test
  void conflatedChannel_isNeverFull() {
    List<String> undelivered = new ArrayList<>();
    Channel<String> channel = Channel.<String>builder().onUndelivered(undelivered::add).conflated();
    Select<String> sending = Select.of(onSend(channel, "value", () -> "sent"));
    assertEquals("sent", sending.await());
    assertEquals("sent", sending.await());
    assertEquals(List.of("value"), undelivered);
  }

  /** Selects on both sides, from coroutines of two loops, with timeouts all the time. */
  @Test
  void values_crossingMany_arriveOnce() throws Exception {
    int each = 500;
    AtomicInteger sum = new AtomicInteger();
    Channel<Integer> left = Channel.rendezvous();
    Channel<Integer> right = Channel.buffered(1);
    List<Coroutine<?>> senders = new ArrayList<>();
    List<Coroutine<?>> receivers = new ArrayList<>();
    for (int number = 0; number < 4; number++) {
      senders.add(scheduler.spawn(() -> sendAll(left, right, each)));
      receivers.add(
          scheduler.spawn(
              () -> {
                boolean more = true;
                while (more) {
                  more =
                      Select.select(
                          onReceiveOrClosed(left, value -> sum.addAndGet(value) >= 0, () -> false),
                          onReceive(right, value -> sum.addAndGet(value) >= 0),
                          onTimeout(Duration.ofMillis(1), () -> true));
                }
              }));
    }
    for (Coroutine<?> sender : senders) {
      sender.join(PATIENCE);
    }
    while (right.size() > 0) {
      Thread.onSpinWait();
    }
    left.close();
    for (Coroutine<?> receiver : receivers) {
      receiver.join(PATIENCE);
    }
    assertEquals(4 * each * (each + 1) / 2, sum.get());
  }

  private static void sendAll(Channel<Integer> left, Channel<Integer> right, int each) {
    for (int value = 1; value <= each; value++) {
      int sent = value;
      boolean done = false;
      while (!done) {
        done =
            Select.select(
                onSend(left, sent, () -> true),
                onSend(right, sent, () -> true),
                onTimeout(Duration.ofMillis(1), () -> false));
      }
    }
  }

  /** Also applies to cases of the same channel, if none of them was ready at once. */
  @Test
  void cases_thatHaveToWait_areChosenFairly() throws Exception {
    AtomicInteger former = new AtomicInteger();
    AtomicInteger latter = new AtomicInteger();
    for (int round = 0; round < 200; round++) {
      Coroutine<String> selecting =
          selecting(
              Select.of(
                  onReceive(first, value -> value + former.incrementAndGet()),
                  onReceive(first, value -> value + latter.incrementAndGet())));
      first.send("");
      selecting.join(PATIENCE);
    }
    assertTrue(former.get() > 0, "never the former");
    assertTrue(latter.get() > 0, "never the latter");
  }
}
