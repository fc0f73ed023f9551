package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.internal.scheduler.Internals;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Jetty with request threads of a scheduler with two loops. */
@Tag("virtual-thread")
class JettyTest {
  /** If they slept one after the other on each loop, they would take longer than the patience. */
  private static final int SLEEPERS = 250;

  private static final long SLEEP_MILLIS = 300;
  private static final int COUNTERS = 100;
  private static final int PAIRS = 100;

  private final CoroutineScheduler scheduler =
      TestSchedulers.builder().loops(2).name("jetty").build();
  private final LinkedBlockingQueue<String> parcels = new LinkedBlockingQueue<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<String> loops = ConcurrentHashMap.newKeySet();
  private final Set<String> threads = ConcurrentHashMap.newKeySet();
  private final Set<String> strays = ConcurrentHashMap.newKeySet();
  private final CountDownLatch doorOpen = new CountDownLatch(1);
  private final CountDownLatch atTheDoor = new CountDownLatch(1);
  private final CountDownLatch through = new CountDownLatch(1);

  /** Guarded by the lock only. */
  private int count;

  private Server server;
  private ServerConnector connector;

  @BeforeEach
  void start() throws Exception {
    QueuedThreadPool pool = new QueuedThreadPool();
    pool.setVirtualThreadsExecutor(scheduler.asExecutor());
    server = new Server(pool);
    connector = new ServerConnector(server, 1, 1);
    connector.setHost("localhost");
    connector.setAcceptQueueSize(SLEEPERS + COUNTERS + 2 * PAIRS);
    server.addConnector(connector);
    server.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback)
              throws Exception {
            noteThread();
            Content.Sink.write(response, true, answer(request), callback);
            return true;
          }
        });
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    doorOpen.countDown();
    server.stop();
    scheduler.close(Duration.ZERO);
  }

  private void noteThread() {
    Thread thread = Thread.currentThread();
    Optional<String> loop = Internals.loopOfCaller(scheduler);
    if (!thread.isVirtual() || loop.isEmpty()) {
      strays.add(thread.toString());
    } else {
      loops.add(loop.orElseThrow());
      threads.add(thread.getName());
    }
  }

  private String answer(Request request) throws Exception {
    return switch (Request.getPathInContext(request)) {
      case "/sleep" -> {
        Thread.sleep(SLEEP_MILLIS);
        yield "slept";
      }
      case "/count" -> {
        lock.lock();
        try {
          int before = count;
          if (before % 10 == 0) {
            Thread.sleep(2);
          }
          count = before + 1;
          yield Integer.toString(before);
        } finally {
          lock.unlock();
        }
      }
      case "/take" -> String.valueOf(parcels.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
      case "/give" -> {
        String parcel = Content.Source.asString(request);
        parcels.add(parcel);
        yield "given " + parcel;
      }
      case "/door" -> {
        atTheDoor.countDown();
        doorOpen.await();
        Thread.sleep(2);
        through.countDown();
        yield "through";
      }
      default -> throw new IllegalArgumentException(request.toString());
    };
  }

  private static final class Client implements AutoCloseable {
    private final ExecutorService executor = Executors.newFixedThreadPool(2);
    private final HttpClient http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(executor).build();
    private final int port;

    Client(int port) {
      this.port = port;
    }

    CompletableFuture<String> get(String path) throws Exception {
      return send(to(path).build());
    }

    CompletableFuture<String> post(String path, String body) throws Exception {
      return send(to(path).POST(BodyPublishers.ofString(body)).build());
    }

    private HttpRequest.Builder to(String path) throws Exception {
      return HttpRequest.newBuilder(new URI("http", null, "localhost", port, path, null, null));
    }

    private CompletableFuture<String> send(HttpRequest request) {
      return http.sendAsync(request, BodyHandlers.ofString()).thenApply(Client::body);
    }

    private static String body(HttpResponse<String> response) {
      assertEquals(200, response.statusCode());
      return response.body();
    }

    @Override
    public void close() {
      http.shutdownNow();
      executor.shutdownNow();
    }
  }

  private static List<String> bodies(List<CompletableFuture<String>> responses) throws Exception {
    List<String> bodies = new ArrayList<>();
    for (CompletableFuture<String> response : responses) {
      bodies.add(response.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }
    return bodies;
  }

  @Test
  void requests_thatSleepAndLockAndPoll_areServedTogetherOnTheLoops() throws Exception {
    List<CompletableFuture<String>> sleepers = new ArrayList<>();
    List<CompletableFuture<String>> counters = new ArrayList<>();
    List<CompletableFuture<String>> takers = new ArrayList<>();
    List<CompletableFuture<String>> givers = new ArrayList<>();
    try (Client client = new Client(connector.getLocalPort())) {
      for (int number = 0; number < SLEEPERS; number++) {
        sleepers.add(client.get("/sleep"));
      }
      for (int number = 0; number < PAIRS; number++) {
        takers.add(client.get("/take"));
      }
      for (int number = 0; number < COUNTERS; number++) {
        counters.add(client.get("/count"));
      }
      for (int number = 0; number < PAIRS; number++) {
        givers.add(client.post("/give", "parcel " + number));
      }
      assertEquals(Collections.nCopies(SLEEPERS, "slept"), bodies(sleepers));
      Set<Integer> counts = new TreeSet<>();
      for (String body : bodies(counters)) {
        counts.add(Integer.valueOf(body));
      }
      assertEquals(COUNTERS, counts.size(), counts::toString);
      assertEquals(COUNTERS, count);
      List<String> taken = bodies(takers);
      Set<String> given = new TreeSet<>();
      for (String body : bodies(givers)) {
        given.add(body.substring("given ".length()));
      }
      assertEquals(PAIRS, given.size());
      assertEquals(given, new TreeSet<>(taken));
    }
    assertEquals(Set.of(), strays);
    assertEquals(Set.of("jetty-loop-0", "jetty-loop-1"), loops);
    assertTrue(
        threads.stream().allMatch(name -> name.startsWith("jetty-thread-")), threads::toString);
  }

  @Test
  void close_afterTheServer_leavesNothingOnTheLoops() throws Exception {
    List<CompletableFuture<String>> sleepers = new ArrayList<>();
    try (Client client = new Client(connector.getLocalPort())) {
      for (int number = 0; number < 20; number++) {
        sleepers.add(client.get("/sleep"));
      }
      assertEquals(Collections.nCopies(20, "slept"), bodies(sleepers));
    }
    server.stop();
    List<Thread> carriers = new ArrayList<>();
    for (int number = 0; number < 2; number++) {
      carriers.add(Internals.loopThread(scheduler, number));
    }
    assertTrue(scheduler.close(PATIENCE));
    for (Thread carrier : carriers) {
      assertTrue(carrier.join(PATIENCE));
    }
    // A thread ends a little after its response was sent.
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (load() > 0 && System.nanoTime() < deadlineNanos) {
      Thread.onSpinWait();
    }
    assertEquals(0, load());
  }

  private int load() {
    return Internals.load(scheduler, 0) + Internals.load(scheduler, 1);
  }

  @Test
  void close_whileARequestWaits_letsItComeToItsEnd() throws Exception {
    try (Client client = new Client(connector.getLocalPort())) {
      CompletableFuture<String> response = client.get("/door");
      assertTrue(atTheDoor.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
      assertTrue(scheduler.close(PATIENCE));
      assertFalse(response.isDone());
      doorOpen.countDown();
      assertTrue(through.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
      assertEquals("through", response.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }
    assertEquals(Set.of(), strays);
  }
}
