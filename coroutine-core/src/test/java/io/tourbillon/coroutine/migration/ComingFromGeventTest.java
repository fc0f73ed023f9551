package io.tourbillon.coroutine.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineLocal;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.sync.Event;
import io.tourbillon.coroutine.sync.Semaphore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The everyday tools of Python's gevent. */
class ComingFromGeventTest extends MigrationPage {
  /**
   * In gevent:
   *
   * <pre>{@code
   * jobs = [gevent.spawn(fetch, n) for n in range(3)]
   * gevent.joinall(jobs)
   * print([job.value for job in jobs])
   * }</pre>
   */
  @Test
  void joinall_waitsForTheSlowest() throws Exception {
    run(
        () -> {
          List<Coroutine<Integer>> jobs = new ArrayList<>();
          for (int n = 1; n <= 3; n++) {
            jobs.add(scheduler.spawn(after(10 * n, n)));
          }
          Coroutine.awaitAll(jobs);
          assertEquals(List.of(1, 2, 3), jobs.stream().map(Coroutine::join).toList());
        });
    assertEquals(30, took());
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * gevent.joinall(jobs, timeout=0.01)
   * late = [job for job in jobs if not job.ready()]
   * gevent.killall(late)
   * }</pre>
   */
  @Test
  void killall_ofThoseThatAreLate() throws Exception {
    run(
        () -> {
          Coroutine<String> quick = scheduler.spawn(after(5, "quick"));
          Coroutine<String> slow = scheduler.spawn(after(500, "slow"));
          List<Coroutine<String>> jobs = List.of(quick, slow);
          assertThrows(
              TimeoutException.class,
              () -> Coroutines.withTimeout(ms(10), () -> Coroutine.awaitAll(jobs)));
          List<Coroutine<String>> late = jobs.stream().filter(job -> !job.state().isEnd()).toList();
          assertEquals(List.of(slow), late);
          late.forEach(Coroutine::cancel);
          Coroutine.awaitAll(late);
          assertEquals(State.CANCELLED, slow.state());
        });
    assertEquals(10, took());
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * pool = Pool(2)
   * results = pool.map(fetch, range(4))
   * }</pre>
   */
  @Test
  void poolMap_isMapConcurrently() throws Exception {
    List<Integer> results =
        run(
            () ->
                CoroutineScope.<Integer, Integer>mapConcurrently(
                    List.of(1, 2, 3, 4),
                    2,
                    n -> {
                      sleep(10);
                      return n * n;
                    }));
    assertEquals(List.of(1, 4, 9, 16), results);
    assertEquals(20, took());
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * pool = Pool(2)
   * for request in requests:
   *     pool.spawn(handle, request)     # waits while two are under way
   * pool.join()
   * }</pre>
   */
  @Test
  void poolSpawn_waitsForAPlace() throws Exception {
    Semaphore pool = new Semaphore(2);
    run(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.SUPERVISE)) {
            for (int request = 1; request <= 4; request++) {
              pool.acquire();
              note("spawned " + request);
              Coroutine<?> handler = scope.spawn(() -> sleep(10));
              Suspension.whenEnded(handler, pool::release);
            }
            scope.join();
          }
        });
    assertEquals(
        List.of("spawned 1 at 0", "spawned 2 at 0", "spawned 3 at 10", "spawned 4 at 10"), seen);
    assertEquals(20, took());
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * queue = Queue(maxsize=1)
   * gevent.spawn(producer); gevent.spawn(consumer)
   * for item in queue: ...              # until StopIteration was put
   * }</pre>
   */
  @Test
  void queue_isAChannel_andItsEndIsClosing() throws Exception {
    Channel<String> queue = Channel.buffered(1);
    run(
        () -> {
          scheduler.spawn(
              () -> {
                for (String item : List.of("a", "b", "c")) {
                  queue.send(item);
                }
                queue.close();
              });
          queue.forEach(this::note);
        });
    assertEquals(List.of("a at 0", "b at 0", "c at 0"), seen);
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * try: item = queue.get(timeout=0.01)
   * except Empty: ...
   * }</pre>
   */
  @Test
  void queueGet_withATimeout_losesNothing() throws Exception {
    Channel<String> queue = Channel.rendezvous();
    run(
        () -> {
          assertThrows(TimeoutException.class, () -> queue.receive(ms(10)));
          assertTrue(queue.tryReceive().isEmpty());
          scheduler.spawn(() -> queue.send("late"));
          assertEquals("late", queue.receive(ms(10)));
        });
    assertEquals(10, took());
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * with gevent.Timeout(0.01, False):
   *     answer = ask()
   * }</pre>
   */
  @Test
  void timeout_thatIsSilent_hasAnotherAnswer() throws Exception {
    String answer =
        run(
            () -> {
              try {
                return Coroutines.withTimeout(ms(10), after(30, "answer")::call);
              } catch (TimeoutException late) {
                return "none";
              }
            });
    assertEquals("none", answer);
    assertEquals(10, took());
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * with Timeout(0.03) as outer:
   *     with Timeout(0.01) as inner: ...
   * except Timeout as t: t is inner
   * }</pre>
   */
  @Test
  void timeout_insideAnother_isSeenByWhoSetIt() throws Exception {
    run(
        () -> {
          String whose =
              Coroutines.withTimeout(
                  ms(30),
                  () -> {
                    try {
                      return Coroutines.withTimeout(ms(10), after(20, "neither")::call);
                    } catch (TimeoutException late) {
                      return "inner";
                    }
                  });
          assertEquals("inner", whose);
        });
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * gevent.sleep(0)
   * }</pre>
   */
  @Tag("not-plain-thread")
  @Test
  void sleep0_letsTheOthersGoFirst() throws Exception {
    run(
        () -> {
          for (String name : List.of("a", "b")) {
            scheduler.spawn(
                () -> {
                  for (int n = 1; n <= 2; n++) {
                    seen.add(name + n);
                    sleep(0);
                  }
                });
          }
          sleep(1);
        });
    assertEquals(List.of("a1", "b1", "a2", "b2"), seen);
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * door = Event()
   * door.set(); door.clear()
   * door.wait(timeout=0.01)               # False
   * }</pre>
   */
  @Test
  void event_isClearedForTheNext() throws Exception {
    Event door = new Event();
    run(
        () -> {
          Coroutine<?> inside = scheduler.spawn(() -> door.await());
          sleep(10);
          door.set();
          door.clear();
          inside.join();
          assertThrows(TimeoutException.class, () -> door.await(ms(10)));
        });
    assertEquals(20, took());
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * result = AsyncResult()
   * gevent.spawn(lambda: result.set("value"))
   * result.get(timeout=1)
   * }</pre>
   */
  @Test
  void asyncResult_isACompletableFuture() throws Exception {
    CompletableFuture<String> result = new CompletableFuture<>();
    run(
        () -> {
          scheduler.timers().schedule(ms(10), () -> result.complete("value"));
          assertEquals("value", Coroutines.withTimeout(ms(1000), () -> Coroutines.await(result)));
        });
    assertEquals(10, took());
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * job.link_value(on_value); job.link_exception(on_error)
   * }</pre>
   */
  @Test
  void link_isWhatFollowsTheFutureOfACoroutine() throws Exception {
    IOException failure = new IOException("broken");
    run(
        () -> {
          Coroutine<String> good = scheduler.spawn(after(10, "good"));
          Coroutine<String> bad = scheduler.spawn(failingAfter(20, failure));
          CompletableFuture<?> _ = good.toFuture().thenAccept(this::note);
          CompletableFuture<?> _ =
              bad.toFuture().whenComplete((value, thrown) -> note(thrown.getMessage()));
          sleep(30);
        });
    assertEquals(List.of("good at 10", "broken at 20"), seen);
    assertEquals(List.of(), unseen);
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * job = gevent.spawn_later(0.01, fetch)
   * job.kill()                            # waits until it is dead
   * job.successful()
   * }</pre>
   */
  @Test
  void kill_runsFinally_andIsWaitedFor() throws Exception {
    run(
        () -> {
          Coroutine<?> job =
              scheduler.spawn(
                  () -> {
                    sleep(10);
                    try {
                      sleep(1000);
                    } finally {
                      note("finally");
                    }
                  });
          sleep(20);
          end(job);
          assertEquals(State.CANCELLED, job.state());
          assertFalse(job.cancel(), "it is dead");
        });
    assertEquals(List.of("finally at 20"), seen);
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * job.get()          # raises what the greenlet raised
   * }</pre>
   */
  @Test
  void get_raisesWhatTheBodyHas() throws Exception {
    IOException failure = new IOException("broken");
    run(
        () -> {
          Coroutine<String> job = scheduler.spawn(failingAfter(10, failure));
          assertSame(failure, assertThrows(CompletionException.class, job::join).getCause());
        });
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * gevent.get_hub().threadpool.apply(read_file)
   * }</pre>
   */
  @Test
  void threadpool_isBlocking() throws Exception {
    assertEquals("text", run(() -> Coroutines.blocking(() -> "text")));
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * server = StreamServer(("127.0.0.1", port), chat)
   * server.start(); ...; server.stop()
   * }</pre>
   */
  @Test
  void streamServer_chat_endsAllSessionsWhenStopped() throws Exception {
    try (RunningChat chat = new RunningChat()) {
      chat.talk(
          () -> {
            try (LineConnection anna = chat.enter("anna")) {
              chat.stop();
              assertNull(anna.readLine());
            }
          });
    }
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * for job in gevent.iwait(jobs): print(job.value)
   * }</pre>
   */
  @Test
  void iwait_isAChannelOfThoseThatHaveEnded() throws Exception {
    run(
        () -> {
          List<Coroutine<String>> jobs =
              List.of(scheduler.spawn(after(20, "slow")), scheduler.spawn(after(10, "fast")));
          Channel.asCompleted(jobs).forEach(job -> note(job.join()));
        });
    assertEquals(List.of("fast at 10", "slow at 20"), seen);
  }

  /**
   * In gevent:
   *
   * <pre>{@code
   * request = gevent.local.local()
   * request.id = "r-1"
   * }</pre>
   */
  @Test
  @Tag("not-plain-thread")
  void local_isBoundForAPart() throws Exception {
    CoroutineLocal<String> request = new CoroutineLocal<>("request");
    run(
        () -> {
          scheduler.spawn(() -> request.where("r-1", () -> note(request.orElse("none"))));
          scheduler.spawn(() -> note(request.orElse("none")));
          sleep(1);
        });
    assertEquals(List.of("r-1 at 0", "none at 0"), seen);
  }
}
