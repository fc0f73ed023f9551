package io.tourbillon.examples;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.sync.Semaphore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Fetches many pages at the same time, on any engine, by awaiting the JDK's client. Thread-safe.
 *
 * @param client the client to use
 * @param atOnce how many pages to fetch at a time, at least 1
 * @param limit how long each may take, after its turn has come
 */
public record Fetcher(HttpClient client, int atOnce, Duration limit) {
  /** Longer pages are refused, so that no server fills our memory. */
  private static final long MOST_BYTES = 1 << 20;

  /** The result for an address. */
  public sealed interface Answer {
    /** The requested address. */
    URI address();
  }

  /** A page, with any status. */
  public record Page(URI address, int status, String body) implements Answer {}

  /** No page: the connection failed, or the time limit was over. */
  public record Failure(URI address, Throwable cause) implements Answer {}

  /** Runs it: {@code Fetcher URI...}. Fails if one of the pages cannot be fetched. */
  public static void main(String[] args) {
    List<URI> addresses = Stream.of(args).map(URI::create).toList();
    List<Answer> answers;
    try (CoroutineScheduler scheduler = CoroutineScheduler.create();
        HttpClient client = HttpClient.newHttpClient()) {
      Fetcher fetcher = new Fetcher(client, 10, Duration.ofSeconds(10));
      answers = scheduler.spawn(() -> fetcher.fetch(addresses)).join();
    }
    answers.forEach(answer -> System.out.println(describe(answer)));
    System.exit(answers.stream().allMatch(Page.class::isInstance) ? 0 : 1);
  }

  private static String describe(Answer answer) {
    return switch (answer) {
      case Page page ->
          page.address() + ": " + page.status() + ", " + page.body().length() + " characters";
      case Failure failure -> failure.address() + ": " + failure.cause();
    };
  }

  public Fetcher {
    if (atOnce < 1) {
      throw new IllegalArgumentException("at once must be at least 1: " + atOnce);
    }
  }

  /**
   * Fetches all addresses, each in a coroutine. Must be called by a coroutine.
   *
   * @return the answers, in the order of the addresses
   */
  public List<Answer> fetch(List<URI> addresses) {
    Semaphore turns = new Semaphore(atOnce);
    return CoroutineScope.gather(
        addresses.stream()
            .<Callable<Answer>>map(address -> () -> turns.withPermit(() -> answer(address)))
            .toList());
  }

  private Answer answer(URI address) {
    CompletableFuture<HttpResponse<String>> response =
        client.sendAsync(
            HttpRequest.newBuilder(address).build(),
            BodyHandlers.limiting(BodyHandlers.ofString(), MOST_BYTES));
    try {
      HttpResponse<String> page = Coroutines.withTimeout(limit, () -> Coroutines.await(response));
      return new Page(address, page.statusCode(), page.body());
    } catch (CompletionException failure) {
      return new Failure(address, Objects.requireNonNullElse(failure.getCause(), failure));
    } catch (TimeoutException tooLate) {
      return new Failure(address, tooLate);
    } finally {
      // After a timeout or a cancellation, this makes the client abandon the exchange.
      response.cancel(true);
    }
  }
}
